"""Results of very large entity types as Parquet: half a million entities have 590 million rows."""

from __future__ import annotations

import os
import shutil
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from types import TracebackType

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from cescore.method.index.result_rows import Cells, ResultPart, ResultRecords
from cescore.run.files import PART

FOLDER = "results.parquet"  # a folder that readers of Parquet take as one table
ROWS_IN_PART = 50_000_000
AHEAD = 4  # row groups that wait to be written, at most: 30 MB each
WORDS = pa.dictionary(pa.int32(), pa.string())  # in the file they are plain strings
SCHEMA = pa.schema(
    [
        ("entity_type", WORDS),
        ("entity_id", WORDS),
        ("year", pa.int32()),
        ("kind", WORDS),
        ("code", WORDS),
        ("value", pa.float64()),
        ("unit", WORDS),
        ("status", WORDS),
    ]
)


class ParquetResults:
    """Writes rows of results to numbered parts; the folder takes its place when all are written.

    Nothing added: no folder, and one of an earlier run is removed. A thread of its own packs rows and
    writes them while the next are worked out; it has ended before anybody forks.
    """

    def __init__(self, folder: Path) -> None:
        self._final, self._made = folder / FOLDER, folder / f".{FOLDER}{PART}"
        self._writer: pq.ParquetWriter | None = None
        self._parts = self._rows = 0
        self._thread = ThreadPoolExecutor(max_workers=1)
        self._under_way: deque[Future[None]] = deque()

    def __enter__(self) -> ParquetResults:
        shutil.rmtree(self._made, ignore_errors=True)
        return self

    def add(self, rows: ResultPart) -> None:
        """Append some rows, as one row group; what went wrong with earlier ones is raised here."""
        if not len(rows):
            return
        while len(self._under_way) >= AHEAD:
            self._under_way.popleft().result()
        self._under_way.append(self._thread.submit(self._write, _table_of(rows)))

    def _write(self, table: pa.Table) -> None:
        if self._writer is None or self._rows >= ROWS_IN_PART:
            self._next_part()
        if self._writer is not None:
            self._writer.write_table(table)
        self._rows += len(table)

    def _next_part(self) -> None:
        self._close()
        self._made.mkdir(mode=0o700, exist_ok=True)
        self._parts, self._rows = self._parts + 1, 0
        place = self._made / f"part-{self._parts:04}.parquet"
        self._writer = pq.ParquetWriter(place, SCHEMA, compression="zstd", store_schema=False)

    def _close(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        try:
            self._thread.shutdown(cancel_futures=error is not None)
            while error is None and self._under_way:
                self._under_way.popleft().result()
            self._close()
            if error is None:
                shutil.rmtree(self._final, ignore_errors=True)
                if self._parts:
                    os.replace(self._made, self._final)
        finally:
            shutil.rmtree(self._made, ignore_errors=True)


def _table_of(part: ResultPart) -> pa.Table:
    if isinstance(part, ResultRecords):
        return pa.Table.from_pandas(part.frame(), SCHEMA, preserve_index=False)
    columns: dict[str, pa.Array] = {
        **_of_cells(part.cells),
        "value": pa.array(part.value, from_pandas=True),
        "status": pa.array(part.status, pa.string()).dictionary_encode(),
    }
    for name in ("kind", "code", "unit"):
        columns[name] = _one_word(getattr(part, name), len(part))
    return pa.Table.from_arrays([columns[field.name] for field in SCHEMA], schema=SCHEMA)


@lru_cache(maxsize=16)  # the columns of a type lie over the same cells
def _of_cells(cells: Cells) -> dict[str, pa.Array]:
    return {
        "entity_type": _one_word(cells.entity_type, len(cells)),
        "entity_id": pa.array(cells.entity_id, pa.string()).dictionary_encode(),
        "year": pa.array(cells.year, pa.int32()),
    }


def _one_word(word: str, rows: int) -> pa.Array:
    """A column that says the same in each row."""
    return pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows, np.int32)), pa.array([word]))


def parquet_files(folder: Path) -> tuple[str, ...]:
    """The parts that stand in a run's folder, by their names in it."""
    return tuple(f"{FOLDER}/{path.name}" for path in sorted((folder / FOLDER).glob("*.parquet")))
