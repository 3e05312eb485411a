"""The systems that a ledger's statements fall into: what nothing connects is audited apart.

Two cities without a figure, a rule or a holding's cell in common are two systems. Which figures are
withheld in one does not depend on the other, and the work grows with their number and no faster.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cescore.disclosure.ledger.equated import Equated, is_within, summed
from cescore.disclosure.ledger.equations import Equation, Equations
from cescore.disclosure.ledger.held_by_each import HeldByEach
from cescore.disclosure.ledger.printed_sums import PrintedSum, PrintedSums
from cescore.disclosure.ledger.statements import Figure
from cescore.disclosure.ledger.system_audit import SystemAudit, Unprinted
from cescore.method.disclosure.inference import Key, Statement, connected

_Tied = Figure | Key  # a figure, or an unknown, as something that statements connect


@dataclass
class _Connected:
    """What one system holds, as it is put together."""

    printed: list[PrintedSum]
    equations: list[Equation]
    held_by_each: dict[Unprinted, Statement]

    @classmethod
    def empty(cls) -> _Connected:
        return cls([], [], {})


def audits_of(sums: PrintedSums) -> tuple[SystemAudit, ...]:
    """Every system, in the order of its first printed sum; of what nobody prints there is none."""
    equations = tuple(_equations(sums))
    held = {s.name: s for s in HeldByEach(sums.behind, sums.unknowns.cell_of, sums.unknowns.truth)}
    of_sums = [_of_sum(printed) for printed in sums.every]
    of_equations = [_of_equation(equation, sums) for equation in equations]
    of_held = [list(statement.terms) for statement in held.values()]
    nodes = (*of_sums, *of_equations, *of_held)
    number = {node: i for i, part in enumerate(connected((), nodes)) for node in part}
    systems: dict[int, _Connected] = defaultdict(_Connected.empty)
    for (node, *_), printed in zip(of_sums, sums.every, strict=True):
        systems[number[node]].printed.append(printed)
    for (node, *_), equation in zip(of_equations, equations, strict=True):
        systems[number[node]].equations.append(equation)
    for (node, *_), (name, statement) in zip(of_held, held.items(), strict=True):
        systems[number[node]].held_by_each[name] = statement  # type: ignore[index]
    return tuple(_audit(system, sums) for system in systems.values() if system.printed)


def _equations(sums: PrintedSums) -> Iterator[Equation]:
    """What rules, printed sums and industry totals tie together."""
    yield from Equated(sums.statements)
    for figure, meaning in sums.meanings.items():
        if sums.is_returned(figure) or not sums.is_weighed(figure) or not meaning.is_linear:
            continue
        for form in meaning.sums:
            if all(a.body == figure.entity_id for a in form.terms):  # type: ignore[attr-defined]
                yield summed(figure, form)
    yield from sums.industries.equations()


def _of_sum(printed: PrintedSum) -> list[_Tied]:
    atoms = (Figure(a.body, a.quantity.code, a.quantity.year) for a in printed.atoms)
    return [printed.figure, *atoms, *printed.statement.terms]


def _of_equation(equation: Equation, sums: PrintedSums) -> list[_Tied]:
    keys = (key for figure in equation.figures for key in sums.unknowns.keys_of(figure))
    return [*equation.figures, *equation.beside, *keys]


def _is_returned(figure: Figure, sums: PrintedSums) -> bool:
    return figure in sums.meanings and sums.is_returned(figure)


def _audit(system: _Connected, sums: PrintedSums) -> SystemAudit:
    equations = Equations(system.equations)
    about = equations.figures
    costs: Mapping[Figure, float] = sums.costs
    named = (*(p.figure for p in system.printed), *sorted(about))
    figures = dict.fromkeys(figure for figure in named if figure in costs)
    return SystemAudit(
        printed=system.printed,
        equations=equations,
        held_by_each=system.held_by_each,
        returned=frozenset(f for f in {*about, *figures} if _is_returned(f, sums)),
        unprinted=frozenset(f for f in about if is_within(f) or f in sums.industries.hidden),
        unknowns=sums.unknowns,
        rules=sums.rules,
        costs={figure: costs[figure] for figure in figures},
    )
