"""Ranking without adding scores up: pairwise majorities and distances to an ideal.

Tables hold scores, more is better: one row per entity, one column per indicator. Weights are
matched by column name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cescore.errors import MethodError

Floats = NDArray[np.float64]


def outranking_matrix(scores: pd.DataFrame, weights: Mapping[str, float]) -> pd.DataFrame:
    """Weight of the indicators on which the row beats the column; ties give half to each.

    An indicator that one of the two lacks does not count for the pair; shares are of what counts.
    """
    w = _weights(scores, weights)
    values = scores.to_numpy(float)
    known = ~np.isnan(values)
    better = values[:, None, :] > values[None, :, :]
    equal = values[:, None, :] == values[None, :, :]
    both = (known[:, None, :] & known[None, :, :]) @ w
    won = (better + 0.5 * equal) @ w
    share = np.divide(won, both, out=np.full(both.shape, np.nan), where=both > 0)
    np.fill_diagonal(share, np.nan)
    return pd.DataFrame(share, index=scores.index, columns=scores.index)


def copeland(scores: pd.DataFrame, weights: Mapping[str, float]) -> pd.Series:
    """Copeland score: duels won minus duels lost, by weighted majority of the indicators.

    No score makes up for another, and no scale matters. Missing values: as `outranking_matrix`.

    Examples
    --------
    >>> table = pd.DataFrame(
    ...     {"a": [3, 2, 1], "b": [3, 1, 2], "c": [1, 3, 2]}, index=["x", "y", "z"]
    ... )
    >>> copeland(table, {"a": 1, "b": 1, "c": 1}).tolist()
    [2.0, 0.0, -2.0]
    """
    share = outranking_matrix(scores, weights).to_numpy()
    won = (share > 0.5).sum(axis=1) - (share < 0.5).sum(axis=1)
    return pd.Series(won.astype(float), index=scores.index, name="copeland")


def topsis(scores: pd.DataFrame, weights: Mapping[str, float]) -> pd.Series:
    """TOPSIS: d⁻ / (d⁺ + d⁻), the closeness to the best of every indicator, 0-1.

    Columns are divided by their Euclidean length, weighted, and each entity's Euclidean distances to
    the best and to the worst values present are compared.

    Raises
    ------
    MethodError
        A missing value; or all entities are alike.

    References
    ----------
    C.-L. Hwang and K. Yoon, Multiple Attribute Decision Making (1981).

    Examples
    --------
    >>> table = pd.DataFrame({"a": [4.0, 3.0], "b": [3.0, 4.0]})
    >>> topsis(table, {"a": 3, "b": 1}).round(6).tolist()
    [0.75, 0.25]
    """
    w = _weights(scores, weights)
    values = scores.to_numpy(float)
    if np.isnan(values).any():
        raise MethodError("TOPSIS needs every score; impute or leave out first")
    length = np.sqrt((values**2).sum(axis=0))
    weighted = values / np.where(length > 0, length, 1.0) * w
    to_best = np.sqrt(((weighted - weighted.max(axis=0)) ** 2).sum(axis=1))
    to_worst = np.sqrt(((weighted - weighted.min(axis=0)) ** 2).sum(axis=1))
    if not (to_best + to_worst > 0).all():
        raise MethodError("TOPSIS cannot tell entities that are all alike")
    return pd.Series(to_worst / (to_best + to_worst), index=scores.index, name="topsis")


def _weights(scores: pd.DataFrame, weights: Mapping[str, float]) -> Floats:
    """Weights in the order of the columns, together 1."""
    odd = sorted(map(str, set(scores.columns) ^ set(weights)))
    if odd:
        raise MethodError(f"scores and weights name different indicators: {', '.join(odd)}")
    w: Floats = np.array([weights[str(column)] for column in scores])
    if (w < 0).any() or not w.sum() > 0:
        raise MethodError("weights must be 0 or more, and not all 0")
    shares: Floats = w / w.sum()
    return shares


# --- the framework's choice: many years, or draws, at once ------------------------------------

MOST_COMPARED = 5000  # entities: every pair is compared


def copeland_shares(values: Floats, weights: Floats) -> Floats:
    """Copeland scores on 0-1, (c / (n - 1) + 1) / 2, in each row (members, rows, entities).

    A weight of zero means that the entity lacks the member, which then does not count for its
    pairs. NaN for an entity without any, and where nobody is left to compare with.

    Raises
    ------
    MethodError
        More than 5,000 entities.
    """
    if values.shape[2] > MOST_COMPARED:
        raise MethodError(f"copeland over {values.shape[2]} entities, at most {MOST_COMPARED}")
    found = np.full(values.shape[1:], np.nan)
    for row in range(values.shape[1]):
        known = (weights[:, row] > 0) & ~np.isnan(values[:, row])
        takes_part = np.flatnonzero(known.any(axis=0))
        if len(takes_part) < 2:
            continue
        lead = np.zeros((len(takes_part), len(takes_part)))
        for x, w, has in zip(values[:, row], weights[:, row], known, strict=True):
            own, weight = x[takes_part], w[takes_part].max(initial=0.0)
            both = has[takes_part][:, None] & has[takes_part][None, :]
            lead += np.where(both, weight * np.sign(own[:, None] - own[None, :]), 0.0)
        near = np.abs(lead) <= 1e-12 * weights[:, row].max(axis=1).sum()
        won = np.where(near, 0.0, np.sign(lead)).sum(axis=1)
        found[row, takes_part] = (won / (len(takes_part) - 1) + 1) / 2
    return found


def topsis_shares(values: Floats, weights: Floats) -> Floats:
    """TOPSIS closeness, 0-1, in each row (members, rows, entities), as `topsis`.

    NaN for an entity that lacks a member others have, and where all are alike.
    """
    counts = weights.max(axis=2, keepdims=True)
    used = np.where(counts > 0, values, 0.0)
    complete = ~(np.isnan(used) | ((weights <= 0) & (counts > 0))).any(axis=0)
    kept = np.where(complete, used, np.nan)
    some = complete.any(axis=1)
    found = np.full(values.shape[1:], np.nan)
    table, w = kept[:, some], counts[:, some] / counts[:, some].sum(axis=0)
    length = np.sqrt(np.nansum(table**2, axis=2, keepdims=True))
    weighted = table / np.where(length > 0, length, 1.0) * w
    best, worst = (end(weighted, axis=2, keepdims=True) for end in (np.nanmax, np.nanmin))
    to_best = np.sqrt(((weighted - best) ** 2).sum(axis=0))
    to_worst = np.sqrt(((weighted - worst) ** 2).sum(axis=0))
    whole = to_best + to_worst
    found[some] = np.divide(to_worst, whole, out=np.full(whole.shape, np.nan), where=whole > 0)
    return found


SHARES_AMONG: Mapping[str, Callable[[Floats, Floats], Floats]] = {
    "copeland": copeland_shares,
    "topsis": topsis_shares,
}
