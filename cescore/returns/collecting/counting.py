"""Every cell of a file accounted for: taken over, refused, left empty, or no value at all."""

from __future__ import annotations

from dataclasses import dataclass

from cescore.errors import DataError, Sentence
from cescore.intake.address import Address, of_source
from cescore.intake.careful import COLUMNS, FolderYear, RowReader
from cescore.intake.findings import Finding, FindingLog
from cescore.returns.collecting.reading import FileReading
from cescore.returns.layouts.asked import Expected
from cescore.returns.layouts.taken import Role


@dataclass(frozen=True)
class CellCount:
    """What became of the cells of one file; ``values`` are those of input areas.

    Raises
    ------
    DataError
        The parts do not make up the whole: a cell would be lost or counted twice.
    """

    file: str
    values: int
    accepted: int
    refused: int
    blank: int
    other: int  # headings, notes, totals, identity
    unread: int

    def __post_init__(self) -> None:
        parts = self.accepted + self.refused + self.blank
        least = min(self.accepted, self.refused, self.blank, self.other, self.unread)
        if self.values != parts or least < 0:
            raise DataError(
                Sentence(
                    "{file}: {values} input cells, but {parts} accounted for",
                    file=self.file,
                    values=self.values,
                    parts=parts,
                )
            )


def findings_of(reading: FileReading, entity_id: str, expected: Expected) -> dict[str, Finding]:
    """What is wrong with a file's cells and rows of one entity, by what is wrong with which of them."""
    part = reading.of_entities([entity_id])
    _, told = count_cells(part, expected)
    serious = (f for f in (*part.findings, *told) if f.severity != "info")
    return {f"{f.code} {f.variable}".strip(): f for f in serious}


def count_cells(reading: FileReading, expected: Expected) -> tuple[CellCount, tuple[Finding, ...]]:
    """The account of a file's cells, and what the rules of rows say against its values."""
    log, refused = FindingLog(), 0
    reader = RowReader(expected.dictionary, FolderYear(expected.year), log)
    for n, row in enumerate(reading.rows):
        raw = {name: getattr(row, name) for name in COLUMNS}
        place = of_source(row.source) or Address(reading.file)
        record = reader.read(n, raw, place)
        refused += record is None and bool(row.value)
    roles = reading.roles
    values = roles.get(Role.value, 0)
    return (
        CellCount(
            file=reading.file,
            values=values + roles.get(Role.refused, 0) + roles.get(Role.blank, 0),
            accepted=values - refused,
            refused=roles.get(Role.refused, 0) + refused,
            blank=roles.get(Role.blank, 0),
            other=sum(
                roles.get(role, 0) for role in (Role.header, Role.note, Role.total, Role.identity)
            ),
            unread=roles.get(Role.unread, 0),
        ),
        tuple(log.found),
    )
