"""How numbers, words and codes are written, and what is never guessed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cescore.intake.notation import (
    bad_id,
    clean,
    doubtful_credit_code,
    folded,
    is_spreadsheet_error,
    number,
)
from cescore.intake.register.near_words import holds_word, is_near


@given(st.integers(-(10**12), 10**12))
def test_thousands_written_as_they_are_read_back(value):
    assert number(f"{value:,}").number == value


@pytest.mark.parametrize(
    "text",
    ["0,500", "012,345", "00,123", "-0,500", "1,23", "12,34,567", "1,2345", "1234,567", "1,234,56",
     ",500", "500,", "1,,234", "1.234,5", "1.234.567", "1 234", "1'234", "０，５００", "1,23%", "1,234,"],
)  # fmt: skip
def test_a_separator_that_cannot_be_one_is_ambiguous(text):
    cell = number(text)
    assert (cell.number, cell.problem) == (None, "ambiguous_separator")


@pytest.mark.parametrize("text", ["#N/A", "#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#NULL!", "#NUM!",
                                  "#SPILL!", "####", "＃N/A", "#n/a"])  # fmt: skip
def test_a_formula_that_failed_is_an_error_and_no_mark_for_nothing(text):
    assert number(text).problem == "spreadsheet_error" and is_spreadsheet_error(text)


@pytest.mark.parametrize(
    "text",
    [
        "1.23457E+11",
        "123456789012345678",
        "123456789012345000",
        "9007199254740993",
        "1.2E+10",
        "-9.87654E+06",
        "1e12",
        "4E+05",
    ],
)
def test_a_number_that_a_spreadsheet_has_shortened_is_marked(text):
    assert number(text).number is not None and number(text).has_lost_digits


@pytest.mark.parametrize(
    "text",
    [
        "1.5e-7",
        "123456789012345",
        "0.30000000000000004",
        "000123456789012345",
        "1.234567890123e+5",
        "1.25E+02",
    ],
)
def test_a_number_with_all_its_digits_is_not(text):
    assert not number(text).has_lost_digits


def test_a_number_of_very_many_digits_is_refused():
    assert number("9" * 100_000).problem == "too_many_digits"


@pytest.mark.parametrize(
    "text", ["Müll\u00adwerk", "水\u200b泥", "a\u2060b", "\ufeffx", "x\u200e", "a\u200db"]
)
def test_what_nobody_sees_is_dropped_and_told(text):
    assert clean(text).repairs == ("invisible_characters",)
    assert all(c not in clean(text).text for c in "\u00ad\u200b\u2060\ufeff\u200e\u200d")


def test_letters_are_kept_composed():
    assert (clean("Gene\u0300ve").text, clean("Gene\u0300ve").repairs) == (
        "Genève", ("composed_characters",),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("one", "other"),
    [("水泥（制造）", "水泥(制造)"), ("⽔泥⼚", "水泥厂"), ("钢 铁", "钢铁"), ("ＡＢＣ", "abc"), ("㎡", "m2"),
     ("﨏", "﨏"), ("化学 原料", "化学\u3000原料")],
)  # fmt: skip
def test_width_compatibility_and_blanks_make_no_other_word(one, other):
    assert folded(one) == folded(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("黑色金属冶炼", "黑色金属冶练"), ("水泥制造业", "水泥制造"), ("steel works", "steel work"), ("水泥制造", "水制泥造"),
     ("市发展改革委", "市发展改革局"), ("cement works", "cemnet works"), ("水泥", "水尼"), ("钢铁", "铁钢")],
)  # fmt: skip
def test_one_wrong_letter_makes_a_near_word(one, other):
    assert is_near(one, other) and is_near(other, one)


@pytest.mark.parametrize(
    ("one", "other"), [("钢铁", "钢铁业"), ("钢铁、水泥", "钢铁"), ("钢铁(特钢)", "钢铁")]
)
def test_a_word_may_hold_another(one, other):
    assert holds_word(one, other) and holds_word(other, one)


@pytest.mark.parametrize(
    ("one", "other"), [("钢铁", "钢铁"), ("铁", "钢铁"), ("steel", "steel works")]
)
def test_a_letter_or_another_script_holds_no_word(one, other):
    assert not holds_word(one, other)


@pytest.mark.parametrize(
    ("one", "other"), [("H1", "H2"), ("firm-1-000", "firm-1-001"), ("钢", "铁"), ("水泥", "玻璃"),
                       ("集团2", "集团3"), ("steel", "cement"), ("ab", "ac"), ("甲1", "甲2")],
)  # fmt: skip
def test_another_digit_or_word_is_not_near(one, other):
    assert not is_near(one, other)


GOOD_CODE = "91350100M000100Y43"  # the example of GB 32100-2015


def test_the_check_digit_of_a_credit_code_is_that_of_the_standard():
    assert doubtful_credit_code(GOOD_CODE) == ""


@given(st.integers(0, 16), st.sampled_from("0123456789ABCDEFGHJKLMNPQRTUWXY"))
def test_any_other_digit_in_a_credit_code_is_told(at, digit):
    code = GOOD_CODE[:at] + digit + GOOD_CODE[at + 1 :]
    told = doubtful_credit_code(code)
    assert (told == "") == (code == GOOD_CODE or (at < 8 and not code[:8].isdigit()))


def test_a_code_that_a_spreadsheet_rounded_is_refused():
    assert bad_id("912201014120000000") == "id_digits_lost"
    assert bad_id("9.13201E+17") == "id_digits_lost"
