"""What inspectors recorded: the yearly checks of the plan's measures, and vetoes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from cescore.definitions.model import Plan
from cescore.intake import cells
from cescore.intake.accounting import RowCount
from cescore.intake.cells import clean, nearest
from cescore.intake.entities import Register
from cescore.intake.findings import FindingLog, quoted
from cescore.intake.table import Layout, Table, read_table
from cescore.method.assessment import RECORDED
from cescore.method.measures import STATUSES

MEASURES = Layout(
    required=("check_id", "entity_id", "year", "status"),
    optional=(
        "value",
        "evidence_ref",
        "inspector_unit",
        "inspection_date",
        "finding",
        "due_date",
        "closed_date",
    ),
    may_break=frozenset(["finding", "evidence_ref"]),
)
VETOES = Layout(
    required=("veto_id", "entity_id", "year", "status"),
    optional=("document", "confirming_unit", "date"),
    may_break=frozenset(["document"]),
)


@dataclass(frozen=True)
class MeasureRecord:
    """One check of one measure at one entity, as an inspector left it."""

    check_id: str
    entity_id: str
    year: int
    status: str
    value: str = ""
    evidence_ref: str = ""
    inspector_unit: str = ""
    inspection_date: str = ""
    finding: str = ""
    due_date: str = ""
    closed_date: str = ""
    place: str = ""


@dataclass(frozen=True)
class VetoRecord:
    """One veto looked into for one entity: clear, or standing by a document."""

    veto_id: str
    entity_id: str
    year: int
    status: str
    document: str = ""
    confirming_unit: str = ""
    date: str = ""
    place: str = ""


# Told and used all the same: the method counts a check without evidence as partial.
_SOFT = frozenset(["duplicate_row", "no_evidence", "no_document"])

Record = TypeVar("Record", bound=MeasureRecord | VetoRecord)
Row = Mapping[str, str]
Wrong = Sequence[tuple[str, str, str]]  # finding code, found, expected


def read_measures(
    path: Path, file: str, folder_year: int, register: Register, plan: Plan | None, log: FindingLog
) -> tuple[tuple[MeasureRecord, ...], tuple[RowCount, ...]]:
    """measures.csv of one year; no file, no records."""
    levels = {c.id: c.levels for m in plan.measures.values() for c in m.checks} if plan else {}

    def wrong(row: Row) -> Wrong:
        found = _wrong_id("check_id", row, levels, register)
        if row["status"] == "done" and not row["evidence_ref"]:
            found.append(("no_evidence", "done without evidence_ref", "what proves it"))
        return found

    return _read(path, file, MEASURES, STATUSES, MeasureRecord, folder_year, register, wrong, log)


def read_vetoes(
    path: Path, file: str, folder_year: int, register: Register, plan: Plan | None, log: FindingLog
) -> tuple[tuple[VetoRecord, ...], tuple[RowCount, ...]]:
    """vetoes.csv of one year; a veto that is not in it was not looked into."""
    types = {v.id: v.entity_types for v in plan.vetoes.values()} if plan else {}

    def wrong(row: Row) -> Wrong:
        found = _wrong_id("veto_id", row, types, register)
        if row["status"] == "standing" and not row["document"]:
            found.append(("no_document", "standing without document", "the document it rests on"))
        return found

    return _read(path, file, VETOES, RECORDED, VetoRecord, folder_year, register, wrong, log)


def _wrong_id(
    column: str, row: Row, known: Mapping[str, Sequence[str]], register: Register
) -> list[tuple[str, str, str]]:
    """What is wrong with the id of a check or veto, and with its use for this entity."""
    if row[column] not in known:
        expected = f"a {column} of the plan{nearest(row[column], known)}"
        return [(f"unknown_{column}", quoted(row[column]), expected)]
    types = known[row[column]]
    entity_type = register[row["entity_id"]].entity_type if row["entity_id"] in register else ""
    if types and entity_type and entity_type not in types:
        return [("not_of_type", f"{row[column]} of a {entity_type}", f"one of {', '.join(types)}")]
    return []


def _read(
    path: Path,
    file: str,
    layout: Layout,
    statuses: Sequence[str],
    kind: Callable[..., Record],
    folder_year: int,
    register: Register,
    wrong: Callable[[Row], Wrong],
    log: FindingLog,
) -> tuple[tuple[Record, ...], tuple[RowCount, ...]]:
    if not path.is_file():
        return (), ()
    table = read_table(path, file, layout, log)
    kept: dict[tuple[str, str], Record] = {}
    twice: set[tuple[str, str]] = set()
    for line, row in _rows(table, layout, log):
        key = (row[layout.required[0]], row["entity_id"])
        told = [*_wrong_with_row(row, statuses, folder_year, register), *wrong(row)]
        if all(code in _SOFT for code, _, _ in told):
            record = kind(**{**row, "year": folder_year, "place": f"{file}:{line}"})
            first = kept.setdefault(key, record)
            if first is not record:
                same = _content(first) == _content(record)
                told.append(_twice(first, same))
                twice |= set() if same else {key}
        for code, found, expected in told:
            log.add(
                "warning" if code in _SOFT else "error",
                code,
                file=file,
                place=f"row {line}",
                entity_id=row["entity_id"][:64],
                year=folder_year,
                variable=key[0][:80],
                found=found,
                expected=expected,
            )
    records = tuple(record for key, record in kept.items() if key not in twice)
    return records, (table.count(len(records)),)


def _content(record: MeasureRecord | VetoRecord) -> tuple[str, ...]:
    return tuple(str(value) for name, value in vars(record).items() if name != "place")


def _twice(first: MeasureRecord | VetoRecord, same: bool) -> tuple[str, str, str]:
    found = f"again as {first.place}, {'the same' if same else 'with other content'}"
    return "duplicate_row" if same else "conflicting_rows", found, "one row"


def _rows(table: Table, layout: Layout, log: FindingLog) -> Iterable[tuple[int, dict[str, str]]]:
    columns = [table.texts(name) for name in layout.names]
    for line, *raw in zip(table.lines.tolist(), *columns, strict=True):
        row = {}
        for name, text in zip(layout.names, raw, strict=True):
            cell = clean(text)
            row[name] = cell.text
            for repair in cell.repairs:
                log.add(
                    "info",
                    repair,
                    file=table.file,
                    place=f"row {line}",
                    variable=name,
                    found=quoted(text),
                    expected=quoted(cell.text),
                )
        yield line, row


def _wrong_with_row(
    row: Row, statuses: Sequence[str], folder_year: int, register: Register
) -> list[tuple[str, str, str]]:
    wrong = []
    if row["entity_id"] not in register:
        suggestion = nearest(row["entity_id"], register.entities)
        expected = f"an entity_id of the register{suggestion}"
        wrong.append(("unknown_entity", quoted(row["entity_id"]), expected))
    year = cells.year(row["year"]).number
    if year != folder_year:
        wrong.append(("wrong_year", quoted(row["year"]), f"{folder_year}, the year of the folder"))
    if row["status"] not in statuses:
        expected = f"{', '.join(statuses)}{nearest(row['status'], statuses)}"
        wrong.append(("bad_status", quoted(row["status"]), expected))
    return wrong
