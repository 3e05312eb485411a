"""Who inspects in the sample: a unit that answers for the measure, and whose field the check is."""

from __future__ import annotations

from pathlib import Path

import pytest

from sample.catalogue import read_plan
from sample.inspectors import FIELDS, inspector_of

CHECKS = {check.id: check for check in read_plan(Path(__file__).parents[2] / "params")[0]}


@pytest.mark.parametrize("check_id", CHECKS)
def test_the_inspector_is_one_of_the_units_that_answer(check_id: str) -> None:
    assert inspector_of(CHECKS[check_id]) in CHECKS[check_id].units


@pytest.mark.parametrize(("words", "not_by"), [
    ("污水", ("市邮政管理局", "市商务局")), ("分拣", ("市公安局", "市城管执法局")),
    ("建筑", ("市邮政管理局", "市机关事务管理局")), ("生活垃圾", ("市邮政管理局", "市公安局")),
])  # fmt: skip
def test_no_unit_inspects_what_is_not_its_field(words: str, not_by: tuple[str, ...]) -> None:
    mine = [check for check in CHECKS.values() if words in check.name]
    assert mine
    assert {inspector_of(check) for check in mine}.isdisjoint(not_by)


def test_every_field_belongs_to_a_unit_of_the_plan() -> None:
    assert {unit for _, unit in FIELDS} <= {u for check in CHECKS.values() for u in check.units}
