"""The next step within reach of an indicator: what better peers do, what it did itself in its best year.

The top of a scale is where a scale ends and no advice: a step is the nearest value that somebody
comparable has reached, or that the indicator comes to by as much again as it did once.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, get_args

from cescore.method.thresholds import is_equal

StepKind = Literal["target", "median", "better_half", "norm", "own_pace"]
STEP_KINDS: tuple[StepKind, ...] = get_args(StepKind)
REACH = 0.25  # [P] share of a scale that a step within a year covers at most
FASTEST = 1.25  # [P] and on a logarithmic scale, which may be long, the factor of it
LOGARITHMIC = "log_goalposts"


@dataclass(frozen=True)
class NextStep:
    """A value within reach and whose it is.

    ``kind``: target (the plan's), median (of the peers), better_half (the median of the better half
    of them), norm (the upper end taken for the industry), own_pace (as much of the way still to go as
    its best year brought) [``value`` in the unit of the indicator].
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
    if method != LOGARITHMIC or now <= 0:
        return REACH * abs(best - worst)
    factor = float(min((max(ends) / min(ends)) ** REACH, FASTEST))
    return now * (factor - 1) if best > worst else now * (1 - 1 / factor)


def best_year(
    series: Sequence[float | None], end: float, *, by_ratio: bool = False
) -> float | None:
    """The largest part of the way still to go to an end that one year brought, above 0 and at most 1.

    (gap before - gap after) / gap before, the gap being how far a value lies from the end: a fall
    from 40 to 20 on the way to 0 is a half, and so is one from 4 to 2. ``by_ratio``: of logarithms, for
    scales of them. None where no two years that follow one another came nearer.

    Examples
    --------
    >>> best_year([40.0, 30.0, 15.0, None, 5.0], 0.0), best_year([10.0, 9.0], 100.0)
    (0.5, None)
    """
    gaps = [_gap(value, end, by_ratio=by_ratio) for value in series]
    parts = [
        (old - new) / old
        for old, new in pairwise(gaps)
        if old is not None and new is not None and old > 0
    ]
    best = max(parts, default=0.0)
    return min(best, 1.0) if best > 0 else None


def at_own_pace(now: float, end: float, part: float, *, by_ratio: bool = False) -> float:
    """The value after a part of the way still to go to an end [its unit].

    Examples
    --------
    >>> at_own_pace(8.0, 0.0, 0.5), at_own_pace(4.0, 1.0, 0.5, by_ratio=True)
    (4.0, 2.0)
    """
    if by_ratio and now > 0 and end > 0:
        return float(now * (end / now) ** part)
    return now + (end - now) * part


def _gap(value: float | None, end: float, *, by_ratio: bool) -> float | None:
    """How far a value lies from an end."""
    if value is None or (by_ratio and (value <= 0 or end <= 0)):
        return None
    return abs(math.log(value / end)) if by_ratio else abs(value - end)
