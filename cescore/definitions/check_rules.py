"""checks.yml: rules of the data checks, written out so that they need nothing but variables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from cescore.definitions.entries.json_text import json_document
from cescore.definitions.entries.located import Node
from cescore.definitions.entries.reading import Reading
from cescore.definitions.formulas.dimensions import resolve
from cescore.definitions.formulas.formula import Expression, inline, parse, zero_of
from cescore.definitions.formulas.language import LONGEST, FormulaError
from cescore.definitions.frameworks.names import Names, is_unit, read_formula, refuse_formula
from cescore.definitions.frameworks.resolving import check_names, executable
from cescore.definitions.model import Account, BuiltInChecks, CheckRule, IndustryRange, Variable
from cescore.definitions.shipped import FINDINGS
from cescore.definitions.spelling import with_nearest
from cescore.errors import Sentence


@dataclass(frozen=True)
class Checks:
    """What checks.yml says."""

    rules: tuple[CheckRule, ...]
    ranges: tuple[IndustryRange, ...]
    built_in: BuiltInChecks


@dataclass(frozen=True)
class RuleTerms:
    """What a rule may be written in: codes with their units, and the text that stands for each account
    and factor over variables alone."""

    names: Names
    accounts: Mapping[str, Account]
    unit_of: Mapping[str, str]
    texts: Mapping[str, str]

    @classmethod
    def of(cls, names: Names, accounts: Mapping[str, Account]) -> RuleTerms:
        return cls(names, accounts, names.unit_of(), _texts(names, accounts))


def load_checks(at: Reading, names: Names, accounts: Mapping[str, Account]) -> Checks:
    """The file's rules and ranges made executable, and the settings of the built-in checks."""
    terms = RuleTerms.of(names, accounts)
    place = (
        at.at("built_in") if at.node.get("built_in") else at.of(Node({}, at.node.where), "built_in")
    )
    built_in = place.build(BuiltInChecks)
    if built_in is not None:
        _check_built_in(built_in, place)
        _check_named(built_in, place, names)
    rules = [
        resolved_rule(code, at.at("rules", code), terms) for code in at.at("rules").node.entries()
    ] if at.node.get("rules") else []  # fmt: skip
    ranges = [
        _range(code, at.at("ranges", code), terms) for code in at.at("ranges").node.entries()
    ] if at.node.get("ranges") else []  # fmt: skip
    _check_ids(at)
    return Checks(
        rules=tuple(rule for rule in rules if rule is not None),
        ranges=tuple(one for one in ranges if one is not None),
        built_in=built_in or BuiltInChecks(),
    )


def _check_ids(at: Reading) -> None:
    """Each rule and range has an id of its own: a finding is confirmed and counted by it."""
    built_in = {
        key
        for key, texts in json_document(FINDINGS.read_bytes(), FINDINGS.name).items()
        if "found" in texts
    }
    own = {key: at.node.get(key) or Node({}, "") for key in ("rules", "ranges")}
    for key, section in own.items():
        for code in section.entries():
            place = at.at(key, code)
            if code in built_in:
                place.refuse(
                    Sentence("{code!r} is a finding of the program's own", code=code), "another id"
                )
            elif key == "ranges" and code in own["rules"].entries():
                place.refuse(Sentence("{code!r} is also a rule", code=code), "each id once")


def resolved_rule(code: str, at: Reading, terms: RuleTerms) -> CheckRule | None:
    """A rule with its executable condition: accounts and factors are written into it."""
    rule = at.build(CheckRule, id=code)
    if rule is None:
        return None
    try:
        expression = parse(rule.rule, conditions=True)
        check_names(expression, terms.names, terms.names.places, at)
        _check_types(rule.entity_types, expression.own_names, terms.names, at)
        for look in expression.looks:
            _check_types((look.entity_type,), look.names, terms.names, at)
        _check_additive(expression, terms.names, at)
        if any(name not in terms.unit_of for name in expression.names):
            return rule
        text = resolve(expression, terms.unit_of, "", terms.names.units).executable
        _check_length(expression, terms)
        text = inline(parse(text, conditions=True), terms.texts)
        parse(text, conditions=True)
    except FormulaError as error:
        refuse_formula(error, at, "rule")
        return rule
    if rule.identity and not zero_of(expression):
        at.refuse(repr(rule.rule), "of an identity abs(…) <= … or … == …", "rule")
    looks = bool(expression.looks)
    return rule.model_copy(update={"executable": text, "looks_at_others": looks})


def _range(code: str, at: Reading, terms: RuleTerms) -> IndustryRange | None:
    """A range with its formula over variables alone."""
    usual, names = at.build(IndustryRange, code=code), terms.names
    if usual is None or not is_unit(usual.unit, at, names.units):
        return None
    _check_ends(usual, at)
    expression = read_formula(usual, at)
    if expression is None:
        return usual
    check_names(expression, names, names.places, at)
    _check_types(usual.entity_types, expression.names, names, at)
    usual = executable(usual, expression, terms.unit_of, at, names.units)
    if not usual.executable:
        return usual
    return usual.model_copy(update={"executable": inline(parse(usual.executable), terms.texts)})


def _check_ends(usual: IndustryRange, at: Reading) -> None:
    ends: dict[tuple[str, ...], tuple[float, float]] = {
        ("by_industry", name): pair for name, pair in usual.by_industry.items()
    }
    if usual.otherwise is not None:
        ends["otherwise",] = usual.otherwise
    if not ends:
        at.refuse("no range", "by_industry or otherwise")
    for keys, (low, high) in ends.items():
        if low > high:
            at.at(*keys).refuse(f"[{low:g}, {high:g}]", "the lower end first")


def _check_built_in(built_in: BuiltInChecks, at: Reading) -> None:
    """Each pair of limits runs from the lower to the higher."""
    pairs = {f"unit_slip[{i}]": pair for i, pair in enumerate(built_in.unit_slip)}
    pairs["year_on_year_low"] = (built_in.year_on_year_low, built_in.year_on_year_high)
    for key, (low, high) in pairs.items():
        if low >= high:
            place = at.node.at((key.partition("[")[0],))
            at.of(place, f"built_in.{key}").refuse(
                Sentence("{low:g} to {high:g}", low=low, high=high), "low below high"
            )


def _check_named(built_in: BuiltInChecks, at: Reading, names: Names) -> None:
    """Variables that settings name are known, and sizes are returned by the type they are of."""
    if names.is_broken:
        return
    quantities = [c for c, v in names.variables.items() if v.kind in ("quantity", "count")]
    size = at.at("peers", "size") if built_in.peers.size else at
    for entity_type, code in built_in.peers.size.items():
        if code not in quantities:
            size.refuse(repr(code), with_nearest("a quantity", code, quantities), entity_type)
            continue
        kept = names.variables[code].entity_types
        if kept and entity_type not in kept:
            strange = Sentence(
                "{code!r} is of {listed}, not of {entity_type}",
                code=code,
                listed=", ".join(kept),
                entity_type=entity_type,
            )
            size.refuse(strange, "what this type returns", entity_type)
    chosen = {"weights": built_in.suggestions.weights, "pinned": built_in.suggestions.pinned}
    for key, codes in chosen.items():
        for code in codes:
            if code not in quantities:
                found, expected = repr(code), with_nearest("a quantity", code, quantities)
                at.at("suggestions").refuse(found, expected, key)


def _check_length(expression: Expression, terms: RuleTerms) -> None:
    for name in expression.names:
        if name in terms.accounts and terms.accounts[name].by:
            found = Sentence("{name!r} is a table, which a rule cannot look up", name=name)
            raise FormulaError(found, expected="variables, or an account with a formula")
        if name in terms.accounts and name not in terms.texts:
            found = Sentence(
                "the account {name!r} is too long to be written out in a rule", name=name
            )
            raise FormulaError(found, expected="variables, or an account that can be executed")


def _check_types(
    entity_types: Sequence[str], used: Sequence[str], names: Names, at: Reading
) -> None:
    """A rule for a type uses what that type returns, and of others what those return."""
    key = "rule" if at.node.get("rule") else "formula"
    items: dict[str, Variable | Account] = {**names.variables, **names.accounts}
    for name in used:
        kept = items[name].entity_types if name in items else ()
        strange = [t for t in entity_types if kept and t not in kept]
        if strange:
            found = Sentence(
                "{name!r} is of {types}, not of {others}",
                name=name,
                types=", ".join(kept),
                others=", ".join(strange),
            )
            at.refuse(found, "what these types return", key)


def _check_additive(expression: Expression, names: Names, at: Reading) -> None:
    """What is added up over entities can be: gross flows between them cannot, their net can."""
    for look in expression.looks:
        is_sum = look.function in ("sum_over", "sum_known")
        variable = names.variables.get(look.operand)
        if is_sum and variable is not None and not variable.additive:
            found = Sentence(
                "{text} adds up {code!r}, which is additive: false",
                text=look.text,
                code=variable.code,
            )
            at.refuse(found, "a quantity that adds up", "rule")


def _texts(names: Names, accounts: Mapping[str, Account]) -> dict[str, str]:
    """What stands for a factor or an account in a rule: text over variables alone.

    An account that would be longer than a formula may be is left out; a rule that uses it says so.
    """
    texts = {code: str(Fraction(str(factor.value))) for code, factor in names.factors.items()}
    for code, account in accounts.items():
        expression = parse(account.executable) if account.executable else None  # none: a table
        if expression is None or any(n in accounts and n not in texts for n in expression.names):
            continue
        text = inline(expression, texts)
        text = text if account.factor == "1" else f"({text}) * ({account.factor})"
        if len(text) <= LONGEST:
            texts[code] = text
    return texts
