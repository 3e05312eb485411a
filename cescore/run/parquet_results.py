"""Results of very large entity types as Parquet: half a million entities have 590 million rows."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from types import TracebackType

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

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

    def add(self, rows: pd.DataFrame) -> None:
        """Append some rows, as one row group."""
        if not len(rows):
            return
        if self._writer is None or self._rows >= ROWS_IN_PART:
            self._next_part()
        arrays = [pa.array(rows[field.name], field.type, from_pandas=True) for field in SCHEMA]
        if self._writer is not None:
            self._writer.write_table(pa.Table.from_arrays(arrays, schema=SCHEMA))
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


def parquet_files(folder: Path) -> tuple[str, ...]:
    """The parts that stand in a run's folder, by their names in it."""
    return tuple(f"{FOLDER}/{path.name}" for path in sorted((folder / FOLDER).glob("*.parquet")))
