"""The next step within reach."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cescore.method.grading.next_step import next_step, reach

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


def test_on_a_long_logarithmic_scale_a_step_is_a_tenth_more() -> None:
    assert reach(100.0, (1.0, 1e6), "log_goalposts") == pytest.approx(10)
    assert reach(100.0, (1e6, 1.0), "log_goalposts") == pytest.approx(100 / 11)
    assert reach(100.0, (100.0, 110.0), "log_goalposts") < 3  # a quarter of a short one
    assert reach(0.0, (150.0, 0.0), "goalposts") == 37.5
