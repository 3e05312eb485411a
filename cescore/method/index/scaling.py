"""Normalisation: each method that makes scores of an indicator's values, by its usual name.

These are the functions that a framework's ``normalisation`` names and that the evaluation executes,
on one value or on all. What a method takes from all entities (ends, mean and spread, the order) can
be handed to it as constants that were learnt before (`learn`); without, it is taken from the values
at hand. A score lies on the ``scale``, 0-100 unless told otherwise, and more is better. Missing
values stay missing.

References
----------
OECD/JRC, Handbook on Constructing Composite Indicators: Methodology and User Guide (2008), step 5; names
and forms as in COINr (W. Becker et al., JOSS 7(78), 2022, "Normalisation").
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NoReturn, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cescore.definitions.model import Scale
from cescore.errors import MethodError, Sentence
from cescore.method.thresholds import at_most, is_equal, tied

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
Values = TypeVar("Values", "pd.Series", NDArray[np.float64])

HUNDRED = Scale()
EFFICACY = Scale(floor=60, top=100)  # of the green development index 绿色发展指数
T_SPAN = 10.0  # standard deviations from one end of the scale to the other (T-score: 50 + 10·z)


# --- on ends that are stated ----------------------------------------------------------------------


def goalposts(
    x: Values, *, worst: ArrayLike, best: ArrayLike, scale: Scale = HUNDRED, cut: bool = True
) -> Values:
    """floor + (x - worst) / (best - worst) · (top - floor), cut to the ends of the scale.

    The direction lies in the goalposts: for "less is better", ``worst`` is the greater. Goalposts
    are stated, never observed, so that scores of different years compare.

    Parameters
    ----------
    x
        Values [any unit]; a missing one stays missing.
    worst, best
        What scores the floor and the top [unit of x], for all or one for each value (goalposts by
        industry).
    cut
        False leaves values beyond the goalposts beyond the ends of the scale.

    Raises
    ------
    MethodError
        The goalposts coincide, so there is no scale between them.

    References
    ----------
    UNDP, Human Development Report, technical note 1: fixed goalposts ("minimum and maximum values").

    Examples
    --------
    >>> goalposts(pd.Series([60.0, 30.0, 10.0]), worst=60, best=20, scale=EFFICACY).tolist()
    [60.0, 90.0, 100.0]
    """
    low, high = np.asarray(worst, float), np.asarray(best, float)
    for both in np.extract(low == high, low):
        _refuse(x, f"both goalposts are {both:g}")
    share = (_floats(x) - low) / (high - low)
    return _placed(x, np.clip(share, 0, 1) if cut else share, scale)


def efficacy(
    x: Values, *, satisfactory: ArrayLike, not_allowed: ArrayLike, scale: Scale = EFFICACY
) -> Values:
    """(x - not allowed) / (satisfactory - not allowed) · 40 + 60, not cut to 60 and 100.

    The efficacy coefficient 功效系数 of textbooks; where less is better, ``satisfactory`` is the
    lesser. The form cut to its ends, which the green development index uses, is `goalposts` on the
    same scale.

    Parameters
    ----------
    x
        Values [any unit]; a missing one stays missing.
    satisfactory, not_allowed
        满意值 and 不允许值, which score 100 and 60 [unit of x], for all or one for each value.

    Raises
    ------
    MethodError
        Satisfactory and not-allowed value coincide: not defined, and never 100.

    References
    ----------
    发改环资〔2016〕2635号, annex on the green development index: 40 and 60 (methodology 3.2, 3.4). The
    second example is a published one, below the floor as the textbook form can be.

    Examples
    --------
    >>> efficacy(pd.Series([30.0]), satisfactory=20, not_allowed=60).tolist()
    [90.0]
    >>> efficacy(pd.Series([5.81]), satisfactory=12, not_allowed=6).round(2).tolist()
    [58.73]
    """
    if bool(np.any(np.asarray(satisfactory, float) == np.asarray(not_allowed, float))):
        _refuse(x, f"satisfactory and not-allowed values are {np.ravel(satisfactory)[0]:g}")
    return goalposts(x, worst=not_allowed, best=satisfactory, scale=scale, cut=False)


def log_goalposts(
    x: Values, *, worst: ArrayLike, best: ArrayLike, scale: Scale = HUNDRED
) -> Values:
    """floor + ln(x / worst) / ln(best / worst) · (top - floor), cut to the ends of the scale.

    For quantities that differ by orders of magnitude: a doubling moves every score by the same
    number of points, whatever it starts from. A value of 0 or less has no logarithm: it lies beyond
    the lower end, which is the best one where less is better.

    Parameters
    ----------
    x
        Values [any unit]; a missing one stays missing.
    worst, best
        What scores the floor and the top, above 0 [unit of x], for all or one for each value.

    Raises
    ------
    MethodError
        The goalposts coincide, or one of them is 0 or less.

    References
    ----------
    UNDP, Human Development Report 2020, technical note 1: the income index is the logarithm between
    100 and 75,000 dollars.

    Examples
    --------
    >>> log_goalposts(pd.Series([10.0, 20.0, 40.0, 0.0]), worst=40, best=10).round(9).tolist()
    [100.0, 50.0, 0.0, 100.0]
    """
    low, high = np.asarray(worst, float), np.asarray(best, float)
    if bool(np.any(low <= 0)) or bool(np.any(high <= 0)):
        _refuse(x, "a goalpost is 0 or less, which has no logarithm")
    logs = np.log(np.maximum(_floats(x), np.finfo(float).tiny))
    placed = np.where(np.isnan(_floats(x)), np.nan, logs)
    share = goalposts(placed, worst=np.log(low), best=np.log(high), scale=Scale(floor=0, top=1))
    return _placed(x, share, scale)


def points_of_doubling(worst: float, best: float, *, scale: Scale = HUNDRED) -> float:
    """How many points a doubling moves a score on a logarithmic scale, wherever it starts between the ends.

    (top - floor) · ln 2 / |ln(best / worst)|; up where more is better, else down.

    Parameters
    ----------
    worst, best
        Ends of the scale, above 0 and apart [one unit].

    Examples
    --------
    >>> (
    ...     points_of_doubling(10.0, 160.0),
    ...     points_of_doubling(8.0, 2.0, scale=Scale(floor=60, top=100)),
    ... )
    (25.0, 20.0)
    """
    return (scale.top - scale.floor) * math.log(2) / abs(math.log(best / worst))


def distance_to_target(
    x: Values, *, target: ArrayLike, direction: int, scale: Scale = HUNDRED
) -> Values:
    """Share of the target reached, x / target, or target / x where less is better; at most all.

    From the target on the top of the scale; a value of no or negative merit its floor. A target of
    0 that is to be fallen to is reached or it is not. Without a ratio to its own target (of 0 or
    less, where more is better) a value has no score. An unchanged value far from its target can
    score high: progress is counted from the base year (`targets`), not by this.

    Parameters
    ----------
    x
        Values [any unit]; a missing one stays missing.
    target
        In the unit of ``x``, for all or one for each value.
    direction
        1: more is better, -1: less is better.

    Raises
    ------
    MethodError
        No target has a ratio: use goalposts.

    References
    ----------
    OECD/JRC Handbook (2008), step 5, "distance to a reference", the target as reference.

    Examples
    --------
    >>> distance_to_target(pd.Series([30.0, 80.0]), target=60, direction=1).tolist()
    [50.0, 100.0]
    >>> distance_to_target(pd.Series([30.0, 80.0, 0.0]), target=60, direction=-1).tolist()
    [100.0, 75.0, 100.0]
    """
    values, goal = _floats(x), np.asarray(target, float)
    has_ratio = goal > 0 if direction == 1 else goal >= 0
    if not has_ratio.any():
        raise MethodError(
            Sentence(
                "no ratio of {name!r} to a target of {goal:g}, expected above 0",
                name=_name(x),
                goal=float(np.ravel(goal)[0]),
            )
        )
    goal = np.where(has_ratio, goal, np.nan)
    return _placed(x, _ratio(values, goal, direction), scale)


# --- among the entities, by what is learnt of all ----------------------------------------------------


def min_max(
    x: Values,
    *,
    direction: int,
    low: float | None = None,
    high: float | None = None,
    scale: Scale = HUNDRED,
) -> Values:
    """floor + (x - worst) / (best - worst) · (top - floor), between least and greatest value.

    A comparison among those present, not over time: a score moves when somebody else's extreme
    does.

    Parameters
    ----------
    x
        Values [any unit]; a missing one stays missing.
    direction
        1: more is better, -1: less is better.
    low, high
        Ends learnt before [unit of x], to which values beyond are cut; None: those of ``x``.

    Raises
    ------
    MethodError
        The ends coincide, so there is no scale between them.

    References
    ----------
    OECD/JRC Handbook (2008), step 5, "min-max".

    Examples
    --------
    >>> min_max(pd.Series([10.0, 20.0, 40.0]), direction=-1).round(1).tolist()
    [100.0, 66.7, 0.0]
    >>> min_max(pd.Series([10.0, 50.0]), direction=1, low=0.0, high=40.0).tolist()
    [25.0, 100.0]
    """
    least, greatest = _ends(x, low, high)
    worst, best = (least, greatest) if direction == 1 else (greatest, least)
    return goalposts(x, worst=worst, best=best, scale=scale)


def distance_to_maximum(
    x: Values,
    *,
    direction: int,
    low: float | None = None,
    high: float | None = None,
    scale: Scale = HUNDRED,
) -> Values:
    """1 - (best - x) / (best - worst), on the scale: the top for the best value present.

    COINr's ``n_dist2max``. The same numbers as `min_max`, of which it is another way of writing;
    both names can be asked for.

    Raises
    ------
    MethodError
        The ends coincide.

    Examples
    --------
    >>> distance_to_maximum(pd.Series([1.0, 2.0, 5.0]), direction=1).tolist()
    [0.0, 25.0, 100.0]
    """
    return min_max(x, direction=direction, low=low, high=high, scale=scale)


def distance_to_reference(
    x: Values,
    *,
    reference: float,
    direction: int,
    low: float | None = None,
    high: float | None = None,
    scale: Scale = HUNDRED,
) -> Values:
    """1 - (ref - x) / (ref - worst), on the scale: the top for the reference, more for what is better.

    ``reference`` [unit of x] is the value of the entity that all are measured to; the worst is the
    least (or, where less is better, the greatest) of ``low`` and ``high``. Not above the top only
    for those no better than the reference; never below the floor. COINr's ``n_dist2ref`` without
    its cap.

    Raises
    ------
    MethodError
        The reference has no value, or is itself the worst.

    Examples
    --------
    >>> distance_to_reference(pd.Series([1.0, 3.0, 5.0]), reference=3.0, direction=1).tolist()
    [0.0, 100.0, 200.0]
    """
    least, greatest = _ends(x, low, high)
    worst = least if direction == 1 else greatest
    if not np.isfinite(reference) or bool(is_equal(reference, worst)):
        _refuse(
            x, f"the reference is {reference:g}, expected a value better than the worst, {worst:g}"
        )
    return _placed(x, np.maximum((_floats(x) - worst) / (reference - worst), 0), scale)


def fraction_of_maximum(
    x: Values,
    *,
    direction: int,
    low: float | None = None,
    high: float | None = None,
    scale: Scale = HUNDRED,
) -> Values:
    """x / max, or min / x where less is better, on the scale; COINr's ``n_fracmax``.

    For quantities with a true zero [any unit]. The best value always has the top: also a best of 0
    where less is better, beside which every other value is infinitely worse and has the floor. A
    value of negative merit has the floor.

    Raises
    ------
    MethodError
        There is no fraction: of a maximum of 0 or less, or with negative values where less is
        better.

    Examples
    --------
    >>> fraction_of_maximum(pd.Series([2.0, 4.0, 8.0]), direction=1).tolist()
    [25.0, 50.0, 100.0]
    >>> fraction_of_maximum(pd.Series([2.0, 4.0, 8.0]), direction=-1).tolist()
    [100.0, 50.0, 25.0]
    >>> fraction_of_maximum(pd.Series([0.0, 4.0, 8.0]), direction=-1).tolist()
    [100.0, 0.0, 0.0]
    """
    least, greatest = _ends(x, low, high)
    if direction == 1 and not greatest > 0:
        _refuse(x, f"no fraction of a maximum of {greatest:g}, expected above 0")
    if direction == -1 and least < 0:
        _refuse(x, f"no fraction with values such as {least:g}, expected 0 or more")
    best = np.asarray(greatest if direction == 1 else least)
    return _placed(x, _ratio(_floats(x), best, direction), scale)


def z_score(
    x: Values, *, direction: int, mean: float | None = None, sd: float | None = None
) -> Values:
    """(x - mean) / sd, turned round where less is better [standard deviations].

    Sample standard deviation (n - 1). Not cut, and on no scale: `t_score` lays it on one.

    Parameters
    ----------
    x
        Values [any unit]; a missing one stays missing and counts in neither mean nor deviation.
    direction
        1: more is better, -1: less is better.
    mean, sd
        As learnt before [unit of x]; None: those of ``x``.

    Raises
    ------
    MethodError
        The values do not differ, or there are fewer than two.

    References
    ----------
    OECD/JRC Handbook (2008), step 5, "standardisation".

    Examples
    --------
    >>> z_score(pd.Series([2.0, 4.0, 6.0]), direction=-1).tolist()
    [1.0, 0.0, -1.0]
    """
    values = _floats(x)
    present = values[~np.isnan(values)]
    centre = float(present.mean()) if mean is None else mean
    spread = (float(present.std(ddof=1)) if len(present) > 1 else np.nan) if sd is None else sd
    if not spread > 0:
        raise MethodError(
            Sentence("no z-score of {name!r}: its values do not differ", name=_name(x))
        )
    return _like(x, (values - centre) * direction / spread + 0.0)  # + 0.0: no negative zero


def t_score(
    x: Values,
    *,
    direction: int,
    mean: float | None = None,
    sd: float | None = None,
    scale: Scale = HUNDRED,
) -> Values:
    """50 + 10·z on 0-100: `z_score` on a scale of ten standard deviations, the mean in its middle.

    What ``normalisation: z_score`` gives; on a scale from -5 to 5 it is z itself. Not cut: an
    outlier of more than five standard deviations lies beyond the ends.

    Raises
    ------
    MethodError
        As `z_score`.

    Examples
    --------
    >>> t_score(pd.Series([2.0, 4.0, 6.0]), direction=1).tolist()
    [40.0, 50.0, 60.0]
    """
    z = z_score(_floats(x), direction=direction, mean=mean, sd=sd)
    return _placed(x, 0.5 + z / T_SPAN, scale)


def rank_scores(
    x: Values, *, direction: int, among: Floats | None = None, scale: Scale = HUNDRED
) -> Values:
    """Share of the other entities that are worse, on the scale; ties count half.

    (worse + not better - 1) / 2 / (n - 1) of n values, by the numbers of those worse than it and of
    those not better, itself among them. Values that differ by rounding noise tie
    (`thresholds.tied`). Where all are equal each has the middle of the scale. A rank says nothing
    of distances, and moves with who is there.

    Parameters
    ----------
    x
        Values [any unit]; a missing one stays missing.
    direction
        1: more is better, -1: less is better.
    among
        The values of all in rising order, each entity's own among them; None: ``x`` itself.

    Raises
    ------
    MethodError
        Fewer than two values: nobody to rank among.

    References
    ----------
    OECD/JRC Handbook (2008), step 5, "ranking".

    Examples
    --------
    >>> rank_scores(pd.Series([10.0, 20.0, 20.0, 40.0, 50.0]), direction=1).tolist()
    [0.0, 37.5, 37.5, 75.0, 100.0]
    """
    values, ordered = tied(_floats(x)), _ordered(x, among)
    below = np.searchsorted(ordered, values, side="left")
    not_above = np.searchsorted(ordered, values, side="right")
    share = (below + not_above - 1) / 2 / (len(ordered) - 1)
    share = np.clip(share if direction == 1 else 1 - share, 0, 1)
    return _placed(x, np.where(np.isnan(values), np.nan, share), scale)


def borda(x: Values, *, direction: int, among: Floats | None = None) -> Values:
    """Borda points: how many others are worse [entities]. ``among`` as in `rank_scores`.

    ``normalisation: borda`` puts them on the scale, divided by the others' number:
    `percentile_rank`.

    Raises
    ------
    MethodError
        Fewer than two values.

    Examples
    --------
    >>> borda(pd.Series([10.0, 20.0, 20.0, 40.0]), direction=-1).tolist()
    [3.0, 1.0, 1.0, 0.0]
    """
    values, ordered = tied(_floats(x)), _ordered(x, among)
    turned = ordered if direction == 1 else -ordered[::-1]
    below = np.searchsorted(turned, values * direction, side="left").astype(float)
    return _like(x, np.where(np.isnan(values), np.nan, below))


def percentile_rank(
    x: Values, *, direction: int, among: Floats | None = None, scale: Scale = HUNDRED
) -> Values:
    """Share of the other entities that are worse, on the scale; ties take the lower share.

    `borda` points over the number of the others; COINr's ``n_prank``. `rank_scores` lets ties count
    half.

    Raises
    ------
    MethodError
        Fewer than two values, or all equal: the share of the worst would be everybody's.

    Examples
    --------
    >>> percentile_rank(pd.Series([10.0, 20.0, 20.0, 40.0, 50.0]), direction=1).tolist()
    [0.0, 25.0, 25.0, 75.0, 100.0]
    """
    ordered = _ordered(x, among)
    least, greatest = ordered[0], ordered[-1]
    if bool(is_equal(least, greatest)):
        _refuse(x, f"all values are {least:g}")
    points = borda(_floats(x), direction=direction, among=ordered)
    return _placed(x, np.clip(points / (len(ordered) - 1), 0, 1), scale)


def _ratio(values: Floats, best: Floats, direction: int) -> Floats:
    """values / best, or best / values where less is better, cut to 0-1; 1 from the best on."""
    if direction == 1:
        return np.clip(values / best, 0, 1)
    reached = at_most(values, best)
    share = best / np.where(reached, 1.0, values)
    return np.where(np.isnan(values) | np.isnan(best), np.nan, np.where(reached, 1.0, share))


def _ends(x: pd.Series | Floats, low: float | None, high: float | None) -> tuple[float, float]:
    """The ends given, else the least and the greatest value; refused where they coincide."""
    present = _floats(x)
    present = present[~np.isnan(present)]
    least = (float(present.min()) if len(present) else np.nan) if low is None else low
    greatest = (float(present.max()) if len(present) else np.nan) if high is None else high
    if not least < greatest:
        _refuse(x, f"both ends are {least:g}")
    return least, greatest


def _ordered(x: pd.Series | Floats, among: Floats | None) -> Floats:
    values = _floats(x)
    ordered = np.sort(values[~np.isnan(values)]) if among is None else among
    if len(ordered) < 2:
        raise MethodError(
            Sentence(
                "cannot rank {name!r}: {n} {n:value|values}, expected two or more",
                name=_name(x),
                n=len(ordered),
            )
        )
    return tied(ordered)


def _refuse(x: pd.Series | Floats, why: str) -> NoReturn:
    raise MethodError(Sentence("cannot normalise {name!r}: {why}", name=_name(x), why=why))


def _placed(x: Values, share: Floats, scale: Scale) -> Values:
    return _like(x, scale.floor + share * (scale.top - scale.floor))


def _name(x: pd.Series | Floats) -> object:
    return "values" if isinstance(x, np.ndarray) else x.name


def _floats(x: pd.Series | Floats) -> Floats:
    return x if isinstance(x, np.ndarray) else x.to_numpy(dtype=float, na_value=np.nan)


def _like(x: Values, values: Floats) -> Values:
    return values if isinstance(x, np.ndarray) else type(x)(values, index=x.index, name=x.name)
