"""Formulas are compared by what they measure, not by how they are written."""

from __future__ import annotations

import pytest

from cescore.definitions.formulas.formula import parse
from cescore.definitions.formulas.same_quantity import Quantities, Sameness

KNOWN = Quantities(
    {
        "offered": parse("made + from_stock"),
        "rate": parse("used / offered"),
        "all_used": parse("total(fodder, fuel)"),
        "fall": parse("1 - rate / base(rate)"),
    }
)


@pytest.mark.parametrize(
    ("formula", "other", "expected"),
    [
        ("used / (made + from_stock)", "used / offered", "same"),  # an account written out
        ("used / (from_stock + made)", "rate", "same"),  # another order, an indicator's name
        ("used / total(made, from_stock)", "used / positive(offered)", "same"),
        ("100 * used / offered", "rate", "same"),  # per cent and share
        ("1 - rate", "rate", "same"),  # what is left of it
        ("(offered - used) / offered", "rate", "same"),
        ("energy / gdp", "gdp / energy", "same"),  # turned over
        ("total(fuel, fodder) / straw", "all_used / straw", "same"),
        ("1 - rate / base(rate)", "fall", "same"),
        ("sites", "sites / residents", "numerator"),
        ("all_used", "(fodder + fuel) / straw", "numerator"),
        ("sites / residents", "sites", ""),  # the other way round it is another quantity
        ("residents", "sites / residents", ""),
        ("used / made", "used / offered", ""),
        ("fall", "rate", ""),  # a change is no level
        ("lag(rate)", "rate", ""),
        ("used + from_stock", "used", ""),
        ("fuel / straw", "all_used / straw", ""),  # a part is not the whole
        ("3", "4", ""),  # numbers measure nothing
    ],
)
def test_two_formulas_are_one_quantity_or_not(formula: str, other: str, expected: Sameness) -> None:
    assert KNOWN.sameness(parse(formula), parse(other)) == expected


def test_what_cannot_be_computed_is_the_same_as_nothing() -> None:
    assert KNOWN.sameness(parse("used / (made - made)"), parse("used / (made - made)")) == ""
