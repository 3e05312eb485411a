"""Reads a long table, a row a value, in whatever file it comes: the columns of observations.csv."""

from __future__ import annotations

from collections.abc import Mapping

from cescore.intake.batches import LAYOUT
from cescore.intake.columns import is_header_sound
from cescore.intake.notation import clean
from cescore.intake.wording import shortened
from cescore.returns.layouts.areas import is_footnote
from cescore.returns.layouts.asked import Expected
from cescore.returns.layouts.form import inert
from cescore.returns.layouts.taken import ReturnRow, Role, Taken
from cescore.returns.layouts.unseen import tell_unseen
from cescore.returns.layouts.values import value_of_cell
from cescore.returns.workbooks.sheet import Sheet, SheetCell, Workbook

TABLE = "table"  # the name of this layout
HEADER_WITHIN = 50


def header_in(sheet: Sheet) -> int:
    """The row that names all columns a long table must have; 0 where there is none."""
    for row, cells in sheet.rows():
        if row > HEADER_WITHIN:
            break
        names = {LAYOUT.canonical(cell.text) for cell in cells}
        if names.issuperset(LAYOUT.required):
            return row
    return 0


def is_table(book: Workbook) -> bool:
    """Whether a workbook holds a long table."""
    return any(header_in(sheet) for sheet in book.sheets)


def read_table(book: Workbook, expected: Expected) -> Taken:
    """Every row of every long table in a workbook; two sheets with one are told and not used."""
    taken = Taken(book.file, TABLE)
    found = {sheet.name: header_in(sheet) for sheet in book.sheets if header_in(sheet)}
    if len(found) > 1:
        here = taken.context(book, list(found)[1])
        here.error("sheets_alike", n=len(found), sheets=tuple(found))
        return taken
    for sheet in book.sheets:
        if sheet.name in found:
            _read_sheet(book, sheet, found[sheet.name], taken, expected)
            tell_unseen(book, sheet, taken)
    taken.settle(book.sheets, book)
    return taken


def _read_sheet(
    book: Workbook, sheet: Sheet, header: int, taken: Taken, expected: Expected
) -> None:
    names: dict[int, str] = {}
    for (row, column), cell in sheet.cells.items():
        if row < header:
            taken.mark(sheet, row, column, Role.header)
        elif row == header:
            taken.mark(sheet, row, column, Role.header)
            names[column] = cell.text
    here = taken.context(book, sheet.name, header)
    if not is_header_sound(list(names.values()), LAYOUT, here):
        return
    columns = {LAYOUT.canonical(text): column for column, text in names.items()}
    for row, cells in sheet.rows():
        if row <= header:
            continue
        texts = {
            name: sheet.text(row, column)
            for name, column in columns.items()
            if name in LAYOUT.names
        }
        if not any(clean(text).text for text in texts.values()):
            continue
        if is_footnote(cells[0].text) and len(cells) == 1:
            taken.mark(sheet, row, cells[0].column, Role.note)
            taken.context(book, sheet.name, row).info("footnote", text=shortened(cells[0].text))
            continue
        for cell in cells:
            if cell.column != columns["value"]:
                taken.mark(sheet, row, cell.column, Role.header)
        _read_row(
            book, sheet, sheet.at(row, columns["value"]), texts, taken, expected, row, columns
        )


def _read_row(
    book: Workbook, sheet: Sheet, cell: SheetCell | None, texts: Mapping[str, str], taken: Taken,
    expected: Expected, row: int, columns: Mapping[str, int],
) -> None:  # fmt: skip
    """One row, its value written as the rules of rows take it."""
    code = clean(texts["variable"]).text
    here = taken.context(book, sheet.name, row, columns["value"])
    here = here.of(entity_id=clean(texts["entity_id"]).text[:64], variable=code[:80])
    value, unit = "", texts.get("unit", "")
    if cell is not None:
        variable = expected.variables.get(code)
        written = value_of_cell(cell, variable, unit, book, here, expected)
        if written is None:
            taken.mark(sheet, row, columns["value"], Role.refused)
            return
        value, unit = written.text, written.unit
    taken.mark(sheet, row, columns["value"], Role.blank if cell is None else Role.value)
    taken.rows.append(
        ReturnRow(
            texts["entity_id"], texts["year"], texts["variable"], value, texts.get("status", ""),
            here.at.source, texts.get("basis", ""), inert(texts.get("note", "")), unit,
        )
    )  # fmt: skip
