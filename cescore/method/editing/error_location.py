"""The fewest values of a record whose change would satisfy all of its rules: the Fellegi–Holt paradigm.

Which values to change is a 0/1 program: minimise Σ weight·δ, where of every set of values that cannot
all be right at least one must change. The sets are found as they are needed: a linear program that
cannot be satisfied proves by its dual which unchanged values contradict each other (combinatorial
Benders cuts). So no bound on how far a value may move, no "big M", blurs a record in which one value is
10 000 times too large; the two programs are solved by HiGHS.

References
----------
Fellegi, I. P. and Holt, D. (1976), A systematic approach to automatic edit and imputation, JASA 71,
17-35. Codato, G. and Fischetti, M. (2006), Combinatorial Benders' cuts for mixed-integer linear
programming, Operations Research 54(4), 756-766. De Waal, T., Pannekoek, J. and Scholtus, S. (2011),
Handbook of Statistical Data Editing and Imputation, chapters 3-4.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from cescore.method.editing.linear_rules import LinearRule
from cescore.method.editing.rule_systems import Floats, Freedom, Replacement, RuleSystem, Values

MOST_TIES = 20  # sets of equal weight that are listed


@dataclass(frozen=True)
class FewestChanges:
    """What would satisfy all rules with the least weight of changes.

    Attributes
    ----------
    sets
        All sets of that weight, by the order of their codes; more than one means that the rules do
        not tell which. Empty where nothing has to change, or nothing helps.
    weight
        Σ weight of the values in each set.
    contradiction
        Ids of rules that no change of values that may change satisfies together.
    is_complete
        Whether ``sets`` are all of them, not the first `MOST_TIES`.
    """

    sets: tuple[tuple[Replacement, ...], ...] = ()
    weight: float = 0.0
    contradiction: tuple[str, ...] = ()
    is_complete: bool = True


def fewest_changes(
    rules: Sequence[LinearRule], values: Values, freedom: Freedom | None = None
) -> FewestChanges:
    """All sets of values of least weight that can be replaced so that every rule holds.

    Minimise Σ w_i·δ_i over δ ∈ {0, 1} such that an x exists with x_i = v_i where δ_i = 0 and x
    satisfies every clause of every rule. Counts are treated as real numbers; equal inputs give
    equal sets, in the order of their codes.

    Parameters
    ----------
    rules
        Of the record, see `linear_rules.linear_rule`.
    values
        Code -> reported value v, of every code in the rules; none missing.
    freedom
        Weights, pinned values, bounds; None: all weigh 1, none is pinned or bounded.

    Raises
    ------
    MethodError
        A weight is not above 0, or the record needs more than `MOST_PROGRAMS` linear programs.

    Examples
    --------
    >>> from cescore.method.editing.linear_rules import HalfSpace
    >>> total = LinearRule(
    ...     "total",
    ...     (
    ...         (HalfSpace((("a", -1.0), ("b", -1.0), ("t", 1.0)), 0.0),),
    ...         (HalfSpace((("a", 1.0), ("b", 1.0), ("t", -1.0)), 0.0),),
    ...     ),
    ... )
    >>> within = LinearRule("within", ((HalfSpace((("a", 1.0), ("b", -1.0)), 0.0),),))
    >>> found = fewest_changes([total, within], {"a": 900.0, "b": 40.0, "t": 49.0})
    >>> found.sets
    ((Replacement(code='a', value=900.0, low=9.0, high=9.0),),)
    """
    system = RuleSystem(rules, values, freedom or Freedom.of())
    impossible = system.refute(system.changeable)
    if impossible is not None:
        return FewestChanges(contradiction=tuple(filter(None, impossible.rules)))
    master = _Master(system)
    for codes in system.violated():
        master.cut(codes)
    found: list[frozenset[str]] = []
    least = np.inf
    while len(found) < MOST_TIES:
        chosen = master.cheapest()
        if chosen is None or master.weight(chosen) > least * (1 + 1e-9):
            break
        conflict = system.refute(chosen)
        if conflict is None:
            if not chosen:
                return FewestChanges()
            found.append(chosen)
            least = master.weight(chosen)
            master.forbid(chosen)
        else:
            master.cut(conflict.codes)
    ordered = sorted(found, key=sorted)
    sets = tuple(system.replacements(one) for one in ordered)
    return FewestChanges(sets, float(least), is_complete=len(found) < MOST_TIES)


class _Master:
    """The 0/1 program: the cheapest set of values that has one of each conflict."""

    def __init__(self, system: RuleSystem) -> None:
        self.codes = tuple(sorted(system.changeable))
        self.at = {code: i for i, code in enumerate(self.codes)}
        self.weights = np.array([system.freedom.weights.get(c, 1.0) for c in self.codes])
        self.lines: list[Floats] = []
        self.least: list[float] = []

    def weight(self, codes: Collection[str]) -> float:
        return float(sum(self.weights[self.at[code]] for code in codes))

    def cut(self, codes: Collection[str]) -> None:
        """At least one of these must change."""
        line = np.zeros(len(self.codes))
        line[[self.at[code] for code in codes if code in self.at]] = 1
        self.lines.append(line)
        self.least.append(1.0)

    def forbid(self, codes: Collection[str]) -> None:
        """Not all of these together again."""
        line = np.zeros(len(self.codes))
        line[[self.at[code] for code in codes]] = -1
        self.lines.append(line)
        self.least.append(1.0 - len(codes))

    def cheapest(self) -> frozenset[str] | None:
        """The set of least weight; None where none is left."""
        if not self.lines:
            return frozenset()
        solved = milp(
            self.weights,
            integrality=np.ones(len(self.codes)),
            bounds=Bounds(0, 1),
            constraints=LinearConstraint(np.array(self.lines), lb=np.array(self.least)),
        )
        if solved.x is None:
            return None
        return frozenset(c for c, x in zip(self.codes, solved.x, strict=True) if x > 0.5)
