"""Where each value stands: remembered for small sources, looked up again in large ones.

A row's number for each of hundreds of millions of cells would fill the memory; the files say it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from cescore.intake.observations.keys import Keys
from cescore.intake.sources.batches import Batch, Ints, Source, column_as_text, positions, years_of

BLOCK = 4096  # entities whose places are looked up together
BLOCKS_KEPT = 3

Row = tuple[int, Ints, Ints, "NDArray[np.object_] | None"]  # file, keys, lines, sources named


@dataclass(frozen=True)
class Found:
    """Where rows stand, by the key of their cell, sorted by it; of one key the first row first."""

    keys: Ints
    file: NDArray[np.int32]
    line: Ints
    source: NDArray[np.object_] | None

    @classmethod
    def of(cls, parts: list[Row]) -> Found:
        """Rows of several files as one."""
        nothing = np.zeros(0, np.int64)
        keys = np.concatenate([nothing, *(key for _, key, _, _ in parts)])
        file = np.concatenate([nothing, *(np.full(len(k), f, np.int64) for f, k, _, _ in parts)])
        line = np.concatenate([nothing, *(lines for _, _, lines, _ in parts)])
        order = np.lexsort((line, file, keys))
        texts = None
        if any(source is not None for *_, source in parts):
            blank = [np.full(len(k), "", object) if s is None else s for _, k, _, s in parts]
            texts = np.concatenate(blank)[order]
        return cls(keys[order], file[order].astype(np.int32), line[order], texts)

    def between(self, low: int, high: int) -> Iterator[tuple[int, int, int, str]]:
        """Key, file, line and source of the rows whose key lies in a range."""
        first, last = np.searchsorted(self.keys, [low, high]).tolist()
        for n in range(first, last):
            source = "" if self.source is None else str(self.source[n])
            yield int(self.keys[n]), int(self.file[n]), int(self.line[n]), source

    def mark(self, low: int, high: int, files: Sequence[str]) -> Iterator[bytes]:
        """The same rows as bytes: keys, names of files, lines, sources."""
        first, last = np.searchsorted(self.keys, [low, high]).tolist()
        mine = slice(first, last)
        yield (self.keys[mine] - low).tobytes()
        yield self.file[mine].tobytes()
        yield repr([(f, files[f]) for f in np.unique(self.file[mine]).tolist()]).encode()
        yield self.line[mine].tobytes()
        yield b"" if self.source is None else repr(self.source[mine].tolist()).encode()

    def of_keys(self, wanted: Ints) -> list[Row]:
        """The rows of some keys, sorted."""
        low = np.searchsorted(self.keys, wanted)
        high = np.searchsorted(self.keys, wanted, side="right")
        rows = np.concatenate([np.zeros(0, np.int64), *map(np.arange, low, high)]).astype(np.int64)
        texts = None if self.source is None else self.source[rows]
        return [
            (
                f,
                self.keys[rows][mine],
                self.line[rows][mine],
                None if texts is None else texts[mine],
            )
            for f in np.unique(self.file[rows]).tolist()
            if (mine := self.file[rows] == f) is not None
        ]


class Places:
    """Finds where the rows of plain values stand."""

    def __init__(
        self, keys: Keys, entity_at: Mapping[str, int], variable_at: Mapping[str, int]
    ) -> None:
        self._keys, self._entity_at, self._variable_at = keys, entity_at, variable_at
        self._files: dict[int, Source] = {}
        self._spans: list[tuple[int, int, int, int]] = []  # file, part, first and last entity
        self._kept: OrderedDict[int, Found] = OrderedDict()
        self._noted: list[Row] = []
        self._remembered: Found | None = None

    def add(self, file: int, source: Source) -> None:
        """A source, by its number."""
        if source.is_read_again:
            self._files[file] = source

    def note(self, file: int, batch: Batch, keys: Ints) -> None:
        """Rows of a source: remembered, or only which entities its part holds. Key -1: no cell."""
        known = keys[keys >= 0]
        if not known.size:
            return
        if file in self._files:
            first, last = int(known.min()), int(known.max())
            span = (self._keys.entity_of(first), self._keys.entity_of(last))
            self._spans.append((file, batch.part, *span))
            return
        rows = np.flatnonzero(keys >= 0)
        self._noted.append(
            (file, known, batch.lines[rows], _texts(batch.columns.get("source"), rows))
        )
        self._remembered = None

    def of_entity(self, entity: int) -> Iterator[tuple[int, int, int, str]]:
        """Key, file, line and source of every row of one entity."""
        low, high = self._keys.of_entity(entity)
        yield from self._in_memory.between(low, high)
        if self._files:
            yield from self._block(entity // BLOCK).between(low, high)

    def mark(self, entity: int, files: Sequence[str]) -> Iterator[bytes]:
        """Bytes that are others whenever a row of one entity stands elsewhere."""
        low, high = self._keys.of_entity(entity)
        yield from self._in_memory.mark(low, high, files)
        if self._files:
            yield from self._block(entity // BLOCK).mark(low, high, files)

    def of_keys(self, keys: Ints) -> Found:
        """Where some cells' rows stand, in one pass over the files."""
        wanted = np.unique(keys)
        if not wanted.size:
            return Found.of([])
        found = self._in_memory.of_keys(wanted)
        low = self._keys.entity_of(int(wanted[0]))
        high = self._keys.entity_of(int(wanted[-1])) + 1
        for file, key, line, source in self._scan(low, high):
            at = np.minimum(np.searchsorted(wanted, key), len(wanted) - 1)
            hit = np.flatnonzero(wanted[at] == key)
            found.append((file, key[hit], line[hit], _texts(source, hit)))
        return Found.of(found)

    @property
    def _in_memory(self) -> Found:
        if self._remembered is None:
            self._remembered = Found.of(self._noted)
        return self._remembered

    def _block(self, number: int) -> Found:
        if number not in self._kept:
            first, last = number * BLOCK, (number + 1) * BLOCK
            low, high = self._keys.of_entity(first)[0], self._keys.of_entity(last)[0]
            found: list[Row] = []
            for file, key, line, source in self._scan(first, last):
                mine = np.flatnonzero((key >= low) & (key < high))
                found.append((file, key[mine], line[mine], _texts(source, mine)))
            self._kept[number] = Found.of(found)
            while len(self._kept) > BLOCKS_KEPT:
                self._kept.popitem(last=False)
        return self._kept[number]

    def _scan(self, first: int, last: int) -> Iterator[tuple[int, Ints, Ints, pa.Array | None]]:
        """File, key, line and source of the rows of all parts that hold entities of a range."""
        parts: dict[int, list[int]] = {}
        for file, part, low, high in self._spans:
            if low < last and high >= first:
                parts.setdefault(file, []).append(part)
        for file, mine in parts.items():
            columns = ("entity_id", "variable", "year", "source")
            for batch in self._files[file].batches(sorted(set(mine)), columns):
                yield file, self.keys_of(batch), batch.lines, batch.columns.get("source")

    def keys_of(self, batch: Batch) -> Ints:
        """The key of each row's cell; -1 where the row names none plainly."""
        size, get = len(batch), batch.columns.get
        entity = positions(get("entity_id"), self._entity_at, size, -1)
        variable = positions(get("variable"), self._variable_at, size, -1)
        years = years_of(batch.columns["year"])
        known = (entity >= 0) & (variable >= 0) & years.is_plain
        found: Ints = np.where(known, self._keys.of(entity, variable, years.year), -1)
        return found


def _texts(column: pa.Array | None, rows: Ints) -> NDArray[np.object_] | None:
    if column is None:
        return None
    taken = column_as_text(column.take(pa.array(rows)))
    found: NDArray[np.object_] = taken.to_numpy(zero_copy_only=False)
    return found
