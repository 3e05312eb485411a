"""Values that stand more than once in what was received, for whoever looks before anything is taken in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from cescore.intake.address import Address, of_source
from cescore.intake.findings import Context, Finding, FindingLog
from cescore.intake.observations.careful import COLUMNS, FolderYear, ReadRecord, RowReader
from cescore.intake.observations.observations import place_and_value, shown_value
from cescore.returns.collecting.reading import FileReading
from cescore.returns.layouts.asked import Expected

Occurrence = tuple[ReadRecord, Address]


def repeated(readings: Iterable[FileReading], expected: Expected) -> tuple[Finding, ...]:
    """What the year's tables would say of rows about one value: equal ones count once (a warning),
    of several different ones none does (an error)."""
    log = FindingLog()
    dictionary = expected.dictionary
    rows: dict[tuple[int, int, int], list[Occurrence]] = defaultdict(list)
    for record, at in _records(readings, expected):
        rows[record.entity, record.year, record.variable].append((record, at))
    for (entity, year, variable), several in rows.items():
        if len(several) == 1:
            continue
        told = tuple(
            place_and_value(at, shown_value(r.text, r.value, r.status)) for r, at in several
        )
        codes = dictionary.ids[entity], year, dictionary.codes[variable]
        here = Context(log, several[0][1], *codes)
        if len({(r.text, f"{r.value!r}", r.status) for r, _ in several}) == 1:
            here.warning("duplicate_row", rows=told)
        else:
            here.error("conflicting_rows", rows=told)
    return log.sorted()


def _records(readings: Iterable[FileReading], expected: Expected) -> Iterator[Occurrence]:
    """Every row that can be used; what is wrong with the others is told where cells are counted."""
    reader = RowReader(expected.dictionary, FolderYear(expected.year), FindingLog())
    for reading in readings:
        for n, row in enumerate(reading.rows):
            at = of_source(row.source) or Address(reading.file, n)
            record = reader.read(n, {name: getattr(row, name) for name in COLUMNS}, at)
            if record is not None:
                yield record, at
