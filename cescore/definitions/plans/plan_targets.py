"""What the run's plan asks of indicators: targets, vetoes and overlaps, held against the frameworks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from cescore.definitions.entries.located import Node
from cescore.definitions.entries.reading import Reading
from cescore.definitions.formulas.units import UnitError, Units
from cescore.definitions.frameworks.layout import Draft
from cescore.definitions.frameworks.names import is_unit
from cescore.definitions.model import Overlap, Plan, Run, TargetTerms, Veto
from cescore.definitions.plans.plan_files import ReadPlan
from cescore.definitions.spelling import with_nearest
from cescore.errors import Sentence

Terms = TypeVar("Terms", bound=TargetTerms)


def plan_of_run(
    plans: Mapping[str, ReadPlan],
    run: Run | None,
    drafts: Mapping[str, Draft],
    units: Units,
    folder: Reading,
) -> Plan | None:
    """The run's plan, its targets checked and given the types that they leave open."""
    if run is None or not run.plan:
        return None
    if run.plan not in plans:
        file = Node({}, f"{folder.node.where}/{run.year}.yml")
        at = folder.of(file, "plan")
        expected = with_nearest("the name of a file in plans/", run.plan, plans)
        at.refuse(Sentence("no plan {plan!r}", plan=run.plan), expected)
        return None
    plan, at = plans[run.plan].plan, plans[run.plan].at
    if plan is None:
        return None
    for code, target in (*plan.targets.items(), *plan.undecided.items()):
        _check_target(target, at.at("targets", code), drafts, units)
    if plan.units_of:
        at.at("units_of").known(plan.units_of, drafts)
    for code, veto in plan.vetoes.items():
        _check_veto(veto, at.at("vetoes", code), drafts)
    for code, overlap in plan.overlaps.items():
        _check_overlap(overlap, plan, at.at("overlaps", code), drafts)
    targets = {code: _with_types(target, drafts) for code, target in plan.targets.items()}
    undecided = {code: _with_types(target, drafts) for code, target in plan.undecided.items()}
    return plan.model_copy(update={"targets": targets, "undecided": undecided})


def _check_veto(veto: Veto, at: Reading, drafts: Mapping[str, Draft]) -> None:
    """The indicator that shows it exists for one of its types at least."""
    if not veto.indicator or any(draft.is_broken for draft in drafts.values()):
        return
    own = [drafts[kind] for kind in veto.entity_types if kind in drafts]
    codes = [code for draft in own for code in draft.indicator_places]
    if own and veto.indicator not in codes:
        asked = Sentence("an indicator of {listed}", listed=" or ".join(veto.entity_types))
        expected = with_nearest(asked, veto.indicator, codes)
        at.refuse(
            Sentence("unknown indicator {indicator!r}", indicator=veto.indicator),
            expected,
            "indicator",
        )


def _check_overlap(overlap: Overlap, plan: Plan, at: Reading, drafts: Mapping[str, Draft]) -> None:
    """Both sides exist for each type named, what counts once is a check of it, and it says why."""
    if not (overlap.zh or overlap.en):
        at.refuse("without a reason", "zh or en: why it counts so")
    if any(draft.is_broken for draft in drafts.values()):
        return
    for kind, code in overlap.beside.items():
        if not at.at("beside").known(kind, drafts):
            continue
        checks = [c.id for m in plan.measures.values() for c in m.checks if kind in c.levels]
        known = (*drafts[kind].indicator_places, *plan.targets, *plan.undecided, *checks)
        at.at("beside", kind).known(
            code, known, Sentence("an indicator, target or check of {kind}", kind=kind)
        )
        asked = checks if overlap.counts == "once" else known
        what = (
            Sentence("a check of {kind}", kind=kind)
            if overlap.counts == "once"
            else Sentence("an indicator, target or check of {kind}", kind=kind)
        )
        at.at("of").known(overlap.of, asked, what)


def _with_types(target: Terms, drafts: Mapping[str, Draft]) -> Terms:
    """The target of every type that has its indicator, where it names no type."""
    if target.applies_to or target.reference_for:
        return target
    return target.model_copy(update={"applies_to": _holders(target, drafts)})


def _holders(target: TargetTerms, drafts: Mapping[str, Draft]) -> tuple[str, ...]:
    """The entity types whose framework has the target's indicator."""
    return tuple(t for t, draft in drafts.items() if target.indicator in draft.indicator_places)


def _check_target(
    target: TargetTerms, at: Reading, drafts: Mapping[str, Draft], units: Units
) -> None:
    """Its indicator exists for its entity types, and its unit can be compared with it."""
    if not is_unit(target.unit, at, units) or any(d.is_broken for d in drafts.values()):
        return
    own = [t for t in target.applies_to if t in drafts]
    holders = _holders(target, drafts)
    for entity_type in own or [""]:
        if entity_type not in holders and (entity_type or not holders):
            chosen = [drafts[entity_type]] if entity_type else list(drafts.values())
            codes = [code for draft in chosen for code in draft.indicator_places]
            asked = Sentence(
                "an indicator of {entity_type}", entity_type=entity_type or "a framework"
            )
            found = Sentence("unknown indicator {indicator!r}", indicator=target.indicator)
            at.refuse(found, with_nearest(asked, target.indicator, codes), "indicator")
    for entity_type in holders:
        indicator = drafts[entity_type].indicators.get(target.indicator)
        if indicator is not None:
            _check_same_unit(target, indicator.unit if target.type == "level" else "%", at, units)


def _check_same_unit(target: TargetTerms, needed: str, at: Reading, units: Units) -> None:
    """Targets are compared as they stand: their unit is the indicator's, however spelt."""
    try:
        is_same = units.factor(target.unit, needed) == 1
    except UnitError:
        is_same = False
    if not is_same:
        at.refuse(repr(target.unit), needed or "a ratio", "unit")
