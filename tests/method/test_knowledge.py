"""Whose knowledge an audit must ask for: what each holding adds to the cells of one system."""

from __future__ import annotations

from cescore.method.knowledge import Knowledge, RespondentCell

COAL, FUEL = RespondentCell("park", "coal"), RespondentCell("district", "fuel")


def test_who_returns_another_quantity_is_an_observer_too() -> None:
    assert Knowledge({COAL: {"A": 10.0}, FUEL: {"B": 5.0}}).observers == ("A", "B")


def test_whom_two_others_know_no_less_than_in_every_cell_is_not_asked() -> None:
    parts = {"A": 10.0, "B": 5.0, "C": 5.0, "D": 1.0}
    assert Knowledge({COAL: parts}).observers == ("A", "B")
    assert Knowledge({COAL: parts, FUEL: {"D": 1.0}}).observers == ("A", "B", "D")


def test_second_largest_is_asked_of_the_cells_whose_largest_is_to_be_protected() -> None:
    both = {"A": 10.0, "B": 5.0}
    assert Knowledge({COAL: both, FUEL: both}).observers == ("A", "B")
