"""The plan's measures as inspected: checks counted by status, and scored by their yardsticks.

not_applicable (does not concern the entity) and not_inspected (nobody looked) are neither a pass
nor a failure; a share of what is done is taken over inspected checks alone, and points over those
that have a yardstick.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import (
    Literal,
    NotRequired,  # pydantic reads no other before Python 3.12
    TypeGuard,
)

from typing_extensions import TypedDict

from cescore.definitions.bilingual import Bilingual
from cescore.definitions.frameworks.scored_elsewhere import Elsewhere
from cescore.definitions.model import (
    EVIDENCE_KINDS,
    AskedBody,
    AssessmentRules,
    Check,
    CheckQuantity,
    EvidenceKind,
    Measure,
    Plan,
    Yardstick,
)
from cescore.errors import MethodError, Sentence
from cescore.method.grading.yardsticks import (
    INSPECTED,
    OPEN,
    PARTIAL_SHARE,
    RECORDED_ONLY,
    STATUSES,
    CheckNote,
    CheckStatus,
    HeldAgainst,
    JudgedCheck,
    Unscored,
    judge,
)

NOTHING_ELSEWHERE: Mapping[str, Elsewhere] = {}
NOBODY = AskedBody()  # nobody in particular: of no industry, and of none of the named bodies
UNSTATED: EvidenceKind = "statement"  # [P] what evidence of a kind that nobody stated counts as


class InspectedCheck(TypedDict):
    """One check of a measure in a year; texts are "" where nothing was recorded.

    Attributes
    ----------
    status
        As it counts, one of `STATUSES`.
    value
        As recorded, text [unit of the check]; scored by its yardstick alone.
    inspector_unit
        Who inspected it; those that answer for it are the measure's units, and the entity.
    yardstick, better, quantity, goal, last
        What it is held against, which way is better, stock or flow; the goal of the year; the number
        that an improvement is held against (last year's, of a flow the mean of the years before),
        or the first one, which the way to a goal leads from. None without one.
    evidence
        The kind of proof that its credit is graded by.
    credit
        Share of its points earned [0-1]; None of a check that is not scored or was not inspected.
    unscored, elsewhere
        Why an inspected check is not scored, see `yardsticks.Unscored`; the code of what scores the
        same quantity (`scored_elsewhere`), "" where nothing else does. Its yardstick decides its
        status all the same.
    notes
        What differs from the record, see `yardsticks.CheckNote`; ``recorded`` is the status that the
        inspector gave where another one counts.
    unit
        % of a rate, count of a number of things; of an amount the code of the variable that it is,
        whose unit is its own; absent where nothing says it.
    """

    id: str
    zh: str
    en: str
    status: CheckStatus
    value: str
    evidence_ref: str
    evidence: EvidenceKind
    finding: str
    inspector_unit: str
    inspection_date: str
    due_date: str
    yardstick: Yardstick
    better: Literal["more", "less"]
    quantity: CheckQuantity
    goal: float | None
    last: float | None
    credit: float | None
    unscored: Unscored
    elsewhere: str
    notes: tuple[CheckNote, ...]
    recorded: NotRequired[CheckStatus]
    unit: NotRequired[str]


@dataclass(frozen=True)
class MeasureLine(Bilingual):
    """One measure's checks, counted by status and scored, as recorded by inspection.

    Attributes
    ----------
    system
        Id of the part of the plan that the measure belongs to.
    units
        Names of the units that answer for it.
    counts
        Status -> number of checks [checks], every status of `STATUSES` named.
    checks
        The checks themselves; empty on the lines of a whole period (`period_measures.at_end`).
    due, inspected
        Checks with a yardstick that apply and are scored nowhere else, and those of them that were
        inspected [checks].
    scored, credit
        Checks that earn points, and the credit of all of them together [checks].
    """

    id: str
    zh: str
    en: str
    system: str
    units: tuple[str, ...]
    counts: Mapping[str, int]
    checks: tuple[InspectedCheck, ...] = ()
    due: int = 0
    inspected: int = 0
    scored: int = 0
    credit: float = 0.0


@dataclass(frozen=True)
class _Inspection:
    """What the checks of one entity and year are read with."""

    entity_type: str
    is_own: bool  # the units of the measures are the entity's own
    first_year: int  # of the plan
    year: int
    body: AskedBody
    rules: AssessmentRules
    by_year: Mapping[int, Mapping[str, Mapping[str, str]]]  # up to the year
    elsewhere: Mapping[str, Elsewhere]


def measure_lines(
    plan: Plan,
    entity_type: str,
    records: Mapping[int, Iterable[Mapping[str, str]]],
    *,
    year: int,
    body: AskedBody = NOBODY,
    elsewhere: Mapping[str, Elsewhere] = NOTHING_ELSEWHERE,
) -> tuple[MeasureLine, ...]:
    """The measures that concern a type, with one entity's inspection records, in one year.

    A check without a record is not_inspected. Each inspected check is held against its yardstick
    (`yardsticks.judge`), and its credit graded by what proves it: share · evidence, by the plan's
    scale [P]. Without an ``evidence_ref`` there is none, and ``done`` counts as partial; of a kind
    that nobody stated it counts as a statement, and so does what a unit found of itself: a check of
    the body whose units the plan names (``units_of``), inspected by one that answers for the measure.
    A check of what is scored elsewhere has its yardstick's status and no credit; one that the plan
    asks of others, by name or by industry, is not_applicable, whatever was recorded.

    Parameters
    ----------
    entity_type
        Checks of other levels are left out, and measures without any check for the type.
    records
        Year -> at most one a check: check_id, status, value, evidence_ref, evidence_kind, finding,
        inspector_unit, inspection_date, due_date as text; "" or absent where nothing was recorded. A
        year may be absent; those before ``year`` are what its numbers are held against.
    year
        The one inspected, whose goals hold.
    body
        The entity; without an industry it is asked the checks of every industry.
    elsewhere
        What `scored_elsewhere` finds for the type.

    Raises
    ------
    MethodError
        A record names a status or kind of evidence that does not exist, or two records one check.
    """
    asked = _Inspection(
        entity_type,
        entity_type == plan.units_of,
        plan.first_year,
        year,
        body,
        plan.assessment,
        {y: _by_check(of_year) for y, of_year in sorted(records.items()) if y <= year},
        elsewhere,
    )
    lines = (_line(measure, asked) for measure in plan.measures.values())
    return tuple(line for line in lines if line.checks)


def is_recorded_only(check: InspectedCheck) -> bool:
    """Whether a check was inspected and is held against nothing: done or not done is no verdict."""
    return check["unscored"] in RECORDED_ONLY


def open_scored(lines: Iterable[MeasureLine]) -> list[InspectedCheck]:
    """The scored checks that are partly done or not done, and so lack credit."""
    every = (check for line in lines for check in line.checks if check["status"] in OPEN)
    return [check for check in every if check["credit"] is not None and check["credit"] < 1]


def verdicts(lines: Iterable[MeasureLine]) -> dict[CheckStatus, int]:
    """All checks by status, without those that are recorded only [checks]."""
    every = list(lines)
    recorded = [c["status"] for line in every for c in line.checks if is_recorded_only(c)]
    return {s: sum(m.counts.get(s, 0) for m in every) - recorded.count(s) for s in STATUSES}


def measure_points(lines: Iterable[MeasureLine]) -> float | None:
    """Mean credit of the checks that are scored, 0-1; None without any.

    Σ credit / number of scored checks, over all measures together, so that a measure with many
    checks counts more. Checks without a yardstick, or with none yet, take no part; not_applicable
    leaves the denominator; not_inspected is neither a pass nor a failure.

    Examples
    --------
    >>> line = MeasureLine("4.1", "", "", "4", (), {}, due=9, inspected=5, scored=4, credit=2.5)
    >>> measure_points([line])
    0.625
    """
    every = list(lines)
    scored = sum(line.scored for line in every)
    return math.fsum(line.credit for line in every) / scored if scored else None


def share_done(numbers: Mapping[str, int]) -> float | None:
    """Share of the inspected checks that is done, 0-1, of checks counted by status.

    (done + 0.5 · partial) / (done + partial + not_done); None where nothing was inspected. It tells
    how the plan is carried out, yardstick or none; points are `measure_points`.

    Examples
    --------
    >>> share_done({"done": 1, "partial": 1, "not_done": 0})
    0.75
    """
    inspected = sum(numbers[status] for status in INSPECTED)
    return (numbers["done"] + PARTIAL_SHARE * numbers["partial"]) / inspected if inspected else None


def inspected_share(lines: Iterable[MeasureLine]) -> float | None:
    """Inspected checks over those that apply, 0-1, of checks with a yardstick; None without any.

    Examples
    --------
    >>> inspected_share([MeasureLine("4.1", "", "", "4", (), {}, due=4, inspected=3)])
    0.75
    """
    every = list(lines)
    due = sum(line.due for line in every)
    return sum(line.inspected for line in every) / due if due else None


def recorded_number(text: str) -> float | None:
    """The finite number that a recorded value is; None for a text, which is recorded only."""
    with suppress(ValueError):
        number = float(text) if "_" not in text else math.nan  # 1_000 is a text
        return number if math.isfinite(number) else None
    return None


def _by_check(records: Iterable[Mapping[str, str]]) -> dict[str, Mapping[str, str]]:
    by_check: dict[str, Mapping[str, str]] = {}
    for record in records:
        if record["check_id"] in by_check:
            raise MethodError(
                Sentence("check {check} has two records in one year", check=record["check_id"])
            )
        by_check[record["check_id"]] = record
    return by_check


def _line(measure: Measure, asked: _Inspection) -> MeasureLine:
    checks = tuple(
        _inspected(check, measure, asked)
        for check in measure.checks
        if asked.entity_type in check.levels
    )
    return summed(
        MeasureLine(measure.id, measure.zh, measure.en, measure.system, measure.units, {}, checks),
        [(c["status"], is_due(c["yardstick"], c["elsewhere"]), c["credit"]) for c in checks],
    )


def is_due(yardstick: Yardstick, elsewhere: str) -> bool:
    """Whether a check counts among those that are to be inspected: it would be scored."""
    return yardstick != "none" and not elsewhere


def summed(
    line: MeasureLine, checks: Iterable[tuple[CheckStatus, bool, float | None]]
) -> MeasureLine:
    """The line with its checks counted and their credit added up: status, `is_due` and credit of each."""
    every = list(checks)
    numbers: dict[str, int] = {s: sum(status == s for status, _, _ in every) for s in STATUSES}
    held = [status for status, due, _ in every if due]
    credits = [credit for _, _, credit in every if credit is not None]
    return MeasureLine(
        line.id,
        line.zh,
        line.en,
        line.system,
        line.units,
        numbers,
        line.checks,
        due=sum(status != "not_applicable" for status in held),
        inspected=sum(status in INSPECTED for status in held),
        scored=len(credits),
        credit=math.fsum(credits),
    )


def _inspected(check: Check, measure: Measure, asked: _Inspection) -> InspectedCheck:
    recorded = asked.by_year.get(asked.year, {}).get(check.id, {})
    written = recorded.get("status") or "not_inspected"
    if not _is_status(written):
        raise MethodError(
            Sentence(
                "check {id}: status {status!r}, expected one of {statuses}",
                id=check.id,
                status=written,
                statuses=STATUSES,
            )
        )
    status: CheckStatus = written if check.asks(asked.body) else "not_applicable"
    against = _held_against(check, asked)
    evidence, notes = _evidence(check, measure, recorded, is_own=asked.is_own)
    judged = JudgedCheck(status, None)
    other = asked.elsewhere.get(check.id)
    if status in INSPECTED:
        value = recorded_number(recorded.get("value") or "")
        judged = judge(check, status, value, against, asked.rules)
        if judged.note:
            notes = (judged.note, *notes)
        if judged.note != "no_value" and judged.status != status:
            notes = ("by_yardstick", *notes)
        if other is not None:
            # what is held against nothing has no verdict, wherever else its quantity is scored
            why = judged.unscored if judged.unscored in RECORDED_ONLY else other.where
            judged = replace(judged, share=None, unscored=why)
    counted: CheckStatus = judged.status
    if counted == "done" and evidence == "none":
        counted = "partial"
    line = InspectedCheck(
        id=check.id,
        zh=check.zh,
        en=check.en,
        status=counted,
        value=recorded.get("value") or "",
        evidence_ref=recorded.get("evidence_ref") or "",
        evidence=evidence,
        finding=recorded.get("finding") or "",
        inspector_unit=recorded.get("inspector_unit") or "",
        inspection_date=recorded.get("inspection_date") or "",
        due_date=recorded.get("due_date") or "",
        yardstick=check.yardstick,
        better="less" if check.better == "less" else "more",
        quantity=check.quantity,
        goal=against.goal,
        last=against.before if check.yardstick == "improves" else against.first,
        credit=None if judged.share is None else judged.share * asked.rules.evidence[evidence],
        unscored=judged.unscored,
        elsewhere=other.code if other is not None else "",
        notes=notes if status in INSPECTED else (),
    )
    # In the order of `InspectedCheck`, in which a bundle is read again: its number stands on its bytes.
    if counted != written and written != "not_inspected":
        line["recorded"] = written
    if unit := _unit_of(check):
        line["unit"] = unit
    return line


def _unit_of(check: Check) -> str:
    """What a number of a check is in; "" where nothing says it."""
    if check.type in ("rate", "count"):
        return "%" if check.type == "rate" else "count"
    return check.formula if check.type == "amount" and check.formula.isidentifier() else ""


def _held_against(check: Check, asked: _Inspection) -> HeldAgainst:
    """What the number of a check is held against; numbers of other yardsticks are left out."""
    if check.yardstick not in ("goal", "improves"):
        return HeldAgainst()
    numbers = {
        year: number
        for year, of_year in asked.by_year.items()
        if year < asked.year
        and (number := recorded_number(of_year.get(check.id, {}).get("value") or "")) is not None
    }
    goal = check.goal_in(asked.year)
    if check.yardstick == "goal":
        own = (number for year, number in numbers.items() if year >= asked.first_year)
        is_way = goal == 0 or check.is_on_a_way
        return HeldAgainst(goal, first=next(own, None) if is_way else None)
    years = range(asked.year - asked.rules.improves.years, asked.year)
    if check.quantity != "flow":
        return HeldAgainst(before=numbers.get(asked.year - 1))
    known = [numbers[year] for year in years if year in numbers]
    return HeldAgainst(before=math.fsum(known) / len(known) if known else None)


def _evidence(
    check: Check, measure: Measure, recorded: Mapping[str, str], *, is_own: bool
) -> tuple[EvidenceKind, tuple[CheckNote, ...]]:
    """The kind of proof of a check, and what is to be said of it."""
    if not (recorded.get("evidence_ref") or "").strip():
        is_done = recorded.get("status") == "done"
        return "none", ("no_evidence",) if is_done else ()
    given = recorded.get("evidence_kind") or ""
    kind = next((known for known in EVIDENCE_KINDS if known == given), None)
    if given and kind is None:
        raise MethodError(
            Sentence(
                "check {id}: evidence {given!r}, expected one of {evidence_kinds}",
                id=check.id,
                given=given,
                evidence_kinds=EVIDENCE_KINDS,
            )
        )
    if is_own and (recorded.get("inspector_unit") or "") in measure.units:
        return (UNSTATED if kind != "none" else "none"), ("self_inspected",)
    return (kind, ()) if kind else (UNSTATED, ("evidence_unstated",))


def _is_status(word: str) -> TypeGuard[CheckStatus]:
    return word in STATUSES
