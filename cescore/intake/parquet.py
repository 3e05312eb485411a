"""Parquet observations batch by batch: plain rows into a grid, the others looked at one by one.

A large file is never in memory whole, and its cells are never text: words are looked up once per
dictionary entry. Where a value stands is found again in the file when somebody asks.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from cescore.intake.table import Layout, canonical_names, column_as_text

BATCH = 1 << 19  # rows at a time
BLOCK = 4096  # entities whose places are looked up together
BLOCKS_KEPT = 3
TEXTS = ("entity_id", "variable", "status", "basis", "source", "note")

Ints = NDArray[np.int64]
PLAIN_YEAR = r"^(19|20)[0-9]{2}$"


@dataclass(frozen=True)
class Batch:
    """Some rows of a file: its columns by their own name, and the line of the first, from 1."""

    columns: Mapping[str, pa.Array]
    first_line: int
    group: int

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()))) if self.columns else 0


@dataclass(frozen=True)
class ParquetRows:
    """The rows of one Parquet file."""

    path: Path
    names: Mapping[str, str]  # column as this project calls it -> as the file does

    @cached_property
    def file(self) -> pq.ParquetFile:
        texts = [self.names[name] for name in TEXTS if name in self.names]
        return pq.ParquetFile(self.path, read_dictionary=texts)

    @property
    def groups(self) -> int:
        count: int = self.file.metadata.num_row_groups
        return count

    def batches(self, columns: Sequence[str], groups: Iterable[int]) -> Iterator[Batch]:
        """Some columns of some row groups, in the order of the file."""
        wanted = [self.names[name] for name in columns if name in self.names]
        back = {theirs: ours for ours, theirs in self.names.items()}
        for group in groups:
            line = self._first_line(group)
            for batch in self.file.iter_batches(BATCH, row_groups=[group], columns=wanted):
                found = {back[name]: batch.column(name) for name in batch.schema.names}
                yield Batch(found, line, group)
                line += batch.num_rows

    def _first_line(self, group: int) -> int:
        metadata = self.file.metadata
        before: int = sum(metadata.row_group(i).num_rows for i in range(group))
        return 1 + before


def open_rows(path: Path, layout: Layout) -> ParquetRows:
    """A Parquet file by its columns; see `cescore.intake.table` for what makes its header sound.

    Raises
    ------
    pyarrow.ArrowException, OSError
        It is no Parquet file.
    """
    return ParquetRows(path, canonical_names(pq.read_schema(path).names, layout))


def positions(column: pa.Array | None, known: Mapping[str, int], size: int, empty: int) -> Ints:
    """The place of each word in a list, -1 where it has none, ``empty`` where there is no word."""
    if column is None:
        return np.full(size, empty, np.int64)
    coded = column if pa.types.is_dictionary(column.type) else _coded(column)
    words = column_as_text(coded.dictionary).to_pylist()
    places = np.array([*(empty if w == "" else known.get(w, -1) for w in words), empty], np.int64)
    at = np.asarray(pc.fill_null(coded.indices, len(words)), np.int64)
    found: Ints = places[at]
    return found


def _coded(column: pa.Array) -> pa.DictionaryArray:
    return pc.dictionary_encode(column_as_text(column))


def numbers(column: pa.Array) -> tuple[NDArray[np.float64], NDArray[np.bool_]] | None:
    """A column of numbers with NaN where it has none, and where it is empty; None for other types."""
    kind = column.type
    if not (pa.types.is_integer(kind) or pa.types.is_floating(kind)):
        return None
    is_empty = np.asarray(column.is_null())
    values = np.array(column.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False), float)
    return values, is_empty


@dataclass(frozen=True)
class Found:
    """Where rows stand, by the key of their cell, sorted by it; of one key the first row first."""

    keys: Ints
    file: NDArray[np.int32]
    line: Ints
    source: NDArray[np.object_] | None

    def between(self, low: int, high: int) -> Iterator[tuple[int, int, int, str]]:
        """Key, file, line and source of the rows with keys in a range."""
        first, last = np.searchsorted(self.keys, [low, high])
        for n in range(int(first), int(last)):
            source = "" if self.source is None else self.source[n]
            yield int(self.keys[n]), int(self.file[n]), int(self.line[n]), source


class Places:
    """Where rows of Parquet files stand, looked up in the files block by block of entities.

    A row's number for each of hundreds of millions of cells would fill the memory; the files say it.
    """

    def __init__(self, entity_at: Mapping[str, int], variable_at: Mapping[str, int]) -> None:
        self._entity_at, self._variable_at = entity_at, variable_at
        self._files: dict[int, ParquetRows] = {}
        self._spans: list[tuple[int, int, int, int]] = []  # file, group, first and last entity
        self._kept: OrderedDict[int, Found] = OrderedDict()

    def add(self, file: int, rows: ParquetRows) -> None:
        """A file, by its number."""
        self._files[file] = rows

    def span(self, file: int, group: int, entity: Ints) -> None:
        """Note which entities a row group holds."""
        known = entity[entity >= 0]
        if known.size:
            self._spans.append((file, group, int(known.min()), int(known.max())))

    def of_entity(self, entity: int) -> Iterator[tuple[int, int, int, str]]:
        """Key, file, line and source of every row of one entity."""
        if not self._files:
            return iter(())
        width = max(len(self._variable_at), 1) * 10_000
        return self._block(entity // BLOCK).between(entity * width, (entity + 1) * width)

    def of_keys(self, keys: Ints) -> Found:
        """Where some cells' rows stand, in one pass over the files."""
        wanted = np.unique(keys)
        if not wanted.size or not self._files:
            return self._sorted([])
        width = max(len(self._variable_at), 1) * 10_000
        low, high = int(wanted[0]) // width, int(wanted[-1]) // width + 1
        found = []
        for file, key, line, source in self._scan(low, high):
            at = np.minimum(np.searchsorted(wanted, key), len(wanted) - 1)
            hit = np.flatnonzero(wanted[at] == key)
            found.append((file, key[hit], line[hit], _texts(source, hit)))
        return self._sorted(found)

    def _block(self, number: int) -> Found:
        if number not in self._kept:
            first, last = number * BLOCK, (number + 1) * BLOCK
            width = max(len(self._variable_at), 1) * 10_000
            found = []
            for file, key, line, source in self._scan(first, last):
                mine = np.flatnonzero((key >= first * width) & (key < last * width))
                found.append((file, key[mine], line[mine], _texts(source, mine)))
            self._kept[number] = self._sorted(found)
            while len(self._kept) > BLOCKS_KEPT:
                self._kept.popitem(last=False)
        return self._kept[number]

    def _scan(self, first: int, last: int) -> Iterator[tuple[int, Ints, Ints, pa.Array | None]]:
        """File, key, line and source of the rows of all groups that hold entities of a range."""
        columns = ("entity_id", "variable", "year", "source")
        groups: dict[int, list[int]] = {}
        for file, group, low, high in self._spans:
            if low < last and high >= first:
                groups.setdefault(file, []).append(group)
        for file, mine in groups.items():
            for batch in self._files[file].batches(columns, sorted(set(mine))):
                size, get = len(batch), batch.columns.get
                entity = positions(get("entity_id"), self._entity_at, size, -1)
                variable = positions(get("variable"), self._variable_at, size, -1)
                year = years_of(batch.columns["year"])
                key = (entity * max(len(self._variable_at), 1) + variable) * 10_000 + year
                known = (entity >= 0) & (variable >= 0) & (year >= 0)
                line = batch.first_line + np.arange(size)
                yield file, np.where(known, key, -1), line, get("source")

    def _sorted(self, parts: list[tuple[int, Ints, Ints, NDArray[np.object_] | None]]) -> Found:
        nothing = np.zeros(0, np.int64)
        keys = np.concatenate([nothing, *(key for _, key, _, _ in parts)])
        file = np.concatenate([nothing, *(np.full(len(k), f, np.int64) for f, k, _, _ in parts)])
        line = np.concatenate([nothing, *(lines for _, _, lines, _ in parts)])
        order = np.lexsort((line, file, keys))
        texts = None
        if any(source is not None for *_, source in parts):
            blank = [np.full(len(k), "", object) if s is None else s for _, k, _, s in parts]
            texts = np.concatenate(blank)[order]
        return Found(keys[order], file[order].astype(np.int32), line[order], texts)


def years_of(column: pa.Array) -> Ints:
    """The year of each row as it is plainly written, -1 elsewhere."""
    if pa.types.is_integer(column.type):
        years = np.asarray(pc.fill_null(column.cast(pa.int64()), -1), np.int64)
    else:
        text = column_as_text(column)
        plain = pc.match_substring_regex(text, PLAIN_YEAR)
        years = np.array(pc.if_else(plain, text, "-1").cast(pa.int64()), np.int64)
    found: Ints = np.where((years >= 1900) & (years <= 2099), years, -1)
    return found


def _texts(column: pa.Array | None, rows: Ints) -> NDArray[np.object_] | None:
    if column is None:
        return None
    taken = column_as_text(column.take(pa.array(rows)))
    found: NDArray[np.object_] = taken.to_numpy(zero_copy_only=False)
    return found
