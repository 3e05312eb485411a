"""What stands behind an index followed back: weights, contributions, and its change since last year."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from cescore.definitions.model import Named
from cescore.evaluation.tracing.trace import Kind, Traced, TracedQuantity, TraceNote
from cescore.evaluation.tracing.tracer import (
    Calculation,
    EvaluatedCell,
    Tracer,
    UntraceableError,
    given,
    symbols,
    traced,
)
from cescore.method.index.contributions import Decomposition
from cescore.method.index.evaluation import TypeEvaluation
from cescore.method.index.mean_tree import index_tree
from cescore.method.index.rooms import rooms
from cescore.method.index.weight import shares

PROGRESS = "progress_"
PART_OF: Mapping[str, str] = {
    "weight": "weights",
    "contribution": "contributions",
    "contribution_to_change": "changes",
    "contribution_to_change_by_weight": "by_weight",
}


def change(tracer: Tracer, quantity: TracedQuantity, evaluation: TypeEvaluation) -> Traced:
    """The change of any quantity with a number since the year before; code ``kind:code``."""
    kind, _, code = quantity.code.partition(":")
    now = tracer.same(quantity, kind, code)  # type: ignore[arg-type]
    before = tracer.same(quantity, kind, code, quantity.year - 1)  # type: ignore[arg-type]
    operands = {"now": now, "before": before}
    is_known = now.value is not None and before.value is not None
    value = now.value - before.value if now.value is not None and before.value is not None else None
    done = Calculation("now - before", operands) if is_known else None
    beside = () if is_known else (now, before)
    return traced(
        quantity, now.names, EvaluatedCell.number(value), done, unit=now.unit, beside=beside
    )


def relative_change(tracer: Tracer, quantity: TracedQuantity, evaluation: TypeEvaluation) -> Traced:
    """The change since the year before in per cent of that year's value; code ``kind:code``."""
    absolute = change(tracer, quantity, evaluation)
    now, before = absolute.below
    value = None
    if now.value is not None and before.value is not None and before.value > 0:
        value = (now.value / before.value - 1) * 100
    done = Calculation("100 * (now / before - 1)", {"now": now, "before": before})
    found = EvaluatedCell.number(value)
    if value is None:
        return traced(quantity, now.names, found, unit="%", beside=(now, before))
    return traced(quantity, now.names, found, done, unit="%")


def room(tracer: Tracer, quantity: TracedQuantity, evaluation: TypeEvaluation) -> Traced:
    """What the index gains if one score stood at the top of the scale (`method.rooms`)."""
    if quantity.year != evaluation.run_year:
        raise UntraceableError(str(quantity))
    tree = index_tree(evaluation.scored, evaluation.aggregation, evaluation.framework)
    top = evaluation.framework.scale.top
    found = rooms(tree, quantity.year, top)
    if quantity.code not in found:
        raise UntraceableError(str(quantity))
    number = float(found[quantity.code][evaluation.panel.row(quantity.entity_id)])
    value = EvaluatedCell.number(None if number != number else number)
    names = _names(quantity, evaluation)
    if value.value is None or quantity.code in evaluation.framework.groups:
        return traced(quantity, names, value, unit="points")
    weight = tracer.same(quantity, "weight", quantity.code)
    score = tracer.same(quantity, "score", quantity.code)
    operands = {"weight": weight, "top": given(quantity, "top", top), "score": score}
    done = Calculation("weight * (top - score)", operands)
    made = traced(quantity, names, value, done, unit="points")
    if made.agrees:
        return made
    return replace(made, arithmetic="", operands={}, computed=None, beside=(weight, score))


def part(tracer: Tracer, quantity: TracedQuantity, evaluation: TypeEvaluation) -> Traced:
    """A weight, a contribution, or one to the change, of an indicator (or of group.indicator)."""
    is_progress = quantity.kind.startswith(PROGRESS)
    kind = quantity.kind.removeprefix(PROGRESS)
    found = evaluation.progress_decomposition if is_progress else evaluation.decomposition
    parts = getattr(found, PART_OF[kind]) if found is not None else {}
    inside = _inside(quantity, evaluation, is_progress)
    if inside and quantity.year == evaluation.run_year:
        return _of_group(tracer, quantity, inside, evaluation)
    if quantity.code not in parts or quantity.year != evaluation.run_year:
        raise UntraceableError(str(quantity))
    number = float(parts[quantity.code][evaluation.panel.row(quantity.entity_id)])
    value = EvaluatedCell.number(None if number != number else number)
    unit = "ratio" if kind == "weight" else "points"
    whole = traced(quantity, _names(quantity, evaluation), value, unit=unit)
    if value.value is None:
        return whole
    if kind == "weight":
        return _weight(tracer, whole, evaluation, is_progress)
    if kind == "contribution":
        return _contribution(tracer, whole, found, is_progress)
    return replace(whole, notes=(TraceNote.of("split_of_change"),))


def _inside(
    quantity: TracedQuantity, evaluation: TypeEvaluation, is_progress: bool
) -> tuple[str, ...]:
    """The codes directly below a group; of the progress index ``group.indicator``."""
    framework, code = evaluation.framework, quantity.code
    if not is_progress:
        members = framework.members(code) if code in framework.groups else ()
        return tuple(member for member, weight in members if weight > 0)
    members_of = framework.progress.members if framework.progress is not None else {}
    return tuple(f"{code}.{member}" for member in members_of.get(code, {}))


def _of_group(
    tracer: Tracer, quantity: TracedQuantity, inside: tuple[str, ...], evaluation: TypeEvaluation
) -> Traced:
    """A weight or contribution of a group: the sum of those of what is in it."""
    symbol = symbols(inside)
    operands = {symbol[code]: tracer.same(quantity, quantity.kind, code) for code in inside}
    known = evaluation.framework.groups.get(quantity.code)
    names = Named(zh=known.zh, en=known.en) if known is not None else Named()
    values = [t.value for t in operands.values()]
    unit = next(iter(operands.values())).unit
    if any(value is None for value in values):
        return traced(
            quantity, names, EvaluatedCell.number(None), unit=unit, beside=tuple(operands.values())
        )
    total = float(sum(value for value in values if value is not None))
    done = Calculation(" + ".join(operands), operands)
    return traced(quantity, names, EvaluatedCell.number(total), done, unit=unit)


def _names(quantity: TracedQuantity, evaluation: TypeEvaluation) -> Named:
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
    found = EvaluatedCell(trace.value, trace.state, trace.flags)
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
    value = EvaluatedCell(trace.value, trace.state, trace.flags)
    made = traced(quantity, trace.names, value, done, unit=trace.unit)
    if made.agrees:
        return made
    return replace(trace, beside=(weight, score), notes=(TraceNote.of("split_of_index"),))
