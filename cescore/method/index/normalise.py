"""Indicators to scores: the framework's choice among the methods of `scaling`, on columns.

A method that looks at all entities is fitted once (`fit`) and then applied with frozen constants,
so one entity alone gets the score it has among all.

References
----------
OECD/JRC Handbook (2008), step 5. The green development index (发改环资〔2016〕2635号, methodology 3.2)
scores on 60-100 likewise; that its ends are the observed ones is from memory [M], ours are stated.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from cescore.definitions.model import Framework, Indicator
from cescore.errors import MethodError, Sentence
from cescore.method.column import Column, Flag, Panel, State
from cescore.method.index.fitting import Fitted, fit, method_of
from cescore.method.index.normalisations import BY_ORDER, ON_ENDS, by_constants, by_order, on_ends
from cescore.method.index.preparing import prepare

__all__ = ["Fitted", "ends_in", "fit", "normalise"]

Floats = NDArray[np.float64]


def normalise(indicators: Panel, framework: Framework, fitted: Fitted) -> Panel:
    """Scores of the scored indicators on the framework's scale [points], more is better.

    A score is NOT_COMPUTABLE in years before an indicator's first goalposts, and where there is
    nothing to scale between; an indicator without a value passes its state on. Gaps are filled and
    outliers treated first where the framework says so (`preparing`). A released score stands in
    place of a computed one.

    Parameters
    ----------
    indicators
        As computed [declared units], (entities, years).
    fitted
        Constants of the reference set; a year that it does not know is scored on stated ends alone.

    Raises
    ------
    MethodError
        Released scores, which are one entity's, meet a panel of several.

    Examples
    --------
    Constants learnt of all entities give one of them alone the score that it has among all:

    >>> from cescore.definitions.model import Group
    >>> made_up = {"source": "made up", "tag": "P"}
    >>> rate = Indicator(
    ...     code="A", unit="ratio", formula="a", direction=1, group="G", weight=1, **made_up
    ... )
    >>> lake = Framework(
    ...     entity_type="lake",
    ...     version="1",
    ...     source="made up",
    ...     index={"code": "LI"},
    ...     groups={"G": Group(code="G", weight=1)},
    ...     indicators={"A": rate},
    ...     normalisation="min_max",
    ... )
    >>> values = Column.of(np.array([[2.0], [4.0], [10.0], [np.nan]]))
    >>> panel = Panel(("L1", "L2", "L3", "L4"), (2024,), {"A": values})
    >>> fitted = fit(panel, lake)
    >>> fitted.constants
    {'A': {2024: {'low': 2.0, 'high': 10.0}}}
    >>> normalise(panel, lake, fitted).column("A").values[:, 0].tolist()
    [0.0, 25.0, 100.0, nan]
    >>> normalise(panel.only(["L2"]), lake, fitted).column("A").values.tolist()
    [[25.0]]
    """
    columns = {}
    prepared = prepare(indicators, framework, fitted.constants, fitted.released_scores)
    for indicator in framework.scored():
        column = prepared.column(indicator.code)
        scores = _scores(indicator, column, indicators, framework, fitted)
        columns[indicator.code] = _scored(
            column, _with_released(scores, indicator.code, indicators, fitted)
        )
    return replace(indicators, columns=columns)


def _scores(
    indicator: Indicator, column: Column, panel: Panel, framework: Framework, fitted: Fitted
) -> Floats:
    """Each value's score (entities, years); NaN where there is nothing to scale between."""
    result = np.full(panel.shape, np.nan)
    method = method_of(indicator, framework)
    direction, scale = indicator.direction, framework.scale
    for i, year in enumerate(panel.years):
        values = column.values[:, i]
        if method in ON_ENDS:
            ends = ends_in(indicator, panel, year)
            if ends is not None:
                result[:, i] = on_ends(values, method, ends, direction=direction, scale=scale)
        elif method in BY_ORDER:
            ordered = fitted.distributions.get(indicator.code, {}).get(year, np.empty(0))
            result[:, i] = by_order(values, method, ordered, direction=direction, scale=scale)
        else:
            constants = fitted.constants.get(indicator.code, {}).get(year, {})
            result[:, i] = by_constants(values, method, constants, direction=direction, scale=scale)
    return result


def ends_in(indicator: Indicator, panel: Panel, year: int) -> tuple[Floats, Floats] | None:
    """Worst and best of each entity in a year [unit of the indicator], by industry where stated.

    Two arrays of (entities,); None in a year before the first goalposts. An entity whose industry
    has no goalposts of its own has the general ones.
    """
    goals = indicator.goalposts_in(year)
    if goals is None:
        return None
    worst = np.full(len(panel.entities), goals.worst)
    best = np.full(len(panel.entities), goals.best)
    if not goals.by_industry:
        return worst, best
    industries = np.array(panel.attributes.get("industry", ("",) * len(panel.entities)), object)
    for industry in dict.fromkeys(industries):
        ends = indicator.ends_in(year, industry)
        if ends is not None:
            worst[industries == industry], best[industries == industry] = ends
    return worst, best


def _scored(column: Column, scores: Floats) -> Column:
    """A column of scores; one released for a value that was imputed is an estimate."""
    state = np.where(column.state == State.PRESENT, np.uint8(State.NOT_COMPUTABLE), column.state)
    state = np.where(np.isnan(scores), state, np.uint8(State.PRESENT))
    flags = np.where(column.is_present, column.flags, np.uint8(Flag.ESTIMATED))
    return Column(scores, state, np.where(np.isnan(scores), np.uint8(0), flags))


def _with_released(scores: Floats, code: str, panel: Panel, fitted: Fitted) -> Floats:
    """Scores with one entity's released ones in place of those computed, where a year has one."""
    released = fitted.released_scores.get(code)
    if not released:
        return scores
    if len(panel.entities) != 1:
        raise MethodError(
            Sentence(
                "released scores of {code!r} are one entity's, found a panel of several", code=code
            )
        )
    by_year = [released.get(year) for year in panel.years]
    given = np.array([np.nan if score is None else score for score in by_year])
    return np.where(np.isnan(given), scores, given)
