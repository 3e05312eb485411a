"""Targets: falls, schedules, points, lights, and two forms of one target."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cescore.definitions.model import AssessmentRules
from cescore.errors import MethodError
from cescore.method import schedules as t
from cescore.method.targets import TargetLine, assess_targets

from .builders import LADDER, framework, indicator, panel, plan

FALLS = st.floats(0.01, 0.9)


def line(
    cells: list[Any], *, year: int, measured_in: str = "tce/10k CNY", **target: Any
) -> TargetLine:
    """The line of one target for indicator P01 with the yearly values given, from 2020 on."""
    frame = framework([indicator("P01", "x", unit=measured_in, ends=(10, 0))])
    data = panel({"P01": [cells]})
    made = plan({"T": target})
    return assess_targets(made, data, frame, year=year, base_year=2020)["A"][0]


@given(FALLS, st.integers(1, 5))
def test_the_even_yearly_fall_is_on_schedule_in_every_year(goal: float, years: int) -> None:
    fall = t.cumulate([t.yearly_equivalent(goal, 5)] * years)
    assert t.schedule_carbon(fall, goal, years / 5) == pytest.approx(1)
    assert t.schedule_log(fall, goal) == pytest.approx(years / 5)


def test_a_target_too_small_to_be_told_from_none_has_no_share_of_its_way() -> None:
    assert t.schedule_log(0.1, 1e-300) is None


@given(FALLS, st.floats(-0.5, 0.9), st.integers(1, 4))
def test_what_is_still_needed_ends_at_the_target(goal: float, fall: float, left: int) -> None:
    needed = t.still_needed(fall, goal, left)
    assert needed is not None
    end = t.cumulate([fall] + [needed] * left)
    assert end == pytest.approx(max(goal, fall))


def test_a_base_of_zero_has_no_fall() -> None:
    with pytest.raises(MethodError, match="base value of 0"):
        t.cumulative_fall(0, 1)


def test_before_the_last_year_points_count_the_schedule_in_it_the_whole() -> None:
    early = line([100, 97, 95, 92], year=2023)
    assert early.actual == pytest.approx(8)
    assert early.completion == pytest.approx(8 / 15)
    assert early.schedule_carbon == pytest.approx(0.08 / (1 - 0.85**0.6))
    assert (early.light, early.points) == ("nearly", 0.8)
    assert early.elapsed == pytest.approx(0.6)
    assert early.still_needed == pytest.approx(100 * (1 - (0.85 / 0.92) ** 0.5))
    last = line([100, 97, 95, 92, 90, 88], year=2025)
    assert last.completion == pytest.approx(0.8)
    assert last.schedule_carbon == pytest.approx(0.8)
    assert (last.light, last.points, last.still_needed) == ("not_met", 0.8, None)


@pytest.mark.parametrize(
    ("level", "light", "points"), [(85, "met", 1), (70, "met", 1), (91, "not_met", 0.6)]
)
def test_without_a_ladder_a_target_earns_the_share_completed(
    level: float, light: str, points: float
) -> None:
    frame = framework([indicator("P01", "x", unit="tce/10k CNY", ends=(10, 0))])
    made = plan({"T": {}})
    bare = made.model_copy(update={"assessment": AssessmentRules()})
    data = panel({"P01": [[100, 0, 0, 0, 0, level]]})
    ((found,),) = assess_targets(bare, data, frame, year=2025, base_year=2020).values()
    assert (found.light, found.points) == (light, pytest.approx(points))


def test_exactly_the_target_is_met_and_full_tens_beyond_earn_the_bonus() -> None:
    met = line([100, 0, 0, 0, 0, 85], year=2025)
    assert (met.light, met.points) == ("met", 1.0)
    beyond = line([100, 0, 0, 0, 0, 82], year=2025)  # 18 of 15: 120 %
    assert beyond.points == pytest.approx(1.15)
    far = line([100, 0, 0, 0, 0, 10], year=2025)
    assert far.points == pytest.approx(1.225)


def test_a_rise_prints_as_it_is_and_scores_nothing() -> None:
    rise = line([100, 101, 101, 102], year=2023)
    assert rise.actual == pytest.approx(-2)
    assert rise.completion is not None
    assert rise.completion < 0
    assert (rise.light, rise.points) == ("behind", 0)


@pytest.mark.parametrize(
    ("completion", "points"),
    [
        (1, 1),
        (0.9999, 0.9),
        (0.9, 0.9),
        (0.8999, 0.8),
        (0.5, 0.5),
        (0.4999, 0),
        (-3, 0),
        (1.0999, 1),
    ],
)
def test_the_ladder_is_a_step_function(completion: float, points: float) -> None:
    assert t.ladder_points(completion, LADDER, bonus_step=0.075, bonus_most=0.225) == points


def test_binary_arithmetic_does_not_decide_a_step() -> None:
    assert t.ladder_points(0.1 * 3 / 0.3, LADDER) == 1
    assert t.ladder_points((1 - 0.7) / 0.3 - 1e-15, LADDER) == 1


LEVEL = {"type": "level", "value": 0.65, "unit": "ratio", "op": ">=", "has_schedule": False}


def test_a_level_without_a_schedule_is_met_or_not_met() -> None:
    met = line([0.6, 0.66], year=2021, measured_in="ratio", **LEVEL)
    assert (met.light, met.points, met.actual) == ("met", 1, 0.66)
    assert met.completion == pytest.approx(0.06 / 0.05)
    unmet = line([None, 0.64], year=2021, measured_in="ratio", **LEVEL)
    assert (unmet.light, unmet.points, unmet.completion) == ("not_met", 0, None)
    assert unmet.schedule_carbon is None


def test_a_level_with_a_schedule_never_counts_the_part_that_was_there_before() -> None:
    level = {"type": "level", "value": 85, "unit": "%", "op": "<="}
    unchanged = line([100, 100, 100, 100, 100, 100], year=2025, measured_in="%", **level)
    assert (unchanged.completion, unchanged.points, unchanged.actual) == (0, 0, 100)
    half = line([100, 0, 0, 0, 0, 92.5], year=2025, measured_in="%", **level)
    assert half.completion == pytest.approx(0.5)


def test_an_increase_follows_the_same_forms_as_a_negative_fall() -> None:
    rise = {"type": "cumulative_increase", "value": 20}
    last = line([100, 0, 0, 0, 0, 120], year=2025, **rise)
    assert last.actual == pytest.approx(20)
    assert (last.light, last.points) == ("met", 1)
    early = line([100, 0, 0, 100 * 1.2**0.6], year=2023, **rise)
    assert early.schedule_carbon == pytest.approx(1)
    assert early.schedule_log == pytest.approx(0.6)
    assert early.still_needed == pytest.approx(100 * (1.2**0.2 - 1))
    assert early.light == "on_schedule"


def test_missing_scores_nothing_and_what_does_not_apply_leaves_the_total() -> None:
    missing = line([100, None], year=2021)
    assert (missing.points, missing.note, missing.scored) == (0, "not_reported", True)
    absent = line([100, "na"], year=2021)
    assert (absent.points, absent.note, absent.scored) == (None, "not_applicable", False)
    zero = line([0, 5], year=2021)
    assert (zero.points, zero.note) == (None, "not_computable")
    assert line([100, 90], year=2021, value=0).light == "not_computable"


def test_nothing_is_due_in_the_base_year() -> None:
    assert line([100], year=2020).note == "nothing_due_yet"


def test_a_level_in_another_unit_than_the_indicator_is_not_compared() -> None:
    other = line([1, 1], year=2021, measured_in="tce/CNY", **(LEVEL | {"unit": "tce/10k CNY"}))
    assert (other.light, other.note) == ("not_computable", "unit_differs")


def test_only_own_targets_are_scored_and_others_are_shown_as_references() -> None:
    reference = line([100, 90], year=2021, applies_to=[], reference_for=["lake"])
    assert (reference.role, reference.scored) == ("reference", False)
    frame = framework([indicator("P01", "x")])
    stranger = plan({"T": {"applies_to": ["city"]}})
    found = assess_targets(stranger, panel({"P01": [[1]]}), frame, year=2020, base_year=2020)
    assert found == {"A": ()}


@pytest.mark.parametrize(("base", "note"), [(1.2331, ""), (1.26, "implied_base_differs")])
def test_two_forms_of_one_target_agree_only_on_the_implied_base(base: float, note: str) -> None:
    made = plan(
        {
            "T1a": {},
            "T1b": {
                "type": "level",
                "value": 1.0481,
                "unit": "tce/10k CNY",
                "op": "<=",
                "scored": False,
                "consistent_with": "T1a",
            },
        }
    )
    frame = framework([indicator("P01", "x", unit="tce/10k CNY", ends=(10, 0))])
    data = panel({"P01": [[base, 1.1, 1.1, 1.1, 1.1, 1.0481]]})
    own, check = assess_targets(made, data, frame, year=2025, base_year=2020)["A"]
    assert (own.role, check.role, check.scored) == ("own", "check", False)
    assert check.implied_base == pytest.approx(1.23306, abs=5e-6)
    assert (check.note, check.light) == (note, "met")
