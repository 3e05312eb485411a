"""Indicators to scores: each method by its usual name, and the framework's choice of them.

A method that looks at all entities is fitted once (`fit`) and then applied with frozen constants,
so one entity alone gets the score it has among all.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from cescore.definitions.model import Framework, Indicator, Scale
from cescore.errors import MethodError
from cescore.method.column import Column, Flag, Panel, State
from cescore.method.compared import RANKED, between, has_learnt, share, share_below
from cescore.method.fitting import Fitted, fit, method_of
from cescore.method.preparing import prepare

__all__ = [
    "Fitted",
    "distance_to_target",
    "efficacy",
    "fit",
    "goalposts",
    "min_max",
    "normalise",
    "rank_scores",
    "z_score",
]

Floats = NDArray[np.float64]
ON_POSTS = ("goalposts", "efficacy")  # efficacy: not cut at the ends


# --- methods: plain values in, plain values out ---------------------------------------------


def min_max(
    x: pd.Series,
    *,
    direction: int,
    lower: float | None = None,
    upper: float | None = None,
) -> pd.Series:
    """Rescale linearly so that the worst end becomes 0 and the best 100.

    Values beyond the ends are cut to them; missing values stay missing. Without ends, the least
    and greatest value are taken: a comparison among those present, not over time.

    Raises
    ------
    MethodError
        The ends coincide, so there is no scale between them.

    Examples
    --------
    >>> min_max(pd.Series([10.0, 20.0, 40.0]), direction=-1).round(1).tolist()
    [100.0, 66.7, 0.0]
    """
    low = float(x.min()) if lower is None else lower
    high = float(x.max()) if upper is None else upper
    _refuse_equal(x, low, high, "ends")
    worst, best = (low, high) if direction == 1 else (high, low)
    return _like(x, _linear(x, worst, best, Scale()))


def goalposts(
    x: pd.Series, *, worst: float, best: float, floor: float = 0.0, top: float = 100.0
) -> pd.Series:
    """floor + (x - worst) / (best - worst) · (top - floor), cut to the ends of the scale.

    The direction lies in the goalposts: for "less is better", ``worst`` is the greater.

    Raises
    ------
    MethodError
        The goalposts coincide.

    Examples
    --------
    >>> goalposts(pd.Series([60.0, 30.0, 10.0]), worst=60, best=20, floor=60).tolist()
    [60.0, 90.0, 100.0]
    """
    _refuse_equal(x, worst, best, "goalposts")
    return _like(x, _linear(x, worst, best, Scale(floor=floor, top=top)))


def efficacy(x: pd.Series, *, satisfactory: float, not_allowed: float) -> pd.Series:
    """(x - not allowed) / (satisfactory - not allowed) · 40 + 60, not cut to 60 and 100.

    The textbook efficacy coefficient 功效系数; where less is better, ``satisfactory`` is the lesser.
    The form cut to its ends is `goalposts` with ``floor=60``.

    Raises
    ------
    MethodError
        Satisfactory and not-allowed value coincide: not defined, and never 100.

    Examples
    --------
    >>> efficacy(pd.Series([30.0]), satisfactory=20, not_allowed=60).tolist()
    [90.0]
    """
    _refuse_equal(x, not_allowed, satisfactory, "satisfactory and not-allowed values")
    return _like(x, (_floats(x) - not_allowed) / (satisfactory - not_allowed) * 40 + 60)


def distance_to_target(x: pd.Series, *, target: float, direction: int) -> pd.Series:
    """How much of the target is reached: x / target · 100, or target / x · 100 where less is better.

    100 from the target on, 0 for a value of no or negative merit; missing values stay missing.

    Raises
    ------
    MethodError
        The target is not above 0: there is no ratio to it; use goalposts.

    References
    ----------
    OECD/JRC, Handbook on Constructing Composite Indicators (2008), distance to a reference.

    Examples
    --------
    >>> distance_to_target(pd.Series([30.0, 80.0]), target=60, direction=1).tolist()
    [50.0, 100.0]
    >>> distance_to_target(pd.Series([30.0, 80.0]), target=60, direction=-1).tolist()
    [100.0, 75.0]
    """
    if not target > 0:
        raise MethodError(f"no ratio of {x.name!r} to a target of {target:g}, expected above 0")
    return _like(x, ratio_to(_floats(x), np.asarray(target, float), direction) * 100)


def z_score(
    x: pd.Series, *, direction: int, mean: float | None = None, sd: float | None = None
) -> pd.Series:
    """(x - mean) / sd, turned round where less is better; sample standard deviation (n - 1).

    Raises
    ------
    MethodError
        The values do not differ, or there are fewer than two.

    Examples
    --------
    >>> z_score(pd.Series([2.0, 4.0, 6.0]), direction=-1).tolist()
    [1.0, 0.0, -1.0]
    """
    centre = float(x.mean()) if mean is None else mean
    spread = float(x.std(ddof=1)) if sd is None else sd
    if not spread > 0:
        raise MethodError(f"no z-score of {x.name!r}: its values do not differ")
    return _like(x, (_floats(x) - centre) * direction / spread + 0.0)  # + 0.0: no negative zero


def rank_scores(x: pd.Series, *, direction: int) -> pd.Series:
    """Share of the other entities that are worse, 0-100; ties count half.

    Raises
    ------
    MethodError
        Fewer than two values: nobody to rank among.

    Examples
    --------
    >>> rank_scores(pd.Series([10.0, 20.0, 20.0, 40.0, 50.0]), direction=1).tolist()
    [0.0, 37.5, 37.5, 75.0, 100.0]
    """
    ordered = np.sort(x.dropna().to_numpy(float))
    if len(ordered) < 2:
        raise MethodError(f"cannot rank {x.name!r}: {len(ordered)} values, expected two or more")
    return _like(x, share_below(_floats(x), ordered, direction) * 100)


# --- the framework's choice, on columns ------------------------------------------------------


def normalise(indicators: Panel, framework: Framework, fitted: Fitted) -> Panel:
    """Scores of the scored indicators on the framework's scale, more is better.

    A score is NOT_COMPUTABLE in years before an indicator's first goalposts, and where there is
    nothing to scale between; an indicator without a value passes its state on. Gaps are filled and
    outliers treated first where the framework says so (`preparing`). A released score stands in
    place of a computed one.
    """
    columns = {}
    prepared = prepare(indicators, framework, fitted.constants, fitted.released_scores)
    for indicator in framework.scored():
        column = prepared.column(indicator.code)
        share = _shares(indicator, column, indicators, framework, fitted)
        scale = framework.scale
        scores = scale.floor + share * (scale.top - scale.floor)
        columns[indicator.code] = _scored(
            column, _with_released(scores, indicator.code, indicators, fitted)
        )
    return replace(indicators, columns=columns)


def _shares(
    indicator: Indicator,
    column: Column,
    panel: Panel,
    framework: Framework,
    fitted: Fitted,
) -> Floats:
    """Each value's place between the ends of the scale, 0-1; NaN where there is no scale."""
    result = np.full(panel.shape, np.nan)
    method = method_of(indicator, framework)
    for i, year in enumerate(panel.years):
        values = column.values[:, i]
        if method in {*ON_POSTS, "distance_to_target"}:
            ends = ends_in(indicator, panel, year)
            if ends is not None and method in ON_POSTS:
                result[:, i] = between(values, *ends, cut=method == "goalposts")
            elif ends is not None:
                result[:, i] = ratio_to(values, ends[1], indicator.direction)
        elif method in RANKED:
            ordered = fitted.distributions.get(indicator.code, {}).get(year, np.empty(0))
            if len(ordered) > 1:
                result[:, i] = share_below(values, ordered, indicator.direction, method)
        else:
            constants = fitted.constants.get(indicator.code, {}).get(year, {})
            if has_learnt(constants):
                result[:, i] = share(values, method, constants, indicator.direction)
    return result


def ends_in(indicator: Indicator, panel: Panel, year: int) -> tuple[Floats, Floats] | None:
    """Worst and best of each entity in a year, by industry where the goalposts say so."""
    goals = indicator.goalposts_in(year)
    if goals is None:
        return None
    worst = np.full(len(panel.entities), goals.worst)
    best = np.full(len(panel.entities), goals.best)
    industries = np.array(panel.attributes.get("industry", ("",) * len(panel.entities)), object)
    for industry, (its_worst, its_best) in goals.by_industry.items():
        worst[industries == industry] = its_worst
        best[industries == industry] = its_best
    return worst, best


def _scored(column: Column, scores: Floats) -> Column:
    """A column of scores; one released for a value that was imputed is an estimate."""
    state = np.where(column.state == State.PRESENT, np.uint8(State.NOT_COMPUTABLE), column.state)
    state = np.where(np.isnan(scores), state, np.uint8(State.PRESENT))
    flags = np.where(column.is_present, column.flags, np.uint8(Flag.ESTIMATED))
    return Column(scores, state, np.where(np.isnan(scores), np.uint8(0), flags))


def _with_released(scores: Floats, code: str, panel: Panel, fitted: Fitted) -> Floats:
    released = fitted.released_scores.get(code)
    if not released:
        return scores
    if len(panel.entities) != 1:
        raise MethodError(f"released scores of {code!r} are one entity's, found a panel of several")
    by_year = [released.get(year) for year in panel.years]
    given = np.array([np.nan if score is None else score for score in by_year])
    return np.where(np.isnan(given), scores, given)


def ratio_to(values: Floats, target: Floats, direction: int) -> Floats:
    """values / target, or target / values where less is better, cut to 0-1; NaN without a target above 0."""
    target = np.where(target > 0, target, np.nan)
    if direction == 1:
        return np.clip(values / target, 0, 1)
    reached = values <= target
    share = target / np.where(reached, target, values)
    return np.where(np.isnan(values) | np.isnan(target), np.nan, share)


def _linear(x: pd.Series, worst: float, best: float, scale: Scale) -> Floats:
    share = between(_floats(x), np.asarray(worst, float), np.asarray(best, float))
    return scale.floor + share * (scale.top - scale.floor)


def _refuse_equal(x: pd.Series, one: float, other: float, what: str) -> None:
    if one == other:
        raise MethodError(f"cannot normalise {x.name!r}: both {what} are {one:g}")


def _floats(x: pd.Series) -> Floats:
    return x.to_numpy(dtype=float, na_value=np.nan)


def _like(x: pd.Series, values: ArrayLike) -> pd.Series:
    return pd.Series(values, index=x.index, name=x.name)
