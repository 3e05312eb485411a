"""What stands behind an index followed back: weights, contributions, and its change since last year."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from cescore.definitions.model import Named
from cescore.evaluation.tracing.trace import Kind, Quantity, Traced, TraceNote
from cescore.evaluation.tracing.tracer import (
    Calculation,
    Evaluated,
    Tracer,
    UntraceableError,
    given,
    traced,
)
from cescore.method.contributions import Decomposition
from cescore.method.evaluation import TypeEvaluation
from cescore.method.weight import shares

PROGRESS = "progress_"
PART_OF: Mapping[str, str] = {
    "weight": "weights",
    "contribution": "contributions",
    "contribution_to_change": "changes",
    "contribution_to_change_by_weight": "by_weight",
}


def change(tracer: Tracer, quantity: Quantity, evaluation: TypeEvaluation) -> Traced:
    """The change of any quantity with a number since the year before; code ``kind:code``."""
    kind, _, code = quantity.code.partition(":")
    now = tracer.same(quantity, kind, code)  # type: ignore[arg-type]
    before = tracer.same(quantity, kind, code, quantity.year - 1)  # type: ignore[arg-type]
    operands = {"now": now, "before": before}
    is_known = now.value is not None and before.value is not None
    value = now.value - before.value if now.value is not None and before.value is not None else None
    done = Calculation("now - before", operands) if is_known else None
    beside = () if is_known else (now, before)
    return traced(quantity, now.names, Evaluated.number(value), done, unit=now.unit, beside=beside)


def part(tracer: Tracer, quantity: Quantity, evaluation: TypeEvaluation) -> Traced:
    """A weight, a contribution, or one to the change, of an indicator (or of group.indicator)."""
    is_progress = quantity.kind.startswith(PROGRESS)
    kind = quantity.kind.removeprefix(PROGRESS)
    found = evaluation.progress_decomposition if is_progress else evaluation.decomposition
    parts = getattr(found, PART_OF[kind]) if found is not None else {}
    if quantity.code not in parts or quantity.year != evaluation.run_year:
        raise UntraceableError(str(quantity))
    number = float(parts[quantity.code][evaluation.panel.row(quantity.entity_id)])
    value = Evaluated.number(None if number != number else number)
    unit = "ratio" if kind == "weight" else "points"
    whole = traced(quantity, _names(quantity, evaluation), value, unit=unit)
    if value.value is None:
        return whole
    if kind == "weight":
        return _weight(tracer, whole, evaluation, is_progress)
    if kind == "contribution":
        return _contribution(tracer, whole, found, is_progress)
    return replace(whole, notes=(TraceNote.of("split_of_change"),))


def _names(quantity: Quantity, evaluation: TypeEvaluation) -> Named:
    known = evaluation.framework.indicators.get(quantity.code.split(".")[-1])
    return Named(zh=known.zh, en=known.en) if known is not None else Named()


def _weight(tracer: Tracer, trace: Traced, evaluation: TypeEvaluation, is_progress: bool) -> Traced:
    """An effective weight: its share of its group times those of the groups around it."""
    if is_progress:
        return trace
    quantity, framework = trace.quantity, evaluation.framework
    at = evaluation.panel.row(quantity.entity_id), evaluation.panel.years.index(quantity.year)
    share = shares(framework, evaluation.scored.active)
    path = [quantity.code]
    around = framework.indicators[quantity.code].group
    while around:
        path.append(around)
        around = framework.groups[around].parent
    operands = {
        f"share_{i}": given(trace.quantity, f"share:{code}", float(share[code][at]))
        for i, code in enumerate(path)
    }
    done = Calculation(" * ".join(operands), operands)
    notes = (TraceNote.of("shares", codes=" < ".join(path)),)
    found = Evaluated(trace.value, trace.state, trace.flags)
    return traced(quantity, trace.names, found, done, unit=trace.unit, notes=notes)


def _contribution(
    tracer: Tracer, trace: Traced, found: Decomposition | None, is_progress: bool
) -> Traced:
    """What an indicator adds: weight times score where every mean above it is arithmetic."""
    quantity = trace.quantity
    kind: Kind = "progress_weight" if is_progress else "weight"
    weight = tracer.same(quantity, kind, quantity.code)
    if is_progress:
        framework = tracer.world.evaluation(quantity.entity_id)
        progress = framework.framework.progress if framework is not None else None
        code = f"{progress.code}.{quantity.code}" if progress is not None else quantity.code
        score = tracer.same(quantity, "progress_member", code)
    else:
        score = tracer.same(quantity, "score", quantity.code)
    done = Calculation("weight * score", {"weight": weight, "score": score})
    value = Evaluated(trace.value, trace.state, trace.flags)
    made = traced(quantity, trace.names, value, done, unit=trace.unit)
    if made.agrees:
        return made
    return replace(trace, beside=(weight, score), notes=(TraceNote.of("split_of_index"),))
