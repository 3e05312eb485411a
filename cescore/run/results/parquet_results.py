"""Results of very large entity types as Parquet: half a million entities have 590 million rows."""

from __future__ import annotations

import os
import shutil
from functools import lru_cache
from pathlib import Path
from types import TracebackType

import pyarrow as pa
import pyarrow.parquet as pq

from cescore.method.index.result_rows import Cells, ResultPart, ResultRecords
from cescore.run.files import PART

FOLDER = "results.parquet"  # a folder that readers of Parquet take as one table
ROWS_IN_PART = 50_000_000
SCHEMA = pa.schema(
    [
        ("entity_type", pa.string()),
        ("entity_id", pa.string()),
        ("year", pa.int32()),
        ("kind", pa.string()),
        ("code", pa.string()),
        ("value", pa.float64()),
        ("unit", pa.string()),
        ("status", pa.string()),
    ]
)


class ParquetResults:
    """Writes rows of results to numbered parts; the folder takes its place when all are written.

    Nothing added: no folder, and one of an earlier run is removed.
    """

    def __init__(self, folder: Path) -> None:
        self._final, self._made = folder / FOLDER, folder / f".{FOLDER}{PART}"
        self._writer: pq.ParquetWriter | None = None
        self._parts = self._rows = 0

    def __enter__(self) -> ParquetResults:
        shutil.rmtree(self._made, ignore_errors=True)
        return self

    def add(self, rows: ResultPart) -> None:
        """Append some rows, as one row group."""
        if not len(rows):
            return
        if self._writer is None or self._rows >= ROWS_IN_PART:
            self._next_part()
        if self._writer is not None:
            self._writer.write_table(_table_of(rows))
        self._rows += len(rows)

    def _next_part(self) -> None:
        self._close()
        self._made.mkdir(mode=0o700, exist_ok=True)
        self._parts, self._rows = self._parts + 1, 0
        place = self._made / f"part-{self._parts:04}.parquet"
        self._writer = pq.ParquetWriter(place, SCHEMA, compression="zstd")

    def _close(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self._close()
        if error is None:
            shutil.rmtree(self._final, ignore_errors=True)
            if self._parts:
                os.replace(self._made, self._final)
        shutil.rmtree(self._made, ignore_errors=True)


def _table_of(part: ResultPart) -> pa.Table:
    if isinstance(part, ResultRecords):
        return pa.Table.from_pandas(part.frame(), SCHEMA, preserve_index=False)
    columns: dict[str, pa.Array] = {
        **_of_cells(part.cells),
        "value": pa.array(part.value, from_pandas=True),
        "status": pa.array(part.status, pa.string()),
    }
    for name in ("kind", "code", "unit"):
        columns[name] = pa.repeat(pa.scalar(getattr(part, name), pa.string()), len(part))
    return pa.Table.from_arrays([columns[field.name] for field in SCHEMA], schema=SCHEMA)


@lru_cache(maxsize=16)  # the columns of a type lie over the same cells
def _of_cells(cells: Cells) -> dict[str, pa.Array]:
    return {
        "entity_type": pa.repeat(pa.scalar(cells.entity_type, pa.string()), len(cells)),
        "entity_id": pa.array(cells.entity_id, pa.string()),
        "year": pa.array(cells.year, pa.int32()),
    }


def parquet_files(folder: Path) -> tuple[str, ...]:
    """The parts that stand in a run's folder, by their names in it."""
    return tuple(f"{FOLDER}/{path.name}" for path in sorted((folder / FOLDER).glob("*.parquet")))
