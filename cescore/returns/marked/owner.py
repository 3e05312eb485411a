"""Whose workbook it is that came back."""

from __future__ import annotations

from cescore.returns.forms.identity import FormIdentity, read_identity
from cescore.returns.workbooks.sheet import Workbook

ROWS, COLUMNS = 40, 20  # within which a form says what it is


def owner_of(book: Workbook) -> FormIdentity | None:
    """What a form of ours carries of itself; None of any other workbook."""
    sheets = {
        sheet.name: [
            [sheet.text(row, column) for column in range(1, min(sheet.last_column, COLUMNS) + 1)]
            for row in range(1, min(sheet.last_row, ROWS) + 1)
        ]
        for sheet in book.sheets
    }
    return read_identity(sheets, book.names, book.properties).identity
