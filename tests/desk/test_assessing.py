"""Score, index, total and grade follow one from the other in a notebook."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from publish import builders, pages

from cescore import desk
from cescore.method.grading.assessment import Assessment
from cescore.method.grading.grades import GradeStep
from cescore.method.grading.vetoes import VetoLine

BANDS = (GradeStep("良好", "good", 60.0), GradeStep("合格", "pass", 0.0))
TARGETS, MEASURES, INDEX = (
    100.0,
    100 * 2.5 / 3,
    (81.8 - 60) / 40 * 100,
)  # of the lines of the builders
WEIGHTS = {"targets": 0.5, "index": 0.3, "measures": 0.2}


def assessed(**changes: Any) -> Assessment:
    """What `assess` makes of a bundle whose own assessment says this."""
    given = Assessment(
        total=1.0, parts={"targets": 2.0, "index": 3.0, "measures": 4.0}, weights=WEIGHTS,
        bands=BANDS, graded=True,
    )  # fmt: skip
    bundle = pages.opened(builders.bundle(assessment=replace(given, **changes)))
    scored = desk.normalise(bundle, indicators := desk.compute_indicators(bundle))
    return desk.assess(
        bundle, desk.aggregate(bundle, desk.apply_missing_rules(bundle, scored, indicators))
    )


def test_the_parts_are_those_of_the_lines_and_the_total_is_their_weighted_sum() -> None:
    found = assessed()
    assert found.parts["targets"] == TARGETS
    assert found.parts["measures"] == pytest.approx(MEASURES)
    assert found.parts["index"] == pytest.approx(INDEX, abs=0.05)
    total = 0.5 * TARGETS + 0.3 * float(found.parts["index"] or 0) + 0.2 * MEASURES
    assert found.total == pytest.approx(total) and found.grade_zh == "良好"


@pytest.mark.parametrize(("total", "grade"), [(None, "合格"), (12.0, "")])
def test_a_standing_veto_keeps_the_grade_that_it_led_to_as_long_as_the_total_is_its_own(
    total: float | None, grade: str
) -> None:
    veto = VetoLine(id="V1", zh="事故", en="Accident", status="standing")
    own = assessed().total if total is None else total
    found = assessed(total=own, vetoes=(veto,), reason="veto_standing", grade_zh="合格")
    assert found.total == pytest.approx(assessed().total) and found.grade_zh == grade


def test_where_a_part_is_withheld_the_assessment_stays_as_it_was_evaluated() -> None:
    parts = {"targets": 2.0, "index": 3.0, "measures": None}
    found = assessed(parts=parts, total=None, grade_zh="合格")
    assert (found.parts, found.total, found.grade_zh) == (parts, None, "合格")


def test_the_table_of_the_total_shows_each_part_with_what_it_adds() -> None:
    bundle = pages.opened()
    frame = desk.tables.total_table(bundle, assessed()).to_frame()
    adds = frame.iloc[:, -1].tolist()
    assert adds[0] == 50.0 and sum(adds[:3]) == pytest.approx(adds[3])
