"""Ranking without adding scores up: pairwise majorities, and distances to an ideal.

Arrays hold scores, more is better, of shape (members, rows, entities) or (members, entities): the
members of a group, the years or draws, and who is compared. Weights have the same shape; a weight
of 0 means that the entity lacks the member.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from cescore.errors import MethodError, Sentence
from cescore.method.thresholds import RELATIVE, tied

Floats = NDArray[np.float64]
MOST_COMPARED = 5000  # entities: every pair is compared


def copeland(values: Floats, weights: Floats) -> Floats:
    """Place by duels won, 0-1: (c / (n - 1) + 1) / 2 with the Copeland score c = won - lost.

    An entity wins a duel where the members on which it beats the other weigh more than those on
    which it loses; a tie, also one by rounding noise, gives neither a point. No score makes up for
    another, and no scale matters. A member that one of the two lacks does not count for the pair.

    Parameters
    ----------
    values
        Scores, more is better, (members, rows, entities) or (members, entities).
    weights
        Of the same shape; 0 where the entity lacks the member.

    Returns
    -------
    array
        (rows, entities) or (entities,) [0-1, 1 for whoever wins every duel]. NaN for an entity
        without any member, and where nobody is left to compare with.

    Raises
    ------
    MethodError
        More than 5,000 entities.

    References
    ----------
    G. Munda and M. Nardo, Noncompensatory/nonlinear composite indicators, Applied Economics 41 (2009);
    the count of duels as in COINr's ``a_copeland``.

    Examples
    --------
    >>> scores = np.array([[3.0, 2, 1], [3, 1, 2], [1, 3, 2]])  # three members of three entities
    >>> copeland(scores, np.ones((3, 3))).tolist()
    [1.0, 0.5, 0.0]
    """
    if values.ndim == 2:
        (places,) = copeland(values[:, None], weights[:, None])
        return np.asarray(places)
    if values.shape[2] > MOST_COMPARED:
        raise MethodError(
            Sentence(
                "copeland over {n} {n:entity|entities}, at most {most}",
                n=values.shape[2],
                most=MOST_COMPARED,
            )
        )
    places = np.full(values.shape[1:], np.nan)
    for row in range(values.shape[1]):
        known = (weights[:, row] > 0) & ~np.isnan(values[:, row])
        takes_part = np.flatnonzero(known.any(axis=0))
        if len(takes_part) < 2:
            continue
        lead = np.zeros((len(takes_part), len(takes_part)))
        for x, w, has in zip(tied(values[:, row]), weights[:, row], known, strict=True):
            own, weight = x[takes_part], w[takes_part].max(initial=0.0)
            both = has[takes_part][:, None] & has[takes_part][None, :]
            lead += np.where(both, weight * np.sign(own[:, None] - own[None, :]), 0.0)
        near = np.abs(lead) <= RELATIVE * weights[:, row].max(axis=1).sum()
        won = np.where(near, 0.0, np.sign(lead)).sum(axis=1)
        places[row, takes_part] = (won / (len(takes_part) - 1) + 1) / 2
    return places


def topsis(values: Floats, weights: Floats) -> Floats:
    """Closeness to the ideal, d⁻ / (d⁺ + d⁻) [0-1].

    The distances are to the worst and to the best of every member. Each member's scores are divided
    by their Euclidean length √Σx² and multiplied by its share of the weights; d are Euclidean
    distances to the greatest and to the least values so weighted. Best and worst are those of the
    entities present: a place moves when somebody else's extreme does.

    Parameters
    ----------
    values
        Scores, more is better, (members, rows, entities) or (members, entities).
    weights
        Of the same shape; 0 where the entity lacks the member.

    Returns
    -------
    array
        (rows, entities) or (entities,) [0-1]. NaN for an entity that lacks a member others have,
        and where all are alike.

    References
    ----------
    C.-L. Hwang and K. Yoon, Multiple Attribute Decision Making (1981).

    Examples
    --------
    >>> topsis(np.array([[4.0, 3.0], [3.0, 4.0]]), np.array([[3.0, 3.0], [1.0, 1.0]])).round(
    ...     6
    ... ).tolist()
    [0.75, 0.25]
    """
    if values.ndim == 2:
        (closeness,) = topsis(values[:, None], weights[:, None])
        return np.asarray(closeness)
    counts = weights.max(axis=2, keepdims=True)
    used = np.where(counts > 0, values, 0.0)
    complete = ~(np.isnan(used) | ((weights <= 0) & (counts > 0))).any(axis=0)
    kept = np.where(complete, used, np.nan)
    has_rivals = complete.any(axis=1) & (counts.sum(axis=0)[:, 0] > 0)  # a weight to share at all
    closeness = np.full(values.shape[1:], np.nan)
    table, w = kept[:, has_rivals], counts[:, has_rivals] / counts[:, has_rivals].sum(axis=0)
    length = np.sqrt(np.nansum(table**2, axis=2, keepdims=True))
    weighted = table / np.where(length > 0, length, 1.0) * w
    best, worst = (end(weighted, axis=2, keepdims=True) for end in (np.nanmax, np.nanmin))
    to_best = np.sqrt(((weighted - best) ** 2).sum(axis=0))
    to_worst = np.sqrt(((weighted - worst) ** 2).sum(axis=0))
    distance = to_best + to_worst
    undefined = np.full(distance.shape, np.nan)
    closeness[has_rivals] = np.divide(to_worst, distance, out=undefined, where=distance > 0)
    return closeness


AMONG_ALL: Mapping[str, Callable[[Floats, Floats], Floats]] = {
    "copeland": copeland,
    "topsis": topsis,
}
