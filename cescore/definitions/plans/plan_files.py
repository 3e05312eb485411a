"""plans/<id>.yml: what a plan says of itself, and the defaults of what it leaves out."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from cescore.definitions.entries.reading import Reading
from cescore.definitions.frameworks.layout import Files
from cescore.definitions.model import (
    EVIDENCE_KINDS,
    NUMERIC,
    AssessmentRules,
    Bonus,
    Check,
    GradeScale,
    Plan,
    Target,
)
from cescore.errors import Sentence

FULL_TOTAL = 100.0
PARTS = ("targets", "index", "measures")


@dataclass(frozen=True)
class ReadPlan:
    """A plan's file and what it says; None where that is not sound."""

    at: Reading  # of the file, so that its keys are named from the top
    plan: Plan | None


def load_plans(files: Files) -> dict[str, ReadPlan]:
    """Every plan by its id, each checked in itself."""
    return {stem: ReadPlan(at, _plan(stem, at)) for stem, at in files}


def _plan(stem: str, at: Reading) -> Plan | None:
    if at.node.is_broken:
        return None
    plan = at.of(at.node, "plan").build(Plan, id=stem)
    if plan is None:
        return None
    plan = _with_scales(plan)
    _check_years(plan, at.of(at.node, "plan"))
    _check_targets(plan, at)
    _check_measures(plan, at)
    _check_assessment(plan, at.at("assessment"))
    _check_scales(plan, at.at("assessment"))
    _check_vetoes(plan, at)
    return _with_vetoes_by_band(plan)


def _with_scales(plan: Plan) -> Plan:
    """The plan whose only grade scale serves every type that is assessed and names none."""
    rules = plan.assessment
    if len(rules.scales) != 1:
        return plan
    scale_of = {**dict.fromkeys(rules.weights, next(iter(rules.scales))), **rules.scale_of}
    return plan.model_copy(update={"assessment": rules.model_copy(update={"scale_of": scale_of})})


def _with_vetoes_by_band(plan: Plan) -> Plan:
    """The plan whose vetoes lead to a band by its zh name, whichever of its names they give."""
    bands = [band for scale in plan.assessment.scales.values() for band in scale.bands]
    by_name = {band.en: band.zh for band in bands} | {band.zh: band.zh for band in bands}
    vetoes = {
        code: veto.model_copy(update={"grade": by_name.get(veto.grade, veto.grade)})
        for code, veto in plan.vetoes.items()
    }
    return plan.model_copy(update={"vetoes": vetoes})


def _check_years(plan: Plan, at: Reading) -> None:
    ordered = plan.base_year <= plan.first_year <= plan.last_year
    if not ordered or plan.base_year == plan.last_year:
        found = Sentence(
            "base {base_year}, first {first_year}, last {last_year}",
            base_year=plan.base_year,
            first_year=plan.first_year,
            last_year=plan.last_year,
        )
        at.of(at.node, "plan.first_year").refuse(found, "base <= first <= last, base < last")
    middle = plan.midterm_year
    if middle is not None and not plan.first_year <= middle < plan.last_year:
        expected = Sentence(
            "{first_year} or later, before {last_year}",
            first_year=plan.first_year,
            last_year=plan.last_year,
        )
        at.refuse(str(middle), expected, "midterm_year")


def _check_targets(plan: Plan, at: Reading) -> None:
    for code, target in plan.targets.items():
        _check_amount(target, at.at("targets", code))
        other = at.at("targets", code, "consistent_with")
        other.known(target.consistent_with, {**plan.targets, **plan.undecided})
        back = plan.targets.get(target.consistent_with)
        if back is None or target.scored:
            continue
        if code == back.id or (code == back.consistent_with and not back.scored):
            # it would leave its points to itself, or each to the other
            other.refuse(target.consistent_with, "a target that makes the points of both")


def _check_amount(target: Target, at: Reading) -> None:
    """A change since the base year is above zero, and nothing can fall by all of itself."""
    is_fall = target.type == "cumulative_reduction"
    if target.type != "level" and not 0 < target.value < (100 if is_fall else float("inf")):
        expected = Sentence("above 0 and below 100 %") if is_fall else Sentence("above 0 %")
        at.refuse(f"{target.value:g}", expected, "value")


def _check_measures(plan: Plan, at: Reading) -> None:
    """Each measure's system is one of the plan's, and each check stands in one measure."""
    seen: dict[str, str] = {}
    for code, measure in plan.measures.items():
        place = at.at("measures", code)
        place.at("system").known(measure.system, plan.systems)
        for check in measure.checks:
            if check.id in seen:
                twice = Sentence(
                    "check {id} is also in measure {seen}", id=check.id, seen=seen[check.id]
                )
                place.refuse(twice, "each check once", "checks")
            seen[check.id] = code
            found, expected = _wrong_yardstick(check)
            if found:
                place.refuse(
                    Sentence("check {id}: {found}", id=check.id, found=found), expected, "checks"
                )


def _wrong_yardstick(check: Check) -> tuple[str, str]:
    """What does not fit in how a check is scored, and what would; "" where all does."""
    if check.yardstick in ("goal", "improves") and check.type not in NUMERIC:
        return Sentence(
            "yardstick {yardstick} of a {type}", yardstick=check.yardstick, type=check.type
        ), Sentence("a type of {listed}", listed=", ".join(NUMERIC))
    if check.quantity and (check.yardstick != "improves" or check.type not in ("count", "amount")):
        found = Sentence(
            "quantity {quantity} of a {type} with yardstick {yardstick}",
            quantity=check.quantity,
            type=check.type,
            yardstick=check.yardstick,
        )
        return found, "a count or amount with the yardstick improves"
    if check.yardstick == "improves" and not check.better:
        return "yardstick improves without a direction", "better: more or less"
    if (check.yardstick == "goal") != bool(check.goal):
        found = (
            Sentence("yardstick {name} with a goal", name=check.yardstick)
            if check.goal
            else Sentence("yardstick {name} without a goal", name=check.yardstick)
        )
        return found, "a goal for the yardstick goal, and for no other"
    return "", ""


def _check_assessment(plan: Plan, at: Reading) -> None:
    """Weights are of known parts and not all zero; extra points are of types that are assessed."""
    rules = plan.assessment
    for entity_type, weights in rules.weights.items():
        place = at.at("weights", entity_type)
        for part in weights:
            place.known(part, PARTS)
        if not sum(weights.values()):
            place.refuse("all weights are zero", "one above zero")
        if rules.scales and entity_type not in rules.scale_of:
            expected = Sentence(
                "scale_of: {{{entity_type}: {listed}}}",
                entity_type=entity_type,
                listed=" or ".join(rules.scales),
            )
            place.refuse("none of the scales grades the total", expected)
    _check_comparable(rules, at.at("comparable"))
    left_out = [kind for kind in EVIDENCE_KINDS if kind not in rules.evidence]
    if left_out or max(rules.evidence.values()) > 1:
        at.at("evidence").refuse(
            Sentence("without {listed}", listed=", ".join(left_out))
            if left_out
            else "a share above 1",
            Sentence("a share of 0 to 1 for each of {listed}", listed=", ".join(EVIDENCE_KINDS)),
        )
    for entity_type, bonus in rules.bonus.items():
        place = at.at("bonus", entity_type)
        place.known(entity_type, rules.weights)
        _check_bonus(bonus, rules.scales.get(rules.scale_of.get(entity_type, "")), place)


def _check_comparable(rules: AssessmentRules, at: Reading) -> None:
    """Parts to compare by are those that each of the types is weighed on."""
    for part in rules.comparable.parts:
        at.at("parts").known(part, PARTS)
    for entity_type in rules.comparable.types:
        if not at.at("types").known(entity_type, rules.weights):
            continue
        weighed = [part for part, weight in rules.weights[entity_type].items() if weight]
        for part in rules.comparable.parts:
            at.at("parts").known(
                part,
                weighed,
                Sentence("a part that {entity_type} is weighed on", entity_type=entity_type),
            )
    if bool(rules.comparable.types) != bool(sum(rules.comparable.parts.values())):
        at.refuse("types or parts alone", "both: which types compare, and by which parts")


def _check_bonus(bonus: Bonus, scale: GradeScale | None, at: Reading) -> None:
    """Extra points lift no total by a whole grade, and a distinction has none."""
    for code, item in bonus.items.items():
        if bool(item.points) != bool(bonus.most):
            found = Sentence(
                "{points:g} points, of {most:g} at most", points=item.points, most=bonus.most
            )
            at.at("items", code).refuse(found, "points and most, or neither (a distinction)")
    if scale is None or not scale.bands:
        return
    least = [FULL_TOTAL, *(band.least for band in scale.bands)]
    narrowest = min(above - below for above, below in pairwise(least))
    if bonus.most and bonus.most >= narrowest > 0:
        expected = Sentence(
            "fewer than {narrowest:g}, the width of the narrowest grade of {code}",
            narrowest=narrowest,
            code=scale.code,
        )
        at.refuse(Sentence("{most:g} points", most=bonus.most), expected, "most")


def _check_scales(plan: Plan, at: Reading) -> None:
    """Each type's scale exists, and its bands run from the best down."""
    rules = plan.assessment
    for entity_type, scale in rules.scale_of.items():
        at.at("scale_of", entity_type).known(scale, rules.scales)
    for code, given in rules.scales.items():
        least = [band.least for band in given.bands]
        if not least or sorted(set(least), reverse=True) != least:
            at.at("scales", code, "bands").refuse(str(least), "from the best band down")


def _check_vetoes(plan: Plan, at: Reading) -> None:
    """A veto leads to a band of the scale of each of its types, named in either language."""
    rules = plan.assessment
    for code, veto in plan.vetoes.items():
        place, given = at.at("vetoes", code), (veto.than, veto.threshold is not None)
        if veto.indicator and (not veto.op or bool(given[0]) == given[1]):
            expected = Sentence("op, and either than: last_year or base_year, or a threshold")
            place.refuse(
                Sentence("indicator {indicator} without them", indicator=veto.indicator),
                expected,
                "indicator",
            )
        elif not veto.indicator and (veto.op or any(given) or veto.tolerance):
            place.refuse("a condition without an indicator", "an indicator", "op")
        for scale in dict.fromkeys(rules.scale_of.get(kind, "") for kind in veto.entity_types):
            if scale in rules.scales:
                bands = rules.scales[scale].bands
                grades = [name for band in bands for name in dict.fromkeys((band.zh, band.en))]
                at.at("vetoes", code, "grade").known(veto.grade, grades)
