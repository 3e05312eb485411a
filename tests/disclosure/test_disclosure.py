"""The disclosure rules on plain numbers (notes on confidentiality; Handbook on SDC)."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cescore.definitions.model import Disclosure
from cescore.method.disclosure.rules import (
    GroupFigure,
    by_holding,
    contributions,
    group_figure,
    half_unit,
    is_safe,
    ranks,
    releasable_share,
    rounded,
    spread_quantile,
    standing,
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


def test_what_is_not_finite_has_no_digits() -> None:
    for value in (0.0, np.inf, -np.inf, np.nan):
        assert (rounded(value, 2), half_unit(value, 2)) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("value", "digits", "shown", "half"),
    [
        (1234.5, 1, 1000.0, 500.0),
        (1234.5, 4, 1235.0, 0.5),
        (0.0995, 2, 0.1, 0.0005),
        (-7.25, 2, -7.3, 0.05),
        (5e-324, 2, 5e-324, 0.0),
        (1.5e300, 1, 2e300, 5e299),
    ],
)
def test_so_many_significant_digits_whatever_the_size(
    value: float, digits: int, shown: float, half: float
) -> None:
    assert (rounded(value, digits), half_unit(value, digits)) == (shown, half)


@pytest.mark.parametrize(
    ("value", "decimals", "shown"), [(2.5, 0, 3), (-2.5, 0, -3), (0.05, 1, 0.1), (1e15 + 0.25, 1, 1e15 + 0.3)]
)  # fmt: skip
def test_a_half_is_rounded_away_from_zero_at_every_decimal(
    value: float, decimals: int, shown: float
) -> None:
    assert to_decimals(value, decimals) == shown


def test_a_holding_is_the_same_wherever_it_stands_and_who_has_no_value_is_not_there() -> None:
    values, holding = by_holding(np.array([1.0, np.nan, 3.0, 4.0]), ["B", "C", "A", "B"])
    assert values.tolist() == [1.0, 3.0, 4.0]
    assert holding[0] == holding[2] != holding[1]


@pytest.mark.parametrize(("rest", "safe"), [(10.0, True), (9.99, False), (0.0, False)])
def test_what_two_leave_of_a_total_is_a_tenth_of_the_largest_at_least(
    rest: float, safe: bool
) -> None:
    assert is_safe(np.array([100.0, 90.0, rest / 2, rest / 2]), RULES) is safe


@pytest.mark.parametrize("n", [7, 8, 9, 12])
@pytest.mark.parametrize("direction", [1, -1])
def test_the_best_quarter_is_a_strength_and_the_last_a_weakness(n: int, direction: int) -> None:
    """Of eight or more different values; of fewer there is none, and NaN is nobody's."""
    numbers = np.array([*range(n), np.nan], float)
    words = [standing(numbers, float(v), direction) for v in range(n)]
    in_a_quarter = n // 4 if n >= 8 else 0
    ends = ["weakness", "strength"] if direction == 1 else ["strength", "weakness"]
    middle = [""] * (n - 2 * in_a_quarter)
    assert words == [ends[0]] * in_a_quarter + middle + [ends[1]] * in_a_quarter
    assert standing(numbers, np.nan, direction) == ""


@pytest.mark.parametrize("direction", [1, -1])
def test_each_report_prints_its_own_quarter_and_the_very_same_figures(direction: int) -> None:
    """Quartiles at 10, 20 and 30: what lies on one is in the quarter nearer to the worst."""
    figure = GroupFigure("x", direction, 40, 10.0, 20.0, 30.0)
    own = np.array([5.0, 10.0, 15.0, 20.0, 25.0, 30.0, 35.0, np.nan])
    bands = [4, 4, 3, 3, 2, 2, 1, None] if direction == 1 else [1, 2, 2, 3, 3, 4, 4, None]
    made = figure.for_entities(own, RULES)
    assert [of.quartile_band for of in made] == bands
    words = {1: "strength", 4: "weakness"}
    assert [of.standing for of in made] == [words.get(band or 0, "") for band in bands]
    assert {(of.n, of.lower_quartile, of.median, of.upper_quartile) for of in made} == {
        (40, 10.0, 20.0, 30.0)
    }
    assert figure.for_entity(None, RULES) == made[-1]


@pytest.mark.parametrize("missing", [0, 1, 2])
def test_without_one_of_the_quartiles_nobody_has_a_quarter(missing: int) -> None:
    cuts = [10.0, 20.0, 30.0]
    quartiles = [None if i == missing else cut for i, cut in enumerate(cuts)]
    (made,) = GroupFigure("x", 1, 40, *quartiles).for_entities(np.array([35.0]), RULES)
    assert (made.quartile_band, made.standing) == (None, "")
    assert [made.lower_quartile, made.median, made.upper_quartile] == quartiles


def test_of_nobody_there_is_no_figure_and_of_less_than_three_no_quantile() -> None:
    nobody = group_figure("x", np.array([np.nan]), ["A"], -1, RULES)
    assert nobody == GroupFigure("x", -1, 0, None, None, None)
    bare = RULES.model_copy(
        update={"median_least_n": 1, "quartile_least_n": 1, "least_beyond_quantile": 1}
    )
    for n, has_median in ((2, False), (3, True)):
        figure = group_figure("x", np.arange(1.0, n + 1), own(n), 1, bare)
        assert (figure.median is not None) is has_median and figure.n == n


@pytest.mark.parametrize(("least", "is_released"), [(5, True), (6, False)])
def test_a_quantile_leaves_as_many_beyond_it_as_the_rules_ask(
    least: int, is_released: bool
) -> None:
    """Of 20, five lie below the lower and above the upper quartile."""
    rules = RULES.model_copy(update={"least_beyond_quantile": least})
    figure = group_figure("x", np.arange(20.0), own(20), 1, rules)
    assert (figure.lower is not None) is (figure.upper is not None) is is_released
    assert figure.median == 9.5
    if is_released:
        assert (figure.lower, figure.upper) == (4.75, 14.25)


def test_a_holding_counts_once_with_the_mean_of_its_firms() -> None:
    values_of = np.array([*range(1, 10), 9.0, 11.0], float)
    holders = [*own(9), "two", "two"]
    figure = group_figure("x", values_of, holders, 1, RULES)
    assert (figure.n, figure.median) == (10, 5.5)


@given(st.lists(st.one_of(st.integers(0, 5), st.none()), max_size=12), st.sampled_from([1, -1]))
def test_a_rank_is_one_more_than_how_many_are_better(
    numbers: list[int | None], direction: int
) -> None:
    x = np.array([np.nan if n is None else n for n in numbers], float)
    known = [n for n in numbers if n is not None]
    expected = [
        None if n is None else 1 + sum(direction * other > direction * n for other in known)
        for n in numbers
    ]
    assert ranks(x, direction) == expected
