"""What returns really look like: each kind of slip ends in the right finding, at its file, sheet and cell."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from cescore.returns.workbooks.refusal import FileRefused
from tests.returns.books import FIRST_ROW, HEADINGS, SOUND, VALUE_COLUMN, form_of, row_of

E, W, I = "error", "warning", "info"  # noqa: E741 - as the notes call them
Change = Callable[[openpyxl.Workbook], None]


def cell(code: str, value: object, number_format: str = "", unit: str | None = None) -> Change:
    """Another value in the cell of a variable, shown or measured otherwise."""

    def change(book: openpyxl.Workbook) -> None:
        at = book.active.cell(row_of(code), VALUE_COLUMN)
        at.value = value
        at.number_format = number_format or at.number_format
        if unit is not None:
            book.active.cell(row_of(code), 3).value = unit

    return change


def beside(at: str, value: object) -> Change:
    """Something in another cell."""

    def change(book: openpyxl.Workbook) -> None:
        book.active[at].value = value

    return change


def each(*changes: Change) -> Change:
    def change(book: openpyxl.Workbook) -> None:
        for one in changes:
            one(book)

    return change


def of_sheet(does: Callable[[openpyxl.worksheet.worksheet.Worksheet], object]) -> Change:
    return lambda book: void(does(book.active))


def void(_: object) -> None:
    """Nothing is made of it."""


GDP, COAL, REUSE, GRID = (f"D{row_of(code)}" for code in ("gdp", "coal", "reuse", "grid"))
PLANTS, STOCK, LAST = f"D{row_of('plants')}", f"D{row_of('stock')}", FIRST_ROW + len(SOUND)

IN_CELLS: list[tuple[str, Change, str, str, str]] = [
    ("a unit in the cell", cell("gdp", "12万吨"), E, "unit_in_cell", GDP),
    ("a unit of the same dimension", cell("coal", 3000, unit="kg"), I, "unit_converted", COAL),
    ("full-width digits", cell("gdp", "１２，３４５．６"), I, "full_width", GDP),
    ("thousands", cell("gdp", "1,234,567"), I, "thousand_separators", GDP),
    ("an ambiguous separator", cell("gdp", "1,23"), E, "ambiguous_separator", GDP),
    ("a word before the number", cell("gdp", "约120"), E, "not_a_number", GDP),
    *((f"missing as {m}", cell("coal", m), I, "missing_mark", COAL) for m in ("—", "-", "/", "…", "无", "N/A", "\\")),
    ("missing as a word nobody declared", cell("coal", "暂缺数"), E, "not_a_number", COAL),
    ("a required cell left empty", cell("gdp", None), E, "empty_value", GDP),
    ("a no-break space", cell("gdp", "120\u00a0"), I, "blanks", GDP),
    ("a wide blank", cell("gdp", "\u3000120"), I, "blanks", GDP),
    ("a tab", cell("gdp", "\t120"), I, "blanks", GDP),
    ("a zero-width sign in a number", cell("gdp", "12\u200b0"), I, "invisible_characters", GDP),
    ("a byte-order mark in a code", beside(f"A{row_of('gdp')}", "\ufeffgdp"), I, "invisible_characters", GDP),
    ("negative consumption", cell("coal", -3), E, "negative", COAL),
    ("a rate above 100", cell("reuse", 130), E, "above_100", REUSE),
    ("a percentage as text", cell("reuse", "85%"), I, "percent_sign", REUSE),
    ("a percentage by its format", cell("reuse", 0.85, "0.0%"), I, "percent_sign", REUSE),
    ("a date", cell("gdp", datetime.date(2024, 1, 1)), E, "date_in_number", GDP),
    *((f"the error {e}", cell("gdp", e), E, "spreadsheet_error", GDP) for e in ("#REF!", "#DIV/0!", "#N/A", "#VALUE!")),
    ("a formula nobody computed", cell("gdp", "=B1+1"), E, "formula_not_computed", GDP),
    ("a number kept as text", cell("gdp", "120"), I, "number_as_text", GDP),
    *((f"no number: {t}", cell("gdp", t), E, "not_finite", GDP) for t in ("nan", "inf", "Infinity", "1e400")),
    ("a column nobody knows", beside("I5", "我的意见"), W, "column_unknown", "I5"),
    ("a column that stands twice", beside("I5", "本年数"), E, "column_twice", "I5"),
    ("a row nobody asked for", each(beside(f"A{LAST}", "bogus"), beside(f"D{LAST}", 1)), E, "unknown_variable", f"D{LAST}"),
    # others of their kinds
    ("a unit in Latin letters", cell("coal", "300 kg"), E, "unit_in_cell", COAL),
    ("a unit in brackets", cell("coal", "300（吨）"), E, "unit_in_cell", COAL),
    ("a unit of another dimension", cell("coal", 3, unit="GJ"), E, "unit_differs", COAL),
    ("a unit nobody knows", cell("coal", 3, unit="堆"), E, "unit_differs", COAL),
    ("a full-width minus", cell("stock", "－３"), I, "full_width", STOCK),
    ("a full-width point", cell("coal", "３．５"), I, "full_width", COAL),
    ("thousands of a wrong width", cell("gdp", "12,34,567"), E, "ambiguous_separator", GDP),
    ("a European number", cell("gdp", "1.234,5"), E, "ambiguous_separator", GDP),
    ("two numbers", cell("gdp", "120/130"), E, "unit_in_cell", GDP),
    ("a range", cell("gdp", "120-130"), E, "not_a_number", GDP),
    ("a tilde", cell("gdp", "~120"), E, "not_a_number", GDP),
    ("a number in words", cell("gdp", "一百二十"), E, "not_a_number", GDP),
    ("an inequality", cell("gdp", "<120"), E, "not_a_number", GDP),
    ("brackets for a negative number", cell("stock", "(3)"), E, "not_a_number", STOCK),
    ("digits of another script", cell("gdp", "١٢٠"), E, "not_a_number", GDP),
    ("a hexadecimal number", cell("gdp", "0x10"), E, "unit_in_cell", GDP),
    ("an underscore", cell("gdp", "1_000"), E, "not_a_number", GDP),
    ("an error of a newer program", cell("gdp", "#NAME?"), E, "spreadsheet_error", GDP),
    ("an overflow of a column", cell("gdp", "#####"), E, "spreadsheet_error", GDP),
    ("yes as a number", cell("gdp", True), E, "not_a_number", GDP),
    ("a time", cell("gdp", datetime.time(12, 30)), E, "unit_in_cell", GDP),
    ("a date in text", cell("gdp", "2025-03-01"), E, "date_in_number", GDP),
    ("half a plant", cell("plants", 2.5), E, "not_whole", PLANTS),
    ("a percentage of a count", cell("plants", 0.5, "0%"), E, "unit_in_cell", PLANTS),
    ("a percentage of money", cell("gdp", 0.5, "0%"), E, "unit_in_cell", GDP),
    ("a flag that is none", cell("grid", "大概"), E, "bad_flag", GRID),
    ("a flag of three", cell("grid", 3), E, "bad_flag", GRID),
    ("a formula as text", cell("gdp", "+cmd|' /C calc'!A0"), E, "formula_as_text", GDP),
    ("a formula of the web", cell("gdp", "@SUM(1)"), E, "formula_as_text", GDP),
    ("a status nobody knows", beside(f"E{row_of('coal')}", "待定"), E, "bad_status", COAL),
    ("a value beside the status missing", beside(f"E{row_of('coal')}", "缺报"), E, "", ""),
    ("a variable nobody knows", beside(f"A{row_of('coal')}", "coals"), E, "unknown_variable", COAL),
    ("a value without a code", beside(f"A{row_of('power')}", None), E, "value_without_code", f"D{row_of('power')}"),
    ("a long text", cell("gdp", "长" * 10_000), E, "too_many_digits", GDP),
    ("a script", cell("gdp", "<script>alert(1)</script>"), E, "not_a_number", GDP),
    ("more digits than a number has", cell("gdp", "123456789012345678"), W, "digits_lost", GDP),
    ("a hidden row", of_sheet(lambda s: setattr(s.row_dimensions[row_of("coal")], "hidden", True)), W, "hidden_values", COAL),
    ("a hidden column", of_sheet(lambda s: setattr(s.column_dimensions["D"], "hidden", True)), W, "hidden_values", GDP),
]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "severity", "code", "at"),
    [one[1:] for one in IN_CELLS],
    ids=[one[0] for one in IN_CELLS],
)
def test_each_slip_in_a_cell_is_told_at_that_cell_and_its_row_accounted_for(
    read, change, severity, code, at
):
    book = form_of()
    change(book)
    found = read(book)
    serious = [f for f in found.findings if f.severity in (E, severity)]
    if code:
        assert {(f.severity, f.code, f.at.cell) for f in serious} >= {
            (severity, code, f"填报表!{at}")
        }
    assert bool(found.of(E)) == (severity == E)
    cells = sum(found.reading.roles.values())
    assert cells == found.count.values + found.count.other + found.count.unread


SOUND_THOUGH_ODD: list[tuple[str, Change]] = [
    ("a stock that shrank", cell("stock", -400)),
    ("noise of floating point", cell("gdp", 0.1 + 0.2)),
    ("zero", cell("coal", 0)),
    ("a title above", of_sheet(lambda s: s.insert_rows(1, 3))),
    ("a column before", of_sheet(lambda s: s.insert_cols(1))),
    ("a footnote", beside(f"A{LAST + 2}", "填表人：张三")),
    ("a note with a formula in it", beside(f"F{row_of('gdp')}", "x=y+1")),
    ("an emoji in a note", beside(f"F{row_of('gdp')}", "🙂 㙍 𠮷")),
]


@pytest.mark.parametrize(
    "change", [c for _, c in SOUND_THOUGH_ODD], ids=[n for n, _ in SOUND_THOUGH_ODD]
)
def test_what_only_looks_odd_is_no_error(read, change):
    book = form_of()
    change(book)
    found = read(book)
    assert not found.of(E) and not found.of(W) and len(found.values) == len(SOUND)


HEADER = "entity_id,year,variable,value"
LONG: list[tuple[str, bytes, str, str, str]] = [
    ("a mark of byte order", f"\ufeff{HEADER}\nD1,2025,coal,1\n".encode(), "", "", ""),
    ("Chinese of older programs", f"{HEADER},note\nD1,2025,coal,1,㙍镇 𠮷林\n".encode("gb18030"), I, "encoding", ""),
    ("UTF-16", f"{HEADER}\nD1,2025,coal,1\n".encode("utf-16"), I, "encoding", ""),
    ("a line break in quotes", f'{HEADER},note\nD1,2025,coal,1,"a\nb"\n'.encode(), "", "", ""),
    ("a line too long", f"{HEADER}\nD1,2025,coal,1,9\n".encode(), E, "ragged_row", "CSV!2"),
    ("a line too short", f"{HEADER}\nD1,2025,gdp\n".encode(), E, "empty_value", "CSV!D2"),
    ("a header alone", f"{HEADER}\n".encode(), E, "header_only", "CSV!1"),
    ("a missing column", b"entity_id,year,variable\nD1,2025,coal\n", E, "column_missing", "CSV!1"),
    ("a misspelt column", b"entity_id,year,variable,valeu\nD1,2025,coal,1\n", E, "column_missing", "CSV!1"),
    ("a column in Chinese", "单位代码,年份,指标代码,数值\nD1,2025,coal,1\n".encode(), I, "header_name", "CSV!1"),
    ("a column nobody knows", f"{HEADER},x\nD1,2025,coal,1,2\n".encode(), W, "column_unknown", "CSV!1"),
    ("digits lost in a code", f"{HEADER}\n9.13201E+17,2025,coal,1\n".encode(), E, "bad_id", "CSV!A2"),
    *(
        (f"the id {name}", f"{HEADER}\n{name},2025,coal,1\n".encode(), E, "bad_id", "CSV!A2")
        for name in ("../../etc/x", "a/b", "CON", ".", "nul", "D1;", "D" * 300, "=1+1", "$x$", "{{7*7}}", "<b>", "\u202eD1")
    ),
    ("no id", f"{HEADER}\n,2025,coal,1\n".encode(), E, "bad_id", "CSV!A2"),
    ("an entity nobody knows", f"{HEADER}\nD9,2025,coal,1\n".encode(), E, "unknown_entity", "CSV!A2"),
    ("a date for a year", f"{HEADER}\nD1,45291,coal,1\n".encode(), E, "date_as_year", "CSV!D2"),
    ("another separator", f"{HEADER.replace(',', ';')}\nD1;2025;coal;1\n".encode(), I, "other_separator", ""),
]  # fmt: skip


@pytest.mark.parametrize(
    ("raw", "severity", "code", "at"), [one[1:] for one in LONG], ids=[one[0] for one in LONG]
)
def test_each_slip_in_a_long_text_is_told_at_its_line(read, tmp_path, raw, severity, code, at):
    (tmp_path / "t.csv").write_bytes(raw)
    found = read(tmp_path / "t.csv")
    told = {(f.severity, f.code, f.at.cell) for f in found.findings}
    assert bool(found.of(E)) == (severity == E), told
    if code:
        assert (severity, code, at) in told, told


REFUSED: list[tuple[str, bytes, str]] = [
    ("a.csv", b"a,b\n\0\0\n", "another_type"),
    ("a.csv", b"", "file_empty"),
    ("a.csv", b'a,b\n"1,2\n', "quotes_open"),
    ("a.csv", b"a,b\nM\xfcller,\xe9t\xe9\n", "bad_byte"),
    ("a.csv", b"PK\x03\x04", "file_truncated"),
    ("a.xlsx", b"a,b\n1,2\n", "another_type"),
    ("a.xls", b"<html><table></table></html>", "another_type"),
    ("a.xlsx", b"PK\x03\x04cut", "file_truncated"),
    ("a.parquet", b"PAR1cut", "file_damaged"),
    ("a.parquet", b"a,b\n", "another_type"),
    ("a.xlsx", b"PAR1", "another_type"),
    ("a.csv", b"\xff\xfe\x00\xd8", "bad_byte"),
]


@pytest.mark.parametrize(("name", "raw", "key"), REFUSED)
def test_what_is_no_return_is_refused_by_name(read, tmp_path: Path, name, raw, key):
    (tmp_path / name).write_bytes(raw)
    with pytest.raises(FileRefused) as caught:
        read(tmp_path / name)
    assert caught.value.reason.key == key


def test_the_headings_are_those_of_the_form() -> None:
    assert HEADINGS[VALUE_COLUMN - 1] == "本年数"
