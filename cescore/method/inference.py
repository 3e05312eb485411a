"""What follows from printed numbers about what is not printed: bounds by linear programming.

A printed number that is a sum of respondents' values with known coefficients is a statement
low ≤ Σ c·x ≤ high about unknown x. Whoever has all statements knows of a further sum of x no less
and no more than the smallest and largest value it takes while all of them hold.
"""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cescore.errors import MethodError, Sentence

Key = Hashable
NOISE = 1e-7  # relative: what a linear program cannot tell from nothing
SUPPORT = 1e-9  # a dual value below it takes no part in a proof
OPTIMAL, UNBOUNDED = "kOptimal", ("kUnbounded", "kUnboundedOrInfeasible")
OPTIONS: Mapping[str, Any] = {  # one thread and one way: equal questions get equal proofs
    "threads": 1, "solver": "simplex", "presolve": "off",
}  # fmt: skip


@dataclass(frozen=True)
class Statement:
    """A printed number as what it says of unknowns: low ≤ Σ terms·x ≤ high [unit of the number].

    Attributes
    ----------
    name
        What is printed; several statements of one name are printed or withheld together.
    terms
        Unknown -> coefficient.
    is_printed
        False: everybody knows it without being told, and nothing can withhold it; in no proof.
    """

    name: Key
    terms: Mapping[Key, float]
    low: float
    high: float
    is_printed: bool = True

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
        Names of statements that give the bound by themselves: with these printed, whatever else is
        withheld, it is no wider. Empty where there is no bound, or none is needed.
    """

    value: float
    proof: frozenset[Key] = frozenset()


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
        return Bound(-found.value, found.proof)

    def lower(
        self,
        terms: Mapping[Key, float],
        known: Mapping[Any, float] = {},
        fixed: Collection[Any] = (),
    ) -> Bound:
        """The smallest value of a sum of unknowns; as `upper`."""
        return self._optimum(terms, known, fixed)

    def _optimum(
        self, terms: Mapping[Key, float], known: Mapping[Any, float], fixed: Collection[Any]
    ) -> Bound:
        costs = {self._place[key]: c * self._scale[self._place[key]] for key, c in terms.items()}
        unit = max(map(abs, costs.values()), default=0.0) or 1.0
        raised = {
            self._place[key]: max(value / self._scale[at], self._lower[at])
            for key, value in known.items()
            if (at := self._place.get(key)) is not None
        }
        model = self._model
        for at, cost in costs.items():
            model.changeColCost(at, cost / unit)
        for at, least in raised.items():
            model.changeColBounds(at, least, math.inf)
        for key in fixed:
            if (at := self._place.get(key)) is not None:
                model.changeColBounds(at, raised[at], raised[at] * (1 + NOISE))
        model.run()
        status, found = model.getModelStatus().name, model.getSolution()
        value = float(model.getInfo().objective_function_value * unit)
        duals = np.array(found.row_dual)
        for at in costs:
            model.changeColCost(at, 0.0)
        for at in raised:
            model.changeColBounds(at, float(self._lower[at]), math.inf)
        if status in UNBOUNDED:
            return Bound(-math.inf)
        if status != OPTIMAL:
            raise MethodError(
                Sentence("nothing follows from the printed numbers: {status}", status=status)
            )
        used = np.flatnonzero(np.abs(duals) > SUPPORT)
        printed = (i for i in used.tolist() if self.statements[i].is_printed)
        return Bound(value, frozenset(self.statements[i].name for i in printed))

    @cached_property
    def _model(self) -> Any:
        """The statements as rows of a linear program that keeps its last vertex: the next question
        starts from there."""
        import highspy

        infinity = math.inf
        with _without_banner():
            model = highspy.Highs()  # type: ignore[no-untyped-call]
        model.silent()
        for option, value in OPTIONS.items():
            model.setOptionValue(option, value)
        for lower in self._lower.tolist():
            model.addVar(lower, infinity)
        for row in self._rows:
            model.addRow(row.low, row.high, len(row.columns), row.columns, row.values)
        return model

    @cached_property
    def _place(self) -> Mapping[Key, int]:
        return {key: i for i, key in enumerate(self.least)}

    @cached_property
    def _scale(self) -> NDArray[np.float64]:
        sizes = np.array([abs(self.truth.get(key, 0.0)) for key in self.least])
        typical = float(np.median(sizes[sizes > 0])) if (sizes > 0).any() else 1.0
        return np.where(sizes > 0, sizes, typical)

    @cached_property
    def _lower(self) -> NDArray[np.float64]:
        least = np.array(list(self.least.values()), float)
        lower: NDArray[np.float64] = least / self._scale
        return lower

    @cached_property
    def _rows(self) -> Sequence[_Row]:
        """The statements over scaled unknowns, each of largest coefficient 1."""
        rows: list[_Row] = []
        for statement in self.statements:
            at = np.array([self._place[key] for key in statement.terms], np.int32)
            values = np.array(list(statement.terms.values())) * self._scale[at]
            unit = float(np.abs(values).max(initial=0.0)) or 1.0
            low, high = statement.low / unit, statement.high / unit
            rows.append(_Row(at, values / unit, low, high))
        return rows


@contextmanager
def _without_banner() -> Iterator[None]:
    """HiGHS greets on standard output before it can be told to be silent."""
    sys.stdout.flush()
    kept, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    try:
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)


class _Row(NamedTuple):
    columns: NDArray[np.int32]
    values: NDArray[np.float64]
    low: float
    high: float


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
    parent: dict[Key, Key] = {}

    def root(key: Key) -> Key:
        parent.setdefault(key, key)
        while parent[key] != key:
            parent[key] = parent[parent[key]]
            key = parent[key]
        return key

    for keys in (*(s.terms for s in statements), *among):
        first: Key | None = None
        for key in keys:
            if first is None:
                first = root(key)
            else:
                parent[root(key)] = first
                first = root(first)
    sets: dict[Key, set[Key]] = {}
    for key in parent:
        sets.setdefault(root(key), set()).add(key)
    return [frozenset(part) for part in sets.values()]
