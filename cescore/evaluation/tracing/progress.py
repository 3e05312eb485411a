"""The progress index followed back: each member against its own base year, groups, index."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cescore.definitions.model import Named, Progress
from cescore.evaluation.tracing.trace import Traced, TracedQuantity, TraceNote, TraceOrigin
from cescore.evaluation.tracing.tracer import (
    Calculation,
    EvaluatedCell,
    Tracer,
    UntraceableError,
    symbols,
    traced,
)
from cescore.method.column import Column
from cescore.method.index.evaluation import TypeEvaluation
from cescore.method.index.written import mean_written
from cescore.method.thresholds import at_least


def progress_index(tracer: Tracer, quantity: TracedQuantity, evaluation: TypeEvaluation) -> Traced:
    """The mean of its groups that have a value [base year = 100]."""
    known = _progress(quantity, evaluation)
    members = [(g.code, g.weight) for g in known.groups]
    traces = {g: tracer.same(quantity, "progress_group", f"{known.code}.{g}") for g, _ in members}
    names = Named(zh=known.zh, en=known.en)
    column = evaluation.progress.index
    return _mean(
        tracer, quantity, names, column, known.aggregation, 1.0, members, traces, evaluation
    )


def progress_group(tracer: Tracer, quantity: TracedQuantity, evaluation: TypeEvaluation) -> Traced:
    """The mean of a group's members that have a ratio; code ``index.group``."""
    known = _progress(quantity, evaluation)
    code = quantity.code.partition(".")[2]
    group = next((g for g in known.groups if g.code == code), None)
    if group is None:
        raise UntraceableError(str(quantity))
    members = list(known.members.get(code, {}).items())
    traces = {
        m: tracer.same(quantity, "progress_member", f"{quantity.code}.{m}") for m, _ in members
    }
    names = Named(zh=group.zh, en=group.en)
    column = evaluation.progress.groups.column(code)
    return _mean(
        tracer, quantity, names, column, group.aggregation, group.power, members, traces, evaluation
    )


def progress_member(tracer: Tracer, quantity: TracedQuantity, evaluation: TypeEvaluation) -> Traced:
    """x_t / x_0 · 100, or x_0 / x_t · 100 where less is better; code ``index.group.indicator``."""
    known = _progress(quantity, evaluation)
    code = quantity.code.split(".")[-1]
    indicator = evaluation.framework.indicators.get(code)
    if indicator is None or code not in evaluation.progress.members.columns:
        raise UntraceableError(str(quantity))
    found = EvaluatedCell.at(evaluation.progress.members.column(code), evaluation.panel, quantity)
    now = tracer.same(quantity, "indicator", code)
    base = tracer.same(quantity, "indicator", code, evaluation.base_year)
    notes = [TraceNote.of("progress", base_year=evaluation.base_year)]
    floor = known.base_floor.get(code)
    text = "100 * x / x_base" if indicator.direction == 1 else "100 * x_base / x"
    if floor is not None:
        from_floor = known.below_base_floor == "measure_from_floor"
        notes.append(
            TraceNote.of("measured_from_floor" if from_floor else "base_floor", floor=floor)
        )
        if from_floor and base.value is not None and not at_least(base.value, floor):
            text = f"100 + 100 * (x - x_base) / {floor:g}"
    operands = {"x": now, "x_base": base}
    names = Named(zh=indicator.zh, en=indicator.en)
    if found.value is None:  # a base of 0 or less, or below its floor: no ratio
        return traced(
            quantity, names, found, unit=_unit(evaluation), beside=(now, base), notes=tuple(notes)
        )
    done = Calculation(text, operands)
    return traced(quantity, names, found, done, unit=_unit(evaluation), notes=tuple(notes))


def _mean(
    tracer: Tracer,
    quantity: TracedQuantity,
    names: Named,
    column: Column,
    method: str,
    power: float,
    members: Sequence[tuple[str, float]],
    traces: Mapping[str, Traced],
    evaluation: TypeEvaluation,
) -> Traced:
    """A mean over the members with a value, those without one beside it."""
    found = EvaluatedCell.at(column, evaluation.panel, quantity)
    inside = [(m, w) for m, w in members if traces[m].value is not None]
    symbol = symbols(m for m, _ in inside)
    text = ""
    if found.value is not None:
        text = mean_written(
            method, power, [(symbol[m], w, traces[m].value or 0.0) for m, w in inside]
        )
    operands = {symbol[m]: traces[m] for m, w in inside if w > 0} if text not in ("", "0") else {}
    beside = tuple(t for t in traces.values() if t not in operands.values())
    notes = [TraceNote.of("aggregation", method=method, power=power)]
    out = [m for m, _ in members if traces[m].value is None]
    if out:
        notes.append(TraceNote.of("left_out", codes=", ".join(out)))
    place = tracer.world.params(evaluation.framework.entity_type, quantity.code.split(".")[0])
    return traced(
        quantity, names, found, Calculation(text, operands), unit=_unit(evaluation),
        beside=beside, notes=tuple(notes), origins=(TraceOrigin(place, "params"),),
    )  # fmt: skip


def _progress(quantity: TracedQuantity, evaluation: TypeEvaluation) -> Progress:
    known = evaluation.framework.progress
    if known is None or quantity.code.split(".")[0] != known.code:
        raise UntraceableError(str(quantity))
    return known


def _unit(evaluation: TypeEvaluation) -> str:
    return f"{evaluation.base_year}=100"
