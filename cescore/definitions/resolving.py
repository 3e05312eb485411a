"""What each code in params/ stands for, and which formulas use which codes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from cescore.definitions.dimensions import resolve
from cescore.definitions.formula import (
    Expression,
    FormulaError,
    is_reserved,
    parse,
)
from cescore.definitions.located import Node
from cescore.definitions.model import Account, Computed, Estimate, Example, Factor, Variable
from cescore.definitions.shape import build, with_nearest
from cescore.definitions.units import UnitError, Units
from cescore.errors import Problem

FILLED_BY_LOADING = ("executable", "factor")
ATTRIBUTES = ("industry", "holding_id")  # of the register, that members are chosen by
STATES = ("not_computable", "missing", "suppressed", "not_applicable", "not_collected")

AnyComputed = TypeVar("AnyComputed", bound=Computed)


@dataclass
class Names:
    """All codes of variables.yml and accounts.yml, the sound ones as objects.

    ``nodes`` holds every code with its place, also of entries that are wrong, so that one mistake
    is not followed by "unknown code" in each formula that uses it.
    """

    problems: list[Problem]
    variables: dict[str, Variable] = field(default_factory=dict)
    factors: dict[str, Factor] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)
    nodes: dict[str, Node] = field(default_factory=dict)
    expressions: dict[str, Expression] = field(default_factory=dict)  # of accounts
    is_broken: bool = False  # a file of codes could not be read: an unknown code is not news

    def add_variable(self, code: str, node: Node, units: Units) -> None:
        what = f"variables.{code}"
        if (node.get("unit") or node).value == "code" and node.get("kind") is None:
            node = Node({**node.entries(), "kind": Node("code", node.where, "code")}, node.where)
        found = build(Variable, node, what, self.problems, code=code)
        is_new = self._registered(code, what, node)
        if found is not None and is_new and is_unit(found.unit, node, what, units, self.problems):
            self._check_range(found, node, what)
            self.variables[code] = found

    def add_factor(self, code: str, node: Node, units: Units) -> None:
        what = f"factors.{code}"
        found = build(Factor, node, what, self.problems, code=code)
        is_new = self._registered(code, what, node)
        if found is not None and is_new and is_unit(found.unit, node, what, units, self.problems):
            self.factors[code] = found

    def add_account(self, code: str, node: Node, units: Units) -> None:
        what = f"accounts.{code}"
        found = build(Account, node, what, self.problems, hidden=FILLED_BY_LOADING, code=code)
        if not self._registered(code, what, node) or found is None:
            return
        before = len(self.problems)
        found = with_ladder(found, node, what, self.problems)
        is_told = len(self.problems) > before
        expression = None if is_told else read_formula(found, node, what, self.problems)
        if is_unit(found.unit, node, what, units, self.problems):
            self.accounts[code] = found
            if expression is not None:
                self.expressions[code] = expression

    def unit_of(self) -> dict[str, str]:
        """The unit of each sound quantity."""
        everything = (self.variables, self.factors, self.accounts)
        units = {code: item.unit for table in everything for code, item in table.items()}
        return {code: unit for code, unit in units.items() if not self.is_code(code)}

    def is_code(self, code: str) -> bool:
        """Whether a variable is a code, which no formula can compute with."""
        return code in self.variables and self.variables[code].kind == "code"

    def _registered(self, code: str, what: str, node: Node) -> bool:
        if code in self.nodes:
            found = f"the code is taken at {self.nodes[code].where}"
            self.problems.append(Problem(node.where, what, found, "each code once"))
            return False
        if is_reserved(code):
            found = "a word of the formula language"
            self.problems.append(Problem(node.where, what, found, "another code"))
        self.nodes[code] = node
        return True

    def _check_range(self, variable: Variable, node: Node, what: str) -> None:
        for entity_type, low in variable.low.items():
            high = variable.high.get(entity_type, low)
            if low > high:
                place = (node.get("low") or node).where
                found = f"[{low:g}, {high:g}]"
                self.problems.append(
                    Problem(
                        place,
                        f"{what}.range.{entity_type}",
                        found,
                        "the lower end first",
                    )
                )


def with_ladder(account: Account, node: Node, what: str, problems: list[Problem]) -> Account:
    """The account with its rungs, in their order, as its formula; each of them must be one by itself."""
    if not account.ladder:
        return account
    place, codes = (node.get("ladder") or node).where, [one.rung for one in account.ladder]
    if account.formula:
        found, expected = "a formula beside it", "the rungs alone: they are the formula"
        problems.append(Problem(place, f"{what}.ladder", found, expected))
    twice = sorted({code for code in codes if codes.count(code) > 1})
    problems += [Problem(place, f"{what}.ladder", f"{c!r} twice", "each rung once") for c in twice]
    for i, one in enumerate(account.ladder):
        at = node.at(("ladder", str(i))).where
        try:
            parse(one.formula)
        except FormulaError as error:
            named = f"{what}.ladder.{one.rung}"
            problems.append(Problem(at, named, error.reason, error.expected))
    written = ", ".join(" ".join(one.formula.split()) for one in account.ladder)
    return account.model_copy(update={"formula": f"first_available({written})"})


def is_unit(text: str, node: Node, what: str, units: Units, problems: list[Problem]) -> bool:
    """Whether a declared unit can be read; if not, a Problem with the nearest spelling."""
    try:
        units.parse(text)
    except UnitError as error:
        place = (node.get("unit") or node).where
        problems.append(Problem(place, f"{what}.unit", error.message, "a known unit"))
        return False
    return True


def read_formula(
    item: Computed, node: Node, what: str, problems: list[Problem]
) -> Expression | None:
    """The parsed formula of an account or indicator; None where it has no sound one."""
    place = (node.get("formula") or node).where
    if not item.collected:
        if item.formula:
            found = "a formula, though collected is false"
            problems.append(Problem(place, f"{what}.formula", found, "definition, in words"))
        return None
    try:
        expression = parse(item.formula)
    except FormulaError as error:
        problems.append(Problem(place, f"{what}.formula", error.reason, error.expected))
        return None
    if not expression.names:
        expected = "at least one code; a constant is a factor in accounts.yml"
        problems.append(Problem(place, f"{what}.formula", "numbers only", expected))
        return None
    return expression


def resolve_accounts(names: Names, units: Units, problems: list[Problem]) -> dict[str, Account]:
    """Every account with its executable formula, each after the accounts it uses."""
    nodes = {code: names.nodes[code] for code in names.accounts}
    for code, written in names.expressions.items():
        check_names(written, names, names.nodes, nodes[code], f"accounts.{code}", problems)
    order = ordered(list(names.accounts), names.expressions, nodes, "accounts", problems)
    unit_of = names.unit_of()
    known = names.nodes
    found: dict[str, Account] = {}
    for code in order:
        account, node, what = names.accounts[code], nodes[code], f"accounts.{code}"
        check_examples(account, node, what, closure([code], names.expressions), known, problems)
        check_bases(code, names.expressions, names.factors, node, what, problems)
        expression = names.expressions.get(code)
        found[code] = executable(account, expression, unit_of, node, what, units, problems)
    return found


def check_bases(
    code: str,
    expressions: Mapping[str, Expression],
    factors: Mapping[str, Factor],
    node: Node,
    what: str,
    problems: list[Problem],
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
        found = ", ".join(f"{factor} is {basis}" for basis, factor in met.items())
        place = (node.get("formula") or node).where
        problems.append(Problem(place, f"{what}.formula", found, "factors on one basis"))


def resolve_estimates(names: Names, units: Units, problems: list[Problem]) -> None:
    """The formulas of estimates, made executable in place: over variables, in the variable's unit."""
    unit_of = names.unit_of()
    for code, variable in names.variables.items():
        if variable.estimate is None:
            continue
        what, node = f"variables.{code}.estimate", names.nodes[code].at(("estimate",))
        place = (node.get("formula") or node).where
        try:
            expression = parse(variable.estimate.formula, across=True)
            before = len(problems)
            check_names(expression, names, names.variables, node, what, problems)
            check_only(variable.estimate, expression, names, node, what, problems)
            if len(problems) > before or any(name not in unit_of for name in expression.names):
                continue
            found = resolve(expression, unit_of, variable.unit, units)
        except FormulaError as error:
            problems.append(Problem(place, f"{what}.formula", error.reason, error.expected))
            continue
        made = {"executable": found.executable, "factor": found.factor}
        estimate = variable.estimate.model_copy(update=made)
        names.variables[code] = variable.model_copy(update={"estimate": estimate})


def check_only(
    estimate: Estimate,
    expression: Expression,
    names: Names,
    node: Node,
    what: str,
    problems: list[Problem],
) -> None:
    """Refuse a choice of others without a sum over them, or by what is no text of theirs."""
    place = (node.get("only") or node).where
    if estimate.only and not expression.across:
        found, expected = "a formula of no others", "sum_over(entity type, formula)"
        problems.append(Problem(place, f"{what}.only", found, expected))
    codes = [c for c in names.variables if names.is_code(c)]
    for key in estimate.only:
        if key not in ATTRIBUTES and key not in codes:
            expected = with_nearest(
                "industry, holding_id or a variable of kind code", key, (*ATTRIBUTES, *codes)
            )
            problems.append(Problem(place, f"{what}.only", repr(key), expected))


def check_names(
    expression: Expression,
    names: Names,
    known: Iterable[str],
    node: Node,
    what: str,
    problems: list[Problem],
) -> None:
    """Refuse unknown codes of a formula, naming the nearest, and codes that are no quantity."""
    place = (node.get("formula") or node.get("rule") or node).where
    named = f"{what}.{'rule' if node.get('rule') else 'formula'}"
    codes = set(known)
    for name in expression.names:
        if name not in codes and names.is_broken:
            continue
        if name not in codes:
            expected = with_nearest("a variable, factor, account or indicator", name, sorted(codes))
            problems.append(Problem(place, named, f"unknown code {name!r}", expected))
        elif names.is_code(name):
            found = f"{name!r} is a code, not a quantity"
            problems.append(Problem(place, named, found, "a quantity, count or flag"))


def executable(
    item: AnyComputed,
    expression: Expression | None,
    unit_of: Mapping[str, str],
    node: Node,
    what: str,
    units: Units,
    problems: list[Problem],
) -> AnyComputed:
    """The item with executable and factor; unchanged, with a Problem, where units do not fit."""
    if expression is None or any(name not in unit_of for name in expression.names):
        return item
    try:
        resolved = resolve(expression, unit_of, item.unit, units)
    except FormulaError as error:
        place = (node.get("formula") or node).where
        problems.append(Problem(place, f"{what}.formula", error.reason, error.expected))
        return item
    return item.model_copy(update={"executable": resolved.executable, "factor": resolved.factor})


def ordered(
    codes: Iterable[str],
    expressions: Mapping[str, Expression],
    nodes: Mapping[str, Node],
    what: str,
    problems: list[Problem],
) -> list[str]:
    """Codes each after those it uses; every cycle is named whole, once."""
    todo = list(codes)
    uses = {
        code: [name for name in expressions[code].names if name in nodes]
        for code in todo
        if code in expressions
    }
    done: dict[str, None] = {}
    for code in todo:
        for cycle in _visit(code, uses, done):
            place = (nodes[cycle[0]].get("formula") or nodes[cycle[0]]).where
            found = " -> ".join([*cycle, cycle[0]])
            problems.append(Problem(place, f"{what}.{cycle[0]}.formula", found, "no cycle"))
    wanted = set(todo)
    return [code for code in done if code in wanted]


def _visit(
    start: str, uses: Mapping[str, list[str]], done: dict[str, None]
) -> Iterator[tuple[str, ...]]:
    """Add a code to ``done`` after all it uses, without recursion; yields the cycles on the way."""
    path: list[str] = []  # the codes being visited, each used by the one before
    stack: list[tuple[str, bool]] = [(start, False)]
    while stack:
        code, is_finished = stack.pop()
        if is_finished:
            path.pop()
            done[code] = None
        elif code in path:
            yield tuple(path[path.index(code) :])
        elif code not in done:
            path.append(code)
            stack.append((code, True))
            stack += [(name, False) for name in reversed(uses.get(code, []))]


def closure(codes: Iterable[str], expressions: Mapping[str, Expression]) -> dict[str, None]:
    """The codes and all that their formulas use, however far down, in the order found."""
    found: dict[str, None] = {}
    todo = list(codes)
    while todo:
        code = todo.pop(0)
        if code not in found:
            found[code] = None
            todo += expressions[code].names if code in expressions else ()
    return found


def check_examples(
    item: Computed,
    node: Node,
    what: str,
    usable: Mapping[str, None],
    known: Iterable[str],
    problems: list[Problem],
) -> None:
    """A worked example gives codes that the formula uses, and states that exist."""
    place = (node.get("examples") or node).where
    for position, example in enumerate(item.examples):
        named = f"{what}.examples[{position}]"
        for code in example.given:
            if code not in usable:
                found = f"{code!r} is not used" if code in known else f"unknown code {code!r}"
                expected = with_nearest("codes of the formula", code, usable)
                problems.append(Problem(place, f"{named}.given", found, expected))
        for state in _states(example):
            if state not in STATES:
                expected = with_nearest(f"a number or one of {', '.join(STATES)}", state, STATES)
                problems.append(Problem(place, named, repr(state), expected))


def _states(example: Example) -> list[str]:
    given = [v if isinstance(v, tuple) else (v,) for v in example.given.values()]
    values = [*(value for years in given for value in years), example.expect]
    return [value for value in values if isinstance(value, str)]
