"""What every source of observations is: batches of cells, each row with its address."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from cescore.intake import notation
from cescore.intake.address import Address
from cescore.intake.sources.accounting import RowCount
from cescore.intake.sources.columns import ColumnLayout

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

LAYOUT = ColumnLayout(
    required=("entity_id", "year", "variable", "value"),
    optional=("status", "source", "basis", "note", "unit"),
    synonyms={
        "单位代码": "entity_id",
        "年份": "year",
        "年度": "year",
        "指标": "variable",
        "指标代码": "variable",
        "数值": "value",
        "值": "value",
        "状态": "status",
        "来源": "source",
        "依据": "basis",
        "备注": "note",
        "计量单位": "unit",
        "单位": "unit",
        "uom": "unit",
        "units": "unit",
        "unit_of_measure": "unit",
    },
    may_break=frozenset(["source", "note"]),
)


@dataclass(frozen=True)
class Batch:
    """Some rows of a source: its columns by their own names, and each row's line there.

    ``part`` is what the source is asked for to read these rows again.
    """

    columns: Mapping[str, pa.Array]
    lines: Ints
    part: int = 0

    def __len__(self) -> int:
        return len(self.lines)

    def texts(self, name: str, rows: Ints) -> pa.Array:
        """Cells of a column as text, empty where there is none."""
        column = self.columns.get(name)
        if column is None:
            return pa.array(np.full(len(rows), ""), pa.string())
        return column_as_text(column.take(pa.array(rows)))


class Source(Protocol):
    """A file, workbook or database that holds observations of one year, or of several."""

    @property
    def file(self) -> str:
        """Its name within the workspace."""

    @property
    def year(self) -> int | None:
        """The year of the folder it lies in; None where it may hold any."""

    @property
    def is_read_again(self) -> bool:
        """Whether it is too large to remember where each row stands: it is asked again instead."""

    @property
    def parts(self) -> Sequence[int]:
        """What `batches` can be asked for one by one."""

    def batches(self, parts: Iterable[int], columns: Sequence[str] = ()) -> Iterator[Batch]:
        """The rows of some parts, in order; all columns of `LAYOUT` that it has, or only some.

        Raises
        ------
        DataError
            It turns out damaged on the way: nothing of it may count.
        """

    def address(self, line: int) -> Address:
        """Where a row stands."""

    def count(self, accepted: int) -> RowCount:
        """The account of its rows, once it is known how many were used."""


def column_as_text(column: pa.Array) -> pa.Array:
    """A column's cells as text, empty where there is none."""
    text = pc.fill_null(column.cast(pa.string()), "")
    return text.combine_chunks() if isinstance(text, pa.ChunkedArray) else text


def positions(column: pa.Array | None, known: Mapping[str, int], size: int, empty: int) -> Ints:
    """The place of each word in a list, -1 where it has none, ``empty`` where there is no word."""
    if column is None:
        return np.full(size, empty, np.int64)
    words, at = coded(column)
    places = np.array([*(empty if w == "" else known.get(w, -1) for w in words), empty], np.int64)
    found: Ints = places[at]
    return found


def coded(column: pa.Array) -> tuple[list[str], Ints]:
    """The different words of a column, and which of them each row has; past the last where none."""
    if not pa.types.is_dictionary(column.type):
        column = pc.dictionary_encode(column_as_text(column))
    words = column_as_text(column.dictionary).to_pylist()
    return words, np.asarray(pc.fill_null(column.indices, len(words)), np.int64)


@dataclass(frozen=True)
class Years:
    """The year of each row, -1 where its cell holds none, and whether it is plainly written."""

    year: Ints
    is_plain: Bools


def years_of(column: pa.Array) -> Years:
    """The years of a column of numbers or text."""
    if pa.types.is_integer(column.type):
        years = np.asarray(pc.fill_null(column.cast(pa.int64()), -1), np.int64)
        found = np.where((years >= 1900) & (years <= 2099), years, -1)
        return Years(found, found >= 0)
    words, at = coded(column)
    plain = [
        *(len(w) == 4 and w.isascii() and w.isdigit() and w[:2] in ("19", "20") for w in words)
    ]
    read = [int(w) if p else _careful_year(w) for w, p in zip(words, plain, strict=True)]
    return Years(np.array([*read, -1], np.int64)[at], np.array([*plain, False], bool)[at])


def _careful_year(word: str) -> int:
    number = notation.year(word).number
    return -1 if number is None else int(number)
