"""The plan's measures as inspected: checks counted by status, five states kept apart.

not_applicable (does not concern the entity) and not_inspected (nobody looked) are neither a pass
nor a failure; a share of what is done is taken over inspected checks alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import (
    Literal,
    NotRequired,  # pydantic reads no other before Python 3.12
    TypeGuard,
    get_args,
)

from typing_extensions import TypedDict

from cescore.definitions.bilingual import Bilingual
from cescore.definitions.model import Check, Measure, Plan
from cescore.errors import MethodError

CheckStatus = Literal["done", "partial", "not_done", "not_applicable", "not_inspected"]
STATUSES: tuple[CheckStatus, ...] = get_args(CheckStatus)
INSPECTED: tuple[CheckStatus, ...] = ("done", "partial", "not_done")
OPEN: tuple[CheckStatus, ...] = ("not_done", "partial")  # what is left to do, the gravest first
PARTIAL_SHARE = 0.5  # [P] what a check half done counts


class InspectedCheck(TypedDict):
    """One check of a measure in a year; texts are "" where nothing was recorded.

    Attributes
    ----------
    status
        As it counts, one of `STATUSES`.
    value
        As recorded, text [unit of the check]; never scored.
    note
        no_evidence where ``recorded``, the status that the inspector gave, does not count.
    """

    id: str
    zh: str
    en: str
    status: CheckStatus
    value: str
    evidence_ref: str
    finding: str
    inspector_unit: str
    inspection_date: str
    due_date: str
    note: str
    recorded: NotRequired[CheckStatus]


@dataclass(frozen=True)
class MeasureLine(Bilingual):
    """One measure's checks, counted by status, as recorded by inspection.

    Attributes
    ----------
    system
        Id of the part of the plan that the measure belongs to.
    units
        Names of the units responsible.
    counts
        Status -> number of checks [checks], every status of `STATUSES` named.
    checks
        The checks themselves; empty on the lines of a whole period (`period_measures.at_end`).
    """

    id: str
    zh: str
    en: str
    system: str
    units: tuple[str, ...]
    counts: Mapping[str, int]
    checks: tuple[InspectedCheck, ...] = ()


def measure_lines(
    plan: Plan, entity_type: str, records: Iterable[Mapping[str, str]]
) -> tuple[MeasureLine, ...]:
    """The measures that concern a type, with one entity's inspection records of one year.

    A check without a record is not_inspected. ``done`` without an ``evidence_ref`` is not done:
    it counts as partial, with the note ``no_evidence`` and the status as recorded kept beside it
    [P]. A check without a goal is counted by status only, never by its amount.

    Parameters
    ----------
    entity_type
        Checks of other levels are left out, and measures without any check for the type.
    records
        At most one a check: check_id, status, value, evidence_ref, finding, inspector_unit,
        inspection_date, due_date as text; "" or absent where nothing was recorded.

    Raises
    ------
    MethodError
        A record names a status that does not exist, or two records one check.
    """
    by_check: dict[str, Mapping[str, str]] = {}
    for record in records:
        if record["check_id"] in by_check:
            raise MethodError(f"check {record['check_id']} has two records in one year")
        by_check[record["check_id"]] = record
    lines = (_line(measure, entity_type, by_check) for measure in plan.measures.values())
    return tuple(line for line in lines if line.checks)


def counts(lines: Iterable[MeasureLine]) -> dict[str, int]:
    """All checks by status, every status named, 0 where there is none [checks]."""
    total: dict[str, int] = dict.fromkeys(STATUSES, 0)
    for line in lines:
        for status, number in line.counts.items():
            total[status] += number
    return total


def measure_points(lines: Iterable[MeasureLine]) -> float | None:
    """Share of the inspected checks that is done, 0-1, partial counting half; None without any.

    (done + 0.5 · partial) / (done + partial + not_done) over the checks of all measures together,
    so that a measure with many checks counts more. not_applicable leaves the denominator;
    not_inspected is neither a pass nor a failure. The half is ours [P].

    Examples
    --------
    >>> counted = {"done": 2, "partial": 1, "not_done": 1, "not_applicable": 5, "not_inspected": 9}
    >>> measure_points([MeasureLine("4.1", "", "", "4", (), counted)])
    0.625
    """
    return share_done(counts(lines))


def share_done(numbers: Mapping[str, int]) -> float | None:
    """Share of the inspected checks that is done, 0-1, of checks counted by status.

    (done + 0.5 · partial) / (done + partial + not_done); None where nothing was inspected.

    Examples
    --------
    >>> share_done({"done": 1, "partial": 1, "not_done": 0})
    0.75
    """
    inspected = sum(numbers[status] for status in INSPECTED)
    return (numbers["done"] + PARTIAL_SHARE * numbers["partial"]) / inspected if inspected else None


def inspected_share(lines: Iterable[MeasureLine]) -> float | None:
    """Inspected checks over those that apply, 0-1; None where none applies.

    (done + partial + not_done) / (done + partial + not_done + not_inspected).

    Examples
    --------
    >>> counted = dict.fromkeys(STATUSES, 0) | {"done": 3, "not_inspected": 1, "not_applicable": 6}
    >>> inspected_share([MeasureLine("4.1", "", "", "4", (), counted)])
    0.75
    """
    numbers = counts(lines)
    inspected = sum(numbers[status] for status in INSPECTED)
    applies = inspected + numbers["not_inspected"]
    return inspected / applies if applies else None


def _line(
    measure: Measure, entity_type: str, by_check: Mapping[str, Mapping[str, str]]
) -> MeasureLine:
    checks = tuple(
        _inspected(check, by_check.get(check.id))
        for check in measure.checks
        if entity_type in check.levels
    )
    numbers: dict[str, int] = {
        status: sum(check["status"] == status for check in checks) for status in STATUSES
    }
    return MeasureLine(
        measure.id, measure.zh, measure.en, measure.system, measure.units, numbers, checks
    )


def _inspected(check: Check, record: Mapping[str, str] | None) -> InspectedCheck:
    recorded = {} if record is None else record
    status = recorded.get("status") or "not_inspected"
    if not _is_status(status):
        raise MethodError(f"check {check.id}: status {status!r}, expected one of {STATUSES}")
    check_line = InspectedCheck(
        id=check.id,
        zh=check.zh,
        en=check.en,
        status=status,
        value=recorded.get("value") or "",
        evidence_ref=recorded.get("evidence_ref") or "",
        finding=recorded.get("finding") or "",
        inspector_unit=recorded.get("inspector_unit") or "",
        inspection_date=recorded.get("inspection_date") or "",
        due_date=recorded.get("due_date") or "",
        note="",
    )
    if status == "done" and not check_line["evidence_ref"].strip():
        return {**check_line, "status": "partial", "note": "no_evidence", "recorded": status}
    return check_line


def _is_status(word: str) -> TypeGuard[CheckStatus]:
    return word in STATUSES
