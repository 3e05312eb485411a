"""The plan: targets against their schedule, measures as inspected, and what they come to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from cescore.definitions.bilingual import name_in
from cescore.definitions.formulas.unit_names import unit_text
from cescore.method.grading.grade_margin import MOST_MOVES, GradeTurn
from cescore.method.grading.own_pace import RECENT
from cescore.method.grading.targets import COUNTED_BY, ROLES, TargetLine
from cescore.publish.charts.bullets import bullet
from cescore.publish.concerned import concerns
from cescore.publish.fragment import Fragment, paragraph, two_lines
from cescore.publish.numbers import (
    DASH,
    PER_CENT,
    PrintedNumber,
    decimals_for,
    number,
    percentage,
    quantity,
)
from cescore.publish.pages.pace import way
from cescore.publish.pages.scorecard.front_index import grade_card
from cescore.publish.pages.scorecard.lights import SIGNS, verdict_words
from cescore.publish.pages.scorecard.norms import turn_values
from cescore.publish.pages.scorecard.sections import NONE, nothing
from cescore.publish.pages.scorecard.vetoes import vetoes_table
from cescore.publish.printing.widths import BESIDE_GRADE
from cescore.publish.section import section
from cescore.publish.table import Row, Table, TableColumn
from cescore.publish.view import View
from cescore.publish.words import label_or

if TYPE_CHECKING:
    from cescore.disclosure.documents.opened import OpenBundle

SURE = 0.05  # [P] of the goal: a shorter way from the base value is within what figures are sure of


def targets_table(bundle: OpenBundle) -> Fragment:
    """Targets: level then and now, what was achieved, against the whole and against the schedule."""
    view = View(bundle)
    if not bundle.data.targets and not bundle.data.plan.undecided:
        return nothing(view, "targets", "plan")
    rows: list[Row] = []
    for role in ROLES:
        lines = [line for line in bundle.data.targets if line.role == role]
        if lines and role != "own":
            rows.append(Row([view.t(f"target.{role}"), *[""] * 8], "group"))
        rows += [_target_row(view, line) for line in lines]
    rows += _undecided_rows(view)
    columns = [
        TableColumn(view.t("head.target"), 21, "text"),
        TableColumn(view.t("head.base_level", year=_base_year(view)), 8),
        TableColumn(view.t("head.level", year=bundle.year), 8),
        TableColumn(view.t("head.goal"), 9, "wrap"),
        TableColumn(view.t("head.actual"), 9, "wrap"),
        TableColumn(view.t("head.completion"), 20, "text"),
        TableColumn(view.t("head.schedule"), 8),
        TableColumn(view.t("head.points_of_target"), 6),
        TableColumn(view.t("head.light"), 11, "text"),
    ]
    said = [view.t("note.bullet"), view.t("note.targets"), view.t("note.schedule")]
    said = said if bundle.data.targets else []
    said += _dashes(view)
    said += _points_note(view)
    said += _target_notes(view)
    said += [view.t("note.undecided")] if bundle.data.plan.undecided else []
    notes = [view.sentences(said)]
    return Table(columns, rows, view.t("caption.targets_table"), notes).fragment()


def _base_year(view: View) -> int:
    """The year that changes of targets are counted from: the plan's own."""
    return view.data.plan.base_year or view.bundle.base_year


def _dashes(view: View) -> Iterator[str]:
    """Why a target with a value has no completion, or none of its schedule."""
    lines = [line for line in view.data.targets if line.actual is not None]
    short = [line.id for line in lines if _is_too_short(line)]
    if short:
        share = quantity(100 * SURE, PER_CENT, view.lang, 0)
        yield view.t("note.completion.short", names=view.join(short), share=share)
    steady = [line.id for line in lines if line.id not in short and _of_schedule(line) is None]
    if steady:
        yield view.t("note.schedule.none", names=view.join(steady))


def _of_schedule(line: TargetLine) -> float | None:
    """The share of what is due by now: by the schedule, or by equal steps where it has none."""
    return line.counted if line.counted_by == "steps" else line.schedule_carbon


def _undecided_rows(view: View) -> Iterator[Row]:
    """Targets that the plan names and nobody has set yet: no level, no goal, no light."""
    targets = view.data.plan.undecided
    if targets:
        yield Row([view.t("target.undecided"), *[""] * 8], "group")
    for target in targets:
        name = two_lines(
            f"{target.id}  {target.name(view.lang)}", unit_text(target.unit, view.lang)
        )
        yield Row([name, DASH, DASH, view.t("target.to_be_decided"), DASH, "", DASH, DASH, DASH])


def _target_row(view: View, line: TargetLine) -> Row:
    name = line.name(view.lang)
    decimals = decimals_for(line.unit, [line.value, line.actual])
    level_decimals = decimals_for(line.level_unit, [line.level, line.base])
    levels = [DASH if v is None else number(v, level_decimals) for v in (line.base, line.level)]
    # a level is in the unit that stands below the name; a change in per cent says so itself
    unit = "" if line.unit == line.level_unit and line.unit != PER_CENT else line.unit
    goal = f"{'≥' if line.op == '>=' else '≤'}{quantity(line.value, unit, view.lang, decimals)}"
    is_short = _is_too_short(line)
    return Row(
        [
            two_lines(f"{line.id}  {name}", unit_text(line.level_unit, view.lang)),
            *levels,
            goal,
            DASH if line.actual is None else quantity(line.actual, unit, view.lang, decimals),
            DASH if is_short else bullet(line.completion, line.schedule_carbon),
            DASH if is_short else _percent(_of_schedule(line)),
            _percent(line.points if line.scored else None),
            light_words(view, line),
        ]
    )


def _is_too_short(line: TargetLine) -> bool:
    """Whether a level shown for comparison lies so near the base value that a share of the way to it
    would be a share of what the figures are not sure of; what is scored keeps its arithmetic."""
    if line.role != "reference" or line.level is None or line.base is None:
        return False
    is_level = line.unit == line.level_unit and line.actual == line.level
    return is_level and abs(line.value - line.base) < SURE * abs(line.value)


def light_words(view: View, line: TargetLine) -> Markup | str:
    """The light's sign and word; its colour only repeats them. Another's target has no verdict."""
    if not line.light:
        return DASH
    words = verdict_words(view, line)
    if line.role == "reference":
        return words
    return Markup('<b class="l-{}">{} {}</b>').format(line.light, SIGNS[line.light], words)


def _percent(share: float | None) -> PrintedNumber:
    return PrintedNumber.of(DASH, None) if share is None else percentage(share)


def _points_note(view: View) -> Iterator[str]:
    """What the points of the entity's scored targets count, those that differ by name."""
    by_rule: dict[str, list[str]] = {}
    for line in view.data.targets:
        if line.scored and line.counted_by:
            by_rule.setdefault(line.counted_by, []).append(line.id)
    ordered = [rule for rule in COUNTED_BY if rule in by_rule]
    rules = [view.t(f"counted.{rule}", names=view.join(by_rule[rule])) for rule in ordered]
    if rules:
        yield view.t("note.points", rules=view.t("join.clause").join(rules))


def _target_notes(view: View) -> Iterator[str]:
    for line in view.data.targets:
        for note in filter(None, line.note.split(";")):
            words = label_or(f"target_note.{note.strip()}", view.lang, note.strip())
            pair = view.t("alt.pair", name=line.id, value=words)
            yield view.t("note.target_of", pair=pair)
        if line.still_needed is not None and line.still_needed > 0:
            need = quantity(line.still_needed, "%", view.lang, 2)
            yield view.t(f"note.still_needed.{way(line)}", id=line.id, need=need)


def assessment_box(bundle: OpenBundle) -> Fragment:
    """Total, grade on its named scale, its parts, and the vetoes as recorded."""
    view = View(bundle)
    if not concerns(view, "assessment"):
        return NONE
    grade = grade_card(view)
    tables = {
        "parts": _parts(view, grade),
        "bonus": _bonus(view, grade),
        "vetoes": vetoes_table(view),
    }
    tables |= {"turns": _turns(view)}
    notes = [view.t("note.assessment")]
    if view.data.assessment.vetoes:
        notes.append(view.t("note.vetoes"))
    note = view.sentences(notes)
    return section("assessment", t=view.t, grade=grade, doubts=_doubts(view), note=note, **tables)


def _doubts(view: View) -> str:
    """All that is missing before a provisional grade is final, by name."""
    doubts = view.data.assessment.doubts
    said = [
        view.t(f"doubt.{doubt.kind}", name=doubt.name(view.lang), n=doubt.n) for doubt in doubts
    ]
    return view.t("doubts", list=view.t("list").join(said)) if said else ""


def _turns(view: View) -> Fragment:
    """What alone would lift the grade, and the cheapest that would together: the value of the year,
    and the one that would be enough."""
    margin = view.data.margin
    if margin is None or margin.missing is None:
        return NONE
    grade = name_in(view.lang, margin.next_zh, margin.next_en)
    alone = _needed(view, margin.turns, "turn", grade)
    if not margin.turns:
        key = "margin.out_of_reach" if margin.is_out_of_reach else "margin.no_turn"
        alone = paragraph(view.t(key, grade=grade, n=MOST_MOVES, years=RECENT))
    return Fragment.join([alone, _needed(view, margin.path, "path", grade)])


def _needed(view: View, turns: Sequence[GradeTurn], kind: str, grade: str) -> Fragment:
    """Changes with the value of the year and the one that is enough; ``kind``: alone or together."""
    if not turns:
        return NONE
    rows = [Row([_turn_name(view, turn), *_turn_values(view, turn)]) for turn in turns]
    columns = [
        TableColumn(view.t(f"head.{kind}", grade=grade), 60, "text"),
        TableColumn(view.t("head.now"), 20),
        TableColumn(view.t("head.needed"), 20),
    ]
    notes = [view.t(f"note.{kind}s")]
    return Table(columns, rows, notes=notes, name=view.t("heading.assessment")).fragment()


def _turn_name(view: View, turn: GradeTurn) -> str:
    if turn.kind == "measures":
        return view.t("turn.measures")
    if turn.kind == "indicator":
        return turn.name(view.lang)
    return f"{turn.code}  {turn.name(view.lang)}".strip()


def _turn_values(view: View, turn: GradeTurn) -> list[str]:
    if turn.kind == "measures":
        return [view.t("turn.open", n=f"{turn.now:g}"), view.t("turn.full", n=f"{turn.needed:g}")]
    return turn_values(view, turn)


def _parts(view: View, grade: Mapping[str, Any]) -> Fragment:
    """What the total is made of, each part with its weight."""
    rows = [Row([name, score, weight]) for name, score, weight in grade["parts"]]
    columns = [
        TableColumn(view.t("head.part"), 50, "text"),
        TableColumn(view.t("head.score"), 25),
        TableColumn(view.t("head.weight"), 25),
    ]
    return Table(columns, rows, name=view.t("heading.assessment"), room=BESIDE_GRADE).fragment()


def _bonus(view: View, grade: Mapping[str, Any]) -> Fragment:
    """The extra points, item by item, and why one earned nothing; or the distinctions."""
    has_points = view.data.assessment.bonus is not None
    rows = [
        Row([name, *([points or DASH] if has_points else []), status or view.t("bonus.earned")])
        for name, points, status in grade["bonus"]
    ]
    columns = [
        TableColumn(view.t("head.bonus" if has_points else "head.distinction"), 50, "text"),
        *([TableColumn(view.t("head.points"), 25)] if has_points else []),
        TableColumn(view.t("head.light"), 25 if has_points else 50),
    ]
    notes = [grade["bonus_total"] if has_points else view.t("note.distinctions")]
    return Table(
        columns, rows, notes=notes, name=view.t("heading.assessment"), room=BESIDE_GRADE
    ).fragment()
