"""A plan period: verdicts against the goal, paths against the schedule, measures over the years."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cescore.definitions.model import Plan, Scale
from cescore.errors import MethodError
from cescore.method.grading.assessment import Evidence
from cescore.method.grading.period_measures import completion, period_measures
from cescore.method.grading.plan_period import (
    FINAL,
    MIDTERM,
    assess_period,
    period_vetoes,
    stage_year,
)
from cescore.method.grading.target_paths import TargetPath, target_paths
from cescore.method.grading.yardsticks import STATUSES

from .builders import framework, indicator, panel, plan

YEARS = (2021, 2022, 2023, 2024, 2025)


def path(
    cells: list[Any], *, last: int = 2025, measured_in: str = "tce/10k CNY", **target: Any
) -> TargetPath:
    """One target's path over the plan up to a year, with the yearly values from 2020 on."""
    frame = framework([indicator("P01", "x", unit=measured_in, ends=(10, 0))])
    years = [year for year in YEARS if year <= last]
    (found,) = target_paths(plan({"T": target}), panel({"P01": [cells]}), frame, years=years)["A"]
    return found


def test_the_final_verdict_is_held_against_the_goal() -> None:
    """85 of 100 is a fall of 15 %, all of the goal; 85.1 is short of it, whatever the schedule says."""
    met = path([100, 99, 98, 97, 96, 85])
    short = path([100, 90, 80, 80, 80, 85.1])
    assert (met.verdict, short.verdict) == ("met", "not_met")
    assert short.gap == pytest.approx(0.1)
    assert short.lines[0].light == "on_schedule"  # far ahead in the first year, and yet not met


def test_at_the_middle_a_goal_can_be_reached_early_or_be_on_its_way() -> None:
    early = path([100, 90, 85, 80], last=2023)
    on_way = path([100, 96, 93, 90], last=2023)  # due by then: 9.29 %
    late = path([100, 100, 100, 101], last=2023)
    assert [p.verdict for p in (early, on_way, late)] == ["reached", "on_schedule", "behind"]
    assert late.end.actual == pytest.approx(-1)  # printed as it is


def test_a_level_without_a_schedule_is_judged_by_equal_steps_before_the_end() -> None:
    level = {"type": "level", "value": 0.65, "unit": "ratio", "op": ">=", "has_schedule": False}
    middle = path([0.60, 0.61, 0.62, 0.63], last=2023, measured_in="ratio", **level)
    end = path([0.60, 0.61, 0.62, 0.63, 0.64, 0.649], measured_in="ratio", **level)
    assert (middle.verdict, end.verdict) == ("on_schedule", "not_met")  # 3 of 5 steps, then 0.049
    assert set(end.due) == {None}
    assert middle.projected is None  # a coefficient does not go on at the same pace
    unknown = path([None, 0.61, 0.62, 0.63], last=2023, measured_in="ratio", **level)
    assert unknown.verdict == "not_yet"


def test_what_is_due_each_year_follows_the_published_path() -> None:
    """1.2331 x 0.85^(t/5) = 1.1936, 1.1555, 1.1185, 1.0827, 1.0481 (validation case 0)."""
    found = path([1.23306] * 6)
    levels = [1.23306 * (1 - (due or 0) / 100) for due in found.due]
    assert [round(level, 4) for level in levels] == [1.1936, 1.1555, 1.1185, 1.0827, 1.0481]


@given(st.floats(0.001, 0.12), st.integers(2021, 2024))
def test_an_even_fall_is_projected_to_where_it_leads(fall: float, last: int) -> None:
    cells = [100 * (1 - fall) ** t for t in range(last - 2020 + 1)]
    found = path(cells, last=last)
    assert found.pace == pytest.approx(100 * fall)
    assert found.projected == pytest.approx(100 * (1 - (1 - fall) ** 5))


def test_a_value_that_was_not_returned_has_no_verdict() -> None:
    found = path([100, 99, 98, 97, 96, None])
    assert (found.verdict, found.gap, found.pace) == ("not_computable", None, None)
    assert found.end.points == 0.0


# --- measures ---------------------------------------------------------------------------------


def lake_plan(**check: Any) -> Plan:
    entry = {"id": "a", "zh": "甲", "levels": ["lake"], "type": "count", **check}
    measure = {
        "id": "4.1",
        "system": "4",
        "levels": ["lake"],
        "units": ["市发改委"],
        "checks": [entry],
    }
    return plan(measures={"4.1": measure})


def records(
    statuses: Sequence[str], values: Sequence[str] = ("",) * 5
) -> Mapping[int, list[dict[str, str]]]:
    """One check's record for each year; "" has none."""
    return {
        year: [{"check_id": "a", "status": status, "value": value, "evidence_ref": "doc"}]
        for year, status, value in zip(YEARS, statuses, values, strict=True)
        if status
    }


def check_of(statuses: Sequence[str], values: Sequence[str] = ("",) * 5, **check: Any) -> Any:
    (measure,) = period_measures(lake_plan(**check), "lake", records(statuses, values), YEARS)
    return measure.checks[0]


def test_the_last_inspected_status_stands_at_the_end() -> None:
    found = check_of(["not_done", "partial", "done", "", "not_inspected"])
    assert (found.end, found.end_year, found.open_years) == ("done", 2023, 0)
    assert check_of([""] * 5).end == "not_inspected"


def test_open_years_count_inspections_back_to_the_last_done() -> None:
    assert check_of(["not_done", "done", "partial", "", "not_done"]).open_years == 2
    assert check_of(["not_done"] * 5).open_years == 5


def test_completion_at_the_end_and_over_the_years_are_two_numbers() -> None:
    first = check_of(["not_done", "not_done", "partial", "done", "done"])
    other = check_of(["done", "done", "done", "done", "not_applicable"])
    found = completion([first, other], YEARS)
    assert found.at_end == 1.0  # one done, the other does not apply any more
    assert found.over_years == pytest.approx((2 + 0.5 + 4) / 9)
    assert found.by_year == (0.5, 0.5, 0.75, 1.0, 1.0)
    assert sum(found.counts.values()) == 2


@given(st.lists(st.sampled_from(["", *STATUSES]), min_size=5, max_size=5))
def test_every_check_ends_in_exactly_one_of_the_five_statuses(statuses: list[str]) -> None:
    found = completion([check_of(statuses)], YEARS)
    assert set(found.counts) == set(STATUSES)
    assert sum(found.counts.values()) == 1


def test_amounts_are_summed_and_a_goal_is_held_against_the_last_value() -> None:
    values = ["2", "3.5", "", "原样", "4"]
    assert check_of(["done"] * 5, values).total == 9.5
    with_goal = check_of(["done"] * 5, ["2", "4", "5", "6", "9"], goal=10)
    assert (with_goal.total, with_goal.reached) == (None, False)
    less = check_of(["done"] * 5, ["2", "4", "5", "6", "0"], goal=0, better="less")
    assert less.reached is True
    assert check_of(["done"] * 5, values, type="rate").total is None


# --- the period's total -----------------------------------------------------------------------


def test_a_veto_stands_for_the_period_if_it_stood_in_one_year_and_is_clear_if_every_year_says_so() -> (
    None
):
    clear, standing = {"V": {"status": "clear"}}, {"V": {"status": "standing", "document": "1号"}}
    assert period_vetoes([clear, standing, clear])["V"]["document"] == "1号"
    assert period_vetoes([clear, clear])["V"]["status"] == "clear"
    assert period_vetoes([clear, {}]) == {}  # a year nobody looked at is not clear


@pytest.mark.parametrize(("stage", "is_graded"), [(FINAL, True), (MIDTERM, False)])
def test_only_the_final_evaluation_is_graded(stage: str, is_graded: bool) -> None:
    rules = {
        "weights": {"lake": {"index": 1}},
        "scale_of": {"lake": "S"},
        "scales": {"S": {"code": "S", "source": "x", "tag": "P",
                         "bands": [{"zh": "好", "en": "good", "least": 60}, {"zh": "差", "en": "bad", "least": 0}]}},
    }  # fmt: skip
    evidence = Evidence(index=75.0, scale=Scale())
    found = assess_period(plan(assessment=rules), "lake", stage, evidence)
    assert found.total == 75.0
    assert (found.graded, found.grade_zh) == (is_graded, "好" if is_graded else "")


def test_the_middle_of_a_plan_is_its_own_year_or_half_way() -> None:
    assert stage_year(plan(), FINAL) == 2025
    assert stage_year(plan(), MIDTERM) == 2023
    assert stage_year(plan().model_copy(update={"midterm_year": 2022}), MIDTERM) == 2022
    with pytest.raises(MethodError, match="no stage 'half'.*midterm, final"):
        stage_year(plan(), "half")
