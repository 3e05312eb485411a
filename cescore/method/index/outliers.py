"""Outliers: the rule that finds them, winsorising, and transformations by logarithm.

The rule and its defaults are those of the COIN Tool and COINr (JRC practice): an indicator fails
when its absolute skewness AND its kurtosis both reach their limits (2 and 3.5).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from cescore.definitions.model import Treatment
from cescore.errors import MethodError, Sentence
from cescore.method.thresholds import meets

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
Numbers = TypeVar("Numbers", NDArray[np.float64], "pd.Series")

SKEW_LIMIT, KURTOSIS_LIMIT = 2.0, 3.5
MOST_WINSORISED = 5
SHIFT = 0.01  # share of the range added before a logarithm, so that the least value has one


def skewness(x: pd.Series) -> float:
    """Skewness with the correction for sample size: √(n(n-1)) / (n-2) · m3 / m2^1.5 [no unit].

    m2 and m3 are the central moments of the present values. Type 2 of Joanes and Gill, as Excel,
    SAS, e1071 (type = 2) and COINr count it. NaN below three values, or where they do not differ.

    References
    ----------
    D. N. Joanes and C. A. Gill, The Statistician 47 (1998), G1.

    Examples
    --------
    >>> round(skewness(pd.Series([1.0, 2.0, 3.0, 10.0])), 6)
    1.763633
    """
    return _skewness(_present(x))


def kurtosis(x: pd.Series) -> float:
    """Excess kurtosis with the correction for sample size; 0 for a normal distribution [no unit].

    ((n+1)·g2 + 6)·(n-1) / ((n-2)(n-3)) with g2 = m4 / m2² - 3: type 2 of Joanes and Gill, as Excel,
    SAS, e1071 (type = 2) and COINr count it. NaN below four values, or where they do not differ.

    References
    ----------
    D. N. Joanes and C. A. Gill, The Statistician 47 (1998), G2.

    Examples
    --------
    >>> round(kurtosis(pd.Series([1.0, 2.0, 3.0, 10.0])), 6)
    3.228
    """
    return _kurtosis(_present(x))


def has_outliers(
    x: pd.Series, *, skew_limit: float = SKEW_LIMIT, kurtosis_limit: float = KURTOSIS_LIMIT
) -> bool:
    """Whether absolute skewness and kurtosis both reach their limits; too few values have none.

    Missing values are left out. A limit is reached by what equals it but for rounding noise.

    References
    ----------
    The COIN Tool's and COINr's rule, 2 and 3.5 (W. Becker et al., JOSS 7(78), 2022).

    Examples
    --------
    >>> has_outliers(pd.Series([1.0, 2.0, 3.0, 4.0, 5.0, 90.0]))
    True
    """
    return _fails(_present(x), skew_limit, kurtosis_limit) is True


def winsorise(
    x: pd.Series,
    *,
    most: int = MOST_WINSORISED,
    skew_limit: float = SKEW_LIMIT,
    kurtosis_limit: float = KURTOSIS_LIMIT,
) -> pd.Series:
    """Outliers set to the next value inside, one after another, until the rule is met.

    Each step takes the greatest value while skewness is 0 or more, else the least; values tied with
    it go together, so that the last step can set more than ``most``. It ends when the rule is met
    or ``most`` points are set, and leaves a series as it is that would lose all its differences.
    Missing values stay missing.

    Parameters
    ----------
    x
        Values of one indicator [any unit].
    most
        Points set at most [points].
    skew_limit, kurtosis_limit
        As for `has_outliers`.

    References
    ----------
    COINr's ``winsorise`` (W. Becker et al., JOSS 7(78), 2022).

    Examples
    --------
    >>> winsorise(pd.Series([1.0, 2.0, 3.0, 4.0, 5.0, 90.0])).tolist()
    [1.0, 2.0, 3.0, 4.0, 5.0, 5.0]
    """
    ends = _winsorised(_present(x), most, skew_limit, kurtosis_limit)
    return x.astype(float) if ends is None else x.astype(float).clip(*ends)


def log_ct(x: pd.Series) -> pd.Series:
    """ln(x - min + 0.01·(max - min)): COINr's log of the COIN Tool kind; keeps the order.

    Missing values stay missing. The result has no unit: another unit of x only adds a constant to
    it.

    Raises
    ------
    MethodError
        The values do not differ.

    Examples
    --------
    >>> log_ct(pd.Series([0.0, 99.0, 100.0])).round(4).tolist()
    [0.0, 4.6052, 4.6151]
    """
    return _over_range(x, _log_ct)


def log_ct_plus(x: pd.Series) -> pd.Series:
    """`log_ct` for positive skewness, else its mirror image -ln(max + 0.01·(max - min) - x).

    Pulls in the longer tail, whichever it is; keeps the order.

    Raises
    ------
    MethodError
        The values do not differ.

    Examples
    --------
    >>> log_ct_plus(pd.Series([0.0, 99.0, 100.0])).round(4).tolist()  # tail on the left: mirrored
    [-4.6151, -0.6931, -0.0]
    """
    mirrored = not _skewness(_present(x)) > 0
    return _over_range(x, lambda v, low, high: _log_ct_plus(v, low, high, mirrored))


def log_ct_orig(x: pd.Series) -> pd.Series:
    """ln(x - min + 1): the log of the first COIN Tool; depends on the unit.

    Raises
    ------
    MethodError
        The values do not differ.

    Examples
    --------
    >>> log_ct_orig(pd.Series([3.0, 3.0 + 99.0])).round(4).tolist()
    [0.0, 4.6052]
    """
    return _over_range(x, _log_ct_orig)


def log_gii(x: pd.Series) -> pd.Series:
    """ln((max - 1)(x - min) / (max - min) + 1): the logarithm of the Global Innovation Index.

    Depends on the unit; from 0 at the least value to ln max at the greatest. Missing values stay
    missing.

    Raises
    ------
    MethodError
        The greatest value is not above 1, where it would turn the order round, or the values do not
        differ.

    Examples
    --------
    >>> log_gii(pd.Series([0.0, 50.0, 101.0])).round(4).tolist()
    [0.0, 3.9221, 4.6151]
    """
    if not x.max() > 1:
        raise MethodError(
            Sentence("no GII logarithm of {name!r}: its greatest value is not above 1", name=x.name)
        )
    return _over_range(x, _log_gii)


def box_cox(x: pd.Series, *, power: float, shift: bool = True) -> pd.Series:
    """(x^power - 1) / power, or ln x at power 0, of values shifted so that the least is 1.

    Missing values stay missing; a power below 0 keeps the order too.

    Raises
    ------
    MethodError
        Values not above 0 without the shift.

    Examples
    --------
    >>> box_cox(pd.Series([0.0, 1.0, 2.0]), power=2).tolist()
    [0.0, 1.5, 4.0]
    """
    moved = x - x.min() + 1 if shift else x
    if (moved <= 0).any():
        raise MethodError(
            Sentence("no Box-Cox transformation of {name!r}: values of 0 or less", name=x.name)
        )
    return np.log(moved) if power == 0 else _box_cox(moved, power)


# --- the framework's choice, learnt once and applied with constants --------------------------


@dataclass(frozen=True)
class Learnt:
    """The values learnt from, treated; the constants that treat another; what was done.

    Attributes
    ----------
    values
        Of the reference set, treated [unit of the indicator, or none after a transformation].
    constants
        ``win_low``, ``win_high``, or ``log_low``, ``log_high`` and ``log_mirrored`` [unit of the
        indicator]; empty where nothing was done.
    step
        "", winsorised, or the transformation.
    """

    values: Floats
    constants: Mapping[str, float] = field(default_factory=dict)
    step: str = ""


def learn(values: Floats, treatment: Treatment) -> Learnt:
    """How a treatment changes the values of a reference set [unit of the indicator], in COINr's order.

    Nothing where the rule is met, or cannot be told of too few values. Winsorised where that brings
    the rule about, or nothing follows; else the untreated values are transformed. A logarithm of
    the Global Innovation Index that would turn the order round (no value above 1) is not taken: the
    values stay winsorised.

    Parameters
    ----------
    values
        Of the reference set in one year, none missing.
    treatment
        Limits, how many points at most, and what follows.
    """
    limits = (treatment.skew_thresh, treatment.kurt_thresh)
    if treatment.method == "none" or _fails(values, *limits) is not True:
        return Learnt(values)
    ends = _winsorised(values, treatment.winsorise_max, *limits)
    if ends is None:
        return Learnt(values)
    ends_of = {"win_low": ends[0], "win_high": ends[1]}
    inside = apply(values, ends_of, treatment)
    if treatment.then == "none" or _fails(inside, *limits) is False:
        return Learnt(inside, ends_of, "winsorised")
    if treatment.then == "log_gii" and not values.max() > 1:  # it would turn the order round
        return Learnt(inside, ends_of, "winsorised")
    mirrored = treatment.then == "log_ct_plus" and not _skewness(values) > 0
    ends_of = {"log_low": float(values.min()), "log_high": float(values.max())}
    ends_of |= {"log_mirrored": 1.0} if mirrored else {}
    return Learnt(apply(values, ends_of, treatment), ends_of, treatment.then)


def apply(values: Floats, constants: Mapping[str, float], treatment: Treatment) -> Floats:
    """Values treated with constants learnt before; values beyond those learnt from are cut to them.

    Without constants the values stay as they are; a missing value stays missing.

    Parameters
    ----------
    values
        Of any entities [unit of the indicator].
    constants
        See `Learnt`.
    """
    if "win_low" in constants:
        return np.clip(values, constants["win_low"], constants["win_high"])
    if "log_low" in constants:
        low, high = constants["log_low"], constants["log_high"]
        inside = np.clip(values, low, high)
        if treatment.then == "log_ct_plus":
            return _log_ct_plus(inside, low, high, "log_mirrored" in constants)
        if treatment.then == "box_cox":
            moved = inside - low + 1
            return np.log(moved) if not treatment.power else _box_cox(moved, treatment.power)
        return OVER_RANGE.get(treatment.then, _log_ct)(inside, low, high)
    return values


def _present(x: pd.Series) -> Floats:
    values: Floats = x.to_numpy(dtype=float, na_value=np.nan)
    return np.compress(~np.isnan(values), values)


def _skewness(x: Floats) -> float:
    n, deviation = len(x), x - x.mean() if len(x) else x
    square = float((deviation**2).sum())
    if n < 3 or square == 0:
        return float("nan")
    first: float = np.sqrt(n) * (deviation**3).sum() / square**1.5
    return float(first * np.sqrt(n * (n - 1)) / (n - 2))


def _kurtosis(x: Floats) -> float:
    n, deviation = len(x), x - x.mean() if len(x) else x
    square = float((deviation**2).sum())
    if n < 4 or square == 0:
        return float("nan")
    excess = n * float((deviation**4).sum()) / square**2 - 3
    return ((n + 1) * excess + 6) * (n - 1) / ((n - 2) * (n - 3))


def _fails(x: Floats, skew_limit: float, kurtosis_limit: float) -> bool | None:
    """Whether the rule finds outliers; None where skewness or kurtosis cannot be told."""
    skew, tail = _skewness(x), _kurtosis(x)
    if meets(abs(skew), "<", skew_limit) or meets(tail, "<", kurtosis_limit):
        return False
    return None if np.isnan(skew) or np.isnan(tail) else True


def _winsorised(
    x: Floats, most: int, skew_limit: float, kurtosis_limit: float
) -> tuple[float, float] | None:
    """The ends that winsorising cuts to; None where it would leave no two different values."""
    above, below = 0, 0
    fails = _fails(x, skew_limit, kurtosis_limit)
    while fails and above + below < most:
        is_high = _skewness(x) >= 0
        end = x.max() if is_high else x.min()
        rest = x[x != end]
        if is_high:
            above = int((x == end).sum())
            x = np.minimum(x, rest.max())
        else:
            below = int((x == end).sum())
            x = np.maximum(x, rest.min())
        fails = _fails(x, skew_limit, kurtosis_limit)
        if fails is None:
            return None
    return (float(x.min()), float(x.max())) if len(x) else None


def _over_range(x: pd.Series, change: Callable[[Floats, float, float], Floats]) -> pd.Series:
    low, high = float(x.min()), float(x.max())
    if not low < high:
        raise MethodError(
            Sentence(
                "no logarithm of {name!r} over its range: its values do not differ", name=x.name
            )
        )
    values = x.to_numpy(dtype=float, na_value=np.nan)
    return type(x)(change(values, low, high), index=x.index, name=x.name)


def _log_ct(x: Floats, low: float, high: float) -> Floats:
    return np.log(x - low + SHIFT * (high - low))


def _log_ct_plus(x: Floats, low: float, high: float, mirrored: bool) -> Floats:
    if not mirrored:
        return _log_ct(x, low, high)
    return -np.log(high + SHIFT * (high - low) - x)


def _log_ct_orig(x: Floats, low: float, high: float) -> Floats:
    return np.log(x - low + 1)


def _log_gii(x: Floats, low: float, high: float) -> Floats:
    return np.log((high - 1) * (x - low) / (high - low) + 1)


def _box_cox(x: Numbers, power: float) -> Numbers:
    return (x**power - 1) / power


# transformations that take nothing but the ends; `apply` gives the others what else they need
OVER_RANGE: Mapping[str, Callable[[Floats, float, float], Floats]] = {
    "log_ct": _log_ct,
    "log_ct_orig": _log_ct_orig,
    "log_gii": _log_gii,
}
