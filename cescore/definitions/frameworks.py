"""A framework made complete in itself: what it uses, in which order, and how each is computed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from cescore.definitions.contradictions import (
    check_codes,
    check_goalposts,
    check_scale,
    check_weights,
    headline_codes,
)
from cescore.definitions.layout import Draft
from cescore.definitions.model import Account, Framework, Indicator, Run, Variable, VariableName
from cescore.definitions.preparation import check_preparation
from cescore.definitions.resolving import (
    Names,
    check_bases,
    check_examples,
    check_names,
    closure,
    executable,
    is_unit,
    ordered,
)
from cescore.definitions.shape import build
from cescore.definitions.units import Units
from cescore.definitions.weighting import with_stated_weights
from cescore.errors import Problem

RESOLVED = ("accounts", "factors", "variables", "order")


def resolved_framework(
    draft: Draft,
    names: Names,
    accounts: Mapping[str, Account],
    units: Units,
    run: Run | None,
    problems: list[Problem],
) -> Framework | None:
    """The framework complete in itself, or None where the draft contradicts itself or the names."""
    if draft.node.is_broken:
        return None
    check_weights(draft)
    check_scale(draft)
    for code, indicator in draft.indicators.items():
        check_goalposts(draft, indicator, draft.indicator_nodes[code], run)
    check_codes(draft, names)
    needed = _needed(draft, names, accounts)
    _check_available(draft, names, accounts, needed)
    indicators = _executable(draft, names, accounts, units)
    order = ordered(
        draft.indicators,
        draft.expressions,
        draft.indicator_nodes,
        "indicators",
        problems,
    )
    used_accounts = {code: account for code, account in accounts.items() if code in needed}
    framework = build(
        Framework,
        draft.node.without("groups", "indicators", "progress", "extends"),
        "framework",
        problems,
        hidden=RESOLVED,
        entity_type=draft.entity_type,
        groups=draft.groups,
        indicators=indicators,
        progress=draft.progress,
        accounts=used_accounts,
        factors={code: factor for code, factor in names.factors.items() if code in needed},
        variables={c: _name_of(v) for c, v in names.variables.items() if c in needed},
        order=(*used_accounts, *order),
    )
    if framework is None:
        return None
    check_preparation(draft, framework, names.variables)
    return with_stated_weights(draft, framework)


def _name_of(variable: Variable) -> VariableName:
    return VariableName(
        zh=variable.zh,
        en=variable.en,
        unit=variable.unit,
        department=variable.department,
    )


def _is_for(entity_type: str, item: Variable | Account) -> bool:
    return not item.entity_types or entity_type in item.entity_types


def _needed(draft: Draft, names: Names, accounts: Mapping[str, Account]) -> dict[str, None]:
    """All codes the framework uses, however far down, and the accounts made for its entity type."""
    own = [code for code, account in accounts.items() if draft.entity_type in account.entity_types]
    shown = [code for code in headline_codes(draft) if code in accounts]
    expressions = {**names.expressions, **draft.expressions}
    return closure([*draft.indicators, *own, *shown], expressions)


def _executable(
    draft: Draft, names: Names, accounts: Mapping[str, Account], units: Units
) -> dict[str, Indicator]:
    """Indicators with their conversions written in, names and examples checked."""
    sound = {
        code: indicator
        for code, indicator in draft.indicators.items()
        if is_unit(
            indicator.unit,
            draft.indicator_nodes[code],
            f"indicators.{code}",
            units,
            draft.problems,
        )
    }
    unit_of = {**names.unit_of(), **{code: i.unit for code, i in sound.items()}}
    known = {**names.nodes, **draft.indicator_nodes}
    expressions = {**names.expressions, **draft.expressions}
    found = dict(draft.indicators)
    for code, indicator in sound.items():
        node, what = draft.indicator_nodes[code], f"indicators.{code}"
        expression = draft.expressions.get(code)
        if expression is not None:
            check_names(expression, names, known, node, what, draft.problems)
        usable = closure([code], expressions)
        check_examples(indicator, node, what, usable, known, draft.problems)
        check_bases(code, expressions, names.factors, node, what, draft.problems)
        found[code] = executable(indicator, expression, unit_of, node, what, units, draft.problems)
    return found


def _check_available(
    draft: Draft, names: Names, accounts: Mapping[str, Account], needed: Iterable[str]
) -> None:
    """A variable or account that is kept for other entity types cannot be used here."""
    expressions = {**names.expressions, **draft.expressions}
    items: dict[str, Variable | Account] = {**names.variables, **accounts}
    for code in needed:
        for name in expressions[code].names if code in expressions else ():
            item = items.get(name)
            if item is not None and not _is_for(draft.entity_type, item):
                is_own = code in draft.indicators
                node = draft.indicator_nodes[code] if is_own else names.nodes[code]
                what = f"{'indicators' if is_own else 'accounts'}.{code}.formula"
                found = f"{name!r} is of {', '.join(item.entity_types)}, not of {draft.entity_type}"
                expected = f"{draft.entity_type} among its entity_types, or another code"
                draft.refuse(node.get("formula") or node, what, found, expected)
