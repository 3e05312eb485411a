"""What figures say of a veto, and that they propose and never decide."""

from __future__ import annotations

from typing import Any

import pytest

from cescore.definitions.model import Plan, Scale
from cescore.method.grading.assessment import Assessment, Evidence, assess
from cescore.method.grading.measures import MeasureLine
from cescore.method.grading.veto_signs import VetoSign, veto_signs

from .builders import framework, indicator, panel, plan


def with_veto(**condition: Any) -> Plan:
    veto = {"id": "V1", "zh": "能耗未降", "entity_types": ["lake"], "grade": "不合格", "tag": "P"}
    return plan(vetoes={"V1": veto | {"source": "made up"} | condition})


RISES = {"indicator": "P01", "op": ">=", "than": "last_year"}


def sign(cells: list[Any], made: Plan | None = None) -> VetoSign:
    frame = framework([indicator("P01", "x", unit="tce/10k CNY")])
    data = panel({"P01": [cells]})
    year = 2020 + len(cells) - 1
    return veto_signs(made or with_veto(**RISES), data, frame, "A", year=year)["V1"]


def assessed(
    found: VetoSign | None, record: str = "", due: int = 10, inspected: int = 10
) -> Assessment:
    line = MeasureLine(
        "4.1", "", "", "4", (), {}, due=due, inspected=inspected, scored=inspected, credit=inspected
    )
    return assess(
        with_veto(**RISES), "lake",
        Evidence(
            index=90.0, scale=Scale(), measures=[line], years=(2025, 2025),
            signs={"V1": found} if found else {}, vetoes={"V1": {"status": record}} if record else {},
        ),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("cells", "shown", "against"),
    [
        ([1.0, 0.9], False, 1.0), ([1.0, 1.1], True, 1.0), ([1.0, 1.0 + 1e-13], True, 1.0),
        ([None, 1.1], None, None), ([1.0, None], None, 1.0), ([1.0, "na"], None, 1.0),
    ],
)  # fmt: skip
def test_a_condition_holds_the_year_against_the_one_before(
    cells: list[Any], shown: bool | None, against: float | None
) -> None:
    found = sign(cells)
    assert (found.shown, found.against, found.against_year) == (shown, against, 2020)


def test_a_condition_may_hold_against_the_base_year_or_a_threshold() -> None:
    base = sign([1.0, 0.8, 0.9], with_veto(**RISES | {"than": "base_year"}))
    assert (base.shown, base.against_year) == (False, 2020)
    fixed = sign([1.0, 99.0], with_veto(indicator="P01", op="<", threshold=100.0))
    assert (fixed.shown, fixed.against, fixed.against_year) == (True, 100, None)
    assert not sign([1.0, 100.0], with_veto(indicator="P01", op="<", threshold=100.0)).shown


@pytest.mark.parametrize(
    ("op", "now", "shown"),
    [
        (">=", 1.0, False), (">=", 1.009, False), (">=", 1.01, True),
        (">", 1.01, False), (">", 1.011, True), ("<=", 0.995, False), ("<", 0.98, True),
    ],
)  # fmt: skip
def test_what_lies_within_the_tolerance_proposes_nothing(op: str, now: float, shown: bool) -> None:
    found = sign([1.0, now], with_veto(**RISES | {"op": op}, tolerance=1.0))
    assert (found.shown, found.against, found.tolerance) == (shown, 1.0, 1.0)
    assert sign([1.0, 1.009], with_veto(**RISES, tolerance=1.0)).is_within_tolerance


def test_a_veto_that_the_figures_show_is_proposed_and_decides_nothing() -> None:
    found = assessed(sign([1.0, 1.1]))
    (line,) = found.vetoes
    assert (line.status, line.since, line.until) == ("proposed", 2025, 2025)
    assert (found.grade_zh, found.provisional, found.reason) == ("优秀", True, "vetoes_proposed")


@pytest.mark.parametrize(("record", "grade"), [("clear", "优秀"), ("standing", "不合格")])
def test_a_record_decides_whatever_the_figures_show(record: str, grade: str) -> None:
    for cells in ([1.0, 1.1], [1.0, 0.9]):
        found = assessed(sign(cells), record)
        assert (found.vetoes[0].status, found.grade_zh) == (record, grade)
        assert not any(doubt.kind.startswith("veto") for doubt in found.doubts)


def test_figures_that_do_not_show_it_leave_a_veto_to_be_checked() -> None:
    assert assessed(sign([1.0, 0.9])).vetoes[0].status == "unchecked"
    assert assessed(None).vetoes[0].status == "unchecked"


def test_a_provisional_grade_says_all_that_is_missing() -> None:
    found = assessed(sign([1.0, 1.1]), due=10, inspected=5)
    assert [(d.kind, d.n) for d in found.doubts] == [
        ("veto_proposed", 1),
        ("checks_not_inspected", 3),  # 8 of 10 are enough
    ]
    enough = assessed(None, "clear", due=10, inspected=8)
    assert (enough.doubts, enough.provisional) == ((), False)


def test_a_veto_whose_indicator_is_not_applicable_is_none_unless_it_is_recorded() -> None:
    found = sign([1.0, "na"])
    assert not found.applies
    assert assessed(found).vetoes == () and assessed(found).doubts == ()
    (line,) = assessed(found, "standing").vetoes
    assert line.status == "standing"
    assert sign([1.0, None]).applies  # not returned is not the same as not there
