"""Two indices held against each other: what each indicator, and the way of averaging, makes of the difference.

References
----------
B. W. Ang, The LMDI approach to decomposition analysis, Energy Policy 33 (2005): the split over
members. A. F. Shorrocks, Decomposition procedures for distributional analysis: a unified framework
based on the Shapley value, Journal of Economic Inequality 11 (2013): the split over causes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import factorial

import numpy as np
from numpy.typing import NDArray

from cescore.method.index.aggregate import generalised_mean
from cescore.method.index.contributions import decompose_change
from cescore.method.index.mean_tree import NO_MEAN, Tree

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class IndexDifference:
    """An index less another one, by cause [points]; arrays of (entities,), NaN where either has none.

    All causes together are ``total``.

    Attributes
    ----------
    total
        The second index less the first.
    by_score, by_weight
        Indicator -> what its other score did, and its other share: one that stands in one of the
        two only did what it did by its share.
    by_mean
        What another way of averaging did, which is nobody's own.
    """

    total: Floats
    by_score: Mapping[str, Floats]
    by_weight: Mapping[str, Floats]
    by_mean: Floats


def split_difference(first: Tree, second: Tree) -> IndexDifference | None:
    """The difference of two indices by indicator, without a rest; None where either is no mean.

    Each tree has one year. With equal means this is the split of a change between two years
    (`contributions.decompose_change`: additive LMDI for geometric means). With other means I(p, s)
    depends on means p and scores and shares s; the two causes get their Shapley values,

        by mean  = ½ [I(p₂, s₁) - I(p₁, s₁) + I(p₂, s₂) - I(p₁, s₂)],
        the rest = ½ [I(p₁, s₂) - I(p₁, s₁) + I(p₂, s₂) - I(p₂, s₁)],

    and each half of the rest is split over indicators as above.
    """
    if not (first.is_nest_of_means and second.is_nest_of_means):
        return None
    old, new = _powers(first, second), _powers(second, first)
    by_old = _joined(first, _averaged(second, old), old)
    pairs = [by_old]
    if old != new:
        pairs.append(_joined(_averaged(first, new), second, new))
    splits = [decompose_change(pair) for pair in pairs]
    by_score = {c: _mean([s.scores[c][:, 1] for s in splits]) for c in by_old.leaves}
    downs = [s.by_weight(pair) for s, pair in zip(splits, pairs, strict=True)]
    by_weight = {c: _mean([down[c][:, 1] for down in downs]) for c in by_old.leaves}
    total = second.values[""][:, 0] - first.values[""][:, 0]
    rest = _mean([split.total[:, 1] for split in splits])
    return IndexDifference(total, by_score, by_weight, total - rest)


def shapley(causes: Sequence[str], value: Callable[[Collection[str]], Floats]) -> dict[str, Floats]:
    """What each cause does to a value, averaged over all orders in which they can come about.

    φ_i = Σ_S |S|! (n - |S| - 1)! / n! · [v(S ∪ i) - v(S)]; together v(all) - v(none). ``value`` is
    asked 2ⁿ times.

    Examples
    --------
    >>> worth = {"": 0.0, "a": 2.0, "b": 3.0, "ab": 9.0}
    >>> effects = shapley("ab", lambda those: np.array([worth["".join(sorted(those))]]))
    >>> {cause: float(effect[0]) for cause, effect in effects.items()}
    {'a': 4.0, 'b': 5.0}
    """
    n = len(causes)
    subsets = [frozenset(s) for k in range(n + 1) for s in combinations(causes, k)]
    values = {subset: value(subset) for subset in subsets}
    effects = {}
    for cause in causes:
        effect = np.zeros(values[frozenset()].shape)
        for subset in subsets:
            if cause not in subset:
                share = factorial(len(subset)) * factorial(n - len(subset) - 1) / factorial(n)
                effect = effect + share * (values[subset | {cause}] - values[subset])
        effects[cause] = effect
    return effects


def _powers(tree: Tree, other: Tree) -> dict[str, float]:
    """The powers of one tree; of a whole that only the other has, that one's."""
    return {**other.powers, **tree.powers}


def _averaged(tree: Tree, powers: Mapping[str, float]) -> Tree:
    """The tree with its wholes averaged by other powers; one whose power stays keeps its value
    unless something below it has changed."""
    values, moved = dict(tree.values), set[str]()
    for whole in reversed(list(tree.members)):  # from the bottom up
        members = tree.members[whole]
        power = powers.get(whole, NO_MEAN)
        if power == tree.powers[whole] and not moved & set(members):
            continue
        moved.add(whole)
        shares = [tree.shares[member] for member in members]
        mean = generalised_mean([values[member] for member in members], shares, power=power)
        counts = np.isfinite(tree.values[whole])
        values[whole] = np.where(counts, mean, np.nan)
    return Tree(tree.years, {w: powers[w] for w in tree.members}, tree.members, tree.shares, values)


def _joined(first: Tree, second: Tree, powers: Mapping[str, float]) -> Tree:
    """Two trees of one year as one of two years; what one of them lacks takes no part in it."""
    wholes = [*first.members, *(w for w in second.members if w not in first.members)]
    members = {
        w: tuple(dict.fromkeys((*first.members.get(w, ()), *second.members.get(w, ()))))
        for w in wholes
    }
    shape = first.values[""].shape
    codes = {"", *(member for of_whole in members.values() for member in of_whole)}
    return Tree(
        years=(0, 1),
        powers={w: powers[w] for w in wholes},
        members=members,
        shares={c: _beside(first.shares, second.shares, c, np.zeros(shape)) for c in codes - {""}},
        values={c: _beside(first.values, second.values, c, np.full(shape, np.nan)) for c in codes},
    )


def _beside(
    first: Mapping[str, Floats], second: Mapping[str, Floats], code: str, nothing: Floats
) -> Floats:
    return np.concatenate([first.get(code, nothing), second.get(code, nothing)], axis=1)


def _mean(arrays: Sequence[Floats]) -> Floats:
    return np.asarray(sum(arrays, start=np.zeros(arrays[0].shape)) / len(arrays), float)
