"""A CSV file as a source of observations: read whole, in one batch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from cescore.intake.address import Address
from cescore.intake.findings import Context
from cescore.intake.sources.accounting import RowCount
from cescore.intake.sources.batches import LAYOUT, Batch
from cescore.intake.sources.csv_table import CsvTable, read_csv
from cescore.intake.sources.inventory import SourceFile


@dataclass(frozen=True)
class CsvSource:
    """See `batches.Source`."""

    file: str
    year: int | None
    table: CsvTable
    is_read_again: bool = False
    parts: Sequence[int] = (0,)

    @classmethod
    def open(cls, found: SourceFile, context: Context) -> CsvSource:
        """The file's rows; what keeps it from being read is told."""
        return cls(found.file, found.year, read_csv(found.path, LAYOUT, context))

    def batches(self, parts: Iterable[int], columns: Sequence[str] = ()) -> Iterator[Batch]:
        wanted = columns or LAYOUT.names
        found = {name: c for name, c in self.table.columns.items() if name in wanted}
        yield from (Batch(found, self.table.lines, part) for part in parts if len(self.table))

    def address(self, line: int) -> Address:
        return Address(self.file, line)

    def count(self, accepted: int) -> RowCount:
        return self.table.count(accepted)
