"""Targets of the plan followed back: level and base year, completion, schedule, points."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

from cescore.definitions.formulas.formula import parse
from cescore.definitions.model import Named, Plan, Target
from cescore.evaluation.tracing.trace import Traced, TracedQuantity, TraceNote, TraceOrigin
from cescore.evaluation.tracing.tracer import (
    Calculation,
    EvaluatedCell,
    Tracer,
    UntraceableError,
    given,
    traced,
)
from cescore.method.grading.schedules import Clock, schedule
from cescore.method.grading.targets import TargetLine, is_rise
from cescore.method.index.evaluation import TypeEvaluation

TARGET_PARTS = (
    "actual", "completion", "due", "schedule_carbon", "schedule_log", "still_needed", "counted", "points",
    "elapsed", "implied_base", "pace_so_far", "pace_needed",
)  # fmt: skip

# what the ladder turns into points, by `TargetLine.counted_by`
COUNTED_FORMULAS: Mapping[str, str] = {
    "whole": "completion",
    "schedule": "schedule_carbon",
    "steps": "completion / elapsed",
}
HELD_FORMULAS: Mapping[str, str] = {  # by what the target asks
    ">=": "1 - max(goal - level, 0) / abs(goal)",
    "<=": "1 - max(level - goal, 0) / abs(goal)",
}


def target(tracer: Tracer, quantity: TracedQuantity, evaluation: TypeEvaluation) -> Traced:
    """A target: what was reached, held against what is asked, with its light and points."""
    plan, aim, line = _target(tracer, quantity)
    names = Named(zh=line.zh, en=line.en)
    place = (TraceOrigin(f"params/plans/{plan.id}.yml: {line.id}", "params"),)
    found = EvaluatedCell.number(line.actual)
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
        for name in parts_of(plan, line, quantity.year)
        if name != "actual"
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


def parts_of(plan: Plan, line: TargetLine, year: int) -> tuple[str, ...]:
    """The numbers of a target's line that have a value in a year."""
    aim = plan.targets[line.id]
    return tuple(n for n in TARGET_PARTS if _number(line, aim, plan, n, year) is not None)


def target_part(tracer: Tracer, quantity: TracedQuantity, evaluation: TypeEvaluation) -> Traced:
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
            quantity, names, EvaluatedCell.number(value), unit=unit, beside=tuple(operands.values()),
            notes=(note, *_ladder(plan, name)),
        )  # fmt: skip
    return traced(
        quantity, names, EvaluatedCell.number(value), Calculation(text, operands), unit=unit,
        notes=(note,),
    )  # fmt: skip


def _target(tracer: Tracer, quantity: TracedQuantity) -> tuple[Plan, Target, TargetLine]:
    outcome = tracer.outcome(quantity)
    line = next((one for one in outcome.targets if one.id == quantity.code), None)
    if line is None or outcome.plan is None:
        raise UntraceableError(str(quantity))
    return outcome.plan, outcome.plan.targets[line.id], line


def _actual(
    tracer: Tracer,
    quantity: TracedQuantity,
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
        "counted": _counted_formula(line),
        "pace_so_far": f"100 * ((level / level_base) ** (1/{since}) - 1)"
        if percent
        else f"(level - level_base) / {since}",
        "pace_needed": needed if gap else "",
    }
    return texts.get(name, "")


def _counted_formula(line: TargetLine) -> str:
    """What makes the share that the ladder turns into points; "" of a target met or not met."""
    if line.counted_by == "held":
        return HELD_FORMULAS[line.op]
    return COUNTED_FORMULAS.get(line.counted_by, "")


def _operands(
    tracer: Tracer,
    quantity: TracedQuantity,
    line: TargetLine,
    aim: Target,
    plan: Plan,
    name: str,
    evaluation: TypeEvaluation,
) -> Mapping[str, Traced]:
    """What stands for the symbols of a part's formula."""
    if name == "points":
        part = tracer.same(quantity, "target_part", f"{line.id}.counted")
        return {"counted": part} if line.counted is not None else {}
    if name == "counted" and line.counted_by != "held":
        text = _counted_formula(line)
        parts = parse(text).names if text else ()
        return {part: tracer.same(quantity, "target_part", f"{line.id}.{part}") for part in parts}
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
    elif name == "completion" or name == "counted":
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
    return (TraceNote.of(f"ladder_{plan.assessment.ladder_form}", steps=steps),)
