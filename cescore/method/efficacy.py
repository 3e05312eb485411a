"""Efficacy coefficients 功效系数 beyond the textbook one: the geometric total, and the bands of firms.

Three variants that must not be mixed: `normalise.efficacy` (textbook, not cut), `normalise.goalposts`
with a floor of 60 (the green development index), and `banded_efficacy` here (enterprise performance).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from cescore.errors import MethodError
from cescore.method.aggregate import geometric_mean

# excellent 优秀, good 良好, average 平均, low 较低, poor 较差; from memory, 待核实
BAND_COEFFICIENTS = (1.0, 0.8, 0.6, 0.4, 0.2)


def improved_efficacy(
    coefficients: Sequence[float], weights: Sequence[float] | None = None
) -> float:
    """The total D = (Π d_i^w_i)^(1/Σw) of the improved efficacy method; equal weights unless given.

    Examples
    --------
    >>> round(improved_efficacy([75.368, 96.844, 74.940, 83.404]), 3)
    82.185
    """
    shares = [1.0] * len(coefficients) if weights is None else weights
    return float(geometric_mean(coefficients, shares))


def banded_efficacy(
    actual: float,
    *,
    standards: Sequence[float],
    weight: float = 100.0,
    coefficients: Sequence[float] = BAND_COEFFICIENTS,
) -> float:
    """An indicator's points between the standard values of its bands, 0 to ``weight``.

    ``standards`` run from the best band to the poorest and so say which way is better. With the
    band the value lies in and the one above it: coefficient = (actual - own) / (above - own); points
    = own base + coefficient · (above base - own base), a base being weight · the band's coefficient.
    From the best standard on: all of the weight; beyond the poorest: nothing.

    The points of one indicator are printed to two decimals, the total to one, half up.

    Raises
    ------
    MethodError
        Standards that do not run one way, or of which two are equal: no band between them.

    References
    ----------
    Ministry of Finance, enterprise performance evaluation (methodology 3.4, variant 3).

    Examples
    --------
    >>> bands = (100.0, 80.0, 60.0, 40.0, 20.0)
    >>> [round(banded_efficacy(x, standards=bands, weight=30), 6) for x in (110, 90, 20, 19)]
    [30.0, 27.0, 6.0, 0.0]
    """
    _check_bands(standards, coefficients)
    sign = 1.0 if standards[0] > standards[-1] else -1.0
    if sign * actual >= sign * standards[0]:
        return weight * coefficients[0]
    bands = zip(pairwise(standards), pairwise(coefficients), strict=True)
    for (above, own), (base_above, base_own) in bands:
        if sign * actual >= sign * own:
            share = (actual - own) / (above - own)
            return weight * (base_own + share * (base_above - base_own))
    return 0.0


def _check_bands(standards: Sequence[float], coefficients: Sequence[float]) -> None:
    if len(standards) != len(coefficients) or len(standards) < 2:
        raise MethodError(f"{len(standards)} standards for {len(coefficients)} bands")
    steps = [above - own for above, own in pairwise(standards)]
    if not (all(step > 0 for step in steps) or all(step < 0 for step in steps)):
        listed = ", ".join(f"{value:g}" for value in standards)
        raise MethodError(f"standards {listed} do not run from the best band to the poorest")
