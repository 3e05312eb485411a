"""Extra points of the assessment: each item a rule over what is returned, or a state that was reached."""

from __future__ import annotations

from cescore.definitions.check_rules import RuleTerms, resolved_rule
from cescore.definitions.entries.located import Node
from cescore.definitions.entries.reading import Reading
from cescore.definitions.frameworks.names import Names
from cescore.definitions.model import Bonus, BonusItem, Plan
from cescore.definitions.spelling import with_nearest
from cescore.errors import Sentence


def resolve_bonus(plan: Plan, at: Reading, terms: RuleTerms) -> Plan:
    """The plan with the rules of its extra points made executable."""
    if not plan.assessment.bonus:
        return plan
    place = at.of(at.node, "").at("assessment", "bonus")
    bonus = {
        kind: _resolved(kind, given, place.at(kind), terms)
        for kind, given in plan.assessment.bonus.items()
    }
    rules = plan.assessment.model_copy(update={"bonus": bonus})
    return plan.model_copy(update={"assessment": rules})


def _resolved(entity_type: str, bonus: Bonus, at: Reading, terms: RuleTerms) -> Bonus:
    items: dict[str, BonusItem] = {}
    for code, item in bonus.items.items():
        place = at.at("items", code)
        if bool(item.rule) == bool(item.variable):
            found = "both a rule and a variable" if item.rule else "neither a rule nor a variable"
            place.refuse(found, "one of them")
        elif item.rule:
            item = _with_rule(item, entity_type, place, terms)
        else:
            _check_state(item, place, terms.names)
        items[code] = item
    return bonus.model_copy(update={"items": items})


def _with_rule(item: BonusItem, entity_type: str, at: Reading, terms: RuleTerms) -> BonusItem:
    """The item with its rule over variables alone; a rule looks at no other entity here."""
    where = (at.node.get("rule") or at.node).where
    values = {"rule": item.rule, "severity": "soft", "entity_types": entity_type}
    node = Node({key: Node(text, where, text) for key, text in values.items()}, where)
    before = len(at.problems)
    rule = resolved_rule(item.id, at.of(node, at.what), terms)
    if rule is None or len(at.problems) > before:
        return item
    if rule.looks_at_others:
        at.refuse("looks at other entities", "what the entity returns", "rule")
    return item.model_copy(update={"executable": rule.executable})


def _check_state(item: BonusItem, at: Reading, names: Names) -> None:
    """The variable is a code, and the states that earn points are among those it allows."""
    variable = names.variables.get(item.variable)
    codes = [code for code in names.variables if names.is_code(code)]
    if variable is None or item.variable not in codes:
        if not names.is_broken:
            expected = with_nearest("a variable of kind code", item.variable, codes)
            at.refuse(repr(item.variable), expected, "variable")
        return
    if not item.one_of:
        at.refuse("nothing", "states that earn the points", "one_of")
    for state in item.one_of:
        if variable.allowed and state not in variable.allowed:
            listed = Sentence("one of {listed}", listed=", ".join(variable.allowed))
            at.refuse(repr(state), with_nearest(listed, state, variable.allowed), "one_of")
