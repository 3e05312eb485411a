"""The next step within reach."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cescore.method.next_step import best_movement, moved, next_step, reach

VALUES = st.floats(-1e6, 1e6)


@given(VALUES, st.sampled_from([1, -1]), st.lists(VALUES, max_size=4), st.floats(0, 1e6))
def test_a_step_is_better_than_now_within_reach_and_no_other_is_nearer(
    now: float, direction: int, values: list[float], within: float
) -> None:
    step = next_step(now, direction, [("median", v) for v in values], within=within)
    if step is None:
        return
    assert (step.value - now) * direction > 0
    assert abs(step.value - now) <= within
    better = [v for v in values if (v - now) * direction > 1e-6 * max(abs(v), abs(now), 1)]
    assert all(abs(step.value - now) <= abs(v - now) for v in better)


def test_what_is_not_known_or_only_noise_away_is_no_step() -> None:
    assert next_step(30.0, 1, [("median", None), ("better_half", 30.000000000000004)]) is None
    assert next_step(30.0, 1, []) is None


def test_a_movement_is_the_largest_improvement_of_years_that_follow_one_another() -> None:
    assert best_movement([50.0, 30.0, None, 90.0], 1) is None  # it fell, and a year is missing
    assert best_movement([80.0, 90.0, 92.0], 1) == 10.0
    assert best_movement([80.0, 90.0, 92.0], 1, years=3) == 12.0
    assert best_movement([4.0, 2.0], -1, by_ratio=True) == 2.0
    assert best_movement([], 1) is None
    assert best_movement([0.0, 3.0], 1, by_ratio=True) is None  # of nothing there is no ratio


@given(
    st.lists(st.floats(0.01, 1e4), min_size=2, max_size=6), st.sampled_from([1, -1]), st.booleans()
)
def test_moved_as_far_as_once_a_value_is_better_by_what_that_span_brought(
    series: list[float], direction: int, by_ratio: bool
) -> None:
    best = best_movement(series, direction, years=3, by_ratio=by_ratio)
    if best is None:
        return
    later = moved(series[-1], best, direction, by_ratio=by_ratio)
    assert (later - series[-1]) * direction >= 0
    ahead = [
        i
        for i in range(len(series))
        for j in range(i)
        if i - j <= 3
        and moved(series[j], best, direction, by_ratio=by_ratio)
        == pytest.approx(series[i], rel=1e-9)
    ]
    assert ahead, "some span of three years brought just that"


def test_on_a_long_logarithmic_scale_a_step_is_a_quarter_more_or_a_fifth_less() -> None:
    assert reach(100.0, (1.0, 1e6), "log_goalposts") == pytest.approx(25)
    assert reach(100.0, (1e6, 1.0), "log_goalposts") == pytest.approx(20)
    assert reach(100.0, (100.0, 110.0), "log_goalposts") < 3  # a quarter of a short one
    assert reach(0.0, (150.0, 0.0), "goalposts") == 37.5
