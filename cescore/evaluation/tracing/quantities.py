"""Variables, factors, accounts and indicators followed back: formula, operands, cells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from cescore.definitions.formulas.in_year import in_year
from cescore.definitions.model import Account, Computed, Indicator, Named
from cescore.evaluation.tracing.trace import Kind, Traced, TracedQuantity, TraceNote, TraceOrigin
from cescore.evaluation.tracing.tracer import (
    Calculation,
    EvaluatedCell,
    MadeFrom,
    Tracer,
    UntraceableError,
    given,
    traced,
)
from cescore.method.column import Column, Flag, Panel, State
from cescore.method.index.evaluation import TypeEvaluation
from cescore.method.index.ladder import NOT_AVAILABLE, SUMMED

IN_ITS_UNIT = ("received", "set_to")  # constants of a correction in the unit of what it corrects


def returned(tracer: Tracer, quantity: TracedQuantity) -> Traced:
    """What needs no evaluation: a variable, or a formula over what somebody returned."""
    return (_expression if quantity.kind == "expression" else variable)(tracer, quantity)


def variable(tracer: Tracer, quantity: TracedQuantity) -> Traced:
    """A returned value with its cell; a sum over bodies, or an estimate, with what it was made of."""
    panel, code = _panel(tracer, quantity), quantity.code
    known = tracer.world.named(code)
    if known is None and code not in panel.columns and code not in panel.codes:
        raise UntraceableError(str(quantity))
    names = Named(zh=known.zh, en=known.en) if known else Named(zh=code, en=code)
    unit = known.unit if known else ""
    asked = (quantity.entity_id, code, quantity.year)
    place, remarks = tracer.world.place(*asked), tracer.world.remarks(*asked)
    origins = (TraceOrigin(place),) if place else ()
    if code in panel.codes:
        return replace(_code(quantity, names, panel), origins=origins, notes=remarks)
    found = EvaluatedCell.at(panel.column(code), panel, quantity)
    made = tracer.world.made(*asked)
    if made is not None and found.value is not None:
        trace = _made(tracer, quantity, names, found, made, unit=unit, notes=remarks)
        return replace(trace, origins=(*origins, *trace.origins))
    return traced(quantity, names, found, unit=unit, origins=origins, notes=remarks)


def _panel(tracer: Tracer, quantity: TracedQuantity) -> Panel:
    panel = tracer.world.panel(quantity.entity_id)
    if panel is None or quantity.entity_id not in panel.entities:
        raise UntraceableError(str(quantity))
    return panel


def _code(quantity: TracedQuantity, names: Named, panel: Panel) -> Traced:
    """A variable whose value is a text."""
    if quantity.year not in panel.years:
        return Traced(quantity, names, state=State.MISSING)
    texts = panel.codes[quantity.code]
    text = str(texts[panel.row(quantity.entity_id), panel.years.index(quantity.year)])
    return Traced(quantity, names, text=text, state=State.PRESENT if text else State.MISSING)


def _expression(tracer: Tracer, quantity: TracedQuantity) -> Traced:
    """A formula over one entity's returns, or a look at others; its value is what it gives."""
    made = tracer.world.made(quantity.entity_id, quantity.code, quantity.year)
    names = Named(zh=quantity.code, en=quantity.code)
    if made is None:
        written = in_year(quantity.code, quantity.year, tracer.world.base_year)
        kinds = {c: tracer.world.kind_of(c) for c, _ in written.operands.values()}
        operands = {
            symbol: tracer.same(quantity, kinds[code], code, year)
            for symbol, (code, year) in written.operands.items()
        }
        done = Calculation(written.text, operands)
    else:
        others = {symbol: tracer.of(other) for symbol, other in made.operands.items()}
        done = Calculation(made.arithmetic, others, made.factor)
    notes = () if made is None else (made.note,)
    return traced(quantity, names, EvaluatedCell.number(done.result()), done, notes=notes)


def _made(
    tracer: Tracer,
    quantity: TracedQuantity,
    names: Named,
    found: EvaluatedCell,
    made: MadeFrom,
    *,
    unit: str,
    notes: tuple[TraceNote, ...],
) -> Traced:
    """A value that nobody returned, from the values that it was made of."""
    operands = {symbol: tracer.of(other) for symbol, other in made.operands.items()}
    operands |= {
        symbol: given(quantity, symbol, number, unit=unit if symbol in IN_ITS_UNIT else "")
        for symbol, number in made.constants.items()
    }
    done = Calculation(made.arithmetic, operands, made.factor)
    origins = (TraceOrigin(made.place, "params"),) if made.place else ()
    return traced(
        quantity, names, found, done, unit=unit, notes=(made.note, *notes), origins=origins
    )


def factor(tracer: Tracer, quantity: TracedQuantity, evaluation: TypeEvaluation) -> Traced:
    """A constant of params with its source."""
    known = evaluation.framework.factors.get(quantity.code)
    if known is None:
        raise UntraceableError(str(quantity))
    place = tracer.world.params(evaluation.framework.entity_type, quantity.code)
    notes = (TraceNote.of("source", text=known.source, tag=known.tag),)
    return Traced(
        quantity,
        Named(zh=known.zh, en=known.en),
        known.unit,
        known.value,
        origins=(TraceOrigin(place, "params"),),
        notes=notes,
    )


def account(tracer: Tracer, quantity: TracedQuantity, evaluation: TypeEvaluation) -> Traced:
    """An account by its formula; where its own returns do not give it, the sum over its bodies."""
    known = evaluation.framework.accounts.get(quantity.code)
    if known is None:
        raise UntraceableError(str(quantity))
    column = evaluation.accounts.column(quantity.code)
    trace = _by_formula(tracer, quantity, known, column, evaluation)
    used = evaluation.rungs.get(quantity.code)
    if used is not None and quantity.year in evaluation.panel.years:
        panel = evaluation.panel
        rung = str(used[panel.row(quantity.entity_id), panel.years.index(quantity.year)])
        if rung not in (SUMMED, NOT_AVAILABLE):
            trace = replace(trace, notes=(*trace.notes, TraceNote.of("rung", rung=rung)))
    if trace.agrees or not known.summed:
        return trace
    made = tracer.world.made(quantity.entity_id, quantity.code, quantity.year)
    found = EvaluatedCell.at(column, evaluation.panel, quantity)
    note = TraceNote.of("summed_elsewhere")
    if made is None:  # the sum came with the record, its parts did not
        return traced(quantity, trace.names, found, unit=known.unit, notes=(note,))
    return _made(tracer, quantity, trace.names, found, made, unit=known.unit, notes=trace.notes)


def indicator(tracer: Tracer, quantity: TracedQuantity, evaluation: TypeEvaluation) -> Traced:
    """An indicator by its formula; a value carried from an earlier year from that year's."""
    known = evaluation.framework.indicators.get(quantity.code)
    if known is None:
        raise UntraceableError(str(quantity))
    column = evaluation.indicators.column(quantity.code)
    trace = _by_formula(tracer, quantity, known, column, evaluation)
    is_carried = trace.value is not None and bool(trace.flags & Flag.CARRIED)
    if not is_carried or trace.agrees:
        return trace
    return _carried(tracer, quantity, known, trace)


def _carried(tracer: Tracer, quantity: TracedQuantity, known: Indicator, trace: Traced) -> Traced:
    """The indicator with the latest earlier value that its own formula gives."""
    for back in range(1, known.latest_within + 1):
        year = quantity.year - back
        earlier = tracer.same(quantity, "indicator", known.code, year)
        if earlier.value is not None and earlier.agrees and earlier.arithmetic != known.code:
            return replace(
                trace,
                arithmetic=known.code,
                factor="1",
                operands={known.code: earlier},
                beside=trace.below,
                computed=earlier.value,
                notes=(*trace.notes, TraceNote.of("carried", year=year)),
            )
    return trace


def _by_formula(
    tracer: Tracer,
    quantity: TracedQuantity,
    known: Computed,
    column: Column,
    evaluation: TypeEvaluation,
) -> Traced:
    """What a formula of params gives, its operands by code and year."""
    entity_type = evaluation.framework.entity_type
    names = Named(zh=known.zh, en=known.en)
    found = EvaluatedCell.at(column, evaluation.panel, quantity)
    origins = (TraceOrigin(tracer.world.params(entity_type, known.code), "params"),)
    notes = (TraceNote.of("source", text=known.source, tag=known.tag),)
    if isinstance(known, Account) and known.by:
        return _from_table(tracer, quantity, known, found, origins)
    if not known.collected or known.expression is None:
        said = (*notes, TraceNote.of("not_collected", text=known.definition))
        return traced(quantity, names, found, unit=known.unit, origins=origins, notes=said)
    written = in_year(known.expression.text, quantity.year, evaluation.base_year)
    operands = {
        symbol: tracer.same(quantity, kind_of(code, evaluation), code, year)
        for symbol, (code, year) in written.operands.items()
    }
    done = Calculation(written.text, operands, known.factor)
    return traced(
        quantity,
        names,
        found,
        done,
        unit=known.unit,
        formula=known.formula,
        origins=origins,
        notes=notes,
    )


def _from_table(
    tracer: Tracer,
    quantity: TracedQuantity,
    table: Account,
    found: EvaluatedCell,
    origins: tuple[TraceOrigin, ...],
) -> Traced:
    """The line of a table that the entity's word chooses: its value, with the line's own source."""
    panel = _panel(tracer, quantity)
    word, industry = _word(table.by, quantity, panel), _word("industry", quantity, panel)
    line = table.line(word, industry) if word else None
    notes = (TraceNote.of("source", text=table.source, tag=table.tag),)
    if line is None and table.of_mix(industry) is not None:
        notes = (TraceNote.of("source", text=f"{industry}: {table.source}", tag=table.tag),)
    if line is not None and line.tag is not None:
        notes = (TraceNote.of("source", text=f"{word}: {line.source}", tag=line.tag),)
    names = Named(zh=table.zh, en=table.en)
    return traced(quantity, names, found, unit=table.unit, origins=origins, notes=notes)


def _word(by: str, quantity: TracedQuantity, panel: Panel) -> str:
    """The entity's word of a code, or its industry, in a year."""
    row = panel.row(quantity.entity_id)
    if by in panel.codes and quantity.year in panel.years:
        return str(panel.codes[by][row, panel.years.index(quantity.year)])
    texts = panel.attributes.get(by)
    return texts[row] if texts is not None else ""


def kind_of(code: str, evaluation: TypeEvaluation) -> Kind:
    """What a code in a formula is."""
    framework = evaluation.framework
    tables: Mapping[Kind, Mapping[str, object]] = {
        "factor": framework.factors,
        "indicator": framework.indicators,
        "account": framework.accounts,
    }
    return next((kind for kind, table in tables.items() if code in table), "variable")
