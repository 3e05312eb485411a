"""The part of the what-if page's data that targets, total and grade are made of."""

from __future__ import annotations

from typing import Any

from cescore.definitions.bilingual import Bilingual
from cescore.definitions.model import Plan
from cescore.disclosure.documents.opened import OpenBundle
from cescore.method.grading.assessment import Assessment
from cescore.method.grading.doubts import why_provisional
from cescore.method.grading.parts import given_weights
from cescore.method.grading.schedules import Clock
from cescore.method.grading.targets import TargetLine
from cescore.method.grading.vetoes import VetoLine

Json = dict[str, Any]
UNTOLD = "withheld"  # a part that counts and is not released; see assessment.js


def assessment_model(opened: OpenBundle) -> Json | None:
    """What an assessment is made of beside the index, as plain data; None without a plan."""
    bundle, plan = opened.data, opened.data.rules
    if plan is None:
        return None
    clock = Clock(opened.year, plan.base_year, plan.last_year)
    entity_type, years = bundle.entity.entity_type, opened.record.years
    rules, assessed = plan.assessment, bundle.assessment
    recorded = tuple(veto for veto in assessed.vetoes if veto.id in plan.vetoes)
    return {
        "baseYear": years.index(plan.base_year) if plan.base_year in years else -1,
        "elapsed": clock.elapsed,
        "yearsLeft": clock.years_left,
        "isOver": clock.is_over,
        "ladder": rules.ladder,
        "form": rules.ladder_form,
        "bonusStep": rules.bonus_step,
        "bonusMost": rules.bonus_most,
        "targets": [_target(line, plan) for line in bundle.targets],
        "weights": given_weights(rules, entity_type, sum(m.scored for m in bundle.measures))
        if entity_type in rules.weights
        else None,
        "released": {part: _released(assessed, part) for part in ("targets", "measures")},
        "bands": [
            {"zh": band.name("zh"), "en": band.name("en"), "least": band.least}
            for band in assessed.bands
        ],
        "vetoGrades": [_led_to(v, plan, opened) for v in recorded if v.status == "standing"],
        "doubt": why_provisional(recorded, bundle.measures, assessed.from_sample),
        "bonus": _bonus(plan, opened),
    }


def names(named: Bilingual) -> Json:
    """The name in each language."""
    return {lang: named.name(lang) for lang in ("zh", "en")}  # type: ignore[misc]


def _released(assessed: Assessment, part: str) -> float | str | None:
    """The points of a part as the report has them: never anew from members of which some are covered."""
    points = assessed.parts.get(part)
    return UNTOLD if points is None and part in assessed.weights else points


def _target(line: TargetLine, plan: Plan) -> Json:
    target = plan.targets[line.id]
    return {
        "id": line.id,
        "indicator": target.indicator,
        "type": target.type,
        "op": target.op,
        "value": target.value,
        "unit": target.unit,
        "levelUnit": line.level_unit,
        "hasSchedule": target.has_schedule,
        "role": line.role,
        "scored": target.scored and line.role == "own",
        "binding": line.binding,
    }


def _led_to(veto: VetoLine, plan: Plan, opened: OpenBundle) -> Json:
    """The grade that a standing veto leads to."""
    zh = plan.vetoes[veto.id].grade
    english = {band.zh: band.en for band in opened.data.assessment.bands}
    return {"zh": zh, "en": english.get(zh, zh)}


def _bonus(plan: Plan, opened: OpenBundle) -> Json | None:
    """The extra points there are; whether an item without a rule is earned is as assessed."""
    bonus = plan.assessment.bonus.get(opened.data.entity.entity_type)
    if bonus is None or not bonus.most:
        return None
    earned = {line.id: line.status == "earned" for line in opened.data.assessment.bonus_lines}
    items = [
        {"id": item.id, "points": item.points, "isEarned": earned.get(item.id, False)}
        for item in bonus.items.values()
    ]
    return {"most": bonus.most, "items": items}
