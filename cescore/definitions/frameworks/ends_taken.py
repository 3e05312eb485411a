"""How the indicators of all frameworks take their ends: by a rule or with a reason, one quantity alike,
mixed by what they are a ratio to."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from copy import deepcopy

from cescore.definitions.entries.reading import Reading
from cescore.definitions.formulas.dimensions import unit_in
from cescore.definitions.formulas.language import FormulaError
from cescore.definitions.frameworks.contradictions import method_of
from cescore.definitions.frameworks.ends import Ends
from cescore.definitions.frameworks.layout import Draft
from cescore.definitions.frameworks.names import Names
from cescore.definitions.frameworks.order import closure
from cescore.definitions.model import ON_GOALPOSTS, Account, Disclosure, Goalposts, Indicator
from cescore.definitions.model.ends import ON_LOG
from cescore.errors import Sentence

PASSES_ON = "positive"  # a function that changes no value that it lets through
EITHER = Sentence("of: a quantity of goalposts.yml, or a reason beside worst and best")


def check_ends(ends: Ends, drafts: Mapping[str, Draft], names: Names) -> None:
    """Whether each scored indicator takes its ends as goalposts.yml has it, where there is one.

    Told are ends by no quantity and without a reason, a quantity of another unit, direction or
    scale, two indicators that measure the same by their formulas and have different ends without a
    reason, and an indicator held against a norm whose ends are none of its levels.
    """
    if not ends.is_asked_for:
        return
    first: dict[str, tuple[str, Goalposts, Reading]] = {}
    for draft in drafts.values():
        for indicator, posts, at in _scored(draft):
            if not posts.of and not posts.reason:
                at.refuse("ends by no rule", EITHER)
            _check_quantity(ends, indicator, posts, draft, at)
            _check_norm(ends, indicator, posts, names, draft, at)
            measured = _meaning(indicator.code, draft)
            code, known, place = first.setdefault(measured, (indicator.code, posts, at))
            if posts.of != known.of and not posts.reason and not known.reason:
                found = Sentence(
                    "{of}, though {code} at {where} measures the same",
                    of=posts.of or "own ends",
                    code=code,
                    where=place.node.where,
                )
                at.refuse(
                    found, Sentence("of: {of}, or a reason beside worst and best", of=known.of)
                )


def check_mixes(
    ends: Ends, drafts: Mapping[str, Draft], names: Names, disclosure: Disclosure | None
) -> None:
    """Whether ends that are mixed by a table go by the denominator of each indicator that takes them.

    The shares of several industries are shares of the variable that disclosure.yml names
    (``shares_of``), so the table must hold the denominator per that: told is one of another
    dimension, an indicator that is no ratio, and a workspace that does not say what shares are of.
    """
    if names.is_broken or disclosure is None:
        return
    for draft in drafts.values():
        for indicator, posts, at in _scored(draft):
            if posts.mixed_by is not None and posts.mixed_by.table in names.accounts:
                _check_mix(indicator, names.accounts[posts.mixed_by.table], names, draft, at,
                           disclosure.shares_of)  # fmt: skip


def _check_mix(
    indicator: Indicator, table: Account, names: Names, draft: Draft, at: Reading, shares_of: str
) -> None:
    output = names.variables.get(shares_of)
    if output is None:
        found = Sentence("mixed_by: {table}, and nothing says what shares are of", table=table.code)
        at.refuse(found, "shares_of: a variable, in disclosure.yml")
        return
    expression = draft.expressions.get(indicator.code)
    if expression is None:
        return  # not collected, or told where it is read
    written = _Written(draft).visit(deepcopy(expression.tree))
    if not isinstance(written, ast.BinOp) or not isinstance(written.op, ast.Div):
        at.refuse(
            Sentence("mixed_by: {table}, and the formula is no ratio", table=table.code), "a / b"
        )
        return
    units = names.units
    try:
        below = unit_in(written.right, names.unit_of(), units)
    except FormulaError:
        return  # told where the formula is checked
    wanted, own = below / units.parse(output.unit), units.parse(table.unit)
    if not units.same_dimension(own, wanted):
        at.refuse(
            Sentence("mixed_by: {table}, in {own}", table=table.code, own=units.described(own)),
            Sentence(
                "a table in {wanted}: the denominator per {shares_of}",
                wanted=units.described(wanted),
                shares_of=shares_of,
            ),
        )


def _scored(draft: Draft) -> Iterator[tuple[Indicator, Goalposts, Reading]]:
    """Each scored indicator whose method stands on ends, with the ends of each year key."""
    for code, indicator in draft.indicators.items():
        if indicator.group and indicator.collected and method_of(draft, indicator) in ON_GOALPOSTS:
            for year, posts in indicator.goalposts.items():
                yield indicator, posts, draft.indicator_places[code].at("goalposts", str(year))


def _check_quantity(
    ends: Ends, indicator: Indicator, posts: Goalposts, draft: Draft, at: Reading
) -> None:
    """The indicator is the quantity that it says: unit and direction, and the scale of its rule."""
    quantity, rule = ends.table.quantities.get(posts.of), ends.rule_of(posts.of)
    if quantity is None:
        return
    if quantity.unit != indicator.unit:
        at.refuse(
            Sentence("{of} is in {unit!r}", of=posts.of, unit=quantity.unit),
            Sentence("a quantity in {unit!r}", unit=indicator.unit),
            "of",
        )
    if quantity.direction != indicator.direction:
        found = Sentence(
            "{of} has direction {direction}", of=posts.of, direction=quantity.direction
        )
        at.refuse(
            found,
            Sentence("a quantity of direction {direction}", direction=indicator.direction),
            "of",
        )
    is_log = method_of(draft, indicator) == ON_LOG
    if rule is not None and (rule.kind == "ratio") != is_log:
        wanted = ON_LOG if rule.kind == "ratio" else "goalposts"
        place = draft.indicator_places[indicator.code]
        place.refuse(
            Sentence("ends by a {kind}", kind=rule.kind),
            Sentence("normalisation: {wanted}", wanted=wanted),
            "normalisation",
        )


def _check_norm(
    ends: Ends, indicator: Indicator, posts: Goalposts, names: Names, draft: Draft, at: Reading
) -> None:
    """An indicator held against a published norm says which of its levels its ends are."""
    used = closure([indicator.code], {**names.expressions, **draft.expressions})
    norms = [code for code in used if code in names.accounts and names.accounts[code].level]
    quantity, rule = ends.table.quantities.get(posts.of), ends.rule_of(posts.of)
    is_by_levels = quantity is not None and rule is not None and rule.kind == "levels"
    if norms and not is_by_levels:
        found = Sentence(
            "{of}, though {listed} are levels of a norm",
            of=posts.of or "own ends",
            listed=", ".join(norms),
        )
        at.refuse(found, "a quantity with the levels of the norm", "of")
    if is_by_levels and quantity is not None and set(quantity.levels.values()) - set(norms):
        lacking = ", ".join(c for c in quantity.levels.values() if c not in norms)
        at.refuse(
            Sentence("the formula has no {lacking}", lacking=lacking),
            "every level of the quantity in it",
            "of",
        )


def _meaning(code: str, draft: Draft) -> str:
    """What an indicator measures: its formula with other indicators written out."""
    expression = draft.expressions.get(code)
    return (
        code
        if expression is None
        else ast.unparse(_Written(draft).visit(deepcopy(expression.tree)))
    )


class _Written(ast.NodeTransformer):
    """Writes indicators out by their formulas, and takes away what passes its operand on.

    Formulas that lead back to themselves are told elsewhere: each is written out once on a way down.
    """

    def __init__(self, draft: Draft, above: frozenset[str] = frozenset()) -> None:
        self.draft, self.above = draft, above

    def visit_Name(self, node: ast.Name) -> ast.AST:
        expression = self.draft.expressions.get(node.id)
        if expression is None or node.id in self.above:
            return node
        inner = _Written(self.draft, self.above | {node.id})
        written: ast.AST = inner.visit(deepcopy(expression.tree))
        return written

    def visit_Call(self, node: ast.Call) -> ast.AST:
        node.args = [self.visit(argument) for argument in node.args]
        passes_on = isinstance(node.func, ast.Name) and node.func.id == PASSES_ON
        return node.args[0] if passes_on else node
