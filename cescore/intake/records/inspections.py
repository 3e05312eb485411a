"""What inspectors recorded: the yearly checks of the plan's measures, and vetoes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from cescore.definitions.model import EVIDENCE_KINDS, Check, Measure, Plan
from cescore.intake import notation
from cescore.intake.address import in_cell_of, of_row
from cescore.intake.dates import read_date
from cescore.intake.findings import Context, Finding, FindingLog
from cescore.intake.notation import clean, folded, nearest
from cescore.intake.records.returned import RETURNED_MEASURES
from cescore.intake.register.entities import Entity, Register
from cescore.intake.register.near_words import near_word
from cescore.intake.register.unknown_ids import unknown_id
from cescore.intake.sources.accounting import RowCount
from cescore.intake.sources.columns import ColumnLayout
from cescore.intake.sources.csv_table import CsvTable, read_csv
from cescore.intake.sources.plain_files import is_plain_file
from cescore.intake.wording import Value, code, phrase, shortened
from cescore.method.grading.measures import recorded_number
from cescore.method.grading.vetoes import RECORDED
from cescore.method.grading.yardsticks import INSPECTED, STATUSES
from cescore.method.thresholds import meets

MEASURES = ColumnLayout(
    required=("check_id", "entity_id", "year", "status"),
    optional=(
        "value",
        "evidence_ref",
        "evidence_kind",
        "inspector_unit",
        "inspection_date",
        "finding",
        "due_date",
        "closed_date",
        "source",
        "cells",
    ),
    may_break=frozenset(["finding", "evidence_ref"]),
)
VETOES = ColumnLayout(
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
    evidence_kind: str = ""
    inspector_unit: str = ""  # who inspected; who was inspected is the entity
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
_SOFT = frozenset(
    [
        *("duplicate_row", "no_evidence", "no_document", "near_unit", "date_serial"),
        # the number decides; the evidence counts as the unit's own word
        *("status_against_goal", "self_inspected"),
        # the plan asks it of others: it does not apply
        *("not_of_industry", "not_of_body"),
        # a value in words is recorded and printed, and counts in no sum and towards no goal
        *("not_a_number", "unit_in_cell", "date_in_number"),
    ]
)
UNIT_OF_TYPE = {
    "rate": "%",
    "count": "count",
    "amount": "amount",
}  # checks whose values are numbers
DATES = {  # column -> the phrase that calls it as forms do
    "inspection_date": "date_column_inspection_date",
    "due_date": "date_column_due_date",
    "closed_date": "date_column_closed_date",
    "date": "date_column_date",
}
UNITS = ("inspector_unit", "confirming_unit")

Row = Mapping[str, str]
RecordKey = tuple[str, str]  # id of the check or veto, entity
Wrong = list[tuple[str, dict[str, Value]]]  # finding code and values
WrongIn = list[tuple[str, str, dict[str, Value]]]  # the same behind the column that it stands in
_COLUMN_OF = {"no_evidence": "evidence_ref", "bad_evidence": "evidence_kind", "near_unit": UNITS[0]}


@dataclass(frozen=True)
class AskedChecks:
    """What a table of inspections is read against."""

    layout: ColumnLayout
    statuses: Sequence[str]
    kind: Callable[..., MeasureRecord | VetoRecord]
    allowed: Mapping[str, Sequence[str]]  # id of a check or veto -> the types it is for
    units: frozenset[str]  # departments that the plan names
    proof: tuple[str, str, str]  # a status, the column that proves it, the finding without it
    checks: Mapping[str, tuple[Measure, Check]]  # by id; of vetoes none
    own_type: str  # whose own units those of the measures are
    units_of: Mapping[str, str]  # id of a check whose value is a number -> its unit

    @property
    def id_column(self) -> str:
        return self.layout.required[0]

    @cached_property
    def words(self) -> Mapping[str, Mapping[str, str]]:
        """Column -> a word of it in its barest form -> the word as params write it."""
        choices = {
            "status": self.statuses,
            "evidence_kind": EVIDENCE_KINDS,
            **dict.fromkeys(UNITS, sorted(self.units)),
        }
        return {
            column: {folded(word): word for word in reversed(words)}
            for column, words in choices.items()
        }

    def unit_near(self, text: str) -> str:
        """The department that a text comes near to; each text is compared once."""
        if text not in self._near:
            self._near[text] = near_word(text, self.units)
        return self._near[text]

    @cached_property
    def _near(self) -> dict[str, str]:
        return {}


def measures_asked(plan: Plan | None) -> AskedChecks:
    """measures.csv: the yearly checks of a plan."""
    measures = tuple(plan.measures.values()) if plan else ()
    levels = {c.id: tuple(c.levels) for m in measures for c in m.checks}
    proof = ("done", "evidence_ref", "no_evidence")
    numeric = {
        c.id: UNIT_OF_TYPE[c.type] for m in measures for c in m.checks if c.type in UNIT_OF_TYPE
    }
    checks = {c.id: (m, c) for m in measures for c in m.checks}
    own_type = plan.units_of if plan else ""
    return AskedChecks(
        MEASURES, STATUSES, MeasureRecord, levels, _units(plan), proof, checks, own_type, numeric
    )


def vetoes_asked(plan: Plan | None) -> AskedChecks:
    """vetoes.csv; a veto that is not in it was not looked into."""
    types = {v.id: tuple(v.entity_types) for v in plan.vetoes.values()} if plan else {}
    proof = ("standing", "document", "no_document")
    return AskedChecks(VETOES, RECORDED, VetoRecord, types, _units(plan), proof, {}, "", {})


def _units(plan: Plan | None) -> frozenset[str]:
    """Those that answer for measures, and those that inspect."""
    if plan is None:
        return frozenset()
    return frozenset(u for m in plan.measures.values() for u in m.units) | {*plan.inspectors}


@dataclass(frozen=True)
class MeasuresRead:
    """The records of a year's measures, what became of the rows, and what was found in them."""

    records: tuple[MeasureRecord, ...]
    counts: tuple[RowCount, ...]
    findings: tuple[Finding, ...]

    @classmethod
    def of(
        cls, path: Path, year: int, register: Register, plan: Plan | None, file: str
    ) -> MeasuresRead:
        """See `read_measures`; ``file``: the name in the workspace."""
        context = Context(FindingLog()).file(file)
        found = read_measures(path, year, register, plan, context)
        return cls(*found, tuple(context.log.found))


def measures_files(path: Path) -> tuple[Path, Path]:
    """measures.csv, and what was collected of forms beside it."""
    return path, path.with_name(RETURNED_MEASURES)


def read_measures(
    path: Path, year: int, register: Register, plan: Plan | None, context: Context
) -> tuple[tuple[MeasureRecord, ...], tuple[RowCount, ...]]:
    """measures.csv of one year, and beside it what was collected of forms; no file, no records."""
    folder = context.at.file.rpartition("/")[0]
    _, collected = measures_files(path)
    paths = [(path, context.at.file), (collected, f"{folder}/{collected.name}")]
    return _read(paths, year, register, measures_asked(plan), context)  # type: ignore[return-value]


def read_vetoes(
    path: Path, year: int, register: Register, plan: Plan | None, context: Context
) -> tuple[tuple[VetoRecord, ...], tuple[RowCount, ...]]:
    """vetoes.csv of one year; a veto that is not in it was not looked into."""
    paths = [(path, context.at.file)]
    return _read(paths, year, register, vetoes_asked(plan), context)  # type: ignore[return-value]


def _read(
    paths: Sequence[tuple[Path, str]],
    year: int,
    register: Register,
    asked: AskedChecks,
    context: Context,
) -> tuple[tuple[MeasureRecord | VetoRecord, ...], tuple[RowCount, ...]]:
    """The records of several files (each with its name in the workspace), as of one."""
    kept = _Kept(year, register, asked)
    tables: list[tuple[CsvTable, list[RecordKey]]] = []
    for path, file in paths:
        if is_plain_file(path):
            here = context.file(file)
            table = read_csv(path, asked.layout, here)
            tables.append((table, kept.add(table, here)))
    records = tuple(record for key, record in kept.records.items() if key not in kept.twice)
    counts = [table.count(sum(key not in kept.twice for key in keys)) for table, keys in tables]
    return records, tuple(counts)


@dataclass
class _Kept:
    """The usable rows of inspections so far, by check or veto and entity."""

    year: int
    register: Register
    asked: AskedChecks
    records: dict[RecordKey, MeasureRecord | VetoRecord] = field(default_factory=dict)
    twice: set[RecordKey] = field(default_factory=set)  # with contents that differ

    def add(self, table: CsvTable, context: Context) -> list[RecordKey]:
        """Keep the usable rows of a file, and tell of all others; the keys it was the first to have."""
        first_here: list[RecordKey] = []
        for here, row in _rows(table, self.asked.layout, context):
            cells = row.pop("cells", "")
            told = self._put_right(row, here)
            wrong = _wrong_with_row(row, self.year, self.register, self.asked)
            key = (row[self.asked.id_column], row["entity_id"])
            if all(what in _SOFT for what, _ in [*((w, v) for _, w, v in told), *wrong]):
                if key not in self.records:
                    first_here.append(key)
                wrong += self._keep(key, row, here)
            told += [(_COLUMN_OF.get(what, ""), what, values) for what, values in wrong]
            for column, what, values in told:
                about = here.place(in_cell_of(here.at, column, cells)).of(
                    entity_id=row["entity_id"][:64], year=self.year, variable=key[0][:80]
                )
                about.tell("warning" if what in _SOFT else "error", what, **values)
        return first_here

    def _put_right(self, row: dict[str, str], here: Context) -> WrongIn:
        """Write a row's code, words, dates and number as the program has them, each change told."""
        row["entity_id"] = self.register.current_ids.get(row["entity_id"], row["entity_id"])
        _in_known_words(row, self.asked, here)
        return [*_dated(row), *_numbered(row, self.asked, here)]

    def _keep(self, key: RecordKey, row: Row, here: Context) -> Wrong:
        """Keep a row; what is wrong where its key has one already."""
        record = self.asked.kind(**{**row, "year": self.year, "place": str(here.at)})
        first = self.records.setdefault(key, record)
        if first is record:
            return []
        same = _content(first) == _content(record)
        self.twice |= set() if same else {key}
        place = phrase("as_row", place=first.place)
        return [("duplicate_row" if same else "conflicting_rows", {"rows": place})]


def as_texts(record: MeasureRecord | VetoRecord) -> dict[str, str]:
    """What a record holds, by the name of its column."""
    return {name: str(value) for name, value in vars(record).items()}


def _content(record: MeasureRecord | VetoRecord) -> tuple[str, ...]:
    return tuple(text for name, text in as_texts(record).items() if name != "place")


def _rows(
    table: CsvTable, layout: ColumnLayout, context: Context
) -> Iterable[tuple[Context, dict[str, str]]]:
    """Each row with its place: the cell of a workbook that it was taken from, else itself."""
    names = [name for name in layout.names if name != "source"]
    columns = [list(map(clean, table.texts(name))) for name in names]
    repaired = [
        (name, table.texts(name), cells)
        for name, cells in zip(names, columns, strict=True)
        if any(cell.repairs for cell in cells)
    ]
    texts = zip(*([cell.text for cell in cells] for cells in columns), strict=True)
    file, sources = context.at.file, table.texts("source")
    places = zip(table.lines.tolist(), sources, texts, strict=True)
    for row, (line, source, clean_texts) in enumerate(places):
        here = context.place(of_row(file, line, source))
        for name, raw, cells in repaired:
            if cells[row].repairs:
                here.of(variable=name).repaired(cells[row].repairs, raw[row], cells[row].text)
        yield here, dict(zip(names, clean_texts, strict=True))


def _in_known_words(row: dict[str, str], asked: AskedChecks, here: Context) -> None:
    """Write status and departments as params write them, where only the form differs."""
    for column in asked.words:
        text = row.get(column)
        same = asked.words[column].get(folded(text), "") if text else ""
        if text and same and same != text:
            row[column] = same
            here.of(variable=column).info("word_written_otherwise", text=text, word=same)


def _dated(row: dict[str, str]) -> WrongIn:
    """Write dates as 2026-06-30; what is no date, or a serial number, is told."""
    told: WrongIn = []
    for column in DATES:
        text = row.get(column)
        if not text:
            continue
        read = read_date(text)
        if read.day is None:
            expected = phrase("date_in", column=phrase(DATES[column]))
            told.append((column, "bad_date", {"text": shortened(text), "expected": expected}))
            continue
        row[column] = read.day.isoformat()
        if read.is_serial:
            told.append((column, "date_serial", {"text": text, "day": row[column]}))
    return told


def _numbered(row: dict[str, str], asked: AskedChecks, here: Context) -> WrongIn:
    """Write the value as a plain number (1,200 is 1200, 90% of a rate is 90), each change told."""
    unit_, text = asked.units_of.get(row[asked.id_column]), row.get("value", "")
    if unit_ is None or not text:
        return []
    cell = notation.number(text, unit_)
    if cell.is_missing_mark:
        here.of(variable="value").info("missing_mark", raw=shortened(text))
        row["value"] = ""
        return []
    if cell.number is None:
        return [("value", cell.problem, notation.wrong_number(replace(cell, unit=""), text))]
    if cell.repairs:
        here.of(variable="value").repaired(cell.repairs, text, cell.text)
    row["value"] = cell.text
    return []


def _wrong_with_row(row: Row, year: int, register: Register, asked: AskedChecks) -> Wrong:
    """Everything that is wrong with a row beyond its dates."""
    wrong: Wrong = []
    entity_id, status = row["entity_id"], row["status"]
    if entity_id not in register.entities:
        wrong.append(unknown_id(entity_id, register.entities))
    if notation.year(row["year"]).number != year:
        wrong.append(("wrong_year", {"text": shortened(row["year"]), "folder": year}))
    if status not in asked.statuses:
        near = nearest(status, asked.statuses)
        known = tuple(
            phrase(f"status_check_{word}") if word in STATUSES else word for word in asked.statuses
        )
        wrong.append(("bad_status", {"text": shortened(status), "known": known, "near": near}))
    kind = row.get("evidence_kind", "")
    if kind and kind not in EVIDENCE_KINDS:
        near = nearest(kind, EVIDENCE_KINDS)
        wrong.append(
            ("bad_evidence", {"text": shortened(kind), "known": EVIDENCE_KINDS, "near": near})
        )
    wrong += _wrong_id(row, register, asked)
    wrong += _against_plan(row, year, register, asked)
    proved, proof, without = asked.proof
    if status == proved and not row[proof]:
        wrong.append((without, {}))
    for column in UNITS:
        near = asked.unit_near(row.get(column, ""))
        if near:
            wrong.append(("near_unit", {"text": shortened(row[column]), "near": near}))
    return wrong


def _against_plan(row: Row, year: int, register: Register, asked: AskedChecks) -> Wrong:
    """Where a row's status is not what its number says, and where a unit inspected itself."""
    known = asked.checks.get(row[asked.id_column])
    if known is None:
        return []
    measure, check = known
    status, entity = row["status"], register.entities.get(row["entity_id"])
    told: Wrong = []
    if status in INSPECTED:
        told += _against_goal(row, check.goal_in(year), check)
        if entity is not None:
            told += _asked_of_others(check, entity, status, register)
    inspector = row.get("inspector_unit", "")
    if entity is not None and entity.entity_type == asked.own_type and inspector in measure.units:
        told.append(("self_inspected", {}))
    return told


def _against_goal(row: Row, goal: float | None, check: Check) -> Wrong:
    """Where an inspected row says done of a number that misses its goal, or the other way round."""
    number = None if goal is None else recorded_number(row.get("value", ""))
    if goal is None or number is None:
        return []
    op = "<=" if check.better == "less" else ">="
    if meets(number, op, goal) == (row["status"] == "done"):
        return []
    values: dict[str, Value] = {"text": row["status"], "value": number, "goal": goal}
    return [("status_against_goal", {**values, "op": op})]


def _asked_of_others(check: Check, entity: Entity, status: str, register: Register) -> Wrong:
    """What to tell of a check that the plan asks of other bodies, by name or by industry."""
    if check.asks(entity.as_asked):
        return []
    if check.entities and entity.entity_id not in check.entities:
        names = tuple(register[e].name_zh if e in register else e for e in check.entities)
        return [("not_of_body", {"text": status, "bodies": names})]
    return [("not_of_industry", {"text": status, "industries": check.industries})]


def _wrong_id(row: Row, register: Register, asked: AskedChecks) -> Wrong:
    """What is wrong with the id of a check or veto, and with its use for this entity."""
    column, known = asked.id_column, asked.allowed
    if row[column] not in known:
        near = nearest(row[column], known)
        return [(f"unknown_{column}", {"text": shortened(row[column]), "near": near})]
    types = known[row[column]]
    own = register[row["entity_id"]].entity_type if row["entity_id"] in register else ""
    if types and own and own not in types:
        values: dict[str, Value] = {"what": row[column], "own": code(own)}
        return [("not_of_type", {**values, "types": tuple(code(t) for t in types)})]
    return []
