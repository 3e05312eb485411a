"""What each indicator really does to a ranking: its effective weight against the nominal one, and what goes together.

A weight says how much a point of score counts; how much an indicator moves the index between
entities depends on how its scores spread and go together with the others'.

References
----------
P. Paruolo, M. Saisana, A. Saltelli, Ratings and rankings: voodoo or science?, J. R. Statist. Soc. A 176
(2013); OECD/JRC Handbook (2008), steps 6 and 8.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cescore.method.thresholds import is_equal

Floats = NDArray[np.float64]

FEWEST = 3  # entities; a correlation of fewer says nothing


@dataclass(frozen=True)
class Influence:
    """What one indicator does to the index between entities.

    Attributes
    ----------
    nominal
        Its mean effective weight by the framework [share].
    effective
        Its share of the variance of the index, w cov(s, I) / var(I); with arithmetic means the
        shares are together 1, and one below 0 works against the index. NaN where all are alike.
    correlation
        Of its scores with the index (Pearson); NaN where either does not vary.
    """

    code: str
    nominal: float
    effective: float
    correlation: float


def influences(
    scores: Mapping[str, Floats], weights: Mapping[str, Floats], index: Floats
) -> tuple[Influence, ...]:
    """The influence of each indicator over the entities that have an index.

    Parameters
    ----------
    scores
        Indicator -> scores after the missing-data rules (entities,) [points]; NaN takes no part.
    weights
        Indicator -> effective weight of each entity [share]; 0 where it takes no part.
    index
        (entities,) [points]; NaN without one.

    Examples
    --------
    Equal weights, but A hardly varies: the ranking is B's.

    >>> a, b = np.array([50.0, 51.0, 52.0]), np.array([0.0, 50.0, 100.0])
    >>> half = np.full(3, 0.5)
    >>> found = influences({"A": a, "B": b}, {"A": half, "B": half}, (a + b) / 2)
    >>> [(i.code, i.nominal, round(i.effective, 3)) for i in found]
    [('A', 0.5, 0.02), ('B', 0.5, 0.98)]
    """
    has = np.isfinite(index)
    rated = index[has]
    total = float(np.var(rated)) if rated.size else 0.0
    found = []
    for code, values in scores.items():
        weight, score = weights[code][has], values[has]
        part = np.where(np.isfinite(score), weight * np.nan_to_num(score), 0.0)
        varies = rated.size >= FEWEST and not bool(is_equal(rated.min(), rated.max()))
        covariance = float(np.mean((part - part.mean()) * (rated - rated.mean()))) if varies else 0
        found.append(
            Influence(
                code,
                float(weight.mean()) if weight.size else float("nan"),
                covariance / total if varies else float("nan"),
                correlation(score, rated),
            )
        )
    return tuple(found)


def correlation(one: Floats, other: Floats) -> float:
    """Pearson's correlation over the places where both have a value; NaN of fewer than 3, or where
    either does not vary.

    Examples
    --------
    >>> round(correlation(np.array([1.0, 2, 3, np.nan]), np.array([2.0, 4, 6, 0])), 12)
    1.0
    """
    both = np.isfinite(one) & np.isfinite(other)
    x, y = one[both], other[both]
    if x.size < FEWEST or bool(is_equal(x.min(), x.max())) or bool(is_equal(y.min(), y.max())):
        return float("nan")
    return float(np.corrcoef(x, y)[0, 1])


def correlations(scores: Mapping[str, Floats], codes: Sequence[str]) -> Floats:
    """The correlation of each score with each other, pair by pair over whoever has both (codes, codes)."""
    matrix = np.full((len(codes), len(codes)), np.nan)
    for i, one in enumerate(codes):
        for j in range(i, len(codes)):
            matrix[i, j] = matrix[j, i] = correlation(scores[one], scores[codes[j]])
    return matrix
