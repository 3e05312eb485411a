"""Dates in every form that a Chinese spreadsheet writes; what is no date is none."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cescore.intake.dates import read_date

DAY = date(2026, 6, 3)
FORMS = (
    "2026-06-03", "2026-6-3", "2026/6/3", "2026/06/03", "2026.6.3", "20260603", "2026年6月3日",
    "2026年06月03日", "2026 年 6 月 3 日", "2026年6月3号", "2026/6/3 0:00", "2026-06-03 00:00:00",
    "2026-06-03T08:00:00Z", "2026/6/3 下午 3:05", "2026/6/3 1:30 PM", "2026年6月3日星期三",
    "2026-06-03 周三", "二〇二六年六月三日", "3-Jun-2026", "June 3, 2026", "２０２６／６／３", " 2026-06-03\u200b",
)  # fmt: skip
NO_DATES = (
    "2026-02-30", "2026-13-01", "2026-00-10", "6月底前", "2026年6月", "2026-06", "26-6-3", "6/3", "soon",
    "2026/6-3", "20261301", "2026年2月30日", "99999", "1.5", "-", "待定", "2026-06-03前",
)  # fmt: skip


@pytest.mark.parametrize("text", FORMS)
def test_every_form_of_a_day_is_the_same_day(text):
    assert read_date(text).day == DAY and not read_date(text).is_serial


@pytest.mark.parametrize("text", NO_DATES)
def test_what_names_no_day_of_the_calendar_is_no_date(text):
    assert read_date(text).day is None


@given(st.dates(date(1960, 1, 1), date(2100, 1, 1)))
def test_a_serial_number_is_its_day_and_marked(day):
    """Day 45292 of Excel is the first of January 2024."""
    read = read_date(str((day - date(2024, 1, 1)).days + 45292))
    assert (read.day, read.is_serial) == (day, True)


@given(st.dates(date(1950, 1, 1), date(2100, 1, 1)))
def test_chinese_numerals_are_read_as_their_digits_are(day):
    def numeral(n: int) -> str:
        tens, ones = divmod(n, 10)
        return (
            ("" if tens < 2 else DIGITS[tens])
            + ("十" if tens else "")
            + (DIGITS[ones] if ones else "")
        )

    year = "".join(DIGITS[int(d)] for d in f"{day.year}")
    assert read_date(f"{year}年{numeral(day.month)}月{numeral(day.day)}日").day == day


DIGITS = "〇一二三四五六七八九"
