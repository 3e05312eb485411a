"""The next step within reach of an indicator: what better peers do, as much again as it did itself.

The top of a scale is where a scale ends and no advice: a step is the nearest value that somebody
comparable has reached, or that the indicator comes to at its own pace (`own_pace`).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from cescore.definitions.model.ends import ON_LOG
from cescore.method.grading.own_pace import RECENT, Ends, after, own_pace
from cescore.method.thresholds import is_equal

StepKind = Literal["target", "median", "better_half", "norm", "own_pace", "own_share", "own_best"]
STEP_KINDS: tuple[StepKind, ...] = get_args(StepKind)
REACH = 0.25  # [P] share of a scale that a step within a year covers at most
FASTEST = 1.1  # [P] and on a logarithmic scale, which may be long, the factor of it


@dataclass(frozen=True)
class NextStep:
    """A value within reach and whose it is.

    ``kind``: target (the plan's), median (of the peers), better_half (the median of the better half
    of them), norm (the upper end taken for the industry), own_pace (as much again as the best of its
    last years brought), own_share (as large a share of what is left, where that is less), own_best (what it had in one of them) [``value`` in the unit of the
    indicator].
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
    >>> (
    ...     reach(60.0, (50.0, 100.0), "goalposts"),
    ...     round(reach(10.0, (0.1, 160.0), "log_goalposts"), 9),
    ... )
    (12.5, 1.0)
    """
    worst, best = ends
    if method != ON_LOG or now <= 0:
        return REACH * abs(best - worst)
    factor = float(min((max(ends) / min(ends)) ** REACH, FASTEST))
    return now * (factor - 1) if best > worst else now * (1 - 1 / factor)


def within_reach(now: float, ends: Ends, method: str, series: Sequence[float | None]) -> float:
    """How far an indicator may be asked to come within a year from its value now [its unit].

    `reach`, and no farther than up to `RECENT` of its own last years together brought it, where two
    of them are known. The one limit of all that is advised: single steps, what alone would lift a
    grade, and the cheapest way to it.

    Parameters
    ----------
    series
        Its values up to the year evaluated, see `own_pace`.

    Examples
    --------
    >>> within_reach(80.0, (0.0, 100.0), "goalposts", [60.0, 65.0, 75.0, 80.0])  # half of 20 left
    10.0
    >>> within_reach(80.0, (0.0, 100.0), "goalposts", [80.0])
    25.0
    """
    most = reach(now, ends, method)
    pace = own_pace(series, ends, method, years=RECENT)
    return most if pace is None else min(most, abs(after(now, pace, ends, method) - now))
