"""The plan: targets against their schedule, measures as inspected, and what they come to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from cescore.publish.cells import View
from cescore.publish.chart_plan import STATUSES, system_name
from cescore.publish.fragment import Column, Fragment, Row, Table, paragraph, section, two_lines
from cescore.publish.labels import label_or
from cescore.publish.numbers import decimals_for, number, quantity, unit_text
from cescore.publish.page_one import LIGHTS, grade_card
from cescore.publish.sections import DASH, NONE, concerns, nothing
from cescore.release.bundle import MeasureLine, TargetLine

if TYPE_CHECKING:
    from cescore.desk import OpenBundle

OPEN = ("not_done", "partial")


def targets_table(bundle: OpenBundle) -> Fragment:
    """Targets: level then and now, what was achieved, against the whole and against the schedule."""
    view = View(bundle)
    if not bundle.data.targets:
        return nothing(view, "targets", "plan")
    rows: list[Row] = []
    for role in ("own", "reference", "check"):
        lines = [line for line in bundle.data.targets if line.role == role]
        if lines and role != "own":
            rows.append(Row([view.t(f"target.{role}"), *[""] * 7], "group"))
        rows += [_target_row(view, line) for line in lines]
    columns = [
        Column(view.t("head.target"), 27, "text"),
        Column(view.t("head.base_level", year=bundle.base_year), 11),
        Column(view.t("head.level", year=bundle.year), 11),
        Column(view.t("head.goal"), 11, "wrap"),
        Column(view.t("head.actual"), 10, "wrap"),
        Column(view.t("head.completion"), 10),
        Column(view.t("head.schedule"), 10),
        Column(view.t("head.light"), 10, "mid"),
    ]
    said = [view.t("note.targets"), view.t("note.schedule"), *_target_notes(view)]
    notes = [view.sentences(said)]
    return Table(columns, rows, view.t("caption.targets_table"), notes).fragment()


def _target_row(view: View, line: TargetLine) -> Row:
    name = (line.zh or line.en) if view.lang == "zh" else (line.en or line.zh)
    decimals = decimals_for(line.unit, [line.value, line.actual])
    level_decimals = decimals_for(line.level_unit, [line.level, line.base])
    levels = [DASH if v is None else number(v, level_decimals) for v in (line.base, line.level)]
    goal = (
        f"{'≥' if line.op == '>=' else '≤'}{quantity(line.value, line.unit, view.lang, decimals)}"
    )
    light = (
        f"{LIGHTS.get(line.light, DASH)} {label_or(f'light.{line.light}', view.lang, line.light)}"
    )
    return Row(
        [
            two_lines(f"{line.id}  {name}", unit_text(line.level_unit, view.lang)),
            *levels,
            goal,
            DASH if line.actual is None else quantity(line.actual, line.unit, view.lang, decimals),
            _percent(line.completion),
            _percent(line.schedule_carbon),
            light if line.light else DASH,
        ]
    )


def _percent(share: float | None) -> str:
    return DASH if share is None else f"{number(100 * share, 1)}%"


def _target_notes(view: View) -> Iterator[str]:
    for line in view.data.targets:
        for note in filter(None, line.note.split(";")):
            words = label_or(f"target_note.{note.strip()}", view.lang, note.strip())
            yield view.t("alt.pair", name=line.id, value=words)
        if line.still_needed is not None and line.still_needed > 0:
            need = quantity(line.still_needed, "%", view.lang, 2)
            yield view.t("note.still_needed", id=line.id, need=need)


def measures_table(bundle: OpenBundle, *, every: bool = False) -> Fragment:
    """Checks by system and status, and each check not fully met with what the inspector found;
    with `every`, each measure with its responsible units as well."""
    view = View(bundle)
    if not bundle.data.measures:
        return nothing(view, "measures", "plan")
    if every:
        return Fragment.join([_measures(view), _open_checks(view)])
    return Fragment.join([_systems(view), _open_checks(view)])


def _by_system(view: View) -> Iterator[tuple[str, list[MeasureLine]]]:
    measures = sorted(view.data.measures, key=lambda m: m.system)
    for system, members in groupby(measures, key=lambda m: m.system):
        yield system, list(members)


def _statuses(measures: Sequence[MeasureLine]) -> list[str]:
    counts = [sum(m.counts.get(status, 0) for m in measures) for status in STATUSES]
    return [str(count or DASH) for count in counts]


def _systems(view: View) -> Fragment:
    found = list(_by_system(view))
    rows = [
        Row([system_name(view, system), str(len(members)), *_statuses(members)])
        for system, members in found
    ]
    total = [str(len(view.data.measures)), *_statuses(view.data.measures)]
    rows += [Row([view.t("total"), *total], "total")] if len(rows) > 1 else []
    columns = [
        Column(view.t("head.system"), 34, "text"),
        Column(view.t("head.measures"), 11),
        *(Column(view.t(f"check.{status}"), 11) for status in STATUSES),
    ]
    return Table(columns, rows, view.t("caption.measures")).fragment()


def _measures(view: View) -> Fragment:
    rows: list[Row] = []
    for system, members in _by_system(view):
        rows += [Row([system_name(view, system), *[""] * 6], "group")] if system else []
        for measure in members:
            name = (measure.zh or measure.en) if view.lang == "zh" else (measure.en or measure.zh)
            units = view.t("list").join(measure.units)
            rows.append(Row([f"{measure.id}  {name}", units, *_statuses([measure])]))
    columns = [
        Column(view.t("head.measure"), 31, "text"),
        Column(view.t("head.units"), 24, "text"),
        *(Column(view.t(f"check.{status}"), 9) for status in STATUSES),
    ]
    return Table(columns, rows, view.t("caption.measures"), [view.t("note.measures")]).fragment()


def _open_checks(view: View) -> Fragment:
    """Checks that are partial or not done, the latter first, with what the inspector found."""
    found = [
        (check, _said_of(view, check))
        for status in OPEN
        for measure in view.data.measures
        for check in measure.checks
        if check.get("status") == status
    ]
    if not found:
        return paragraph(view.t("measures.none_open"), "nothing")
    rows = []
    for status, members in groupby(found, key=lambda f: f[0]["status"]):
        lines = list(members)
        title = view.t("measures.open", status=view.t(f"check.{status}"), n=len(lines))
        rows.append(Row([title, ""], "group"))
        rows += [
            Row([f"{check.get('id', '')}  {_name_of(view, check)}", said]) for check, said in lines
        ]
    columns = [
        Column(view.t("head.check"), 62, "text"),
        Column(view.t("head.inspected"), 38, "text"),
    ]
    return Table(columns, rows, view.t("caption.open_checks")).fragment()


def _name_of(view: View, check: Mapping[str, str]) -> str:
    return check.get(view.lang) or check.get("zh") or check.get("en") or ""


def _said_of(view: View, check: Mapping[str, str]) -> str:
    parts = filter(None, (check.get("finding"), check.get("evidence_ref")))
    return view.t("list").join(parts) or DASH


def assessment_box(bundle: OpenBundle) -> Fragment:
    """Total, grade on its named scale, its parts, and the vetoes as recorded."""
    view = View(bundle)
    if not concerns(view, "assessment"):
        return NONE
    vetoes = [
        {
            "name": (v.zh or v.en) if view.lang == "zh" else (v.en or v.zh),
            "status": label_or(f"veto.{v.status}", view.lang, v.status),
            "kind": v.status,
            "record": view.join(filter(None, (v.document, v.confirmed_by, v.date))),
        }
        for v in bundle.data.assessment.vetoes
    ]
    return section("assessment", t=view.t, grade=grade_card(view), vetoes=vetoes)
