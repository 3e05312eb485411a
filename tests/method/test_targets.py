"""Targets: falls, schedules, points, lights, and two forms of one target."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cescore.definitions.model import AssessmentRules
from cescore.errors import MethodError
from cescore.method.grading import schedules as t
from cescore.method.grading.ladder_points import PointsLadder
from cescore.method.grading.targets import TargetLine, assess_targets

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


@given(FALLS, st.floats(1.0, 1e6), st.floats(1.01, 2.0))
def test_what_has_not_moved_has_not_fallen_whatever_its_digits(
    rate: float, size: float, growth: float
) -> None:
    base, now = rate * size / size, (rate * size * growth) / (size * growth)
    assert t.cumulative_fall(base, now) == 0
    assert t.cumulative_fall(base, base * (1 - 1e-12)) > 0  # what did move, however little


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
    assert PointsLadder(LADDER, "steps", 0.075, 0.225).points(completion) == points


def test_binary_arithmetic_does_not_decide_a_step() -> None:
    assert PointsLadder(LADDER).points(0.1 * 3 / 0.3) == 1
    assert PointsLadder(LADDER).points((1 - 0.7) / 0.3 - 1e-15) == 1


SMOOTH = PointsLadder(LADDER, "continuous", 0.075, 0.225)


@given(st.floats(-1, 2), st.floats(0, 1e-4))
def test_a_continuous_ladder_has_no_cliff_and_never_falls(completion: float, more: float) -> None:
    gain = SMOOTH.points(completion + more) - SMOOTH.points(completion)
    assert -1e-12 <= gain <= 1.001 * more + 1e-12  # no steeper than point for point


def test_a_continuous_ladder_goes_through_the_published_rungs() -> None:
    for least, share in LADDER:
        assert SMOOTH.points(least / 100) == pytest.approx(share)
    assert [SMOOTH.points(c) for c in (0, -0.2)] == [0, 0]
    assert SMOOTH.points(1.05) == pytest.approx(1.0375)
    assert SMOOTH.points(9) == pytest.approx(1.225)


@pytest.mark.parametrize("form", ["steps", "continuous"])
@pytest.mark.parametrize("rungs", [LADDER, (), ((100, 1), (80, 0.5), (0, 0))])
@given(points=st.floats(0, 1.3))
def test_the_least_completion_for_points_earns_them_and_nothing_below_it_does(
    form: Any, rungs: Any, points: float
) -> None:
    ladder = PointsLadder(rungs, form, 0.075, 0.225)
    needed = ladder.completion(points)
    if needed is None:
        assert ladder.points(1e6) < points
    else:
        assert ladder.points(needed) == pytest.approx(points) or ladder.points(needed) > points
        assert needed <= 0 or ladder.points(needed - 1e-3) < points


LEVEL = {"type": "level", "value": 0.65, "unit": "ratio", "op": ">=", "has_schedule": False}


def at_end(base: float | None, level: float, **target: Any) -> TargetLine:
    """A level target without a schedule in the plan's last year."""
    cells = [base, None, None, None, None, level]
    return line(cells, year=2025, measured_in="ratio", **(LEVEL | target))


def test_a_level_earns_the_way_from_its_base_value_by_the_ladder_of_falls() -> None:
    most = at_end(0.55, 0.648)  # 0.098 of 0.1
    assert most.completion == pytest.approx(0.98)
    assert (most.light, most.points, most.counted_by) == ("not_met", 0.9, "whole")
    met = at_end(0.6, 0.66)
    assert (met.light, met.points, met.actual) == ("met", pytest.approx(1.15), 0.66)
    lower = at_end(1.0, 0.66, op="<=")
    assert lower.completion == pytest.approx(0.34 / 0.35)
    unchanged, worse = at_end(0.6, 0.6), at_end(0.6, 0.55)
    assert (unchanged.points, worse.points) == (0, 0)
    assert worse.completion == pytest.approx(-1)  # printed as it is


@given(st.floats(0.5, 0.649), st.floats(0.3, 0.9), st.floats(0, 1e-6))
def test_no_small_step_of_a_level_costs_more_than_its_part_of_the_way(
    base: float, level: float, step: float
) -> None:
    made = plan({"T": LEVEL})
    rules = made.assessment.model_copy(update={"ladder_form": "continuous"})
    smooth = made.model_copy(update={"assessment": rules})
    frame = framework([indicator("P01", "x", unit="ratio", ends=(0, 1))])
    points = []
    for value in (level, level + step):
        data = panel({"P01": [[base, 0, 0, 0, 0, value]]})
        ((found,),) = assess_targets(smooth, data, frame, year=2025, base_year=2020).values()
        points.append(found.points or 0.0)
    assert -1e-9 <= points[1] - points[0] <= 1.001 * step / (0.65 - base) + 1e-9


def test_before_the_last_year_a_level_without_a_schedule_is_due_by_equal_steps() -> None:
    early = line([0.6, 0.61, 0.618], year=2022, measured_in="ratio", **LEVEL)
    assert (early.counted_by, early.light) == ("steps", "nearly")
    assert early.counted == pytest.approx(0.36 / 0.4)
    assert early.points == 0.9
    assert early.schedule_carbon is None  # the plan gives no schedule
    assert line([0.6, 0.66], year=2021, measured_in="ratio", **LEVEL).light == "met"
    assert line([0.6], year=2020, measured_in="ratio", **LEVEL).note == "nothing_due_yet"


def test_a_level_that_met_its_target_in_the_base_year_is_asked_to_hold_it() -> None:
    held, lost = at_end(0.65, 0.65), at_end(0.7, 0.637)  # 2 % short of 0.65
    assert (held.points, held.light, held.counted_by) == (1, "met", "held")
    assert at_end(0.65, 6.5).points == 1  # no bonus where there was no way to go
    assert lost.counted == pytest.approx(0.98)
    assert (lost.light, lost.points, lost.course) == ("not_met", 0.9, "away")
    over = at_end(0.5, 0.663, op="<=")
    assert (over.counted, over.points) == (pytest.approx(0.98), 0.9)
    assert at_end(0.7, 0.2).points == 0
    below_zero = at_end(-3, -1.96, value=-2, op="<=")
    assert below_zero.counted == pytest.approx(0.98)


def test_without_a_base_value_a_level_is_met_or_not_met() -> None:
    for level, light, points in ((0.64, "not_met", 0), (0.65, "met", 1)):
        unmet = at_end(None, level)
        assert (unmet.light, unmet.points, unmet.completion) == (light, points, None)
        assert (unmet.counted_by, unmet.counted) == ("state", None)
    nothing = at_end(0, 1e-6, value=0, op="<=")  # a target of 0 has no size to be short of
    assert (nothing.light, nothing.points, nothing.counted_by) == ("not_met", 0, "state")


@pytest.mark.parametrize("has_schedule", [True, False])
def test_a_level_that_starts_at_nothing_has_a_way_all_the_same(has_schedule: bool) -> None:
    rise = at_end(0, 0.52, has_schedule=has_schedule)
    assert (rise.completion, rise.points) == (pytest.approx(0.8), 0.8)
    fall = at_end(10, 2, value=0, op="<=", has_schedule=has_schedule)
    assert (fall.completion, fall.points) == (pytest.approx(0.8), 0.8)


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
    assert other.pace is None


def test_the_pace_of_a_change_stands_whatever_the_unit_of_its_indicator() -> None:
    assert line([100, 97, 95, 92], year=2023).pace is not None


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


@pytest.mark.parametrize(("unit", "is_known"), [(1.0, True), (0.001, True), (0.0, False)])
def test_a_fall_is_a_share_of_the_base_however_small_its_unit(unit: float, is_known: bool) -> None:
    found = line([unit, *[0.97 * unit] * 4, 0.88 * unit], year=2025)
    assert (found.actual is not None) is is_known
    assert found.actual == (pytest.approx(12) if is_known else None)


ABSENT = {None: "not_reported", "withheld": "suppressed", "na": "not_applicable"}


@pytest.mark.parametrize("kind", ["cumulative_reduction", "cumulative_increase"])
@pytest.mark.parametrize(("cells", "why"), [([100, c], w) for c, w in ABSENT.items()]
                         + [([c, 90], w) for c, w in ABSENT.items()])  # fmt: skip
def test_a_change_needs_both_ends_and_says_which_kind_of_nothing_one_of_them_is(
    cells: list[Any], why: str, kind: str
) -> None:
    """What was not returned, or is withheld, earns nothing; what does not apply leaves the total."""
    found = line(cells, year=2021, type=kind)
    counts = why != "not_applicable"
    assert (found.note, found.light) == (why, "not_computable")
    assert (found.scored, found.points) == (counts, 0 if counts else None)
    shown = line(cells, year=2021, type=kind, applies_to=[], reference_for=["lake"])
    assert (shown.note, shown.scored, shown.points) == (why, False, None)


@pytest.mark.parametrize(
    ("kind", "base", "asked", "is_known"),
    [
        ("cumulative_reduction", 100, 100, True),  # all of it can be fallen to
        ("cumulative_reduction", 100, 101, False),
        ("cumulative_increase", 100, 300, True),
        ("cumulative_reduction", 100, 0, False),
        ("cumulative_reduction", -100, 15, False),
        ("cumulative_increase", -100, 15, False),
        ("cumulative_reduction", 100, 1e-320, False),  # of which 10 % are beyond any number
    ],
)
def test_a_change_is_asked_of_something_there_is_and_by_no_more_than_all_of_it(
    kind: str, base: float, asked: float, is_known: bool
) -> None:
    found = line([base, base * 0.9], year=2021, type=kind, value=asked)
    assert (found.light != "not_computable") is is_known
    assert (found.note == "", found.scored) == (is_known, is_known)


@given(st.floats(0.01, 0.99), st.floats(-0.5, 0.99), st.integers(1, 5))
def test_a_level_with_a_schedule_is_the_fall_or_rise_that_leads_there(
    asked: float, change: float, t: int
) -> None:
    """From 100 to 100·(1 - R) is a fall by R: the same way, points and light; so is a rise."""
    for sign, kind, op in ((-1, "cumulative_reduction", "<="), (1, "cumulative_increase", ">=")):
        cells = [100.0] * t + [100 * (1 + sign * change)]
        as_change = line(cells, year=2020 + t, measured_in="%", type=kind, value=100 * asked)
        level = {"type": "level", "value": 100 * (1 + sign * asked), "unit": "%", "op": op}
        as_level = line(cells, year=2020 + t, measured_in="%", **level)
        assert as_level.actual == cells[-1]
        assert as_change.actual == pytest.approx(100 * change)
        for field in ("completion", "schedule_carbon", "schedule_log", "still_needed", "counted"):
            one, other = getattr(as_change, field), getattr(as_level, field)
            assert one == other or one == pytest.approx(other, rel=1e-9, abs=1e-9)
        if abs(change - asked) > 1e-6:
            assert (as_level.light, as_level.course) == (as_change.light, as_change.course)
            assert (
                as_level.counted_by == as_change.counted_by == ("whole" if t == 5 else "schedule")
            )


def test_to_nothing_no_even_rate_leads_so_it_is_due_by_equal_steps() -> None:
    fall = {"type": "level", "value": 0, "op": "<=", "unit": "%"}
    found = line([10, 8], year=2021, measured_in="%", **fall)
    assert (found.counted_by, found.counted) == ("steps", pytest.approx(1))
    from_nothing = line([0, 2], year=2021, measured_in="%", **(fall | {"value": 10, "op": ">="}))
    assert (from_nothing.counted_by, from_nothing.counted) == ("steps", pytest.approx(1))


@pytest.mark.parametrize(
    ("levels", "is_late_from_the_start"), [([0.7, 0.6], True), ([0.6, 0.6], True), ([None, 0.6], False)]
)  # fmt: skip
def test_who_is_not_there_at_the_end_went_away_unless_nobody_knows_from_where(
    levels: list[float | None], is_late_from_the_start: bool
) -> None:
    base, level = levels
    assert level is not None
    assert at_end(base, level).course == ("away" if is_late_from_the_start else "")


def test_a_level_too_far_for_numbers_is_met_or_not_met_and_says_no_course() -> None:
    found = at_end(0, -1e308, value=1e-10)
    assert (found.counted_by, found.points, found.course) == ("state", 0, "")
    held = at_end(1e-320, 1e-10, value=1e-320, op="<=")
    assert (held.counted_by, held.light, held.course) == ("state", "not_met", "away")


def test_a_reference_and_a_check_bind_nobody() -> None:
    own = line([100, 90], year=2021, binding=True)
    reference = line([100, 90], year=2021, binding=True, applies_to=[], reference_for=["lake"])
    loose = line([100, 90], year=2021)
    assert (own.binding, reference.binding, loose.binding) == (True, False, False)
    bare = TargetLine("T", "", "", "level", "%", ">=", 1, "S", "own")
    assert not bare.binding and not bare.scored  # unless it says so


def test_only_the_entities_that_are_named_are_assessed_in_years_that_there_are() -> None:
    frame = framework([indicator("P01", "x", unit="tce/10k CNY", ends=(10, 0))])
    data = panel({"P01": [[100, 90], [100, 80]]})
    found = assess_targets(plan({"T": {}}), data, frame, year=2021, base_year=2020, only=["B"])
    assert {entity: row.actual for entity, (row,) in found.items()} == {"B": pytest.approx(20)}
    (early,) = assess_targets(plan({"T": {}}), data, frame, year=2021, base_year=2019)["A"]
    assert (early.note, early.base) == ("not_reported", None)


@pytest.mark.parametrize(
    ("base", "note"),
    [(100, ""), (100.09, ""), (99.91, ""), (100.2, "implied_base_differs"), (99.8, "implied_base_differs"), (None, "")],
)  # fmt: skip
@pytest.mark.parametrize("is_level_first", [True, False])
def test_the_implied_base_is_the_same_whichever_form_is_the_check(
    base: float | None, note: str, is_level_first: bool
) -> None:
    """85 is a fall by 15 % of a base of 100, to one part in a thousand."""
    level: dict[str, Any] = {"type": "level", "value": 85, "unit": "tce/10k CNY", "op": "<="}
    forms: list[dict[str, Any]] = [level, {}] if is_level_first else [{}, level]
    made = plan({"T1": forms[0], "T2": {**forms[1], "scored": False, "consistent_with": "T1"}})
    frame = framework([indicator("P01", "x", unit="tce/10k CNY", ends=(10, 0))])
    data = panel({"P01": [[base, 90, 90, 90, 90, 85]]})
    own, check = assess_targets(made, data, frame, year=2025, base_year=2020)["A"]
    assert (own.implied_base, check.implied_base) == (None, pytest.approx(100))
    if base is not None or is_level_first is False:
        assert check.note == note


def test_two_targets_of_one_kind_imply_no_base() -> None:
    made = plan({"T1": {}, "T2": {"value": 20, "scored": False, "consistent_with": "T1"}})
    frame = framework([indicator("P01", "x", unit="tce/10k CNY", ends=(10, 0))])
    found = assess_targets(made, panel({"P01": [[100, 90]]}), frame, year=2021, base_year=2020)
    assert [row.implied_base for row in found["A"]] == [None, None]


@pytest.mark.parametrize(
    ("scored", "is_form_of", "role"),
    [(True, "", "own"), (False, "", "own"), (True, "T1", "own"), (False, "T1", "check")],
)
def test_a_check_is_an_unscored_form_of_another_target(
    scored: bool, is_form_of: str, role: str
) -> None:
    made = plan({"T1": {}, "T2": {"scored": scored, "consistent_with": is_form_of}})
    frame = framework([indicator("P01", "x", unit="tce/10k CNY", ends=(10, 0))])
    found = assess_targets(made, panel({"P01": [[100, 90]]}), frame, year=2021, base_year=2020)
    assert found["A"][1].role == role


def test_a_rise_that_only_its_schedule_takes_beyond_numbers_is_not_computable() -> None:
    """10^293 of a fall by 10^-15: the quotient is a number, a fifth of the way is not."""
    assert line([1.0, 1e293], year=2021, value=1e-13).light == "not_computable"
