"""What each code of variables.yml and accounts.yml stands for."""

from __future__ import annotations

from dataclasses import dataclass, field

from cescore.definitions.entries.located import Node
from cescore.definitions.entries.reading import Reading
from cescore.definitions.formulas.formula import Expression, parse
from cescore.definitions.formulas.language import FormulaError, is_reserved
from cescore.definitions.formulas.units import UnitError, Units
from cescore.definitions.model import Account, Computed, Factor, Variable
from cescore.definitions.spelling import with_nearest
from cescore.errors import Sentence

ONCE = Sentence("each code once, whatever it is of")
FORMULA_KEYS = ("formula", "ladder", "summed", "across_bases", "examples")  # which no table has
TABLE_KEYS = (
    "by",
    "values",
    "otherwise",
    "otherwise_in",
    "level",
    "from_sample",
)  # of a table alone
OF_REGISTER = "industry"  # the word of the register that a table may go by


@dataclass
class Names:
    """All codes of variables.yml and accounts.yml, the sound ones as objects, with their units.

    ``places`` holds every code with its place, also of entries that are wrong, so that one mistake
    is not followed by "unknown code" in each formula that uses it.
    """

    units: Units
    variables: dict[str, Variable] = field(default_factory=dict)
    factors: dict[str, Factor] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)
    places: dict[str, Reading] = field(default_factory=dict)
    expressions: dict[str, Expression] = field(default_factory=dict)  # of accounts
    is_broken: bool = False  # a file of codes could not be read: an unknown code is not news

    def add_variable(self, code: str, at: Reading) -> None:
        if (at.node.get("unit") or at.node).value == "code" and at.node.get("kind") is None:
            kind = Node("code", at.node.where, "code")
            at = at.of(Node({**at.node.entries(), "kind": kind}, at.node.where), at.what)
        variable = at.of(_ranged(at), at.what).build(Variable, code=code)
        is_new = self._registered(code, at)
        if variable is not None and is_new and is_unit(variable.unit, at, self.units):
            _check_range(variable, at)
            self.variables[code] = variable

    def add_factor(self, code: str, at: Reading) -> None:
        factor = at.build(Factor, code=code)
        is_new = self._registered(code, at)
        if factor is not None and is_new and is_unit(factor.unit, at, self.units):
            self.factors[code] = factor

    def add_account(self, code: str, at: Reading) -> None:
        account = at.build(Account, code=code, hidden=TABLE_KEYS)
        if not self._registered(code, at) or account is None:
            return
        before = len(at.problems)
        account = _with_ladder(account, at)
        expression = None if len(at.problems) > before else read_formula(account, at)
        if is_unit(account.unit, at, self.units):
            self.accounts[code] = account
            if expression is not None:
                self.expressions[code] = expression

    def add_table(self, code: str, at: Reading) -> None:
        """An account whose value is looked up by a word of the entity."""
        before = len(at.problems)
        written = at.of(_tabled(at.node), at.what)
        table = written.build(Account, code=code, hidden=FORMULA_KEYS)
        if not self._registered(code, at) or table is None:
            return
        self._check_table(table, at)
        if is_unit(table.unit, at, self.units) and len(at.problems) == before:
            self.accounts[code] = table

    def _check_table(self, table: Account, at: Reading) -> None:
        """The word is one that entities have, and each line of the table may be such a word."""
        known = [OF_REGISTER, *(code for code in self.variables if self.is_code(code))]
        if table.by not in known and not self.is_broken:
            expected = with_nearest("industry or a variable of kind code", table.by, known)
            at.refuse(repr(table.by) if table.by else "is missing", expected, "by")
        if not table.values:
            at.refuse("there is none", "word: {value, source, tag}", "values")
        allowed = self.variables[table.by].allowed if table.by in self.variables else ()
        for word in table.values if allowed else ():
            at.at("values", word).known(word, allowed, Sentence("a value of {by}", by=table.by))

    def unit_of(self) -> dict[str, str]:
        """The unit of each sound quantity."""
        everything = (self.variables, self.factors, self.accounts)
        units = {code: item.unit for table in everything for code, item in table.items()}
        return {code: unit for code, unit in units.items() if not self.is_code(code)}

    def is_code(self, code: str) -> bool:
        """Whether a variable is a code, which no formula can compute with."""
        return code in self.variables and self.variables[code].kind == "code"

    def on_bases(self) -> dict[str, Expression]:
        """The formulas of accounts by which a basis is followed: not those that compare two."""
        compares = {code for code, account in self.accounts.items() if account.across_bases}
        return {code: e for code, e in self.expressions.items() if code not in compares}

    def _registered(self, code: str, at: Reading) -> bool:
        if code in self.places:
            at.refuse(
                Sentence("the code is taken at {where}", where=self.places[code].node.where), ONCE
            )
            return False
        if is_reserved(code):
            at.refuse("a word of the formula language", "another code")
        self.places[code] = at
        return True


def is_unit(text: str, at: Reading, units: Units) -> bool:
    """Whether a declared unit can be read; if not, a Problem with the nearest spelling."""
    try:
        units.parse(text)
    except UnitError as error:
        at.refuse(error.message, "a known unit", "unit")
        return False
    return True


def read_formula(item: Computed, at: Reading) -> Expression | None:
    """The parsed formula of an account or indicator; None where it has no sound one."""
    if not item.collected:
        if item.formula:
            at.refuse("a formula, though collected is false", "definition, in words", "formula")
        return None
    try:
        expression = parse(item.formula)
    except FormulaError as error:
        refuse_formula(error, at)
        return None
    if not expression.names:
        expected = Sentence("at least one code; a constant is a factor in accounts.yml")
        at.refuse("numbers only", expected, "formula")
        return None
    return expression


def refuse_formula(error: FormulaError, at: Reading, key: str = "formula") -> None:
    """Hand on what is wrong with a formula, at its place."""
    at.refuse(error.reason, error.expected, key)


def _with_ladder(account: Account, at: Reading) -> Account:
    """The account with its rungs, in their order, as its formula; each of them must be one by itself."""
    if not account.ladder:
        return account
    codes = [rung.rung for rung in account.ladder]
    if account.formula:
        at.refuse("a formula beside it", "the rungs alone: they are the formula", "ladder")
    for code in sorted({code for code in codes if codes.count(code) > 1}):
        at.refuse(Sentence("{code!r} twice", code=code), "each rung once", "ladder")
    for i, rung in enumerate(account.ladder):
        try:
            parse(rung.formula)
        except FormulaError as error:
            place = at.at("ladder", str(i)).node
            at.of(place, f"{at.what}.ladder.{rung.rung}").refuse(error.reason, error.expected)
    written = ", ".join(" ".join(rung.formula.split()) for rung in account.ladder)
    return account.model_copy(update={"formula": f"first_available({written})"})


def _tabled(node: Node) -> Node:
    """A table whose lines that are bare numbers are written out as ``{value: number}``."""
    entries = dict(node.entries()) if isinstance(node.value, dict) else {}
    lines = entries.get("values")
    if lines is None or not isinstance(lines.value, dict):
        return node
    written = {word: _line(line) for word, line in lines.entries().items()}
    entries["values"] = Node(written, lines.where)
    if "otherwise" in entries:
        entries["otherwise"] = _line(entries["otherwise"])
    others = entries.get("otherwise_in")
    if others is not None and isinstance(others.value, dict):
        written = {industry: _line(line) for industry, line in others.entries().items()}
        entries["otherwise_in"] = Node(written, others.where)
    return Node(entries, node.where)


def _line(node: Node) -> Node:
    return node if isinstance(node.value, dict | list) else Node({"value": node}, node.where)


def _check_range(variable: Variable, at: Reading) -> None:
    for entity_type, low in variable.low.items():
        high = variable.high.get(entity_type, low)
        if low > high:
            place = at.node.get("range") or at.node.get("low") or at.node
            named = at.of(place, f"{at.what}.range.{entity_type}")
            named.refuse(f"[{low:g}, {high:g}]", "the lower end first")


def _ranged(at: Reading) -> Node:
    """``range: {district: [low, high]}`` written out as ``low`` and ``high``."""
    node, given = at.node, at.node.get("range")
    if given is None:
        return node
    ends: dict[str, dict[str, Node]] = {"low": {}, "high": {}}
    for entity_type, pair in given.entries().items():
        if isinstance(pair.value, list) and len(pair.value) == 2:
            for end, value in zip(ends, pair.value, strict=True):
                if value.value is not None:
                    ends[end][entity_type] = value
        else:
            at.at("range", entity_type).refuse(pair.kind, "[low, high]")
    if not isinstance(given.value, dict) and given.value is not None:
        at.refuse(given.kind, "{entity_type: [low, high]}", "range")
    entries = dict(node.without("range").entries())
    for end, values in ends.items():
        if values:
            entries[end] = Node({**entries.get(end, Node({}, "")).entries(), **values}, given.where)
    return Node(entries, node.where)
