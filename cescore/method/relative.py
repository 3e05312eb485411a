"""Normalisations that set each value against the others present, by their usual names.

For exploring and for public types: such a score changes when somebody else's value does. Missing
values stay missing; where less is better, ``direction`` is -1.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from cescore.errors import MethodError


def ranks(x: pd.Series, *, direction: int = 1) -> pd.Series:
    """Places from 1 for the best, at full precision; ties share the better place (1, 2, 2, 4).

    Examples
    --------
    >>> ranks(pd.Series([50.0, 70.0, 70.0, 90.0])).tolist()
    [4.0, 2.0, 2.0, 1.0]
    """
    return x.rank(ascending=direction == -1, method="min")


def percentile_rank(x: pd.Series, *, direction: int = 1) -> pd.Series:
    """Share of the other entities that are worse, 0-100; ties take the lower share.

    `cescore.method.normalise.rank_scores` lets ties count half instead.

    Raises
    ------
    MethodError
        Fewer than two values.

    Examples
    --------
    >>> percentile_rank(pd.Series([10.0, 20.0, 20.0, 40.0, 50.0])).tolist()
    [0.0, 25.0, 25.0, 75.0, 100.0]
    """
    if x.count() < 2:
        raise MethodError(f"cannot rank {x.name!r}: {x.count()} values, expected two or more")
    return borda(x, direction=direction) / (x.count() - 1) * 100


def borda(x: pd.Series, *, direction: int = 1) -> pd.Series:
    """Borda points: how many others are worse.

    Examples
    --------
    >>> borda(pd.Series([10.0, 20.0, 20.0, 40.0]), direction=-1).tolist()
    [3.0, 1.0, 1.0, 0.0]
    """
    return (x * direction).rank(method="min") - 1


def distance_to_maximum(x: pd.Series, *, direction: int = 1) -> pd.Series:
    """(1 - (best - x) / (best - worst)) · 100, over the values present: 100 for the best.

    Raises
    ------
    MethodError
        The values do not differ.

    Examples
    --------
    >>> distance_to_maximum(pd.Series([1.0, 2.0, 5.0])).tolist()
    [0.0, 25.0, 100.0]
    """
    turned = x * direction
    return _distance(turned, float(turned.max())) * 100


def distance_to_reference(
    x: pd.Series, *, reference: str, direction: int = 1, cap: bool = False
) -> pd.Series:
    """(1 - (ref - x) / (ref - worst)) · 100: 100 for the entity named, more beyond it unless cut.

    Raises
    ------
    MethodError
        The entity is not there, has no value or is itself the worst.

    Examples
    --------
    >>> distance_to_reference(pd.Series({"a": 1.0, "b": 3.0, "c": 5.0}), reference="b").tolist()
    [0.0, 100.0, 200.0]
    """
    turned = x * direction
    known = {str(entity): float(value) for entity, value in turned.dropna().items()}
    if reference not in known:
        raise MethodError(f"no distance of {x.name!r} to {reference!r}: it has no value")
    share = _distance(turned, known[reference])
    return (share.clip(upper=1) if cap else share) * 100


def fraction_of_maximum(x: pd.Series, *, direction: int = 1) -> pd.Series:
    """x / max · 100, or min / x · 100 where less is better.

    Raises
    ------
    MethodError
        A value is not above 0 where it divides, so there is no fraction.

    Examples
    --------
    >>> fraction_of_maximum(pd.Series([2.0, 4.0, 8.0])).tolist()
    [25.0, 50.0, 100.0]
    >>> fraction_of_maximum(pd.Series([2.0, 4.0, 8.0]), direction=-1).tolist()
    [100.0, 50.0, 25.0]
    """
    divisor = x if direction == -1 else pd.Series([x.max()])
    if not (divisor.dropna() > 0).all():
        raise MethodError(f"no fraction of {x.name!r}: a value of 0 or less divides")
    shares: pd.Series = x / x.max() if direction == 1 else x.min() / x
    return shares * 100


def _distance(x: pd.Series, end: float) -> pd.Series:
    """1 at the end given, 0 at the least value."""
    least = float(x.min())
    if not np.isfinite(end) or end == least:
        raise MethodError(f"no distance of {x.name!r}: its values do not differ from the worst")
    shares: pd.Series = 1 - (end - x) / (end - least)
    return shares
