"""The one rule by which a value is held against a threshold, which rounding noise cannot turn.

9000 / (50 · 3.6 + 120) is 30, and comes out as 29.999999999999993: what is printed as 30 must meet
a threshold of 30, wherever it is asked. Targets, bands of grades, standards, checks, bonus rules,
coverage and schedules all compare by the functions here.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

RELATIVE = 1e-9  # of the larger magnitude of the two
CANCELLED = 1e-14  # of the larger operand: what a difference of 15 digits leaves of equal numbers
ABSOLUTE = 1e-12  # where both are all but 0, and a difference has no magnitude of its own

Bools = NDArray[np.bool_]


def is_equal(value: ArrayLike, other: ArrayLike) -> Bools:
    """Where two numbers are the same but for rounding noise.

    |x - y| ≤ max(1e-9 · max(|x|, |y|), 1e-12), in the unit of both; arrays of any shape that fit
    together. A missing number (NaN) equals nothing; an infinite one only itself.

    Examples
    --------
    >>> bool(is_equal(29.999999999999993, 30)), bool(is_equal(89.9999, 90))
    (True, False)
    """
    x, y = np.asarray(value, float), np.asarray(other, float)
    with np.errstate(invalid="ignore"):
        noise = np.maximum(RELATIVE * np.maximum(np.abs(x), np.abs(y)), ABSOLUTE)
        near = (np.abs(x - y) <= noise) & np.isfinite(x) & np.isfinite(y)
    same: Bools = near | (x == y)
    return same


def without_noise(result: ArrayLike, a: ArrayLike, b: ArrayLike) -> NDArray[np.float64]:
    """The sum or difference of two numbers, 0 where they cancel to less than 1e-14 of the larger one.

    What is left then is noise of numbers with 15 digits; as a denominator it would make any quotient.

    Examples
    --------
    >>> without_noise([0.1 + 0.2 - 0.3, 0.25], [0.1 + 0.2, 0.5], [0.3, 0.25]).tolist()
    [0.0, 0.25]
    """
    whole = np.asarray(result, float)
    with np.errstate(invalid="ignore"):
        is_noise = np.abs(whole) <= CANCELLED * np.maximum(np.abs(a), np.abs(b))
        is_noise &= np.isfinite(whole)  # what has overflowed has not cancelled
    return np.where(is_noise, 0.0, whole)


def tied(values: ArrayLike) -> NDArray[np.float64]:
    """Numbers to be put in order, to 12 significant digits: those that differ by rounding noise tie.

    An order cannot ask `is_equal`, which of three numbers may find the first two and the last two
    equal and not the outer two; twelve digits are far below what noise reaches and above what
    anybody prints.

    Examples
    --------
    >>> bool(np.ptp(tied([0.1 + 0.2, 0.3])) == 0)
    True
    """
    x = np.asarray(values, float)
    nonzero = np.isfinite(x) & (x != 0)
    places = 11 - np.floor(np.log10(np.abs(np.where(nonzero, x, 1.0))))
    up, down = 10.0 ** np.clip(places, 0, 300), 10.0 ** np.clip(-places, 0, 300)  # exact powers
    return np.where(nonzero, np.round(x * up / down) / up * down, x)


def at_least(value: ArrayLike, threshold: ArrayLike) -> Bools:
    """Where a value reaches a threshold from below: x ≥ t, or the two are equal (`is_equal`).

    A missing value reaches nothing. Not reaching it is ``x < t`` of a value that is there.

    Examples
    --------
    >>> at_least([29.999999999999993, 29.99, 31.0, np.nan], 30).tolist()
    [True, False, True, False]
    """
    reached: Bools = (np.asarray(value, float) >= threshold) | is_equal(value, threshold)
    return reached


def at_most(value: ArrayLike, threshold: ArrayLike) -> Bools:
    """Where a value does not exceed a threshold: x ≤ t, or the two are equal (`is_equal`)."""
    return at_least(threshold, value)


COMPARISONS: Mapping[str, Callable[[Any, Any], Bools]] = {
    ">=": at_least,
    "<=": at_most,
    ">": lambda value, threshold: at_least(value, threshold) & ~is_equal(value, threshold),
    "<": lambda value, threshold: at_most(value, threshold) & ~is_equal(value, threshold),
    "==": is_equal,
    "!=": lambda value, other: ~is_equal(value, other),
}
EXACT: Mapping[str, Callable[[float, float], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}


def meets(value: float, op: str, threshold: float) -> bool:
    """Whether one number stands to a threshold as ``op`` (>=, <=, >, <) says, by the rule of `is_equal`.

    The same rule as on arrays, for the many single comparisons of an assessment. What is equal but
    for noise meets >= and <=, and neither > nor <; a missing value (NaN) meets nothing.

    Examples
    --------
    >>> (
    ...     meets(29.999999999999993, ">=", 30),
    ...     meets(29.999999999999993, "<", 30),
    ...     meets(1.0, "<=", 0.9),
    ... )
    (True, False, False)
    """
    if math.isclose(value, threshold, rel_tol=RELATIVE, abs_tol=ABSOLUTE):
        return op.endswith("=")
    return EXACT[op](value, threshold)
