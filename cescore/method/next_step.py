"""The next step within reach of an indicator: what better peers do, what it did itself in its best year.

The top of a scale is where a scale ends and no advice: a step is the nearest value that somebody
comparable has reached, or that the indicator comes to by as much again as it did in a year.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from cescore.definitions.model.ends import ON_LOG
from cescore.method.thresholds import is_equal

StepKind = Literal["target", "median", "better_half", "norm", "own_pace"]
STEP_KINDS: tuple[StepKind, ...] = get_args(StepKind)
REACH = 0.25  # [P] share of a scale that a step within a year covers at most
FASTEST = 1.25  # [P] and on a logarithmic scale, which may be long, the factor of it


@dataclass(frozen=True)
class NextStep:
    """A value within reach and whose it is.

    ``kind``: target (the plan's), median (of the peers), better_half (the median of the better half
    of them), norm (the upper end taken for the industry), own_pace (as much again as its own best
    year brought) [``value`` in the unit of the indicator].
    """

    kind: StepKind
    value: float


def next_step(
    now: float,
    direction: int,
    reached: Iterable[tuple[StepKind, float | None]],
    *,
    within: float = math.inf,
) -> NextStep | None:
    """The nearest value of some that is better than the one now; None where none is.

    Parameters
    ----------
    now
        This year's value, in one unit with those reached.
    direction
        1: more is better, -1: less is.
    reached
        What others have reached or the plan asks; None where it is not known or not released.
    within
        How far a step may be at most [unit of the values]: beyond it a value is no next step.

    Examples
    --------
    >>> next_step(260.0, 1, [("median", 240.0), ("better_half", 300.0), ("norm", 800.0)])
    NextStep(kind='better_half', value=300.0)
    >>> next_step(0.7, -1, [("median", 0.8), ("better_half", None)]) is None
    True
    """
    better = [
        NextStep(kind, value)
        for kind, value in reached
        if value is not None
        and math.isfinite(value)
        and abs(value - now) <= within
        and (value - now) * direction > 0
        and not bool(is_equal(value, now))
    ]
    return min(better, key=lambda step: abs(step.value - now), default=None)


def reach(now: float, ends: tuple[float, float], method: str) -> float:
    """How far a step within a year goes at most from a value [its unit].

    `REACH` of the scale; where that is logarithmic, no more than a factor of `FASTEST` either.

    Parameters
    ----------
    ends
        Worst and best of the scale [unit of the value].
    method
        By which the indicator is scored.

    Examples
    --------
    >>> reach(60.0, (50.0, 100.0), "goalposts"), reach(10.0, (0.1, 160.0), "log_goalposts")
    (12.5, 2.5)
    """
    worst, best = ends
    if method != ON_LOG or now <= 0:
        return REACH * abs(best - worst)
    factor = float(min((max(ends) / min(ends)) ** REACH, FASTEST))
    return now * (factor - 1) if best > worst else now * (1 - 1 / factor)


def best_movement(
    series: Sequence[float | None], direction: int, *, years: int = 1, by_ratio: bool = False
) -> float | None:
    """The largest improvement that so many successive years brought; None where none brought any.

    max of direction · (later - earlier), or of (later / earlier)^direction where ``by_ratio``, over
    spans of up to ``years`` years: an amount above 0 [unit of the values], or a factor above 1.

    Parameters
    ----------
    series
        One value a year, None where there is none; both ends of a span must have one.
    direction
        1: more is better, -1: less is.
    by_ratio
        Of logarithmic scales; a value of 0 or less takes no part.

    Examples
    --------
    >>> best_movement([40.0, 30.0, 15.0, None, 5.0], -1), best_movement([10.0, 9.0], 1)
    (15.0, None)
    >>> best_movement([8.0, 4.0, 1.0], -1, years=2, by_ratio=True)
    8.0
    """
    pairs = [
        (old, new)
        for span in range(1, years + 1)
        for old, new in zip(series, series[span:], strict=False)
        if old is not None and new is not None
    ]
    if by_ratio:
        moves = [(new / old) ** direction for old, new in pairs if min(old, new) > 0]
        return max((move for move in moves if move > 1), default=None)
    return max((move for old, new in pairs if (move := direction * (new - old)) > 0), default=None)


def moved(now: float, movement: float, direction: int, *, by_ratio: bool = False) -> float:
    """The value after a movement for the better, see `best_movement` [its unit].

    Examples
    --------
    >>> moved(8.0, 3.0, -1), moved(8.0, 2.0, -1, by_ratio=True), moved(8.0, 2.0, 1, by_ratio=True)
    (5.0, 4.0, 16.0)
    """
    return now * movement**direction if by_ratio else now + direction * movement
