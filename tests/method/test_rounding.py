"""GB/T 8170 and half up are two rules; both take the original value."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cescore.errors import MethodError
from cescore.method.rounding import round_8170, round_8170_significant
from cescore.publish.numbers import rounded

# GB/T 8170-2008 as quoted by daowen.com (book 214653640, 4.5.1) and wiki.szjm666.com (item 281272)
CASES = [
    *(("12.1498", 0, "12"), ("12.1498", 1, "12.1"), ("1268", -2, "1.3E+3"), ("10.5002", 0, "11")),
    *(("1.050", 1, "1.0"), ("0.35", 1, "0.4"), ("2500", -3, "2E+3"), ("3500", -3, "4E+3")),
    *(("-0.0365", 3, "-0.036"), ("28.175", 2, "28.18"), ("28.165", 2, "28.16")),
    *(("28.350", 1, "28.4"), ("28.250", 1, "28.2"), ("28.050", 1, "28.0"), ("28.2501", 1, "28.3")),
    *(("28.2645", 1, "28.3"), ("15.4546", 0, "15")),
]


@pytest.mark.parametrize(("value", "decimals", "printed"), CASES)
def test_the_standards_own_cases(value: str, decimals: int, printed: str) -> None:
    assert str(round_8170(value, decimals)) == printed
    assert round_8170(float(value), decimals) == Decimal(printed)


def test_stepwise_rounding_gives_another_number() -> None:
    step: Decimal | str = "15.4546"
    for decimals in (3, 2, 1, 0):
        step = round_8170(step, decimals)
    assert step == 16
    assert round_8170("15.4546", 0) == 15
    assert str(round_8170_significant("8.53459", 3)) == "8.53"  # not 8.5346, 8.535, 8.54


def test_bulletins_round_half_up_and_away_from_zero() -> None:
    assert [str(rounded(x, 2)) for x in (28.175, 28.165, 2.675, -28.165)] == [
        "28.18",
        "28.17",
        "2.68",
        "-28.17",
    ]
    assert str(round_8170(-28.165, 2)) == "-28.16"
    assert round(2.675, 2) == 2.67  # what binary arithmetic makes of it


@given(st.decimals(-(10**6), 10**6, places=5), st.integers(0, 5))
def test_no_rounding_moves_a_value_by_more_than_half_a_unit(value: Decimal, decimals: int) -> None:
    assert abs(round_8170(value, decimals) - value) <= Decimal("0.5").scaleb(-decimals)
    assert round_8170(-value, decimals) == -round_8170(value, decimals)


@pytest.mark.parametrize("value", ["nan", float("inf")])
def test_what_is_no_number_is_refused(value: str | float) -> None:
    with pytest.raises(MethodError, match="cannot round"):
        round_8170(value, 1)


def test_significant_digits() -> None:
    assert round_8170_significant("0.0325", 2) == Decimal("0.032")
    assert round_8170_significant(0.0, 3) == 0
    with pytest.raises(MethodError, match="expected one or more"):
        round_8170_significant(1.0, 0)
