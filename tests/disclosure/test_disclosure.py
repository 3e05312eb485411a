"""The disclosure rules on plain numbers (notes on confidentiality; Handbook on SDC)."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cescore.definitions.model import Disclosure
from cescore.method.disclosure.rules import (
    contributions,
    group_figure,
    half_unit,
    is_safe,
    ranks,
    releasable_share,
    rounded,
    spread_quantile,
    to_decimals,
)

RULES = Disclosure()
values = st.lists(st.floats(-1e6, 1e6).map(lambda x: round(x, 3)), min_size=1, max_size=60)


def own(n: int) -> list[str]:
    """Each its own holding."""
    return [f"h{i}" for i in range(n)]


def test_the_p_percent_rule_is_stricter_than_dominance() -> None:
    # X 100,000; x1 50,000; x2 49,000: the second can tell the first within 10 %
    parts = np.array([50_000.0, 49_000.0, 500.0, 500.0])
    assert not is_safe(parts, RULES)
    assert is_safe(np.array([50_000.0, 40_000.0, 5_000.0, 5_000.0]), RULES)


@pytest.mark.parametrize(("n", "safe"), [(1, False), (2, False), (3, False), (4, True), (5, True)])
def test_a_total_needs_three_others_besides_oneself(n: int, safe: bool) -> None:
    assert is_safe(np.full(n, 10.0), RULES) is safe


def test_firms_of_one_holding_are_one_contributor() -> None:
    parts = contributions(np.array([10.0, 20.0, 5.0]), ["A", "A", "B"])
    assert parts.tolist() == [30.0, 5.0]


def test_a_negative_value_counts_by_its_size_and_switches_nothing_off() -> None:
    parts = contributions(np.array([-90.0, 5.0, 3.0, 2.0]), own(4))
    assert parts.tolist() == [90.0, 5.0, 3.0, 2.0]
    assert not is_safe(parts, RULES)


def test_who_adds_nothing_hides_nobody() -> None:
    parts = contributions(np.array([10.0, 10.0, 0.0, 0.0, np.nan]), own(5))
    assert parts.tolist() == [10.0, 10.0]


@pytest.mark.parametrize(
    ("value", "shown"),
    [(72.34, 72.0), (0.012349, 0.012), (-1250.0, -1300.0), (99.6, 100.0), (0.0, 0.0)],
)
def test_two_significant_digits_half_up(value: float, shown: float) -> None:
    assert rounded(value, 2) == shown


def test_a_public_index_has_one_decimal_half_up() -> None:
    assert to_decimals(72.25, 1) == 72.3


@pytest.mark.parametrize(
    ("n", "median", "quartiles"),
    [(9, False, False), (10, True, False), (19, True, False), (20, True, True)],
)
def test_quantiles_need_enough_contributors(n: int, median: bool, quartiles: bool) -> None:
    figure = group_figure("x", np.arange(1.0, n + 1), own(n), 1, RULES)
    assert (figure.median is not None) is median
    assert (figure.lower is not None) is quartiles
    assert (figure.upper is not None) is quartiles


def test_n_is_shown_from_ten() -> None:
    nine = group_figure("x", np.arange(9.0), own(9), 1, RULES).for_entity(3.0, RULES)
    ten = group_figure("x", np.arange(10.0), own(10), 1, RULES).for_entity(3.0, RULES)
    assert (nine.n, ten.n) == (None, 10)


@given(st.lists(st.integers(0, 10**6), min_size=10, max_size=60, unique=True))
def test_a_quantile_is_never_one_contributors_value_unless_the_neighbours_make_it(
    numbers: list[int],
) -> None:
    ordered = np.sort(np.array(numbers, float))
    position = (len(ordered) - 1) * 0.5
    below = int(position)
    expected = ordered[below - 1 : below + 2] if position == below else ordered[below : below + 2]
    assert spread_quantile(ordered, 0.5) == pytest.approx(expected.mean())


@given(values, st.integers(1, 8))
def test_a_released_quantile_has_five_contributors_beyond_it_on_either_side(
    numbers: list[float], holdings: int
) -> None:
    x = np.array(numbers)
    holders = [f"h{i % max(len(x) // holdings, 1)}" for i in range(len(x))]
    figure = group_figure("x", x, holders, 1, RULES)
    means = [x[[h == holder for h in holders]].mean() for holder in set(holders)]
    for quantile in (figure.lower, figure.median, figure.upper):
        if quantile is not None:
            assert sum(m < quantile for m in means) >= 5
            assert sum(m > quantile for m in means) >= 5


def test_ties_that_would_print_the_least_value_are_withheld() -> None:
    x = np.array([7.0] * 20 + [8.0] * 10)
    figure = group_figure("x", x, own(30), 1, RULES)
    assert (figure.lower, figure.median) == (None, None)


@pytest.mark.parametrize(
    ("value", "direction", "band"), [(19, 1, 1), (19, -1, 4), (0, 1, 4), (12, 1, 2)]
)
def test_the_own_quarter_is_one_for_the_best(value: float, direction: int, band: int) -> None:
    figure = group_figure("x", np.arange(20.0), own(20), direction, RULES)
    assert figure.for_entity(value, RULES).quartile_band == band


def test_equal_values_share_the_better_rank_and_rounding_makes_no_tie() -> None:
    assert ranks(np.array([70.04, 70.04, 70.05, np.nan]), 1) == [2, 2, 1, None]
    assert ranks(np.array([3.0, 1.0, 2.0]), -1) == [3, 1, 2]


@given(st.floats(1e-9, 1e12), st.integers(1, 4))
def test_a_printed_value_is_off_by_at_most_half_a_unit(value: float, digits: int) -> None:
    assert abs(rounded(value, digits) - value) <= half_unit(value, digits) * (1 + 1e-9)


@pytest.mark.parametrize("share", [0.0, 0.05, 0.95, 1.0])
def test_of_few_a_share_of_nearly_all_or_none_is_not_shown(share: float) -> None:
    assert releasable_share(share, 49) is None
    assert releasable_share(share, 50) == share
    assert releasable_share(0.1, 20) == 0.1 and releasable_share(0.9, 20) == 0.9
