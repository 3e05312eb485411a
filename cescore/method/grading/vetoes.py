"""Vetoes: what a record or the figures say of each, and the grade that a standing one leads to.

References
----------
一票否决 of energy targets: an unmet binding target decides the grade (methodology 9.1, 9.2).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeGuard

from cescore.definitions.bilingual import Bilingual
from cescore.definitions.model import Plan
from cescore.method.grading.grades import GradeStep
from cescore.method.grading.targets import TargetLine
from cescore.method.grading.veto_signs import VetoSign

VetoStatus = Literal["clear", "standing", "proposed", "unchecked"]
RECORDED: tuple[VetoStatus, ...] = ("clear", "standing")  # what a record can say


@dataclass(frozen=True)
class VetoLine(Bilingual):
    """One veto of a year.

    Attributes
    ----------
    status
        clear or standing on record; without one, proposed where the figures show it (``sign``), else
        unchecked.
    since, until
        The years that it is of; None of a binding target that was not met.
    sign
        What the figures say of it; None where no indicator can.
    document, confirmed_by, date
        Of the record; "" without one, and for a binding target that was not met.
    """

    id: str
    zh: str
    en: str
    status: VetoStatus
    document: str = ""
    confirmed_by: str = ""
    date: str = ""
    since: int | None = None
    until: int | None = None
    sign: VetoSign | None = None


def veto_lines(
    plan: Plan,
    entity_type: str,
    records: Mapping[str, Mapping[str, str]],
    *,
    signs: Mapping[str, VetoSign] | None = None,
    years: tuple[int, int] | None = None,
) -> tuple[VetoLine, ...]:
    """The vetoes that concern a type, each clear or standing on record, else proposed or unchecked.

    Parameters
    ----------
    records
        Veto id -> its record of the year; a record of an unknown veto is passed over, and a status
        other than clear and standing counts as none.
    signs
        What the figures say of a veto; one that they show is proposed while no record says either,
        and one whose indicator is not applicable to the entity is none of its vetoes.
    years
        First and last year that the vetoes are of.
    """
    since, until = years or (None, None)
    lines = []
    for veto in plan.vetoes.values():
        if entity_type not in veto.entity_types:
            continue
        record = records.get(veto.id, {})
        status, sign = record.get("status", ""), (signs or {}).get(veto.id)
        if sign is not None and not sign.applies and not _is_recorded(status):
            continue  # its indicator does not exist here
        without: VetoStatus = "proposed" if sign is not None and sign.shown else "unchecked"
        lines.append(
            VetoLine(
                id=veto.id,
                zh=veto.zh,
                en=veto.en,
                status=status if _is_recorded(status) else without,
                document=record.get("document") or "",
                confirmed_by=record.get("confirming_unit") or "",
                date=record.get("date") or "",
                since=since,
                until=until,
                sign=sign,
            )
        )
    return tuple(lines)


def _is_recorded(status: str) -> TypeGuard[VetoStatus]:
    return status in RECORDED


def broken_targets(targets: Sequence[TargetLine]) -> tuple[VetoLine, ...]:
    """Binding targets that were not met in the last year, as standing vetoes."""
    return tuple(
        VetoLine(id=f"target_{line.id}", zh=line.zh, en=line.en, status="standing")
        for line in targets
        if line.binding and line.light == "not_met"
    )


def vetoed_grade(
    plan: Plan,
    lines: Sequence[VetoLine],
    bands: Sequence[GradeStep],
    earned: GradeStep | None,
) -> GradeStep | None:
    """The worst grade among those that standing vetoes lead to and the one earned; a grade that is
    none of the bands' is below them all."""
    standing = [line.id for line in lines if line.status == "standing"]
    if not standing:
        return None
    known = {band.zh: band for band in bands}
    names = [plan.vetoes[id_].grade if id_ in plan.vetoes else bands[-1].zh for id_ in standing]
    led_to = [known.get(zh) or GradeStep(zh, zh, -math.inf) for zh in names]
    order = {band.zh: place for place, band in enumerate(bands)}
    grades = [*led_to, *([earned] if earned else [])]
    return max(grades, key=lambda step: order.get(step.zh, len(bands)))


def fails_by_veto(plan: Plan, lines: Sequence[VetoLine], bands: Sequence[GradeStep]) -> bool:
    """Whether a standing veto leads to the lowest grade, whatever was earned."""
    led_to = vetoed_grade(plan, lines, bands, None)
    return led_to is not None and led_to.zh == bands[-1].zh
