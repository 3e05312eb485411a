"""The pace of an indicator's own last years, by which advice is measured."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cescore.method.grading.next_step import within_reach
from cescore.method.grading.own_pace import RECENT, OwnPace, after, best_of_late, own_pace

UP, DOWN = (0.0, 100.0), (100.0, 0.0)
SERIES = st.lists(st.none() | st.floats(1.0, 120.0), min_size=1, max_size=7)
ENDS = st.sampled_from([(1.0, 100.0), (100.0, 1.0)])
METHODS = st.sampled_from(["goalposts", "log_goalposts"])


@given(SERIES, st.floats(1.0, 100.0), ENDS, METHODS, st.integers(1, RECENT))
def test_a_pace_leads_for_the_better_and_never_beyond_the_best_end(
    series: list[float | None], now: float, ends: tuple[float, float], method: str, years: int
) -> None:
    pace = own_pace([*series, now], ends, method, years=years)
    if pace is None:
        return
    direction = 1 if ends[1] > ends[0] else -1
    later = after(now, pace, ends, method)
    assert (later - now) * direction >= -1e-9
    assert (ends[1] - later) * direction >= -1e-9


def test_near_the_end_of_a_scale_a_step_is_a_share_of_what_is_left_and_never_all_of_it() -> None:
    # landfill per head: a quarter of what was left in its best year, which is no longer 8 but 5.5
    series = [78.0, 40.0, 30.0, 22.0]
    pace = own_pace(series, (150.0, 0.0), "goalposts")
    assert pace is not None
    assert after(22.0, pace, (150.0, 0.0), "goalposts") == pytest.approx(22.0 * (1 - 38 / 78))
    slow = own_pace([40.0, 40.0, 30.0, 22.0], (150.0, 0.0), "goalposts")
    assert slow is not None
    assert after(22.0, slow, (150.0, 0.0), "goalposts") == pytest.approx(22.0 * 22 / 30)


def test_far_from_the_end_a_step_is_no_more_than_the_best_year_brought() -> None:
    pace = own_pace([90.0, 90.0, 97.0, 40.0], UP, "goalposts")  # 7 of 10 left, and it did not last
    assert pace == OwnPace()
    pace = own_pace([97.0, 98.5, 98.5, 50.0], UP, "goalposts")  # half of 3 left
    assert pace is not None
    assert after(50.0, pace, UP, "goalposts") == pytest.approx(51.5)


def test_a_year_that_jumped_and_fell_back_or_lies_long_back_sets_no_pace() -> None:
    slip = [75.5, 77.0, 78.65, 103.95, 81.97, 83.5]  # film: 2023 is a slip
    assert (own_pace(slip, (50.0, 100.0), "goalposts") or OwnPace()).amount == pytest.approx(
        2 * (81.97 - 78.65) / 100
    )
    long_ago = [120.0, 70.0, 50.0, 50.0, 50.0, 50.0]
    assert own_pace(long_ago, DOWN, "goalposts") == OwnPace()
    assert own_pace([None, None, 50.0], DOWN, "goalposts") is None
    assert own_pace([-1.0, 0.0], (10.0, 1.0), "log_goalposts") is None  # no ratio of nothing


def test_what_lasted_of_the_best_of_late_is_a_step_for_what_has_only_fallen() -> None:
    assert best_of_late(
        [105.6, 110.45, 110.25, 110.77, 111.6, 113.6], (337.5, 44.4), "log_goalposts"
    ) == (pytest.approx(110.77))
    assert best_of_late([None], UP, "goalposts") is None


def test_nobody_is_asked_within_a_year_for_more_than_three_of_its_own_years_brought() -> None:
    ends = (337.5, 44.4)
    assert within_reach(
        113.6, ends, "log_goalposts", [110.25, 110.77, 111.6, 113.6]
    ) == pytest.approx(0)
    assert within_reach(107.0, ends, "log_goalposts", [112.26, 108.61, 108.15, 107.0]) < 6
    new = within_reach(111.8, ends, "log_goalposts", [None, None, None, 111.8])
    assert new == pytest.approx(111.8 / 11), "of a body without a past, a tenth"
