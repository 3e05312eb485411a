"""One number of one entity and year, with the formula and the numbers that it was made from.

A trace is data: who prints it words it. Traces of one number are one object, so that a whole way
back is a graph without circles, and each number of it is worked out once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

import numpy as np

from cescore.definitions.formulas.in_year import with_texts
from cescore.definitions.formulas.language import FormulaError
from cescore.definitions.model import Named
from cescore.intake.findings import Finding
from cescore.method.column import Column, Panel, State, status_text
from cescore.method.index.formulas import evaluate
from cescore.method.thresholds import is_equal

Kind = Literal[
    "variable", "factor", "account", "indicator", "treated", "score", "group", "index", "change",
    "relative_change", "room", "weight", "contribution", "contribution_to_change", "contribution_to_change_by_weight",
    "coverage", "progress_index", "progress_group", "progress_member", "progress_weight", "progress_contribution", "progress_contribution_to_change",
    "progress_contribution_to_change_by_weight", "target", "target_part", "measure", "check",
    "assessment", "grade", "veto", "bonus", "standard", "requirement", "given", "expression", "released",
]  # fmt: skip
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True)
class TracedQuantity:
    """Which number is meant."""

    entity_id: str
    kind: Kind
    code: str
    year: int

    def __str__(self) -> str:
        return f"{self.entity_id}/{self.kind}/{self.code}/{self.year}"


@dataclass(frozen=True)
class TraceNote:
    """Something that must be said of a number: a key of the catalogue of texts, with values."""

    key: str
    values: tuple[tuple[str, object], ...] = ()

    @classmethod
    def of(cls, key: str, /, **values: object) -> TraceNote:
        """A note by its key."""
        return cls(key, tuple(values.items()))


@dataclass(frozen=True)
class TraceOrigin:
    """Where a value stands: file, sheet and cell as received, or where it was decided in params."""

    place: str
    kind: Literal["data", "params", "made"] = "data"


@dataclass(frozen=True, eq=False)
class Traced:
    """A number, and how it came about.

    Attributes
    ----------
    quantity, names, unit
        Whose, which and of what year; what it is called; its unit.
    value, state, flags
        As evaluated; None and a state other than PRESENT where there is no number.
    formula
        As params write it, in codes; "" for what was received or decided.
    arithmetic, factor
        What is computed: the formula with each conversion of units written in, over the symbols of
        ``operands``; its result times ``factor``, an exact fraction, is the value.
    operands
        Symbol -> what stands for it.
    beside
        What explains the number without standing in the arithmetic, such as members left out.
    computed
        What the arithmetic gives from the operands' values; None where there is none to do.
    text
        The value of what is no number: a code, a grade, a status.
    origins
        Where the value, or the rule that made it, stands.
    """

    quantity: TracedQuantity
    names: Named
    unit: str = ""
    value: float | None = None
    state: int = State.PRESENT
    flags: int = 0
    formula: str = ""
    arithmetic: str = ""
    factor: str = "1"
    operands: Mapping[str, Traced] = field(default_factory=dict)
    beside: tuple[Traced, ...] = ()
    computed: float | None = None
    text: str = ""
    origins: tuple[TraceOrigin, ...] = ()
    notes: tuple[TraceNote, ...] = ()

    @property
    def status(self) -> str:
        """The word of results: reported, estimated, missing …"""
        return status_text(self.state, self.flags)

    @property
    def agrees(self) -> bool:
        """Whether the arithmetic gives the value; true where there is none to do."""
        if not self.arithmetic:
            return True
        if self.value is None or self.computed is None:
            return self.value is self.computed
        return bool(is_equal(self.value, self.computed))

    @property
    def below(self) -> tuple[Traced, ...]:
        """What it stands on, in order."""
        return (*self.operands.values(), *self.beside)

    def walk(self) -> Iterator[Traced]:
        """This and everything below it, each once, from the top down."""
        seen: set[int] = set()
        waiting = [self]
        while waiting:
            trace = waiting.pop(0)
            if id(trace) not in seen:
                seen.add(id(trace))
                yield trace
                waiting += trace.below

    def written(self, texts: Mapping[str, str]) -> str:
        """The arithmetic with other texts for its symbols, the factor at its end."""
        body = with_texts(self.arithmetic, texts) if self.arithmetic else ""
        if not body or self.factor == "1":
            return body
        is_sum = any(sign in body for sign in (" + ", " - "))
        return f"({body}) × {self.factor}" if is_sum else f"{body} × {self.factor}"


def computed_from(arithmetic: str, factor: str, operands: Mapping[str, Traced]) -> Column | None:
    """What an arithmetic gives from the values of its operands: one cell, with state and flags.

    None where the text is too long for the language of formulas: a mean of very many members.
    """
    columns = {symbol: cell_of(trace) for symbol, trace in operands.items()}
    panel = Panel(("entity",), (0,), columns)
    try:
        return evaluate(arithmetic, panel, base_year=0, factor=factor)
    except FormulaError:
        return None


def cell_of(trace: Traced) -> Column:
    """A trace's value as a column of one cell."""
    value = np.nan if trace.value is None else trace.value
    return Column(
        np.array([[value]]),
        np.array([[trace.state]], np.uint8),
        np.array([[trace.flags]], np.uint8),
    )


def number_in(column: Column | None) -> float | None:
    """The number of a column's only cell; None where it has none."""
    if column is None or column.state[0, 0] != State.PRESENT:
        return None
    return float(column.values[0, 0])


def as_graph(trace: Traced) -> dict[str, Any]:
    """A trace as plain JSON: every step once, by its id; see docs/explain.md for the keys."""
    steps = list(trace.walk())
    return {
        "asked": str(trace.quantity),
        "agrees": all(step.agrees for step in steps),
        "steps": [_step(step) for step in steps],
    }


def _step(trace: Traced) -> dict[str, Any]:
    quantity = trace.quantity
    return {
        "id": str(quantity),
        "entity_id": quantity.entity_id,
        "kind": quantity.kind,
        "code": quantity.code,
        "year": quantity.year,
        "names": {"zh": trace.names.zh, "en": trace.names.en},
        "value": trace.value,
        "text": trace.text,
        "unit": trace.unit,
        "status": trace.status,
        "formula": trace.formula,
        "arithmetic": trace.arithmetic,
        "factor": trace.factor,
        "substituted": trace.written(_numbers(trace.operands)),
        "computed": trace.computed,
        "agrees": trace.agrees,
        "operands": [{"symbol": s, "step": str(t.quantity)} for s, t in trace.operands.items()],
        "beside": [str(t.quantity) for t in trace.beside],
        "origins": [{"kind": o.kind, "place": o.place} for o in trace.origins],
        "notes": [_note(note) for note in trace.notes],
    }


def _note(note: TraceNote) -> dict[str, Any]:
    """A note as plain JSON; a finding of the checks by its code, place, status and reason."""
    values = dict(note.values)
    finding = values.get("finding")
    if not isinstance(finding, Finding):
        return {"key": note.key, **values}
    return {
        "key": note.key,
        "code": finding.code,
        "severity": finding.severity,
        "status": finding.status,
        "place": str(finding.at),
        "said": finding.said("en").found,
        "reason": finding.note,
    }


def _numbers(operands: Mapping[str, Traced]) -> dict[str, str]:
    """Each operand's value in full, or why there is none."""
    return {s: t.status if t.value is None else repr(t.value) for s, t in operands.items()}


def places(trace: Traced) -> Iterable[str]:
    """Every place of data that a number stands on, each once, in the order met."""
    found = (o.place for step in trace.walk() for o in step.origins if o.kind == "data")
    return dict.fromkeys(found)
