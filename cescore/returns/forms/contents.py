"""What a form asks of an entity type: variables by department, the rules they keep, yearly checks."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from cescore.definitions.definitions import Definitions
from cescore.definitions.formulas.formula import parse
from cescore.definitions.frameworks.order import closure
from cescore.definitions.frameworks.scored_elsewhere import check_formula
from cescore.definitions.model import (
    BuiltInChecks,
    Check,
    CheckRule,
    Definition,
    Measure,
    Plan,
    Variable,
    canonical_json,
)


@dataclass(frozen=True)
class AskedVariable:
    """A row of the return; ``is_needed``: something that is computed or checked uses it."""

    variable: Variable
    is_needed: bool


@dataclass(frozen=True)
class FormContents:
    """All that forms of one entity type of one year have in common.

    ``variables`` stand in the order in which they are printed: department by department in the
    order of the dictionary, and at the end those that nothing uses.
    """

    entity_type: str
    version: str  # of the framework
    year: int
    base_year: int
    variables: tuple[AskedVariable, ...]
    rules: tuple[CheckRule, ...]
    built_in: BuiltInChecks
    checks: tuple[tuple[Measure, Check], ...]

    @cached_property
    def hash(self) -> str:
        """SHA-256 of all that the form asks, so that params that ask otherwise have another one.

        Weights and goalposts are not in it, nor the order of rows, nor what no file states: a form
        stays good where they change.
        """
        items: dict[str, Mapping[str, Definition]] = {
            "variables": {a.variable.code: a.variable for a in self.variables},
            "rules": {rule.id: rule for rule in self.rules},
            "checks": {check.id: check for _, check in self.checks},
        }
        asked: dict[str, object] = {
            kind: {
                key: item.model_dump(mode="json", exclude_defaults=True) for key, item in of.items()
            }
            for kind, of in items.items()
        }
        asked |= {"entity_type": self.entity_type, "year": self.year}
        return hashlib.sha256(canonical_json(asked).encode()).hexdigest()

    @property
    def longest_lag(self) -> int:
        """How many years before the form's its rules look back, at most."""
        return max((rule.expression.longest_lag for rule in self.rules), default=0)


def form_contents(definitions: Definitions, entity_type: str, base_year: int) -> FormContents:
    """What a form of an entity type with a framework asks.

    A variable that the dictionary gives to the type by name is asked; one that it gives to any type
    only where the type's framework, a rule, a yearly check or another type's sum uses it.
    """
    rules = tuple(rule for rule in definitions.checks if rule.is_for(entity_type))
    checks = tuple(_checks(definitions.plan, entity_type))
    needed = _needed(definitions, entity_type, rules, [check for _, check in checks])
    asked = [
        AskedVariable(variable, code in needed)
        for code, variable in definitions.variables.items()
        if _concerns(variable.entity_types, entity_type)
        and (code in needed or variable.required or entity_type in variable.entity_types)
    ]
    return FormContents(
        entity_type=entity_type,
        version=definitions.frameworks[entity_type].version,
        year=definitions.run.year,
        base_year=base_year,
        variables=tuple(_by_department(asked)),
        rules=rules,
        built_in=definitions.built_in,
        checks=checks,
    )


def _concerns(entity_types: Iterable[str], entity_type: str) -> bool:
    """Whether a variable or range is of a type; one that names none is of all."""
    named = tuple(entity_types)
    return not named or entity_type in named


def _checks(plan: Plan | None, entity_type: str) -> Iterator[tuple[Measure, Check]]:
    for measure in plan.measures.values() if plan else ():
        yield from ((measure, check) for check in measure.checks if entity_type in check.levels)


def _needed(
    definitions: Definitions,
    entity_type: str,
    rules: Iterable[CheckRule],
    checks: Iterable[Check],
) -> frozenset[str]:
    """The codes that anything uses of an entity of the type, however far down."""
    used: dict[str, None] = dict.fromkeys(definitions.frameworks[entity_type].variables)
    for framework in definitions.beside:
        if framework.entity_type == entity_type:
            used.update(dict.fromkeys(framework.variables))
    used.update(dict.fromkeys(name for rule in rules for name in rule.expression.own_names))
    used.update(dict.fromkeys(name for check in checks for name in _hinted(check)))
    for usual in definitions.ranges:
        if _concerns(usual.entity_types, entity_type):
            used.update(dict.fromkeys(parse(usual.executable or usual.formula).names))
    if definitions.plan is not None:
        bonus = definitions.plan.assessment.bonus.get(entity_type)
        for item in bonus.items.values() if bonus else ():
            names = parse(item.rule, conditions=True).own_names if item.rule else [item.variable]
            used.update(dict.fromkeys(names))
    used.update(_used_by_others(definitions, entity_type))
    used.update({code: None for code, v in definitions.variables.items() if v.one_in_series})
    expressions = {
        code: account.expression
        for code, account in definitions.accounts.items()
        if account.expression is not None
    }
    below = closure(used, expressions)
    estimates = {
        code: variable.estimate.expression
        for code, variable in definitions.variables.items()
        if variable.estimate is not None
    }
    return frozenset(closure(below, {**expressions, **estimates}))


def _hinted(check: Check) -> tuple[str, ...]:
    """The codes in the formula of a yearly check."""
    formula = check_formula(check)
    return () if formula is None else formula.names


def _used_by_others(definitions: Definitions, entity_type: str) -> dict[str, None]:
    """The codes that rules and estimates of other types take of this one."""
    expressions = [rule.expression for rule in definitions.checks]
    expressions += [v.estimate.expression for v in definitions.variables.values() if v.estimate]
    looks = (look for expression in expressions for look in expression.looks)
    names = (name for look in looks if look.entity_type == entity_type for name in look.names)
    chosen_by = (
        key for v in definitions.variables.values() if v.estimate for key in v.estimate.only
    )
    return dict.fromkeys((*names, *chosen_by, *definitions.disclosure.industry_totals))


def _by_department(asked: Iterable[AskedVariable]) -> Iterator[AskedVariable]:
    """Those needed department by department, then likewise the others."""
    listed = list(asked)
    order: Mapping[str, int] = {
        department: i
        for i, department in enumerate(dict.fromkeys(a.variable.department for a in listed))
    }
    yield from sorted(listed, key=lambda a: (not a.is_needed, order[a.variable.department]))
