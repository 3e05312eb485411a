"""Each target over a plan period: its schedule, the pace so far, and the verdict at its end.

Before the last year a verdict is against the schedule, in it against the plan's own goal: a target
that is a fifth beyond its schedule at midterm is on schedule, not met.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from cescore.definitions.model import Framework, Plan, Target
from cescore.method.column import Panel
from cescore.method.grading.schedules import schedule
from cescore.method.grading.targets import TargetLine, assess_targets
from cescore.method.thresholds import meets

Verdict = Literal[
    "met", "not_met", "reached", "on_schedule", "nearly", "behind", "not_yet", "not_computable"
]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
GOOD: tuple[Verdict, ...] = ("met", "reached", "on_schedule")


@dataclass(frozen=True)
class TargetPath:
    """One target over the period; None where a number is not known.

    Attributes
    ----------
    lines
        The target's line of each year, the year evaluated last.
    due
        What the schedule asks of each year, in the measure of the target's ``value`` [% or its
        unit]; None without a schedule.
    verdict
        Final: met, not_met. Midterm: reached, on_schedule, nearly, behind, and not_yet of a level
        without a schedule. Either: not_computable.
    gap
        What is short of ``value`` [its measure]; negative beyond it.
    pace
        Average yearly change so far [%], 1 - (x_t / x_0)^(1/t) where a fall is asked, the same with
        the opposite sign where a rise is. None in the base year, and where a value is 0 or less.
    projected
        Where that pace leads in the last year [measure of ``value``]: an extrapolation, no
        forecast [P]. None in the last year, and for a level without a schedule.
    """

    lines: tuple[TargetLine, ...]
    due: tuple[float | None, ...]
    verdict: Verdict
    gap: float | None = None
    pace: float | None = None
    projected: float | None = None

    @property
    def end(self) -> TargetLine:
        """The line of the year evaluated."""
        return self.lines[-1]


def target_paths(
    plan: Plan, indicators: Panel, framework: Framework, *, years: Sequence[int]
) -> dict[str, tuple[TargetPath, ...]]:
    """Each entity's targets over the years of the period, the last of them the one evaluated.

    Parameters
    ----------
    indicators
        Computed indicators (entities, years), the plan's base year among the years.
    years
        The years that have a line, in rising order; the verdict is of the last one.

    Returns
    -------
    dict
        Entity -> its targets in the plan's order, as `targets.assess_targets` gives them.
    """
    by_year = [
        assess_targets(plan, indicators, framework, year=year, base_year=plan.base_year)
        for year in years
    ]
    return {
        entity: tuple(
            _path(plan, tuple(lines), years)
            for lines in zip(*(of[entity] for of in by_year), strict=True)
        )
        for entity in indicators.entities
    }


def _path(plan: Plan, lines: tuple[TargetLine, ...], years: Sequence[int]) -> TargetPath:
    target, end = plan.targets[lines[-1].id], lines[-1]
    is_over = years[-1] >= plan.last_year
    sign = 1.0 if target.op == ">=" else -1.0
    gap = None if end.actual is None else sign * (target.value - end.actual)
    pace = _pace(target, end, years[-1] - plan.base_year)
    return TargetPath(
        lines=lines,
        due=tuple(_due(target, end.base, plan, year) for year in years),
        verdict=_verdict(end, is_over=is_over),
        gap=gap,
        pace=pace,
        projected=None if is_over else _projected(target, end, plan, years[-1]),
    )


def _verdict(line: TargetLine, *, is_over: bool) -> Verdict:
    """Against the goal once the period is over; before, the schedule's light, or reached already."""
    if line.light == "" or line.light == "not_computable" or line.actual is None:
        return "not_computable"
    if is_over:
        return "met" if line.light == "met" else "not_met"
    reached = meets(line.actual, line.op, line.value)
    return "reached" if reached else "not_yet" if line.light == "not_met" else line.light


def _whole(target: Target, base: float | None) -> float | None:
    """The fall that the target is, as a fraction (a rise is negative); None where it is none.

    Of a level with a schedule 1 - x* / x_0, which needs a base value above 0.
    """
    if target.type != "level":
        sign = -1.0 if target.type == "cumulative_increase" else 1.0
        return sign * target.value / 100
    if not target.has_schedule or base is None or not base > 0:
        return None
    return 1 - target.value / base


def _measured(target: Target, fall: float, base: float | None) -> float | None:
    """A fall since the base year [fraction] in the measure of the target's value [% or its unit]."""
    if target.type == "level":
        return None if base is None else base * (1 - fall)
    return (-fall if target.type == "cumulative_increase" else fall) * 100


def _due(target: Target, base: float | None, plan: Plan, year: int) -> float | None:
    """What the schedule asks of a year, in the measure of the target's value; None without one.

    0 before the base year, the whole target from the last year on.
    """
    whole = _whole(target, base)
    if whole is None or whole >= 1:
        return None
    elapsed = (year - plan.base_year) / (plan.last_year - plan.base_year)
    return _measured(target, schedule(whole, min(max(elapsed, 0.0), 1.0)), base)


def _yearly_factor(line: TargetLine, years: int) -> float | None:
    """What the level was multiplied by each year on average."""
    if line.level is None or line.base is None or years <= 0:
        return None
    if not (line.base > 0 and line.level > 0):
        return None
    return math.pow(line.level / line.base, 1 / years)


def _pace(target: Target, line: TargetLine, years: int) -> float | None:
    """Average yearly change so far [%], positive in the direction of the target."""
    factor = _yearly_factor(line, years)
    if factor is None:
        return None
    falls = target.type == "cumulative_reduction" or (target.type == "level" and target.op == "<=")
    return (1 - factor if falls else factor - 1) * 100


def _projected(target: Target, line: TargetLine, plan: Plan, year: int) -> float | None:
    """Where the average pace so far leads in the last year: an extrapolation, no forecast [P].

    x_0 · (x_t / x_0)^(n/t), in the measure of the target's value. None without a schedule: a
    coefficient or a rate does not go on at the same pace.
    """
    factor = _yearly_factor(line, year - plan.base_year)
    if factor is None or line.base is None or not target.has_schedule:
        return None
    fall = 1 - math.pow(factor, plan.last_year - plan.base_year)
    projected = _measured(target, fall, line.base)
    return projected if projected is not None and math.isfinite(projected) else None
