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


@dataclass(frozen=True)
class NextStep:
    """A value within reach and whose it is.

    ``kind``: target (the plan's), median (of the peers), better_half (the median of the better half
    of them), norm (the upper end taken for the industry), own_pace (this year's value and as much again
    as its best year brought) [``value`` in the unit of the indicator].
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


def best_year(series: Sequence[float | None], direction: int) -> float | None:
    """The largest improvement from one year to the next [unit of the values], always above 0.

    None where no two years that follow one another show any.

    Examples
    --------
    >>> best_year([10.0, 12.0, 11.0, 14.0, None, 30.0], 1), best_year([10.0, 9.0], 1)
    (3.0, None)
    """
    gains = [
        (new - old) * direction
        for old, new in pairwise(series)
        if old is not None and new is not None
    ]
    best = max(gains, default=0.0)
    return best if best > 0 else None
