"""The areas of values on a sheet, found from the cells that tables hang on, and what surrounds a value."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property

from cescore.intake.notation import folded
from cescore.intake.sources.csv_table import FOOTNOTES
from cescore.returns.layouts.definition import IN_CELL, Layout, LayoutTable, Lookup
from cescore.returns.workbooks.sheet import Position, Sheet

_FOOTNOTE = re.compile(rf"(?:{'|'.join(FOOTNOTES)})\s*(?:[:：、.（(0-9]|$)")
SEARCHED = 30  # rows around an anchor in which a heading is looked for


def matches(text: str, patterns: Iterable[str]) -> bool:
    """Whether a text is like one of the patterns (``*`` stands for anything), however it is written."""
    plain = folded(text)
    return bool(plain) and any(fnmatchcase(plain, folded(pattern)) for pattern in patterns)


@dataclass(frozen=True)
class Word:
    """A text about a value, and the cell it stands in; a word of the layout itself stands in none."""

    text: str
    at: Position | None = None


@dataclass(frozen=True)
class Area:
    """The values of one table on one sheet, from its anchor to where the next begins."""

    sheet: Sheet
    table: LayoutTable
    anchor: Position
    last_row: int
    last_column: int
    file: str = ""

    @cached_property
    def header_rows(self) -> tuple[int, ...]:
        """The rows in which headings stand."""
        rows = (self._row(look) for look in self._lookups if look.is_above)
        return tuple(sorted({row for row in rows if row is not None}))

    @cached_property
    def stub_columns(self) -> tuple[int, ...]:
        """The columns in which the words beside values stand."""
        columns = (self._column(look) for look in self._lookups if look.is_left)
        return tuple(sorted({column for column in columns if column is not None}))

    @property
    def _lookups(self) -> Iterator[Lookup]:
        for lookups in self.table.lookups.values():
            yield from lookups

    @property
    def first_row(self) -> int:
        """The first row of values: below the anchor and all headings."""
        bottom = self.sheet.span_of(*self.anchor).bottom
        return max((bottom, *(row for row in self.header_rows if row >= self.anchor[0]))) + 1

    @property
    def first_column(self) -> int:
        """The first column that may hold values: right of the anchor, and of stubs beside it."""
        right = self.sheet.span_of(*self.anchor).right
        while right + 1 in self.stub_columns:
            right += 1
        return right + 1

    @cached_property
    def rows(self) -> tuple[int, ...]:
        """The rows of values, up to where the table ends."""
        found = []
        for row in range(self.first_row, self.last_row + 1):
            first = self.sheet.text(row, min((*self.stub_columns, self.anchor[1])))
            if matches(first, self.table.ends) or is_footnote(first):
                break
            found.append(row)
        if not self.stub_columns:
            return tuple(found[:1])
        return tuple(found)

    @cached_property
    def columns(self) -> tuple[int, ...]:
        """The columns of values: those with a heading."""
        wanted = range(self.first_column, self.last_column + 1)
        free = [column for column in wanted if column not in self.stub_columns]
        if not self.header_rows:
            return tuple(free[:1])
        level = [self._levels(column) for column in free]
        return tuple(column for column, has in zip(free, level, strict=True) if has)

    def _levels(self, column: int) -> bool:
        """Whether any heading stands in a column, or spans it from the left."""
        return any(self.sheet.text(row, column) for row in self.header_rows) or any(
            look.direction == "closest above" and bool(self._above(look, column).text)
            and column <= self._last_filled
            for look in self._lookups
            if look.is_above
        )  # fmt: skip

    @cached_property
    def _last_filled(self) -> int:
        """The last column in which a value stands: an open heading does not reach beyond it."""
        rows = set(self.rows)
        within = (c for r, c in self.sheet.cells if r in rows and c <= self.last_column)
        return max(within, default=0)

    def words(self, name: str, row: int, column: int) -> list[Word]:
        """What the lookups of a thing find for the value at a position, the upper level first."""
        lookups: Sequence[Lookup] = self.table.lookups[name]
        return [self._word(look, row, column) for look in lookups if look.direction != IN_CELL]

    def _word(self, look: Lookup, row: int, column: int) -> Word:
        if look.direction == "is":
            return Word(str(look.place))
        if look.direction == "within":
            return self._within(str(look.place))
        return self._above(look, column) if look.is_above else self._left(look, row)

    def _above(self, look: Lookup, column: int) -> Word:
        row = self._row(look)
        if row is None:
            return Word("")
        first = self.first_column if look.direction.startswith("closest") else column
        return self._first_filled((row, c) for c in range(column, first - 1, -1))

    def _left(self, look: Lookup, row: int) -> Word:
        column = self._column(look)
        if column is None:
            return Word("")
        first = self.first_row if look.direction.startswith("closest") else row
        return self._first_filled((r, column) for r in range(row, first - 1, -1))

    def _first_filled(self, positions: Iterable[Position]) -> Word:
        for at in positions:
            text = self.sheet.text(*at).strip()
            if text:
                span = self.sheet.span_of(*at)
                return Word(text, (span.top, span.left))
        return Word("")

    def _within(self, pattern: str) -> Word:
        """The nearest title above the values that is like a pattern; else the sheet's or file's name."""
        above = [at for at in self.sheet.cells if at[0] < self.first_row]
        for at in sorted(above, key=lambda at: (-at[0], at[1])):
            if matches(self.sheet.text(*at), [pattern]):
                return Word(self.sheet.text(*at).strip(), at)
        names = (self.sheet.name, self.file)
        return Word(next((name for name in names if matches(name, [pattern])), ""))

    def _row(self, look: Lookup) -> int | None:
        """The row that a lookup above names."""
        if isinstance(look.place, int):
            row = self.anchor[0] + look.place
            return row if row >= 1 else None
        top = max(1, self.anchor[0] - SEARCHED)
        rows = range(top, self.anchor[0] + SEARCHED)
        columns = range(1, self.anchor[1] + 1)
        named = (r for r in rows for c in columns if matches(self.sheet.text(r, c), [look.place]))
        return next(named, None)

    def _column(self, look: Lookup) -> int | None:
        """The column that a lookup to the left names."""
        if isinstance(look.place, int):
            column = self.anchor[1] + look.place
            return column if column >= 1 else None
        top = self.anchor[0]
        bottom = self.sheet.span_of(*self.anchor).bottom
        headed = (
            column
            for row in range(top, bottom + 1)
            for column in range(1, self.last_column + 1)
            if matches(self.sheet.text(row, column), [look.place])
        )
        return next(headed, None)


def areas_of(layout: Layout, sheet: Sheet, file: str) -> list[Area]:
    """Every area of a layout's tables on a sheet, from the top and the left."""
    anchors: list[tuple[Position, LayoutTable]] = []
    for at, cell in sorted(sheet.cells.items()):
        table = next(
            (
                t
                for t in layout.tables
                if matches(sheet.name, t.sheets) and matches(cell.text, t.anchor)
            ),
            None,
        )
        if table is not None and not sheet.is_covered(*at):
            anchors.append((at, table))
    return [
        Area(sheet, table, at, *_bounds(sheet, at, [a for a, _ in anchors]), file)
        for at, table in anchors
    ]


def _bounds(sheet: Sheet, at: Position, anchors: Sequence[Position]) -> tuple[int, int]:
    """The last row and column before the next tables below and to the right."""
    span = sheet.span_of(*at)
    right = [c for r, c in anchors if span.top <= r <= span.bottom and c > at[1]]
    last_column = min(right, default=sheet.last_column + 1) - 1
    below = [r for r, c in anchors if r > span.bottom and at[1] <= c <= last_column]
    return min(below, default=sheet.last_row + 1) - 1, last_column


def is_footnote(text: str) -> bool:
    """Whether a text is a remark below a table: 注：, 填表人：, 审核人; not a name like 注册企业数."""
    return bool(_FOOTNOTE.match(text.strip()))
