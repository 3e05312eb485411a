"""What a plan asks of one entity type: its targets, points, vetoes and extra points, in a plan cut to them."""

from __future__ import annotations

from collections.abc import Mapping

from cescore.definitions.formulas.formula import inline, parse
from cescore.definitions.model import AssessmentRules, Bonus, Plan


def rules_for(plan: Plan, entity_type: str, factors: Mapping[str, float]) -> Plan:
    """The plan as far as an entity of the type is assessed by it, complete in itself.

    Targets that are the type's own or shown to it, with the other form that one of them is to agree
    with; weights, ladder and scale of the total; vetoes. Rules of extra points have their constants
    written in, so that they can be judged without ``factors``, the workspace's. Measures and promises
    are left out: what is assessed of them is their inspection.
    """
    concerned = {
        code: target
        for code, target in plan.targets.items()
        if entity_type in (*target.applies_to, *target.reference_for)
    }
    others = {target.consistent_with for target in concerned.values()}
    targets = {c: t for c, t in plan.targets.items() if c in concerned or c in others}
    vetoes = {c: v for c, v in plan.vetoes.items() if entity_type in v.entity_types}
    left_out: dict[str, object] = {
        key: {} for key in ("undecided", "systems", "measures", "commitments", "history")
    }
    own: dict[str, object] = {"targets": targets, "vetoes": vetoes, "inspectors": ()}
    rules = _cut(plan.assessment, entity_type, factors)
    return plan.model_copy(update={**left_out, **own, "assessment": rules})


def _cut(rules: AssessmentRules, entity_type: str, factors: Mapping[str, float]) -> AssessmentRules:
    """The rules of one type, with the one scale that grades it."""
    scale = rules.scale_of.get(entity_type, "")
    mine = {
        "weights": {t: w for t, w in rules.weights.items() if t == entity_type},
        "scale_of": {t: s for t, s in rules.scale_of.items() if t == entity_type},
        "scales": {code: s for code, s in rules.scales.items() if code == scale},
        "bonus": {
            t: _with_constants(bonus, factors)
            for t, bonus in rules.bonus.items()
            if t == entity_type
        },
    }
    return rules.model_copy(update=mine)


def _with_constants(bonus: Bonus, factors: Mapping[str, float]) -> Bonus:
    """The items with each constant's value in place of its name in what is executed."""
    texts = {code: repr(value) for code, value in factors.items()}
    items = {
        code: item.model_copy(
            update={"executable": inline(parse(item.executable, conditions=True), texts)}
        )
        if item.executable
        else item
        for code, item in bonus.items.items()
    }
    return bonus.model_copy(update={"items": items})
