"""How fast an indicator has come forward of late: the most that its body is asked for in a year.

Progress is counted on the indicator's own scale, from its worst end (0) to its best (1), by straight
lines or by ratio as it is scored. A year counts as far as it lasted into the next, so that a value
which jumped and fell back sets no pace.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cescore.definitions.model import Scale
from cescore.definitions.model.ends import ON_LOG
from cescore.method.index.normalisations import value_at

RECENT = 3  # [P] years looked back on: what was easy long ago is no pace of today
PLACES = Scale(floor=0, top=1)

Ends = tuple[float, float]


@dataclass(frozen=True)
class OwnPace:
    """The best that some years brought, as far as it lasted.

    Attributes
    ----------
    amount
        Of the whole scale [0-1].
    share
        Of the way that was left to the best end [0-1]: near it the same amount is not to be had again.
    """

    amount: float = 0.0
    share: float = 0.0


def own_pace(
    series: Sequence[float | None], ends: Ends, method: str, *, years: int = 1
) -> OwnPace | None:
    """The best improvement over up to so many successive years of the last `RECENT`.

    amount = max (l_j - p_i), share = max (l_j - p_i) / (1 - p_i) over i < j <= i + years, with p the
    place on the scale and l_j = min(p_j, p_(j+1)) what lasted of it.

    Parameters
    ----------
    series
        One value a year up to the one evaluated [unit of the ends]; None where there is none, or
        where it is doubted.
    ends, method
        Worst and best of the scale, and how it is scored.

    Returns
    -------
    OwnPace or None
        Nothing of either where it never improved; None with fewer than two values.

    Examples
    --------
    >>> own_pace([50.0, 50.0, 75.0, 75.0], (0.0, 100.0), "goalposts")
    OwnPace(amount=0.25, share=0.5)
    >>> own_pace([50.0, 50.0, 90.0, 40.0], (0.0, 100.0), "goalposts", years=3)  # it did not last
    OwnPace(amount=0.0, share=0.0)
    >>> own_pace([None, None, None, 41.0], (0.0, 100.0), "goalposts") is None
    True
    """
    places = _recent_places(series, ends, method)
    if sum(place is not None for place in places) < 2:
        return None
    gains = [
        (now - then, then)
        for at, now in _lasting(places)
        for then in places[max(at - years, 0) : at]
        if then is not None and now > then
    ]
    if not gains:
        return OwnPace()
    return OwnPace(max(gain for gain, _ in gains), max(gain / (1 - then) for gain, then in gains))


def after(now: float, pace: OwnPace, ends: Ends, method: str) -> float:
    """The value that a pace leads to from one [its unit]: the lesser of its amount, and its share of
    the way that is left.

    Examples
    --------
    >>> after(60.0, OwnPace(0.25, 0.5), (0.0, 100.0), "goalposts")  # half of the 40 left
    80.0
    >>> after(20.0, OwnPace(0.25, 0.5), (100.0, 0.0), "goalposts")
    10.0
    >>> round(after(1.0, OwnPace(0.25, 0.5), (1.0, 16.0), "log_goalposts"), 9)
    2.0
    """
    place = _place(now, ends, method)
    if place is None or place >= 1:
        return now
    return _value(place + min(pace.amount, pace.share * (1 - place)), ends, method)


def is_bound_by_share(now: float, pace: OwnPace, ends: Ends, method: str) -> bool:
    """Whether it is the share of the way left, and not the amount, that `after` stops at.

    Examples
    --------
    >>> is_bound_by_share(60.0, OwnPace(0.25, 0.5), (0.0, 100.0), "goalposts")  # 0.2 of the scale
    True
    >>> is_bound_by_share(20.0, OwnPace(0.25, 0.5), (0.0, 100.0), "goalposts")  # 0.4
    False
    """
    place = _place(now, ends, method)
    return place is not None and pace.share * (1 - place) < pace.amount


def best_of_late(series: Sequence[float | None], ends: Ends, method: str) -> float | None:
    """The best value of the last `RECENT` years that lasted [its unit]; None without any.

    Examples
    --------
    >>> best_of_late([25.0, 75.0, 50.0, 37.5], (0.0, 100.0), "goalposts")
    50.0
    """
    lasted = [place for _, place in _lasting(_recent_places(series, ends, method))]
    return _value(max(lasted), ends, method) if lasted else None


def _recent_places(series: Sequence[float | None], ends: Ends, method: str) -> list[float | None]:
    """Places on the scale of the year evaluated and the `RECENT` before it, the best end at most."""
    recent = series[-RECENT - 1 :]
    return [None if value is None else _place(value, ends, method) for value in recent]


def _lasting(places: Sequence[float | None]) -> Iterator[tuple[int, float]]:
    """Of each year with a place, what of it was still there the year after; the last as it stands."""
    for at, place in enumerate(places):
        if place is not None:
            later = places[at + 1] if at + 1 < len(places) else None
            yield at, place if later is None else min(place, later)


def _place(value: float, ends: Ends, method: str) -> float | None:
    """Place of a value between the ends, 0 at the worst, never beyond the best; None where by ratio
    it has none."""
    worst, best = ends
    if method != ON_LOG:
        return min((value - worst) / (best - worst), 1.0)
    return min(math.log(value / worst) / math.log(best / worst), 1.0) if value > 0 else None


def _value(place: float, ends: Ends, method: str) -> float:
    way = ON_LOG if method == ON_LOG else "goalposts"
    return value_at(place, way, ends, direction=1, scale=PLACES)
