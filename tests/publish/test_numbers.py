"""How numbers are printed."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cescore.method.column import Flag, State
from cescore.publish import numbers
from cescore.publish.words import LANGUAGES

finite = st.floats(allow_nan=False, allow_infinity=False)
differing = st.floats(-1e300, 1e300)  # numbers whose difference is one


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (2.675, 2, "2.68"),  # binary floats and Python's round give 2.67
        (0.5, 0, "1"),
        (2.5, 0, "3"),
        (-2.5, 0, "−3"),
        (89.96, 1, "90.0"),
        (1234567.891, 1, "1,234,567.9"),
        (1.0481, 4, "1.0481"),
        (0.0, 1, "0.0"),
        (-0.0, 1, "0.0"),
        (0.04, 1, "…"),
        (-0.04, 1, "…"),
        (1e300, 0, "1" + ",000" * 100),
    ],
)
def test_rounding_is_half_up_on_the_decimal_text(value, decimals, text):
    assert numbers.number(value, decimals) == text


@given(finite, st.integers(0, 6))
def test_rounding_is_never_off_by_more_than_half_a_unit(value, decimals):
    off = abs(numbers.rounded(value, decimals) - Decimal(repr(value)))
    assert off <= Decimal(1).scaleb(-decimals) / 2


@given(finite, st.integers(0, 6))
def test_a_number_and_its_negative_print_alike_but_for_the_sign(value, decimals):
    plain = numbers.number(abs(value), decimals)
    assert numbers.number(-abs(value), decimals).removeprefix("−") == plain


@pytest.mark.parametrize(
    ("unit", "zh", "en"),
    [
        ("10k CNY", "万元", "10k CNY"),
        ("t", "吨", "t"),
        ("tce/10k CNY", "吨标准煤/万元", "tce/10k CNY"),
        ("m3/10k CNY", "立方米/万元", "m³/10k CNY"),
        ("10k m3", "万立方米", "10k m³"),
        ("t CO2", "吨二氧化碳", "t CO2"),
        ("%", "%", "%"),
        ("ratio", "", ""),
        ("", "", ""),
        ("万元/公顷", "万元/公顷", "10k CNY/ha"),
        ("furlong", "furlong", "furlong"),
        ("count/10k person", "个/万人", "number/10k persons"),
    ],
)
def test_units_are_written_as_the_language_writes_them(unit, zh, en):
    assert (numbers.unit_text(unit, "zh"), numbers.unit_text(unit, "en")) == (zh, en)


def test_no_line_breaks_between_a_number_and_its_unit():
    assert numbers.quantity(1234.5, "10k CNY", "zh", 1) == "1,234.5\u00a0万元"
    assert numbers.quantity(85.25, "%", "en", 1) == "85.3%"


def test_a_share_changes_in_percentage_points():
    assert numbers.change_words(65.0, 60.0, "%", "zh") == "上升5.0个百分点"
    assert numbers.change_words(58.8, 60.0, "%", "en") == "down 1.2 pp"


def test_anything_else_changes_in_per_cent():
    assert numbers.change_words(110.0, 100.0, "t", "zh") == "上升10.0%"
    assert numbers.change_words(90.0, 100.0, "t", "en") == "down 10.0%"


@given(differing, differing, st.sampled_from(["%", "t"]), st.sampled_from(LANGUAGES))
def test_no_change_is_a_negative_rise(new, old, unit, lang):
    words = numbers.change_words(new, old, unit, lang)
    assert "−" not in words and "-" not in words.replace("e-", "")


def test_a_change_that_rounds_away_is_none():
    assert numbers.change_words(100.01, 100.0, "t", "zh") == "持平"
    assert numbers.change_words(60.0, 60.0, "%", "en") == "unchanged"


def test_a_change_between_values_that_print_apart_never_prints_as_none():
    assert numbers.change_cell(3.95, 3.99, "%", "zh", 2) == "−0.04百分点"
    assert numbers.change_words(0.7998, 0.8, "tce/10k CNY", "zh", 4) == "下降0.03%"
    assert numbers.change_words(3.951, 3.954, "%", "zh", 2) == "持平"
    assert numbers.change_cell(60.04, 60.0, "%", "zh", 1) == "0.0百分点"


@pytest.mark.parametrize(
    ("value", "text"), [(1.519, "1.519"), (1.5, "1.500"), (0.6581, "0.6581"), (12350.0, "12,350")]
)
def test_a_released_value_prints_no_more_digits_than_it_has(value, text):
    assert numbers.number(value, numbers.decimals_within(value, 4, most=4)) == text


def test_a_change_from_zero_or_below_is_said_in_the_unit():
    assert numbers.change_words(5.0, 0.0, "t", "zh") == "增加5.00\u00a0吨"
    assert numbers.change_cell(5.0, 0.0, "t", "zh") == "—"


def test_a_column_of_changes_has_signs():
    assert numbers.change_cell(110.0, 100.0, "t", "zh") == "+10.0%"
    assert numbers.change_cell(58.8, 60.0, "%", "zh") == "−1.2百分点"
    assert numbers.change_cell(58.8, 60.0, "%", "en") == "−1.2 pp"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_state_without_a_number_has_its_own_mark(lang):
    states = [state for state in State if state != State.PRESENT]
    assert len({numbers.mark(state, lang) for state in states}) == len(states)


def test_the_marks_are_those_of_the_statistical_tables():
    assert numbers.mark(State.NOT_APPLICABLE, "zh") == "—"
    assert numbers.mark(State.SUPPRESSED, "zh") == "※"
    assert numbers.mark(State.MISSING, "zh") == "未报送"
    assert numbers.mark(State.NOT_COMPUTABLE, "zh") == "不可计算"
    assert numbers.mark(State.NOT_COLLECTED, "zh") == "未采集"


def test_the_legend_explains_what_a_table_uses_and_no_more():
    assert numbers.legend([], 0, "zh") == ""
    text = numbers.legend([State.SUPPRESSED], Flag.ESTIMATED, "zh")
    assert "不予公布" in text and "测算" in text and "不适用" not in text


def test_energy_intensity_has_the_four_decimals_of_the_plan():
    assert numbers.decimals_for("tce/10k CNY", [1.0481]) == 4
    assert numbers.decimals_for("%", [1234.0]) == 1
    assert numbers.decimals_for("t", [12345.6]) == 0
    assert numbers.decimals_for("t", []) == 0
    assert numbers.decimals_for("t", [0.0, 0.05]) == 4
