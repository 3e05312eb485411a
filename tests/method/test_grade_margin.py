"""How near a grade is to the next, and what alone lifts it: each turn, made, reaches the threshold."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cescore.definitions.model import Plan, Scale
from cescore.method.grading.assessment import Assessment, Evidence, assess
from cescore.method.grading.grade_margin import GradeLever, GradeMargin, grade_margin, needed_member
from cescore.method.grading.ladder_points import PointsLadder
from cescore.method.grading.measures import MeasureLine
from cescore.method.grading.targets import TargetLine, assess_targets
from cescore.method.index.aggregate import generalised_mean
from cescore.method.index.normalisations import on_ends, value_at

from .builders import framework, indicator, panel, plan

HUNDRED = Scale()
LEVEL = {"type": "level", "unit": "tce/10k CNY", "has_schedule": False}


def targets_of(made: Plan, cells: list[Any], year: int = 2025) -> tuple[TargetLine, ...]:
    frame = framework([indicator("P01", "x", unit="tce/10k CNY", ends=(10, 0))])
    ((lines),) = assess_targets(
        made, panel({"P01": [cells]}), frame, year=year, base_year=2020
    ).values()
    return lines


def measures_of(*credits: float) -> MeasureLine:
    checks: Any = tuple({"credit": credit} for credit in credits)
    n = len(credits)
    return MeasureLine(
        "4.1", "", "", "4", (), {}, checks, due=n, inspected=n, scored=n, credit=sum(credits)
    )


def assessed(
    made: Plan, lines: tuple[TargetLine, ...], *checks: float, index: float = 80
) -> Assessment:
    evidence = Evidence(index=index, scale=HUNDRED, targets=lines, measures=[measures_of(*checks)])
    return assess(made, "lake", evidence)


def margin(
    made: Plan, found: Assessment, lines: Any, *checks: float, levers: Any = ()
) -> GradeMargin:
    ladder = PointsLadder.of(made.assessment)
    found_margin = grade_margin(
        found, targets=lines, measures=[measures_of(*checks)], ladder=ladder, levers=levers
    )
    assert found_margin is not None
    return found_margin


@pytest.mark.parametrize("form", ["steps", "continuous"])
@pytest.mark.parametrize(
    ("target", "base", "level"),
    [
        ({}, 100, 97), ({"type": "cumulative_increase", "value": 20}, 100, 103),
        (LEVEL | {"value": 110, "op": ">="}, 100, 103), (LEVEL | {"value": 85, "op": "<="}, 100, 98),
        (LEVEL | {"value": 100, "op": ">="}, 100, 60), (LEVEL | {"value": 100, "op": ">="}, None, 60),
    ],
)  # fmt: skip
@pytest.mark.parametrize("year", [2022, 2025])
def test_a_target_brought_to_where_it_turns_lifts_the_grade_and_just_short_does_not(
    form: str, target: dict[str, Any], base: float | None, level: float, year: int
) -> None:
    made = plan({"T": target})
    rules = made.assessment.model_copy(update={"ladder_form": form})
    made = made.model_copy(update={"assessment": rules})

    def at(value: float) -> tuple[TargetLine, ...]:
        return targets_of(made, [base, *[value] * (year - 2020)], year)

    def total(value: float) -> float:
        return assessed(made, at(value), 1, 1, index=65).total or 0.0

    lines = at(level)
    found = margin(made, assessed(made, lines, 1, 1, index=65), lines, 1, 1)
    (turn,) = (turn for turn in found.turns if turn.kind == "target")
    sign = 1 if lines[0].type == "cumulative_increase" else -1
    is_level = lines[0].type == "level"
    needed = turn.needed if is_level else 100 * (1 + sign * turn.needed / 100)
    least = (assessed(made, lines, 1, 1, index=65).total or 0.0) + (found.missing or 0.0)
    assert total(needed) >= least - 1e-9
    assert total(needed + (level - needed) * 0.01) < least


def test_checks_that_lack_most_are_counted_until_they_are_enough() -> None:
    made = plan()
    checks = (1, 1, 0.9, 0.8, 0.5, 0.4, 0)
    found = assessed(made, (), *checks, index=80)
    (turn,) = margin(made, found, (), *checks).turns
    better = sorted(checks)
    for number in range(1, len(checks)):
        mended = [1.0] * number + better[number:]
        reached = assessed(made, (), *mended, index=80).grade_zh != found.grade_zh
        assert reached == (number >= turn.needed)
    assert turn.now == 5


@given(
    st.sampled_from([1.0, 0.0, -1.0, 2.0]), st.lists(st.floats(1, 100), min_size=2, max_size=4),
    st.floats(0.05, 0.95), st.floats(1, 100),
)  # fmt: skip
def test_going_back_through_a_mean_finds_the_value_that_made_it(
    power: float, others: list[float], weight: float, made_of: float
) -> None:
    rest = [(1 - weight) / len(others)] * len(others)
    arrays = [np.array([v]) for v in others]

    def mean(value: float) -> float:
        weights = [np.array([w]) for w in (weight, *rest)]
        return float(generalised_mean([np.array([value]), *arrays], weights, power=power)[0])

    found = needed_member([(weight, power, mean(50.0), 50.0)], mean(made_of))
    assert found == pytest.approx(made_of, rel=1e-6)


def test_an_indicator_turns_at_the_value_that_its_scale_gives_back() -> None:
    """An arithmetic index of two halves: 4 points of the total are 40 / 6 of the index."""
    made = plan()
    found = assessed(made, (), 1, index=60)  # 0.6 x 60 + 0.4 x 100 = 76, and 80 is good
    lever = GradeLever(
        "R", "率", "rate", "%", ((0.5, 1.0, 60.0, 30.0),), 30.0, 0.0, 100.0, 0.0, 100.0
    )
    down = replace(lever, code="D", worst=100.0, best=0.0, value=70.0)
    turns = {t.code: t for t in margin(made, found, (), 1, levers=[lever, down]).turns}
    assert turns["R"].needed == pytest.approx(30 + 40 / 3)
    assert turns["D"].needed == pytest.approx(70 - 40 / 3)
    heavy = replace(lever, steps=((0.05, 1.0, 60.0, 30.0),))  # would need 163 points of score
    assert not margin(made, found, (), 1, levers=[heavy]).turns


SCALES = {"zero": Scale(floor=0, top=100), "efficacy": Scale(floor=60, top=100)}


@given(
    st.sampled_from(["goalposts", "log_goalposts", "distance_to_target"]),
    st.sampled_from([1, -1]), st.sampled_from(list(SCALES)),
    st.floats(0.01, 1000), st.floats(1.2, 100), st.floats(0.05, 0.7), st.floats(0.06, 1), st.floats(50, 95),
)  # fmt: skip
def test_at_the_value_of_a_turn_the_grade_turns_and_just_short_of_it_does_not(
    method: str, direction: int, on: str, low: float, wide: float, share: float, weight: float,
    others: float,
) -> None:  # fmt: skip
    made, scale = plan(), SCALES[on]
    worst, best = (low, low * wide) if direction == 1 else (low * wide, low)
    now = value_at(
        scale.floor + share * (scale.top - scale.floor), method, (worst, best),
        direction=direction, scale=scale,
    )  # fmt: skip

    def score(value: float) -> float:
        ends = (np.array([worst]), np.array([best]))
        return float(on_ends(np.array([value]), method, ends, direction=direction, scale=scale)[0])

    def found(value: float) -> Assessment:
        index = weight * score(value) + (1 - weight) * others_score
        evidence = Evidence(index=index, scale=scale, targets=(), measures=[measures_of(1)])
        return assess(made, "lake", evidence)

    others_score = scale.floor + others / 100 * (scale.top - scale.floor)
    own = score(now)
    steps = ((weight, 1.0, weight * own + (1 - weight) * others_score, own),)
    lever = GradeLever(
        "R", "率", "rate", "", steps, now, worst, best, scale.floor, scale.top, method
    )
    before = found(now)
    stated = margin(made, before, (), 1, levers=[lever])
    turns = stated.turns
    assume(any(turn.kind == "indicator" for turn in turns))
    assume((stated.missing or 0.0) > 0.01)  # points: else "just short" is noise
    needed = turns[-1].needed
    assert (needed - now) * direction > 0
    assert found(needed).grade_zh == stated.next_zh
    assert found(now + (needed - now) * (1 - 1e-4)).grade_zh == before.grade_zh


def test_an_indicator_is_named_only_where_a_step_within_reach_is_enough() -> None:
    made = plan()
    found = assessed(made, (), 1, index=60)  # 76: four points of the total are 6.7 of the index
    lever = GradeLever(
        "R", "率", "rate", "%", ((0.3, 1.0, 60.0, 30.0),), 30.0, 0.0, 100.0, 0.0, 100.0, within=25.0
    )
    near = margin(made, found, (), 1, levers=[lever]).turns  # 22.2 points of score
    assert [turn.kind for turn in near] == ["indicator"]
    far = replace(lever, steps=((0.2, 1.0, 60.0, 30.0),))  # 33.3 points
    assert not margin(made, found, (), 1, levers=[far]).turns


def test_points_missing_and_in_hand_are_those_to_the_thresholds_on_either_side() -> None:
    made = plan()
    middle = margin(made, assessed(made, (), 1, index=60), (), 1)  # 76
    assert (middle.next_zh, middle.missing, middle.in_hand) == (
        "良好", pytest.approx(4), pytest.approx(6),
    )  # fmt: skip
    best = margin(made, assessed(made, (), 1, index=100), (), 1)
    assert (best.next_zh, best.missing, best.in_hand) == ("", None, pytest.approx(10))
    worst = margin(made, assessed(made, (), 0, index=50), (), 0)
    assert (worst.missing, worst.in_hand) == (pytest.approx(30), None)


def test_what_is_not_graded_by_its_points_has_no_margin() -> None:
    made = plan()
    ladder = PointsLadder()
    none = assessed(made, (), 1, index=60)
    for found in (
        replace(none, graded=False),
        replace(none, total=None),
        replace(none, reason="veto_standing"),
    ):
        assert grade_margin(found, targets=(), measures=(), ladder=ladder) is None
