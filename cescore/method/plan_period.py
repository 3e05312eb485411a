"""A plan period looked at whole: where each target ends, and how each measure was carried out.

The yearly assessment holds a year against its schedule; here the years up to the one evaluated
stand together, and in the plan's last year the verdict is against the plan's goal itself.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from cescore.definitions.bilingual import Bilingual
from cescore.definitions.model import Check, Framework, Plan, Scale, Target
from cescore.errors import MethodError
from cescore.method.assessment import Assessment, Basis, assess
from cescore.method.bonus import BonusLine
from cescore.method.column import Panel
from cescore.method.measures import (
    INSPECTED,
    STATUSES,
    InspectedCheck,
    MeasureLine,
    measure_lines,
    share_done,
)
from cescore.method.schedules import schedule
from cescore.method.targets import TargetLine, assess_targets
from cescore.method.thresholds import meets

MIDTERM, FINAL = "midterm", "final"
STAGES = (MIDTERM, FINAL)
SUMMED = ("count", "amount")  # checks whose values of several years make a sum


def stage_year(plan: Plan, stage: str) -> int:
    """The year a stage looks back from: the plan's last one, or the one in its middle.

    The middle is the plan's own ``midterm_year``, else the first year plus half the period,
    rounded down [P]: 2023 of 2021-2025.

    Raises
    ------
    MethodError
        There is no such stage.
    """
    if stage not in STAGES:
        raise MethodError(f"no stage {stage!r} of a plan, expected one of {', '.join(STAGES)}")
    if stage == FINAL:
        return plan.last_year
    return plan.midterm_year or plan.first_year + (plan.last_year - plan.first_year) // 2


# --- targets ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class TargetPath:
    """One target over the period.

    ``lines``: one per year; ``due``: what the schedule asks of each year, in the measure of the
    target's ``value`` (None without a schedule). ``pace``: average yearly change so far [%],
    positive in the direction of the target; ``projected``: where that pace leads in the last year,
    in the measure of ``value``. ``gap``: what is short of ``value`` (negative: beyond it).
    ``verdict``: final: met, not_met; midterm: reached, on_schedule, nearly, behind, and not_yet of
    a level without a schedule; either: not_computable.
    """

    lines: tuple[TargetLine, ...]
    due: tuple[float | None, ...]
    verdict: str
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
    """Each entity's targets over the years of the period, the last of them the one evaluated."""
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


def _verdict(line: TargetLine, *, is_over: bool) -> str:
    """Against the goal once the period is over; before, the schedule's light, or reached already."""
    if line.light in ("", "not_computable") or line.actual is None:
        return "not_computable"
    if is_over:
        return "met" if line.light == "met" else "not_met"
    reached = meets(line.actual, line.op, line.value)
    return "reached" if reached else "not_yet" if line.light == "not_met" else line.light


def _whole(target: Target, base: float | None) -> float | None:
    """The fall that the target is, as a fraction (a rise is negative); None where it is none."""
    if target.type != "level":
        sign = -1.0 if target.type == "cumulative_increase" else 1.0
        return sign * target.value / 100
    if not target.has_schedule or base is None or not base > 0:
        return None
    return 1 - target.value / base


def _measured(target: Target, fall: float, base: float | None) -> float | None:
    """A fall since the base year in the measure of the target's value."""
    if target.type == "level":
        return None if base is None else base * (1 - fall)
    return (-fall if target.type == "cumulative_increase" else fall) * 100


def _due(target: Target, base: float | None, plan: Plan, year: int) -> float | None:
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
    factor = _yearly_factor(line, years)
    if factor is None:
        return None
    falls = target.type == "cumulative_reduction" or (target.type == "level" and target.op == "<=")
    return (1 - factor if falls else factor - 1) * 100


def _projected(target: Target, line: TargetLine, plan: Plan, year: int) -> float | None:
    """Where the average pace so far leads in the last year: an extrapolation, no forecast [P].

    None without a schedule: a coefficient or a rate does not go on at the same pace.
    """
    factor = _yearly_factor(line, year - plan.base_year)
    if factor is None or line.base is None or not target.has_schedule:
        return None
    fall = 1 - math.pow(factor, plan.last_year - plan.base_year)
    found = _measured(target, fall, line.base)
    return found if found is not None and math.isfinite(found) else None


# --- measures ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class PeriodCheck(Bilingual):
    """One check over the years.

    ``end``: its last inspected status, of ``end_year``; not_inspected where no year has one.
    ``open_years``: years in a row, up to ``end_year``, in which it was inspected and not done.
    ``total``: sum of the recorded values of a count or amount without a goal, never scored;
    ``reached``: whether the last value of a check with a goal reached it.
    """

    id: str
    zh: str
    en: str
    type: str
    statuses: tuple[str, ...]
    values: tuple[str, ...]
    end: str
    end_year: int | None
    open_years: int = 0
    total: float | None = None
    goal: float | None = None
    reached: bool | None = None
    evidence_ref: str = ""
    finding: str = ""
    due_date: str = ""


@dataclass(frozen=True)
class PeriodMeasure(Bilingual):
    """One measure over the years."""

    id: str
    zh: str
    en: str
    system: str
    units: tuple[str, ...]
    checks: tuple[PeriodCheck, ...]


def period_measures(
    plan: Plan,
    entity_type: str,
    records: Mapping[int, Iterable[Mapping[str, str]]],
    years: Sequence[int],
) -> tuple[PeriodMeasure, ...]:
    """The measures that concern a type over the years, with one entity's records by year.

    Each year is read as the yearly assessment reads it (done needs evidence). What counts at the
    end is the last inspected status: a year without an inspection is neither progress nor
    a step back [P].
    """
    by_year = [measure_lines(plan, entity_type, records.get(year, ())) for year in years]
    definitions = {c.id: c for m in plan.measures.values() for c in m.checks}
    return tuple(
        PeriodMeasure(
            lines[0].id,
            lines[0].zh,
            lines[0].en,
            lines[0].system,
            lines[0].units,
            tuple(
                _period_check(definitions[found[0]["id"]], found, years)
                for found in zip(*(line.checks for line in lines), strict=True)
            ),
        )
        for lines in zip(*by_year, strict=True)
    )


def _period_check(
    check: Check, found: Sequence[InspectedCheck], years: Sequence[int]
) -> PeriodCheck:
    statuses = tuple(one["status"] for one in found)
    known = [i for i, status in enumerate(statuses) if status != "not_inspected"]
    last = known[-1] if known else None
    values = tuple(one["value"] for one in found)
    total = _total(check, values)
    at_end = found[last] if last is not None else None
    return PeriodCheck(
        id=check.id,
        zh=check.zh,
        en=check.en,
        type=check.type,
        statuses=statuses,
        values=values,
        end=statuses[last] if last is not None else "not_inspected",
        end_year=years[last] if last is not None else None,
        open_years=_open_years(statuses[: last + 1]) if last is not None else 0,
        total=total,
        goal=check.goal,
        reached=_reached(check, values),
        evidence_ref=at_end["evidence_ref"] if at_end else "",
        finding=at_end["finding"] if at_end else "",
        due_date=at_end["due_date"] if at_end else "",
    )


def _open_years(statuses: Sequence[str]) -> int:
    """Inspections in a row, back from the last, that did not find it done."""
    inspected = [status for status in statuses if status in INSPECTED]
    return next((i for i, s in enumerate(reversed(inspected)) if s == "done"), len(inspected))


def _numbers(values: Iterable[str]) -> list[float]:
    """The values that are finite numbers; a text stays what it is, recorded only."""
    found = []
    for value in filter(None, map(str.strip, values)):
        with suppress(ValueError):
            found.append(float(value))
    return [value for value in found if math.isfinite(value)]


def _total(check: Check, values: Sequence[str]) -> float | None:
    """Sum of what was recorded; none of a check with a goal, whose values count up by themselves."""
    known = _numbers(values) if check.type in SUMMED and check.goal is None else []
    return math.fsum(known) if known else None


def _reached(check: Check, values: Sequence[str]) -> bool | None:
    """Whether the last recorded value reached the check's goal; None without goal or value."""
    known = _numbers(values)
    if check.goal is None or not known:
        return None
    return meets(known[-1], "<=" if check.better == "less" else ">=", check.goal)


def at_end(measures: Iterable[PeriodMeasure]) -> tuple[MeasureLine, ...]:
    """The measures as yearly lines, each check with the status it has at the end."""
    return tuple(
        MeasureLine(m.id, m.zh, m.en, m.system, m.units, _counted(c.end for c in m.checks))
        for m in measures
    )


def _counted(statuses: Iterable[str]) -> dict[str, int]:
    found: dict[str, int] = dict.fromkeys(STATUSES, 0)
    for status in statuses:
        found[status] += 1
    return found


@dataclass(frozen=True)
class Completion:
    """How a set of checks was carried out: statuses at the end, and shares 0-1.

    ``key``: id of the system or name of the responsible unit whose checks they are; "" for all.
    ``at_end``: done at the end over inspected, partial counting half; ``over_years``: the same over
    all yearly inspections; ``by_year``: of each year alone. None where nothing was inspected.
    """

    key: str
    counts: Mapping[str, int]
    at_end: float | None
    over_years: float | None
    by_year: tuple[float | None, ...]


def completion(checks: Iterable[PeriodCheck], years: Sequence[int], key: str = "") -> Completion:
    """What became of checks, of one entity or of many, over the years."""
    every = list(checks)
    by_year = [_counted(check.statuses[i] for check in every) for i in range(len(years))]
    counts = _counted(check.end for check in every)
    whole = {status: sum(of[status] for of in by_year) for status in counts}
    return Completion(
        key, counts, share_done(counts), share_done(whole), tuple(map(share_done, by_year))
    )


# --- the period's assessment ------------------------------------------------------------------


def period_vetoes(
    by_year: Sequence[Mapping[str, Mapping[str, str]]],
) -> dict[str, dict[str, str]]:
    """Vetoes of the period: standing if one year's record says so, clear only if every year's does."""
    found: dict[str, dict[str, str]] = {}
    for veto in dict.fromkeys(code for records in by_year for code in records):
        records = [records.get(veto, {}) for records in by_year]
        standing = [record for record in records if record.get("status") == "standing"]
        if standing:
            found[veto] = dict(standing[-1])
        elif all(record.get("status") == "clear" for record in records):
            found[veto] = dict(records[-1])
    return found


def assess_period(
    plan: Plan,
    entity_type: str,
    *,
    stage: str,
    index: float | None,
    scale: Scale,
    paths: Sequence[TargetPath],
    measures: Sequence[PeriodMeasure],
    vetoes: Mapping[str, Mapping[str, str]],
    basis: Basis,
    bonus: Sequence[BonusLine] = (),
) -> Assessment:
    """The period's total by the yearly rules [P]: targets, index and bonus of the year evaluated,
    measures as they stand at the end, vetoes of every year. Only the final evaluation is graded."""
    found = assess(
        plan,
        entity_type,
        index=index,
        scale=scale,
        targets=[path.end for path in paths],
        measures=at_end(measures),
        vetoes=vetoes,
        basis=basis,
        is_last_year=stage == FINAL,
        bonus=bonus,
    )
    if stage == FINAL or not found.graded:
        return found
    return replace(
        found, grade_zh="", grade_en="", graded=False, provisional=False, reason="midterm"
    )
