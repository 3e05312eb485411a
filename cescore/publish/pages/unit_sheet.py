"""A responsible unit's supervision sheet: its measures, how they were inspected, what is open.

Public bodies stand one by one; respondents only as the counts that the gate released.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING

from markupsafe import Markup

from cescore.definitions.model import Named
from cescore.disclosure.documents.bundle import Place
from cescore.disclosure.documents.other_documents import (
    SHEET_STATUSES,
    BodyCheck,
    SheetCheck,
    SheetMeasure,
    UnitSheet,
)
from cescore.intake.dates import read_date
from cescore.method.column import State
from cescore.method.grading.yardsticks import OPEN, STATUSES
from cescore.publish.fragment import Fragment, paragraph, two_lines
from cescore.publish.numbers import mark
from cescore.publish.pages.document import Words, cut, exact, heading, masthead, provenance_of
from cescore.publish.section import section
from cescore.publish.table import Row, Table, TableColumn
from cescore.publish.titles import document_title

if TYPE_CHECKING:
    from cescore.disclosure.documents.opened import OpenDocument

DASH = "—"
SIGNS: Mapping[str, str] = {
    "done": "●", "partial": "◐", "not_done": "○", "not_applicable": "—", "not_inspected": "?",
    "recorded": "◇",
}  # fmt: skip


def front(sheet: OpenDocument[UnitSheet]) -> Fragment:
    """Whose sheet it is, and the checks at public bodies in five numbers."""
    words, data = Words(sheet), sheet.data
    plan = words.name(data.plan)
    if data.plan_status:
        plan = words.t("sheet.plan", name=plan, status=data.plan_status)
    facts = [
        (words.t("fact.plan"), plan),
        (words.t("sheet.measures_n"), str(len(data.measures))),
        (words.t("sheet.checks_n"), str(sum(len(m.checks) for m in data.measures))),
        (words.t("fact.report_number"), data.report_number),
    ]
    counts = data.counts()
    cards = [(words.t(f"check.{s}"), SIGNS[s], counts[s], s in OPEN) for s in SHEET_STATUSES]
    return Fragment.join(
        [
            masthead(
                words,
                facts,
                words.t("sheet.lead"),
                small=document_title(data, words.lang),
                large=data.unit,
            ),
            section("count_cards", cards=cards),
        ]
    )


def overview(sheet: OpenDocument[UnitSheet]) -> Fragment:
    """Measures by system: the other units named, checks at public bodies by status."""
    words, data = Words(sheet), sheet.data
    rows: list[Row] = []
    for system, members in groupby(data.measures, key=lambda m: m.system):
        name = words.name(data.systems.get(system, Named()), "")
        rows.append(Row([f"{system}  {name}".strip(), *[""] * (2 + len(SHEET_STATUSES))], "group"))
        rows += [_measure_row(words, measure) for measure in members]
    totals = data.counts()
    numbers = [str(sum(totals.values())), *(str(totals[s]) for s in SHEET_STATUSES)]
    rows.append(Row([words.t("sheet.total"), "", *numbers], "total"))
    columns = [
        TableColumn(words.t("head.measure"), 28, "text"),
        TableColumn(words.t("sheet.head.others"), 23, "small"),
        TableColumn(words.t("sheet.head.checks"), 7, "mid"),
        *(TableColumn(words.t(f"check.{status}"), 7, "mid") for status in SHEET_STATUSES),
    ]
    table = cut(columns, rows)
    return Fragment.join(
        [heading(words, "sheet.overview"), table, paragraph(words.t("note.measures"))]
    )


def _measure_row(words: Words, measure: SheetMeasure) -> Row:
    found = Counter(body.status for check in measure.checks for body in check.bodies)
    counts = [str(found[status] or DASH) for status in SHEET_STATUSES]
    others = words.join(measure.others) or DASH
    return Row([f"{measure.id}  {words.name(measure)}", others, str(found.total()), *counts])


def grid(sheet: OpenDocument[UnitSheet]) -> Fragment:
    """A line per check, a column per public body: how the check stands there."""
    words, bodies = Words(sheet), sheet.data.bodies
    title = heading(words, "sheet.grid")
    if not bodies:
        return Fragment.join([title, paragraph(words.t("sheet.no_bodies"), "nothing")])
    width = 60 / max(len(bodies), 8)
    columns = [
        TableColumn(words.t("head.check"), 100 - width * len(bodies), "text"),
        *(TableColumn(str(number), width, "mid") for number in range(1, len(bodies) + 1)),
    ]
    key = [f"{number} {body.name(words.lang)}" for number, body in enumerate(bodies, 1)]
    signs = words.t("sheet.signs", **SIGNS) + words.t("sheet.sign_recorded", **SIGNS)
    parts = [title, paragraph(words.t("sheet.columns", list=words.join(key)), "key-line")]
    parts.append(paragraph(signs, "key-line"))
    for measure in sheet.data.measures:
        rows = [_grid_row(words, check, bodies) for check in measure.checks if check.bodies]
        name = f"{measure.id}  {words.name(measure)}"
        parts.append(Table(columns, rows, name, kind="grid").fragment())
    return Fragment.join(parts)


def _grid_row(words: Words, check: SheetCheck, bodies: Sequence[Place]) -> Row:
    held = {body.entity_id: body.status for body in check.bodies}
    signs = [_sign(held.get(body.entity_id, "")) for body in bodies]
    return Row([f"{check.id}  {words.name(check)}", *signs])


def _sign(status: str) -> Markup:
    if not status:
        return Markup("")
    return Markup('<span class="s-{}">{}</span>').format(status, SIGNS[status])


def open_checks(sheet: OpenDocument[UnitSheet]) -> Fragment:
    """What is partial or not done at public bodies, the first due first."""
    words, data = Words(sheet), sheet.data
    places = {body.entity_id: body.name(words.lang) for body in data.bodies}
    found = [
        (check, body) for m in data.measures for check in m.checks for body in check.bodies
        if body.status in OPEN
    ]  # fmt: skip
    found.sort(
        key=lambda pair: (read_date(pair[1].due_date).day or date.max, pair[1].status != "not_done")
    )
    rows = [
        Row(
            [
                _due(words, body),
                places[body.entity_id],
                f"{check.id}  {words.name(check)}",
                Markup('<span class="s-{}">{} {}</span>').format(
                    body.status, SIGNS[body.status], words.t(f"check.{body.status}")
                ),
                words.clauses(_said(words, body)) or DASH,
                body.inspector_unit or DASH,
            ]
        )
        for check, body in found
    ]
    columns = [
        TableColumn(words.t("sheet.head.due"), 14, "text"),
        TableColumn(words.t("sheet.head.body"), 15, "text"),
        TableColumn(words.t("head.check"), 31, "text"),
        TableColumn(words.t("head.light"), 10, "text"),
        TableColumn(words.t("head.inspected"), 19, "small"),
        TableColumn(words.t("sheet.head.inspector"), 11, "small"),
    ]
    title = heading(words, "sheet.open")
    if not rows:
        return Fragment.join([title, paragraph(words.t("sheet.nothing_open"), "nothing")])
    issued = data.run.issued
    note = words.t("sheet.due_note", date=issued) if issued else ""
    return Fragment.join([title, cut(columns, rows), paragraph(note)])


def _due(words: Words, body: BodyCheck) -> Markup | str:
    """The due date, and whether it has passed on the date of issue, or was met."""
    due, issued = body.due_date, words.document.data.run.issued
    if body.closed_date:
        return two_lines(due or DASH, words.t("sheet.closed", date=body.closed_date))
    day, issued_on = read_date(due).day, read_date(issued).day
    if day is not None and issued_on is not None and day < issued_on:
        late = Markup('<span class="overdue">{}</span>').format(words.t("sheet.overdue"))
        return Markup("{} {}").format(due, late)
    return due or words.t("sheet.no_due")


def _said(words: Words, body: BodyCheck) -> Iterator[str]:
    yield body.finding
    for note in body.notes:
        yield words.t(f"check_note.{note}")
    yield body.evidence_ref


def firms(sheet: OpenDocument[UnitSheet]) -> Fragment:
    """Checks at respondents as released counts; nothing where none concerns them."""
    words = Words(sheet)
    rows = [
        Row([f"{check.id}  {words.name(check)}", *_counts(words, check)])
        for measure in sheet.data.measures
        for check in measure.checks
        if check.respondents_concerned
    ]
    if not rows:
        return Fragment("")
    columns = [
        TableColumn(words.t("head.check"), 55, "text"),
        *(TableColumn(words.t(f"check.{status}"), 9, "mid") for status in STATUSES),
    ]
    return Fragment.join([heading(words, "sheet.firms"), cut(columns, rows)])


def _counts(words: Words, check: SheetCheck) -> list[str]:
    withheld = mark(State.SUPPRESSED, words.lang)
    if not check.respondents:
        return [withheld] * len(STATUSES)
    found = [check.respondents.get(status) for status in STATUSES]
    return [withheld if n is None else str(n or DASH) for n in found]


def values(sheet: OpenDocument[UnitSheet]) -> Fragment:
    """Values recorded at public bodies; without a goal they are recorded only."""
    words, data = Words(sheet), sheet.data
    places = {body.entity_id: body.name(words.lang) for body in data.bodies}
    rows = []
    for check in (check for measure in data.measures for check in measure.checks):
        held = [f"{places[b.entity_id]} {b.value}" for b in check.bodies if b.value]
        if held:
            goal = exact(check.goal) if check.goal is not None else DASH
            rows.append(Row([f"{check.id}  {words.name(check)}", goal, words.clauses(held)]))
    if not rows:
        return Fragment("")
    columns = [
        TableColumn(words.t("head.check"), 38, "text"),
        TableColumn(words.t("sheet.head.goal"), 9, "mid"),
        TableColumn(words.t("sheet.head.values"), 53, "small"),
    ]
    return Fragment.join([heading(words, "sheet.values"), cut(columns, rows)])


def reply(sheet: OpenDocument[UnitSheet]) -> Fragment:
    """Room for the unit's answer, signature and seal."""
    words = Words(sheet)
    lines = [words.t(f"sheet.sign.{name}") for name in ("person", "seal", "date")]
    title = heading(words, "sheet.reply")
    return Fragment.join([title, section("reply", ask=words.t("sheet.reply.line"), lines=lines)])


def provenance(sheet: OpenDocument[UnitSheet]) -> Fragment:
    """What the sheet was made from."""
    words = Words(sheet)
    return Fragment.join([heading(words, "sheet.provenance"), provenance_of(words)])
