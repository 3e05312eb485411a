"""What of a record the what-if page holds: what its formulas take, and of that what may be moved."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cescore.definitions.formulas.formula import parse
from cescore.definitions.frameworks.order import closure
from cescore.disclosure.documents.opened import OpenBundle


@dataclass(frozen=True)
class NeededCodes:
    """The codes of one entity's page.

    Attributes
    ----------
    order
        Accounts and indicators that are computed, each after what it uses.
    variables
        Columns of the record that these take; an account that bodies add up to may be among them.
    movable
        The returned variables among them that something shown stands on.
    """

    order: tuple[str, ...]
    variables: tuple[str, ...]
    movable: tuple[str, ...]


def needed_codes(opened: OpenBundle) -> NeededCodes:
    """The codes that the entity's indicators and its rules of extra points stand on."""
    framework, record = opened.framework, opened.record.columns
    rules = tuple(_of_rules(opened))
    formulas = {
        code: expression
        for code, expression in framework.expressions.items()
        if (framework.accounts.get(code) or framework.indicators[code]).collected
    }
    wanted = closure((*framework.indicators, *rules), formulas)
    order = framework.order or (*framework.accounts, *framework.indicators)
    variables = tuple(c for c in record if c in wanted and c not in framework.factors)
    shown = closure((*_shown(opened), *rules), formulas)
    computed = {*framework.accounts, *framework.indicators}
    return NeededCodes(
        order=tuple(code for code in order if code in wanted),
        variables=variables,
        movable=tuple(code for code in variables if code in shown and code not in computed),
    )


def _shown(opened: OpenBundle) -> Iterable[str]:
    """The indicators that scores, progress and targets are made of."""
    framework, plan = opened.framework, opened.data.rules
    yield from (indicator.code for indicator in framework.scored())
    for members in framework.progress.members.values() if framework.progress else ():
        yield from members
    if plan is not None:
        yield from (plan.targets[line.id].indicator for line in opened.data.targets)


def _of_rules(opened: OpenBundle) -> Iterable[str]:
    """The codes that rules of extra points take."""
    plan = opened.data.rules
    bonus = plan.assessment.bonus.get(opened.data.entity.entity_type) if plan else None
    for item in bonus.items.values() if bonus and bonus.most else ():
        if item.executable and not item.variable:
            yield from parse(item.executable, conditions=True).names
