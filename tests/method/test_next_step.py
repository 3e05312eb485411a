"""The next step within reach."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cescore.method.next_step import at_own_pace, best_year, next_step, reach

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


def test_the_best_year_is_the_largest_part_of_the_way_of_years_that_follow_one_another() -> None:
    assert best_year([50.0, 30.0, None, 90.0], 100.0) is None  # it went the other way
    assert best_year([80.0, 90.0, 92.0], 100.0) == 0.5
    assert best_year([4.0, 2.0], 0.5, by_ratio=True) == pytest.approx(1 / 3)
    assert best_year([], 1.0) is None
    assert best_year([100.0, 100.0], 100.0) is None  # no way to go


@given(st.floats(0.01, 1e4), st.floats(0.01, 1e4), st.floats(0.01, 0.99), st.booleans())
def test_a_step_at_the_own_pace_goes_towards_the_end_and_never_reaches_it(
    now: float, end: float, part: float, by_ratio: bool
) -> None:
    step = at_own_pace(now, end, part, by_ratio=by_ratio)
    assert min(now, end) <= step * (1 + 1e-9) and step <= max(now, end) * (1 + 1e-9)
    assume(abs(now - end) > 1e-3 * max(now, end))
    assert step != end


def test_on_a_long_logarithmic_scale_a_step_is_a_quarter_more_or_a_fifth_less() -> None:
    assert reach(100.0, (1.0, 1e6), "log_goalposts") == pytest.approx(25)
    assert reach(100.0, (1e6, 1.0), "log_goalposts") == pytest.approx(20)
    assert reach(100.0, (100.0, 110.0), "log_goalposts") < 3  # a quarter of a short one
    assert reach(0.0, (150.0, 0.0), "goalposts") == 37.5
