"""The normalisations that params can name: what each learns of all entities, and how it is applied.

Where a function of `scaling` refuses, these give NaN: one indicator that cannot be scored does not
stop the evaluation of all others, and the missing-data rules say what becomes of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cescore.definitions.model import Scale
from cescore.errors import MethodError
from cescore.method.index.scaling import (
    distance_to_maximum,
    distance_to_reference,
    distance_to_target,
    efficacy,
    fraction_of_maximum,
    goalposts,
    log_goalposts,
    min_max,
    percentile_rank,
    rank_scores,
    t_score,
)
from cescore.method.thresholds import is_equal

Floats = NDArray[np.float64]
ON_POSTS = ("goalposts", "log_goalposts", "efficacy")  # efficacy: not cut at the ends
ON_ENDS = (*ON_POSTS, "distance_to_target")  # ends or targets that params state
BY_ORDER: Mapping[str, Callable[..., Any]] = {  # need every single value
    "rank": rank_scores,
    "percentile_rank": percentile_rank,
    "borda": percentile_rank,
}
BY_CONSTANTS: Mapping[str, tuple[Callable[..., Any], tuple[str, ...]]] = {  # and what is learnt
    "min_max": (min_max, ("low", "high")),
    "distance_to_maximum": (distance_to_maximum, ("low", "high")),
    "fraction_of_maximum": (fraction_of_maximum, ("low", "high")),
    "distance_to_reference": (distance_to_reference, ("low", "high", "reference")),
    "z_score": (t_score, ("mean", "sd")),
}


def learn(values: Floats, method: str, reference: float = np.nan) -> dict[str, float]:
    """The constants that a method takes from the values of the reference set [unit of the values].

    Nothing where the method has nothing to answer by: fewer than two different values, or a
    reference without one; nor of a method that learns none.

    Parameters
    ----------
    values
        Of the reference set, none missing.
    reference
        Value of the entity that `distance_to_reference` is measured to; NaN where there is none.

    Examples
    --------
    >>> learn(np.array([2.0, 4.0, 6.0]), "z_score"), learn(np.array([4.0, 4.0]), "min_max")
    ({'mean': 4.0, 'sd': 2.0}, {})
    """
    if method not in BY_CONSTANTS or len(values) < 2 or is_equal(values.min(), values.max()):
        return {}
    own = {
        "low": float(values.min()),
        "high": float(values.max()),
        "mean": float(values.mean()),
        "sd": float(values.std(ddof=1)),
        "reference": float(reference),
    }
    constants = {name: own[name] for name in BY_CONSTANTS[method][1]}
    return constants if np.isfinite(list(constants.values())).all() else {}


def by_constants(
    values: Floats, method: str, constants: Mapping[str, float], *, direction: int, scale: Scale
) -> Floats:
    """Scores of values by a method of `BY_CONSTANTS` [points of the scale].

    NaN throughout where a constant that the method needs was not learnt, or it cannot answer; NaN
    for a missing value.

    Examples
    --------
    >>> by_constants(
    ...     np.array([2.0, 3.0]), "min_max", {"low": 2, "high": 4}, direction=1, scale=Scale()
    ... ).tolist()
    [0.0, 50.0]
    """
    function, names = BY_CONSTANTS[method]
    if not set(names) <= set(constants):
        return np.full(values.shape, np.nan)
    own = {name: constants[name] for name in names}
    return _or_nothing(function, values, direction=direction, scale=scale, **own)


def by_order(
    values: Floats, method: str, ordered: Floats, *, direction: int, scale: Scale
) -> Floats:
    """Scores of values by a method of `BY_ORDER` [points of the scale].

    ``ordered`` holds the values of all in rising order, each entity's own among them. NaN
    throughout where there is nobody to compare with.
    """
    return _or_nothing(BY_ORDER[method], values, direction=direction, scale=scale, among=ordered)


def on_ends(
    values: Floats, method: str, ends: tuple[Floats, Floats], *, direction: int, scale: Scale
) -> Floats:
    """Scores of values by a method of `ON_ENDS` [points of the scale].

    ``ends`` are worst and best of each entity [unit of the values]; the distance to a target looks
    at the best alone. NaN throughout where no target has a ratio, NaN for a missing value.

    Raises
    ------
    MethodError
        Worst and best coincide.
    """
    worst, best = ends
    if method == "distance_to_target":
        return _or_nothing(
            distance_to_target, values, target=best, direction=direction, scale=scale
        )
    if method == "log_goalposts":
        return _or_nothing(log_goalposts, values, worst=worst, best=best, scale=scale)
    if method == "efficacy":
        return efficacy(values, satisfactory=best, not_allowed=worst, scale=scale)
    return goalposts(values, worst=worst, best=best, scale=scale)


def value_at(
    score: float, method: str, ends: tuple[float, float], *, direction: int, scale: Scale
) -> float:
    """The value that a method of `ON_ENDS` gives a score: the way back of `on_ends`, exact.

    goalposts, efficacy: worst + s · (best - worst), s = (score - floor) / (top - floor).
    log_goalposts: worst · (best / worst)^s. distance_to_target: s · target, or target / s where
    less is better. Of the values beyond an end, which all have its score, it is the end itself.

    Parameters
    ----------
    score
        [points of the scale]; of a method that cuts, within the scale.
    ends
        Worst and best [unit of the value].

    Returns
    -------
    float
        [unit of the ends]; NaN where no value has the score: less is better, and the score is the
        floor of a distance to a target, which no finite value reaches.

    Examples
    --------
    >>> value_at(50, "log_goalposts", (40.0, 10.0), direction=-1, scale=Scale())
    20.0
    >>> value_at(90, "goalposts", (60.0, 20.0), direction=-1, scale=Scale(floor=60, top=100))
    30.0
    """
    worst, best = ends
    share = (score - scale.floor) / (scale.top - scale.floor)
    if method == "log_goalposts":
        return float(worst * (best / worst) ** share)
    if method == "distance_to_target":
        if direction == 1:
            return share * best
        return best / share if share > 0 else float("nan")
    return worst + share * (best - worst)


def _or_nothing(function: Callable[..., Any], values: Floats, **how: Any) -> Floats:
    """What a method says, or NaN throughout where it says that it cannot answer."""
    try:
        scores: Floats = function(values, **how)
        return scores
    except MethodError:
        return np.full(values.shape, np.nan)
