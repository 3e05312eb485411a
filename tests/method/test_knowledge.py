"""Whose knowledge an audit must ask for: what each holding adds to the cells of one system."""

from __future__ import annotations

import pytest

from cescore.method.disclosure.knowledge import Knowledge, RespondentCell, two_largest

COAL, FUEL = RespondentCell("park", "coal"), RespondentCell("district", "fuel")


def test_who_returns_another_quantity_is_an_observer_too() -> None:
    assert Knowledge({COAL: {"A": 10.0}, FUEL: {"B": 5.0}}).observers == ("A", "B")


def test_whom_two_others_know_no_less_than_in_every_cell_is_not_asked() -> None:
    parts = {"A": 10.0, "B": 5.0, "C": 5.0, "D": 1.0}
    assert Knowledge({COAL: parts}).observers == ("A", "B")
    assert Knowledge({COAL: parts, FUEL: {"D": 1.0}}).observers == ("A", "B", "D")


def test_whoever_is_absent_from_a_cell_knows_nothing_of_it() -> None:
    """A and B know more of coal than D, and nothing of fuel, where D adds 1 of several."""
    fuel = {"D": 1.0, "X": 2.0, "Y": 2.0, "Z": 2.0}
    assert "D" in Knowledge({COAL: {"A": 10.0, "B": 5.0, "D": 1.0}, FUEL: fuel}).observers


def test_second_largest_is_asked_of_the_cells_whose_largest_is_to_be_protected() -> None:
    both = {"A": 10.0, "B": 5.0}
    assert Knowledge({COAL: both, FUEL: both}).observers == ("A", "B")


def test_no_observer_knows_more_of_a_cell_than_its_largest_contribution() -> None:
    knowledge = Knowledge({COAL: {"A": 10.0, "B": 12.0}, FUEL: {"B": 5.0}})
    assert knowledge.largest == {COAL: 12.0, FUEL: 5.0}
    assert knowledge.largest_but(COAL) == {FUEL: 5.0}
    assert knowledge.of("B") == {COAL: 12.0, FUEL: 5.0}
    assert knowledge.of("") == {}
    assert knowledge.most(["A", "B"]) == {COAL: 12.0, FUEL: 5.0}
    assert Knowledge({COAL: {"A": 0.5}}).most(["A"]) == {COAL: 0.5}


def test_a_cell_of_one_holding_is_known_whole() -> None:
    knowledge = Knowledge({COAL: {"A": 10.0, "B": 5.0}, FUEL: {"B": 5.0}})
    assert knowledge.sole_in([COAL, FUEL]) == [FUEL]


def test_a_holding_is_spread_where_it_is_in_several_cells_of_one_quantity() -> None:
    elsewhere = RespondentCell("district", "coal")
    both = {"A": 10.0, "B": 5.0}
    knowledge = Knowledge({COAL: both, FUEL: {"B": 5.0}, elsewhere: {"A": 1.0}})
    assert knowledge.spread == [("A", [COAL, elsewhere])]


def test_of_equal_holdings_the_first_two_are_asked() -> None:
    assert Knowledge({COAL: {"C": 5.0, "A": 5.0, "B": 5.0}}).observers == ("A", "B")
    assert Knowledge({COAL: {"C": 5.0, "A": 5.0}, FUEL: {"C": 1.0}}).observers == ("C", "A")


@pytest.mark.parametrize(
    ("parts", "largest"),
    [
        ({"A": 1.0, "B": 3.0, "C": 2.0}, ("B", "C")),
        ({"B": 2.0, "A": 2.0, "C": 1.0}, ("A", "B")),
        ({"A": 1.0, "B": 3.0}, ("B", "A")),
        ({"A": 1.0}, ("A", "")),
    ],
)
def test_the_two_largest_are_by_contribution_and_then_by_name(
    parts: dict[str, float], largest: tuple[str, str]
) -> None:
    assert two_largest(parts) == largest
