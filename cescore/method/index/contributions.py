"""What each indicator adds to the index, and what made the index change since last year.

Both are exact: contributions add up to the index, effects to its change, for any nest of weighted
power means (arithmetic, geometric, harmonic), with members that begin or cease to take part.
An index that ranks (Copeland, TOPSIS) is no such mean, and nothing is split.

References
----------
B. W. Ang, The LMDI approach to decomposition analysis, Energy Policy 33 (2005).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cescore.method.index.mean_tree import Tree

Floats = NDArray[np.float64]

SMALLEST = 1e-100  # stands for a zero score where a mean needs its logarithm or reciprocal
FLAT = 1e-6  # relative change below which a secant is the slope in the middle (error: its square)


@dataclass(frozen=True)
class Contribution:
    """What one indicator does to an index in the year evaluated; None where that is not known.

    Attributes
    ----------
    code
        Of the indicator; of the progress index: group.indicator.
    weight
        Effective weight in the index [share]; of all together 1.
    contribution
        Points; of all together the index.
    contribution_to_change
        Points since last year; of all together the change of the index.
    contribution_to_change_by_weight
        Of it because shares changed, not scores [points].
    """

    code: str
    weight: float | None
    contribution: float | None
    contribution_to_change: float | None
    contribution_to_change_by_weight: float | None


@dataclass(frozen=True, eq=False)
class Decomposition:
    """An index of one year by what stands at its lowest level; arrays of (entities,).

    NaN where there is no index to split, or no change to know.

    Attributes
    ----------
    year
        The year split; the earlier year is the one before unless another is named.
    total, change
        The index, and the points by which it moved since the earlier year.
    weights
        Leaf -> effective weight [share]; they add up to 1.
    contributions
        Leaf -> points; they add up to ``total``.
    changes
        Leaf -> points; they add up to ``change``.
    by_weight
        Leaf -> the part of its change that comes from a changed share [points]; the rest comes from
        a changed score.
    """

    year: int
    total: Floats
    change: Floats
    weights: Mapping[str, Floats]
    contributions: Mapping[str, Floats]
    changes: Mapping[str, Floats]
    by_weight: Mapping[str, Floats]

    def by_kind(self) -> tuple[tuple[str, str, Mapping[str, Floats]], ...]:
        """Each part by the name it has in results, with its unit (ratio or points)."""
        return (
            ("weight", "ratio", self.weights),
            ("contribution", "points", self.contributions),
            ("contribution_to_change", "points", self.changes),
            ("contribution_to_change_by_weight", "points", self.by_weight),
        )

    def change_without(self, leaves: Collection[str]) -> Floats:
        """The points by which all but some leaves moved the index: ``change`` less theirs (entities,)."""
        theirs = [self.changes[leaf] for leaf in leaves]
        return self.change - np.sum(theirs, axis=0) if theirs else self.change

    def of(self, row: int) -> tuple[Contribution, ...]:
        """One entity's parts, indicator by indicator; ``row`` counts entities from 0."""
        return tuple(
            Contribution(code, *(_or_none(parts[code][row]) for _, _, parts in self.by_kind()))
            for code in self.weights
        )


def decompose(
    tree: Tree,
    year: int,
    *,
    since: int | None = None,
    stands: NDArray[np.bool_] | None = None,
) -> Decomposition:
    """Weights [share], contributions and changes [points] of a year, by default since the year before.

    The split of a change over several years is that of its two ends: it does not depend on what
    happened between them, and is not the sum of the yearly splits unless every mean is arithmetic
    and no share changed.

    Parameters
    ----------
    tree
        The index as a nest of means, all years.
    year, since
        The year split, and the earlier year; None: the year before. A year that the tree does not
        have has no index, so that there is no change.
    stands
        (entities, the tree's years): where the index is one (`coverage.stands`); between two years
        there is a change only if it stands in both. None: it stands wherever it has a value.

    Examples
    --------
    >>> half = np.full((1, 2), 0.5)
    >>> tree = Tree(
    ...     years=(2020, 2021),
    ...     powers={"": 1.0},
    ...     members={"": ("A", "B")},
    ...     shares={"A": half, "B": half},
    ...     values={
    ...         "": np.array([[50.0, 65.0]]),
    ...         "A": np.array([[40.0, 60.0]]),
    ...         "B": np.array([[60.0, 70.0]]),
    ...     },
    ... )
    >>> of = decompose(tree, 2021)
    >>> {code: float(points[0]) for code, points in of.contributions.items()}
    {'A': 30.0, 'B': 35.0}
    >>> float(of.change[0]), {code: float(points[0]) for code, points in of.changes.items()}
    (15.0, {'A': 10.0, 'B': 5.0})
    """
    earlier = year - 1 if since is None else since
    two = tree.at((earlier, year))
    has_change = _stands_in_both(tree, stands, (earlier, year))

    def of_change(points: Floats) -> Floats:
        return np.where(has_change, points, np.nan)

    change, added, weights = decompose_change(two), contributions(two), effective_shares(two)
    total = two.values[""][:, 1]
    has_index = ~np.isnan(total)
    by_weight = change.by_weight(two)
    return Decomposition(
        year=year,
        total=total,
        change=of_change(change.total[:, 1]),
        weights={code: np.where(has_index, w[:, 1], np.nan) for code, w in weights.items()},
        contributions={code: points[:, 1] for code, points in added.items()},
        changes={c: of_change((change.scores[c] + by_weight[c])[:, 1]) for c in two.leaves},
        by_weight={code: of_change(points[:, 1]) for code, points in by_weight.items()},
    )


def _stands_in_both(
    tree: Tree, stands: NDArray[np.bool_] | None, years: tuple[int, int]
) -> NDArray[np.bool_]:
    """Which entities' index stands in two years; none where the tree lacks one of them."""
    if stands is None:
        return np.ones(len(tree.values[""]), bool)
    if not set(years) <= set(tree.years):
        return np.zeros(len(stands), bool)
    both = stands[:, [tree.years.index(year) for year in years]]
    return np.asarray(both.all(axis=1), bool)


def effective_shares(tree: Tree) -> dict[str, Floats]:
    """Each leaf's share of the whole [0-1]: the product of the shares from it up to the top.

    Together 1 wherever anything takes part; 0 for a leaf that does not. Arrays (entities, years).
    """
    whole = {"": np.ones(tree.values[""].shape)}
    for code, members in tree.members.items():
        whole |= {member: whole[code] * tree.shares[member] for member in members}
    return {code: whole[code] for code in tree.leaves}


def contributions(tree: Tree) -> dict[str, Floats]:
    """Points each leaf adds to the index; together the index, NaN where there is none.

    score × ∂index/∂score, which adds up because every mean doubles when its members do (Euler's
    theorem). In an arithmetic tree that is effective weight × score; in a geometric group a member
    adds share × group; in a harmonic one share × group² / score. A score of 0 adds nothing.

    Examples
    --------
    >>> half = np.full((1, 1), 0.5)
    >>> tree = Tree(
    ...     years=(2020,),
    ...     powers={"": 0.0},  # geometric
    ...     members={"": ("A", "B")},
    ...     shares={"A": half, "B": half},
    ...     values={"": np.array([[50.0]]), "A": np.array([[25.0]]), "B": np.array([[100.0]])},
    ... )
    >>> {code: float(points[0, 0]) for code, points in contributions(tree).items()}
    {'A': 25.0, 'B': 25.0}
    """
    slope = {"": np.ones(tree.values[""].shape)}
    for code, members in tree.members.items():
        for member in members:
            share = tree.shares[member]
            steep = _slope(tree.powers[code], tree.values[member], tree.values[code], share)
            slope[member] = _product(slope[code], steep)
    points = {code: _product(slope[code], tree.values[code]) for code in tree.leaves}
    has_index = ~np.isnan(tree.values[""]) & tree.is_nest_of_means
    return {code: np.where(has_index, value, np.nan) for code, value in points.items()}


@dataclass(frozen=True, eq=False)
class Change:
    """The change of the index since the year before, in points, by cause (entities, years).

    All causes together are ``total``; NaN where either year has no index, so in the first year.

    Attributes
    ----------
    scores
        Leaf -> what the change of its score did.
    weights
        Leaf or group -> what the change of its share in its group did; shares change where members
        begin or cease to take part.
    total
        The index less that of the year before.
    """

    scores: Mapping[str, Floats]
    weights: Mapping[str, Floats]
    total: Floats

    def by_weight(self, tree: Tree) -> dict[str, Floats]:
        """What changes of shares did, by leaf [points].

        That of a group goes to its members by their shares, which are the means of the two years; a
        group that took part in neither passes nothing on.
        """
        down = {"": np.zeros(self.total.shape)}
        for code, members in tree.members.items():
            mean = {member: _mean_of_two(tree.shares[member]) for member in members}
            whole = sum(mean.values(), start=np.zeros(self.total.shape))
            for member in members:
                part = np.divide(mean[member], whole, out=np.zeros(whole.shape), where=whole > 0)
                down[member] = self.weights[member] + _product(down[code], part)
        return {code: down[code] for code in tree.leaves}


def decompose_change(tree: Tree) -> Change:
    """The change of the index from each of the tree's years to the next, split without a rest.

    In each group the mean is M = g(Σ w·f(s)): f = s, ln s, 1/s or s^p. Then ΔM = L·Σ (w̄·Δf + (f̄ -
    φ̄)·Δw), with bars for the mean of the two years, φ = Σ w·f, and L = ΔM / Δφ: for the arithmetic
    mean L is 1; for the geometric one L is the logarithmic mean of M in both years, which is the
    additive LMDI split. A group's part goes to its members in proportion to what they did to it. A
    member that takes part in one year only has no change of score: what it did is the effect of its
    share.

    The tree's years follow each other; the first has no change (NaN).

    References
    ----------
    B. W. Ang, The LMDI approach to decomposition analysis, Energy Policy 33 (2005): additive form;
    a zero is replaced by a small number (here 1e-100).
    """
    chain = {"": np.ones(tree.values[""].shape)}
    scores: dict[str, Floats] = {}
    weights: dict[str, Floats] = {}
    for code, members in tree.members.items():
        for member, split in _split(tree, code, members).items():
            weights[member] = _product(chain[code], split.of_share)
            scores[member] = _product(chain[code], split.effect)
            chain[member] = _product(chain[code], split.per_point)
    index = tree.values[""]
    total = np.where(np.arange(len(tree.years)) > 0, index - _earlier(index), np.nan)
    has_change = ~np.isnan(total) & tree.is_nest_of_means
    return Change(
        scores={code: np.where(has_change, scores[code], np.nan) for code in tree.leaves},
        weights={code: np.where(has_change, value, np.nan) for code, value in weights.items()},
        total=total,
    )


@dataclass(frozen=True, eq=False)
class _Split:
    """What a member did to the mean it stands in."""

    effect: Floats  # of the change of its value
    per_point: Floats  # the same for each point of that change
    of_share: Floats  # of the change of its share


def _split(tree: Tree, whole: str, members: tuple[str, ...]) -> dict[str, _Split]:
    """The change of one mean over its members, each year against the one before."""
    power, mean = tree.powers[whole], tree.values[whole]
    new_w = {m: tree.shares[m] for m in members}
    old_w = {m: _earlier(tree.shares[m]) for m in members}
    new = {m: np.where(new_w[m] > 0, tree.values[m], _earlier(tree.values[m])) for m in members}
    old = {m: np.where(old_w[m] > 0, _earlier(tree.values[m]), tree.values[m]) for m in members}
    f_new = {m: _transformed(power, new[m], old_w[m] + new_w[m]) for m in members}
    f_old = {m: _transformed(power, old[m], old_w[m] + new_w[m]) for m in members}
    nothing = np.zeros(mean.shape)
    phi_new = sum((_product(new_w[m], f_new[m]) for m in members), start=nothing)
    phi_old = sum((_product(old_w[m], f_old[m]) for m in members), start=nothing)
    secant = _secant_of_mean(power, _earlier(mean), mean, phi_old, phi_new)
    splits = {}
    for m in members:
        weight, both = (old_w[m] + new_w[m]) / 2, (old_w[m] > 0) & (new_w[m] > 0)
        place = (f_old[m] + f_new[m] - phi_old - phi_new) / 2
        splits[m] = _Split(
            effect=secant * weight * (f_new[m] - f_old[m]),
            per_point=np.where(both, secant * weight * _secant(power, old[m], new[m]), 0.0),
            of_share=secant * _product(place, new_w[m] - old_w[m]),
        )
    return splits


def _secant_of_mean(power: float, old: Floats, new: Floats, phi_old: Floats, phi: Floats) -> Floats:
    """ΔM / Δφ; stable where the mean barely moves, exact where a zero makes M other than g(φ)."""
    regular = np.isclose(_f(power, old), phi_old, rtol=1e-9, atol=0)
    regular &= np.isclose(_f(power, new), phi, rtol=1e-9, atol=0)
    by = phi - phi_old
    ratio = np.where(by == 0, 0.0, (new - old) / np.where(by == 0, 1.0, by))
    slope = _secant(power, old, new)
    return np.where(regular, 1 / np.where(regular, slope, 1.0), ratio)


def _secant(power: float, old: Floats, new: Floats) -> Floats:
    """Δf / Δs; where the two nearly coincide, f' in the middle."""
    low = _least(power)
    old, new = np.maximum(old, low), np.maximum(new, low)
    middle = (old + new) / 2
    flat = np.abs(new - old) <= FLAT * np.abs(middle)
    slope = (1.0 if power == 0 else power) * middle ** (power - 1)
    step = np.where(flat, 1.0, new - old)
    return np.where(flat, slope, (_f(power, new) - _f(power, old)) / step)


def _f(power: float, values: Floats) -> Floats:
    """What a power mean adds up: s^p, or ln s for the geometric mean."""
    if power == 1:
        return values
    least = np.maximum(values, _least(power))
    return np.log(least) if power == 0 else least**power


def _least(power: float) -> float:
    """What stands for a zero score: a number whose reciprocal power is one as well."""
    return -np.inf if power == 1 else float(SMALLEST ** (1 / max(1.0, abs(power))))


def _transformed(power: float, values: Floats, weight: Floats) -> Floats:
    """f(s); 0 for a member that takes part in neither year."""
    return np.where(weight > 0, _f(power, values), 0.0)


def _slope(power: float, member: Floats, mean: Floats, share: Floats) -> Floats:
    """∂mean/∂member = share · (member / mean)^(p - 1); 0 for a zero, which adds nothing."""
    if power == 1:
        return share
    counts = (share > 0) & (member != 0) & (mean != 0)
    with np.errstate(over="ignore"):  # a mean near 0: what is far above it adds nothing
        ratio = np.where(counts, member, 1.0) / np.where(counts, mean, 1.0)
        return np.where(counts, share * ratio ** (power - 1), 0.0)


def _earlier(values: Floats) -> Floats:
    """Each year's values moved to the next year; the first year keeps its own."""
    return np.concatenate([values[:, :1], values[:, :-1]], axis=1)


def _mean_of_two(values: Floats) -> Floats:
    return (values + _earlier(values)) / 2


def _product(left: Floats, right: Floats) -> Floats:
    """A product in which 0 times nothing is 0: a member that does not count has no effect."""
    return np.where((left == 0) | (right == 0), 0.0, left * right)


def _or_none(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
