"""Which checks of a plan's measures ask for what is scored already, so that nothing is scored twice."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, get_args

from cescore.definitions.formulas.formula import Expression, parse
from cescore.definitions.formulas.language import FormulaError
from cescore.definitions.formulas.same_quantity import Quantities
from cescore.definitions.model import Check, Framework, Plan

# an indicator of the index, a target of its own, a target that is shown to it as a reference only,
# or an earlier check
Where = Literal["in_index", "as_target", "reference_target", "as_check"]
WHERE: tuple[Where, ...] = get_args(Where)

Formulas = tuple[tuple[str, str], ...]  # code, formula
Places = tuple[tuple[str, str, Where], ...]  # code, formula, where what it measures is scored


@dataclass(frozen=True)
class Elsewhere:
    """What a check repeats: the code of an indicator, target or check, and where that is scored."""

    code: str
    where: Where


def scored_elsewhere(plan: Plan, framework: Framework) -> Mapping[str, Elsewhere]:
    """Checks of a framework's type, by id, whose quantity is scored elsewhere.

    Stated overlaps of the plan that count once are such checks (`Plan.overlaps`). All others are found:
    a check is one quantity with a scored indicator, with the indicator that a target follows, or
    with a check before it where their formulas are (`same_quantity`); and with an indicator that
    divides that quantity by the size of who has it. A target that is another type's, and shown to
    this one as a reference, is nobody's here: a check does not make it one. Checks without a
    yardstick, or without a formula that can be read, are compared with nothing.
    """
    stated = dict(_stated(plan, framework))
    checks = _checks(plan, framework.entity_type)
    formulas = _formulas(framework)
    places = (
        *_scored(framework),
        *_targeted(plan, framework),
        # what asks again for a check that is not scored repeats what that repeats
        *(
            (stated[id_].code, formula, stated[id_].where)
            for id_, formula in checks
            if id_ in stated
        ),
    )
    own = tuple((id_, formula) for id_, formula in checks if id_ not in stated)
    return {**stated, **_compared(own, formulas, places)}


def _stated(plan: Plan, framework: Framework) -> Iterator[tuple[str, Elsewhere]]:
    """Checks of a type that a plan says overlap with what is scored, and count once."""
    kind = framework.entity_type
    for overlap in plan.overlaps.values():
        where = place_of(overlap.beside.get(kind, ""), plan, framework)
        if overlap.counts == "once" and where:
            yield overlap.of, Elsewhere(overlap.beside[kind], where)


def place_of(code: str, plan: Plan, framework: Framework) -> Where | None:
    """Where an indicator, target or check is scored for a type, or shown to it as a reference; else None."""
    kind = framework.entity_type
    if code in {scored for scored, _, _ in _scored(framework)}:
        return "in_index"
    target = plan.targets.get(code)
    if target is not None and target.scored:
        if kind in target.applies_to:
            return "as_target"
        return "reference_target" if kind in target.reference_for else None
    checks = (check for measure in plan.measures.values() for check in measure.checks)
    is_check = any(c.id == code and kind in c.levels and c.yardstick != "none" for c in checks)
    return "as_check" if is_check else None


def counted_twice(plan: Plan, framework: Framework) -> Mapping[str, str]:
    """Extra points, by item, that are earned by what a check or the index scores: the code of that.

    Compared are both sides of each comparison in an item's rule; a distinction, which has no points,
    may say again what is scored.
    """
    bonus = plan.assessment.bonus.get(framework.entity_type)
    known = [(code, formula) for code, formula, _ in _scored(framework)]
    known += _checks(plan, framework.entity_type)
    quantities = Quantities({code: parse(formula) for code, formula in _formulas(framework)})
    found: dict[str, str] = {}
    for id_, item in bonus.items.items() if bonus is not None and bonus.most else ():
        for side in _sides(item.rule):
            for code, formula in known:
                if quantities.sameness(side, parse(formula)):
                    found.setdefault(id_, code)
    return found


def _sides(rule: str) -> Iterator[Expression]:
    """What a rule compares with what, each side that names a code."""
    tree = parse(rule, conditions=True).tree if rule else ast.Constant(0)
    for node in ast.walk(tree):
        for side in (node.left, *node.comparators) if isinstance(node, ast.Compare) else ():
            with suppress(FormulaError):  # a tolerance such as rounding(x) is no quantity
                quantity = parse(ast.unparse(side))
                if quantity.names:
                    yield quantity


def _checks(plan: Plan, entity_type: str) -> Formulas:
    """The checks of a type that are held against something, with the formula of their number."""
    return tuple(
        (check.id, check.formula)
        for measure in plan.measures.values()
        for check in measure.checks
        if entity_type in check.levels
        and check.yardstick != "none"
        and check_formula(check) is not None
    )


def check_formula(check: Check) -> Expression | None:
    """What a check's number is worked out from; None without a formula, or of a mere hint in words."""
    try:
        return parse(check.formula) if check.formula else None
    except FormulaError:
        return None


def _formulas(framework: Framework) -> Formulas:
    computed = {**framework.accounts, **framework.indicators}
    return tuple((code, item.formula) for code, item in computed.items() if item.formula)


def indicators_of_target(code: str, framework: Framework) -> tuple[str, ...]:
    """The indicators that measure what a target on ``code`` asks.

    Itself where the framework has it, then any that is worked out from it alone, such as its fall
    since the base year. Empty where the framework has neither.
    """
    own = [code] if code in framework.indicators else []
    derived = [
        i.code
        for i in framework.indicators.values()
        if i.formula and i.expression is not None and set(i.expression.names) == {code}
    ]
    return (*own, *derived)


def _scored(framework: Framework) -> Iterator[tuple[str, str, Where]]:
    for indicator in framework.scored():
        is_learnt = framework.weighting_of(indicator.group).method != "given"
        if indicator.formula and (is_learnt or indicator.weight > 0):
            yield indicator.code, indicator.formula, "in_index"


def _targeted(plan: Plan, framework: Framework) -> Iterator[tuple[str, str, Where]]:
    kind = framework.entity_type
    for target in plan.targets.values():
        is_own = kind in target.applies_to
        if not target.scored or not (is_own or kind in target.reference_for):
            continue
        for code in indicators_of_target(target.indicator, framework):
            formula = framework.indicators[code].formula
            if formula:
                yield target.id, formula, "as_target" if is_own else "reference_target"


@lru_cache(maxsize=64)  # of each type of a plan, for all its entities and years
def _compared(checks: Formulas, formulas: Formulas, places: Places) -> Mapping[str, Elsewhere]:
    quantities = Quantities({code: parse(formula) for code, formula in formulas})
    found: dict[str, Elsewhere] = {}
    known = list(places)
    for id_, formula in checks:
        asked = parse(formula)
        for code, other, where in known:
            sameness = quantities.sameness(asked, parse(other))
            if sameness == "same" or (sameness and where == "in_index"):
                found[id_] = Elsewhere(code, where)
                break
        else:
            known.append((id_, formula, "as_check"))
    return found
