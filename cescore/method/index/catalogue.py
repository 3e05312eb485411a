"""How each scored indicator of a type behaves over all entities and years: is it a measure at all?

An indicator on which most stand at an end of its scale, which hardly differs, whose order is chance,
or which says what another says already, measures nothing: its weight is only spent. What is beyond
a limit here must have a stated reason in the framework (``accepted`` of the indicator).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations, pairwise

import numpy as np
from numpy.typing import NDArray

from cescore.definitions.model import Framework, Scale
from cescore.definitions.model.framework import CatalogueLimit
from cescore.method.column import Panel
from cescore.method.thresholds import at_least, at_most

Floats = NDArray[np.float64]

# Limits [P]: the share of entity-years at an end, the interquartile range of scores [points of
# 0-100], the rank correlation of successive years, and that with another indicator.
LIMITS: Mapping[CatalogueLimit, float] = {
    "at_floor": 0.5,
    "at_top": 0.5,
    "spread": 5.0,
    "rank_stability": 0.3,
    "redundancy": 0.95,
}
AT_MOST = ("at_floor", "at_top", "redundancy")  # the others are the least that is wanted
FEWEST = 4  # entities of which spread, order and correlation say anything
# Of five bodies two indicators out of twenty agree wholly in their order by mere chance: 210 pairs, 1
# in 60 each. So a correlation is shown from FEWEST on, and held against its limit from here on.
FEWEST_TO_CORRELATE = 10


@dataclass(frozen=True)
class IndicatorStatistics:
    """One scored indicator over all entities and years of a type.

    Attributes
    ----------
    scores
        Entity-years with a score of their own.
    at_floor, at_top
        Share of them at the ends of the scale [0-1]; None without any.
    spread
        Interquartile range of the scores [points, the scale being 0-100]; None of fewer than
        ``FEWEST`` entities, as are the two that follow.
    rank_stability
        Mean rank correlation between successive years [-1 to 1].
    redundancy, redundant_with
        Largest absolute rank correlation with another indicator, mean over the years [0-1], and
        which. A common trend is none: only the order within each year counts.
    entities
        How many entities have any score; of fewer than `FEWEST_TO_CORRELATE` the redundancy is
        shown, and not judged.
    """

    code: str
    entities: int
    scores: int
    at_floor: float | None
    at_top: float | None
    spread: float | None = None
    rank_stability: float | None = None
    redundancy: float | None = None
    redundant_with: str = ""

    def beyond(self) -> tuple[CatalogueLimit, ...]:
        """The limits that the indicator does not keep."""
        found: list[CatalogueLimit] = []
        for name, limit in LIMITS.items():
            value: float | None = getattr(self, name)
            is_few = name == "redundancy" and self.entities < FEWEST_TO_CORRELATE
            if value is None or is_few:
                continue
            keeps = at_most(value, limit) if name in AT_MOST else at_least(value, limit)
            if not keeps:
                found.append(name)
        return tuple(found)


def catalogue(scores: Panel, framework: Framework) -> tuple[IndicatorStatistics, ...]:
    """The statistics of each scored indicator, in the framework's order.

    Parameters
    ----------
    scores
        Before the missing-data rules [points of the framework's scale], (entities, years): what was
        filled by a rule is no score of the indicator's own, and counts in none of the numbers.
    """
    known = {
        i.code: _on_100(scores.column(i.code).values, framework.scale) for i in framework.scored()
    }
    nearest = _nearest(known)
    found = []
    for code, values in known.items():
        own, entities = values[np.isfinite(values)], _entities(values)
        is_enough = entities >= FEWEST
        redundancy, other = nearest.get(code, (None, ""))
        found.append(
            IndicatorStatistics(
                code=code,
                entities=entities,
                scores=len(own),
                at_floor=float(np.mean(at_most(own, 0.0))) if len(own) else None,
                at_top=float(np.mean(at_least(own, 100.0))) if len(own) else None,
                spread=interquartile_range(own) if is_enough and len(own) else None,
                rank_stability=_stability(values) if is_enough else None,
                redundancy=redundancy,
                redundant_with=other,
            )
        )
    return tuple(found)


def interquartile_range(values: Floats) -> float:
    """The third quartile less the first, in the unit of the values (linear interpolation).

    Examples
    --------
    >>> interquartile_range(np.array([0.0, 10.0, 20.0, 30.0, 40.0]))
    20.0
    """
    low, high = np.quantile(values, [0.25, 0.75])
    return float(high - low)


def rank_correlation(x: Floats, y: Floats) -> float | None:
    """Spearman's rank correlation over the pairs that are both there, ties at their mean rank [-1 to 1].

    None for fewer than `FEWEST` pairs, or where either does not differ.

    Examples
    --------
    >>> rank_correlation(np.array([1.0, 2.0, 3.0, 4.0]), np.array([10.0, 20.0, 40.0, 30.0]))
    0.8
    """
    both = np.isfinite(x) & np.isfinite(y)
    if both.sum() < FEWEST:
        return None
    a, b = _ranks(x[both]), _ranks(y[both])
    a, b = a - a.mean(), b - b.mean()
    scale = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / scale if scale > 0 else None


def _ranks(values: Floats) -> Floats:
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(count)
    return np.asarray((last - (count - 1) / 2)[place], float)


def _on_100(values: Floats, scale: Scale) -> Floats:
    return (values - scale.floor) / (scale.top - scale.floor) * 100


def _stability(values: Floats) -> float | None:
    """The mean rank correlation of one year's scores with the next one's."""
    years = range(values.shape[1])
    return _mean(rank_correlation(values[:, i], values[:, j]) for i, j in pairwise(years))


def _mean(correlations: Iterable[float | None]) -> float | None:
    known = [one for one in correlations if one is not None]
    return float(np.mean(known)) if known else None


def _entities(values: Floats) -> int:
    """How many entities have a score in any year."""
    return int(np.isfinite(values).any(axis=1).sum())


def _nearest(known: Mapping[str, Floats]) -> dict[str, tuple[float, str]]:
    """The largest absolute correlation of each indicator with another one, and which that is.

    Two that few entities have both are passed over where either has many: they are no pair.
    """
    found: dict[str, tuple[float, str]] = {}
    for a, b in combinations(known, 2):
        own = [_entities(known[a]), _entities(known[b])]
        both = _entities(known[a] + known[b])
        if both < min(FEWEST_TO_CORRELATE, max(own)):
            continue
        years = zip(known[a].T, known[b].T, strict=True)
        correlation = _mean(rank_correlation(x, y) for x, y in years)
        if correlation is None:
            continue
        for code, other in ((a, b), (b, a)):
            if abs(correlation) > found.get(code, (-1.0, ""))[0]:
                found[code] = (abs(correlation), other)
    return found
