"""Falls since a base year, what of them is due when, and the points they earn.

Rates are fractions throughout: 0.15 for 15 %.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from cescore.errors import MethodError
from cescore.method.thresholds import meets

# what a target shows; "" where nothing was assessed
Light = Literal["on_schedule", "nearly", "behind", "met", "not_met", "not_computable", ""]
LIGHTS: tuple[Light, ...] = get_args(Light)
ON_COURSE: tuple[Light, ...] = ("met", "on_schedule")
NEARLY = 0.8  # [P] share of the schedule from which progress is "nearly"


@dataclass(frozen=True)
class Clock:
    """Where a year stands in the plan period."""

    year: int
    base_year: int
    last_year: int

    @property
    def elapsed(self) -> float:
        """Share of the period gone by, 0-1."""
        return min(
            max((self.year - self.base_year) / (self.last_year - self.base_year), 0.0),
            1.0,
        )

    @property
    def years_left(self) -> int:
        return max(self.last_year - self.year, 0)

    @property
    def is_over(self) -> bool:
        return self.year >= self.last_year


def cumulative_fall(base: float, level: float) -> float:
    """K = 1 - level / base; negative where the quantity rose.

    Examples
    --------
    >>> round(cumulative_fall(1.25, 1.0), 4)
    0.2
    """
    if not base > 0:
        raise MethodError(f"no fall since a base value of {base:g}, expected above 0")
    return 1 - level / base


def cumulate(yearly_falls: Iterable[float]) -> float:
    """K = 1 - Π (1 - k_t): yearly falls multiply, they never add up.

    Examples
    --------
    >>> round(cumulate([0.040, 0.041, 0.042, 0.045, 0.050]), 5)
    0.19983
    """
    return 1 - math.prod(1 - fall for fall in yearly_falls)


def yearly_equivalent(total_fall: float, years: int) -> float:
    """The even yearly fall k = 1 - (1 - R)^(1/n) [fraction] that cumulates to R in n years.

    Examples
    --------
    >>> round(yearly_equivalent(0.15, 5), 5)
    0.03198
    """
    return 1 - math.pow(1 - total_fall, 1 / years)


def schedule(total_fall: float, elapsed: float) -> float:
    """The fall due after a share of the period: 1 - (1 - R)^(t/n), never R·t/n.

    Examples
    --------
    >>> [round(100 * schedule(0.18, t / 5), 4) for t in (1, 2, 3, 4, 5)]
    [3.8913, 7.6311, 11.2255, 14.68, 18.0]
    """
    return 1 - math.pow(1 - total_fall, elapsed)


def schedule_carbon(fall: float, total_fall: float, elapsed: float) -> float | None:
    """K_t / [1 - (1 - R)^(t/n)]: 1 is on schedule. None where nothing is due yet.

    Source: the cumulative rate of carbon-intensity accounting (methodology 9.3, form 2).
    """
    due = schedule(total_fall, elapsed)
    return fall / due if due else None


def schedule_log(fall: float, total_fall: float) -> float | None:
    """ln(1 - K_t) / ln(1 - R): share of the whole way, to be held against t/n.

    Source: a provincial statistics bureau (methodology 9.3, form 1). None for R = 0 or K >= 1.
    """
    if fall >= 1 or total_fall >= 1:
        return None
    whole = math.log(1 - total_fall)
    return math.log(1 - fall) / whole if whole else None


def still_needed(fall: float, total_fall: float, years_left: int) -> float | None:
    """Average yearly fall needed from now on: 1 - [(1 - R) / (1 - K_t)]^(1 / years left).

    0 where the target is already reached, None when no year is left.
    """
    if years_left <= 0 or fall >= 1:
        return None
    return max(1 - math.pow((1 - total_fall) / (1 - fall), 1 / years_left), 0.0)


def yearly_growth_needed(growth: float, total_growth: float, years_left: int) -> float | None:
    """Average yearly rise needed from now on: [(1 + R) / (1 + K_t)]^(1 / years left) - 1 [fraction].

    0 where the target is already reached, None when no year is left or nothing is left to rise from.
    """
    if years_left <= 0 or growth <= -1:
        return None
    return max(math.pow((1 + total_growth) / (1 + growth), 1 / years_left) - 1, 0.0)


def light_of(on_schedule: float | None) -> Light:
    """达到, 基本达到 or 滞后 against the schedule, on the unrounded rate."""
    if on_schedule is None:
        return "not_computable"
    if meets(on_schedule, ">=", 1):
        return "on_schedule"
    return "nearly" if meets(on_schedule, ">=", NEARLY) else "behind"


def ladder_points(
    completion: float,
    ladder: Sequence[tuple[float, float]],
    *,
    bonus_step: float = 0.0,
    bonus_most: float = 0.0,
) -> float:
    """Share of the points: the highest rung reached, and a bonus for each full 10 % beyond 100 %.

    ``ladder`` pairs the least completion [%] with a share of the points. Below the lowest rung,
    and for a negative completion, nothing. Without a ladder the share of the points is the share
    completed, at most all of them.

    Examples
    --------
    >>> rungs = [(100, 1.0), (90, 0.9), (80, 0.8), (70, 0.7), (60, 0.6), (50, 0.5)]
    >>> [ladder_points(c, rungs) for c in (1.0, 0.999, 0.5, 0.499, -0.1)]
    [1.0, 0.9, 0.5, 0.0, 0.0]
    >>> [ladder_points(c, ()) for c in (1.2, 0.75, -0.1)]
    [1.0, 0.75, 0.0]
    >>> round(ladder_points(1.29, rungs, bonus_step=0.075, bonus_most=0.225), 3)
    1.15
    """
    percent = completion * 100
    share = max((share for least, share in ladder if meets(percent, ">=", least)), default=0.0)
    if not ladder:
        share = min(max(completion, 0.0), 1.0)
    tens = math.floor((percent - 100) / 10)
    if meets(percent, ">=", 100 + 10 * (tens + 1)):  # the next ten is reached but for noise
        tens += 1
    full_tens = max(tens, 0)
    return float(share + min(full_tens * bonus_step, bonus_most))
