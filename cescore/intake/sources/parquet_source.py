"""A Parquet file as a source of observations, read batch by batch.

A large file is never in memory whole, and its cells are never text: words are looked up once per
dictionary entry. What would not fit into memory when it is unpacked is refused before it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from cescore.errors import DataError, Sentence
from cescore.intake.address import Address
from cescore.intake.findings import Context
from cescore.intake.sources.accounting import RowCount
from cescore.intake.sources.batches import LAYOUT, Batch
from cescore.intake.sources.columns import is_header_sound
from cescore.intake.sources.inventory import SourceFile
from cescore.intake.wording import Phrase, phrase

BATCH = 1 << 19  # rows at a time
MOST_BYTES = 1 << 28  # of one column of a batch, unpacked
MOST_COLUMNS = 1_000


@dataclass(frozen=True)
class ParquetSource:
    """See `batches.Source`. ``names``: column as this project calls it -> as the file does."""

    path: Path
    file: str
    year: int | None
    names: Mapping[str, str]
    refused: str = ""
    is_read_again: bool = True

    @classmethod
    def open(cls, found: SourceFile, context: Context) -> ParquetSource:
        """The file by its columns; what keeps it from being read is told."""
        refused = ""
        names: dict[str, str] = {}
        try:
            schema = pq.read_schema(found.path)
            names, rows = LAYOUT.among(schema.names), pq.read_metadata(found.path).num_rows
        except (pa.ArrowException, OSError) as error:
            context.error("file_refused", reason=_damaged(error))
            refused = "damaged"
        else:
            if not is_header_sound(schema.names[:MOST_COLUMNS], LAYOUT, context):
                refused = "header"
            elif not rows:
                context.error("header_only")
        return cls(found.path, found.file, found.year, names, refused)

    @cached_property
    def _parquet(self) -> pq.ParquetFile:
        schema = pq.read_schema(self.path)
        texts = [name for name in self.names.values() if _is_text(schema.field(name).type)]
        return pq.ParquetFile(self.path, read_dictionary=texts)

    @property
    def rows(self) -> int:
        count: int = 0 if self.refused == "damaged" else self._parquet.metadata.num_rows
        return count

    @property
    def parts(self) -> Sequence[int]:
        return () if self.refused else range(self._parquet.metadata.num_row_groups)

    def batches(self, parts: Iterable[int], columns: Sequence[str] = ()) -> Iterator[Batch]:
        asked = columns or LAYOUT.names
        wanted = [self.names[name] for name in asked if name in self.names]
        back = {theirs: ours for ours, theirs in self.names.items()}
        done = 0
        try:
            for part in parts:
                line = self._first_line(part)
                for batch in self._parquet.iter_batches(BATCH, row_groups=[part], columns=wanted):
                    found = {back[n]: self._sound(batch.column(n), n) for n in batch.schema.names}
                    yield Batch(found, line + np.arange(batch.num_rows), part)
                    line, done = line + batch.num_rows, done + batch.num_rows
        except (pa.ArrowException, OSError) as error:
            reason = str(error).splitlines()[0]
            raise DataError(
                Sentence(
                    "{file}: damaged after {done} rows: {reason}",
                    file=self.file,
                    done=done,
                    reason=reason,
                )
            ) from error

    def _sound(self, column: pa.Array, name: str) -> pa.Array:
        """A column that may be unpacked; types of numbers and words only, all others as text."""
        if pa.types.is_dictionary(column.type):
            lengths = np.asarray(pc.fill_null(pc.binary_length(column.dictionary), 0), np.int64)
            counts = np.bincount(column.indices.drop_null(), minlength=len(lengths))
            if int((lengths * counts).sum()) > MOST_BYTES:
                expected = f"at most {MOST_BYTES} bytes in {BATCH} rows"
                raise DataError(
                    Sentence(
                        "{file}: the column {name} is too large, expected {expected}",
                        file=self.file,
                        name=name,
                        expected=expected,
                    )
                )
            return column
        kind = column.type
        simple = pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_string(kind)
        return column if simple else column.cast(pa.string())

    def _first_line(self, part: int) -> int:
        metadata = self._parquet.metadata
        before: int = sum(metadata.row_group(i).num_rows for i in range(part))
        return 1 + before

    def address(self, line: int) -> Address:
        return Address(self.file, line)

    def count(self, accepted: int) -> RowCount:
        """The account of the file's rows."""
        return RowCount(self.file, self.rows, accepted, self.rows - accepted, 0, 0, self.refused)


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _damaged(error: Exception) -> Phrase:
    return phrase("not_parquet", reason=str(error).splitlines()[0])
