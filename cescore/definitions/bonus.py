"""Extra points of the assessment: each item a rule over what is returned, or a state that was reached."""

from __future__ import annotations

from collections.abc import Mapping

from cescore.definitions.check_rules import resolve_rules
from cescore.definitions.located import Node
from cescore.definitions.model import Account, Bonus, BonusItem, Plan
from cescore.definitions.plans import ReadPlan
from cescore.definitions.resolving import Names
from cescore.definitions.shape import with_nearest
from cescore.definitions.units import Units
from cescore.errors import Problem


def resolve_bonus(
    read: ReadPlan,
    names: Names,
    accounts: Mapping[str, Account],
    units: Units,
    problems: list[Problem],
) -> Plan | None:
    """The plan with the rules of its extra points made executable."""
    if read.plan is None or not read.plan.assessment.bonus:
        return read.plan
    given = {
        entity_type: _resolved(
            entity_type, bonus, read.node.at(("assessment", "bonus", entity_type)),
            names, accounts, units, problems,
        )
        for entity_type, bonus in read.plan.assessment.bonus.items()
    }  # fmt: skip
    rules = read.plan.assessment.model_copy(update={"bonus": given})
    return read.plan.model_copy(update={"assessment": rules})


def _resolved(
    entity_type: str,
    bonus: Bonus,
    node: Node,
    names: Names,
    accounts: Mapping[str, Account],
    units: Units,
    problems: list[Problem],
) -> Bonus:
    items = {}
    for code, item in bonus.items.items():
        place, what = node.at(("items", code)), f"assessment.bonus.{entity_type}.items.{code}"
        if bool(item.rule) == bool(item.variable):
            found = "both a rule and a variable" if item.rule else "neither a rule nor a variable"
            problems.append(Problem(place.where, what, found, "one of them"))
        elif item.rule:
            item = _with_rule(item, entity_type, place, what, names, accounts, units, problems)
        else:
            _check_state(item, place, what, names, problems)
        items[code] = item
    return bonus.model_copy(update={"items": items})


def _with_rule(
    item: BonusItem,
    entity_type: str,
    place: Node,
    what: str,
    names: Names,
    accounts: Mapping[str, Account],
    units: Units,
    problems: list[Problem],
) -> BonusItem:
    """The item with its rule over variables alone; a rule looks at no other entity here."""
    where = (place.get("rule") or place).where
    rule = Node(
        {
            "rule": Node(item.rule, where, item.rule),
            "severity": Node("soft", where, "soft"),
            "entity_types": Node([Node(entity_type, where, entity_type)], where),
        },
        place.where,
    )
    told: list[Problem] = []
    (found,) = resolve_rules({item.id: rule}, names, accounts, units, told) or (None,)
    problems += [Problem(p.where, f"{what}.rule", p.found, p.expected) for p in told]
    if found is None or told:
        return item
    if found.looks_at_others:
        problems.append(
            Problem(where, f"{what}.rule", "looks at other entities", "what the entity returns")
        )
    return item.model_copy(update={"executable": found.executable})


def _check_state(
    item: BonusItem, place: Node, what: str, names: Names, problems: list[Problem]
) -> None:
    """The variable is a code, and the states that earn points are among those it allows."""
    variable = names.variables.get(item.variable)
    codes = [code for code, one in names.variables.items() if one.kind == "code"]
    if variable is None or variable.kind != "code":
        if not names.is_broken:
            expected = with_nearest("a variable of kind code", item.variable, codes)
            where = (place.get("variable") or place).where
            problems.append(Problem(where, f"{what}.variable", repr(item.variable), expected))
        return
    where = (place.get("one_of") or place).where
    if not item.one_of:
        problems.append(Problem(where, f"{what}.one_of", "nothing", "states that earn the points"))
    for state in item.one_of:
        if variable.allowed and state not in variable.allowed:
            expected = with_nearest(
                f"one of {', '.join(variable.allowed)}", state, variable.allowed
            )
            problems.append(Problem(where, f"{what}.one_of", repr(state), expected))
