"""Our own form comes back as people fill it in: each kind of slip ends in the right finding, in its cell."""

from __future__ import annotations

import datetime

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cescore.intake.address import in_cell_of, of_source
from tests.returns.books import (
    FIRST_ROW,
    HEADINGS,
    SOUND,
    VALUE_COLUMN,
    YEAR,
    form_of,
    row_of,
)

E, W, I = "error", "warning", "info"  # noqa: E741 - as the notes call them


def test_a_sound_form_says_what_it_holds_and_no_word_is_said_of_it(read):
    found = read(form_of())
    assert found.values == {code: str(value) for code, value in SOUND.items()}
    assert found.findings == () and found.reading.layout == "form"
    assert (found.count.values, found.count.accepted) == (7, 7)
    assert found.reading.rows[0].source == "a.xlsx!填报表!D6"


SLIPS = [
    ("gdp", "12万吨", E, "unit_in_cell"),
    ("gdp", "１，２３４．５", I, "full_width"),
    ("gdp", "1,234,567", I, "thousand_separators"),
    ("gdp", "1,23", E, "ambiguous_separator"),
    ("gdp", "约120", E, "not_a_number"),
    ("coal", "—", I, "missing_mark"),
    ("coal", "不适用的", E, "not_a_number"),
    ("gdp", None, E, "empty_value"),
    ("gdp", "\u3000120\u00a0", I, "blanks"),
    ("gdp", "\u200b120", I, "invisible_characters"),
    ("coal", -4, E, "negative"),
    ("reuse", 130, E, "above_100"),
    ("reuse", "85%", I, "percent_sign"),
    ("plants", 2.5, E, "not_whole"),
    ("gdp", datetime.date(2025, 3, 1), E, "date_in_number"),
    ("gdp", "#REF!", E, "spreadsheet_error"),
    ("gdp", "nan", E, "not_finite"),
    ("gdp", "1e400", E, "not_finite"),
    ("gdp", "120", I, "number_as_text"),
    ("gdp", "123456789012345678", W, "digits_lost"),
    ("gdp", "12\n0", E, "unit_in_cell"),
    ("gdp", "=A1+1", E, "formula_not_computed"),
    ("gdp", True, E, "not_a_number"),
    ("grid", "也许", E, "bad_flag"),
    ("nonsense", 5, E, "unknown_variable"),
]


@pytest.mark.parametrize(("code", "value", "severity", "expected"), SLIPS)
def test_each_slip_is_named_at_its_cell(read, code, value, severity, expected):
    found = read(form_of(**{code: value}))
    one = found.one(expected)
    row = row_of(code) if code in SOUND else FIRST_ROW + len(SOUND)
    assert (one.severity, one.entity_id, one.variable) == (severity, "D1", code)
    assert (one.at.file, one.at.sheet, one.at.row, one.at.column) == ("a.xlsx", "填报表", row, "D")
    assert found.of(E) == ({expected} if severity == E else set())


@pytest.mark.parametrize(
    ("code", "value", "kept"),
    [("stock", -4, "-4"), ("gdp", 0.1 + 0.2, "0.3"), ("coal", 0, "0")],
)
def test_what_only_looks_odd_is_taken_without_a_word(read, code, value, kept):
    found = read(form_of(**{code: value}))
    assert found.values[code] == kept and found.findings == ()


def test_a_percentage_is_one_where_the_unit_is_and_refused_where_it_is_not(read):
    book = form_of(reuse=0.85, gdp=0.5)
    for code in ("reuse", "gdp"):
        book.active.cell(row_of(code), VALUE_COLUMN).number_format = "0.0%"
    found = read(book)
    assert found.values["reuse"] == "85%" and found.one("percent_sign").variable == "reuse"
    assert found.one("unit_in_cell").variable == "gdp"


def test_a_unit_that_is_known_is_converted_exactly_and_another_one_refused(read):
    book = form_of(coal=3.3, gdp=2)
    book.active.cell(row_of("coal"), 3).value = "kg"
    book.active.cell(row_of("gdp"), 3).value = "GJ"
    found = read(book)
    assert found.values["coal"] == "0.0033" and found.one("unit_converted").severity == I
    assert found.one("unit_differs").variable == "gdp"


def test_rows_columns_and_sheets_may_move(read):
    book = form_of()
    sheet = book.active
    sheet.insert_rows(1, 3)
    sheet.insert_cols(1, 2)
    sheet.insert_rows(10, 1)
    sheet.move_range("F8:F30", cols=8)  # the column of values, header included
    book.create_sheet("附注", 0)["A1"] = "请查收"
    found = read(book)
    assert found.values == {code: str(value) for code, value in SOUND.items()}
    assert found.of(E) == set()


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    order=st.permutations(range(len(HEADINGS))),
    rows=st.permutations(range(len(SOUND))),
    above=st.integers(0, 5),
)  # fmt: skip
def test_the_order_of_rows_and_columns_makes_no_difference(read, order, rows, above):
    book, source = openpyxl.Workbook(), form_of().active
    sheet = book.active
    sheet.title = "填报表"
    sheet.append(["单位代码", "D1", "填报年份", YEAR])
    for _ in range(above):
        sheet.append([])
    lines = [5, *(FIRST_ROW + n for n in rows)]
    for n, line in enumerate(lines, 2 + above):
        for place, column in enumerate(order, 1):
            sheet.cell(n, place).value = source.cell(line, column + 1).value
    found = read(book)
    assert found.values == {code: str(value) for code, value in SOUND.items()}


@pytest.mark.parametrize(
    ("change", "severity", "expected"),
    [
        ({"entity_id": "D9"}, E, "unknown_entity"),
        ({"entity_id": "../../etc/x"}, E, "bad_id"),
        ({"entity_id": "CON"}, E, "bad_id"),
        ({"entity_id": "9.13201E+17"}, E, "bad_id"),
        ({"year": 2024}, E, "form_of_year"),
        ({"year": "45291"}, E, "form_of_year"),
    ],
)
def test_a_form_of_another_entity_or_year_is_not_used(read, change, severity, expected):
    found = read(form_of(**change))
    assert found.one(expected).severity == severity and found.reading.rows == ()


def test_a_form_whose_places_contradict_each_other_is_not_used(read):
    book = form_of()
    hidden = book.create_sheet("_form")
    hidden.append(["entity_id", "D2"])
    hidden.append(["year", YEAR])
    hidden.sheet_state = "hidden"
    found = read(book)
    told = found.one("form_contradicts")
    assert told.severity == E and found.reading.rows == ()
    assert told.at.cell == "填报表!B2"  # where people read it
    assert told.said("zh").found == "单位代码：隐藏表“D2”、表头文字“D1”"


def test_two_tables_are_both_named_and_neither_is_used(read):
    book = form_of()
    book.copy_worksheet(book.active).title = "填报表 副本"
    found = read(book)
    assert found.one("sheets_alike").severity == E and found.reading.rows == ()


def test_what_is_hidden_counts_and_is_named(read):
    book = form_of()
    book.active.row_dimensions[row_of("coal")].hidden = True
    found = read(book)
    assert found.one("hidden_values").severity == W and found.values["coal"] == "300"
    book.active.sheet_state = "hidden"
    book.create_sheet("x")["A1"] = "y"
    assert read(book).one("hidden_sheet").severity == W


def test_a_row_that_is_gone_and_a_value_without_a_code_are_named(read):
    book = form_of()
    book.active.delete_rows(row_of("gdp"))
    book.active.append(["", "", "t", 77])
    found = read(book)
    gone = found.one("form_rows_gone")
    assert (gone.severity, gone.at.sheet, gone.at.row) == (E, book.active.title, 0)
    assert found.one("value_without_code").at.row == FIRST_ROW + len(SOUND) - 1
    assert found.count.refused == 1


def test_a_column_that_nobody_knows_and_one_that_stands_twice_are_named(read):
    book = form_of()
    book.active.cell(5, 9).value = "我的意见"
    book.active.cell(5, 10).value = "本年数"
    found = read(book)
    assert found.one("column_unknown").severity == W and found.one("column_twice").severity == E


def test_a_note_is_kept_as_it_was_written(read):
    book = form_of()
    book.active.cell(row_of("gdp"), 6).value = "=cmd|' /C calc'!A0"
    book.active.cell(row_of("gdp"), 6).data_type = "s"
    assert read(book).reading.rows[0].note == "=cmd|' /C calc'!A0"


@pytest.mark.parametrize("state", ["visible", "hidden"])
def test_a_number_on_a_sheet_of_the_respondents_own_is_named_and_not_read(read, state):
    book = form_of()
    own = book.create_sheet("旧数据")
    own.append(["吨", 12345])
    own.sheet_state = state
    found = read(book)
    said = found.one("numbers_unread")
    assert (said.at.sheet, said.at.cell, said.entity_id) == ("旧数据", "旧数据!B1", "D1")
    assert found.count.unread == 1 and found.values["gdp"] == "1200"


def test_numbers_of_the_sheets_that_we_sent_are_no_news(read):
    book = form_of()
    for name in ("填表说明", "核对", "核查意见"):
        book.create_sheet(name).append(["共", 3])
    assert read(book).findings == ()


def test_each_part_of_a_check_keeps_the_cell_it_was_written_in(read):
    book = form_of()
    sheet = book.create_sheet("措施检查")
    sheet.append(["检查代码", "完成状态", "", "检查日期", "检查数值"])
    sheet.append(["4.1.a", "完成", "", "2025-02-01", 31])
    (check,) = read(book).reading.checks
    assert check.source == "a.xlsx!措施检查!B2"
    at = of_source(check.source)
    cells = [
        in_cell_of(at, part, check.cells).cell
        for part in ("inspection_date", "value", "closed_date")
    ]
    assert cells == [
        "措施检查!D2",
        "措施检查!E2",
        "措施检查!B2",
    ]  # what has no column, at the row's


def test_every_cell_is_accounted_for(read):
    found = read(form_of(coal=None, gdp="约1", power="=A1"))
    count = found.count
    assert (count.values, count.accepted, count.refused, count.blank) == (7, 4, 2, 1)
    cells = sum(found.reading.roles.values())
    assert cells == count.values + count.other + count.unread
