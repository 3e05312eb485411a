"""What means that are shown say of their withheld members: between which values each must lie.

A score lies between the ends of its scale, so a mean bounds its members: where all others are at the
top, one whose mean is shown can be no lower than it is.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from cescore.method.index.mean_tree import Tree

LARGEST = 690.0  # the logarithm of what no value comes near, and the machine still holds


class Extent(NamedTuple):
    """The least and the largest that a value can be."""

    low: float
    high: float


@dataclass(frozen=True, eq=False)
class MeanBounds:
    """One entity's nest of means in one year, with members that are not shown.

    Attributes
    ----------
    row, place
        Of the entity and the year in the tree's arrays.
    hidden
        Leaves and wholes that are not shown.
    ends
        Between which a leaf lies [points], whoever's it is.
    """

    tree: Tree
    row: int
    place: int
    hidden: Collection[str]
    ends: Extent

    def beneath(self, whole: str) -> Iterator[tuple[str, Extent]]:
        """Between which values [points] each withheld leaf beneath a whole lies, were the whole shown.

        The others are at their ends: f(x) = (f(mean) - Σ w·f(other)) / w with f(x) = x^p, ln x at
        p = 0. Of what is no mean nothing is said.

        Examples
        --------
        Of two members of a mean of 80, the other at most 100:

        >>> import numpy as np
        >>> of = {"": [[80.0]], "a": [[60.0]], "b": [[100.0]]}
        >>> tree = Tree(
        ...     (2025,),
        ...     {"": 1.0},
        ...     {"": ("a", "b")},
        ...     {m: np.array([[0.5]]) for m in "ab"},
        ...     {m: np.array(v) for m, v in of.items()},
        ... )
        >>> dict(MeanBounds(tree, 0, 0, {"a", "b"}, Extent(0.0, 100.0)).beneath(""))
        {'a': Extent(low=60.0, high=100.0), 'b': Extent(low=60.0, high=100.0)}
        """
        value = self._value(whole)
        yield from self._inside(whole, Extent(value, value))

    def _inside(self, whole: str, known: Extent) -> Iterator[tuple[str, Extent]]:
        power = self.tree.powers[whole]
        if math.isnan(power):
            return
        ranges = [(member, share, self._range(member)) for member, share in self._members(whole)]
        for member, share, own in ranges:
            if member not in self.hidden:
                continue
            others = [(s, r) for other, s, r in ranges if other != member]
            low = _solved(power, share, known.low, [(s, r.high) for s, r in others], -math.inf)
            high = _solved(power, share, known.high, [(s, r.low) for s, r in others], math.inf)
            left = Extent(max(low, own.low), min(high, own.high))
            if member in self.tree.members:
                yield from self._inside(member, left)
            else:
                yield member, left

    def _range(self, member: str) -> Extent:
        """What a member can be, as far as nothing above it is shown [points]."""
        if member not in self.hidden:
            return Extent(self._value(member), self._value(member))
        if member not in self.tree.members:
            return self.ends
        power = self.tree.powers[member]
        if math.isnan(power):
            return self.ends
        inside = [(share, self._range(m)) for m, share in self._members(member)]
        return Extent(
            _mean(power, [(share, r.low) for share, r in inside]),
            _mean(power, [(share, r.high) for share, r in inside]),
        )

    def _members(self, whole: str) -> Iterator[tuple[str, float]]:
        """The members that take part, with their shares."""
        for member in self.tree.members[whole]:
            share = float(self.tree.shares[member][self.row, self.place])
            if share > 0:
                yield member, share

    def _value(self, member: str) -> float:
        return float(self.tree.values[member][self.row, self.place])


Parts = Sequence[tuple[float, float]]  # share, value


def _mean(power: float, parts: Parts) -> float:
    """(Σ w·x^p)^(1/p); the geometric mean at p = 0."""
    return _turned_back(power, math.fsum(share * _turned(power, value) for share, value in parts))


def _solved(power: float, share: float, mean: float, others: Parts, open_end: float) -> float:
    """The member that makes a mean what it is beside others; ``open_end`` where any would do."""
    rest = [s * _turned(power, value) for s, value in others]
    if any(map(math.isinf, rest)):
        return open_end
    return _turned_back(power, (_turned(power, mean) - math.fsum(rest)) / share)


def _turned(power: float, value: float) -> float:
    """x^p, or ln x at p = 0; infinite at an end where it is."""
    if power > 0:
        return float(max(value, 0.0) ** power)
    if power < 0:
        return float(value**power) if value > 0 else math.inf
    return math.log(value) if value > 0 else -math.inf


def _turned_back(power: float, turned: float) -> float:
    """The value whose power, or logarithm, is given; an end of all values where there is none."""
    if power > 0:
        return float(max(turned, 0.0) ** (1 / power))
    if power < 0:
        return float(turned ** (1 / power)) if turned > 0 else math.inf
    return math.exp(turned) if turned < LARGEST else math.inf
