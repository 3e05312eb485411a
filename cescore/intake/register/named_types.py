"""Entities and types that params name and nobody has: a slip would else go without a word."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from cescore.definitions.definitions import Definitions
from cescore.definitions.formulas.formula import parse
from cescore.definitions.model import Plan
from cescore.intake.address import Address
from cescore.intake.findings import Finding, Severity
from cescore.intake.notation import nearest
from cescore.intake.register.entities import Register
from cescore.intake.register.unknown_ids import unknown_id

FOR_WHOM = ".entity_types"  # whose it is; what names nobody there is everybody's


def unknown_types(definitions: Definitions, register: Register) -> Iterator[Finding]:
    """Each type that is neither in the register nor has a framework, once per file.

    A warning; an error where what names it is then for nobody, so that a quantity would be neither
    asked nor computed, or a rule never applied, without a word.
    """
    known = sorted({*register.types, *definitions.frameworks})
    told: set[tuple[str, str]] = set()
    for file, key, types in _named(definitions):
        types = tuple(types)
        is_for_nobody = key.endswith(FOR_WHOM) and not {*types} & {*known}
        for entity_type in types:
            if entity_type not in known and (file, entity_type) not in told:
                told.add((file, entity_type))
                near = nearest(entity_type, known)
                values = (
                    ("text", entity_type),
                    ("key", key),
                    ("known", tuple(known)),
                    ("near", near),
                )
                at = Address(f"params/{file}")
                severity: Severity = "error" if is_for_nobody else "warning"
                yield Finding(severity, "unknown_entity_type", at, values=values)


def unknown_entities(definitions: Definitions, register: Register) -> Iterator[Finding]:
    """A warning for each entity that a standard or a check is for and the register does not have."""
    plan = definitions.plan
    of_checks = (
        (e for m in plan.measures.values() for c in m.checks for e in c.entities) if plan else ()
    )
    named = [
        (f"standards/{c}.yml", s.applies_to_entities) for c, s in definitions.standards.items()
    ]
    if plan is not None:
        named.append((f"plans/{plan.id}.yml", tuple(dict.fromkeys(of_checks))))
    for file, ids in named:
        for entity_id in ids:
            if entity_id not in register:
                told, values = unknown_id(entity_id, register.entities)
                at = Address(f"params/{file}")
                yield Finding("warning", told, at, values=tuple(values.items()))


def _named(definitions: Definitions) -> Iterator[tuple[str, str, Iterable[str]]]:
    """File, key and the entity types named there."""
    for code, variable in definitions.variables.items():
        yield "variables.yml", f"{code}{FOR_WHOM}", variable.entity_types
        yield "variables.yml", f"{code}.range", (*variable.low, *variable.high)
    for code, account in definitions.accounts.items():
        file, section = ("norms.yml", "") if account.by else ("accounts.yml", "accounts.")
        yield file, f"{section}{code}{FOR_WHOM}", account.entity_types
        yield file, f"{section}{code}.shown", account.shown
    for rule in definitions.checks:
        yield "checks.yml", f"rules.{rule.id}{FOR_WHOM}", rule.entity_types
        looked_at = parse(rule.rule, conditions=True).across
        yield "checks.yml", f"rules.{rule.id}.rule", [entity_type for entity_type, _ in looked_at]
    yield "disclosure.yml", "public_types", definitions.disclosure.public_types
    yield "page.yml", "entity_types", definitions.page.entity_types
    yield "page.yml", "pages", definitions.page.pages
    for name, picture in definitions.page.flows.items():
        yield "page.yml", f"flows.{name}{FOR_WHOM}", picture.entity_types
    run, tiled_by = definitions.run, definitions.run.tiled_by or {}
    yield f"runs/{run.year}.yml", "tiled_by", (*tiled_by, *tiled_by.values())
    if definitions.plan is not None:
        for key, types in _named_by(definitions.plan):
            yield f"plans/{definitions.plan.id}.yml", key, types


def _named_by(plan: Plan) -> Iterator[tuple[str, Iterable[str]]]:
    for target in plan.targets.values():
        yield f"targets.{target.id}", (*target.applies_to, *target.reference_for)
    for code, measure in plan.measures.items():
        levels = (level for check in measure.checks for level in check.levels)
        yield f"measures.{code}.levels", (*measure.levels, *levels)
    for code, veto in plan.vetoes.items():
        yield f"vetoes.{code}.entity_types", veto.entity_types
    by_type: Iterable[Mapping[str, object]] = (plan.assessment.weights, plan.assessment.scale_of)
    for given in by_type:
        yield "assessment", tuple(given)
