"""A value's place among the values of all, by each method that looks at them.

What a method takes from all is learnt once (`learnt`, or the ordered values themselves) and then
applied to one value or many (`share`); the plain functions are in `normalise` and `relative`.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from cescore.method.thresholds import is_equal

Floats = NDArray[np.float64]

RANKED = ("rank", "percentile_rank", "borda")  # need every single value
BY_ENDS = ("min_max", "distance_to_maximum", "fraction_of_maximum", "distance_to_reference")
COMPARED = (*RANKED, *BY_ENDS, "z_score")
STANDARD_DEVIATIONS_ON_SCALE = 10.0  # z-scores: the scale spans 10 sd, mean in the middle (T-score)


def learnt(values: Floats, method: str, reference: float = np.nan) -> dict[str, float]:
    """The constants of a method; none where there are fewer than two different values.

    ``reference`` is the value of the entity that `distance_to_reference` is measured to.
    """
    if (
        method not in (*BY_ENDS, "z_score")
        or len(values) < 2
        or is_equal(values.min(), values.max())
    ):
        return {}
    if method == "z_score":
        return {"mean": float(values.mean()), "sd": float(values.std(ddof=1))}
    ends = {"low": float(values.min()), "high": float(values.max())}
    if method != "distance_to_reference":
        return ends
    return ends | {"reference": float(reference)} if np.isfinite(reference) else {}


def has_learnt(constants: Mapping[str, float]) -> bool:
    """Whether constants are of a normalisation, not of imputation or outliers alone."""
    return "low" in constants or "sd" in constants


def share(values: Floats, method: str, constants: Mapping[str, float], direction: int) -> Floats:
    """Each value's place between the ends of the scale by learnt constants: 0-1, more is better.

    Only `distance_to_reference` and `z_score` run beyond the ends: the reference scores 1, not the best.
    """
    if method == "z_score":
        return z_share(values, constants["mean"], constants["sd"], direction)
    low, high = constants["low"], constants["high"]
    worst, best = (low, high) if direction == 1 else (high, low)
    if method == "distance_to_reference":
        span = constants["reference"] - worst
        found: Floats = np.maximum((values - worst) / (span if span else np.nan), 0)
        return found
    if method == "fraction_of_maximum":
        return _fraction(values, best, direction)
    return between(values, np.asarray(worst), np.asarray(best))


def share_below(values: Floats, ordered: Floats, direction: int, method: str = "rank") -> Floats:
    """Share of the other values that are worse: ties half, or with other names than rank, none.

    ``ordered`` holds the values of all, rising; for ``rank``, 0.5 / (n - 1) is the entity itself.
    """
    if method == "rank":
        below = np.searchsorted(ordered, values, side="left")
        not_above = np.searchsorted(ordered, values, side="right")
        share = (below + not_above - 1) / 2 / (len(ordered) - 1)
        share = np.clip(share if direction == 1 else 1 - share, 0, 1)
    else:
        turned = ordered if direction == 1 else -ordered[::-1]
        below = np.searchsorted(turned, values * direction, side="left")
        share = np.clip(below / (len(ordered) - 1), 0, 1)
    return np.where(np.isnan(values), np.nan, share)


def z_share(values: Floats, mean: float, sd: float, direction: int) -> Floats:
    """The z-score's place on a scale of ten standard deviations with the mean in the middle.

    Not cut: an outlier of more than five standard deviations lies beyond the ends, as in z itself.
    """
    return 0.5 + direction * (values - mean) / sd / STANDARD_DEVIATIONS_ON_SCALE


def between(values: Floats, worst: Floats, best: Floats, *, cut: bool = True) -> Floats:
    """(x - worst) / (best - worst), cut to 0-1 unless told otherwise; NaN where the ends coincide."""
    span = np.where(best == worst, np.nan, best - worst)
    found: Floats = (values - worst) / span
    return np.clip(found, 0, 1) if cut else found


def _fraction(values: Floats, best: float, direction: int) -> Floats:
    """x / max, or min / x where less is better; NaN where 0 or less would divide."""
    above, below = (values, best) if direction == 1 else (best, values)
    divisor = np.where(np.asarray(below) > 0, below, np.nan)
    return np.clip(above / divisor, 0, 1)
