"""Reads .xls by xlrd: values, number formats, merged cells and what is hidden; formulas are not in reach."""

from __future__ import annotations

import datetime
import struct
from collections.abc import Iterator
from pathlib import Path

import xlrd
from xlrd.biffh import error_text_from_code
from xlrd.book import Book
from xlrd.compdoc import CompDocError
from xlrd.sheet import Cell as XlrdCell
from xlrd.sheet import Sheet as XlrdSheet

from cescore.returns.workbooks.comments import of_respondent
from cescore.returns.workbooks.limits import ReadingLimits
from cescore.returns.workbooks.refusal import FileRefused
from cescore.returns.workbooks.sheet import Content, Position, Sheet, SheetCell, Span, Workbook
from cescore.returns.workbooks.values import value_of

UNSEEN = frozenset(["formulas"])
# what xlrd raises for a file that was cut off or changed
_NOT_WHOLE = (
    CompDocError, AssertionError, IndexError, KeyError, TypeError, ValueError, EOFError, struct.error,
)  # fmt: skip


class _Silence:
    """Where xlrd's remarks go."""

    def write(self, text: str) -> int:
        return len(text)

    def flush(self) -> None:
        """Nothing is kept."""


def read_old_excel(
    path: Path, file: str, limits: ReadingLimits, remarks: tuple[str, ...]
) -> Workbook:
    """The workbook as its last program left it.

    Raises
    ------
    FileRefused
        It is protected by a password, damaged, or has too many rows or cells.
    """
    try:
        book = xlrd.open_workbook(path, logfile=_Silence(), formatting_info=True)
    except xlrd.XLRDError as error:
        if "encrypted" in str(error).lower():
            raise FileRefused("file_encrypted") from error
        raise FileRefused("file_damaged", error=str(error)[:200]) from error
    except _NOT_WHOLE as error:
        raise FileRefused("file_damaged", error=str(error)[:200]) from error
    sheets = tuple(_sheet(book, sheet, limits) for sheet in book.sheets())
    cells = sum(len(sheet.cells) for sheet in sheets)
    if cells > limits.cells:
        raise FileRefused("too_many_cells", n=cells, most=limits.cells)
    names = {name.name: str(name.result.value) for name in book.name_obj_list if name.result}
    return Workbook(
        file, "xls", sheets, names=names, is_1904=book.datemode == 1, unseen=UNSEEN, remarks=remarks
    )


def _sheet(book: Book, sheet: XlrdSheet, limits: ReadingLimits) -> Sheet:
    if sheet.nrows > limits.rows:
        raise FileRefused("too_many_sheet_rows", part=sheet.name, n=sheet.nrows, most=limits.rows)
    cells: dict[Position, SheetCell] = {}
    for row in range(sheet.nrows):
        for column, cell in enumerate(sheet.row(row), 1):
            content, text = _value(book, cell)
            if content != Content.empty:
                number_format = _format(book, cell)
                cells[row + 1, column] = SheetCell(row + 1, column, content, text, number_format)
    return Sheet(
        name=sheet.name,
        cells=cells,
        merged=tuple(
            Span(top + 1, left + 1, bottom, right)
            for top, bottom, left, right in sorted(sheet.merged_cells)
        ),
        is_hidden=sheet.visibility != 0,
        hidden_rows=frozenset(n + 1 for n, row in sheet.rowinfo_map.items() if row.hidden),
        hidden_columns=frozenset(n + 1 for n, info in sheet.colinfo_map.items() if info.hidden),
        comments=dict(sorted(_comments(sheet))),
    )


def _comments(sheet: XlrdSheet) -> Iterator[tuple[Position, str]]:
    for (row, column), note in sheet.cell_note_map.items():
        text = of_respondent(str(note.text), str(note.author))
        if text:
            yield (row + 1, column + 1), text


def _format(book: Book, cell: XlrdCell) -> str:
    """The number format of a cell, "" where it is the general one."""
    if cell.xf_index is None or cell.ctype != xlrd.XL_CELL_NUMBER:
        return ""
    found = book.format_map.get(book.xf_list[cell.xf_index].format_key)
    return "" if found is None or found.format_str == "General" else found.format_str


def _value(book: Book, cell: XlrdCell) -> tuple[Content, str]:
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return Content.error, error_text_from_code.get(cell.value, "#ERROR!")
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return value_of(bool(cell.value))
    if cell.ctype == xlrd.XL_CELL_DATE:
        try:
            day: datetime.datetime = xlrd.xldate_as_datetime(cell.value, book.datemode)
        except (xlrd.xldate.XLDateError, OverflowError, ValueError):
            return Content.error, "#VALUE!"
        return value_of(day)
    return value_of(cell.value, "t") if cell.ctype == xlrd.XL_CELL_TEXT else value_of(cell.value)
