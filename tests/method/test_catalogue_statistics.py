"""Whether a scored indicator is a measure at all: ends, spread, order and redundancy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cescore.method.index.catalogue import IndicatorStatistics, catalogue, rank_correlation

from .builders import framework, indicator, panel

SIX = [[0, 10], [20, 30], [40, 50], [60, 70], [80, 90], [100, 100]]


def statistics(**scores: list[list[float | None]]) -> dict[str, IndicatorStatistics]:
    frame = framework([indicator(code) for code in scores])
    return {s.code: s for s in catalogue(panel(scores), frame)}


def test_shares_at_the_ends_count_entity_years_with_a_score() -> None:
    found = statistics(X=[[0, 0], [0, 50], [100, None], [50, 50]])["X"]
    assert (found.scores, found.entities) == (7, 4)
    assert (found.at_floor, found.at_top) == (3 / 7, 1 / 7)


def test_the_ends_are_those_of_the_scale_in_use() -> None:
    frame = framework([indicator("X")], scale={"floor": 60, "top": 100})
    found = catalogue(panel({"X": [[60], [60], [80], [100]]}), frame)[0]
    assert (found.at_floor, found.at_top, found.spread) == (0.5, 0.25, 62.5)


@pytest.mark.parametrize(
    ("scores", "limit"),
    [
        ([[0], [0], [0], [90]], "at_floor"),
        ([[100], [100], [100], [10]], "at_top"),
        ([[50], [51], [52], [53]], "spread"),
        ([[10, 90], [30, 70], [70, 30], [90, 10]], "rank_stability"),
    ],
)
def test_an_indicator_that_measures_nothing_is_beyond_its_limit(
    scores: list[list[float | None]], limit: str
) -> None:
    assert statistics(X=scores)["X"].beyond() == (limit,)


def test_two_indicators_of_one_order_are_redundant_from_ten_entities_on() -> None:
    ten = [[10.0 * i] for i in range(10)]
    both = statistics(X=ten, Y=[[100 - row[0]] for row in ten])
    assert both["X"].beyond() == both["Y"].beyond() == ("redundancy",)
    assert (both["X"].redundancy, both["X"].redundant_with) == (1, "Y")
    few = statistics(X=SIX, Y=SIX)["X"]
    assert (few.redundancy, few.beyond()) == (1, ())


def test_an_order_among_the_few_that_have_both_is_no_redundancy_of_many() -> None:
    twelve = [[float(i * 37 % 12)] for i in range(12)]
    few = [row if i < 5 else [None] for i, row in enumerate(twelve)]
    found = statistics(X=twelve, FEW=few)
    assert found["X"].redundancy is None
    assert found["FEW"].entities == 5


def test_a_common_trend_is_no_redundancy() -> None:
    rising = [[10.0, 60.0], [20.0, 70.0], [30.0, 80.0], [40.0, 90.0]]
    mixed = [[30.0, 80.0], [10.0, 60.0], [40.0, 90.0], [20.0, 70.0]]
    assert statistics(X=rising, Y=mixed)["X"].redundancy == 0


def test_of_three_entities_nothing_is_said_but_how_often_they_stand_at_an_end() -> None:
    found = statistics(X=[[0], [0], [100]])["X"]
    assert (found.spread, found.rank_stability, found.redundancy) == (None, None, None)
    assert found.beyond() == ("at_floor",)


@given(st.lists(st.integers(-50, 50), min_size=4, max_size=8, unique=True))
def test_a_rank_correlation_knows_order_alone(values: list[int]) -> None:
    x = np.array(values, float)
    assert rank_correlation(x, np.exp(x / 25)) == pytest.approx(1)
    assert rank_correlation(x, -(x**3)) == pytest.approx(-1)


def test_ties_stand_at_their_mean_rank() -> None:
    """Ranks 1, 2.5, 2.5, 4 and 1, 3, 2, 4: r = 4.5 / sqrt(4.5 * 5)."""
    found = rank_correlation(np.array([1.0, 2, 2, 4]), np.array([1.0, 3, 2, 4]))
    assert found == pytest.approx(4.5 / np.sqrt(4.5 * 5))
