"""Reads an .xlsx that openpyxl cannot by python-calamine, and what formulas gave: values only."""

from __future__ import annotations

from pathlib import Path

import python_calamine

from cescore.returns.workbooks.limits import LIMITS
from cescore.returns.workbooks.refusal import FileRefused
from cescore.returns.workbooks.sheet import Content, Position, Sheet, SheetCell, Span, Workbook
from cescore.returns.workbooks.values import value_of

UNSEEN = frozenset(["formulas", "formats", "errors", "hidden_rows"])


def read_by_calamine(path: Path, file: str, kind: str, remarks: tuple[str, ...] = ()) -> Workbook:
    """The workbook's values; formulas, number formats and hidden rows are not seen this way.

    Raises
    ------
    FileRefused
        It is protected by a password, or damaged.
    """
    try:
        with python_calamine.CalamineWorkbook.from_path(path) as book:
            sheets = tuple(
                _sheet(book.get_sheet_by_name(found.name), found)
                for found in book.sheets_metadata
                if found.typ == python_calamine.SheetTypeEnum.WorkSheet
            )
    except python_calamine.PasswordError as error:
        raise FileRefused("file_encrypted") from error
    except (python_calamine.CalamineError, OSError) as error:
        if "assword" in str(error):
            raise FileRefused("file_encrypted") from error
        raise FileRefused("file_damaged", error=str(error).splitlines()[0][:200]) from error
    return Workbook(file=file, kind=kind, sheets=sheets, unseen=UNSEEN, remarks=remarks)


def _sheet(sheet: python_calamine.CalamineSheet, found: python_calamine.SheetMetadata) -> Sheet:
    if sheet.total_height > LIMITS.rows:
        raise FileRefused(
            "too_many_sheet_rows", part=found.name, n=sheet.total_height, most=LIMITS.rows
        )
    if sheet.height * sheet.width > 10 * LIMITS.cells:
        n = sheet.height * sheet.width
        raise FileRefused("too_many_cells", n=n, most=LIMITS.cells)
    top, left = sheet.start or (0, 0)
    cells: dict[Position, SheetCell] = {}
    for row, values in enumerate(sheet.to_python(skip_empty_area=True), top + 1):
        for column, value in enumerate(values, left + 1):
            content, text = value_of(value)
            if content != Content.empty:
                cells[row, column] = SheetCell(row, column, content, text)
    merged = sheet.merged_cell_ranges or ()
    return Sheet(
        name=found.name,
        cells=cells,
        merged=tuple(
            sorted((Span(a + 1, b + 1, c + 1, d + 1) for (a, b), (c, d) in merged), key=_at)
        ),
        is_hidden=found.visible != python_calamine.SheetVisibleEnum.Visible,
    )


def _at(span: Span) -> Position:
    return span.top, span.left
