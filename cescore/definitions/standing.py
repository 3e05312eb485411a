"""What params still say though its time is over, or though nothing asks for it: data for findings."""

from __future__ import annotations

from collections.abc import Iterator

from cescore.definitions.definitions import Definitions
from cescore.definitions.formulas.formula import parse
from cescore.definitions.frameworks.scored_elsewhere import check_formula


def unused_variables(definitions: Definitions) -> tuple[str, ...]:
    """The variables that no formula, rule, estimate, picture or total asks for, in their order.

    A variable that only an account asks for which itself nothing asks for is unused.
    """
    used = set(_used(definitions))
    return tuple(code for code in definitions.variables if code not in used)


def has_plan_ended(definitions: Definitions) -> bool:
    """Whether the year evaluated lies after the last year of its plan."""
    return definitions.plan is not None and definitions.plan.last_year < definitions.run.year


def uncompared_checks(definitions: Definitions) -> tuple[str, ...]:
    """The checks whose formula cannot be compared with what is scored elsewhere.

    It cannot be read, or names a code that is no variable, account, factor or indicator.
    """
    plan = definitions.plan
    known = {*definitions.variables, *definitions.accounts, *definitions.factors}
    for framework in definitions.frameworks.values():
        known |= {*framework.indicators}
    found = []
    for check in (c for m in plan.measures.values() for c in m.checks) if plan else ():
        formula = check_formula(check)
        if check.formula and (formula is None or not known.issuperset(formula.names)):
            found.append(check.id)
    return tuple(found)


def _used(definitions: Definitions) -> Iterator[str]:
    for framework in (*definitions.frameworks.values(), *definitions.beside):
        yield from framework.variables
        yield from (
            imputation.by for imputation in map(framework.imputation_of, framework.scored())
        )
    for variable in definitions.variables.values():
        if variable.estimate is not None:
            yield from (*variable.estimate.expression.names, *variable.estimate.only)
    for rule in definitions.checks:  # accounts are written into what is executed
        yield from rule.expression.names
    for usual in definitions.ranges:
        yield from usual.expression.names if usual.expression is not None else ()
    yield from definitions.disclosure.industry_totals
    for flow in definitions.page.flows.values():
        for code in (code.removeprefix("-") for link in flow.links for code in link.codes):
            yield from _below(definitions, code)
    if definitions.plan is not None:
        for bonus in definitions.plan.assessment.bonus.values():
            for item in bonus.items.values():
                yield from parse(item.executable, True).names if item.executable else ()
                yield item.variable


def _below(definitions: Definitions, code: str) -> Iterator[str]:
    """A code and all that its account is made of."""
    yield code
    account = definitions.accounts.get(code)
    if account is not None and account.expression is not None:
        for name in account.expression.names:
            yield from _below(definitions, name)
