"""Targets, measures, standards and the grade followed back."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

from cescore.definitions.formula import parse
from cescore.definitions.model import Named, Plan, Target
from cescore.evaluation.tracing.trace import Kind, Origin, Quantity, Traced, TraceNote
from cescore.evaluation.tracing.tracer import (
    Calculation,
    Evaluated,
    PlanOutcome,
    Tracer,
    UntraceableError,
    given,
    traced,
)
from cescore.method.column import State
from cescore.method.evaluation import TypeEvaluation
from cescore.method.measures import INSPECTED, PARTIAL_SHARE, MeasureLine, share_done
from cescore.method.schedules import Clock, schedule
from cescore.method.targets import TargetLine, is_rise

TARGET_PARTS = (
    "actual", "completion", "due", "schedule_carbon", "schedule_log", "still_needed", "points",
    "elapsed", "implied_base", "pace_so_far", "pace_needed",
)  # fmt: skip
TOTAL = "total"


def target(tracer: Tracer, quantity: Quantity, evaluation: TypeEvaluation) -> Traced:
    """A target: what was reached, held against what is asked, with its light and points."""
    plan, aim, line = _target(tracer, quantity)
    names = Named(zh=line.zh, en=line.en)
    place = (Origin(f"params/plans/{plan.id}.yml: {line.id}", "params"),)
    found = Evaluated.number(line.actual)
    notes = [
        TraceNote.of("target", op=line.op, goal=line.value, unit=line.unit, role=line.role),
        TraceNote.of("source", text=aim.source, tag=aim.tag),
    ]
    if line.light:
        notes.append(TraceNote.of("light", light=line.light))
    if line.note:
        notes.append(TraceNote.of("target_note", note=line.note))
    parts = tuple(
        tracer.same(quantity, "target_part", f"{line.id}.{name}")
        for name in TARGET_PARTS
        if name != "actual" and _number(line, aim, plan, name, quantity.year) is not None
    )
    done, base = _actual(tracer, quantity, line, aim, plan, evaluation)
    if line.actual is None:
        return traced(
            quantity,
            names,
            found,
            unit=line.unit,
            beside=(*base, *parts),
            notes=tuple(notes),
            origins=place,
        )
    return traced(
        quantity, names, found, done, unit=line.unit, beside=parts, notes=tuple(notes),
        origins=place, text=line.light,
    )  # fmt: skip


def target_part(tracer: Tracer, quantity: Quantity, evaluation: TypeEvaluation) -> Traced:
    """One number of a target's line; code ``target.completion`` and the like."""
    whole, _, name = quantity.code.rpartition(".")
    plan, aim, line = _target(tracer, replace(quantity, code=whole))
    value = _number(line, aim, plan, name, quantity.year) if name in TARGET_PARTS else None
    if value is None:
        raise UntraceableError(str(quantity))
    unit, note = _unit(line, name), TraceNote.of(f"part_{name}")
    operands = _operands(tracer, quantity, line, aim, plan, name, evaluation)
    text = _formula(line, aim, name, _clock(plan, quantity.year))
    names = Named(zh=line.zh, en=line.en)
    if not text:
        return traced(
            quantity, names, Evaluated.number(value), unit=unit, beside=tuple(operands.values()),
            notes=(note, *_ladder(plan, name)),
        )  # fmt: skip
    return traced(
        quantity, names, Evaluated.number(value), Calculation(text, operands), unit=unit,
        notes=(note,),
    )  # fmt: skip


def _target(tracer: Tracer, quantity: Quantity) -> tuple[Plan, Target, TargetLine]:
    outcome = tracer.outcome(quantity)
    line = next((one for one in outcome.targets if one.id == quantity.code), None)
    if line is None or outcome.plan is None:
        raise UntraceableError(str(quantity))
    return outcome.plan, outcome.plan.targets[line.id], line


def _actual(
    tracer: Tracer,
    quantity: Quantity,
    line: TargetLine,
    aim: Target,
    plan: Plan,
    evaluation: TypeEvaluation,
) -> tuple[Calculation, tuple[Traced, ...]]:
    """What was reached, from the indicator of this year and of the base year."""
    if aim.indicator not in evaluation.framework.indicators:
        return Calculation(), ()
    level = tracer.same(quantity, "indicator", aim.indicator)
    if aim.type == "level":
        return Calculation("level", {"level": level}), (level,)
    base = tracer.same(quantity, "indicator", aim.indicator, plan.base_year)
    text = (
        "100 * (level / level_base - 1)"
        if is_rise(aim.type, aim.op)
        else "100 * (1 - level / level_base)"
    )
    return Calculation(text, {"level": level, "level_base": base}), (level, base)


def _number(line: TargetLine, aim: Target, plan: Plan, name: str, year: int) -> float | None:
    """A number of the line by its name."""
    if name == "due":
        if line.schedule_carbon is None or line.completion is None or not line.schedule_carbon:
            return None
        return schedule(_whole(line, aim), _clock(plan, year).elapsed)
    if name.startswith("pace_"):
        pace = line.pace
        return None if pace is None else (pace.so_far if name == "pace_so_far" else pace.needed)
    number: float | None = getattr(line, name)
    return number


def _whole(line: TargetLine, aim: Target) -> float:
    """R: the fall asked for as a fraction; a rise is a negative fall."""
    if aim.type == "level":
        base = line.base or math.nan
        return 1 - line.value / base
    return (-1 if is_rise(aim.type, aim.op) else 1) * line.value / 100


def _formula(line: TargetLine, aim: Target, name: str, clock: Clock) -> str:
    """What makes a number of the line, in the one language; "" where steps choose it."""
    has_change = aim.type != "level" or line.schedule_carbon is not None
    measure = line.pace.measure if line.pace is not None else ""
    since, left = max(clock.year - clock.base_year, 1), max(clock.years_left, 1)
    percent = measure == "percent"
    gap = line.pace is not None and bool(line.pace.needed)
    needed = (
        f"100 * ((goal_level / level) ** (1/{left}) - 1)"
        if percent
        else f"(goal_level - level) / {left}"
    )
    rise = f"((1 - whole) / (level / level_base)) ** (1/{left})"
    is_fall = _whole(line, aim) > 0
    texts = {
        "completion": "(1 - level / level_base) / whole"
        if has_change
        else "(level_base - level) / (level_base - goal)",
        "due": f"1 - (1 - whole) ** {clock.elapsed!r}",
        "schedule_carbon": "(1 - level / level_base) / due",
        "schedule_log": "log(level / level_base) / log(1 - whole)",
        "still_needed": f"100 * max({f'1 - {rise}' if is_fall else f'{rise} - 1'}, 0)",
        "elapsed": f"(year - base_year) / {clock.last_year - clock.base_year}",
        "pace_so_far": f"100 * ((level / level_base) ** (1/{since}) - 1)"
        if percent
        else f"(level - level_base) / {since}",
        "pace_needed": needed if gap else "",
    }
    return texts.get(name, "")


def _operands(
    tracer: Tracer,
    quantity: Quantity,
    line: TargetLine,
    aim: Target,
    plan: Plan,
    name: str,
    evaluation: TypeEvaluation,
) -> Mapping[str, Traced]:
    """What stands for the symbols of a part's formula."""
    if name == "points":
        key = "completion" if _clock(plan, quantity.year).is_over else "schedule_carbon"
        part = f"{line.id}.{key}"
        has_it = getattr(line, key) is not None
        return {key: tracer.same(quantity, "target_part", part)} if has_it else {}
    if name == "elapsed":
        return {
            "year": given(quantity, "year", float(quantity.year)),
            "base_year": given(quantity, "base_year", float(plan.base_year)),
        }
    _, ends = _actual(tracer, quantity, line, aim, plan, evaluation)
    place = f"params/plans/{plan.id}.yml: {line.id}"
    operands: dict[str, Traced] = {"level": ends[0]} if ends else {}
    if len(ends) > 1:
        operands["level_base"] = ends[1]
    elif ends:
        operands["level_base"] = tracer.same(quantity, "indicator", aim.indicator, plan.base_year)
    if name == "schedule_carbon":
        operands["due"] = tracer.same(quantity, "target_part", f"{line.id}.due")
    elif name in ("completion", "schedule_log", "due", "still_needed") and (
        aim.type != "level" or line.schedule_carbon is not None
    ):
        operands["whole"] = given(quantity, "whole", _whole(line, aim), unit="ratio", place=place)
    elif name == "pace_needed":
        operands["goal_level"] = given(
            quantity, "goal_level", _goal_level(line, aim), unit=line.level_unit, place=place
        )
    elif name == "completion":
        operands["goal"] = given(quantity, "goal", line.value, unit=line.unit, place=place)
    text = _formula(line, aim, name, _clock(plan, quantity.year))
    used = parse(text).names if text else tuple(operands)
    return {symbol: operand for symbol, operand in operands.items() if symbol in used}


def _clock(plan: Plan, year: int) -> Clock:
    return Clock(year, plan.base_year, plan.last_year)


def _goal_level(line: TargetLine, aim: Target) -> float:
    """The level asked for in the last year."""
    if aim.type == "level":
        return line.value
    sign = -1 if aim.type == "cumulative_reduction" else 1
    return (line.base or math.nan) * (1 + sign * line.value / 100)


def _unit(line: TargetLine, name: str) -> str:
    if name == "pace_so_far" or name == "pace_needed":
        return "%" if line.pace and line.pace.measure == "percent" else line.level_unit
    return {"actual": line.unit, "still_needed": "%", "implied_base": line.level_unit}.get(
        name, "ratio"
    )


def _ladder(plan: Plan, name: str) -> tuple[TraceNote, ...]:
    if name != "points" or not plan.assessment.ladder:
        return ()
    steps = ", ".join(f"{least:g} %: {share:g}" for least, share in plan.assessment.ladder)
    return (TraceNote.of("ladder", steps=steps),)


# --- measures ----------------------------------------------------------------------------------------


def measure(tracer: Tracer, quantity: Quantity, evaluation: TypeEvaluation) -> Traced:
    """A measure: the share of its inspected checks that is done, check by check."""
    line = _measure(tracer.outcome(quantity), quantity)
    value = share_done(line.counts)
    checks = tuple(tracer.same(quantity, "check", one["id"]) for one in line.checks)
    names = Named(zh=line.zh, en=line.en)
    done = _share(quantity, line.counts)
    return traced(
        quantity, names, Evaluated.number(value), done if value is not None else None,
        unit="ratio", beside=checks,
    )  # fmt: skip


def _share(quantity: Quantity, counts: Mapping[str, int]) -> Calculation:
    operands: dict[str, Traced] = {
        s: given(quantity, s, float(counts[s]), unit="count") for s in INSPECTED
    }
    text = f"(done + {PARTIAL_SHARE:g} * partial) / (done + partial + not_done)"
    return Calculation(text, operands)


def _measure(outcome: PlanOutcome, quantity: Quantity) -> MeasureLine:
    line = next((one for one in outcome.measures if one.id == quantity.code), None)
    if line is None:
        raise UntraceableError(str(quantity))
    return line


def check(tracer: Tracer, quantity: Quantity, evaluation: TypeEvaluation) -> Traced:
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
    if found["note"]:
        notes.append(TraceNote.of("check_note", note=found["note"]))
    return Traced(
        quantity,
        Named(zh=found["zh"], en=found["en"]),
        text=found["status"],
        origins=(Origin(place),) if place else (),
        notes=tuple(notes),
    )


# --- the assessment ----------------------------------------------------------------------------------


def assessment(tracer: Tracer, quantity: Quantity, evaluation: TypeEvaluation) -> Traced:
    """The total by its parts and their weights, a part by what it is the mean of."""
    outcome = tracer.outcome(quantity)
    made, plan = outcome.assessment, outcome.plan
    if plan is None:
        raise UntraceableError(str(quantity))
    if quantity.code == TOTAL:
        return _total(tracer, quantity, outcome, plan)
    if quantity.code not in made.parts:
        raise UntraceableError(str(quantity))
    return _part(tracer, quantity, outcome, evaluation)


def _total(tracer: Tracer, quantity: Quantity, outcome: PlanOutcome, plan: Plan) -> Traced:
    made = outcome.assessment
    origin = Origin(f"params/plans/{plan.id}.yml: assessment", "params")
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
        quantity, names, Evaluated.number(made.total),
        Calculation(text, operands) if has_total else None, unit="0-100", origins=(origin,),
        beside=() if has_total else tuple(operands.values()), notes=tuple(notes),
    )  # fmt: skip


def _part(
    tracer: Tracer, quantity: Quantity, outcome: PlanOutcome, evaluation: TypeEvaluation
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
        counts: dict[str, int] = {
            status: sum(line.counts[status] for line in outcome.measures) for status in INSPECTED
        }
        share = _share(quantity, counts)
        done = replace(share, arithmetic=f"100 * {share.arithmetic}")
    beside = ()
    if quantity.code == "measures":
        beside = tuple(tracer.same(quantity, "measure", line.id) for line in outcome.measures)  # type: ignore[assignment]
    return traced(
        quantity, names, Evaluated.number(value), done if value is not None else None,
        unit="0-100", beside=beside,
    )  # fmt: skip


PART_NAMES: Mapping[str, Named] = {
    "targets": Named(zh="目标完成", en="Targets"),
    "index": Named(zh="评价指数", en="Index"),
    "measures": Named(zh="措施落实", en="Measures"),
}


def bonus(tracer: Tracer, quantity: Quantity, evaluation: TypeEvaluation) -> Traced:
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
    return traced(quantity, names, Evaluated.number(made.bonus), done, unit="points")


def grade(tracer: Tracer, quantity: Quantity, evaluation: TypeEvaluation) -> Traced:
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


def veto(tracer: Tracer, quantity: Quantity, evaluation: TypeEvaluation) -> Traced:
    """A veto as on record, or a binding target that was not met."""
    outcome = tracer.outcome(quantity)
    line = next((v for v in outcome.assessment.vetoes if v.id == quantity.code), None)
    if line is None:
        raise UntraceableError(str(quantity))
    place = outcome.places.get(line.id, "")
    target_ = line.id.removeprefix("target_")
    is_target = line.id.startswith("target_") and any(t.id == target_ for t in outcome.targets)
    beside = (tracer.same(quantity, "target", target_),) if is_target else ()
    notes = (TraceNote.of("evidence", text=line.document),) if line.document else ()
    return Traced(
        quantity, Named(zh=line.zh, en=line.en), text=line.status, beside=beside, notes=notes,
        origins=(Origin(place),) if place else (),
    )  # fmt: skip


# --- published standards -------------------------------------------------------------------------------


def standard(tracer: Tracer, quantity: Quantity, evaluation: TypeEvaluation) -> Traced:
    """The verdict under a published standard, line by line."""
    for known, found in tracer.outcome(quantity).standards:
        if known.id == quantity.code:
            lines = tuple(
                tracer.same(quantity, "requirement", f"{known.id}.{one.id}") for one in found.lines
            )
            notes = (TraceNote.of("source", text=known.source, tag=known.tag),)
            origins = (Origin(f"params/standards/{known.id}.yml", "params"),)
            names = Named(zh=known.zh, en=known.en)
            return Traced(
                quantity, names, text=found.verdict, beside=lines, notes=notes, origins=origins
            )
    raise UntraceableError(str(quantity))


def requirement(tracer: Tracer, quantity: Quantity, evaluation: TypeEvaluation) -> Traced:
    """One line of a standard; code ``standard.line``."""
    whole, _, id_ = quantity.code.rpartition(".")
    for known, found in tracer.outcome(quantity).standards:
        line = next((one for one in found.lines if known.id == whole and one.id == id_), None)
        if line is not None:
            kind: Kind = "indicator"
            value = tracer.same(quantity, kind, line.indicator)
            threshold = given(
                quantity,
                "threshold",
                line.threshold,
                unit=line.unit,
                place=f"params/standards/{whole}.yml: {id_}",
            )
            note = TraceNote.of("requirement", op=line.op, threshold=line.threshold, tag=line.tag)
            return traced(
                quantity, Named(zh=line.zh, en=line.en), Evaluated.number(line.value),
                Calculation("x", {"x": value}) if line.value is not None else None,
                unit=line.unit, text=line.status, notes=(note,), beside=(threshold,),
            )  # fmt: skip
    raise UntraceableError(str(quantity))
