"""Follows numbers back: each one asked for is worked out once, by the maker of its kind."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from cescore.definitions.formulas.language import is_reserved
from cescore.definitions.model import Named, Plan, Standard, VariableName
from cescore.evaluation.tracing.trace import (
    Kind,
    Traced,
    TracedQuantity,
    TraceNote,
    TraceOrigin,
    computed_from,
    number_in,
)
from cescore.method.column import Column, Panel, State
from cescore.method.grading.assessment import Assessment
from cescore.method.grading.measures import MeasureLine
from cescore.method.grading.standards import Compliance
from cescore.method.grading.targets import TargetLine
from cescore.method.index.evaluation import TypeEvaluation

SYMBOL = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


@dataclass(frozen=True)
class PlanOutcome:
    """What the plan says of an entity in the year evaluated; empty where there is none."""

    plan: Plan | None = None
    targets: tuple[TargetLine, ...] = ()
    measures: tuple[MeasureLine, ...] = ()
    assessment: Assessment = field(default_factory=Assessment)
    standards: tuple[tuple[Standard, Compliance], ...] = ()
    places: Mapping[str, str] = field(
        default_factory=dict
    )  # check or veto -> where its record stands


@dataclass(frozen=True)
class MadeFrom:
    """How a value came about that was not returned: a formula over quantities of any entity."""

    arithmetic: str
    factor: str
    operands: Mapping[str, TracedQuantity]
    note: TraceNote
    place: str = ""  # of the rule in params, or the record in data
    constants: Mapping[str, float] = field(default_factory=dict)  # numbers that it names


class World(Protocol):
    """All that a trace may look at: a workspace evaluated, or one report's bundle."""

    def evaluation(self, entity_id: str) -> TypeEvaluation | None:
        """The evaluation that an entity is part of; None of one that may not be looked at."""
        ...

    def panel(self, entity_id: str) -> Panel | None:
        """What an entity returned; None of one that may not be looked at."""
        ...

    def named(self, code: str) -> VariableName | None:
        """Name and unit of a variable that no framework uses."""
        ...

    def place(self, entity_id: str, code: str, year: int) -> str:
        """File, sheet and cell of a returned value; "" where there is none."""
        ...

    def remarks(self, entity_id: str, code: str, year: int) -> tuple[TraceNote, ...]:
        """What is on record of a value: corrections, confirmations, open findings."""
        ...

    def made(self, entity_id: str, code: str, year: int) -> MadeFrom | None:
        """How a value was made that nobody returned, or how it was corrected; None where it stands as
        it was received, or that is not known."""
        ...

    def outcome(self, entity_id: str) -> PlanOutcome:
        """Targets, measures, grade of the year evaluated."""
        ...

    @property
    def base_year(self) -> int:
        """What ``base(x)`` stands for."""
        ...

    def kind_of(self, code: str) -> Kind:
        """Whether a code of a formula over returns is a variable or a factor."""
        ...

    def params(self, entity_type: str, code: str) -> str:
        """The file in params/ that decides on a code."""
        ...


Maker = Callable[["Tracer", TracedQuantity, TypeEvaluation], Traced]


class UntraceableError(KeyError):
    """There is no such number: an unknown code, entity or year."""


class Tracer:
    """Traces of one world, each made once."""

    def __init__(
        self,
        world: World,
        makers: Mapping[str, Maker],
        of_returns: Callable[[Tracer, TracedQuantity], Traced],
    ) -> None:
        """``makers`` by kind; ``of_returns`` makes all else, which needs no evaluation."""
        self.world, self._makers, self._of_returns = world, makers, of_returns
        self._made: dict[TracedQuantity, Traced] = {}

    def of(self, quantity: TracedQuantity) -> Traced:
        """The trace of a quantity.

        Raises
        ------
        UntraceableError
            Nothing of the kind has this code, or nothing is known of the entity.
        """
        found = self._made.get(quantity)
        if found is None:
            found = self._made[quantity] = self._new(quantity)
        return found

    def _new(self, quantity: TracedQuantity) -> Traced:
        maker = self._makers.get(quantity.kind)
        if maker is None:
            return self._of_returns(self, quantity)
        evaluation = self.world.evaluation(quantity.entity_id)
        if evaluation is None or quantity.entity_id not in evaluation.panel.entities:
            raise UntraceableError(str(quantity))
        return maker(self, quantity, evaluation)

    def outcome(self, quantity: TracedQuantity) -> PlanOutcome:
        """What the plan says of an entity; nothing of other years than the one evaluated."""
        evaluation = self.world.evaluation(quantity.entity_id)
        is_now = evaluation is not None and evaluation.run_year == quantity.year
        return self.world.outcome(quantity.entity_id) if is_now else PlanOutcome()

    def same(
        self, quantity: TracedQuantity, kind: Kind, code: str, year: int | None = None
    ) -> Traced:
        """Another quantity of the same entity, by default of the same year."""
        other = quantity.year if year is None else year
        return self.of(TracedQuantity(quantity.entity_id, kind, code, other))


@dataclass(frozen=True)
class EvaluatedCell:
    """A number as it was evaluated: one cell of a column."""

    value: float | None
    state: int
    flags: int

    @classmethod
    def at(cls, column: Column, panel: Panel, quantity: TracedQuantity) -> EvaluatedCell:
        """The cell of an entity and year; MISSING in a year that the panel does not have."""
        if quantity.year not in panel.years:
            return cls(None, State.MISSING, 0)
        i, j = panel.row(quantity.entity_id), panel.years.index(quantity.year)
        state = int(column.state[i, j])
        value = float(column.values[i, j]) if state == State.PRESENT else None
        return cls(value, state, int(column.flags[i, j]))

    @classmethod
    def number(cls, value: float | None, state: int = State.NOT_COMPUTABLE) -> EvaluatedCell:
        """A number without flags, or with the reason why there is none."""
        return cls(value, State.PRESENT if value is not None else state, 0)


@dataclass(frozen=True)
class Calculation:
    """What is computed: a text over symbols, what they stand for, and the last factor."""

    arithmetic: str = ""
    operands: Mapping[str, Traced] = field(default_factory=dict)
    factor: str = "1"
    otherwise: Callable[[], float | None] | None = None  # where the text is too long to be read

    def result(self) -> float | None:
        """What it gives from the operands' values; None without a number."""
        if not self.arithmetic:
            return None
        column = computed_from(self.arithmetic, self.factor, self.operands)
        if column is None and self.otherwise is not None:
            return self.otherwise()
        return number_in(column)


def traced(
    quantity: TracedQuantity,
    names: Named,
    found: EvaluatedCell,
    calculation: Calculation | None = None,
    **more: object,
) -> Traced:
    """A trace of what was evaluated, with what its arithmetic gives beside it."""
    done = calculation or Calculation()
    return Traced(
        quantity,
        names,
        value=found.value,
        state=found.state,
        flags=found.flags,
        arithmetic=done.arithmetic,
        factor=done.factor,
        operands=done.operands,
        computed=done.result(),
        **more,  # type: ignore[arg-type]
    )


def given(
    quantity: TracedQuantity, symbol: str, value: float, *, unit: str = "", place: str = ""
) -> Traced:
    """A constant that was decided in params, or learnt, as an operand of a quantity's arithmetic."""
    whose = TracedQuantity(
        quantity.entity_id, "given", f"{quantity.kind}:{quantity.code}.{symbol}", quantity.year
    )
    origins = (TraceOrigin(place, "params"),) if place else ()
    return Traced(whose, Named(zh=symbol, en=symbol), unit, value, origins=origins)


def symbols(codes: Iterable[str]) -> dict[str, str]:
    """A symbol of the language of formulas for each code: itself where it can be one."""
    found: dict[str, str] = {}
    for number, code in enumerate(codes, start=1):
        is_usable = bool(SYMBOL.fullmatch(code)) and not is_reserved(code)
        symbol = code if is_usable else f"m{number}"
        while symbol in found.values():
            symbol += "_"
        found[code] = symbol
    return found


def total_of(symbols_: Sequence[str]) -> str:
    """A sum over the operands that apply, however many there are."""
    parts = list(symbols_)
    while len(parts) > MOST_OPERANDS:
        chunks = [parts[i : i + MOST_OPERANDS] for i in range(0, len(parts), MOST_OPERANDS)]
        parts = [f"total({', '.join(chunk)})" for chunk in chunks]
    return f"total({', '.join(parts)})"


MOST_OPERANDS = 100
