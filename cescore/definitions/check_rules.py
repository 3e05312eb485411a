"""checks.yml: rules of the data checks, written out so that they need nothing but variables."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from cescore.definitions.dimensions import resolve
from cescore.definitions.formula import (
    LONGEST,
    Expression,
    FormulaError,
    inline,
    parse,
)
from cescore.definitions.located import Node
from cescore.definitions.model import Account, CheckRule, IndustryRange, Variable
from cescore.definitions.resolving import (
    FILLED_BY_LOADING,
    Names,
    check_names,
    executable,
    is_unit,
    read_formula,
)
from cescore.definitions.shape import build
from cescore.definitions.units import Units
from cescore.errors import Problem


def resolve_rules(
    entries: Mapping[str, Node],
    names: Names,
    accounts: Mapping[str, Account],
    units: Units,
    problems: list[Problem],
) -> tuple[CheckRule, ...]:
    """Each sound rule with its executable condition: accounts and factors are written into it."""
    unit_of = names.unit_of()
    texts = _texts(names, accounts)
    found = []
    for code, node in entries.items():
        what = f"rules.{code}"
        rule = build(
            CheckRule, node, what, problems, hidden=("executable", "looks_at_others"), id=code
        )
        if rule is not None:
            found.append(
                _resolved(rule, node, what, names, accounts, unit_of, texts, units, problems)
            )
    return tuple(found)


def resolve_ranges(
    entries: Mapping[str, Node],
    names: Names,
    accounts: Mapping[str, Account],
    units: Units,
    problems: list[Problem],
) -> tuple[IndustryRange, ...]:
    """Each sound range with its formula over variables alone."""
    unit_of, texts = names.unit_of(), _texts(names, accounts)
    found = []
    for code, node in entries.items():
        what = f"ranges.{code}"
        one = build(IndustryRange, node, what, problems, hidden=FILLED_BY_LOADING, code=code)
        if one is None or not is_unit(one.unit, node, what, units, problems):
            continue
        _check_ends(one, node, what, problems)
        expression = read_formula(one, node, what, problems)
        if expression is not None:
            check_names(expression, names, names.nodes, node, what, problems)
            place = (node.get("formula") or node).where
            _check_types(one.entity_types, expression.names, names, place, what, problems)
            one = executable(one, expression, unit_of, node, what, units, problems)
            if one.executable:
                written = inline(parse(one.executable), texts)
                one = one.model_copy(update={"executable": written})
        found.append(one)
    return tuple(found)


def _check_ends(one: IndustryRange, node: Node, what: str, problems: list[Problem]) -> None:
    pairs = {f"by_industry.{name}": pair for name, pair in one.by_industry.items()}
    if one.otherwise is not None:
        pairs["otherwise"] = one.otherwise
    if not pairs:
        problems.append(Problem(node.where, what, "no range", "by_industry or otherwise"))
    for key, (low, high) in pairs.items():
        if low > high:
            place = node.at(tuple(key.split(".", 1))).where
            found = f"[{low:g}, {high:g}]"
            problems.append(Problem(place, f"{what}.{key}", found, "the lower end first"))


def _resolved(
    rule: CheckRule,
    node: Node,
    what: str,
    names: Names,
    accounts: Mapping[str, Account],
    unit_of: Mapping[str, str],
    texts: Mapping[str, str],
    units: Units,
    problems: list[Problem],
) -> CheckRule:
    place = (node.get("rule") or node).where
    try:
        expression = parse(rule.rule, conditions=True)
        check_names(expression, names, names.nodes, node, what, problems)
        _check_types(rule.entity_types, expression.own_names, names, place, what, problems)
        for other, used in expression.across:
            _check_types((other,), used, names, place, what, problems)
        _check_additive(expression, names, place, what, problems)
        if any(name not in unit_of for name in expression.names):
            return rule
        text = resolve(expression, unit_of, "", units).executable
        _check_length(expression, accounts, texts)
        text = inline(parse(text, conditions=True), texts)
        parse(text, conditions=True)
    except FormulaError as error:
        problems.append(Problem(place, f"{what}.rule", error.reason, error.expected))
        return rule
    looks = bool(expression.across)
    return rule.model_copy(update={"executable": text, "looks_at_others": looks})


def _check_length(
    expression: Expression, accounts: Mapping[str, Account], texts: Mapping[str, str]
) -> None:
    for name in expression.names:
        if name in accounts and name not in texts:
            found = f"the account {name!r} is too long to be written out in a rule"
            raise FormulaError(found, expected="variables, or an account that can be executed")


def _check_types(
    entity_types: tuple[str, ...],
    used: tuple[str, ...],
    names: Names,
    place: str,
    what: str,
    problems: list[Problem],
) -> None:
    """A rule for a type uses what that type returns, and of others what those return."""
    items: dict[str, Variable | Account] = {**names.variables, **names.accounts}
    for name in used:
        kept = items[name].entity_types if name in items else ()
        strange = [t for t in entity_types if kept and t not in kept]
        if strange:
            found = f"{name!r} is of {', '.join(kept)}, not of {', '.join(strange)}"
            problems.append(Problem(place, f"{what}.rule", found, "what these types return"))


def _check_additive(
    expression: Expression, names: Names, place: str, what: str, problems: list[Problem]
) -> None:
    """What is added up over entities can be: gross flows between them cannot, their net can."""
    for look in expression.looks:
        is_sum = look.function in ("sum_over", "sum_known")
        variable = names.variables.get(look.operand)
        if is_sum and variable is not None and not variable.additive:
            found = f"{look.text} adds up {variable.code!r}, which is additive: false"
            problems.append(Problem(place, f"{what}.rule", found, "a quantity that adds up"))


def _texts(names: Names, accounts: Mapping[str, Account]) -> dict[str, str]:
    """What stands for a factor or an account in a rule: text over variables alone.

    An account that would be longer than a formula may be is left out; a rule that uses it says so.
    """
    texts = {code: str(Fraction(str(factor.value))) for code, factor in names.factors.items()}
    for code, account in accounts.items():
        expression = parse(account.executable) if account.executable else None
        if expression is None or any(n in accounts and n not in texts for n in expression.names):
            continue
        text = inline(expression, texts)
        text = text if account.factor == "1" else f"({text}) * ({account.factor})"
        if len(text) <= LONGEST:
            texts[code] = text
    return texts
