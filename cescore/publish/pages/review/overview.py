"""The plan as a whole at its middle or end: targets, public bodies, systems, responsible units."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING

from cescore.definitions.formulas.unit_names import unit_text
from cescore.disclosure.documents.plan_documents import BodyRow, PlanOverview
from cescore.method.column import State
from cescore.method.grading.target_paths import GOOD, TargetPath
from cescore.method.grading.yardsticks import STATUSES
from cescore.publish.fragment import Fragment, paragraph, two_lines
from cescore.publish.numbers import mark, number, signed
from cescore.publish.pages.document import Words, contents, cut, exact, heading, masthead
from cescore.publish.pages.review.charts import body_chart, body_name
from cescore.publish.pages.review.measures import by_system, by_unit
from cescore.publish.pages.review.page import (
    DASH,
    NONE,
    period_facts,
    plan_name,
    reasons,
    share,
    target_name,
    target_paths,
    target_verdicts,
)
from cescore.publish.pages.scorecard.lights import SIGNS
from cescore.publish.section import section
from cescore.publish.table import Row, Table, TableColumn
from cescore.publish.titles import document_name, document_title

if TYPE_CHECKING:
    from cescore.disclosure.documents.opened import OpenDocument

SECTIONS = ("targets", "bodies", "measures", "commitments", "method", "provenance")


def front(overview: OpenDocument[PlanOverview]) -> Fragment:
    """Plan and period, the verdicts in numbers, what they say, and the contents."""
    words, data = Words(overview), overview.data
    own = [path for path in data.targets if path.end.role == "own"]
    cards: list[tuple[str, str, str, bool]] = []
    if own:
        good = sum(path.verdict in GOOD for path in own)
        said = f"{good} / {len(own)}"
        cards.append((words.t("review.card.targets"), "", said, good < len(own)))
    end = [row for row in data.bodies if row.index and None not in (row.index[0], row.index[-1])]
    if end:
        risen = sum((row.index[-1] or 0) > (row.index[0] or 0) for row in end)
        cards.append((words.t("review.card.risen"), "", f"{risen} / {len(end)}", risen < len(end)))
    cards.append((words.t("review.card.measures"), "", share(data.whole.at_end), False))
    cards.append((words.t("review.card.over_years"), "", share(data.whole.over_years), False))
    facts = [(words.t("fact.plan"), plan_name(words, data)), *period_facts(words, data)]
    facts.append((words.t("fact.report_number"), data.report_number))
    lead = words.t(f"review.lead.{data.stage}", base=data.plan.base_year, year=data.year)
    name = document_name(data, words.lang)
    title = document_title(data, words.lang)
    entries = [(f"review-{key}", words.t(f"review.{key}")) for key in SECTIONS]
    return Fragment.join(
        [
            masthead(words, facts, lead, small=title, large=name),
            section("review_cards", cards=cards),
            section("points", points=list(_points(words, data, own))),
            contents(words, entries),
        ]
    )


def _points(words: Words, data: PlanOverview, own: list[TargetPath]) -> Iterator[str]:
    for verdict in dict.fromkeys(path.verdict for path in own):
        named = [target_name(words, path) for path in own if path.verdict == verdict]
        word = words.t(f"verdict.{verdict}")
        yield words.t("review.point.targets", verdict=word, n=len(named), list=words.join(named))
    grades = Counter(filter(None, (row.grade(words.lang) for row in data.bodies)))
    if grades:
        said = words.join(f"{grade} {count}" for grade, count in grades.most_common())
        yield words.t("review.point.grades", list=said)
    units = [unit for unit in data.units if unit.at_end is not None]
    if units:
        units.sort(key=lambda unit: unit.at_end or 0.0)
        said = words.join(f"{unit.key} {share(unit.at_end)}" for unit in units[:3])
        yield words.t("review.point.units", n=len(units), list=said)
    if data.left:
        named = [place.name(words.lang) for place in data.left]
        yield words.t("review.point.left", list=words.join(named))


def targets(overview: OpenDocument[PlanOverview]) -> Fragment:
    """The plan's own targets, and how public bodies stand against them as references."""
    words, data = Words(overview), overview.data
    if not data.targets:
        return Fragment.join(
            [heading(words, "review.targets"), paragraph(words.t("review.no_targets"), "nothing")]
        )
    return Fragment.join(
        [
            target_verdicts(words, data.targets, data),
            target_paths(words, data.targets, data),
            _references(words, data),
        ]
    )


def _references(words: Words, data: PlanOverview) -> Fragment:
    """Bodies that are shown against the plan's targets, which are not their own."""
    own = [path for path in data.targets if path.end.role == "own"]
    owner = data.owner.entity_id if data.owner else ""
    bodies = [b for b in data.bodies if b.verdicts and b.place.entity_id != owner]
    if not bodies or not own:
        return NONE
    width = 72 / len(own)
    columns = [
        TableColumn(words.t("sheet.head.body"), 28, "text"),
        *(TableColumn(path.end.id, width, "mid") for path in own),
    ]
    rows = [
        Row(
            [
                body_name(words, row),
                *(_verdict(words, row.verdicts.get(p.end.id, "")) for p in own),
            ]
        )
        for row in bodies
    ]
    note = words.t("review.note.references")
    return Table(columns, rows, words.t("review.caption.references"), [note]).fragment()


def _verdict(words: Words, verdict: str) -> str:
    return f"{SIGNS[verdict]} {words.t(f'verdict.{verdict}')}" if verdict else DASH


def bodies(overview: OpenDocument[PlanOverview]) -> Fragment:
    """Every public body: index in the base year and at the end, progress, measures, total."""
    words, data = Words(overview), overview.data
    if not data.bodies:
        return NONE
    parts = [heading(words, "review.bodies")]
    for entity_type, members in groupby(data.bodies, key=lambda row: row.place.entity_type):
        rows = list(members)
        name = words.entity_type(entity_type)
        parts.append(_bodies_table(words, data, rows, name))
        if len(rows) > 2:
            parts.append(body_chart(overview, rows, words.t("review.chart.bodies", name=name)))
    said = [words.t("review.note.bodies"), *reasons(words, data.bodies)]
    parts.append(paragraph(("" if words.lang == "zh" else " ").join(said)))
    if any(row.status == "suppressed" for row in data.bodies):
        shown = mark(State.SUPPRESSED, words.lang)
        meaning = words.t("mark.suppressed.meaning")
        parts.append(paragraph(f"{shown} {meaning}", "legend"))
    return Fragment.join(parts)


def _bodies_table(words: Words, data: PlanOverview, rows: list[BodyRow], name: str) -> Fragment:
    columns = [
        TableColumn(words.t("sheet.head.body"), 27, "text"),
        TableColumn(words.t("review.head.index_in", year=data.plan.base_year), 10),
        TableColumn(words.t("review.head.index_in", year=data.year), 10),
        TableColumn(words.t("review.head.change"), 8),
        TableColumn(words.t("review.head.progress", year=data.year), 12),
        TableColumn(words.t("review.head.at_end"), 10),
        TableColumn(words.t("review.head.total"), 8),
        TableColumn(words.t("review.head.grade"), 15, "text"),
    ]
    return Table(columns, [_body_row(words, row) for row in rows], name).fragment()


def _body_row(words: Words, row: BodyRow) -> Row:
    withheld = {
        "suppressed": mark(State.SUPPRESSED, words.lang),
        "not_filed": mark(State.MISSING, words.lang),
    }.get(row.status, DASH)
    begin, end = (row.index[0], row.index[-1]) if row.index else (None, None)
    change = withheld if begin is None or end is None else signed(end - begin, 1)
    last = row.progress[-1] if row.progress else None
    figures = [
        withheld if begin is None else number(begin),
        withheld if end is None else number(end),
        change,
        withheld if last is None else number(last),
        share(row.measures),
        withheld if row.total is None else number(row.total),
    ]
    grade = row.grade(words.lang)
    if grade and row.provisional:
        grade = words.t("review.provisional", grade=grade)
    status = words.t(f"review.body.{row.status}") if row.status != "reported" else ""
    return Row([body_name(words, row), *figures, two_lines(grade or DASH, status)])


def measures(overview: OpenDocument[PlanOverview]) -> Fragment:
    """Measures at public bodies by system and responsible unit; respondents as released counts."""
    words, data = Words(overview), overview.data
    return Fragment.join(
        [
            heading(words, "review.measures"),
            by_system(words, data, data.systems, data.whole),
            by_unit(words, data, data.units),
            _respondents(words, data),
        ]
    )


def _respondents(words: Words, data: PlanOverview) -> Fragment:
    if not data.respondents:
        return NONE
    withheld = mark(State.SUPPRESSED, words.lang)
    said = words.join(
        f"{words.t(f'check.{status}')} {withheld if n is None else n}"
        for status, n in ((status, data.respondents.get(status)) for status in STATUSES)
    )
    return paragraph(words.t("review.respondents", list=said))


def commitments(overview: OpenDocument[PlanOverview]) -> Fragment:
    """Countable promises of the plan outside its targets: shown, not scored."""
    words, data = Words(overview), overview.data
    rows = [
        Row(
            [
                f"{one.id}  {words.name(one)}",
                one.where,
                f"{exact(one.value)}{unit_text(one.unit, words.lang)}",
                words.t(f"tag.{one.tag}"),
                one.note,
            ]
        )
        for one in data.commitments.values()
    ]
    columns = [
        TableColumn(words.t("review.head.commitment"), 36, "text"),
        TableColumn(words.t("review.head.where"), 9, "mid"),
        TableColumn(words.t("head.goal"), 12),
        TableColumn(words.t("head.tag"), 15, "text"),
        TableColumn(words.t("head.what"), 28, "small"),
    ]
    if not rows:
        return NONE
    return Fragment.join([heading(words, "review.commitments"), cut(columns, rows)])
