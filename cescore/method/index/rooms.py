"""What the index would gain if one member of it stood at the top of the scale."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cescore.method.index.aggregate import generalised_mean
from cescore.method.index.mean_tree import Tree

Floats = NDArray[np.float64]


def rooms(tree: Tree, year: int, top: float) -> dict[str, Floats]:
    """Points that the index gains with one member at ``top`` and all others as they are.

    In an arithmetic tree that is effective weight x (top - score); under other means the members
    beside it count as well: the lower score has the greater room. Rooms of several members do not
    add up under such means.

    Parameters
    ----------
    tree
        The index as a nest of means.
    year
        The year looked at; one the tree does not have gives NaN.
    top
        The top of the scale [points].

    Returns
    -------
    dict
        Code of each indicator and group -> points, (entities,). NaN where the member takes no part,
        where there is no index, and where the index is no mean of its members (Copeland, TOPSIS),
        so that nothing can be said of one alone. Below 0 for a member above ``top``.

    References
    ----------
    OECD and JRC, Handbook on Constructing Composite Indicators (2008), step 6: under geometric
    aggregation the marginal gain is largest where the score is lowest.

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
    >>> {code: round(float(points[0]), 9) for code, points in rooms(tree, 2020, 100.0).items()}
    {'A': 50.0, 'B': 0.0}
    """
    one_year = tree.at((year,))
    parent = _parents(tree)
    return {code: _gain(one_year, parent, code, top) for code in parent}


def gain_with(tree: Tree, year: int, code: str, value: float) -> Floats:
    """Points that the index gains with one member at ``value`` and all others as they are, as `rooms`.

    Shape (entities,); below 0 for a member brought down.
    """
    return _gain(tree.at((year,)), _parents(tree), code, value)


def _parents(tree: Tree) -> dict[str, str]:
    """The whole directly above each member."""
    return {member: whole for whole, members in tree.members.items() for member in members}


def _gain(tree: Tree, parent: dict[str, str], code: str, member: float) -> Floats:
    """What one member brings: its whole computed anew, then the whole above it, up to the index."""
    index = tree.values[""][:, 0]
    changed, value = code, np.full(index.shape, member)
    counts = ~np.isnan(index) & tree.is_nest_of_means
    while changed:
        whole = parent[changed]
        members = tree.members[whole]
        shares = [tree.shares[member][:, 0] for member in members]
        values = [value if m == changed else tree.values[m][:, 0] for m in members]
        counts &= tree.shares[changed][:, 0] > 0
        power = 1.0 if np.isnan(tree.powers[whole]) else tree.powers[whole]
        changed, value = whole, generalised_mean(values, shares, power=power)
    return np.where(counts, value - index, np.nan)
