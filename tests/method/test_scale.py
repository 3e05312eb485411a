"""Places on a scale: between its ends, whatever the value."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cescore.definitions.model import Scale
from cescore.method.grading.period_measures import Completion
from cescore.method.index.progress import yearly_pace
from cescore.method.index.scale import place_on, reach_of


@given(st.floats(-1e9, 1e9), st.floats(-100, 100), st.floats(0.001, 1000))
def test_a_place_lies_between_the_ends_and_grows_with_the_value(
    x: float, low: float, span: float
) -> None:
    scale = Scale(floor=low, top=low + span)
    assert 0 <= place_on(x, scale) <= place_on(x + 1, scale) <= 1


def test_the_ends_are_0_and_1_and_a_scale_without_length_has_no_place() -> None:
    scale = Scale(floor=60, top=100)
    assert [place_on(x, scale) for x in (50, 60, 70, 100, 120)] == [0, 0, 0.25, 1, 1]
    assert place_on(60, Scale(floor=60, top=60)) == 0


@pytest.mark.parametrize(
    ("score", "reach"),
    [(100, "near"), (75, "near"), (74.9, "middle"), (50, "middle"), (49.9, "far"), (-5, "far")],
)
def test_a_score_is_near_from_three_quarters_and_far_below_half(score: float, reach: str) -> None:
    assert reach_of(score, Scale()) == reach


def test_a_yearly_pace_compounds_to_the_index() -> None:
    for index, years in ((121.0, 2), (90.0, 5), (100.0, 3)):
        pace = yearly_pace(index, years)
        assert pace is not None and 100 * (1 + pace / 100) ** years == pytest.approx(index)
    assert yearly_pace(0.0, 3) is None


@pytest.mark.parametrize(
    ("done", "is_low"),
    [(None, False), (0.79, True), (0.8, False), (0.8 - 1e-13, False), (1.0, False)],
)
def test_less_than_four_fifths_done_stands_out(done: float | None, is_low: bool) -> None:
    assert Completion("", {}, done, None, ()).is_low is is_low
