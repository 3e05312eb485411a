"""Progress on the plan's targets: each entity's line for each target that concerns it.

Rates on a line are fractions, falls and rises in the measure of the target's own value [%].

References
----------
Completion and ladder: municipal target-responsibility schemes (methodology 9.2); schedules: a
provincial statistics bureau and municipal carbon accounting (methodology 9.3).
"""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Literal, get_args

from cescore.definitions.bilingual import Bilingual
from cescore.definitions.frameworks.scored_elsewhere import indicators_of_target
from cescore.definitions.model import AssessmentRules, Framework, Plan, Target
from cescore.errors import MethodError, Sentence
from cescore.method.column import Column, Panel, State
from cescore.method.grading.course import Course, course_of
from cescore.method.grading.ladder_points import PointsLadder
from cescore.method.grading.pace import Pace, pace_of
from cescore.method.grading.schedules import (
    Clock,
    Light,
    cumulative_fall,
    light_of,
    schedule_carbon,
    schedule_log,
    still_needed,
    yearly_growth_needed,
)
from cescore.method.thresholds import meets

CONSISTENCY_TOLERANCE = 1e-3  # [P] relative; the plan prints levels to four decimals


Role = Literal["own", "reference", "check"]
ROLES: tuple[Role, ...] = get_args(Role)
# what a target's points count: the whole way, what is due of it by the even yearly rate or by equal
# steps, how much of a target that was met in the base year is still held, or met and not met alone
CountedBy = Literal["whole", "schedule", "steps", "held", "state", ""]
COUNTED_BY: tuple[CountedBy, ...] = get_args(CountedBy)


@dataclass(frozen=True)
class TargetLine(Bilingual):
    """One target as assessed in a year (methodology 9.2, 9.3); None where a number is not known.

    Attributes
    ----------
    type, unit, op, value, tag
        As in the target: ``value`` [%] of a fall or rise, or a level [``unit``], and how it is
        held.
    role
        own, reference (shown, never scored), or check (another form of an own target).
    actual
        In the measure of ``value``: the fall or rise since the base year [%], or the level
        [``unit``].
    level, base
        The indicator's own value this year and in the base year [``level_unit``].
    completion
        ``actual`` / ``value``, or (x0 - x) / (x0 - x*) of a level [fraction of the target]; None of
        a level that met the target in the base year already.
    counted, counted_by
        The share that the ladder turns into points [fraction], and what it is a share of: whole
        (the target), schedule or steps (what is due by now), held (the target itself, where the
        base value met it already); state: met or not, no share. See `assess_targets`.
    schedule_carbon, schedule_log
        K / [1 - (1-R)^(t/n)] [fraction of what is due], ln(1-K) / ln(1-R) [fraction of the whole
        way].
    elapsed
        t / n, the share of the period gone by [0-1].
    still_needed
        Average yearly change still needed [%], positive in the direction of the target.
    light
        See `schedules.Light`; in the last year met or not_met.
    points
        Share of the target's points [0-1, and bonus].
    scored
        Whether it counts in the target part; a line that cannot be computed leaves it, one that was
        not returned stays in it with 0 points.
    note
        Why there is no number (not_reported, suppressed, not_applicable, not_computable, not_collected,
        unit_differs, nothing_due_yet), or implied_base_differs.
    binding
        Not met in the plan's last year it acts as a veto.
    implied_base
        The base value at which the two forms of a target agree, x* / (1 - R) [``level_unit``].
    indicators
        Those of the framework that measure what the target asks.
    course, pace
        See `course.course_of` and `pace.pace_of`.
    """

    id: str
    zh: str
    en: str
    type: str
    unit: str
    op: str
    value: float
    tag: str
    role: Role
    actual: float | None = None
    level: float | None = None
    base: float | None = None
    level_unit: str = ""
    completion: float | None = None
    counted: float | None = None
    counted_by: CountedBy = ""
    schedule_carbon: float | None = None
    schedule_log: float | None = None
    elapsed: float | None = None
    still_needed: float | None = None
    light: Light = ""
    points: float | None = None
    scored: bool = False
    note: str = ""
    binding: bool = False
    implied_base: float | None = None
    indicators: tuple[str, ...] = ()
    course: Course = ""
    pace: Pace | None = None


def assess_targets(
    plan: Plan,
    indicators: Panel,
    framework: Framework,
    *,
    year: int,
    base_year: int,
    only: Collection[str] | None = None,
) -> dict[str, tuple[TargetLine, ...]]:
    """The target lines of a year of each entity, or of those named, in the plan's order.

    A target is the type's own (scored), a reference for it (shown, never scored), or another form
    of one of its own (a check); any other makes no line. Formulas, with the level x_t, its base
    value x_0 and the target's R (methodology 9.2, 9.3):

    * fall K = 1 - x_t / x_0 [%], a rise being a negative fall; completion K / R;
    * completion of a level (x_0 - x_t) / (x_0 - x*), never x* / x_t, by which an unchanged level
      would have come most of the way;
    * against the schedule K_t / [1 - (1 - R)^(t/n)], and of the whole way ln(1 - K_t) / ln(1 - R).

    One ladder turns all of them into points (`ladder_points`). It counts, in the last year, the
    completion of the whole target; before, the share of what is due: by the schedule, or where a
    level has none by equal steps, completion / (t/n) [P]. A level whose base value met the target
    has no way to go and is asked to hold it: 1 - |x_t - x*| / |x*| while it is short of it, without
    bonus [P]. Without a base value, and where a target of 0 was met in the base year, nothing
    measures how far it is short: met or not met.

    A level that was not returned, or is withheld, earns nothing; one that does not apply, is not
    computable or is in another unit than the target leaves the total, and so does a fall from a
    base value of 0 or less. Comparisons by `thresholds`.

    Parameters
    ----------
    indicators
        Computed indicators (entities, years); a year that the panel does not have is MISSING.
    framework
        Names the type and the units of the indicators.
    year, base_year
        The year assessed, and the one that changes are counted from.
    only
        Entities to assess; None: all of the panel.

    References
    ----------
    The carbon form: annex to municipal accounting rules; the logarithmic one: a provincial
    statistics bureau (both in methodology 9.3).

    Examples
    --------
    A fall of 15 % over five years, 3.2 % of it after the first:

    >>> made_up = {"source": "made up", "tag": "P"}
    >>> fall = Target(
    ...     id="T1",
    ...     indicator="P01",
    ...     type="cumulative_reduction",
    ...     value=15,
    ...     unit="%",
    ...     op=">=",
    ...     applies_to=("city",),
    ...     **made_up,
    ... )
    >>> years = {"base_year": 2020, "first_year": 2021, "last_year": 2025}
    >>> plan = Plan(id="p", targets={"T1": fall}, **years, **made_up)
    >>> city = Framework(
    ...     entity_type="city",
    ...     version="1",
    ...     source="made up",
    ...     index={"code": "I"},
    ...     groups={},
    ...     indicators={},
    ... )
    >>> import numpy as np
    >>> intensity = Column.of(np.array([[1.2331, 1.1936]]))  # [tce/万元]
    >>> panel = Panel(("220400",), (2020, 2021), {"P01": intensity})
    >>> (line,) = assess_targets(plan, panel, city, year=2021, base_year=2020)["220400"]
    >>> (
    ...     round(line.actual, 2),
    ...     round(line.schedule_carbon, 3),
    ...     round(line.schedule_log, 3),
    ...     line.light,
    ... )
    (3.2, 1.002, 0.2, 'on_schedule')
    """
    clock = Clock(year, base_year, plan.last_year)
    roles = {key: _role(t, framework.entity_type) for key, t in plan.targets.items()}
    concerned = [(plan.targets[code], role) for code, role in roles.items() if role is not None]
    entities = indicators.entities if only is None else tuple(only)
    rows = {entity: indicators.row(entity) for entity in entities}
    lines: dict[str, list[TargetLine]] = {entity: [] for entity in entities}
    for target, role in concerned:
        column = indicators.column(target.indicator)
        indicator = framework.indicators.get(target.indicator)
        blank = _blank(target, role, indicator.unit if indicator else "")
        blank = replace(blank, indicators=indicators_of_target(target.indicator, framework))
        for entity, row in rows.items():
            level, base = (_cell(column, indicators, row, y) for y in (year, base_year))
            line = _assessed(target, blank, level, base, clock, plan.assessment)
            lines[entity].append(_checked(_on_course(line, target), target, plan))
    return {entity: tuple(of_entity) for entity, of_entity in lines.items()}


def _on_course(line: TargetLine, target: Target) -> TargetLine:
    """The line with the course of its quantity."""
    has_schedule = line.schedule_carbon is not None
    course = course_of(
        line.light, completion=line.completion, elapsed=line.elapsed, has_schedule=has_schedule
    )
    is_late = line.light == "not_met" and line.completion is None
    unknown = is_late and (line.base is None or not meets(line.base, target.op, target.value))
    return replace(line, course="" if unknown else course)


def _role(target: Target, entity_type: str) -> Role | None:
    if entity_type in target.applies_to:
        return "check" if target.consistent_with and not target.scored else "own"
    return "reference" if entity_type in target.reference_for else None


def _blank(target: Target, role: Role, level_unit: str) -> TargetLine:
    return TargetLine(
        id=target.id,
        zh=target.zh,
        en=target.en,
        type=target.type,
        unit=target.unit,
        op=target.op,
        value=target.value,
        tag=target.tag,
        role=role,
        level_unit=level_unit,
        scored=target.scored and role == "own",
        binding=target.binding and role == "own",
    )


def _cell(column: Column, panel: Panel, row: int, year: int) -> tuple[float | None, State]:
    if year not in panel.years:
        return None, State.MISSING
    i = panel.year_position(year)
    state = State(int(column.state[row, i]))
    return (float(column.values[row, i]) if state == State.PRESENT else None), state


def _assessed(
    target: Target,
    line: TargetLine,
    level: tuple[float | None, State],
    base: tuple[float | None, State],
    clock: Clock,
    rules: AssessmentRules,
) -> TargetLine:
    """The line with everything that can be computed from a level and its base value."""
    line = replace(line, level=level[0], base=base[0], elapsed=clock.elapsed)
    needs_base = target.type != "level"
    is_comparable = needs_base or line.level_unit == target.unit
    if level[0] is not None and is_comparable:
        line = replace(line, pace=pace_of(target, level[0], base[0], clock))
    reason = max(level[1], base[1]) if needs_base else level[1]
    if reason != State.PRESENT:
        return _without(line, reason)
    if not is_comparable:
        return _without(line, State.NOT_COMPUTABLE, "unit_differs")
    if needs_base and not (line.base is not None and line.base > 0):
        return _without(line, State.NOT_COMPUTABLE)
    return (
        _with_level(target, line, clock, rules)
        if not needs_base
        else _with_change(target, line, target.value / 100, clock, rules)
    )


def _with_level(
    target: Target, line: TargetLine, clock: Clock, rules: AssessmentRules
) -> TargetLine:
    """A level, on the way from its base value; held where that met it already; else met or not met."""
    level, base = line.level, line.base
    if level is None:
        raise MethodError(Sentence("target {id} has no level to assess", id=target.id))
    line = replace(line, actual=level)
    if base is None:
        return _met_or_not(line)
    if meets(base, target.op, target.value):
        return _held(line, level, clock, PointsLadder.of(rules))
    if target.has_schedule and min(base, target.value) > 0:  # an even yearly rate leads there
        way = 1 - target.value / base if target.op == "<=" else target.value / base - 1
        return replace(_with_change(target, line, way, clock, rules), actual=level)
    completion = (base - level) / (base - target.value)
    if not math.isfinite(completion):  # beyond any number
        return _met_or_not(line)
    line = replace(line, completion=completion)
    if clock.is_over:
        return _counted(line, completion, "whole", clock, PointsLadder.of(rules))
    if not clock.elapsed:
        return replace(line, light="not_computable", note="nothing_due_yet")
    due = completion / clock.elapsed
    return _counted(line, due, "steps", clock, PointsLadder.of(rules))


def _met_or_not(line: TargetLine) -> TargetLine:
    """A level that nothing tells the way of: all points or none."""
    is_met = _is_met(line)
    light: Light = "met" if is_met else "not_met"
    return replace(line, light=light, points=float(is_met), counted_by="state")


def _is_met(line: TargetLine) -> bool:
    return line.level is not None and meets(line.level, line.op, line.value)


def _held(line: TargetLine, level: float, clock: Clock, ladder: PointsLadder) -> TargetLine:
    """A level that met its target in the base year: all points while it does, fewer as it loses it."""
    if _is_met(line):
        return _counted(line, 1.0, "held", clock, ladder.without_bonus)
    share = 1 - abs(level - line.value) / abs(line.value) if line.value else math.inf
    if not math.isfinite(share):
        return _met_or_not(line)
    return _counted(line, share, "held", clock, ladder.without_bonus)


def _counted(
    line: TargetLine, share: float, by: CountedBy, clock: Clock, ladder: PointsLadder
) -> TargetLine:
    """The line of a level with the points of a share, and its light."""
    light: Light = "met" if _is_met(line) else "not_met" if clock.is_over else light_of(share)
    points = ladder.points(share)
    return replace(line, counted=share, counted_by=by, light=light, points=points)


def _with_change(
    target: Target, line: TargetLine, goal: float, clock: Clock, rules: AssessmentRules
) -> TargetLine:
    """A fall or rise since the base year against ``goal``: the same formulas, a rise being a negative fall.

    Points count completion against the schedule before the last year and against the whole
    target in it; in the last year both are the same number.
    """
    level, base = line.level, line.base
    if level is None or base is None:
        raise MethodError(Sentence("target {id} has no change to assess", id=target.id))
    sign = -1.0 if is_rise(target.type, target.op) else 1.0
    if goal <= 0 or sign * goal > 1:  # nothing to reach, or a fall by more than all of it
        return _without(line, State.NOT_COMPUTABLE)
    fall, whole = cumulative_fall(base, level), sign * goal
    carbon = schedule_carbon(fall, whole, clock.elapsed)
    shares = [share for share in (fall / whole, carbon) if share is not None]
    if not all(map(math.isfinite, shares)):  # beyond any number
        return _without(line, State.NOT_COMPUTABLE)
    needed = _needed(fall, whole, clock.years_left)
    line = replace(
        line,
        actual=sign * fall * 100,
        completion=fall / whole,
        schedule_carbon=carbon,
        schedule_log=schedule_log(fall, whole),
        still_needed=needed,
    )
    counted = fall / whole if clock.is_over else carbon
    if counted is None:
        return replace(line, light="not_computable", note="nothing_due_yet")
    light = light_of(counted)
    if clock.is_over:
        light = "met" if light == "on_schedule" else "not_met"
    by: CountedBy = "whole" if clock.is_over else "schedule"
    points = PointsLadder.of(rules).points(counted)
    return replace(line, light=light, counted=counted, counted_by=by, points=points)


def _needed(fall: float, whole: float, years_left: int) -> float | None:
    """Average yearly change still needed [%], positive in the direction of the target."""
    if whole > 0:
        needed = still_needed(fall, whole, years_left)
    else:
        needed = yearly_growth_needed(-fall, -whole, years_left)
    return None if needed is None else needed * 100


def is_rise(kind: str, op: str) -> bool:
    """Whether a target of this type and comparison asks that a quantity rise.

    Examples
    --------
    >>> is_rise("level", ">="), is_rise("level", "<="), is_rise("cumulative_reduction", ">=")
    (True, False, False)
    """
    return kind == "cumulative_increase" or (kind == "level" and op == ">=")


def _without(line: TargetLine, reason: State, note: str = "") -> TargetLine:
    """A line that cannot be computed: not returned counts nothing, all else leaves the total.

    Nothing for what was not returned is the floor of completion (methodology 9.5 [P]).
    """
    if reason in (State.MISSING, State.SUPPRESSED):
        zero = 0.0 if line.scored else None
        why = "suppressed" if reason == State.SUPPRESSED else "not_reported"
        return replace(line, light="not_computable", points=zero, note=note or why)
    return replace(
        line,
        light="not_computable",
        points=None,
        scored=False,
        note=note or reason.name.lower(),
    )


def _checked(line: TargetLine, target: Target, plan: Plan) -> TargetLine:
    """The line with the base value implied by the two forms of one target, noted where it differs.

    A level x* and a fall R of the same quantity agree only if the base value is x* / (1 - R).
    """
    other = plan.targets.get(target.consistent_with)
    if other is None or {target.type, other.type} != {"level", "cumulative_reduction"}:
        return line
    level, fall = (target, other) if target.type == "level" else (other, target)
    implied = level.value / (1 - fall.value / 100)
    line = replace(line, implied_base=implied)
    if line.base is None or meets(abs(line.base / implied - 1), "<=", CONSISTENCY_TOLERANCE):
        return line
    return replace(line, note="implied_base_differs")
