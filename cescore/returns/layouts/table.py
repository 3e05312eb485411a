"""Reads a long table, a row a value, in whatever file it comes: the columns of observations.csv."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cescore.intake.notation import clean
from cescore.intake.sources.batches import LAYOUT
from cescore.intake.sources.columns import is_header_sound
from cescore.intake.wording import shortened
from cescore.returns.layouts.areas import is_footnote
from cescore.returns.layouts.asked import Expected
from cescore.returns.layouts.taken import ReturnRow, Role, Taken
from cescore.returns.layouts.unheaded import heading_at, rows_of_value, span_text, tell_unheaded
from cescore.returns.layouts.unseen import tell_unseen
from cescore.returns.layouts.values import CellValues
from cescore.returns.workbooks.sheet import Sheet, SheetCell, Workbook

TABLE = "table"  # the name of this layout
HEADER_WITHIN = 50
NEEDED = len(LAYOUT.required)
ONE_SHORT = NEEDED - 1  # columns by which a table is told that lacks one


def header_in(sheet: Sheet, least: int = NEEDED) -> int:
    """The row that names the columns a long table must have, or that many of them; 0 without any."""
    for row, cells in sheet.rows():
        if row > HEADER_WITHIN:
            break
        names = {LAYOUT.canonical(cell.text) for cell in cells}
        if len(names.intersection(LAYOUT.required)) >= least:
            return row
    return 0


def is_table(book: Workbook, least: int = NEEDED) -> bool:
    """Whether a workbook holds a long table."""
    return any(header_in(sheet, least) for sheet in book.sheets)


def read_table(book: Workbook, expected: Expected) -> Taken:
    """Every row of every long table in a workbook; two sheets with one are told and not used."""
    taken = Taken(book.file, TABLE)
    least = NEEDED if is_table(book) else ONE_SHORT
    headers = {sheet.name: header_in(sheet, least) for sheet in book.sheets}
    found = {name: header for name, header in headers.items() if header}
    if len(found) > 1:
        here = taken.context(book, list(found)[1])
        here.error("sheets_alike", n=len(found), sheets=tuple(found))
    for sheet in book.sheets:
        if sheet.name in found and len(found) == 1:
            _TableReader(book, sheet, taken, expected).read(found[sheet.name])
            tell_unseen(book, sheet, taken)
    taken.settle(book.sheets, book)
    return taken


@dataclass
class _TableReader:
    """Reads one long table; ``columns`` are the numbers of its columns by their own names."""

    book: Workbook
    sheet: Sheet
    taken: Taken
    expected: Expected
    columns: dict[str, int] = field(default_factory=dict)
    named: frozenset[int] = frozenset()  # columns that have a heading, known or not

    def read(self, header: int) -> None:
        """All rows below a header, if it is sound."""
        names: dict[int, str] = {}
        for (row, column), cell in self.sheet.cells.items():
            if row <= header:
                self.taken.mark(self.sheet, row, column, Role.header)
            if row == header and heading_at(self.sheet, row, column):
                names[column] = cell.text
        here = self.taken.context(self.book, self.sheet.name, header)
        if not is_header_sound(list(names.values()), LAYOUT, here):
            return
        known = {LAYOUT.canonical(text): column for column, text in names.items()}
        self.columns = {name: column for name, column in known.items() if name in LAYOUT.names}
        self.named = frozenset(names)
        if self.sheet.last_row <= header:
            here.error("header_only")
        for row, cells in self.sheet.rows():
            if row > header:
                self._row(row, cells)
        tell_unheaded(self.sheet, header, self.named, here, self.taken)

    def _row(self, row: int, cells: Sequence[SheetCell]) -> None:
        """A row of the table, or a remark below it; cells without a heading are left to be told."""
        texts = {name: self.sheet.text(row, column) for name, column in self.columns.items()}
        if not any(clean(text).text for text in texts.values()):
            return
        if is_footnote(cells[0].text) and len(cells) == 1:
            self.taken.mark(self.sheet, row, cells[0].column, Role.note)
            here = self.taken.context(self.book, self.sheet.name, row)
            here.info("footnote", text=shortened(cells[0].text))
            return
        if self.book.kind == "csv" and cells[-1].column > max(self.named):
            self._refuse_ragged(row, cells, clean(texts["entity_id"]).text[:64])
            return
        for cell in cells:
            if cell.column in self.named and cell.column != self.columns["value"]:
                self.taken.mark(self.sheet, row, cell.column, Role.header)
        self._value(row, texts)

    def _refuse_ragged(self, row: int, cells: Sequence[SheetCell], entity_id: str) -> None:
        """A line of a text with more cells than headings: nobody knows which belongs where."""
        here = self.taken.context(self.book, self.sheet.name, row).of(entity_id=entity_id)
        here.error("ragged_row", n=cells[-1].column, width=max(self.named))
        for cell in cells:
            self.taken.mark(self.sheet, row, cell.column, Role.refused)

    def _value(self, row: int, texts: Mapping[str, str]) -> None:
        """The row as one of observations, its value written as the rules of rows take it."""
        code, column = clean(texts["variable"]).text, self.columns["value"]
        here = self.taken.context(self.book, self.sheet.name, row, column)
        here = here.of(entity_id=clean(texts["entity_id"]).text[:64], variable=code[:80])
        cell = self.sheet.at(row, column)
        value, unit = "", texts.get("unit", "")
        rows = rows_of_value(self.sheet, row, column)
        if len(rows) > 1:
            span = span_text(self.sheet.span_of(row, column))
            here.error("merged_value", span=span, n=len(rows))
            self.taken.mark(self.sheet, row, column, Role.refused)
            return
        if cell is not None:
            values = CellValues(self.book, self.expected)
            written = values.of(cell, self.expected.variables.get(code), unit, here)
            if written is None:
                self.taken.mark(self.sheet, row, column, Role.refused)
                return
            value, unit = written.text, written.unit
        self.taken.mark(self.sheet, row, column, Role.blank if cell is None else Role.value)
        id_cell = self.book.address(self.sheet.name, row, self.columns["entity_id"])
        self.taken.id_cells[here.at.source] = id_cell
        beside = {name: texts.get(name, "") for name in ("status", "basis")}
        self.taken.rows.append(
            ReturnRow(
                entity_id=texts["entity_id"],
                year=texts["year"],
                variable=texts["variable"],
                value=value,
                source=here.at.source,
                note=texts.get("note", ""),
                unit=unit,
                **beside,
            )
        )
