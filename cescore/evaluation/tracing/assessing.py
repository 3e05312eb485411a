"""Measures, standards, the total and the grade followed back."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from cescore.definitions.model import Named, Plan
from cescore.evaluation.tracing.trace import Kind, Traced, TracedQuantity, TraceNote, TraceOrigin
from cescore.evaluation.tracing.tracer import (
    Calculation,
    EvaluatedCell,
    PlanOutcome,
    Tracer,
    UntraceableError,
    given,
    traced,
)
from cescore.method.column import State
from cescore.method.grading.assessment import COMPARABLE
from cescore.method.grading.measures import MeasureLine, measure_points
from cescore.method.index.evaluation import TypeEvaluation

TOTAL = "total"


def measure(tracer: Tracer, quantity: TracedQuantity, evaluation: TypeEvaluation) -> Traced:
    """A measure: the mean credit of its scored checks, check by check."""
    line = _measure(tracer.outcome(quantity), quantity)
    value = measure_points([line])
    checks = tuple(tracer.same(quantity, "check", one["id"]) for one in line.checks)
    names = Named(zh=line.zh, en=line.en)
    done = _share(quantity, [line])
    return traced(
        quantity, names, EvaluatedCell.number(value), done if value is not None else None,
        unit="ratio", beside=checks,
    )  # fmt: skip


def _share(quantity: TracedQuantity, lines: Sequence[MeasureLine]) -> Calculation:
    credit, scored = math.fsum(line.credit for line in lines), sum(line.scored for line in lines)
    operands: dict[str, Traced] = {
        "credit": given(quantity, "credit", credit, unit="count"),
        "scored": given(quantity, "scored", float(scored), unit="count"),
    }
    return Calculation("credit / scored", operands)


def _measure(outcome: PlanOutcome, quantity: TracedQuantity) -> MeasureLine:
    line = next((one for one in outcome.measures if one.id == quantity.code), None)
    if line is None:
        raise UntraceableError(str(quantity))
    return line


def check(tracer: Tracer, quantity: TracedQuantity, evaluation: TypeEvaluation) -> Traced:
    """One yearly check of a measure as it was inspected."""
    outcome = tracer.outcome(quantity)
    found = next(
        (c for line in outcome.measures for c in line.checks if c["id"] == quantity.code), None
    )
    if found is None:
        raise UntraceableError(str(quantity))
    place = outcome.places.get(quantity.code, "")
    notes = []
    if found["value"]:
        notes.append(TraceNote.of("recorded_value", value=found["value"]))
    if found["evidence_ref"]:
        notes.append(TraceNote.of("evidence", text=found["evidence_ref"]))
    notes += [TraceNote.of("check_note", check_note=note) for note in found["notes"]]
    if found["unscored"]:
        notes.append(
            TraceNote.of("check_unscored", why=found["unscored"], elsewhere=found["elsewhere"])
        )
    elif found["credit"] is not None:
        credit = TraceNote.of(
            "check_credit",
            credit=found["credit"],
            by=found["yardstick"],
            evidence=found["evidence"],
        )
        notes.append(credit)
    return Traced(
        quantity,
        Named(zh=found["zh"], en=found["en"]),
        text=found["status"],
        origins=(TraceOrigin(place),) if place else (),
        notes=tuple(notes),
    )


# --- the assessment ----------------------------------------------------------------------------------


def assessment(tracer: Tracer, quantity: TracedQuantity, evaluation: TypeEvaluation) -> Traced:
    """The total by its parts and their weights, a part by what it is the mean of."""
    outcome = tracer.outcome(quantity)
    made, plan = outcome.assessment, outcome.plan
    if plan is None:
        raise UntraceableError(str(quantity))
    if quantity.code == TOTAL:
        return _total(tracer, quantity, outcome, plan)
    if quantity.code == COMPARABLE and made.comparable_weights:
        return _comparable(tracer, quantity, outcome, plan)
    if quantity.code not in made.parts:
        raise UntraceableError(str(quantity))
    return _part(tracer, quantity, outcome, evaluation)


def _total(tracer: Tracer, quantity: TracedQuantity, outcome: PlanOutcome, plan: Plan) -> Traced:
    made = outcome.assessment
    origin = TraceOrigin(f"params/plans/{plan.id}.yml: assessment", "params")
    names = Named(zh="考核总分", en="Assessment total")
    operands: dict[str, Traced] = {}
    terms = []
    for name, weight in made.weights.items():
        operands[name] = tracer.same(quantity, "assessment", name)
        operands[f"w_{name}"] = given(quantity, f"w_{name}", weight, place=origin.place)
        terms.append(f"w_{name} * {name}")
    text = " + ".join(terms)
    if made.bonus is not None and text:
        operands["bonus"] = tracer.same(quantity, "bonus", "bonus")
        text = f"min({text} + bonus, 100)"
    notes = [TraceNote.of("assessment_reason", reason=made.reason)] if made.reason else []
    has_total = made.total is not None
    return traced(
        quantity, names, EvaluatedCell.number(made.total),
        Calculation(text, operands) if has_total else None, unit="0-100", origins=(origin,),
        beside=() if has_total else tuple(operands.values()), notes=tuple(notes),
    )  # fmt: skip


def _comparable(
    tracer: Tracer, quantity: TracedQuantity, outcome: PlanOutcome, plan: Plan
) -> Traced:
    """The total by the parts that all compared types have, by their weights."""
    made = outcome.assessment
    origin = TraceOrigin(f"params/plans/{plan.id}.yml: assessment", "params")
    operands: dict[str, Traced] = {}
    for name, weight in made.comparable_weights.items():
        operands[name] = tracer.same(quantity, "assessment", name)
        operands[f"w_{name}"] = given(quantity, f"w_{name}", weight, place=origin.place)
    above = " + ".join(f"w_{name} * {name}" for name in made.comparable_weights)
    below = " + ".join(f"w_{name}" for name in made.comparable_weights)
    has_one = made.comparable is not None
    return traced(
        quantity, Named(zh="口径相近的总分", en="Total on similar parts"), EvaluatedCell.number(made.comparable),
        Calculation(f"({above}) / ({below})", operands) if has_one else None, unit="0-100",
        origins=(origin,), beside=() if has_one else tuple(operands.values()),
    )  # fmt: skip


def _part(
    tracer: Tracer, quantity: TracedQuantity, outcome: PlanOutcome, evaluation: TypeEvaluation
) -> Traced:
    """targets, index or measures as they enter the total."""
    value = outcome.assessment.parts[quantity.code]
    names = PART_NAMES[quantity.code]
    done = Calculation()
    if quantity.code == "targets":
        lines = [one for one in outcome.targets if one.scored and one.points is not None]
        operands = {
            f"t{i}": tracer.same(quantity, "target_part", f"{one.id}.points")
            for i, one in enumerate(lines, start=1)
        }
        mean = f"mean({', '.join(operands)})"
        done = Calculation(f"100 * min({mean}, 1)", operands) if operands else done
    elif quantity.code == "index":
        index = tracer.same(quantity, "index", evaluation.framework.index.code)
        scale = evaluation.framework.scale
        ends = {
            "floor": given(quantity, "floor", scale.floor),
            "top": given(quantity, "top", scale.top),
        }
        done = Calculation("100 * (index - floor) / (top - floor)", {"index": index, **ends})
    else:
        share = _share(quantity, outcome.measures)
        done = replace(share, arithmetic=f"100 * {share.arithmetic}")
    beside = ()
    if quantity.code == "measures":
        beside = tuple(tracer.same(quantity, "measure", line.id) for line in outcome.measures)  # type: ignore[assignment]
    return traced(
        quantity, names, EvaluatedCell.number(value), done if value is not None else None,
        unit="0-100", beside=beside,
    )  # fmt: skip


PART_NAMES: Mapping[str, Named] = {
    "targets": Named(zh="目标完成", en="Targets"),
    "index": Named(zh="评价指数", en="Index"),
    "measures": Named(zh="措施落实", en="Measures"),
}


def bonus(tracer: Tracer, quantity: TracedQuantity, evaluation: TypeEvaluation) -> Traced:
    """The extra points earned, at most as many as the plan allows."""
    outcome = tracer.outcome(quantity)
    made = outcome.assessment
    if made.bonus is None:
        raise UntraceableError(str(quantity))
    earned = {
        f"b{i}": given(quantity, line.id, line.points if line.status == "earned" else 0.0)
        for i, line in enumerate(made.bonus_lines, start=1)
    }
    most = given(quantity, "most", made.bonus_most)
    text = f"min(total({', '.join(earned)}), most)"
    names = Named(zh="加分", en="Extra points")
    done = Calculation(text, {**earned, "most": most})
    return traced(quantity, names, EvaluatedCell.number(made.bonus), done, unit="points")


def grade(tracer: Tracer, quantity: TracedQuantity, evaluation: TypeEvaluation) -> Traced:
    """The grade: the best band that the total reaches, the vetoes, and why it is provisional."""
    outcome = tracer.outcome(quantity)
    made, plan = outcome.assessment, outcome.plan
    if plan is None:
        raise UntraceableError(str(quantity))
    total = (tracer.same(quantity, "assessment", TOTAL),) if made.parts else ()
    vetoes = tuple(tracer.same(quantity, "veto", line.id) for line in made.vetoes)
    bands = ", ".join(f"{step.zh or step.en} ≥ {step.least:g}" for step in made.bands)
    notes = [TraceNote.of("bands", scale=made.scale, bands=bands)] if bands else []
    if made.reason:
        notes.append(TraceNote.of("assessment_reason", reason=made.reason))
    if made.provisional and not made.reason:
        notes.append(TraceNote.of("provisional"))
    names = Named(zh="考核等级", en="Grade")
    text = made.grade_zh or made.grade_en
    return Traced(
        quantity, names, text=text, state=State.PRESENT if text else State.NOT_COMPUTABLE,
        beside=(*total, *vetoes), notes=tuple(notes),
    )  # fmt: skip


def veto(tracer: Tracer, quantity: TracedQuantity, evaluation: TypeEvaluation) -> Traced:
    """A veto as on record, or a binding target that was not met."""
    outcome = tracer.outcome(quantity)
    line = next((v for v in outcome.assessment.vetoes if v.id == quantity.code), None)
    if line is None:
        raise UntraceableError(str(quantity))
    place = outcome.places.get(line.id, "")
    target_ = line.id.removeprefix("target_")
    is_target = line.id.startswith("target_") and any(t.id == target_ for t in outcome.targets)
    beside = [tracer.same(quantity, "target", target_)] if is_target else []
    notes = [TraceNote.of("evidence", text=line.document)] if line.document else []
    if line.sign is not None:
        years = [year for year in (quantity.year, line.sign.against_year) if year is not None]
        beside += [tracer.same(quantity, "indicator", line.sign.indicator, y) for y in years]
        against = line.sign.against if line.sign.against_year is None else line.sign.against_year
        shown = {True: "yes", False: "no", None: "cannot"}[line.sign.shown]
        condition = f"{line.sign.indicator} {line.sign.op} {against if against is not None else ''}"
        notes.append(TraceNote.of("veto_sign", condition=condition.strip(), shown=shown))
    return Traced(
        quantity, Named(zh=line.zh, en=line.en), text=line.status, beside=tuple(beside), notes=tuple(notes),
        origins=(TraceOrigin(place),) if place else (),
    )  # fmt: skip


# --- published standards -------------------------------------------------------------------------------


def standard(tracer: Tracer, quantity: TracedQuantity, evaluation: TypeEvaluation) -> Traced:
    """The verdict under a published standard, line by line."""
    for known, found in tracer.outcome(quantity).standards:
        if known.id == quantity.code:
            lines = tuple(
                tracer.same(quantity, "requirement", f"{known.id}.{one.id}") for one in found.lines
            )
            notes = (TraceNote.of("source", text=known.source, tag=known.tag),)
            origins = (TraceOrigin(f"params/standards/{known.id}.yml", "params"),)
            names = Named(zh=known.zh, en=known.en)
            return Traced(
                quantity, names, text=found.verdict, beside=lines, notes=notes, origins=origins
            )
    raise UntraceableError(str(quantity))


def requirement(tracer: Tracer, quantity: TracedQuantity, evaluation: TypeEvaluation) -> Traced:
    """One line of a standard; code ``standard.line``."""
    whole, _, id_ = quantity.code.rpartition(".")
    for known, found in tracer.outcome(quantity).standards:
        line = next((one for one in found.lines if known.id == whole and one.id == id_), None)
        if line is not None:
            kind: Kind = "indicator"
            value = tracer.same(quantity, kind, line.indicator)
            place, least = f"params/standards/{whole}.yml: {id_}", line.threshold
            beside: tuple[Traced, ...] = ()
            notes: tuple[TraceNote, ...] = ()
            if least is not None:
                beside = (given(quantity, "threshold", least, unit=line.unit, place=place),)
                notes = (TraceNote.of("requirement", op=line.op, threshold=least, tag=line.tag),)
            return traced(
                quantity, Named(zh=line.zh, en=line.en), EvaluatedCell.number(line.value),
                Calculation("x", {"x": value}) if line.value is not None else None,
                unit=line.unit, text=line.status, notes=notes, beside=beside,
            )  # fmt: skip
    raise UntraceableError(str(quantity))
