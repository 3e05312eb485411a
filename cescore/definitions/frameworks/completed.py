"""A framework made complete in itself: what it uses, in which order, and how each is computed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cescore.definitions.formulas.formula import Expression
from cescore.definitions.frameworks.contradictions import (
    check_codes,
    check_goalposts,
    check_scale,
    check_weights,
    headline_codes,
)
from cescore.definitions.frameworks.layout import Draft
from cescore.definitions.frameworks.names import Names, is_unit
from cescore.definitions.frameworks.order import closure, ordered
from cescore.definitions.frameworks.preparation import check_preparation
from cescore.definitions.frameworks.resolving import (
    check_bases,
    check_examples,
    check_names,
    executable,
)
from cescore.definitions.frameworks.weighting import with_stated_weights
from cescore.definitions.model import Account, Framework, Indicator, Run, Variable, VariableName
from cescore.errors import Sentence


@dataclass(frozen=True)
class Vocabulary:
    """What a framework may use: the workspace's codes and accounts, and its own indicators."""

    draft: Draft
    names: Names
    accounts: Mapping[str, Account]
    expressions: Mapping[str, Expression]  # of accounts and of the framework's own indicators

    @classmethod
    def of(cls, draft: Draft, names: Names, accounts: Mapping[str, Account]) -> Vocabulary:
        return cls(draft, names, accounts, {**names.expressions, **draft.expressions})

    def needed(self) -> dict[str, None]:
        """All codes used, however far down, and the accounts made for the entity type."""
        kind = self.draft.entity_type
        own = [code for code, account in self.accounts.items() if kind in account.entity_types]
        shown = [code for code in headline_codes(self.draft) if code in self.accounts]
        codes = closure([*self.draft.indicators, *own, *shown], self.expressions)
        words = [self.accounts[code].by for code in codes if code in self.accounts]
        return codes | {word: None for word in words if self._is_returned(word)}

    def _is_returned(self, word: str) -> bool:
        """Whether the type returns the variable that a table goes by; of others the register tells."""
        variable = self.names.variables.get(word)
        return variable is not None and (
            not variable.entity_types or self.draft.entity_type in variable.entity_types
        )


def resolved_framework(
    draft: Draft, names: Names, accounts: Mapping[str, Account], run: Run | None
) -> Framework | None:
    """The framework complete in itself, or None where the draft contradicts itself or the names."""
    if draft.is_broken:
        return None
    check_weights(draft)
    check_scale(draft)
    for indicator in draft.indicators.values():
        check_goalposts(draft, indicator, run)
    check_codes(draft, names)
    terms = Vocabulary.of(draft, names, accounts)
    needed = terms.needed()
    _check_available(terms, needed)
    indicators = _executable(terms)
    order = ordered(draft.indicators, draft.expressions, draft.indicator_places)
    used_accounts = {code: account for code, account in accounts.items() if code in needed}
    node = draft.at.node.without("groups", "indicators", "progress", "extends")
    framework = draft.at.of(node, "framework").build(
        Framework,
        entity_type=draft.entity_type,
        id=draft.id,
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
        words=variable.words,
    )


def _executable(terms: Vocabulary) -> dict[str, Indicator]:
    """Indicators with their conversions written in, names and examples checked."""
    draft, names = terms.draft, terms.names
    places = draft.indicator_places
    sound = {
        code: indicator
        for code, indicator in draft.indicators.items()
        if is_unit(indicator.unit, places[code], names.units)
    }
    unit_of = {**names.unit_of(), **{code: i.unit for code, i in sound.items()}}
    known = {**names.places, **places}
    on_bases = {**names.on_bases(), **draft.expressions}
    indicators = dict(draft.indicators)
    for code, indicator in sound.items():
        at, expression = places[code], draft.expressions.get(code)
        if expression is not None:
            check_names(expression, names, known, at)
        check_examples(indicator, closure([code], terms.expressions), known, at)
        check_bases(code, on_bases, names.factors, at)
        indicators[code] = executable(indicator, expression, unit_of, at, names.units)
    return indicators


def _check_available(terms: Vocabulary, needed: Iterable[str]) -> None:
    """A variable or account that is kept for other entity types cannot be used here."""
    draft, names = terms.draft, terms.names
    items: dict[str, Variable | Account] = {**names.variables, **terms.accounts}
    for code in needed:
        for name in terms.expressions[code].names if code in terms.expressions else ():
            item = items.get(name)
            kept = item.entity_types if item is not None else ()
            if kept and draft.entity_type not in kept:
                own = draft.indicator_places.get(code) if code in draft.indicators else None
                found = Sentence(
                    "{name!r} is of {listed}, not of {entity_type}",
                    name=name,
                    listed=", ".join(kept),
                    entity_type=draft.entity_type,
                )
                expected = Sentence(
                    "{entity_type} among its entity_types, or another code",
                    entity_type=draft.entity_type,
                )
                (own or names.places[code]).refuse(found, expected, "formula")
