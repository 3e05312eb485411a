"""How many released wholes stand on how few withheld figures: as many equations as unknowns are solved.

A group or index is an equation in the withheld figures beneath it. Two indicators that divide the same
withheld figure are one unknown, whatever their weights; a group of the index and one of the progress
index above the same two indicators are two equations.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from cescore.definitions.model import Framework

Cell = tuple[str, int]  # code, year
Hidden = Mapping[str, frozenset[int]]


@dataclass(frozen=True)
class Beneath:
    """What of a body is withheld beneath an indicator of a year; ``hidden``: code -> years."""

    framework: Framework
    hidden: Hidden

    def nearest(self, cell: Cell) -> frozenset[Cell]:
        """The withheld operands of an indicator's formula; itself where it has none.

        Operands of other years (``lag``) count as those of the year: never more unknowns than there are.
        """
        code, year = cell
        operands = self._operands.get(code, frozenset())
        return frozenset(
            (c, year) for c in operands if year in self.hidden.get(c, ())
        ) or frozenset([cell])

    def deepest(self, cell: Cell) -> frozenset[Cell]:
        """The same down to what was returned."""
        below = self.nearest(cell)
        if below == {cell}:
            return below
        return frozenset(deep for operand in below for deep in self.deepest(operand))

    @cached_property
    def _operands(self) -> Mapping[str, frozenset[str]]:
        return {
            code: frozenset(expression.names) - {code}
            for code, expression in self.framework.expressions.items()
        }


@dataclass(frozen=True)
class JoinedWholes:
    """Wholes that share withheld figures: ``equations`` of them, over these unknowns counted in three ways."""

    equations: int
    indicators: frozenset[Cell]
    nearest: frozenset[Cell]
    deepest: frozenset[Cell]

    @property
    def unknowns(self) -> int:
        """No more of them are independent than the fewest counted."""
        return min(len(self.indicators), len(self.nearest), len(self.deepest))

    def shares_with(self, other: JoinedWholes) -> bool:
        return not (
            self.indicators.isdisjoint(other.indicators) and self.deepest.isdisjoint(other.deepest)
        )

    def joined(self, other: JoinedWholes) -> JoinedWholes:
        return JoinedWholes(
            self.equations + other.equations,
            self.indicators | other.indicators,
            self.nearest | other.nearest,
            self.deepest | other.deepest,
        )


@dataclass
class ReleasedWholes:
    """The wholes released so far of one body, in systems that share nothing with one another."""

    beneath: Beneath
    systems: list[JoinedWholes] = field(default_factory=list)

    def admits(self, cells: Collection[Cell]) -> bool:
        """Whether one more whole, above these withheld indicators, leaves an unknown; then it counts."""
        joined = JoinedWholes(
            1,
            frozenset(cells),
            frozenset(below for c in cells for below in self.beneath.nearest(c)),
            frozenset(below for c in cells for below in self.beneath.deepest(c)),
        )
        apart = []
        for system in self.systems:
            if system.shares_with(joined):
                joined = joined.joined(system)
            else:
                apart.append(system)
        if joined.equations >= joined.unknowns:
            return False
        self.systems = [*apart, joined]
        return True
