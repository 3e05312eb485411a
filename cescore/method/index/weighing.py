"""Weights learnt from the data, each method by its usual name.

Weights that people state (equal, points, pairwise judgements) are worked out when params are read:
`cescore.definitions.frameworks.judgement`.

Tables have one row per entity and one column per indicator; results are by column and add up to 1.
Weights learnt from few entities are unstable: by methodology 9.4 none is a default, and a report
shows none learnt from fewer than `FEWEST_TO_REPORT`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cescore.errors import MethodError, Sentence
from cescore.method.thresholds import is_equal

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]

FEWEST_TO_REPORT = 20  # entities; weights learnt from fewer are not reported (methodology 9.4)


def entropy_weights(table: pd.DataFrame) -> pd.Series:
    """Entropy weights on raw shares p = x / Σx: the less even an indicator, the more it counts.

    w ∝ 1 + Σ p·ln p / ln n over n entities [shares, together 1]. A constant column gets 0. Depends
    on where the zero of an indicator lies, not on its unit. The Chinese 熵值法 scales by min-max first
    and gives other weights: `shangzhi_weights`.

    Parameters
    ----------
    table
        One row per entity, one column per indicator, 0 or more, none missing; more is better.

    Raises
    ------
    MethodError
        Fewer than two entities, a missing or negative value, a column of zeros, or nothing that
        differs.

    References
    ----------
    C. E. Shannon (1948); C.-L. Hwang and K. Yoon, Multiple Attribute Decision Making (1981),
    section 2.5.

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

    Parameters
    ----------
    table
        One row per entity, one column per indicator [any unit], none missing.
    directions
        1 or -1 per column; None: more is better throughout.
    shift
        Added to every scaled value; many texts take 0.0001 or 0.01 to keep ln 0 away, which is not
        needed here (0·ln 0 = 0) and changes the weights a little.

    Returns
    -------
    Series
        By column [shares, together 1]. A constant column gets 0.

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

    An indicator counts the more, the more it differs between entities and the less the others say
    the same. Columns are min-max scaled in their direction; standard deviation with n - 1. A
    constant column gets 0, and is nobody's other.

    Parameters
    ----------
    table
        One row per entity, one column per indicator [any unit], none missing.
    directions
        1 or -1 per column; None: more is better throughout.

    Returns
    -------
    Series
        By column [shares, together 1].

    Raises
    ------
    MethodError
        Fewer than two entities, a missing value, or nothing that differs.

    References
    ----------
    D. Diakoulaki et al., Computers & Operations Research 22 (1995).

    Examples
    --------
    >>> table = pd.DataFrame({"a": [1.0, 2.0, 3.0], "b": [3.0, 2.0, 1.0], "flat": [7.0, 7.0, 7.0]})
    >>> critic_weights(table).round(6).tolist()
    [0.5, 0.5, 0.0]
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

    They add up to 1 as the eigenvector has length 1. They measure redundancy, not importance: two
    indicators that say the same outweigh a third that says something else. Direction does not
    matter.

    Parameters
    ----------
    table
        One row per entity, one column per indicator [any unit], none missing.
    fewest
        Entities needed; by default as many as a report asks for.

    Raises
    ------
    MethodError
        Fewer entities than ``fewest`` (20: correlations of fewer are noise), a missing value,
        or a constant column.

    References
    ----------
    OECD/JRC Handbook (2008), step 6: weights from principal components.

    Examples
    --------
    >>> table = pd.DataFrame({"a": [1.0, 2.0, 3.0], "b": [2.0, 4.0, 6.5]})
    >>> pca_weights(table, fewest=3).round(6).tolist()
    [0.5, 0.5]
    """
    if len(table) < fewest:
        raise MethodError(
            Sentence(
                "no PCA of {n} {n:entity|entities}, expected {fewest} or more",
                n=len(table),
                fewest=fewest,
            )
        )
    values = _complete(table)
    same = is_equal(values.min(axis=0), values.max(axis=0))
    constant = [str(c) for c, is_same in zip(table, same, strict=True) if is_same]
    if constant:
        raise MethodError(
            Sentence("no PCA with columns that do not differ: {listed}", listed=", ".join(constant))
        )
    _, vectors = np.linalg.eigh(np.atleast_2d(np.corrcoef(values, rowvar=False)))
    return _by_column(vectors[:, -1] ** 2, table)


def _complete(table: pd.DataFrame) -> Floats:
    gaps = [str(column) for column in table if table[column].isna().any()]
    if gaps:
        raise MethodError(Sentence("values are missing in {listed}", listed=", ".join(gaps)))
    if len(table) < 2:
        raise MethodError(
            Sentence("no weights from {n} {n:entity|entities}, expected two or more", n=len(table))
        )
    return table.to_numpy(float)


def _min_max(values: Floats, directions: Sequence[int] | None) -> tuple[Floats, NDArray[np.bool_]]:
    """Columns on 0-1, more is better, and which differ at all."""
    turned = values * np.array(directions or [1] * values.shape[1])
    low, span = turned.min(axis=0), np.ptp(turned, axis=0)
    differs: NDArray[np.bool_] = ~is_equal(low, low + span)
    return (turned - low) / np.where(differs, span, 1.0), differs


def _by_divergence(shares: Floats, table: pd.DataFrame) -> pd.Series:
    logs = np.log(np.where(shares > 0, shares, 1.0))
    divergence = 1 + (shares * logs).sum(axis=0) / np.log(len(table))
    return _shares(np.where(np.abs(divergence) < 1e-14, 0.0, divergence), table)


def _shares(parts: Floats, table: pd.DataFrame) -> pd.Series:
    if not parts.sum() > 0:
        raise MethodError("no weights from columns that do not differ")
    return _by_column(parts / parts.sum(), table)


def _by_column(values: Floats, table: pd.DataFrame) -> pd.Series:
    """A value for each column of a table."""
    import pandas as pd  # whoever has a table has loaded it

    return pd.Series(values, index=table.columns)
