"""A CSV file as columns of text with line numbers, no record lost.

Lines without quotes and with the right number of cells, nearly all of a large file, are split in
bulk; every other line is taken up by itself.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import repeat
from operator import contains
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
from numpy.typing import NDArray

from cescore.intake.findings import Context
from cescore.intake.notation import clean
from cescore.intake.sources.accounting import RowCount
from cescore.intake.sources.columns import ColumnLayout, is_header_sound
from cescore.intake.sources.decode import decode
from cescore.intake.wording import phrase, shortened

HEADER_WITHIN = 20  # lines in which the header is looked for
LONGEST_RECORD = 50  # lines one record may span through quoted line breaks
LARGEST_FILE = 4_000_000_000  # bytes
LONGEST_LINE = 1_000_000  # characters: what is longer is no row, and costs minutes to take apart
MOST_COLUMNS = 1_000
_BLANK = ', \t\u00a0\u3000"'
FOOTNOTES = (
    "注", "说明", "备注", "填表人", "填报人", "制表人", "审核人", "复核人", "单位负责人", "统计负责人",
    "联系人", "联系电话", "报出日期", "填报日期", "数据来源", "资料来源",
)  # fmt: skip
_OTHER_DELIMITERS: Mapping[str, str] = {
    ";": "semicolons", "\t": "tabs", "|": "bars", "，": "wide_commas", "；": "wide_semicolons",
    "、": "enumeration_commas", "^": "carets",
}  # fmt: skip


@dataclass(frozen=True)
class CsvTable:
    """Columns of text by name, the line each row stands in, and what the other rows were."""

    file: str
    columns: Mapping[str, pa.Array] = field(default_factory=dict)
    lines: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    header: int = 0
    blank: int = 0
    rejected: int = 0
    refused: str = ""

    def __len__(self) -> int:
        return len(self.lines)

    def texts(self, name: str) -> list[str]:
        """A column as a list of str; empty texts where the file does not have it."""
        column = self.columns.get(name)
        return [""] * len(self) if column is None else column.to_pylist()

    def column(self, name: str) -> pa.Array:
        """A column as an Arrow array; empty texts where the file does not have it."""
        column = self.columns.get(name)
        return pa.array(np.full(len(self), ""), pa.string()) if column is None else column

    def count(self, accepted: int) -> RowCount:
        """The account of the file's rows, once it is known how many were used."""
        return RowCount(
            self.file,
            read=self.header + self.blank + self.rejected + len(self),
            accepted=accepted,
            rejected=self.rejected + len(self) - accepted,
            blank=self.blank,
            header=self.header,
            refused=self.refused,
        )


def read_csv(path: Path, layout: ColumnLayout, context: Context) -> CsvTable:
    """A file's columns as text; what cannot be used is counted and told."""
    try:
        size = path.stat().st_size
        raw = path.read_bytes() if size <= LARGEST_FILE else b""
    except OSError as error:
        return _refuse("unreadable", context, error=error.strerror or "")
    if size > LARGEST_FILE:
        return _refuse("too_large", context, n=size, most=LARGEST_FILE)
    decoded = decode(raw)
    if decoded.refused:
        return _refuse(decoded.refused, context, n=decoded.byte)
    if decoded.encoding in ("gb18030", "utf-16"):
        context.info("encoding", encoding=decoded.encoding)
    if "\ufffd" in decoded.text:
        context.warning("replacement_character")
    return read_text(decoded.text, layout, context)


def read_text(text: str, layout: ColumnLayout, context: Context) -> CsvTable:
    """The same for the text of a CSV file."""
    file = context.at.file
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if lines[-1] == "":
        lines.pop()
    if all(not line.strip(_BLANK) for line in lines):
        context.error("empty_file")
        return CsvTable(file, blank=len(lines))
    long = [i for i, line in enumerate(lines, 1) if len(line) > LONGEST_LINE]
    for number in long:
        context.row(number).error("line_too_long", n=len(lines[number - 1]), most=LONGEST_LINE)
    if long:
        return _reject_all(file, lines)
    position, names = _find_header(lines, layout)
    here = context.row(position + 1)
    delimiter = _other_delimiter(lines, position, layout)
    if delimiter:
        here.error("delimiter", delimiter=phrase(_OTHER_DELIMITERS[delimiter]))
        return _reject_all(file, lines)
    if len(names) > MOST_COLUMNS:
        here.error("too_many_columns", n=len(names), most=MOST_COLUMNS)
        return _reject_all(file, lines)
    if not is_header_sound(names, layout, here):
        return _reject_all(file, lines)
    if position:
        here.info("title_rows")
    titles = sum(bool(line.strip(_BLANK)) for line in lines[:position])
    table = _split(lines, position + 1, names, layout, context)
    if not len(table) and not table.rejected:
        context.error("header_only")
    return replace(table, header=table.header + 1 + titles, blank=table.blank + position - titles)


def _refuse(reason: str, context: Context, **values: str | int) -> CsvTable:
    context.error("file_refused", reason=phrase(reason, **values))
    return CsvTable(context.at.file, refused=reason)


def _reject_all(file: str, lines: Sequence[str]) -> CsvTable:
    blank = sum(not line.strip(_BLANK) for line in lines)
    return CsvTable(file, header=1, blank=blank, rejected=len(lines) - blank - 1, refused="header")


def _cells(line: str, delimiter: str = ",") -> list[str] | None:
    """The cells of one record, or None where its quotes do not balance."""
    try:
        rows = list(csv.reader(io.StringIO(line, newline=""), strict=True, delimiter=delimiter))
    except csv.Error:
        return None
    return rows[0] if len(rows) == 1 else None


def _find_header(lines: Sequence[str], layout: ColumnLayout) -> tuple[int, list[str]]:
    """Position and cells of the first line with all required columns, else of the likeliest one."""
    best, most = 0, -1
    for i, line in enumerate(lines[:HEADER_WITHIN]):
        names = {layout.canonical(name) for name in _cells(line) or ()}
        known = len(names & set(layout.names))
        if names.issuperset(layout.required):
            best = i
            break
        if known > most and line.strip(_BLANK):
            best, most = i, known
    return best, _cells(lines[best]) or []


def _other_delimiter(lines: Sequence[str], position: int, layout: ColumnLayout) -> str:
    """What stands between cells instead of commas, where the header is whole only with it."""
    required = set(layout.required)
    if required <= {layout.canonical(name) for name in _cells(lines[position]) or ()}:
        return ""
    for line in lines[:HEADER_WITHIN]:
        for delimiter in _OTHER_DELIMITERS:
            names = {layout.canonical(name) for name in _cells(line, delimiter) or ()}
            if required <= names:
                return delimiter
    return ""


def _split(
    lines: Sequence[str], start: int, names: Sequence[str], layout: ColumnLayout, context: Context
) -> CsvTable:
    """The rows below the header: plain lines in bulk, the others one by one."""
    body, width = lines[start:], len(names)
    is_wide = _of_each(map(str.count, body, repeat(",")), body) == width - 1
    is_quoted = _of_each(map(contains, body, repeat('"')), body).astype(bool)
    is_noted = _of_each(map(str.startswith, body, repeat(_NOTED)), body).astype(bool)
    plain = is_wide & ~is_quoted & ~is_noted
    filled = _of_each(map(len, map(str.strip, body, repeat(_BLANK))), body) > 0
    odd = _OddLines([layout.canonical(name) for name in names], layout, context)
    odd.take(body, start + 1, plain, filled)
    plain &= filled & ~odd.consumed
    fast = _bulk([body[i] for i in np.flatnonzero(plain).tolist()], width)
    lines_fast = np.flatnonzero(plain) + start + 1
    columns, numbers = _joined(fast, lines_fast, odd.rows, odd.lines, width)
    known = {
        name: column
        for name, column in zip(odd.names, columns, strict=True)
        if name in layout.names
    }
    return CsvTable(context.at.file, known, numbers, odd.footnotes, odd.blank, odd.rejected)


def _of_each(found: Iterable[int], lines: Sequence[str]) -> NDArray[np.int64]:
    """A number for each line."""
    return np.fromiter(found, np.int64, len(lines))


_NOTED = (*FOOTNOTES, ",")  # how a line begins that may be a footnote


class _OddLines:
    """Takes up the lines that bulk splitting cannot: quoted, ragged, blank, footnotes."""

    def __init__(self, names: Sequence[str], layout: ColumnLayout, context: Context) -> None:
        self.names, self.layout, self.context = names, layout, context
        self.rows: list[list[str]] = []
        self.lines: list[int] = []
        self.blank = self.rejected = self.footnotes = 0
        self.consumed = np.zeros(0, bool)
        required = [i for i, name in enumerate(names) if name in layout.required]
        self._least = 1 + max(required, default=len(names) - 1)  # cells up to the last required one

    def take(
        self, body: Sequence[str], first: int, plain: NDArray[np.bool_], filled: NDArray[np.bool_]
    ) -> None:
        self.consumed = np.zeros(len(body), bool)
        for i in np.flatnonzero(~(plain & filled)).tolist():
            if self.consumed[i]:
                continue
            if not filled[i] and body[i].count('"') % 2 == 0:
                self.blank += 1
            elif body[i].count('"') % 2:
                self._open_quote(body, i, first)
            else:
                self._one(_cells(body[i]), body[i], first + i)

    def _open_quote(self, body: Sequence[str], i: int, first: int) -> None:
        """A line whose quote closes in a later line, or never."""
        for j in range(i + 1, min(i + LONGEST_RECORD, len(body))):
            if body[j].count('"') % 2 == 0:
                continue
            cells = _cells("\n".join(body[i : j + 1]))
            swallows = any(self._is_like_row(line) for line in body[i + 1 : j])
            if cells is not None and self._may_break(cells) and not swallows:
                self.consumed[i + 1 : j + 1] = True
                self.context.row(first + i).info("line_break_in_cell", n=j - i)
                self._keep(cells, first + i)
                return
            break
        self._reject_quotes(body[i], first + i)

    def _is_like_row(self, line: str) -> bool:
        """Whether a line inside quotes has all the cells of a row: then a quote was forgotten."""
        cells = line.split(",")
        required = [
            cells[i] for i, n in enumerate(self.names[: len(cells)]) if n in self.layout.required
        ]
        return len(cells) == len(self.names) and any(cell.strip() for cell in required)

    def _may_break(self, cells: Sequence[str]) -> bool:
        return len(cells) == len(self.names) and all(
            "\n" not in cell or name in self.layout.may_break or name not in self.layout.names
            for name, cell in zip(self.names, cells, strict=True)
        )

    def _one(self, cells: list[str] | None, line: str, number: int) -> None:
        width = len(self.names)
        if cells is None:
            self._reject_quotes(line, number)
        elif _is_footnote(cells):
            self.footnotes += 1
            self.context.row(number).info("footnote", text=shortened(line.rstrip(",")))
        elif len(cells) == width:
            self._keep(cells, number)
        elif self._least <= len(cells) < width:
            self.context.row(number).info("short_row", n=len(cells), width=width)
            self._keep([*cells, *[""] * (width - len(cells))], number)
        else:
            self.rejected += 1
            self._owned(number, cells).error("ragged_row", n=len(cells), width=width)

    def _keep(self, cells: list[str], number: int) -> None:
        self.rows.append(cells)
        self.lines.append(number)

    def _reject_quotes(self, line: str, number: int) -> None:
        cells = [cell.strip('"') for cell in line.split(",")]
        self.rejected += 1
        self._owned(number, cells).error("unbalanced_quotes", text=shortened(line))

    def _owned(self, number: int, cells: Sequence[str]) -> Context:
        """The place of a row that is counted out; a cell that can be the id tells whose it was."""
        at = self.names.index("entity_id") if "entity_id" in self.names else 0
        text = cells[at] if len(cells) > at else cells[0] if cells else ""
        owner = clean(text).text if len(text) <= 64 else ""
        return self.context.row(number).of(entity_id=owner)


def _is_footnote(cells: Sequence[str]) -> bool:
    """Whether every cell that holds something begins as notes below a table do."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    return bool(filled) and all(cell.startswith(FOOTNOTES) for cell in filled)


def _bulk(lines: Sequence[str], width: int) -> list[pa.Array]:
    """Split plain lines at their commas."""
    names = [f"c{i}" for i in range(width)]
    if not lines:
        return [pa.array([], pa.string()) for _ in names]
    data = "\n".join([",".join(names), *lines]).encode("utf-8", "surrogatepass")
    table = pa_csv.read_csv(
        pa.BufferReader(data),
        read_options=pa_csv.ReadOptions(block_size=max(1 << 24, 4 * max(map(len, lines)) + 64)),
        parse_options=pa_csv.ParseOptions(quote_char=False, newlines_in_values=False),
        convert_options=pa_csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
        ),
    )
    return [table.column(name).combine_chunks() for name in names]


def _joined(
    fast: list[pa.Array],
    lines_fast: NDArray[np.int64],
    rows: Sequence[Sequence[str]],
    lines_odd: Sequence[int],
    width: int,
) -> tuple[list[pa.Array], NDArray[np.int64]]:
    """Both kinds of rows in the order of the file."""
    if not rows:
        return fast, lines_fast
    lines = np.concatenate([lines_fast, np.array(lines_odd, np.int64)])
    order = pa.array(np.argsort(lines, kind="stable"))
    columns = [
        pa.concat_arrays([fast[i], pa.array([row[i] for row in rows], pa.string())]).take(order)
        for i in range(width)
    ]
    return columns, np.sort(lines)
