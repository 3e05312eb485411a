"""What follows from printed numbers about what is not printed: bounds by linear programming.

A printed number that is a sum of respondents' values with known coefficients is a statement
low ≤ Σ c·x ≤ high about unknown x. Whoever has all statements knows of a further sum of x no less
and no more than the smallest and largest value it takes while all of them hold.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from functools import cached_property
from typing import Any

import numpy as np

from cescore.method.disclosure.linear_programs import ConstraintRow, Floats, LinearProgram

Key = Hashable
NOISE = 1e-7  # relative: what a linear program cannot tell from nothing
SUPPORT = 1e-9  # a dual value below it takes no part in a proof


class Who(Enum):
    """Who asks, by what it knows beside what is printed."""

    PUBLIC = auto()
    ONE = auto()
    MANY = auto()  # who put together what they know
    WITH_AIMS = auto()  # the same, for points that reach as far as is wanted


@dataclass(frozen=True)
class Statement:
    """A printed number as what it says of unknowns: low ≤ Σ terms·x ≤ high [unit of the number].

    Attributes
    ----------
    name
        What is printed; several statements of one name are printed or withheld together.
    terms
        Unknown -> coefficient.
    sources
        What it is known from: it goes with any of these. None: it is printed itself; empty: everybody
        knows it without being told, and nothing can withhold it.
    """

    name: Key
    terms: Mapping[Key, float]
    low: float
    high: float
    sources: frozenset[Key] | None = None

    @property
    def printed(self) -> frozenset[Key]:
        """The printed numbers that it is known from."""
        return frozenset([self.name]) if self.sources is None else self.sources

    @classmethod
    def of(
        cls, name: Key, terms: Mapping[Key, float], value: float, half_width: float = 0.0
    ) -> Statement:
        """The statement of a number printed with a rounding error of at most ``half_width``."""
        width = max(half_width, NOISE * abs(value))
        return cls(name, terms, value - width, value + width)


@dataclass(frozen=True)
class Bound:
    """The smallest or largest value that a sum of unknowns can take.

    Attributes
    ----------
    value
        -inf or inf where nothing bounds it.
    proof
        Printed numbers that give the bound by themselves: with these printed, whatever else is
        withheld, it is no wider. Empty where there is no bound, or none is needed.
    point
        Values of all unknowns, in the system's order, with which the sum takes it and all statements
        are true; None where there is no bound.
    """

    value: float
    proof: frozenset[Key] = frozenset()
    point: Floats | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, eq=False)
class System:
    """Unknowns and the statements printed about them.

    Attributes
    ----------
    least
        Unknown -> the least value it can have, as everybody knows; 0 for returned quantities.
    statements
        What is printed.
    truth
        Unknown -> what it really is [its unit]: a scale for the programs, never a constraint. One
        that is 0, or not given, gets the median of the others.
    """

    least: Mapping[Key, float]
    statements: Sequence[Statement]
    truth: Mapping[Key, float] = field(default_factory=dict)

    def upper(
        self,
        terms: Mapping[Key, float],
        known: Mapping[Any, float] = {},
        fixed: Collection[Any] = (),
    ) -> Bound:
        """The largest value of a sum of unknowns.

        Parameters
        ----------
        terms
            Unknown -> coefficient.
        known
            Unknown -> a least value that the observer knows beside what is printed: its own part.
        fixed
            Those of them that are nothing but this part.

        Raises
        ------
        MethodError
            The statements contradict one another, so that nothing follows from them.

        Examples
        --------
        A total of 100 of which a part of 60 is printed:

        >>> total = Statement.of("total", {"a": 1.0, "b": 1.0}, 100.0)
        >>> part = Statement.of("part", {"a": 1.0}, 60.0)
        >>> system = System({"a": 0.0, "b": 0.0}, (total, part))
        >>> bound = system.upper({"b": 1.0})
        >>> round(bound.value, 3), sorted(bound.proof)
        (40.0, ['part', 'total'])
        >>> System({"a": 0.0, "b": 0.0}, (total,)).upper({"b": 1.0}, {"a": 30.0}).value.__round__(3)
        70.0
        """
        found = self._optimum({key: -c for key, c in terms.items()}, known, fixed)
        return replace(found, value=-found.value)

    def lower(
        self,
        terms: Mapping[Key, float],
        known: Mapping[Any, float] = {},
        fixed: Collection[Any] = (),
    ) -> Bound:
        """The smallest value of a sum of unknowns; as `upper`."""
        return self._optimum(terms, known, fixed)

    def reaching(
        self, wanted: Mapping[Key, float], known: Mapping[Any, float], fixed: Collection[Any]
    ) -> Floats:
        """A point that all statements allow, at which many unknowns are as large as is wanted.

        Parameters
        ----------
        wanted
            Unknown -> a value [its unit], no less than what it really is.
        known, fixed
            As in `upper`.
        """
        low, high = self._limits(known, fixed)
        costs = {}
        for key, value in wanted.items():
            at = self._place[key]
            high[at] = max(value / self._scale[at], low[at])
            costs[at] = float(-self._scale[at] / value)
        bound = self._solved(costs, low, high, Who.WITH_AIMS)
        assert bound.point is not None  # every unknown that counts has an end
        return bound.point

    def reached(self, key: Key) -> tuple[float, float]:
        """The smallest and the largest value of an unknown at the points that programs gave so far."""
        at = self._place[key]
        low, high = self._reached
        return float(low[at]), float(high[at])

    def place(self, key: Key) -> int:
        """Where an unknown stands in a point."""
        return self._place[key]

    @contextmanager
    def without(self) -> Iterator[Callable[[Key], None]]:
        """Asks as if some printed numbers were withheld: those named to what this gives."""

        def withhold(name: Key) -> None:
            for i in self._rows_of.get(name, ()):
                self._gone.add(i)
                for program in self._programs.values():
                    program.loosen(i)

        try:
            yield withhold
        finally:
            for i in sorted(self._gone):
                for program in self._programs.values():
                    program.restore(i)
            self._gone.clear()

    def _optimum(
        self, terms: Mapping[Key, float], known: Mapping[Any, float], fixed: Collection[Any]
    ) -> Bound:
        places = {self._place[key]: c for key, c in terms.items()}
        costs = {at: float(c * self._scale[at]) for at, c in places.items()}
        who = Who.PUBLIC if not known else Who.ONE if 2 * len(known) < len(self.least) else Who.MANY
        return self._solved(costs, *self._limits(known, fixed), who)

    def _limits(self, known: Mapping[Any, float], fixed: Collection[Any]) -> tuple[Floats, Floats]:
        """The least and the largest value of all scaled unknowns, for who knows a part of them."""
        low, high = self._lower.copy(), np.full(len(self._lower), math.inf)
        own = {at: v for key, v in known.items() if (at := self._place.get(key)) is not None}
        places = np.fromiter(own, np.int32, len(own))
        values = np.fromiter(own.values(), float, len(own))
        low[places] = np.maximum(values / self._scale[places], low[places])
        for key in fixed:
            if (place := self._place.get(key)) is not None:
                high[place] = low[place] * (1 + NOISE)
        return low, high

    def _solved(self, costs: Mapping[int, float], low: Floats, high: Floats, who: Who) -> Bound:
        """The least of a sum of scaled unknowns within these limits."""
        unit = max(map(abs, costs.values()), default=0.0) or 1.0
        found = self._program(who).least({at: c / unit for at, c in costs.items()}, low, high)
        if found is None:
            return Bound(-math.inf)
        used = np.flatnonzero(np.abs(found.duals) > SUPPORT).tolist()
        proof = frozenset().union(*(self.statements[i].printed for i in used))
        point = found.point * self._scale
        if not self._gone:
            for ends, widest in zip(self._reached, (np.fmin, np.fmax), strict=True):
                widest(ends, point, out=ends)
        return Bound(found.value * unit, proof, point)

    def _program(self, who: Who) -> LinearProgram:
        """The program that is asked for an observer: those who know about as much as one another ask
        the same, whose last vertex is near."""
        if who not in self._programs:
            program = LinearProgram(self._rows, self._lower)
            for i in sorted(self._gone):
                program.loosen(i)
            self._programs[who] = program
        return self._programs[who]

    @cached_property
    def _programs(self) -> dict[Who, LinearProgram]:
        return {}

    @cached_property
    def _reached(self) -> tuple[Floats, Floats]:
        truth = np.array([self.truth.get(key, math.nan) for key in self.least])
        return truth, truth.copy()

    @cached_property
    def _gone(self) -> set[int]:
        """The statements that `without` leaves out."""
        return set()

    @cached_property
    def _rows_of(self) -> Mapping[Key, Sequence[int]]:
        """Printed number -> the statements known from it."""
        found: dict[Key, list[int]] = defaultdict(list)
        for i, statement in enumerate(self.statements):
            for name in statement.printed:
                found[name].append(i)
        return found

    @cached_property
    def _place(self) -> Mapping[Key, int]:
        return {key: i for i, key in enumerate(self.least)}

    @cached_property
    def _scale(self) -> Floats:
        sizes = np.array([abs(self.truth.get(key, 0.0)) for key in self.least])
        typical = float(np.median(sizes[sizes > 0])) if (sizes > 0).any() else 1.0
        return np.where(sizes > 0, sizes, typical)

    @cached_property
    def _lower(self) -> Floats:
        least = np.array(list(self.least.values()), float)
        lower: Floats = least / self._scale
        return lower

    @cached_property
    def _rows(self) -> Sequence[ConstraintRow]:
        """The statements over scaled unknowns, each of largest coefficient 1."""
        rows: list[ConstraintRow] = []
        for statement in self.statements:
            at = np.array([self._place[key] for key in statement.terms], np.int32)
            values = np.array(list(statement.terms.values())) * self._scale[at]
            unit = float(np.abs(values).max(initial=0.0)) or 1.0
            low, high = statement.low / unit, statement.high / unit
            rows.append(ConstraintRow(at, values / unit, low, high))
        return rows


def connected(
    statements: Iterable[Statement], among: Iterable[Iterable[Key]] = ()
) -> list[frozenset[Key]]:
    """The unknowns in sets that no statement, and none of the further sets ``among``, connects.

    Examples
    --------
    >>> one, other = (Statement.of(k, {k: 1.0, k + k: 1.0}, 1.0) for k in "ab")
    >>> [sorted(part) for part in connected((one, other))]
    [['a', 'aa'], ['b', 'bb']]
    """
    number: dict[Key, int] = {}
    parent: list[int] = []

    def root(at: int) -> int:
        while parent[at] != at:
            parent[at] = parent[parent[at]]
            at = parent[at]
        return at

    for keys in (*(s.terms for s in statements), *among):
        first = -1
        for key in keys:
            at = number.setdefault(key, len(parent))
            if at == len(parent):
                parent.append(at)
            if first < 0:
                first = root(at)
            else:
                parent[root(at)] = first
    sets: dict[int, set[Key]] = {}
    for key, at in number.items():
        sets.setdefault(root(at), set()).add(key)
    return [frozenset(part) for part in sets.values()]
