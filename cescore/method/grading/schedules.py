"""Falls since a base year, and what of them is due when.

Rates are fractions throughout: 0.15 for 15 %.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

from cescore.errors import MethodError, Sentence
from cescore.method.thresholds import meets, without_noise

# what a target shows; "" where nothing was assessed
Light = Literal["on_schedule", "nearly", "behind", "met", "not_met", "not_computable", ""]
LIGHTS: tuple[Light, ...] = get_args(Light)
ON_COURSE: tuple[Light, ...] = ("met", "on_schedule")
NEARLY = 0.8  # [P] share of the schedule from which progress is "nearly"


@dataclass(frozen=True)
class Clock:
    """Where a year stands in the plan period.

    Attributes
    ----------
    year
        The year evaluated.
    base_year
        The year that changes are counted from: by the convention of five-year plans the last year
        of the plan before (2020 for 2021-2025).
    last_year
        The year in which targets fall due. It lies after the base year.

    Examples
    --------
    >>> clock = Clock(year=2023, base_year=2020, last_year=2025)
    >>> clock.elapsed, clock.years_left, clock.is_over
    (0.6, 2, False)
    """

    year: int
    base_year: int
    last_year: int

    @property
    def elapsed(self) -> float:
        """Share of the period gone by, t / n [0-1]; 0 before the base year, 1 after the last."""
        return min(
            max((self.year - self.base_year) / (self.last_year - self.base_year), 0.0),
            1.0,
        )

    @property
    def years_left(self) -> int:
        """Years from this one to the last [whole years]; 0 from the last year on."""
        return max(self.last_year - self.year, 0)

    @property
    def is_over(self) -> bool:
        """Whether the year is the plan's last one or a later one."""
        return self.year >= self.last_year


def cumulative_fall(base: float, level: float) -> float:
    """Fall since the base year, K = 1 - level / base [fraction]; negative where the quantity rose.

    Both values are in one unit. A level of 0 is a fall of 1, a negative one a fall of more than 1.

    Raises
    ------
    MethodError
        The base value is missing, 0 or negative: there is nothing to fall from.

    Examples
    --------
    >>> round(cumulative_fall(1.25, 1.0), 4)
    0.2
    >>> round(cumulative_fall(1.0, 1.25), 4)
    -0.25
    """
    if not base > 0:
        raise MethodError(
            Sentence("no fall since a base value of {base:g}, expected above 0", base=base)
        )
    return float(without_noise(1 - level / base, 1.0, level / base))


def cumulate(yearly_falls: Iterable[float]) -> float:
    """Fall over several years, K = 1 - Π (1 - k_t) [fraction].

    Yearly falls [fractions] multiply, they never add up. The five yearly falls below add up to
    0.218. A rise enters as a negative fall; no year at all is a fall of 0.

    References
    ----------
    The cumulation K_t = 1 - (1 - K_{t-1})(1 - k_t) of carbon-intensity accounting, annex to municipal
    accounting rules (methodology 9.3, form 2).

    Examples
    --------
    >>> round(cumulate([0.040, 0.041, 0.042, 0.045, 0.050]), 5)
    0.19983
    """
    return 1 - math.prod(1 - fall for fall in yearly_falls)


def yearly_equivalent(total_fall: float, years: int) -> float:
    """The even yearly fall k = 1 - (1 - R)^(1/n) [fraction] that cumulates to R in n years.

    Parameters
    ----------
    total_fall
        R [fraction], at most 1; a rise is a negative fall.
    years
        n, one or more.

    Examples
    --------
    >>> round(yearly_equivalent(0.15, 5), 5)
    0.03198
    >>> round(cumulate([yearly_equivalent(0.15, 5)] * 5), 12)
    0.15
    """
    return 1 - math.pow(1 - total_fall, 1 / years)


def schedule(total_fall: float, elapsed: float) -> float:
    """The fall due after a share of the period: 1 - (1 - R)^(t/n) [fraction], never R·t/n.

    A constant rate of fall takes more off in the early years, in which the level is high, than the
    straight line does: of 18 % in five years 3.89 % are due after the first, not 3.6 %.

    Parameters
    ----------
    total_fall
        R [fraction], at most 1; a rise is a negative fall.
    elapsed
        t / n [0-1], see `Clock.elapsed`.

    References
    ----------
    The denominator of the carbon-intensity form (methodology 9.3, form 2).

    Examples
    --------
    >>> [round(100 * schedule(0.18, t / 5), 4) for t in (1, 2, 3, 4, 5)]
    [3.8913, 7.6311, 11.2255, 14.68, 18.0]
    """
    return 1 - math.pow(1 - total_fall, elapsed)


def schedule_carbon(fall: float, total_fall: float, elapsed: float) -> float | None:
    """Completion of what is due, K_t / [1 - (1 - R)^(t/n)]: 1 is on schedule.

    A rise where a fall is asked gives a negative completion. The same data give another number by
    `schedule_log`, which measures the whole way; the two are never compared.

    Parameters
    ----------
    fall, total_fall
        K_t since the base year and R of the whole period [fractions]. Where a rise is asked both
        are negative, and the quotient is positive for a rise.
    elapsed
        t / n [0-1].

    Returns
    -------
    float or None
        Completion [fraction of what is due]; None in the base year, or of a target of 0, where
        nothing is due.

    References
    ----------
    Cumulative completion of carbon-intensity targets, annex to municipal accounting rules
    (methodology 9.3, form 2).

    Examples
    --------
    >>> [round(schedule_carbon(fall, 0.18, 3 / 5), 4) for fall in (0.112255, 0.09, -0.01)]
    [1.0, 0.8017, -0.0891]
    >>> schedule_carbon(0.0, 0.18, 0.0) is None
    True
    """
    due = schedule(total_fall, elapsed)
    return fall / due if due else None


def schedule_log(fall: float, total_fall: float) -> float | None:
    """Share of the whole way covered, ln(1 - K_t) / ln(1 - R), to be held against t/n.

    Parameters
    ----------
    fall, total_fall
        K_t since the base year and R of the whole period [fractions]; a rise is negative.

    Returns
    -------
    float or None
        Progress [fraction of the whole way], negative for a change away from the target. None for
        R = 0, and for a fall by all of it (K or R of 1 or more), which has no logarithm.

    References
    ----------
    Progress of energy-intensity targets as a provincial statistics bureau (Qinghai) computes it
    (methodology 9.3, form 1).

    Examples
    --------
    >>> round(schedule_log(yearly_equivalent(0.15, 5), 0.15), 6)  # one year of five at an even pace
    0.2
    >>> schedule_log(1.0, 0.15) is None
    True
    """
    if fall >= 1 or total_fall >= 1:
        return None
    whole = math.log(1 - total_fall)
    return math.log(1 - fall) / whole if whole else None


def still_needed(fall: float, total_fall: float, years_left: int) -> float | None:
    """Average yearly fall still needed: 1 - [(1 - R) / (1 - K_t)]^(1 / years left) [fraction].

    Parameters
    ----------
    fall, total_fall
        K_t since the base year and R of the whole period [fractions]; R at most 1.
    years_left
        Years from now to the last one, see `Clock.years_left`.

    Returns
    -------
    float or None
        0 where the target is already reached; None when no year is left, or after a fall by all of
        it.

    References
    ----------
    Published beside the logarithmic form (methodology 9.3, form 1).

    Examples
    --------
    >>> round(still_needed(0.0, 0.15, 5), 5), still_needed(0.2, 0.15, 2), still_needed(0.1, 0.15, 0)
    (0.03198, 0.0, None)
    """
    if years_left <= 0 or fall >= 1:
        return None
    return max(1 - math.pow((1 - total_fall) / (1 - fall), 1 / years_left), 0.0)


def yearly_growth_needed(growth: float, total_growth: float, years_left: int) -> float | None:
    """Average yearly rise still needed: [(1 + R) / (1 + K_t)]^(1 / years left) - 1 [fraction].

    The mirror image of `still_needed` for targets that ask for a rise.

    Parameters
    ----------
    growth, total_growth
        Rise since the base year and rise asked for by the last year [fractions]; a fall is
        negative.
    years_left
        Years from now to the last one.

    Returns
    -------
    float or None
        0 where the target is already reached; None when no year is left, or where a fall by all of
        it leaves nothing to rise from.

    Examples
    --------
    >>> round(yearly_growth_needed(0.0, 0.21, 2), 6), yearly_growth_needed(0.3, 0.21, 2)
    (0.1, 0.0)
    """
    if years_left <= 0 or growth <= -1:
        return None
    return max(math.pow((1 + total_growth) / (1 + growth), 1 / years_left) - 1, 0.0)


def light_of(on_schedule: float | None) -> Light:
    """The light of a completion against the schedule: 达到, 基本达到 or 滞后, on the unrounded rate [P].

    Parameters
    ----------
    on_schedule
        `schedule_carbon` [fraction of what is due]. None, where nothing is due, is not computable.

    Returns
    -------
    Light
        ``on_schedule`` from 1 on, ``nearly`` from `NEARLY` (0.8) on, else ``behind``; what equals a
        threshold but for rounding noise reaches it (`thresholds.meets`).

    Examples
    --------
    >>> [light_of(rate) for rate in (1.0, 0.9999, 0.8, 0.79, -0.1, None)]
    ['on_schedule', 'nearly', 'nearly', 'behind', 'behind', 'not_computable']
    """
    if on_schedule is None:
        return "not_computable"
    if meets(on_schedule, ">=", 1):
        return "on_schedule"
    return "nearly" if meets(on_schedule, ">=", NEARLY) else "behind"
