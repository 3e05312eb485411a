"""Groups and indices followed back: members, the weights they have, what was left out and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from cescore.definitions.model import AMONG_ALL, Named
from cescore.evaluation.tracing.trace import Kind, Traced, TracedQuantity, TraceNote, TraceOrigin
from cescore.evaluation.tracing.tracer import (
    Calculation,
    EvaluatedCell,
    Tracer,
    UntraceableError,
    symbols,
    traced,
)
from cescore.method.index.aggregate import method_named
from cescore.method.index.coverage import covers_enough
from cescore.method.index.evaluation import TypeEvaluation
from cescore.method.index.weight import active_members
from cescore.method.index.written import mean_written


def group(tracer: Tracer, quantity: TracedQuantity, evaluation: TypeEvaluation) -> Traced:
    """A group's score by its own mean over the members that take part."""
    known = evaluation.framework.groups.get(quantity.code)
    if known is None:
        raise UntraceableError(str(quantity))
    found = EvaluatedCell.at(
        evaluation.aggregation.groups.column(known.code), evaluation.panel, quantity
    )
    return _whole(tracer, quantity, Named(zh=known.zh, en=known.en), found, evaluation)


def index(tracer: Tracer, quantity: TracedQuantity, evaluation: TypeEvaluation) -> Traced:
    """The index, with the share of its weight that has a value."""
    known = evaluation.framework.index
    if quantity.code != known.code:
        raise UntraceableError(str(quantity))
    found = EvaluatedCell.at(evaluation.aggregation.index, evaluation.panel, quantity)
    return _whole(tracer, quantity, Named(zh=known.zh, en=known.en), found, evaluation)


def coverage(tracer: Tracer, quantity: TracedQuantity, evaluation: TypeEvaluation) -> Traced:
    """The share of the weight that applies and has a value; what it lacks stands beside it."""
    at = _place(quantity, evaluation)
    share = float(evaluation.aggregation.coverage[at])
    lacking = [
        tracer.same(quantity, "score", i.code)
        for i in evaluation.framework.scored()
        if not evaluation.scored.covered[i.code][at] and evaluation.scored.applies[i.code][at]
    ]
    names = Named(zh="权重覆盖率", en="Coverage of the weight")
    return traced(quantity, names, EvaluatedCell.number(share), unit="ratio", beside=tuple(lacking))


def _whole(
    tracer: Tracer,
    quantity: TracedQuantity,
    names: Named,
    found: EvaluatedCell,
    evaluation: TypeEvaluation,
) -> Traced:
    """A group or the index: a mean written out with the weights of those that take part."""
    framework, scale = evaluation.framework, evaluation.framework.scale
    code = quantity.code if quantity.kind == "group" else ""
    unit = f"{scale.floor:g}-{scale.top:g}"
    origin = TraceOrigin(tracer.world.params(framework.entity_type, quantity.code), "params")
    if quantity.year not in evaluation.panel.years:
        return traced(quantity, names, found, unit=unit, origins=(origin,))
    at = _place(quantity, evaluation)
    taking = active_members(framework, evaluation.scored.counted, evaluation.scored.too_few)
    given = framework.members(code)
    used = [(m, w) for m, w in given if w > 0] or list(given)
    inside = [(m, w) for m, w in used if taking[m][at]]
    traces = {m: _member(tracer, quantity, m, evaluation) for m, _ in used}
    method, power = framework.mean_of(code)
    left_out = tuple(traces[m] for m, _ in used if (m not in dict(inside)))
    notes = [TraceNote.of("aggregation", method=method, power=power)]
    if left_out:
        left = ", ".join(t.quantity.code for t in left_out)
        notes.append(TraceNote.of("left_out", codes=left))
    short = evaluation.scored.too_few.get(code)
    if short is not None and short[at]:
        notes.append(TraceNote.of("too_few_members"))
    if not code:
        share = float(evaluation.aggregation.coverage[at])
        least = framework.missing.min_weight_covered
        is_enough = covers_enough(share, framework.missing)
        key = "covered" if is_enough else "covered_too_little"
        notes.append(TraceNote.of(key, share=share, least=least))
    if method in AMONG_ALL:
        n = int(evaluation.in_reference_set[:, at[1]].sum())
        is_whole = len(evaluation.panel.entities) > 1
        compared = TraceNote.of("among_all", method=method, n=n)
        notes.append(compared if is_whole else TraceNote.of("group_released"))
        return traced(
            quantity, names, found, unit=unit, beside=tuple(traces.values()), notes=tuple(notes),
            origins=(origin,),
        )  # fmt: skip
    done = (
        _mean(method, power, inside, traces, evaluation)
        if found.value is not None
        else Calculation()
    )
    beside = left_out if done.arithmetic not in ("", "0") else tuple(traces.values())
    return traced(
        quantity, names, found, done, unit=unit, beside=beside, notes=tuple(notes),
        origins=(origin,),
    )  # fmt: skip


def _mean(
    method: str,
    power: float,
    inside: Sequence[tuple[str, float]],
    traces: Mapping[str, Traced],
    evaluation: TypeEvaluation,
) -> Calculation:
    """A mean written out; where it is too long to be written, the mean of the operands itself."""
    symbol = symbols(m for m, _ in inside)
    values = [np.nan if (v := traces[m].value) is None else v for m, _ in inside]
    members = [(symbol[m], w, v) for (m, w), v in zip(inside, values, strict=True)]
    text = mean_written(method, power, members)
    operands = {} if text == "0" else {symbol[m]: traces[m] for m, w in inside if w > 0}

    def itself() -> float | None:
        mean = method_named(method, power, evaluation.framework.scale)
        result = float(mean([np.array(v) for v in values], [np.array(w) for _, w in inside]))
        return result if np.isfinite(result) else None

    return Calculation(text, operands, otherwise=itself)


def _member(
    tracer: Tracer, quantity: TracedQuantity, code: str, evaluation: TypeEvaluation
) -> Traced:
    kind: Kind = "group" if code in evaluation.framework.groups else "score"
    return tracer.same(quantity, kind, code)


def _place(quantity: TracedQuantity, evaluation: TypeEvaluation) -> tuple[int, int]:
    panel = evaluation.panel
    if quantity.year not in panel.years:
        raise UntraceableError(str(quantity))
    return panel.row(quantity.entity_id), panel.years.index(quantity.year)
