"""A CSV or Parquet file as columns of text with line numbers, no record lost.

Lines without quotes and with the right number of cells, nearly all of a large file, are split in
bulk; every other line is taken up by itself.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
from numpy.typing import NDArray

from cescore.intake.accounting import RowCount
from cescore.intake.cells import clean, nearest
from cescore.intake.decode import decode
from cescore.intake.findings import FindingLog, quoted

HEADER_WITHIN = 20  # lines in which the header is looked for
LONGEST_RECORD = 50  # lines one record may span through quoted line breaks
_BLANK = ', \t\u00a0\u3000"'
_FOOTNOTES = (
    "注",
    "说明",
    "备注",
    "填表人",
    "审核人",
    "单位负责人",
    "统计负责人",
    "报出日期",
    "填报日期",
)


@dataclass(frozen=True)
class Layout:
    """The columns a table has, and the other names each may go by."""

    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    synonyms: Mapping[str, str] = field(default_factory=dict)
    may_break: frozenset[str] = frozenset()  # columns in which a quoted line break may stand

    @property
    def names(self) -> tuple[str, ...]:
        return self.required + self.optional


@dataclass(frozen=True)
class Table:
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


def read_table(path: Path, file: str, layout: Layout, log: FindingLog) -> Table:
    """A file's columns as text; what cannot be used is counted and told to the log."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        return _refuse(file, f"cannot be read: {error.strerror}", log)
    if path.suffix.lower() == ".parquet":
        return _read_parquet(raw, file, layout, log)
    decoded = decode(raw)
    if decoded.refused:
        return _refuse(file, decoded.refused, log)
    if decoded.encoding in ("gb18030", "utf-16"):
        log.add("info", "encoding", file=file, found=decoded.encoding, expected="utf-8")
    if "\ufffd" in decoded.text:
        log.add(
            "warning", "replacement_character", file=file, found="U+FFFD", expected="the letter"
        )
    return read_text(decoded.text, file, layout, log)


def read_text(text: str, file: str, layout: Layout, log: FindingLog) -> Table:
    """The same for the text of a CSV file."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if lines[-1] == "":
        lines.pop()
    if all(not line.strip(_BLANK) for line in lines):
        log.add("error", "empty_file", file=file, found="no row", expected="a header and rows")
        return Table(file, blank=len(lines))
    position, names = _find_header(lines, layout)
    if not _is_header_sound(names, file, f"row {position + 1}", layout, log):
        return _reject_all(file, lines)
    if position:
        log.add(
            "info",
            "title_rows",
            file=file,
            place=f"row {position + 1}",
            found="header below titles",
        )
    titles = sum(bool(line.strip(_BLANK)) for line in lines[:position])
    table = _split(lines, position + 1, names, file, layout, log)
    if not len(table) and not table.rejected:
        log.add("error", "header_only", file=file, found="a header without rows", expected="rows")
    return replace(table, header=table.header + 1 + titles, blank=table.blank + position - titles)


def _refuse(file: str, reason: str, log: FindingLog) -> Table:
    log.add("error", "file_refused", file=file, found=reason, expected="UTF-8 text or Parquet")
    return Table(file, refused=reason)


def _reject_all(file: str, lines: Sequence[str]) -> Table:
    blank = sum(not line.strip(_BLANK) for line in lines)
    return Table(file, header=1, blank=blank, rejected=len(lines) - blank - 1, refused="header")


def _cells(line: str) -> list[str] | None:
    """The cells of one record, or None where its quotes do not balance."""
    try:
        rows = list(csv.reader(io.StringIO(line, newline=""), strict=True))
    except csv.Error:
        return None
    return rows[0] if len(rows) == 1 else None


def _canonical(name: str, layout: Layout) -> str:
    plain = clean(name).text
    known = plain.lower().replace(" ", "_")
    return known if known in layout.names else layout.synonyms.get(plain, plain)


def _find_header(lines: Sequence[str], layout: Layout) -> tuple[int, list[str]]:
    """Position and cells of the first line with all required columns, else of the likeliest one."""
    best, most = 0, -1
    for i, line in enumerate(lines[:HEADER_WITHIN]):
        names = {_canonical(name, layout) for name in _cells(line) or ()}
        known = len(names & set(layout.names))
        if names.issuperset(layout.required):
            best = i
            break
        if known > most and line.strip(_BLANK):
            best, most = i, known
    return best, _cells(lines[best]) or []


def _is_header_sound(
    raw_names: Sequence[str], file: str, place: str, layout: Layout, log: FindingLog
) -> bool:
    names = [_canonical(name, layout) for name in raw_names]
    missing = [name for name in layout.required if name not in names]
    unknown = [name for name in names if name not in layout.names]
    for name in missing:
        found = f"no column {name}, but {', '.join(map(quoted, unknown)) or 'no other'}"
        log.add(
            "error",
            "column_missing",
            file=file,
            place=place,
            variable=name,
            found=found,
            expected=f"{name}{nearest(name, unknown)}",
        )
    twice = sorted({name for name in names if name in layout.names and names.count(name) > 1})
    for name in twice:
        log.add(
            "error",
            "column_twice",
            file=file,
            place=place,
            variable=name,
            found=f"{names.count(name)} columns {name}",
            expected="one",
        )
    if not missing and not twice:
        _tell_names(raw_names, names, unknown, file, place, layout, log)
    return not missing and not twice


def _tell_names(
    raw_names: Sequence[str],
    names: Sequence[str],
    unknown: Sequence[str],
    file: str,
    place: str,
    layout: Layout,
    log: FindingLog,
) -> None:
    for raw, name in zip(raw_names, names, strict=True):
        if raw != name and name in layout.names:
            log.add(
                "info",
                "header_name",
                file=file,
                place=place,
                variable=name,
                found=quoted(raw),
                expected=name,
            )
    for name in unknown:
        log.add(
            "warning",
            "column_unknown",
            file=file,
            place=place,
            found=f"column {quoted(name)}, not used",
            expected=", ".join(layout.names),
        )


def _split(
    lines: Sequence[str],
    start: int,
    names: Sequence[str],
    file: str,
    layout: Layout,
    log: FindingLog,
) -> Table:
    """The rows below the header: plain lines in bulk, the others one by one."""
    body = lines[start:]
    width = len(names)
    plain = np.fromiter(
        (line.count(",") == width - 1 and '"' not in line for line in body), bool, len(body)
    )
    filled = np.fromiter((bool(line.strip(_BLANK)) for line in body), bool, len(body))
    odd = _OddLines(names, file, layout, log)
    odd.take(body, start + 1, plain, filled)
    plain &= filled & ~odd.consumed
    fast = _bulk([body[i] for i in np.flatnonzero(plain).tolist()], width)
    lines_fast = np.flatnonzero(plain) + start + 1
    columns, numbers = _joined(fast, lines_fast, odd.rows, odd.lines, width)
    known = {
        _canonical(name, layout): column
        for name, column in zip(names, columns, strict=True)
        if _canonical(name, layout) in layout.names
    }
    return Table(file, known, numbers, odd.footnotes, odd.blank, odd.rejected)


class _OddLines:
    """Takes up the lines that bulk splitting cannot: quoted, ragged, blank, footnotes."""

    def __init__(self, names: Sequence[str], file: str, layout: Layout, log: FindingLog) -> None:
        self.names = [_canonical(name, layout) for name in names]
        self.file, self.layout, self.log = file, layout, log
        self.rows: list[list[str]] = []
        self.lines: list[int] = []
        self.blank = self.rejected = self.footnotes = 0
        self.consumed = np.zeros(0, bool)

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
                self._say(
                    "info", "line_break_in_cell", first + i, f"{j - i} line breaks", "one line"
                )
                self._keep(cells, first + i)
                return
            break
        self._reject("unbalanced_quotes", first + i, quoted(body[i]), "quotes in pairs")

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
        if cells is None:
            self._reject("unbalanced_quotes", number, quoted(line), "quotes in pairs")
        elif len(cells) == len(self.names):
            self._keep(cells, number)
        elif cells[0].strip().startswith(_FOOTNOTES) and not any(c.strip() for c in cells[1:]):
            self.footnotes += 1
            self._say("info", "footnote", number, quoted(line), "excluded")
        else:
            self._reject(
                "ragged_row", number, f"{len(cells)} cells", f"{len(self.names)} cells", cells
            )

    def _keep(self, cells: list[str], number: int) -> None:
        self.rows.append(cells)
        self.lines.append(number)

    def _reject(
        self, code: str, number: int, found: str, expected: str, cells: Sequence[str] = ()
    ) -> None:
        """Count a row out; its first cell, where it can be the id, tells whose it was."""
        self.rejected += 1
        at = self.names.index("entity_id") if "entity_id" in self.names else 0
        text = cells[at] if len(cells) > at else found.strip("'").split(",")[0].strip('"')
        owner = clean(text).text if len(text) <= 64 else ""
        self.log.add(
            "error",
            code,
            file=self.file,
            place=f"row {number}",
            entity_id=owner,
            found=found,
            expected=expected,
        )

    def _say(self, severity: str, code: str, number: int, found: str, expected: str) -> None:
        self.log.add(
            severity,  # type: ignore[arg-type]
            code,
            file=self.file,
            place=f"row {number}",
            found=found,
            expected=expected,
        )


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


def canonical_names(raw_names: Sequence[str], layout: Layout) -> dict[str, str]:
    """A layout's columns among those of a file, each with the name it has there."""
    found = {_canonical(name, layout): name for name in raw_names}
    return {name: theirs for name, theirs in found.items() if name in layout.names}


def column_as_text(column: pa.Array) -> pa.Array:
    """A column's cells as text, empty where there is none."""
    text = pc.fill_null(column.cast(pa.string()), "")
    return text.combine_chunks() if isinstance(text, pa.ChunkedArray) else text


def _read_parquet(raw: bytes, file: str, layout: Layout, log: FindingLog) -> Table:
    """The same for Parquet: its cells as text, its rows counted from 1."""
    try:
        table = pq.read_table(pa.BufferReader(raw))
        texts = {name: column_as_text(table.column(i)) for i, name in enumerate(table.column_names)}
    except (pa.ArrowException, OSError) as error:
        return _refuse(file, f"not a Parquet table: {str(error).splitlines()[0]}", log)
    if not _is_header_sound(table.column_names, file, "schema", layout, log):
        return Table(file, rejected=table.num_rows, refused="header")
    if not table.num_rows:
        log.add("error", "header_only", file=file, found="columns without rows", expected="rows")
    columns = {_canonical(name, layout): text for name, text in texts.items()}
    known = {name: text for name, text in columns.items() if name in layout.names}
    return Table(file, known, np.arange(1, table.num_rows + 1, dtype=np.int64))
