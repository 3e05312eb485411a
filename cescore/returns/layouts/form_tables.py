"""Where the tables of our own form stand in a workbook that came back: by their headings, wherever they moved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from cescore.intake.notation import folded
from cescore.returns.forms.identity import IdentityReading, read_identity
from cescore.returns.forms.shape import (
    HISTORY_SHEET,
    IDENTITY_SHEET,
    LISTS_SHEET,
    REQUIRED,
    RETURN,
    FormSheet,
    header_of,
    key_of,
)
from cescore.returns.layouts.unheaded import heading_at
from cescore.returns.workbooks.sheet import Sheet, Workbook

HEADER_WITHIN = 100  # rows in which a header is looked for
WIDEST = 200  # columns of it
OURS = (IDENTITY_SHEET, LISTS_SHEET, HISTORY_SHEET)


@dataclass(frozen=True)
class FormTable:
    """A table of a form on its sheet: the row of its header, and each column's number by its key."""

    sheet: Sheet
    header: int
    columns: Mapping[str, int]

    def text(self, row: int, key: str) -> str:
        """What stands in a column of a row; "" also where the column is not there."""
        column = self.columns.get(key)
        return "" if column is None else self.sheet.text(row, column)

    def rows(self) -> Iterator[int]:
        """The rows below the header in which anything stands."""
        yield from (row for row, _ in self.sheet.rows() if row > self.header)


def identity_of(book: Workbook) -> IdentityReading:
    """What a workbook says that it is; a sheet saved as text has lost its name, not its title."""
    if book.kind == "csv":
        table = next(iter(tables_of(book, RETURN)), None)
        sheets = {} if table is None else {RETURN.zh: _top(table.sheet, table.header - 1)}
    else:
        sheets = {sheet.name: _top(sheet, HEADER_WITHIN) for sheet in book.sheets}
    return read_identity(sheets, book.names, book.properties)


def _top(sheet: Sheet, rows: int) -> list[list[str]]:
    """The texts of a sheet's first rows."""
    return [
        [sheet.text(row, column) for column in range(1, min(sheet.last_column, 60) + 1)]
        for row in range(1, min(sheet.last_row, rows) + 1)
    ]


def tables_of(book: Workbook, wanted: FormSheet) -> list[FormTable]:
    """Every table of a form's kind in a workbook: the first header on each sheet."""
    found = []
    needed = _headings_needed(wanted)
    for sheet in book.sheets:
        if sheet.name in OURS:
            continue
        for row, filled in sheet.rows():
            if row > HEADER_WITHIN:
                break
            if not any(folded(cell.text) in needed for cell in filled):
                continue
            places = header_of(headings_of(sheet, row), wanted)
            if places is not None:
                columns = {key: place + 1 for key, place in places.items()}
                found.append(FormTable(sheet, row, columns))
                break
    return found


def headings_of(sheet: Sheet, row: int) -> list[str]:
    """What a row says of each column, were it the header."""
    return [heading_at(sheet, row, n) for n in range(1, min(sheet.last_column, WIDEST) + 1)]


@cache
def _headings_needed(wanted: FormSheet) -> frozenset[str]:
    """What the headings of a header may say, as words are compared: most rows have none of them."""
    columns = [column for column in wanted.columns if column.key in REQUIRED[wanted.key]]
    return frozenset(folded(word) for c in columns for word in (c.key, c.zh, c.en))


def likely_header(book: Workbook) -> tuple[Sheet, int] | None:
    """The row that has most headings of a return, where one has several."""
    known = (
        (len({key_of(cell.text, RETURN.columns) for cell in cells} - {None}), sheet, row)
        for sheet in book.sheets
        if sheet.name not in OURS
        for row, cells in sheet.rows()
        if row <= HEADER_WITHIN
    )
    most, sheet, row = max(known, key=lambda one: one[0], default=(0, None, 0))
    return (sheet, row) if sheet is not None and most > 1 else None
