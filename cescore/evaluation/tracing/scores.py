"""Scores followed back: the value prepared, the method with its numbers, the missing-data rule."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from cescore.definitions.formulas.formula import parse
from cescore.definitions.model import Indicator, Named
from cescore.evaluation.tracing.trace import Traced, TracedQuantity, TraceNote, TraceOrigin
from cescore.evaluation.tracing.tracer import (
    Calculation,
    EvaluatedCell,
    Tracer,
    UntraceableError,
    given,
    traced,
)
from cescore.method.index.evaluation import TypeEvaluation
from cescore.method.index.fitting import method_of
from cescore.method.index.normalisations import BY_CONSTANTS, BY_ORDER, ON_ENDS
from cescore.method.index.normalise import ends_in
from cescore.method.index.preparing import prepare
from cescore.method.index.written import (
    WrittenMethod,
    by_constants_written,
    by_order_written,
    on_ends_written,
    standing,
    treated_written,
)


def treated(tracer: Tracer, quantity: TracedQuantity, evaluation: TypeEvaluation) -> Traced:
    """An indicator's value as it is scored: a gap filled, or an outlier treated, with the constants."""
    known, own = _scored(quantity, evaluation), tracer.same(quantity, "indicator", quantity.code)
    framework, found = evaluation.framework, _prepared(quantity, evaluation)
    names, n = Named(zh=known.zh, en=known.en), _compared(evaluation, quantity.year)
    learnt = evaluation.fitted.constants.get(known.code, {}).get(quantity.year, {})
    if own.value is None:
        rule = framework.imputation_of(known)
        notes = (TraceNote.of("imputed", method=rule.method, by=rule.by, n=n),)
        return traced(quantity, names, found, unit=known.unit, beside=(own,), notes=notes)
    treatment = framework.treatment_of(known)
    text = treated_written(treatment, learnt)
    operands = {"x": own} | {
        name: given(quantity, name, float(learnt[name]), unit=known.unit)
        for name in symbols_in(text)
        if name != "x"
    }
    how = "winsorise" if "win_low" in learnt else treatment.then
    notes = (TraceNote.of("treated", method=how, n=n),)
    done = Calculation(text, operands)
    return traced(quantity, names, found, done, unit=known.unit, notes=notes)


def score(tracer: Tracer, quantity: TracedQuantity, evaluation: TypeEvaluation) -> Traced:
    """A score by its method, goalposts or learnt constants; or what the missing-data rule gave."""
    known, framework = _scored(quantity, evaluation), evaluation.framework
    scale = framework.scale
    unit = f"{scale.floor:g}-{scale.top:g}"
    found = EvaluatedCell.at(
        evaluation.scored.scores.column(known.code), evaluation.panel, quantity
    )
    own = tracer.same(quantity, "indicator", known.code)
    names, panel = Named(zh=known.zh, en=known.en), evaluation.panel
    if quantity.year not in panel.years:
        return traced(quantity, names, found, unit=unit)
    at = (panel.row(quantity.entity_id), panel.years.index(quantity.year))
    method = method_of(known, framework)
    origin = TraceOrigin(tracer.world.params(framework.entity_type, known.code), "params")
    released = evaluation.fitted.released_scores.get(known.code, {}).get(quantity.year)
    if released is not None:
        note = TraceNote.of("score_released", method=method)
        return traced(quantity, names, found, unit=unit, beside=(own,), notes=(note,))
    reason = str(evaluation.scored.reason[known.code][at])
    if reason:
        rule = str(evaluation.scored.rule[known.code][at])
        note = TraceNote.of("missing_rule", reason=reason, rule=rule)
        done = None
        if rule == "floor":
            floor = given(quantity, "floor", scale.floor, place=origin.place)
            done = Calculation("floor", {"floor": floor})
        return traced(
            quantity, names, found, done, unit=unit, beside=(own,), notes=(note,), origins=(origin,)
        )
    written, notes = _written(known, quantity, evaluation)
    operands: dict[str, Traced] = {}
    if "x" in symbols_in(written.text):
        operands["x"] = _value_scored(tracer, quantity, evaluation, own)
    operands |= {
        name: given(quantity, name, value, unit=_unit_of(name, known), place=origin.place)
        for name, value in written.constants.items()
        if name in symbols_in(written.text)
    }
    trace = traced(
        quantity,
        names,
        found,
        Calculation(written.text, operands),
        unit=unit,
        notes=(*notes, *_goalpost_note(known, quantity, evaluation, method)),
        origins=(origin,),
    )
    return trace if "x" in operands else replace(trace, beside=(own,))


def _scored(quantity: TracedQuantity, evaluation: TypeEvaluation) -> Indicator:
    known = evaluation.framework.indicators.get(quantity.code)
    if known is None or not known.group:
        raise UntraceableError(str(quantity))
    return known


def _prepared(quantity: TracedQuantity, evaluation: TypeEvaluation) -> EvaluatedCell:
    fitted = evaluation.fitted
    panel = prepare(
        evaluation.indicators, evaluation.framework, fitted.constants, fitted.released_scores
    )
    return EvaluatedCell.at(panel.column(quantity.code), evaluation.panel, quantity)


def _value_scored(
    tracer: Tracer, quantity: TracedQuantity, evaluation: TypeEvaluation, own: Traced
) -> Traced:
    """The indicator itself, or its value as prepared where that is another one."""
    found = _prepared(quantity, evaluation)
    return own if found.value == own.value else tracer.same(quantity, "treated", quantity.code)


def _written(
    known: Indicator, quantity: TracedQuantity, evaluation: TypeEvaluation
) -> tuple[WrittenMethod, tuple[TraceNote, ...]]:
    """The method written out for the value at hand, and what was learnt of all entities."""
    framework, fitted, year = evaluation.framework, evaluation.fitted, quantity.year
    method, scale = method_of(known, framework), framework.scale
    x = _prepared(quantity, evaluation).value
    value = np.nan if x is None else x
    if method in ON_ENDS:
        ends = ends_in(known, evaluation.indicators, year)
        if ends is None:
            return WrittenMethod("", {}), (TraceNote.of("before_goalposts"),)
        row = evaluation.panel.row(quantity.entity_id)
        pair = float(ends[0][row]), float(ends[1][row])
        how = on_ends_written(method, value, pair, direction=known.direction, scale=scale)
        return how, ()
    n = _compared(evaluation, year)
    if method in BY_ORDER:
        ordered = fitted.distributions.get(known.code, {}).get(year, np.empty(0))
        if len(ordered) < 2:
            return WrittenMethod("", {}), (TraceNote.of("nothing_to_compare"),)
        place = standing(value, ordered, known.direction)
        return by_order_written(method, place, scale), (
            TraceNote.of("fitted", n=len(ordered), constants=""),
        )
    learnt = fitted.constants.get(known.code, {}).get(year, {})
    if not set(BY_CONSTANTS[method][1]) <= set(learnt):
        return WrittenMethod("", {}), (TraceNote.of("nothing_to_compare"),)
    how = by_constants_written(method, value, learnt, direction=known.direction, scale=scale)
    told = ", ".join(f"{name} = {learnt[name]:.10g}" for name in BY_CONSTANTS[method][1])
    return how, (TraceNote.of("fitted", n=n, constants=told),)


def _compared(evaluation: TypeEvaluation, year: int) -> int:
    """How many entities a year's constants were learnt of; 0 where that is not known here."""
    if len(evaluation.panel.entities) == 1:
        return 0
    return len(evaluation.learners_in(year).entities)


def symbols_in(text: str) -> tuple[str, ...]:
    """The operands of a method's text, in their order."""
    return parse(text).names if text else ()


def _unit_of(name: str, known: Indicator) -> str:
    return "" if name in ("floor", "top", "worse", "not_better", "n") else known.unit


def _goalpost_note(
    known: Indicator, quantity: TracedQuantity, evaluation: TypeEvaluation, method: str
) -> tuple[TraceNote, ...]:
    """Which method, and where its ends come from."""
    notes = (TraceNote.of("method", method=method, direction=known.direction),)
    posts = known.goalposts_in(quantity.year)
    if method not in ON_ENDS or posts is None:
        return notes
    since = max(key for key in known.goalposts if key <= quantity.year)
    panel = evaluation.panel
    industries = panel.attributes.get("industry", ())
    industry = industries[panel.row(quantity.entity_id)] if industries else ""
    own = industry if posts.has_own(industry) else ""
    said = TraceNote.of("goalposts", since=since, source=posts.source, tag=posts.tag, industry=own)
    return (*notes, said)
