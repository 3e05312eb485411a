"""Weights that people state: the same for all, points given out, pairwise comparisons.

They need no data, so they are worked out when params are read. Weights that are learnt from the
scores of entities are methods (`cescore.method.index.weighing`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cescore.errors import MethodError, Sentence

# T. L. Saaty, The Analytic Hierarchy Process (1980): random index by the number of criteria, 1-15.
SAATY_RANDOM_INDEX = (
    *(0.0, 0.0, 0.58, 0.90, 1.12),
    *(1.24, 1.32, 1.41, 1.45, 1.49),
    *(1.51, 1.48, 1.56, 1.57, 1.59),
)
ACCEPTABLE_CR = 0.10
MOST_CRITERIA = len(SAATY_RANDOM_INDEX)


@dataclass(frozen=True)
class AhpResult:
    """Weights by criterion, the greatest eigenvalue, and how consistent the judgements are."""

    weights: Mapping[str, float]
    eigenvalue: float
    consistency_index: float
    consistency_ratio: float
    random_index: float

    @property
    def is_consistent(self) -> bool:
        """Whether the consistency ratio is below 0.1."""
        return self.consistency_ratio < ACCEPTABLE_CR


def equal_weights(members: Iterable[str]) -> dict[str, float]:
    """The same weight [1, relative to the others] for every member.

    Examples
    --------
    >>> equal_weights(["energy", "water"])
    {'energy': 1.0, 'water': 1.0}
    """
    return dict.fromkeys(members, 1.0)


def budget_allocation(points: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    """Mean share [1] each member got of the points that each expert gave out.

    w_m = 1/E · Σ_e p_em / Σ_m p_em: every expert counts alike, whatever number of points they
    gave. A member that an expert does not name got 0 of that expert. The shares add up to 1, in
    the order in which members are first named.

    Raises
    ------
    MethodError
        An expert gave negative points, or none.

    Examples
    --------
    >>> budget_allocation({"x": {"energy": 60, "water": 40}, "y": {"energy": 5, "water": 5}})
    {'energy': 0.55, 'water': 0.45}
    """
    odd = [
        expert
        for expert, given in points.items()
        if not sum(given.values()) > 0 or min(given.values()) < 0
    ]
    if odd:
        raise MethodError(Sentence("no points to share out by {listed}", listed=", ".join(odd)))
    members = dict.fromkeys(member for given in points.values() for member in given)
    return {
        member: sum(given.get(member, 0.0) / sum(given.values()) for given in points.values())
        / len(points)
        for member in members
    }


def ahp_weights(criteria: Sequence[str], judgements: Sequence[Sequence[float]]) -> AhpResult:
    """Weights [1] from pairwise comparisons: the principal eigenvector, with its consistency ratio.

    A·w = λ·w, w scaled to add up to 1; CI = (λ - n) / (n - 1), CR = CI / RI with Saaty's 1980
    random index (`SAATY_RANDOM_INDEX`). Other tables of RI exist and change CR, not the weights;
    the row geometric mean is another method and gives other weights where the judgements are not
    consistent.

    Parameters
    ----------
    judgements
        n × n; ``judgements[i][j]`` says how many times more criterion i counts than j (Saaty's
        scale 1-9, 1/9-1).

    Raises
    ------
    MethodError
        Not square, not reciprocal (within 1 %), not above 0, or more than 15 criteria.

    References
    ----------
    T. L. Saaty, The Analytic Hierarchy Process (1980).

    Examples
    --------
    >>> result = ahp_weights(["a", "b", "c"], [[1, 2, 4], [1 / 2, 1, 2], [1 / 4, 1 / 2, 1]])
    >>> {code: round(weight, 6) for code, weight in result.weights.items()}
    {'a': 0.571429, 'b': 0.285714, 'c': 0.142857}
    >>> abs(round(result.consistency_ratio, 6))
    0.0
    """
    matrix = np.array(judgements, dtype=float)
    _check_judgements(matrix)
    n = len(matrix)
    values, vectors = np.linalg.eig(matrix)
    first = int(values.real.argmax())
    vector = np.abs(vectors[:, first].real)
    eigenvalue, random_index = float(values[first].real), SAATY_RANDOM_INDEX[n - 1]
    index = (eigenvalue - n) / (n - 1) if n > 1 else 0.0
    return AhpResult(
        weights=dict(zip(criteria, (vector / vector.sum()).tolist(), strict=True)),
        eigenvalue=eigenvalue,
        consistency_index=index,
        consistency_ratio=index / random_index if random_index else 0.0,
        random_index=random_index,
    )


def _check_judgements(matrix: NDArray[np.float64]) -> None:
    if matrix.ndim != 2 or len(set(matrix.shape)) > 1 or not 0 < len(matrix) <= MOST_CRITERIA:
        expected = Sentence("n × n with n up to {most}", most=MOST_CRITERIA)
        raise MethodError(
            Sentence(
                "judgements of shape {shape}, expected {expected}",
                shape=matrix.shape,
                expected=expected,
            )
        )
    if not (matrix > 0).all():
        raise MethodError("judgements of 0 or less, expected how many times more one counts")
    if not np.allclose(matrix * matrix.T, 1, rtol=1e-2):
        i, j = np.argwhere(~np.isclose(matrix * matrix.T, 1, rtol=1e-2))[0]
        pair = Sentence("{first:g} and {second:g}", first=matrix[i, j], second=matrix[j, i])
        raise MethodError(
            Sentence(
                "judgements {row}, {column} are {pair}, expected reciprocals",
                row=i + 1,
                column=j + 1,
                pair=pair,
            )
        )
