"""A table of the page: its specification and its cells; HTML and data are views of both."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from typing import TYPE_CHECKING, Literal

from markupsafe import escape

from cescore.publish.fragment import Fragment, Term, clean, paragraph, words_of
from cescore.publish.numbers import PrintedNumber
from cescore.publish.printing.heads import broken
from cescore.publish.printing.widths import PAGE, fitted, head_needed, needed, too_narrow
from cescore.publish.table_data import Datum, TableData, TableHead, TableLine

if TYPE_CHECKING:
    import pandas as pd


FIRST, LAST = 2, 3  # lines of a table that are not parted at its head and at its end
SHORT = 5  # lines of figures that stand on one page


@dataclass(frozen=True)
class TableColumn:
    """Head of a table column: its width in per cent of the table and how its cells are set."""

    head: object
    width: float
    kind: str = "num"  # num: right-aligned digits; text; mid: centred
    code: str = ""  # what programs call it, where it is not its head


@dataclass(frozen=True)
class Row:
    """Cells of one line; ``kind`` is a class: group, total, own, sub.

    Empty cells right after the first of a group belong to it: it spans them.
    """

    cells: Sequence[object]  # text, PrintedNumber, Term, other Markup
    kind: str = ""

    def data(self) -> TableLine:
        """The line as data; its code and unit are those of the first cell."""
        cells, first = tuple(map(datum, self.cells)), self.cells[0]
        if isinstance(first, Term):
            return TableLine(cells, self.kind, first.code, first.unit)
        return TableLine(cells, self.kind)


@dataclass(frozen=True)
class Table:
    """Several columns and rows with a caption and notes below.

    ``halves`` sets the second half of the rows beside the first: for narrow tables that are long.
    ``name`` is what its data are called where no caption is printed. ``room``: what it may be wide [mm].
    """

    columns: Sequence[TableColumn]
    rows: Sequence[Row]
    caption: str = ""
    notes: Sequence[object] = field(default_factory=tuple)
    kind: str = ""
    halves: bool = False
    name: str = ""
    room: float = PAGE

    def __repr__(self) -> str:
        return repr(self.fragment())

    def data(self) -> TableData:
        """The table without how it is drawn."""
        heads = tuple(TableHead(datum(column.head).text, column.code) for column in self.columns)
        return TableData(self.caption or self.name, heads, tuple(row.data() for row in self.rows))

    def to_frame(self, *, by: Literal["name", "code"] = "name") -> pd.DataFrame:
        """Its values: see `TableData.to_frame`."""
        return self.data().to_frame(by=by)

    def fragment(self) -> Fragment:
        """The table, or nothing where it has no rows.

        Written here and not in a template: a report has a thousand cells.
        """
        if not self.rows:
            return Fragment("")
        times = 2 if self.halves else 1
        columns = self._fitted(times)
        head = f"<caption>{escape(self.caption)}</caption>" if self.caption else ""
        widths = "".join(f'<col style="width:{c.width / times:.1f}%">' for c in columns)
        names = "".join(_cell("th", c.kind, c.head, ' scope="col"') for c in columns)
        drawn = replace(self, columns=columns)
        lines = "\n".join(drawn._lines())
        html = (
            f'<table class="data {self.kind}{" halves" if self.halves else ""}">{head}'
            f"<colgroup>{widths * times}</colgroup><thead><tr>{names * times}</tr></thead>"
            f"<tbody>\n{lines}\n</tbody></table>"
        )
        below = [paragraph(note).html for note in self.notes if note]
        return Fragment(clean("\n".join([html, *below])), (self.data(),))

    def _fitted(self, times: int) -> list[TableColumn]:
        """The columns, wider where a figure asks for it and another column can spare it; figures
        that have no room even so may break."""
        whole = self.room / times
        needs: list[float | None] = []
        for i, column in enumerate(self.columns):
            if column.kind not in {"num", "mid"}:
                needs.append(None)
                continue
            head = head_needed(str(escape(column.head)))
            figures = self.rows if column.kind == "num" else ()  # what is centred may be words
            needs.append(max(head, needed(str(escape(row.cells[i])) for row in figures)))
        widths = fitted([column.width for column in self.columns], needs, whole)
        narrow = too_narrow(widths, needs, whole)
        return [
            replace(
                column,
                head=broken(column.head, width / 100 * whole, is_wide=self.kind == "wide"),
                width=width,
                kind="wrap" if is_narrow and column.kind == "num" else column.kind,
            )
            for column, width, is_narrow in zip(self.columns, widths, narrow, strict=True)
        ]

    def _lines(self) -> Iterator[str]:
        """The lines; the first and the last stand on one page each, and a short table of figures on one
        page whole."""
        cells = list(self._halved()) if self.halves else list(map(self._cells, self.rows))
        kinds = [""] * len(cells) if self.halves else [row.kind for row in self.rows]
        is_whole = len(cells) <= SHORT and all(
            c.kind not in ("text", "wrap") for c in self.columns[1:]
        )
        for i, (kind, line) in enumerate(zip(kinds, cells, strict=True)):
            is_edge = i < FIRST - 1 or i >= len(cells) - LAST
            is_with_next = i < len(cells) - 1 and (is_whole or is_edge)
            classes = " ".join(filter(None, (kind, "with" if is_with_next else "")))
            yield f'<tr class="{classes}">{line}</tr>' if classes else f"<tr>{line}</tr>"

    def _cells(self, row: Row) -> str:
        cells = list(row.cells)
        span = 1
        if row.kind == "group":
            while span < len(cells) and cells[span] == "":
                span += 1
        wide = f' colspan="{span}"' if span > 1 else ""
        kind = " ".join(filter(None, (self.columns[0].kind, row.kind)))
        first = _cell("th", kind, cells[0], f' scope="row"{wide}')
        kinds = [column.kind for column in self.columns[span:]]
        rest = (_cell("td", k, cell) for k, cell in zip(kinds, cells[span:], strict=True))
        return first + "".join(rest)

    def _halved(self) -> Iterator[str]:
        """Cells of lines of two rows each; the left half is filled first."""
        middle = (len(self.rows) + 1) // 2
        empty = f'<td colspan="{len(self.columns)}"></td>'
        for left, right in zip_longest(self.rows[:middle], self.rows[middle:]):
            beside = self._cells(right) if right is not None else empty
            yield f"{self._cells(left)}{beside}"


def _cell(tag: str, kind: str, content: object, more: str = "") -> str:
    name = f' class="{kind}"' if kind and kind != "num" else ""  # figures are the plain case
    return f"<{tag}{name}{more}>{escape(content)}</{tag}>"


def datum(content: object) -> Datum:
    """What a cell holds: the printed text of numbers and names without their drawing."""
    if isinstance(content, PrintedNumber):
        before = words_of(content.before) if content.before else ""
        return Datum(clean(f"{before}{content}"), content.value, content.marks)
    if hasattr(content, "__html__"):
        return Datum(clean(words_of(content.__html__())))
    return Datum(clean(" ".join(str(content).split())))
