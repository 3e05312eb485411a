"""Whether the rules of a record can hold when some of its values are set free, and if not, why not.

A linear program over the free values, in which the others are put as they were reported; where it has
no solution, its dual names the unchanged values and the rules that contradict each other. Solved by
HiGHS; every row is scaled to its own size, so that no value 10 000 times too large blurs the others.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import OptimizeResult, linprog

from cescore.errors import MethodError, Sentence
from cescore.method.editing.linear_rules import Clause, HalfSpace, LinearRule, is_within

MOST_PROGRAMS = (
    400  # linear programs of one record, about a second; more is no check while one waits
)
TOLERANCE = 1e-7  # of a scaled row: what HiGHS calls satisfied
FAR = 1e9  # typical values; an end of an interval beyond is none
MARGIN = 1e-6  # of a scaled row: by how much a strict inequality is kept

Floats = NDArray[np.float64]
Values = Mapping[str, float]
Limits = tuple[float | None, float | None]


class Replacement(NamedTuple):
    """A value to change: what stands there, and between what any replacement must lie [its unit].

    The other values of the same set may change as well; an end that nothing limits is infinite.
    """

    code: str
    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Freedom:
    """What may change and how readily.

    ``weights``: how sure a value is, 1 where none is given (above 0); ``pinned`` never changes;
    ``bounds``: (least, greatest) of a code, infinite where there is none.
    """

    weights: Mapping[str, float]
    pinned: frozenset[str]
    bounds: Mapping[str, tuple[float, float]]

    @classmethod
    def of(
        cls,
        weights: Mapping[str, float] | None = None,
        pinned: Collection[str] = (),
        bounds: Mapping[str, tuple[float, float]] | None = None,
    ) -> Freedom:
        if any(not weight > 0 for weight in (weights or {}).values()):
            raise MethodError(
                Sentence("weights {weights}; expected numbers above 0", weights=dict(weights or {}))
            )
        return cls(weights or {}, frozenset(pinned), bounds or {})


class Conflict(NamedTuple):
    """Values that cannot all stand, and the rules that say so."""

    codes: frozenset[str]
    rules: tuple[str, ...]

    def joined(self, other: Conflict) -> Conflict:
        return Conflict(self.codes | other.codes, tuple(dict.fromkeys((*self.rules, *other.rules))))


class RuleRow(NamedTuple):
    """A half-space of a rule."""

    half: HalfSpace
    rule: str


class RuleSystem:
    """The rules of a record, and whether they can hold when some of its values are set free."""

    def __init__(self, rules: Sequence[LinearRule], values: Values, freedom: Freedom) -> None:
        codes = dict.fromkeys(c for rule in rules for c in sorted(rule.codes))
        self.codes = tuple(codes)
        self.values = {code: float(values[code]) for code in codes}
        self.freedom = freedom
        self.changeable = frozenset(codes) - freedom.pinned
        every = [(clause, rule.id) for rule in rules for clause in rule.clauses]
        self.rows = [RuleRow(clause[0], rule) for clause, rule in every if len(clause) == 1]
        self.rows += [RuleRow(half, "") for half in self._bounds()]
        self.open = [(clause, rule) for clause, rule in every if len(clause) > 1]
        self.programs = 0
        sizes = [abs(v) for v in self.values.values() if v]
        self.unit = float(np.median(sizes)) if sizes else 1.0

    def _bounds(self) -> Iterable[HalfSpace]:
        for code in self.codes:
            low, high = self.freedom.bounds.get(code, (-np.inf, np.inf))
            if np.isfinite(low):
                yield HalfSpace(((code, -1.0),), -low)
            if np.isfinite(high):
                yield HalfSpace(((code, 1.0),), high)

    def violated(self) -> Iterable[frozenset[str]]:
        """The values of each clause that does not hold as reported."""
        clauses = [((row.half,), row.rule) for row in self.rows] + self.open
        for clause, _ in clauses:
            if not any(is_within(half, self.values) for half in clause):
                yield frozenset(code for half in clause for code in half.codes)

    def refute(self, free: frozenset[str]) -> Conflict | None:
        """Unchanged values that contradict each other while ``free`` ones may be anything; or none."""
        return self._branch(self.rows, self.open, free)

    def _branch(
        self, rows: Sequence[RuleRow], open_: Sequence[tuple[Clause, str]], free: frozenset[str]
    ) -> Conflict | None:
        """Choose of one clause that does not hold yet each half-space in turn, depth first."""
        solved = self._solve(rows, free)
        if isinstance(solved, Conflict):
            return solved
        position = self._first_broken(open_, solved)
        if position is None:
            return None
        clause, rule = open_[position]
        left = [*open_[:position], *open_[position + 1 :]]
        joined = Conflict(frozenset(), ())
        for half in clause:
            conflict = self._branch([*rows, RuleRow(half, rule)], left, free)
            if conflict is None:
                return None
            joined = joined.joined(conflict)
        return joined

    def _first_broken(self, open_: Sequence[tuple[Clause, str]], at: Values) -> int | None:
        for position, (clause, _) in enumerate(open_):
            if not any(self._is_nearly_within(half, at) for half in clause):
                return position
        return None

    def _is_nearly_within(self, half: HalfSpace, at: Values) -> bool:
        largest = max(abs(a * at[c]) for c, a in half.coefficients)
        return half.excess(at) <= 10 * TOLERANCE * max(largest, abs(half.bound))

    def _solve(self, rows: Sequence[RuleRow], free: frozenset[str]) -> Values | Conflict:
        """A point that satisfies all rows, or by the dual which unchanged values forbid one."""
        program = _Program(self, rows, free)
        if program.conflict is not None:
            return program.conflict
        if not program.rows:
            return self.values
        if len(program.free) == 1:
            return program.alone()
        count, size = len(program.rows), len(program.free)
        matrix = np.hstack([program.matrix, -np.eye(count)])
        cost = np.concatenate([np.zeros(size), np.ones(count)])
        limits: list[Limits] = [(None, None)] * size + [(0.0, None)] * count
        solved = self._run(cost, matrix, program.bound, limits)
        if solved.fun <= TOLERANCE * 10:
            return program.point(solved.x[:size])
        return program.certificate(-solved.ineqlin.marginals)

    def _run(
        self, cost: Floats, matrix: Floats, bound: Floats, limits: Sequence[Limits]
    ) -> OptimizeResult:
        self.programs += 1
        if self.programs > MOST_PROGRAMS:
            raise MethodError(
                Sentence(
                    "more than {most} linear programs for one record",
                    most=MOST_PROGRAMS,
                )
            )
        return linprog(cost, A_ub=matrix, b_ub=bound, bounds=limits, method="highs")

    def replacements(self, free: frozenset[str]) -> tuple[Replacement, ...]:
        """The values to change, each with the interval that any replacement lies in."""
        return tuple(
            Replacement(
                code,
                self.values[code],
                self._extreme(self.rows, self.open, free, (code, 1.0)),
                -self._extreme(self.rows, self.open, free, (code, -1.0)),
            )
            for code in sorted(free)
        )

    def _extreme(
        self,
        rows: Sequence[RuleRow],
        open_: Sequence[tuple[Clause, str]],
        free: frozenset[str],
        goal: tuple[str, float],
    ) -> float:
        """The greatest lower bound of sign·x over all points that satisfy the rules; inf without any."""
        program = _Program(self, rows, free, margin=0.0)
        if program.conflict is not None:
            return np.inf
        if len(program.free) == 1:
            if program.is_empty:
                return np.inf
            ends = program.ends()
            at = ends[0] if goal[1] > 0 else ends[1]
            solution = np.array([np.clip(at, -FAR, FAR)])
            return self._checked(rows, open_, free, goal, program.point(solution))
        cost = np.array([goal[1] if code == goal[0] else 0.0 for code in program.free])
        limits: list[Limits] = [(-FAR, FAR)] * len(program.free)
        solved = self._run(cost, program.matrix, program.bound, limits)
        if solved.x is None:
            return np.inf
        return self._checked(rows, open_, free, goal, program.point(solved.x))

    def _checked(
        self,
        rows: Sequence[RuleRow],
        open_: Sequence[tuple[Clause, str]],
        free: frozenset[str],
        goal: tuple[str, float],
        point: Values,
    ) -> float:
        """The value at a point where every clause holds; else the least over the ways to make one hold."""
        position = self._first_broken(open_, point)
        if position is None:
            value = goal[1] * point[goal[0]]
            return _tidy(value) if value > -FAR / 2 * self.unit else -np.inf
        clause, rule = open_[position]
        left = [*open_[:position], *open_[position + 1 :]]
        return min(self._extreme([*rows, RuleRow(h, rule)], left, free, goal) for h in clause)


class _Program:
    """Rows over the free values, scaled: unchanged values are put in, so each row has its own size."""

    def __init__(
        self,
        system: RuleSystem,
        rows: Sequence[RuleRow],
        free: frozenset[str],
        *,
        margin: float = MARGIN,
    ) -> None:
        self.system, self.free = system, tuple(sorted(free))
        self.rows: list[RuleRow] = []
        self.conflict: Conflict | None = None
        at = {code: i for i, code in enumerate(self.free)}
        matrix, bounds, scales = [], [], []
        for row in rows:
            inside = [(c, a) for c, a in row.half.coefficients if c in at]
            if not inside:
                if not is_within(row.half, system.values):
                    self.conflict = Conflict(frozenset(row.half.codes), (row.rule,))
                    return
                continue
            fixed = [a * system.values[c] for c, a in row.half.coefficients if c not in at]
            bound = row.half.bound - sum(fixed)
            scale = max(abs(bound), min(abs(a) for _, a in inside) * system.unit)
            line = np.zeros(len(self.free))
            for code, a in inside:
                line[at[code]] = a * system.unit / scale
            matrix.append(line)
            bounds.append(bound / scale - (margin if row.half.is_strict else 0.0))
            scales.append(scale)
            self.rows.append(row)
        self.matrix = np.array(matrix).reshape(len(matrix), len(self.free))
        self.bound, self.scale = np.array(bounds), np.array(scales)

    def ends(self) -> tuple[float, float]:
        """Between what the only free value must lie [typical values]; the first beyond the second
        where there is nothing between."""
        a = self.matrix[:, 0]
        limit = self.bound / a
        return float(limit[a < 0].max(initial=-np.inf)), float(limit[a > 0].min(initial=np.inf))

    @property
    def is_empty(self) -> bool:
        """Whether nothing lies between the ends of the only free value."""
        low, high = self.ends()
        return low > high and low - high > 10 * TOLERANCE * max(abs(low), abs(high))

    def alone(self) -> Values | Conflict:
        """The only free value as near to the reported one as the rows let it, or the rows that forbid it."""
        low, high = self.ends()
        if self.is_empty:
            a, limit = self.matrix[:, 0], self.bound / self.matrix[:, 0]
            multipliers = np.zeros(len(a))
            for at in (
                np.where(a < 0, limit, -np.inf).argmax(),
                np.where(a > 0, limit, np.inf).argmin(),
            ):
                multipliers[at] = 1 / abs(a[at])
            return self.certificate(multipliers / multipliers.max())
        reported = self.system.values[self.free[0]] / self.system.unit
        return self.point(np.array([np.clip(reported, min(low, high), high)]))

    def point(self, solution: Floats) -> Values:
        found = zip(self.free, (solution * self.system.unit).tolist(), strict=True)
        return {**self.system.values, **dict(found)}

    def certificate(self, multipliers: Floats) -> Conflict:
        """Unchanged values and rules of a sum of rows that no choice of the free values satisfies.

        Of a value whose coefficients cancel in the sum nothing depends.
        """
        sums: dict[str, float] = {}
        sizes: dict[str, float] = {}
        used = []
        for row, multiplier, scale in zip(self.rows, multipliers, self.scale, strict=True):
            if multiplier <= 1e-9:
                continue
            used.append(row.rule)
            for code, a in row.half.coefficients:
                term = multiplier / scale * a
                sums[code] = sums.get(code, 0.0) + term
                sizes[code] = max(sizes.get(code, 0.0), abs(term))
        codes = {c for c, total in sums.items() if abs(total) > 1e-9 * sizes[c]}
        return Conflict(frozenset(codes - set(self.free)), tuple(dict.fromkeys(used)))


def _tidy(value: float) -> float:
    """A number without the noise of scaling: 9 digits."""
    return float(f"{value:.9g}") + 0.0
