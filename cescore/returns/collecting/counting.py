"""Every cell of a file accounted for: taken over, refused, left empty, or no value at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from cescore.errors import DataError, Sentence
from cescore.intake.address import Address, of_source
from cescore.intake.findings import OF_IDS, Finding, FindingLog
from cescore.intake.observations.careful import COLUMNS, FolderYear, RowReader
from cescore.returns.collecting.reading import FileReading, owner_of
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
                    "{file}: {values} input {values:cell|cells}, but {parts} accounted for",
                    file=self.file,
                    values=self.values,
                    parts=parts,
                )
            )


@dataclass(frozen=True)
class JudgedRows:
    """What the rules of rows make of a reading.

    ``usable`` and ``values`` count, by entity, its rows and checks that can be used and the cells with a
    value among them; ``refused`` are the cells with a value that cannot.
    """

    usable: Mapping[str, int]
    values: Mapping[str, int]
    refused: frozenset[str]  # as sources of rows
    told: tuple[Finding, ...]


def judged(
    reading: FileReading, expected: Expected, id_cells: Mapping[str, Address] = {}
) -> JudgedRows:
    """Each row of a reading held against the rules of rows; what is wrong with an id is told at its cell,
    where ``id_cells`` has it by the source of the row."""
    usable, values, refused = Counter[str](), Counter[str](), set[str]()
    told: list[Finding] = []
    for n, row in enumerate(reading.rows):
        log = FindingLog()
        reader = RowReader(expected.dictionary, FolderYear(expected.year), log)
        raw = {name: getattr(row, name) for name in COLUMNS}
        place = of_source(row.source) or Address(reading.file)
        owner = owner_of(row.entity_id)
        if reader.read(n, raw, place) is not None:
            usable[owner] += 1
            values[owner] += bool(row.value)
        elif row.value:
            refused.add(row.source)
        at = id_cells.get(row.source, place)
        told += [replace(f, at=at) if f.code in OF_IDS else f for f in log.found]
    usable.update(owner_of(check.entity_id) for check in reading.checks)
    return JudgedRows(usable, values, frozenset(refused), tuple(told))


def findings_of(reading: FileReading, entity_id: str, expected: Expected) -> dict[str, Finding]:
    """What is wrong with a file's cells and rows of one entity, by what is wrong with which of them."""
    part = reading.of_entities([entity_id])
    serious = (f for f in (*part.findings, *judged(part, expected).told) if f.severity != "info")
    return {f"{f.code} {f.variable}".strip(): f for f in serious}


def count_cells(reading: FileReading, rows: JudgedRows, unused: Iterable[str] = ()) -> CellCount:
    """The account of a file's cells; the values of entities for which it does not count (``unused``) are
    refused."""
    roles = reading.roles
    values = roles.get(Role.value, 0)
    refused = len(rows.refused) + sum(rows.values.get(entity_id, 0) for entity_id in unused)
    return CellCount(
        file=reading.file,
        values=values + roles.get(Role.refused, 0) + roles.get(Role.blank, 0),
        accepted=values - refused,
        refused=roles.get(Role.refused, 0) + refused,
        blank=roles.get(Role.blank, 0),
        other=sum(
            roles.get(role, 0) for role in (Role.header, Role.note, Role.total, Role.identity)
        ),
        unread=roles.get(Role.unread, 0),
    )
