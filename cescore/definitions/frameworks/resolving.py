"""Formulas made executable: names and bases checked, conversions written in, worked examples held to them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar

from cescore.definitions.entries.reading import Reading
from cescore.definitions.formulas.dimensions import resolve
from cescore.definitions.formulas.formula import Expression, parse
from cescore.definitions.formulas.language import FormulaError
from cescore.definitions.formulas.units import Units
from cescore.definitions.frameworks.names import Names, refuse_formula
from cescore.definitions.frameworks.order import closure, ordered
from cescore.definitions.model import Account, Computed, Estimate, Example, Factor
from cescore.definitions.spelling import with_nearest
from cescore.errors import Sentence

ATTRIBUTES = ("industry", "holding_id")  # of the register, that members are chosen by
STATES = ("not_computable", "missing", "suppressed", "not_applicable", "not_collected")

AnyComputed = TypeVar("AnyComputed", bound=Computed)


def resolve_accounts(names: Names) -> dict[str, Account]:
    """Every account with its executable formula, each after the accounts it uses."""
    places = {code: names.places[code] for code in names.accounts}
    for code, written in names.expressions.items():
        check_names(written, names, names.places, places[code])
    unit_of, on_bases = names.unit_of(), names.on_bases()
    accounts: dict[str, Account] = {}
    for code in ordered(list(names.accounts), names.expressions, places):
        account, at = names.accounts[code], places[code]
        check_examples(account, closure([code], names.expressions), names.places, at)
        check_bases(code, on_bases, names.factors, at)
        accounts[code] = executable(account, names.expressions.get(code), unit_of, at, names.units)
    return accounts


def resolve_estimates(names: Names) -> None:
    """The formulas of estimates, made executable in place: over variables, in the variable's unit."""
    unit_of = names.unit_of()
    for code, variable in names.variables.items():
        if variable.estimate is None:
            continue
        at = names.places[code].at("estimate")
        try:
            expression = parse(variable.estimate.formula, across=True)
            before = len(at.problems)
            check_names(expression, names, names.variables, at)
            _check_only(variable.estimate, expression, names, at)
            if len(at.problems) > before or any(n not in unit_of for n in expression.names):
                continue
            resolved = resolve(expression, unit_of, variable.unit, names.units)
        except FormulaError as error:
            refuse_formula(error, at)
            continue
        filled = {"executable": resolved.executable, "factor": resolved.factor}
        estimate = variable.estimate.model_copy(update=filled)
        names.variables[code] = variable.model_copy(update={"estimate": estimate})


def executable(
    item: AnyComputed,
    expression: Expression | None,
    unit_of: Mapping[str, str],
    at: Reading,
    units: Units,
) -> AnyComputed:
    """The item with executable and factor; unchanged, with a Problem, where units do not fit."""
    if expression is None or any(name not in unit_of for name in expression.names):
        return item
    try:
        resolved = resolve(expression, unit_of, item.unit, units)
    except FormulaError as error:
        refuse_formula(error, at)
        return item
    return item.model_copy(update={"executable": resolved.executable, "factor": resolved.factor})


def check_names(expression: Expression, names: Names, known: Iterable[str], at: Reading) -> None:
    """Refuse unknown codes of a formula, naming the nearest, and codes that are no quantity."""
    key = "rule" if at.node.get("rule") else "formula"
    codes = set(known)
    for name in expression.names:
        if name not in codes and names.is_broken:
            continue
        if name not in codes:
            expected = with_nearest("a variable, factor, account or indicator", name, sorted(codes))
            at.refuse(Sentence("unknown code {name!r}", name=name), expected, key)
        elif names.is_code(name):
            at.refuse(
                Sentence("{name!r} is a code, not a quantity", name=name),
                "a quantity, count or flag",
                key,
            )


def check_bases(
    code: str,
    expressions: Mapping[str, Expression],
    factors: Mapping[str, Factor],
    at: Reading,
) -> None:
    """Refuse a formula that brings factors of different bases together, however far down.

    Told once, where they meet: not again for each formula that uses such a one.
    """

    def bases(start: str) -> dict[str, str]:
        used = (factors[c] for c in closure([start], expressions) if c in factors)
        return {factor.basis: factor.code for factor in used if factor.basis}

    met = bases(code)
    operands = expressions[code].names if code in expressions else ()
    if len(met) > 1 and all(len(bases(name)) < 2 for name in operands if name != code):
        listed = ", ".join(
            Sentence("{factor} is {basis}", factor=factor, basis=basis)
            for basis, factor in met.items()
        )
        at.refuse(listed, "factors on one basis", "formula")


def check_examples(
    item: Computed, usable: Mapping[str, None], known: Iterable[str], at: Reading
) -> None:
    """A worked example gives codes that the formula uses, and states that exist."""
    place = at.node.get("examples") or at.node
    for position, example in enumerate(item.examples):
        here = at.of(place, f"{at.what}.examples[{position}]")
        for code in example.given:
            if code not in usable:
                found = (
                    Sentence("{code!r} is not used", code=code)
                    if code in known
                    else Sentence("unknown code {code!r}", code=code)
                )
                expected = with_nearest("codes of the formula", code, usable)
                here.of(place, f"{here.what}.given").refuse(found, expected)
        for state in _states(example):
            here.known(
                state, STATES, Sentence("a number or one of {listed}", listed=", ".join(STATES))
            )


def _states(example: Example) -> list[str]:
    given = [v if isinstance(v, tuple) else (v,) for v in example.given.values()]
    values = [*(value for years in given for value in years), example.expect]
    return [value for value in values if isinstance(value, str)]


def _check_only(estimate: Estimate, expression: Expression, names: Names, at: Reading) -> None:
    """Refuse a choice of others without a sum over them, or by what is no text of theirs."""
    if estimate.only and not expression.across:
        at.refuse("a formula of no others", "sum_over(entity type, formula)", "only")
    known = (*ATTRIBUTES, *(code for code in names.variables if names.is_code(code)))
    for key in estimate.only:
        if key not in known:
            expected = with_nearest("industry, holding_id or a variable of kind code", key, known)
            at.refuse(repr(key), expected, "only")
