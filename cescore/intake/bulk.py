"""Large Parquet files on their way into the arrays of the panel; doubtful rows go the careful way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from cescore.errors import DataError
from cescore.intake.accounting import RowCount
from cescore.intake.cells import clean
from cescore.intake.files import Source
from cescore.intake.grid import Grid, Rows
from cescore.intake.known import Known
from cescore.intake.observations import BASES, ESTIMATED, REPORTED, STATUSES, Observations
from cescore.intake.parquet import (
    Batch,
    ParquetRows,
    Places,
    numbers,
    open_rows,
    positions,
    years_of,
)
from cescore.intake.table import Table, column_as_text

if TYPE_CHECKING:
    from cescore.intake.reader import TableReader

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
STATUS_AT = {word: i for i, word in enumerate(STATUSES)}
BASIS_AT = {word: i for i, word in enumerate(BASES) if word}


@dataclass(frozen=True)
class Entered:
    """A file whose plain rows are in the grid: how many rows it has, and frames of the others."""

    file: str
    rows: int
    frames: list[pd.DataFrame] = field(default_factory=list)

    def count(self, accepted: int) -> RowCount:
        """The account of the file's rows."""
        return RowCount(self.file, self.rows, accepted, self.rows - accepted, 0, 0)


@dataclass(frozen=True)
class _Cells:
    """One batch as positions and numbers; what is plain, and the texts of codes."""

    rows: Rows
    is_plain: Bools
    line: Ints

    def known(self, at: Ints) -> dict[str, Ints]:
        rows = self.rows
        return {
            "entity": rows.entity[at],
            "variable": rows.variable[at],
            "year": rows.year[at],
            "status": rows.status[at],
            "basis": rows.basis[at],
        }


class Bulk:
    """Reads Parquet files into a grid, and remembers how many rows of each file went there."""

    def __init__(self, known: Known, grid: Grid) -> None:
        self.known, self.grid = known, grid
        self.places = Places(known.entity_at, known.variable_at)
        self.placed: dict[int, int] = {}
        variables = list(known.variables.values())
        self._is_code = np.array([v.kind == "code" for v in variables], bool)
        self._is_flag = np.array([v.kind == "flag" for v in variables], bool)

    def read(self, source: Source, position: int, reader: TableReader) -> Entered | None:
        """Enter a file's plain rows; None where it is no Parquet of columns this can read."""
        rows = _readable(source)
        if rows is None:
            return None
        self.places.add(position, rows)
        groups = range(rows.groups)
        is_late = source.year is not None and not _has_year(rows, source.year)
        frames, told = [], reader.tells(source)
        try:
            for batch in rows.batches(tuple(rows.names), groups):
                cells = self._cells(batch, source.year, is_late)
                self.places.span(position, batch.group, cells.rows.entity)
                accepted = np.zeros(len(batch), bool)
                at = np.flatnonzero(cells.is_plain)
                accepted[at] = self.grid.accepts(_taken(cells.rows, at))
                entered = np.flatnonzero(accepted)
                self.grid.put(_taken(cells.rows, entered))
                self.placed[position] = self.placed.get(position, 0) + len(entered)
                told.add(cells.rows.entity[entered], cells.rows.year[entered], cells.line[entered])
                if len(entered) < len(batch):
                    rest = np.flatnonzero(~accepted)
                    frame = self._careful(batch, cells, rest, source, position, is_late, reader)
                    told.add(*(frame[name].to_numpy() for name in ("entity", "year", "line")))
                    frames.append(frame)
        except (pa.ArrowException, OSError) as error:
            done = self.placed.get(position, 0)
            reason = str(error).splitlines()[0]
            raise DataError(f"{source.file}: damaged after {done} rows: {reason}") from error
        told.say()
        return Entered(source.file, rows.file.metadata.num_rows, frames)

    def joined(self, observations: Observations) -> Observations:
        """The observations with grid and places; cells with rows in both stand in the frame alone."""
        whole = Observations(
            observations.entities,
            observations.variables,
            observations.files,
            observations.frame,
            self.grid,
            self.places,
        )
        columns = (observations.frame[name].tolist() for name in ("entity", "variable", "year"))
        both = [cell for cell in zip(*columns, strict=True) if self.grid.has(*cell)]
        moved = whole.with_rows_of(both)
        for file, count in moved.frame["file"].value_counts().items():
            before = int((observations.frame["file"] == file).sum())
            if count > before:
                self.placed[int(file)] -= int(count) - before  # type: ignore[call-overload]
        return moved

    def used(self, files: int) -> Ints:
        """How many rows of each file stand in the grid."""
        return np.array([self.placed.get(i, 0) for i in range(files)], np.int64)

    def _cells(self, batch: Batch, folder_year: int | None, is_late: bool) -> _Cells:
        get, size = batch.columns.get, len(batch)
        entity = positions(get("entity_id"), self.known.entity_at, size, -1)
        variable = positions(get("variable"), self.known.variable_at, size, -1)
        status = positions(get("status"), STATUS_AT, size, REPORTED)
        basis = positions(get("basis"), BASIS_AT, size, 0)
        year = years_of(batch.columns["year"])
        value, is_number, is_empty, text = self._values(batch.columns["value"], variable)
        known = (entity >= 0) & (variable >= 0) & (status >= 0) & (basis >= 0) & (year >= 0)
        if folder_year is not None:
            known &= (year <= folder_year) & (not is_late)
        at_v, kind = np.maximum(variable, 0), self.known.type_of[np.maximum(entity, 0)]
        sound = is_number & (
            self.known.is_number[at_v]
            & ((value >= 0) | ~self.known.must_not_be_negative[at_v])
            & (~self.known.must_be_whole[at_v] | (np.mod(value, 1) == 0))
            & (value <= self.known.most[kind, at_v])
            | self._is_flag[at_v] & ((value == 0) | (value == 1))
        )
        if text is not None:
            sound |= pd.notna(text)
        has_value = status <= ESTIMATED
        plain = known & self.known.fits[kind, at_v] & np.where(has_value, sound, is_empty)
        if text is None and self._is_code[at_v].any():
            plain &= ~(self._is_code[at_v] & has_value)
            text = np.full(size, None, object)
        if text is not None:
            text = np.where(has_value & pd.notna(text), text, "")
        line = batch.first_line + np.arange(size)
        rows = Rows(entity, variable, year, value, status, basis, text)
        return _Cells(rows, plain.astype(bool), line)

    def _values(
        self, column: pa.Array, variable: Ints
    ) -> tuple[NDArray[np.float64], Bools, Bools, NDArray[np.object_] | None]:
        """Numbers, where there is one, where the cell is empty, and the texts of codes."""
        found = numbers(column)
        if found is not None:
            value, is_empty = found
            finite = np.isfinite(value)
            return np.where(finite, value, 0.0), finite, is_empty, None
        text = column_as_text(column)
        value, is_plain = plain_numbers(text)
        is_empty = np.asarray(pc.equal(text, ""))
        codes = np.flatnonzero((variable >= 0) & self._is_code[np.maximum(variable, 0)])
        if not codes.size:
            return value, is_plain, is_empty, None
        return value, is_plain, is_empty, self._words(text, variable, codes)

    def _words(self, text: pa.Array, variable: Ints, at: Ints) -> NDArray[np.object_]:
        """The texts of code variables where they are plain and allowed; None elsewhere."""
        coded = text.take(pa.array(at)).dictionary_encode()
        words = coded.dictionary.to_pylist()
        index = np.asarray(coded.indices, np.int64)
        result = np.full(len(text), None, object)
        for code in np.unique(variable[at]).tolist():
            allowed = self.known.variables[self.known.codes[code]].allowed
            sound = [_is_sound(word, allowed) for word in words]
            usable = np.array([w if s else None for w, s in zip(words, sound, strict=True)], object)
            mine = variable[at] == code
            result[at[mine]] = usable[index[mine]]
        return result

    def _careful(
        self,
        batch: Batch,
        cells: _Cells,
        rest: Ints,
        source: Source,
        position: int,
        is_late: bool,
        reader: TableReader,
    ) -> pd.DataFrame:
        """The rows that are not in the grid, as a frame: plain ones at once, the others one by one."""
        at = pa.array(rest)
        columns = {name: column_as_text(column.take(at)) for name, column in batch.columns.items()}
        table = Table(source.file, columns, cells.line[rest])
        known = cells.known(rest)
        is_code = self._is_code[np.maximum(known["variable"], 0)]
        plain = cells.is_plain[rest] & ~is_code
        value = cells.rows.value[rest]
        return reader.frame_of(table, known, value, plain, (source.year, is_late), position)


NUMBER = r"^-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?$"  # as exporting programs write it


def plain_numbers(column: pa.Array) -> tuple[NDArray[np.float64], Bools]:
    """Plain numbers of a column of text, and where they are; 0 elsewhere."""
    plain = pc.match_substring_regex(column, NUMBER)
    values = np.array(pc.if_else(plain, column, "0").cast(pa.float64()), dtype=float)
    finite = np.isfinite(values)
    return np.where(finite, values, 0.0), np.asarray(plain) & finite


def _is_sound(word: str, allowed: Iterable[str]) -> bool:
    """Whether a code needs no second look."""
    return bool(word) and clean(word).text == word and (not allowed or word in tuple(allowed))


def _readable(source: Source) -> ParquetRows | None:
    """The file, where its columns are words and numbers under names of ours, each once."""
    from cescore.intake.reader import LAYOUT

    if source.path.suffix.lower() != ".parquet":
        return None
    try:
        rows = open_rows(source.path, LAYOUT)
        schema, groups = rows.file.schema_arrow, rows.groups
    except (pa.ArrowException, OSError):
        return None
    known: Mapping[str, pa.DataType] = {
        ours: schema.field(n).type for ours, n in rows.names.items()
    }
    is_plain = len(set(schema.names)) == len(schema.names) == len(rows.names)
    complete = set(LAYOUT.required) <= set(known) and is_plain and groups > 0
    return rows if complete and all(map(_is_simple, known.values())) else None


def _is_simple(kind: pa.DataType) -> bool:
    inner = kind.value_type if pa.types.is_dictionary(kind) else kind
    tests = (
        pa.types.is_string,
        pa.types.is_large_string,
        pa.types.is_integer,
        pa.types.is_floating,
    )
    return any(test(inner) for test in tests)


def _has_year(rows: ParquetRows, year: int) -> bool:
    """Whether any row is of a year, read as far as the first that is."""
    batches = rows.batches(("year",), range(rows.groups))
    return any(bool((years_of(batch.columns["year"]) == year).any()) for batch in batches)


def _taken(rows: Rows, at: Ints) -> Rows:
    """Some of the rows."""
    text = None if rows.text is None else rows.text[at]
    first = (rows.entity[at], rows.variable[at], rows.year[at], rows.value[at])
    return Rows(*first, rows.status[at], rows.basis[at], text)
