"""Whose value printed sums give away: each rule at its very edge, on systems worked out by hand.

p is 10 %, so 10 must be hidden beside a contribution of 100; at least 4 contribute to what is printed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from cescore.definitions.model import Disclosure
from cescore.method.disclosure.inference import Statement, System
from cescore.method.disclosure.knowledge import RespondentCell
from cescore.method.disclosure.protection import Breach, Protection

RULES = Disclosure(min_contributors=4, p_percent=10)
C, D = RespondentCell("park", "coal"), RespondentCell("district", "coal")
REST = "what no respondent returned"
Cells = Mapping[RespondentCell, Mapping[str, float]]


def found(
    cells: Cells, statements: Sequence[Statement], rest: float = 0.0, **more: object
) -> list[tuple[str, str, str, str]]:
    """Target, observer, rule and proof of each breach."""
    truth = {REST: rest, **{cell: sum(parts.values()) for cell, parts in cells.items()}}
    system = System(dict.fromkeys(truth, 0.0), statements, truth)
    breaches = Protection(system, cells, RULES, **more).breaches()  # type: ignore[arg-type]
    return [(b.target, b.observer, b.rule, "".join(sorted(map(str, b.proof)))) for b in breaches]


def sum_of_c(half_width: float = 0.0, **parts: float) -> list[tuple[str, str, str, str]]:
    return found({C: parts}, [Statement.of("t", {C: 1.0}, sum(parts.values()), half_width)])


# --- one printed sum --------------------------------------------------------------------------


def test_a_sum_is_unsafe_where_all_but_two_add_less_than_p_percent_of_the_largest() -> None:
    assert sum_of_c(a=100, b=50, c=5, d=4.9) == [("a", "b", "upper", "t")]
    assert sum_of_c(a=100, b=50, c=5, d=5) == []


def test_of_equal_contributors_the_first_by_name_is_the_target() -> None:
    assert sum_of_c(b=100, a=100, c=1, d=1) == [("a", "b", "upper", "t")]


def test_a_sum_of_fewer_than_the_minimum_is_unsafe_however_even() -> None:
    assert sum_of_c(a=100, b=100, c=100) == [("a", "", "contributors", "t")]
    assert sum_of_c(a=100, b=100, c=100, d=100) == []


def test_a_sum_of_one_names_no_observer() -> None:
    assert sum_of_c(a=100) == [("a", "", "upper", "t")]


@pytest.mark.parametrize(("half_width", "is_safe"), [(9.9, False), (10.0, True)])
def test_rounding_hides_as_much_as_others_would(half_width: float, is_safe: bool) -> None:
    assert (sum_of_c(half_width, a=100) == []) is is_safe


@pytest.mark.parametrize(("rest", "is_safe"), [(9.9, False), (10.0, True)])
def test_what_no_respondent_returned_hides_as_much_as_others_would(
    rest: float, is_safe: bool
) -> None:
    printed = Statement.of("t", {C: 1.0, REST: 1.0}, 100 + rest)
    assert (found({C: {"a": 100.0}}, [printed], rest) == []) is is_safe


def test_contributions_count_as_they_are_weighted_and_by_magnitude() -> None:
    """2 C - D: a adds 200 - 100, b adds 0 and so nothing, c takes off 50."""
    cells = {C: {"a": 100.0, "b": 10.0}, D: {"a": 100.0, "b": 20.0, "c": 50.0}}
    printed = Statement.of("t", {C: 2.0, D: -1.0}, 50.0)
    assert found(cells, [printed]) == [("a", "c", "upper", "t")]


def test_sums_that_are_unsafe_alone_come_without_what_follows_from_several() -> None:
    cells = {C: {"a": 100.0}, D: {"b": 100.0, "c": 50.0, "d": 5.0, "e": 5.0}}
    printed = [Statement.of("t", {C: 1.0}, 100), Statement.of("u", {C: 1.0, D: 1.0}, 260)]
    assert found(cells, printed) == [("a", "", "upper", "t")]


# --- what several give away together ----------------------------------------------------------


def between(low: float, high: float) -> list[Statement]:
    return [Statement("t", {C: 1.0}, low, high)]


@pytest.mark.parametrize(
    ("parts", "low", "high", "breach"),
    [
        ({"a": 100}, 91, 120, [("a", "", "lower", "t")]),
        ({"a": 100}, 90, 120, []),
        ({"a": 100, "b": 50}, 141, 170, [("a", "b", "lower", "t")]),
        ({"a": 100, "b": 50}, 140, 170, []),
        ({"a": 100, "b": 50, "c": 20}, 169, 200, []),  # of three nobody is known from below
        ({"a": 100, "b": 100, "c": 80, "d": 1}, 281, 281, []),
    ],
)
def test_one_or_two_are_known_from_below_where_less_than_p_percent_can_be_missing(
    parts: dict[str, float], low: float, high: float, breach: list[object]
) -> None:
    assert found({C: parts}, between(low, high)) == breach


@pytest.mark.parametrize(("rest_within", "is_safe"), [(4.9, False), (5.0, True)])
def test_a_sum_of_too_few_must_not_be_known_within_p_percent_of_its_largest(
    rest_within: float, is_safe: bool
) -> None:
    """Nobody prints C; it is the total less the rest, which is known so well."""
    printed = [
        Statement.of("t", {C: 1.0, REST: 1.0}, 250),
        Statement("r", {REST: 1.0}, 20 - rest_within, 20 + rest_within),
    ]
    expected = [] if is_safe else [("a", "", "contributors", "rt")]
    assert found({C: {"a": 100.0, "b": 70.0, "c": 60.0}}, printed, 20) == expected


@pytest.mark.parametrize(("rest", "is_safe"), [(9.9, False), (10.0, True)])
def test_the_largest_is_known_from_above_where_the_rest_of_a_difference_is_small(
    rest: float, is_safe: bool
) -> None:
    """C + D less D: beside a and b there is only the rest of what lies between."""
    of_d = {"e": 90.0, "f": 80.0, "g": 70.0, "h": 60.0}
    printed = [
        Statement.of("t", {C: 1.0, D: 1.0, REST: 1.0}, 450 + rest),
        Statement.of("d", {D: 1.0}, 300),
    ]
    breaches = found({C: {"a": 100.0, "b": 50.0}, D: of_d}, printed, rest)
    assert breaches == ([] if is_safe else [("a", "b", "upper", "dt")])


def test_after_a_breach_comes_what_is_left_once_the_cheapest_of_its_proof_is_withheld() -> None:
    """C follows from t less r, and from t less s; r costs least."""
    printed = [
        Statement.of("t", {C: 1.0, REST: 1.0}, 200),
        Statement.of("r", {REST: 1.0}, 100),
        Statement("s", {REST: 1.0}, 96, 104),
    ]
    cells: Cells = {C: {"a": 100.0}}
    once = found(cells, printed, 100)
    assert [breach[3] for breach in once] == ["rt", "rt"]  # from above and from below
    again = found(cells, printed, 100, costs={"t": 3.0, "r": 1.0, "s": 2.0})
    assert [breach[3] for breach in again] == ["rt", "st", "rt", "st"]


def test_a_cell_that_is_known_to_be_safe_is_not_asked_for() -> None:
    assert found({C: {"a": 100}}, between(91, 120), safe=[C]) == []


@pytest.mark.parametrize(("rest_within", "is_safe"), [(4.9, False), (5.0, True)])
def test_cells_that_are_few_people_s_together_are_asked_together(
    rest_within: float, is_safe: bool
) -> None:
    """Nobody knows much of C, nor of D; their sum is three people's and known so well."""
    printed = [
        Statement.of("t", {C: 1.0, D: 1.0, REST: 1.0}, 350),
        Statement("r", {REST: 1.0}, 150 - rest_within, 150 + rest_within),
    ]
    cells: Cells = {C: {"b": 100.0, "c": 40.0}, D: {"d": 60.0}}
    assert found(cells, printed, 150) == []
    breach = [("b", "", "contributors", "rt")]
    assert found(cells, printed, 150, wholes=[(C, D)]) == ([] if is_safe else breach)


@pytest.mark.parametrize(("beside", "is_safe"), [(9.0, False), (10.0, True)])
def test_a_holding_s_parts_of_several_cells_are_one_contribution(
    beside: float, is_safe: bool
) -> None:
    """H has 60 in C and 40 in D. Neither sum tells of one of them; their total leaves x out."""
    cells: Cells = {C: {"H": 60.0, "x": 50.0}, D: {"H": 40.0, "y": beside}}
    printed = [
        Statement.of("s", {C: 1.0, REST: 1.0}, 160),
        Statement.of("u", {D: 1.0, REST: -1.0}, 40 + beside - 50),
    ]
    assert found(cells, printed, 50) == ([] if is_safe else [("H", "x", "upper", "su")])


@pytest.mark.parametrize(("rest_within", "is_safe"), [(5.9, False), (6.0, True)])
def test_an_observer_of_another_cell_takes_off_what_it_knows_of_it(
    rest_within: float, is_safe: bool
) -> None:
    """e takes its 100 off the total, and what the rest is at least: beside a there are 4 and its
    uncertainty. a does the same."""
    cells: Cells = {C: {"a": 100.0}, D: {"e": 100.0, "g": 4.0}}
    printed = [
        Statement.of("t", {C: 1.0, D: 1.0, REST: 1.0}, 224),
        Statement("r", {REST: 1.0}, 20 - rest_within, 20 + rest_within),
    ]
    breaches = [("a", "e", "upper", "rt"), ("e", "a", "upper", "rt")]
    assert found(cells, printed, 20) == ([] if is_safe else breaches)


@pytest.mark.parametrize(("rest_within", "is_safe"), [(5.9, False), (6.0, True)])
def test_an_observer_in_the_cell_and_elsewhere_takes_off_both(
    rest_within: float, is_safe: bool
) -> None:
    """b takes 50 off C, and 30 off D: beside a there are 4 and the rest's uncertainty."""
    cells: Cells = {C: {"a": 100.0, "b": 50.0}, D: {"b": 30.0, "g": 4.0}}
    printed = [
        Statement.of("t", {C: 1.0, D: 1.0, REST: 1.0}, 204),
        Statement("r", {REST: 1.0}, 20 - rest_within, 20 + rest_within),
    ]
    assert found(cells, printed, 20) == ([] if is_safe else [("a", "b", "upper", "rt")])


@pytest.mark.parametrize(("rest_within", "is_safe"), [(3.9, False), (4.0, True)])
def test_a_holding_s_parts_together_are_safe_from_whoever_is_in_none_of_its_cells(
    rest_within: float, is_safe: bool
) -> None:
    """z takes off its 100: beside H there are 1, 1, 4 and the rest's uncertainty; H knows as little of z."""
    other = RespondentCell("another park", "coal")
    cells: Cells = {
        C: {"H": 60.0, "x": 1.0},
        D: {"H": 40.0, "y": 1.0},
        other: {"z": 100.0, "g": 4.0},
    }
    printed = [
        Statement.of("t", {C: 1.0, D: 1.0, other: 1.0, REST: 1.0}, 226),
        Statement("r", {REST: 1.0}, 20 - rest_within, 20 + rest_within),
    ]
    breaches = [("z", "H", "upper", "rt"), ("H", "z", "upper", "rt")]
    assert found(cells, printed, 20) == ([] if is_safe else breaches)


def test_a_sum_of_too_few_that_two_numbers_bound_is_given_away_by_both() -> None:
    printed = [
        Statement.of("t", {C: 1.0, REST: 1.0}, 250),
        Statement("r", {REST: 1.0}, 15.1, 1000),
        Statement("s", {REST: 1.0}, 0, 24.9),
    ]
    three: Cells = {C: {"a": 100.0, "b": 70.0, "c": 60.0}}
    assert found(three, printed, 20) == [("a", "", "contributors", "rst")]


def test_the_interval_of_a_cell_s_others_is_what_the_sums_leave_less_one_s_own() -> None:
    cells: Cells = {C: {"a": 100.0, "b": 50.0}, D: {"b": 30.0}}
    printed = [Statement.of("t", {C: 1.0, D: 1.0}, 180), Statement("d", {D: 1.0}, 20, 60)]
    truth = {C: 150.0, D: 30.0}
    protection = Protection(System(dict.fromkeys(cells, 0.0), printed, truth), cells, RULES)
    for observer, low, high in (("", 120, 160), ("b", 100, 100)):
        least, most = protection.interval(C, observer)
        assert (least.value, most.value) == pytest.approx((low, high), abs=1e-3)
    assert isinstance(protection.alone, list) and all(
        isinstance(b, Breach) for b in protection.alone
    )
