"""The measures of a plan over its years: how each check was carried out, and what became of all of them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from cescore.definitions.bilingual import Bilingual
from cescore.definitions.frameworks.scored_elsewhere import Elsewhere
from cescore.definitions.model import AskedBody, Check, Plan, Yardstick
from cescore.method.grading.measures import (
    NOBODY,
    NOTHING_ELSEWHERE,
    InspectedCheck,
    MeasureLine,
    is_due,
    measure_lines,
    recorded_number,
    share_done,
    summed,
)
from cescore.method.grading.yardsticks import INSPECTED, STATUSES, CheckStatus
from cescore.method.thresholds import meets

LEAST_DONE = 0.8  # [P] share of the checks below which the measures of a period stand out
SUMMED = ("count", "amount")  # checks whose values of several years make a sum


@dataclass(frozen=True)
class PeriodCheck(Bilingual):
    """One check over the years.

    Attributes
    ----------
    type
        rate, count, amount, bool, doc or milestone, as the plan defines it.
    statuses, values
        One per year, as the yearly assessment reads them; values are text, "" where none is
        recorded.
    end, end_year
        The last status other than not_inspected and its year; not_inspected and None where no year
        has one.
    open_years
        Inspections in a row, back from the last one, that did not find it done [years]; years
        without an inspection, or in which it did not apply, are passed over.
    yardstick, end_credit, elsewhere
        What it is scored by, and its credit of the year that ``end`` comes from [0-1]; None where it
        was not scored then. The code of what scores the same quantity, "" where nothing else does.
    total
        Sum of the recorded values of a count or amount without a goal [its unit], never scored.
    goal, reached
        The goal of the last year looked at, and whether the last recorded number reached it; None
        without a goal or a number.
    evidence_ref, finding, due_date
        Of the record that ``end`` comes from.
    """

    id: str
    zh: str
    en: str
    type: str
    statuses: tuple[str, ...]
    values: tuple[str, ...]
    end: CheckStatus
    end_year: int | None
    yardstick: Yardstick = "done"
    end_credit: float | None = None
    elsewhere: str = ""
    open_years: int = 0
    total: float | None = None
    goal: float | None = None
    reached: bool | None = None
    evidence_ref: str = ""
    finding: str = ""
    due_date: str = ""


@dataclass(frozen=True)
class PeriodMeasure(Bilingual):
    """One measure over the years: its checks, the part of the plan (``system``), the units responsible."""

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
    body: AskedBody = NOBODY,
    elsewhere: Mapping[str, Elsewhere] = NOTHING_ELSEWHERE,
) -> tuple[PeriodMeasure, ...]:
    """The measures that concern a type over the years, with one entity's records by year.

    Each year is read as the yearly assessment reads it, against those before it. What counts at the
    end is the last inspected status, with its credit: a year without an inspection is neither
    progress nor a step back [P].

    Parameters
    ----------
    records
        Year -> that year's records, as for `measures.measure_lines`; a year may be absent.
    years
        The years looked at, in rising order.
    body, elsewhere
        As for `measures.measure_lines`.

    Raises
    ------
    MethodError
        As `measures.measure_lines`, for any of the years.
    """
    kept = {year: list(of_year) for year, of_year in records.items()}
    by_year = [
        measure_lines(plan, entity_type, kept, year=year, body=body, elsewhere=elsewhere)
        for year in years
    ]
    definitions = {c.id: c for m in plan.measures.values() for c in m.checks}
    return tuple(
        PeriodMeasure(
            lines[0].id,
            lines[0].zh,
            lines[0].en,
            lines[0].system,
            lines[0].units,
            tuple(
                _period_check(definitions[yearly[0]["id"]], yearly, years)
                for yearly in zip(*(line.checks for line in lines), strict=True)
            ),
        )
        for lines in zip(*by_year, strict=True)
    )


def _period_check(
    check: Check, yearly: Sequence[InspectedCheck], years: Sequence[int]
) -> PeriodCheck:
    statuses = tuple(inspected["status"] for inspected in yearly)
    known = [i for i, status in enumerate(statuses) if status != "not_inspected"]
    last = known[-1] if known else None
    values = tuple(inspected["value"] for inspected in yearly)
    total = _total(check, values)
    at_end = yearly[last] if last is not None else None
    return PeriodCheck(
        id=check.id,
        zh=check.zh,
        en=check.en,
        type=check.type,
        statuses=statuses,
        values=values,
        end=statuses[last] if last is not None else "not_inspected",
        end_year=years[last] if last is not None else None,
        yardstick=check.yardstick,
        end_credit=at_end["credit"] if at_end else None,
        elsewhere=yearly[0]["elsewhere"],
        open_years=_open_years(statuses[: last + 1]) if last is not None else 0,
        total=total,
        goal=check.goal_in(years[-1]),
        reached=_reached(check, values, check.goal_in(years[-1])),
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
    return [number for number in map(recorded_number, values) if number is not None]


def _total(check: Check, values: Sequence[str]) -> float | None:
    """Sum of what was recorded; none of a check with a goal, whose values count up by themselves."""
    known = _numbers(values) if check.type in SUMMED and not check.goal else []
    return math.fsum(known) if known else None


def _reached(check: Check, values: Sequence[str], goal: float | None) -> bool | None:
    """Whether the last recorded value reached the check's goal; None without goal or value."""
    known = _numbers(values)
    if goal is None or not known:
        return None
    return meets(known[-1], "<=" if check.better == "less" else ">=", goal)


def at_end(measures: Iterable[PeriodMeasure]) -> tuple[MeasureLine, ...]:
    """The measures as yearly lines, each check with the status and credit it has at the end.

    The lines name no checks, so that `measures.measure_points` and `measures.inspected_share`
    answer for the period as they do for a year.
    """
    return tuple(
        summed(
            MeasureLine(m.id, m.zh, m.en, m.system, m.units, {}),
            [(c.end, is_due(c.yardstick, c.elsewhere), c.end_credit) for c in m.checks],
        )
        for m in measures
    )


def _counted(statuses: Iterable[str]) -> dict[str, int]:
    numbers: dict[str, int] = dict.fromkeys(STATUSES, 0)
    for status in statuses:
        numbers[status] += 1
    return numbers


@dataclass(frozen=True)
class Completion:
    """How a set of checks was carried out: statuses at the end, and shares 0-1.

    None where nothing was inspected.

    Attributes
    ----------
    key
        Id of the system or name of the responsible unit whose checks they are; "" for all.
    counts
        Status at the end -> number of checks.
    at_end
        Done at the end over inspected, partial counting half (`measures.share_done`) [0-1].
    over_years
        The same over all yearly inspections together [0-1].
    by_year
        The same of each year alone [0-1].
    """

    key: str
    counts: Mapping[str, int]
    at_end: float | None
    over_years: float | None
    by_year: tuple[float | None, ...]

    @property
    def is_low(self) -> bool:
        """Whether less than 80 % is done at the end [P]; a share that is not known is not low."""
        return self.at_end is not None and meets(self.at_end, "<", LEAST_DONE)


def completion(checks: Iterable[PeriodCheck], years: Sequence[int], key: str = "") -> Completion:
    """What became of checks, of one entity or of many, over the years.

    Parameters
    ----------
    checks
        Each with as many yearly statuses as there are ``years``.
    key
        What the checks have in common, see `Completion`.

    Examples
    --------
    >>> check = PeriodCheck("1", "", "", "bool", ("not_done", "done"), ("", ""), "done", 2022)
    >>> whole = completion([check], (2021, 2022))
    >>> whole.at_end, whole.over_years, whole.by_year
    (1.0, 0.5, (0.0, 1.0))
    """
    every = list(checks)
    by_year = [_counted(check.statuses[i] for check in every) for i in range(len(years))]
    counts = _counted(check.end for check in every)
    whole = {status: sum(of[status] for of in by_year) for status in counts}
    return Completion(
        key, counts, share_done(counts), share_done(whole), tuple(map(share_done, by_year))
    )
