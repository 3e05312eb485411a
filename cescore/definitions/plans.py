"""plans/<id>.yml and runs/<year>.yml: the plan of a year, and what its targets may refer to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cescore.definitions.layout import Draft
from cescore.definitions.located import Node
from cescore.definitions.model import Plan, Run, Target
from cescore.definitions.resolving import is_unit
from cescore.definitions.shape import YEAR, build, with_nearest
from cescore.definitions.units import UnitError, Units
from cescore.errors import Problem

PARTS = ("targets", "index", "measures")


def load_run(
    files: list[tuple[str, Node]], year: int | None, where: str, problems: list[Problem]
) -> Run | None:
    """The run of a year, of the newest year, or made from the nearest year there is."""
    before = len(problems)
    runs = {run.year: run for run in (_run(stem, node, problems) for stem, node in files) if run}
    if year is not None and not YEAR.fullmatch(str(year)):
        problems.append(Problem(where, "year", str(year), "a year such as 2025"))
        return None
    if runs:
        return _run_of(runs, max(runs) if year is None else year)
    if year is None:
        if len(problems) == before:
            problems.append(
                Problem(where, "year", "no run says which", "--year, or runs/<year>.yml")
            )
        return None
    return Run(year=year)


def _run(stem: str, node: Node, problems: list[Problem]) -> Run | None:
    if node.is_broken:
        return None
    if not YEAR.fullmatch(stem):
        problems.append(Problem(node.where, "file", f"{stem}.yml", "a year as its name"))
        return None
    run = build(Run, node, f"runs.{stem}", problems, year=int(stem))
    if run is not None:
        _check_years(run, node, problems)
    return run


def _check_years(run: Run, node: Node, problems: list[Problem]) -> None:
    """What a year is compared with does not lie after it."""
    for key in ("base_year", "first_year"):
        given = getattr(run, key)
        if given is not None and given > run.year:
            place = node.at((key,)).where
            expected = f"{run.year}, the year evaluated, or earlier"
            problems.append(Problem(place, f"runs.{run.year}.{key}", str(given), expected))


def _run_of(runs: Mapping[int, Run], year: int) -> Run:
    """The year's own run, or the nearest one's settings without what was decided for that year."""
    if year in runs:
        return runs[year]
    near = runs[min(runs, key=lambda other: (abs(other - year), other))]
    status = "sample" if near.status == "sample" else "draft"
    changed = {"year": year, "status": status, "vintage": "preliminary", "issued": ""}
    return near.model_copy(update=changed)


@dataclass(frozen=True)
class ReadPlan:
    """A plan's file and what it says; None where that is not sound."""

    node: Node
    plan: Plan | None


def load_plans(files: list[tuple[str, Node]], problems: list[Problem]) -> dict[str, ReadPlan]:
    """Every plan by its id, each checked in itself."""
    return {stem: ReadPlan(node, _plan(stem, node, problems)) for stem, node in files}


def _plan(stem: str, node: Node, problems: list[Problem]) -> Plan | None:
    if node.is_broken:
        return None
    plan = build(Plan, node, "plan", problems, id=stem)
    if plan is None:
        return None
    plan = _with_scales(plan)
    _check_plan_itself(plan, node, problems)
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


def _check_plan_itself(plan: Plan, node: Node, problems: list[Problem]) -> None:
    ordered = plan.base_year <= plan.first_year <= plan.last_year
    if not ordered or plan.base_year == plan.last_year:
        found = f"base {plan.base_year}, first {plan.first_year}, last {plan.last_year}"
        problems.append(
            Problem(node.where, "plan.first_year", found, "base <= first <= last, base < last")
        )
    if plan.midterm_year is not None and not plan.first_year <= plan.midterm_year < plan.last_year:
        expected = f"{plan.first_year} or later, before {plan.last_year}"
        where = node.at(("midterm_year",)).where
        problems.append(Problem(where, "plan.midterm_year", str(plan.midterm_year), expected))
    for code, target in plan.targets.items():
        _check_amount(target, node.at(("targets", code, "value")), problems)
        place = node.at(("targets", code, "consistent_with"))
        _known(
            target.consistent_with,
            plan.targets,
            place,
            f"targets.{code}.consistent_with",
            problems,
        )
    seen: dict[str, str] = {}
    for code, measure in plan.measures.items():
        place = node.at(("measures", code, "system"))
        _known(measure.system, plan.systems, place, f"measures.{code}.system", problems)
        for check in measure.checks:
            if check.id in seen:
                found = f"check {check.id} is also in measure {seen[check.id]}"
                problems.append(
                    Problem(place.where, f"measures.{code}.checks", found, "each check once")
                )
            seen[check.id] = code
    _check_assessment(plan, node.at(("assessment",)), problems)
    _check_vetoes(plan, node, problems)


def _check_amount(target: Target, node: Node, problems: list[Problem]) -> None:
    """A change since the base year is above zero, and nothing can fall by all of itself."""
    is_fall = target.type == "cumulative_reduction"
    if target.type != "level" and not 0 < target.value < (100 if is_fall else float("inf")):
        expected = "above 0 and below 100 %" if is_fall else "above 0 %"
        what = f"targets.{target.id}.value"
        problems.append(Problem(node.where, what, f"{target.value:g}", expected))


def _check_assessment(plan: Plan, node: Node, problems: list[Problem]) -> None:
    rules = plan.assessment
    for entity_type, scale in rules.scale_of.items():
        place = node.at(("scale_of", entity_type))
        _known(scale, rules.scales, place, f"assessment.scale_of.{entity_type}", problems)
    for entity_type, weights in rules.weights.items():
        place = node.at(("weights", entity_type))
        for part in weights:
            _known(part, PARTS, place, f"assessment.weights.{entity_type}", problems)
        if not sum(weights.values()):
            what = f"assessment.weights.{entity_type}"
            problems.append(Problem(place.where, what, "all weights are zero", "one above zero"))
    for entity_type in rules.weights:
        if rules.scales and entity_type not in rules.scale_of:
            place = node.at(("weights", entity_type))
            what, found = f"assessment.weights.{entity_type}", "none of the scales grades the total"
            expected = f"scale_of: {{{entity_type}: {' or '.join(rules.scales)}}}"
            problems.append(Problem(place.where, what, found, expected))
    for entity_type in rules.bonus:
        place = node.at(("bonus", entity_type))
        _known(entity_type, rules.weights, place, f"assessment.bonus.{entity_type}", problems)
    for code, scale_rules in rules.scales.items():
        least = [band.least for band in scale_rules.bands]
        if not least or sorted(set(least), reverse=True) != least:
            place = node.at(("scales", code, "bands"))
            what = f"assessment.scales.{code}.bands"
            problems.append(Problem(place.where, what, str(least), "from the best band down"))


def _check_vetoes(plan: Plan, node: Node, problems: list[Problem]) -> None:
    """A veto leads to a band of the scale of each of its types, named in either language."""
    rules = plan.assessment
    for code, veto in plan.vetoes.items():
        place = node.at(("vetoes", code, "grade"))
        for scale in dict.fromkeys(rules.scale_of.get(kind, "") for kind in veto.entity_types):
            if scale in rules.scales:
                bands = rules.scales[scale].bands
                grades = [name for band in bands for name in dict.fromkeys((band.zh, band.en))]
                _known(veto.grade, grades, place, f"vetoes.{code}.grade", problems)


def _known(word: str, known: Iterable[str], node: Node, what: str, problems: list[Problem]) -> None:
    words = list(known)
    if word and word not in words:
        expected = with_nearest(f"one of {', '.join(words) or 'nothing'}"[:200], word, words)
        problems.append(Problem(node.where, what, repr(word), expected))


def check_plan(
    plans: Mapping[str, ReadPlan],
    run: Run | None,
    drafts: Mapping[str, Draft],
    units: Units,
    where: str,
    problems: list[Problem],
) -> Plan | None:
    """The run's plan, its targets checked against the indicators they follow."""
    if run is None or not run.plan:
        return None
    if run.plan not in plans:
        expected = with_nearest("the name of a file in plans/", run.plan, plans)
        found = f"no plan {run.plan!r}"
        problems.append(Problem(f"{where}/{run.year}.yml", "plan", found, expected))
        return None
    read = plans[run.plan]
    if read.plan is None:
        return None
    for code, target in read.plan.targets.items():
        _check_target(target, read.node.at(("targets", code)), drafts, units, problems)
    targets = {code: _with_types(target, drafts) for code, target in read.plan.targets.items()}
    return read.plan.model_copy(update={"targets": targets})


def _with_types(target: Target, drafts: Mapping[str, Draft]) -> Target:
    """The target of every type that has its indicator, where it names no type."""
    if target.applies_to or target.reference_for:
        return target
    holders = tuple(t for t, draft in drafts.items() if target.indicator in draft.indicator_nodes)
    return target.model_copy(update={"applies_to": holders})


def _check_target(
    target: Target,
    node: Node,
    drafts: Mapping[str, Draft],
    units: Units,
    problems: list[Problem],
) -> None:
    """Its indicator exists for its entity types, and its unit can be compared with it."""
    what = f"targets.{target.id}"
    if not is_unit(target.unit, node, what, units, problems):
        return
    if any(draft.node.is_broken for draft in drafts.values()):
        return
    own = [t for t in target.applies_to if t in drafts]
    holders = [t for t in drafts if target.indicator in drafts[t].indicator_nodes]
    for entity_type in own or [""]:
        if entity_type not in holders and (entity_type or not holders):
            codes = _indicators(drafts, entity_type)
            expected = with_nearest(
                f"an indicator of {entity_type or 'a framework'}",
                target.indicator,
                codes,
            )
            found = f"unknown indicator {target.indicator!r}"
            problems.append(
                Problem(node.at(("indicator",)).where, f"{what}.indicator", found, expected)
            )
    for entity_type in holders:
        indicator = drafts[entity_type].indicators.get(target.indicator)
        if indicator is not None:
            needed = indicator.unit if target.type == "level" else "%"
            _check_same_unit(target, needed, node, what, units, problems)


def _indicators(drafts: Mapping[str, Draft], entity_type: str) -> list[str]:
    chosen = [drafts[entity_type]] if entity_type else list(drafts.values())
    return [code for draft in chosen for code in draft.indicator_nodes]


def _check_same_unit(
    target: Target,
    needed: str,
    node: Node,
    what: str,
    units: Units,
    problems: list[Problem],
) -> None:
    """Targets are compared as they stand: their unit is the indicator's, however spelt."""
    try:
        is_same = units.factor(target.unit, needed) == 1
    except UnitError:
        is_same = False
    if not is_same:
        place = node.at(("unit",)).where
        problems.append(Problem(place, f"{what}.unit", repr(target.unit), needed or "a ratio"))
