"""Where weights come from: experts' judgement, or the data. Each method by its usual name.

Tables have one row per entity and one column per indicator; results are by column and add up to 1.
Weights learnt from few entities are unstable: by methodology 9.4 none is a default, and a report
shows none learnt from fewer than `FEWEST_TO_REPORT`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cescore.errors import MethodError

Floats = NDArray[np.float64]

# T. L. Saaty, The Analytic Hierarchy Process (1980): random index by the number of criteria, 1-15.
SAATY_RANDOM_INDEX = (
    *(0.0, 0.0, 0.58, 0.90, 1.12),
    *(1.24, 1.32, 1.41, 1.45, 1.49),
    *(1.51, 1.48, 1.56, 1.57, 1.59),
)
ACCEPTABLE_CR = 0.10
FEWEST_TO_REPORT = 20  # entities; weights learnt from fewer are not reported (methodology 9.4)


@dataclass(frozen=True)
class AhpResult:
    """Weights, the greatest eigenvalue, and how consistent the judgements are."""

    weights: pd.Series
    eigenvalue: float
    consistency_index: float
    consistency_ratio: float
    random_index: float

    @property
    def is_consistent(self) -> bool:
        """Whether the consistency ratio is below 0.1."""
        return self.consistency_ratio < ACCEPTABLE_CR


def ahp_weights(judgements: pd.DataFrame) -> AhpResult:
    """Weights from pairwise comparisons: the principal eigenvector, with its consistency ratio.

    ``judgements[i, j]`` says how many times more i counts than j (Saaty's scale 1-9, 1/9-1).
    CI = (λ - n) / (n - 1), CR = CI / RI with Saaty's 1980 random index (`SAATY_RANDOM_INDEX`).
    Other tables of RI exist and change CR, not the weights; the row geometric mean is another
    method and gives other weights where the judgements are not consistent.

    Raises
    ------
    MethodError
        Not square, not reciprocal, not above 0, or more than 15 criteria.

    Examples
    --------
    >>> pairs = pd.DataFrame([[1, 2, 4], [1 / 2, 1, 2], [1 / 4, 1 / 2, 1]], index=["a", "b", "c"])
    >>> found = ahp_weights(pairs)
    >>> found.weights.round(6).tolist(), abs(round(found.consistency_ratio, 6))
    ([0.571429, 0.285714, 0.142857], 0.0)
    """
    matrix = judgements.to_numpy(float)
    n = len(matrix)
    _check_judgements(matrix)
    values, vectors = np.linalg.eig(matrix)
    first = int(values.real.argmax())
    vector = np.abs(vectors[:, first].real)
    eigenvalue, random_index = float(values[first].real), SAATY_RANDOM_INDEX[n - 1]
    index = (eigenvalue - n) / (n - 1) if n > 1 else 0.0
    return AhpResult(
        weights=pd.Series(vector / vector.sum(), index=judgements.index),
        eigenvalue=eigenvalue,
        consistency_index=index,
        consistency_ratio=index / random_index if random_index else 0.0,
        random_index=random_index,
    )


def budget_allocation(points: pd.DataFrame) -> pd.Series:
    """Mean share each indicator got of the points that each expert (row) gave out.

    Every expert counts alike, whatever number of points they gave.

    Raises
    ------
    MethodError
        An expert gave negative points, or none.

    Examples
    --------
    >>> budget_allocation(pd.DataFrame({"energy": [60, 5], "water": [40, 5]})).tolist()
    [0.55, 0.45]
    """
    whole = points.sum(axis=1)
    odd = points.index[(points < 0).any(axis=1) | ~(whole > 0)]
    if len(odd):
        raise MethodError(f"no points to share out by {', '.join(map(str, odd))}")
    return points.div(whole, axis=0).mean()


def entropy_weights(table: pd.DataFrame) -> pd.Series:
    """Entropy weights on raw shares p = x / Σx: the less even an indicator, the more it counts.

    w ∝ 1 + Σ p·ln p / ln n. A constant column gets 0. The Chinese 熵值法 scales by min-max first
    and gives other weights: `shangzhi_weights`.

    Raises
    ------
    MethodError
        Fewer than two entities, a missing or negative value, or nothing that differs.

    Examples
    --------
    >>> entropy_weights(pd.DataFrame({"even": [1.0, 1.0], "one": [1.0, 0.0]})).tolist()
    [0.0, 1.0]
    """
    values = _complete(table)
    if (values < 0).any() or (values.sum(axis=0) <= 0).any():
        raise MethodError("no shares of negative values, nor of a column of zeros")
    return _by_divergence(values / values.sum(axis=0), table)


def shangzhi_weights(
    table: pd.DataFrame, *, directions: Sequence[int] | None = None, shift: float = 0.0
) -> pd.Series:
    """熵值法: each column min-max scaled in its direction first, then entropy on the shares.

    ``shift`` is added to every scaled value; many texts take 0.0001 or 0.01 to keep ln 0 away,
    which is not needed here (0·ln 0 = 0) and changes the weights a little. A constant column gets 0.

    Raises
    ------
    MethodError
        Fewer than two entities, a missing value, or nothing that differs.

    Examples
    --------
    >>> table = pd.DataFrame({"a": [1.0, 2.0, 3.0], "b": [5.0, 5.0, 9.0]})
    >>> shangzhi_weights(table).round(4).tolist()
    [0.2961, 0.7039]
    """
    scaled, differs = _min_max(_complete(table), directions)
    scaled = np.where(differs, scaled + shift, 1.0)
    return _by_divergence(scaled / scaled.sum(axis=0), table)


def critic_weights(table: pd.DataFrame, *, directions: Sequence[int] | None = None) -> pd.Series:
    """CRITIC: standard deviation of the scaled column × Σ (1 - correlation with the others).

    Columns are min-max scaled in their direction; standard deviation with n - 1. A constant column
    gets 0.

    Raises
    ------
    MethodError
        Fewer than two entities, a missing value, or nothing that differs.

    References
    ----------
    D. Diakoulaki et al., Computers & Operations Research 22 (1995).
    """
    scaled, differs = _min_max(_complete(table), directions)
    correlation = np.eye(len(differs))
    used = np.ix_(differs, differs)
    correlation[used] = np.atleast_2d(np.corrcoef(scaled[:, differs], rowvar=False))
    conflict = ((1 - correlation) * differs).sum(axis=1)
    spread = np.where(differs, scaled.std(axis=0, ddof=1), 0.0)
    if differs.sum() == 1:
        conflict = differs.astype(float)
    return _shares(spread * conflict, table)


def pca_weights(table: pd.DataFrame, *, fewest: int = FEWEST_TO_REPORT) -> pd.Series:
    """Squared loadings on the first principal component of the standardised columns.

    They add up to 1 as the eigenvector has length 1. They measure redundancy, not importance.

    Raises
    ------
    MethodError
        Fewer entities than ``fewest`` (20: correlations of fewer are noise), a missing value,
        or a constant column.

    Examples
    --------
    >>> table = pd.DataFrame({"a": [1.0, 2.0, 3.0], "b": [2.0, 4.0, 6.5]})
    >>> pca_weights(table, fewest=3).round(6).tolist()
    [0.5, 0.5]
    """
    if len(table) < fewest:
        raise MethodError(f"no PCA of {len(table)} entities, expected {fewest} or more")
    values = _complete(table)
    constant = [
        str(c) for c, spread in zip(table, np.ptp(values, axis=0), strict=True) if not spread
    ]
    if constant:
        raise MethodError(f"no PCA with columns that do not differ: {', '.join(constant)}")
    _, vectors = np.linalg.eigh(np.atleast_2d(np.corrcoef(values, rowvar=False)))
    return pd.Series(vectors[:, -1] ** 2, index=table.columns)


def _check_judgements(matrix: Floats) -> None:
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or not 0 < len(matrix) <= 15:
        raise MethodError(f"judgements of shape {matrix.shape}, expected n × n with n up to 15")
    if not (matrix > 0).all():
        raise MethodError("judgements of 0 or less, expected how many times more one counts")
    if not np.allclose(matrix * matrix.T, 1, rtol=1e-2):
        i, j = np.argwhere(~np.isclose(matrix * matrix.T, 1, rtol=1e-2))[0]
        found = f"{matrix[i, j]:g} and {matrix[j, i]:g}"
        raise MethodError(f"judgements {i + 1}, {j + 1} are {found}, expected reciprocals")


def _complete(table: pd.DataFrame) -> Floats:
    gaps = [str(column) for column in table if table[column].isna().any()]
    if gaps:
        raise MethodError(f"values are missing in {', '.join(gaps)}")
    if len(table) < 2:
        raise MethodError(f"no weights from {len(table)} entities, expected two or more")
    return table.to_numpy(float)


def _min_max(values: Floats, directions: Sequence[int] | None) -> tuple[Floats, NDArray[np.bool_]]:
    """Columns on 0-1, more is better, and which differ at all."""
    turned = values * np.array(directions or [1] * values.shape[1])
    low, span = turned.min(axis=0), np.ptp(turned, axis=0)
    differs: NDArray[np.bool_] = span > 0
    return (turned - low) / np.where(differs, span, 1.0), differs


def _by_divergence(shares: Floats, table: pd.DataFrame) -> pd.Series:
    logs = np.log(np.where(shares > 0, shares, 1.0))
    divergence = 1 + (shares * logs).sum(axis=0) / np.log(len(table))
    return _shares(np.where(np.abs(divergence) < 1e-14, 0.0, divergence), table)


def _shares(parts: Floats, table: pd.DataFrame) -> pd.Series:
    if not parts.sum() > 0:
        raise MethodError("no weights from columns that do not differ")
    return pd.Series(parts / parts.sum(), index=table.columns)
