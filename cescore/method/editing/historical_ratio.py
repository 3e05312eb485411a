"""Which changes since last year stand out, large units counting more: the Hidiroglou–Berthelot edit.

References
----------
Hidiroglou, M. A. and Berthelot, J.-M. (1986), Statistical editing and imputation for periodic
business surveys, Survey Methodology 12(1), 73-83.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cescore.errors import MethodError, Sentence

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class RatioEdit:
    """The edit of many quantities at once: arrays of (quantities, units) or of (quantities, 1).

    Attributes
    ----------
    ratio
        Now over before; NaN where the two cannot be compared.
    low, high
        The least and greatest ratio accepted of each unit.
    median
        Median ratio of each quantity (quantities, 1).
    count
        How many units could be compared (quantities, 1).
    stands_out
        Where the ratio lies beyond ``low`` or ``high``.
    """

    ratio: Floats
    low: Floats
    high: Floats
    median: Floats
    count: NDArray[np.int64]
    stands_out: Bools


def hidiroglou_berthelot(
    before: Floats, now: Floats, *, u: float = 0.5, a: float = 0.05, c: float = 20.0
) -> RatioEdit:
    """Compare each unit's change since last year with that of all others, row by row.

    With r = now / before of each unit and q the median of r:

    * s = 1 - q / r where r < q, else r / q - 1, so that falls and rises weigh alike;
    * E = s · max(before, now)^U, so that a large unit needs a smaller change to stand out;
    * with the quartiles Q1, M, Q3 of E: d1 = max(M - Q1, |A·M|), d3 = max(Q3 - M, |A·M|);
    * a unit stands out where E < M - C·d1 or E > M + C·d3.

    Accepted ratios follow from E = limit: q·z / (z - l) below and q·(z + l) / z above the median,
    z = max(before, now)^U, l the limit. A limit at which no change would be accepted
    (d1 or d3 of 0: more than half of the units moved exactly alike) accepts all on that side.

    Parameters
    ----------
    before, now
        (quantities, units), each in a unit of its own; only pairs above 0 are compared, and what
        is missing (NaN) is not.
    u
        How much size counts [0-1]: 0 not at all, 1 in proportion.
    a
        Least distance of a quartile from the median, as a share of the median effect; it keeps
        small changes from standing out where nearly all units moved alike.
    c
        Width of the interval, in quartile distances.

    Raises
    ------
    MethodError
        The two arrays differ in shape, or a parameter lies outside of its range.

    Examples
    --------
    >>> before = np.array([[100.0, 110.0, 90.0, 105.0, 95.0, 100.0, 1000.0, 100.0]])
    >>> now = np.array([[102.0, 113.0, 91.0, 106.0, 99.0, 101.0, 9000.0, 103.0]])
    >>> edit = hidiroglou_berthelot(before, now, c=10)
    >>> edit.stands_out.tolist()[0].index(True), int(edit.stands_out.sum())
    (6, 1)
    """
    if before.shape != now.shape or before.ndim != 2:
        raise MethodError(
            Sentence(
                "cannot compare values of shapes {before} and {now}",
                before=before.shape,
                now=now.shape,
            )
        )
    if not 0 <= u <= 1 or a < 0 or c <= 0:
        raise MethodError(
            Sentence(
                "U {u:g}, A {a:g}, C {c:g}; expected U within 0 and 1, A >= 0, C > 0", u=u, a=a, c=c
            )
        )
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        both = (before > 0) & (now > 0) & np.isfinite(before) & np.isfinite(now)
        ratio = np.where(both, now / before, np.nan)
        median = row_quantile(ratio, 0.5)
        shift = np.where(ratio < median, 1 - median / ratio, ratio / median - 1)
        size = np.maximum(before, now) ** u
        effect = shift * size
        q1, m, q3 = row_quantiles(effect, (0.25, 0.5, 0.75))
        least = np.abs(a * m)
        below, above = np.maximum(m - q1, least), np.maximum(q3 - m, least)
        lowest = np.where(below > 0, m - c * below, -np.inf)
        highest = np.where(above > 0, m + c * above, np.inf)
        stands_out = both & ((effect < lowest) | (effect > highest))
        return RatioEdit(
            ratio=ratio,
            low=_ratio_at(lowest, median, size),
            high=_ratio_at(highest, median, size),
            median=median,
            count=both.sum(axis=1, keepdims=True),
            stands_out=stands_out,
        )


def _ratio_at(effect: Floats, median: Floats, size: Floats) -> Floats:
    """The ratio at which a unit of a size would have an effect."""
    return np.where(effect < 0, median * size / (size - effect), median * (size + effect) / size)


def row_quantile(values: Floats, share: float) -> Floats:
    """Quantile of each row without its NaN, linear between neighbours; NaN of an empty row."""
    return row_quantiles(values, (share,))[0]


def row_quantiles(values: Floats, shares: Sequence[float]) -> list[Floats]:
    """Several quantiles of each row, which is put in order once, see `row_quantile`."""
    ordered = np.sort(values, axis=1)
    count = np.isfinite(ordered).sum(axis=1, keepdims=True)
    if not ordered.shape[1]:
        return [np.full((len(values), 1), np.nan) for _ in shares]
    return [_quantile(ordered, count, share) for share in shares]


def _quantile(ordered: Floats, count: NDArray[np.int64], share: float) -> Floats:
    place = np.maximum(count - 1, 0) * share
    lower = np.floor(place).astype(np.int64)
    upper = np.minimum(lower + 1, np.maximum(count - 1, 0))
    low, high = (np.take_along_axis(ordered, at, axis=1) for at in (lower, upper))
    quantile: Floats = np.where(count > 0, low + (high - low) * (place - lower), np.nan)
    return quantile
