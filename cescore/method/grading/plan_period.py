"""A plan period looked at whole: its stages, its vetoes, and its total by the yearly rules.

The yearly assessment holds a year against its schedule; here the years up to the one evaluated
stand together, and in the plan's last year the verdict is against the plan's goal itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from cescore.definitions.model import Plan
from cescore.errors import MethodError, Sentence
from cescore.method.grading.assessment import Assessment, Evidence, assess

MIDTERM, FINAL = "midterm", "final"
STAGES = (MIDTERM, FINAL)


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
        raise MethodError(
            Sentence(
                "no stage {stage!r} of a plan, expected one of {listed}",
                stage=stage,
                listed=", ".join(STAGES),
            )
        )
    if stage == FINAL:
        return plan.last_year
    return plan.midterm_year or plan.first_year + (plan.last_year - plan.first_year) // 2


def period_vetoes(
    by_year: Sequence[Mapping[str, Mapping[str, str]]],
) -> dict[str, dict[str, str]]:
    """Vetoes of the period: standing if one year's record says so, clear only if every year's does.

    Parameters
    ----------
    by_year
        One mapping per year of veto id -> its record (status, document, confirming_unit, date).

    Returns
    -------
    dict
        Veto id -> the latest standing record, or the last of records that are clear throughout. A
        veto that some year did not check, and none found standing, is left out: unchecked, never
        clear.

    Examples
    --------
    >>> clear, standing = {"status": "clear"}, {"status": "standing"}
    >>> period_vetoes([{"V1": clear, "V2": clear}, {"V1": standing}])
    {'V1': {'status': 'standing'}}
    """
    vetoes: dict[str, dict[str, str]] = {}
    for veto in dict.fromkeys(code for records in by_year for code in records):
        records = [records.get(veto, {}) for records in by_year]
        standing = [record for record in records if record.get("status") == "standing"]
        if standing:
            vetoes[veto] = dict(standing[-1])
        elif all(record.get("status") == "clear" for record in records):
            vetoes[veto] = dict(records[-1])
    return vetoes


def assess_period(plan: Plan, entity_type: str, stage: str, evidence: Evidence) -> Assessment:
    """The period's total by the yearly rules [P]; only the final evaluation is graded.

    At midterm the total stands without a grade (reason ``midterm``), and a binding target that is
    not met yet is no veto; in the final evaluation it is.

    Parameters
    ----------
    stage
        midterm or final.
    evidence
        Targets, index and bonus of the year evaluated, measures as they stand at the end
        (`at_end`), vetoes of every year (`period_vetoes`). Its ``is_last_year`` is set by the
        stage.
    """
    is_final = stage == FINAL
    assessed = assess(plan, entity_type, replace(evidence, is_last_year=is_final))
    if is_final or not assessed.graded:
        return assessed
    return replace(
        assessed,
        grade_zh="",
        grade_en="",
        graded=False,
        provisional=False,
        doubts=(),
        reason="midterm",
    )
