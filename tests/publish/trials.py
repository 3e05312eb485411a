"""What the evaluation itself finds for an entity some of whose values or weights are others."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from cescore.disclosure.documents.bundle import Bundle
from cescore.disclosure.documents.opened import OpenBundle
from cescore.method.column import Column, Panel, State
from cescore.method.grading.assessment import Assessment, Basis, Evidence, assess
from cescore.method.grading.bonus import bonus_lines
from cescore.method.grading.targets import TargetLine, assess_targets
from cescore.method.index.evaluation import TypeEvaluation, evaluate

Changes = dict[
    str, Any
]  # {"values": {code: {year as text: number or None}}, "weights": {code: number}}
# What stands on its page, of a trial's result, as plain data; numbers that are none are null.
AS_DATA = """
const plain = (column) => ({v: column.v, s: column.s});
const all = (columns) => Object.fromEntries([...columns].map(([code, column]) => [code, plain(column)]));
const data = (r) => ({
  columns: all(r.columns), scores: all(r.scores), groups: all(r.groups), index: plain(r.index),
  coverage: r.coverage, weights: Object.fromEntries(r.weights), targets: r.targets, assessment: r.assessment,
  progress: r.progress && {members: all(r.progress.members), groups: all(r.progress.groups),
    index: plain(r.progress.index)}});
"""


@dataclass(frozen=True)
class Found:
    """An evaluation of one entity with everything that an assessment follows from."""

    evaluation: TypeEvaluation
    targets: tuple[TargetLine, ...]
    assessment: Assessment


def changed(bundle: Bundle, changes: Changes) -> Found:
    """The method itself on a bundle's own record, changed; nothing of the bundle may be withheld."""
    assert not bundle.released.computed and not bundle.released.scores
    opened = OpenBundle(bundle, "", "zh", bundle.framework)
    framework = bundle.framework.reweighted(changes.get("weights", {}))
    panel = _changed_panel(opened.record, changes.get("values", {}))
    base, year = opened.base_year, opened.year
    evaluation = evaluate(panel, framework, base_year=base, run_year=year, fitted=opened.fitted)
    return _assessed(bundle, panel, evaluation)


def _assessed(bundle: Bundle, panel: Panel, evaluation: TypeEvaluation) -> Found:
    plan, year, type_ = bundle.rules, bundle.run.year, bundle.entity.entity_type
    if plan is None:
        return Found(evaluation, (), Assessment())
    entity, j = panel.entities[0], panel.year_position(year)
    lines = assess_targets(
        plan, evaluation.indicators, evaluation.framework, year=year, base_year=plan.base_year
    )[entity]
    bonus = bonus_lines(
        plan.assessment.bonus.get(type_), panel, year=year, base_year=evaluation.base_year, factors={}
    )[entity]  # fmt: skip
    known = any(c.state[0, j] != State.MISSING for c in panel.columns.values())
    value = float(evaluation.aggregation.index.values[0, j])
    basis = Basis(
        filed=known or any(t[0, j] for t in panel.codes.values()),
        is_for_statistics_alone=bundle.is_for_statistics_alone,
        coverage=float(evaluation.aggregation.coverage[0, j]),
        least_coverage=evaluation.framework.missing.min_weight_covered,
    )
    vetoes = {v.id: {"status": v.status} for v in bundle.assessment.vetoes if v.id in plan.vetoes}
    evidence = Evidence(
        None if np.isnan(value) else value,
        evaluation.framework.scale,
        lines,
        bundle.measures,
        vetoes,
        basis,
        is_last_year=year >= plan.last_year,
        bonus=bonus,
    )
    return Found(evaluation, lines, assess(plan, type_, evidence))


def _changed_panel(panel: Panel, values: Mapping[str, Mapping[str, float | None]]) -> Panel:
    columns = {}
    for code, by_year in values.items():
        old = panel.column(code)
        column = Column(old.values.copy(), old.state.copy(), old.flags.copy())
        for year, value in by_year.items():
            at = 0, panel.year_position(int(year))
            column.values[at] = np.nan if value is None else value
            column.state[at] = State.MISSING if value is None else State.PRESENT
        columns[code] = column
    return panel.with_columns(columns)


@dataclass
class Differences:
    """Where two results are not the same number; what the page calls withheld, it may not know."""

    tolerance: float = 1e-9
    unknown: int = 0
    found: list[str] = field(default_factory=list)
    compared: int = 0

    def number(self, where: str, theirs: float | None, ours: float | None) -> None:
        self.compared += 1
        a, b = (None if x is None or x != x else float(x) for x in (theirs, ours))
        same = (
            a is b
            if a is None or b is None
            else abs(a - b) <= self.tolerance * max(abs(a), abs(b), 1e-6)
        )
        if not same:
            self.found.append(f"{where}: page {a}, evaluation {b}")

    def word(self, where: str, theirs: object, ours: object) -> None:
        self.compared += 1
        if theirs != ours:
            self.found.append(f"{where}: page {theirs!r}, evaluation {ours!r}")

    def column(self, where: str, theirs: Any, ours: Column) -> None:
        states, values = ours.state[0].tolist(), ours.values[0].tolist()
        for i, (state, value) in enumerate(zip(states, values, strict=True)):
            if theirs["s"][i] == State.SUPPRESSED:
                self.unknown += 1
            else:
                self.word(f"{where} state [{i}]", theirs["s"][i], state)
                self.number(f"{where} [{i}]", theirs["v"][i], value)


def differences(page: Any, found: Found) -> Differences:
    """Every number and state of a trial's result held against the evaluation's."""
    d, ev = Differences(), found.evaluation
    d.word("indicators", set(ev.framework.indicators) - set(page["columns"]), set())
    for panel, codes in (
        (ev.accounts, ev.framework.accounts),
        (ev.indicators, ev.framework.indicators),
    ):
        for code in (code for code in codes if code in page["columns"]):
            d.column(code, page["columns"][code], panel.column(code))
    for kind, columns in (
        ("scores", ev.scored.scores.columns),
        ("groups", ev.aggregation.groups.columns),
    ):
        d.word(kind, sorted(page[kind]), sorted(columns))
        for code, column in columns.items():
            d.column(f"{kind} {code}", page[kind][code], column)
    d.column("index", page["index"], ev.aggregation.index)
    known = [i for i, state in enumerate(page["index"]["s"]) if state != State.SUPPRESSED]
    for i in known:
        d.number(f"coverage [{i}]", page["coverage"][i], float(ev.aggregation.coverage[0, i]))
    for code, weight in ev.aggregation.weights.items():
        for i, share in ((i, float(weight[0, i])) for i in known):
            d.number(f"weight {code} [{i}]", page["weights"][code][i], share)
    if ev.framework.progress is not None:
        for code, column in ev.progress.members.columns.items():
            d.column(f"progress {code}", page["progress"]["members"][code], column)
        for code, column in ev.progress.groups.columns.items():
            d.column(f"progress {code}", page["progress"]["groups"][code], column)
        d.column("progress", page["progress"]["index"], ev.progress.index)
    _assessments(d, page, found)
    return d


TARGET_NUMBERS = {
    "level": "level", "base": "base", "actual": "actual", "completion": "completion", "points": "points",
    "schedule": "schedule_carbon", "scheduleLog": "schedule_log", "needed": "still_needed",
}  # fmt: skip


def _assessments(d: Differences, page: Any, found: Found) -> None:
    d.word("targets", [t["id"] for t in page["targets"]], [t.id for t in found.targets])
    for theirs, ours in zip(page["targets"], found.targets, strict=True):
        if theirs["note"] == "suppressed":
            d.unknown += 1
            continue
        d.word(f"{ours.id} light", theirs["light"], ours.light)
        d.word(f"{ours.id} scored", theirs["scored"], ours.scored)
        for there, here in TARGET_NUMBERS.items():
            d.number(f"{ours.id} {here}", theirs[there], getattr(ours, here))
    theirs, ours = page["assessment"], found.assessment
    if theirs is None:
        d.word("assessment", ours, Assessment())
        return
    if theirs["reason"] == "withheld":
        assert d.unknown, "something is withheld only where something is unknown"
        return
    d.number("total", theirs["total"], ours.total)
    d.number("bonus", theirs["bonus"], ours.bonus)
    d.word("grade", (theirs["grade"] or {"zh": ""})["zh"], ours.grade_zh)
    if not ours.graded:  # what a grade waits for may hang on figures, and is not on the page
        d.word("reason", theirs["reason"], ours.reason)
    d.word("provisional", theirs["provisional"], ours.provisional)
    for part in {*theirs["parts"], *ours.parts}:
        d.number(f"part {part}", theirs["parts"].get(part), ours.parts.get(part))
        d.number(f"part weight {part}", theirs["weights"].get(part), ours.weights.get(part))


def drawn(bundle: Bundle, codes: list[str], seed: int) -> Changes:
    """Some changes of values and weights, the same for the same seed: moved, missing, zero, put in."""
    draw = random.Random(f"{seed} {bundle.entity.entity_id}")
    record, years = bundle.record, bundle.record.years
    values: dict[str, dict[str, float | None]] = {}
    for code in draw.sample(sorted(codes), min(len(codes), draw.randint(1, 12))):
        i = draw.choice((0, len(years) - 1, len(years) - 1, draw.randrange(len(years))))
        old = record.values[code][i]
        moved = draw.uniform(0.2, 3.0) * (10.0 if old is None else old)
        is_shown = record.state[code][i] != State.SUPPRESSED
        if is_shown:
            values.setdefault(code, {})[f"{years[i]}"] = draw.choice(
                (moved, moved, moved, 0.0, None)
            )
    members = [*bundle.framework.groups, *(i.code for i in bundle.framework.scored())]
    chosen = draw.sample(sorted(members), draw.randint(0, min(3, len(members))))
    return {
        "values": values,
        "weights": {code: draw.choice((0.0, 0.5, 2.0, 7.25)) for code in chosen},
    }


def as_text(model: Any) -> str:
    return json.dumps(model, ensure_ascii=False, allow_nan=False)
