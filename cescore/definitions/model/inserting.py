"""An indicator put into a framework that has been read already: its formula resolved, its place in the order.

What reading params does with files and lines is done here with one definition and one sentence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, Any

from cescore.definitions.formulas.formula import Expression, parse
from cescore.definitions.formulas.language import FormulaError, is_reserved
from cescore.definitions.model.framework import Indicator, ResolvedFramework
from cescore.definitions.model.quantities import Account, Factor, VariableName
from cescore.definitions.spelling import with_nearest
from cescore.errors import CescoreError, Sentence, VariantError

if TYPE_CHECKING:
    from cescore.definitions.formulas.units import Units


@dataclass(frozen=True)
class Terms:
    """Codes that a formula may use beside those the framework uses already."""

    variables: Mapping[str, VariableName] = field(default_factory=dict)
    accounts: Mapping[str, Account] = field(default_factory=dict)
    factors: Mapping[str, Factor] = field(default_factory=dict)
    units: Units | None = None  # None: the shipped ones

    def joined(self, framework: ResolvedFramework) -> Terms:
        """The same with what the framework has; of a code that both have, the framework's."""
        return Terms(
            {**self.variables, **framework.variables},
            {**self.accounts, **framework.accounts},
            {**self.factors, **framework.factors},
            self.units,
        )


def inserted(framework: ResolvedFramework, indicator: Indicator, terms: Terms) -> dict[str, Any]:
    """The fields of the framework with an indicator in it, or in place of the one of its code.

    Its formula is checked for codes and dimensions, and conversions are written into it; accounts,
    factors and variables that it needs come with it, and ``order`` is made anew.

    Raises
    ------
    VariantError
        A code that nothing has, the nearest named; units that do not fit; or a circle of formulas.
    """
    known = terms.joined(framework)
    others = {c: i for c, i in framework.indicators.items() if c != indicator.code}
    _refuse_code(framework, indicator.code, known)
    resolved = _resolved(indicator, known, others)
    indicators = {**framework.indicators, indicator.code: resolved}
    needed = _needed(resolved, known, indicators)
    accounts = {
        **framework.accounts,
        **{c: known.accounts[c] for c in needed if c in known.accounts},
    }
    pick = [code for code in needed if code not in accounts and code not in indicators]
    return {
        "indicators": indicators,
        "accounts": accounts,
        "factors": {
            **framework.factors,
            **{c: known.factors[c] for c in pick if c in known.factors},
        },
        "variables": {
            **framework.variables,
            **{c: known.variables[c] for c in pick if c in known.variables},
        },
        "order": _ordered({**accounts, **indicators}),
    }


def _refuse_code(framework: ResolvedFramework, code: str, known: Terms) -> None:
    """A code that means something else already cannot be an indicator's."""
    taken = {*framework.groups, *known.variables, *known.accounts, *known.factors}
    if code in taken or code == framework.index.code or is_reserved(code):
        raise VariantError(
            Sentence("the code {code!r} is taken already, expected another one", code=code)
        )


def _resolved(indicator: Indicator, known: Terms, others: Mapping[str, Indicator]) -> Indicator:
    """The indicator with its conversions written in."""
    from cescore.definitions.formulas.dimensions import resolve
    from cescore.definitions.formulas.units import Units

    units = known.units or Units.load()
    everything = (known.variables, known.accounts, known.factors, others)
    unit_of = {code: item.unit for quantities in everything for code, item in quantities.items()}
    try:
        expression = parse(indicator.formula)
        _refuse_unknown(indicator.code, expression, unit_of)
        found = resolve(expression, unit_of, indicator.unit, units)
    except FormulaError as error:
        reason = error.reason
        if error.expected:
            reason = Sentence("{found}, expected {expected}", found=reason, expected=error.expected)
        raise VariantError(
            Sentence("formula of {code}: {reason}", code=indicator.code, reason=reason)
        ) from None
    except VariantError:
        raise
    except CescoreError as error:  # a unit that nobody knows
        raise VariantError(
            Sentence("unit of {code}: {message}", code=indicator.code, message=error.message)
        ) from None
    return indicator.model_copy(update={"executable": found.executable, "factor": found.factor})


def _refuse_unknown(code: str, expression: Expression, known: Mapping[str, str]) -> None:
    for name in expression.names:
        if name not in known:
            expected = with_nearest("a variable, factor, account or indicator", name, sorted(known))
            raise VariantError(
                Sentence(
                    "formula of {code}: unknown code {name!r}, expected {expected}",
                    code=code,
                    name=name,
                    expected=expected,
                )
            )


def _needed(
    indicator: Indicator, known: Terms, indicators: Mapping[str, Indicator]
) -> dict[str, None]:
    """All codes that an indicator uses, however far down."""
    reached: dict[str, None] = {}
    todo = list(_names(indicator))
    while todo:
        code = todo.pop(0)
        if code not in reached:
            reached[code] = None
            item = known.accounts.get(code) or indicators.get(code)
            todo += _names(item) if item is not None else ()
    return reached


def _names(item: Account | Indicator) -> tuple[str, ...]:
    return item.expression.names if item.expression is not None else ()


def _ordered(items: Mapping[str, Account | Indicator]) -> tuple[str, ...]:
    """Codes of accounts and indicators, each after what it uses."""
    uses = {code: [n for n in _names(item) if n in items] for code, item in items.items()}
    try:
        return tuple(TopologicalSorter(uses).static_order())
    except CycleError as error:
        circle = " -> ".join(error.args[1])
        raise VariantError(
            Sentence("formulas in a circle: {circle}, expected none", circle=circle)
        ) from None
