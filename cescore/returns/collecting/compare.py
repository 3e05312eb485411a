"""A submission held against the one before it, cell by cell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cescore.intake.address import in_cell_of, of_source
from cescore.intake.inert import csv_text
from cescore.intake.notation import clean
from cescore.returns.collecting.reading import FileReading
from cescore.returns.layouts.taken import CheckRow, ReturnRow

COLUMNS = (
    "entity_id", "year", "variable", "column", "before", "after", "source_before", "source_after",
)  # fmt: skip
_COMPARED = ("value", "status", "basis", "note", "unit")
_OF_CHECKS = (
    "status",
    "value",
    "evidence_ref",
    "evidence_kind",
    "inspector_unit",
    "inspection_date",
    "finding",
)
_OF_CHECKS_ALSO = ("due_date", "closed_date")

RowKey = tuple[str, str, str]  # entity, year, variable or check


@dataclass(frozen=True)
class CellChange:
    """One text that differs; "" where the row or the text is not there."""

    entity_id: str
    year: str
    variable: str
    column: str
    before: str
    after: str
    source_before: str
    source_after: str


def changes_between(
    before: FileReading, after: FileReading, entity_id: str
) -> tuple[CellChange, ...]:
    """Every text that one submission of an entity has otherwise than the one before it."""
    found: list[CellChange] = []
    for old, new, columns in (
        (_by_key(before.rows, entity_id), _by_key(after.rows, entity_id), _COMPARED),
        (
            _by_key(before.checks, entity_id),
            _by_key(after.checks, entity_id),
            (*_OF_CHECKS, *_OF_CHECKS_ALSO),
        ),
    ):
        for key in dict.fromkeys([*old, *new]):
            found += _changes(key, old.get(key), new.get(key), columns)
    return tuple(found)


def _changes(
    key: RowKey,
    old: ReturnRow | CheckRow | None,
    new: ReturnRow | CheckRow | None,
    columns: Iterable[str],
) -> Iterable[CellChange]:
    for column in columns:
        before, after = ("" if row is None else str(getattr(row, column)) for row in (old, new))
        if before != after:
            yield CellChange(*key, column, before, after, *(_cell(r, column) for r in (old, new)))


def _cell(row: ReturnRow | CheckRow | None, column: str) -> str:
    """The source of one text of a row; of a return all stand beside the value, which is its own."""
    at = of_source(row.source) if isinstance(row, CheckRow) else None
    if at is None or not isinstance(row, CheckRow):
        return "" if row is None else row.source
    return in_cell_of(at, column, row.cells).source


def _by_key(
    rows: Iterable[ReturnRow | CheckRow], entity_id: str
) -> Mapping[RowKey, ReturnRow | CheckRow]:
    """An entity's rows by year and variable or check."""
    found: dict[RowKey, ReturnRow | CheckRow] = {}
    for row in rows:
        if clean(row.entity_id).text == entity_id:
            what = row.check_id if isinstance(row, CheckRow) else row.variable
            found.setdefault((entity_id, clean(row.year).text, clean(what).text), row)
    return found


def changes_text(changes: Iterable[CellChange]) -> str:
    """changes.csv: what a submission changed, a text a line."""
    return csv_text([COLUMNS, *(list(vars(one).values()) for one in changes)])
