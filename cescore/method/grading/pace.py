"""How fast a target's series moves, and how fast it must, in the measure of each kind of target.

Every kind of target has its own formula: a fall or rise in % multiplies year by year, a level with
a schedule likewise, and any other level (a rate, a coefficient) goes by equal steps.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from cescore.definitions.model import Target
from cescore.method.grading.schedules import Clock
from cescore.method.thresholds import meets

KINDS = ("fall", "rise", "level_down", "level_up")
MEASURES = ("percent", "unit")


@dataclass(frozen=True)
class Pace:
    """The yearly change of a target's level: what it was, and what is needed.

    ``kind``: what the target asks for, one of `KINDS`. ``so_far``, ``needed``: average change of
    the level a year, since the base year and from now to the last year; a negative one is a fall.
    They are in % of the level (``measure`` percent) or in the level's own unit (``measure`` unit).
    ``needed`` is 0 where the target is reached, None where no year is left; ``so_far`` is None in
    the base year and without a base value.
    """

    kind: str
    measure: str
    so_far: float | None
    needed: float | None

    @property
    def must_fall(self) -> bool:
        """Whether the target asks the level to fall."""
        return self.kind in ("fall", "level_down")


def pace_of(target: Target, level: float, base: float | None, clock: Clock) -> Pace | None:
    """The pace of a target's series from its base value and this year's level.

    Two measures, with t years since the base year, n of the period and the level x* asked for:

    * percent: so far (x_t / x_0)^(1/t) - 1, needed (x* / x_t)^(1/(n - t)) - 1 [% a year];
    * unit: so far (x_t - x_0) / t, needed (x* - x_t) / (n - t) [unit of the level a year].

    Falls, rises and levels with a schedule go by percent, all other levels by unit; so does any
    series with a value of 0 or less among level, base and goal, of which no percentage can be
    taken.

    Parameters
    ----------
    target
        Asks for a fall or rise by ``value`` [%] since the base year, or for a level of ``value``.
    level, base
        This year's value and that of the base year [both in one unit].
    clock
        Where the year stands in the plan period.

    Returns
    -------
    Pace or None
        None where a fall or rise is asked of a base value that is missing or not above 0, or where
        a pace is beyond numbers.

    Examples
    --------
    >>> fall = Target(
    ...     id="T",
    ...     indicator="X",
    ...     type="cumulative_reduction",
    ...     value=19,
    ...     unit="%",
    ...     op=">=",
    ...     source="made up",
    ...     tag="P",
    ... )
    >>> pace = pace_of(fall, 90.0, 100.0, Clock(year=2021, base_year=2020, last_year=2022))
    >>> pace.kind, pace.measure, round(pace.so_far, 6), round(pace.needed, 6)
    ('fall', 'percent', -10.0, -10.0)
    """
    goal = _goal(target, base)
    if goal is None:
        return None
    kind = _kind(target)
    op = "<=" if kind in ("fall", "level_down") else ">="
    by_percent = target.type != "level" or target.has_schedule
    by_percent &= min(level, goal, level if base is None else base) > 0
    since, left = clock.year - clock.base_year, clock.years_left
    so_far = None if base is None or since <= 0 else _yearly(base, level, since, by_percent)
    is_reached = meets(level, op, goal)
    needed = 0.0 if is_reached else _yearly(level, goal, left, by_percent) if left > 0 else None
    if not all(math.isfinite(pace) for pace in (so_far, needed) if pace is not None):
        return None  # from 1e-300 to 1e308 no pace is a number
    return Pace(kind, MEASURES[not by_percent], so_far, needed)


def _kind(target: Target) -> str:
    if target.type != "level":
        return "fall" if target.type == "cumulative_reduction" else "rise"
    return "level_down" if target.op == "<=" else "level_up"


def _goal(target: Target, base: float | None) -> float | None:
    """The level that the target asks for in the last year."""
    if target.type == "level":
        return target.value
    if base is None or not base > 0:
        return None
    sign = -1 if target.type == "cumulative_reduction" else 1
    return base * (1 + sign * target.value / 100)


def _yearly(start: float, end: float, years: int, by_percent: bool) -> float:
    """Average change a year from one level to another, in % or in the level's unit."""
    if by_percent:
        return (math.pow(end / start, 1 / years) - 1) * 100
    return (end - start) / years
