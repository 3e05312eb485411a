"""A workbook as it was received: sheets of cells, each with its value as written and what it looks like.

One model for every kind of file. A reader fills it in a process of its own (`workbooks.child`) and
hands it over as plain JSON: what came from outside is never unpickled.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

from cescore.intake.address import Address

Position = tuple[int, int]  # row and column, both from 1


class Content(StrEnum):
    """What a cell holds."""

    number = "n"
    text = "t"
    truth = "b"
    date = "d"
    error = "e"
    empty = ""  # a formula that nobody computed; cells without anything are not kept at all


@dataclass(frozen=True, slots=True)
class SheetCell:
    """One cell.

    ``text`` is its value as a table of text would hold it: a number with all digits that the file
    has, a date as 2025-12-31, TRUE or FALSE, an error as #REF!. Of a formula it is the value that the
    program left there; ``formula`` is the formula itself, with its ``=``.
    """

    row: int
    column: int
    content: Content
    text: str
    number_format: str = ""
    formula: str = ""

    @property
    def is_percent(self) -> bool:
        """Whether the cell shows its number as a percentage: 0.85 as 85%."""
        return self.content == Content.number and "%" in _without_quoted(self.number_format)

    @property
    def is_linked(self) -> bool:
        """Whether its formula reads another workbook."""
        return "[" in self.formula and "]" in self.formula


@dataclass(frozen=True, slots=True)
class Span:
    """Cells merged into one, ends included; the first of them holds the value."""

    top: int
    left: int
    bottom: int
    right: int

    def positions(self) -> Iterator[Position]:
        for row in range(self.top, self.bottom + 1):
            for column in range(self.left, self.right + 1):
                yield row, column


@dataclass(frozen=True)
class Sheet:
    """One sheet: its cells by position, what a person who opens it does not see, and what a respondent
    wrote into comments on cells, be they empty."""

    name: str
    cells: Mapping[Position, SheetCell]
    merged: tuple[Span, ...] = ()
    is_hidden: bool = False
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    is_filtered: bool = False
    comments: Mapping[Position, str] = field(default_factory=dict)

    @cached_property
    def last_row(self) -> int:
        return max((row for row, _ in self.cells), default=0)

    @cached_property
    def last_column(self) -> int:
        return max((column for _, column in self.cells), default=0)

    @cached_property
    def _merged_into(self) -> Mapping[Position, Position]:
        return {
            position: (span.top, span.left) for span in self.merged for position in span.positions()
        }

    def at(self, row: int, column: int) -> SheetCell | None:
        """The cell at a position; of merged cells the one that holds the value of all."""
        return self.cells.get(self._merged_into.get((row, column), (row, column)))

    def text(self, row: int, column: int) -> str:
        """The text at a position; "" where there is none."""
        cell = self.at(row, column)
        return "" if cell is None else cell.text

    def is_covered(self, row: int, column: int) -> bool:
        """Whether a position is part of merged cells and not the one that holds their value."""
        return self._merged_into.get((row, column), (row, column)) != (row, column)

    def span_of(self, row: int, column: int) -> Span:
        """The merged cells a position belongs to; itself where it is not merged."""
        first = self._merged_into.get((row, column))
        found = (s for s in self.merged if (s.top, s.left) == first)
        return next(found, Span(row, column, row, column))

    def rows(self) -> Iterator[tuple[int, tuple[SheetCell, ...]]]:
        """Every row with a cell in it, from the top, its cells from the left."""
        by_row: dict[int, list[SheetCell]] = {}
        for (row, _), cell in sorted(self.cells.items()):
            by_row.setdefault(row, []).append(cell)
        for row, cells in by_row.items():
            yield row, tuple(cells)

    def is_unseen(self, row: int, column: int) -> bool:
        """Whether a person who opens the sheet does not see this cell."""
        return self.is_hidden or row in self.hidden_rows or column in self.hidden_columns


@dataclass(frozen=True)
class Workbook:
    """A received file as sheets.

    ``file`` is its name in the folder it was collected from; ``kind`` its real type (xlsx, xlsm, xls,
    ods, csv, parquet). ``properties`` and ``names`` are the document's properties and defined names,
    as far as the reader knows them. ``unseen`` names what this reader cannot see of such a file
    (``formulas``, ``formats``, ``hidden``), ``remarks`` what was met on the way, by finding code.
    """

    file: str
    kind: str
    sheets: tuple[Sheet, ...]
    properties: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    is_1904: bool = False
    unseen: frozenset[str] = frozenset()
    remarks: tuple[str, ...] = ()

    def sheet(self, name: str) -> Sheet | None:
        return next((sheet for sheet in self.sheets if sheet.name == name), None)

    def address(self, sheet: str, row: int = 0, column: int = 0) -> Address:
        """A place in this workbook that a person can open."""
        return Address(self.file, row, sheet, letters(column) if column else "")


def letters(column: int) -> str:
    """A column as a spreadsheet calls it: 1 is A, 27 is AA."""
    name = ""
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def column_number(name: str) -> int:
    """The number of a column by its letters: A is 1."""
    number = 0
    for letter in name:
        number = number * 26 + ord(letter) - 64
    return number


def to_plain(workbook: Workbook) -> dict[str, Any]:
    """A workbook as plain JSON, which `from_plain` reads back."""
    return {
        "file": workbook.file,
        "kind": workbook.kind,
        "properties": dict(workbook.properties),
        "names": dict(workbook.names),
        "is_1904": workbook.is_1904,
        "unseen": sorted(workbook.unseen),
        "remarks": list(workbook.remarks),
        "sheets": [_sheet_to_plain(sheet) for sheet in workbook.sheets],
    }


def from_plain(plain: Mapping[str, Any]) -> Workbook:
    """The workbook that `to_plain` wrote."""
    return Workbook(
        **{name: plain[name] for name in ("file", "kind", "properties", "names", "is_1904")},
        unseen=frozenset(plain["unseen"]),
        remarks=tuple(plain["remarks"]),
        sheets=tuple(_sheet_from_plain(sheet) for sheet in plain["sheets"]),
    )


def _sheet_to_plain(sheet: Sheet) -> dict[str, Any]:
    return {
        "name": sheet.name,
        "cells": [
            [c.row, c.column, c.content.value, c.text, c.number_format, c.formula]
            for c in sheet.cells.values()
        ],
        "merged": [list(asdict(span).values()) for span in sheet.merged],
        "is_hidden": sheet.is_hidden,
        "hidden_rows": sorted(sheet.hidden_rows),
        "hidden_columns": sorted(sheet.hidden_columns),
        "is_filtered": sheet.is_filtered,
        "comments": [[*at, text] for at, text in sheet.comments.items()],
    }


def _sheet_from_plain(plain: Mapping[str, Any]) -> Sheet:
    cells = (SheetCell(r, c, Content(k), text, *rest) for r, c, k, text, *rest in plain["cells"])
    return Sheet(
        name=plain["name"],
        cells={(cell.row, cell.column): cell for cell in cells},
        merged=tuple(Span(*span) for span in plain["merged"]),
        is_hidden=plain["is_hidden"],
        hidden_rows=frozenset(plain["hidden_rows"]),
        hidden_columns=frozenset(plain["hidden_columns"]),
        is_filtered=plain["is_filtered"],
        comments={(row, column): text for row, column, text in plain["comments"]},
    )


def _without_quoted(number_format: str) -> str:
    """A number format without the literal texts in it: 0"%" shows a sign and changes no number."""
    return "".join(part for i, part in enumerate(number_format.split('"')) if i % 2 == 0).replace(
        "\\%", ""
    )
