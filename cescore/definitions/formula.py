"""The language of formulas: arithmetic over codes, read without running anything.

A text is first split into tokens by a list of what is allowed, so nothing else ever reaches
Python's own parser; the tree that comes back is walked against a list of nodes. No unit library is
imported here: the process that makes a report parses formulas and never converts a unit.
"""

from __future__ import annotations

import ast
import keyword
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from cescore.errors import CescoreError

LONGEST = 2000  # characters
DEEPEST = 60  # brackets and signs inside each other
MOST_OPERATORS = 200  # a chain a + b + c is a tree as deep as it is long
LARGEST_EXPONENT = 20
LARGEST_NUMBER = 1e30
LONGEST_LAG = 50  # years

FUNCTIONS: Mapping[str, tuple[int, int]] = {  # name -> least and most operands
    "abs": (1, 1),
    "sqrt": (1, 1),
    "log": (1, 1),
    "exp": (1, 1),
    "positive": (1, 1),
    "base": (1, 1),
    "lag": (1, 2),
    "min": (2, 100),
    "max": (2, 100),
    "total": (1, 100),
    "mean": (1, 100),
    "first_available": (1, 100),
}
# What looks at other entities: the first operand is an entity type. Only checks may, see `parse`.
ACROSS: Mapping[str, tuple[int, int]] = {
    "sum_over": (2, 2),
    "sum_known": (2, 2),
    "count_known": (2, 2),
    "count_of": (1, 1),
    "in_body": (2, 2),
}
LOGIC = ("and", "or", "not")
ALLOWED = f"codes, numbers, + - * / **, brackets and {', '.join(sorted(FUNCTIONS))}"

TOKEN = re.compile(
    r"(?P<blank>[ \t\r\n]+)"
    r"|(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)(?![A-Za-z0-9_.])"
    r"|(?P<name>[A-Za-z][A-Za-z0-9_]*)"
    r"|(?P<comparison><=|>=|==|!=|<|>)"
    r"|(?P<operator>\*\*|[-+*/])(?!/)"
    r"|(?P<bracket>[(),])"
)
COMPARISONS = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
}
ARITHMETIC = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}


class FormulaError(CescoreError):
    """A formula that is not in the language, or whose units do not fit.

    ``position`` is the column in the text, from 1; ``expected`` is what would do.
    """

    def __init__(self, message: str, *, position: int | None = None, expected: str = "") -> None:
        self.position, self.expected = position, expected
        self.reason = message if position is None else f"column {position}: {message}"
        super().__init__(self.reason + (f"; expected {expected}" if expected else ""))


@dataclass(frozen=True)
class Look:
    """What a formula takes of other entities: the function, their type, and the codes of theirs."""

    function: str
    entity_type: str
    names: tuple[str, ...]
    operand: str  # the formula over what they return; empty for count_of
    text: str


@dataclass(frozen=True)
class Expression:
    """A formula that has been read, with its operands, so that nobody reads it again.

    ``names`` are all codes in their order, those of other entities too; ``own_names`` those of the
    entity itself. ``longest_lag`` is how many years before the evaluated one are needed. ``parts``
    are the operands of an outermost function (the rungs of first_available), or the two sides of a
    comparison.
    """

    text: str
    tree: ast.expr
    names: tuple[str, ...]
    own_names: tuple[str, ...]
    looks: tuple[Look, ...] = ()
    longest_lag: int = 0
    parts: tuple[str, ...] = ()

    @property
    def across(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The codes of other entities, by the entity type whose they are."""
        return tuple((look.entity_type, look.names) for look in self.looks)


@dataclass(frozen=True)
class Resolved:
    """A formula with its unit conversions written in.

    ``executable`` gives a number in ``unit``, the formula's own; times ``factor``, an exact
    fraction as text, it is in the unit that was asked for.
    """

    executable: str
    factor: str
    unit: str


def is_reserved(code: str) -> bool:
    """Whether a code cannot be used in a formula, because the language or Python has the word."""
    return code in FUNCTIONS or code in ACROSS or keyword.iskeyword(code)


def parse(text: str, conditions: bool = False, across: bool = False) -> Expression:
    """Read a formula, or with ``conditions`` a rule such as ``part <= whole and whole > 0``.

    Only a rule, or with ``across`` an estimate, may look at other entities: ``sum_over(enterprise, energy)`` adds up over the
    enterprises inside the entity, ``in_body(city, gdp)`` takes the figure of the city it lies in.

    Raises
    ------
    FormulaError
        The text holds anything but what the language allows; the message names place and word.
    """
    if not isinstance(text, str) or not text.strip():
        raise FormulaError("there is no formula", expected=ALLOWED)
    return _parsed(text, conditions, conditions or across)


@lru_cache(maxsize=8192)
def _parsed(text: str, conditions: bool, across: bool) -> Expression:
    if len(text) > LONGEST:
        raise FormulaError(f"{len(text)} characters", expected=f"at most {LONGEST}")
    names = tuple(dict.fromkeys(_scan(text, conditions, across)))
    plain = re.sub(r"\s", " ", text).strip()
    try:
        tree = ast.parse(plain, mode="eval").body
    except SyntaxError as error:
        place = (error.offset or 1) + len(text) - len(text.lstrip())
        raise FormulaError("cannot be read here", position=place, expected=ALLOWED) from error
    except (ValueError, MemoryError, RecursionError) as error:
        raise FormulaError("nested too deeply to be read", expected=ALLOWED) from error
    _Reader(conditions, across).read(tree)
    return Expression(
        text=" ".join(plain.split()),
        tree=tree,
        names=names,
        own_names=tuple(dict.fromkeys(_own_names(tree))),
        looks=tuple(map(_look, across_calls(tree))),
        longest_lag=_longest_lag(tree),
        parts=tuple(map(ast.unparse, _parts(tree))),
    )


def across_calls(tree: ast.expr) -> list[ast.Call]:
    """The calls in a formula that look at other entities."""
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    return [call for call in calls if isinstance(call.func, ast.Name) and call.func.id in ACROSS]


def _look(call: ast.Call) -> Look:
    entity_type, codes = ast.unparse(call.args[0]), tuple(_codes(call.args[1:]))
    operand = ast.unparse(call.args[1]) if len(call.args) > 1 else ""
    return Look(ast.unparse(call.func), entity_type, codes, operand, ast.unparse(call))


def _longest_lag(node: ast.AST) -> int:
    """The years that the lags inside each other go back, at most."""
    inner = max((_longest_lag(child) for child in ast.iter_child_nodes(node)), default=0)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "lag":
        return inner + int(constant(node.args[1]) or 1 if len(node.args) == 2 else 1)
    return inner


def _parts(tree: ast.expr) -> Iterable[ast.expr]:
    if isinstance(tree, ast.Call):
        return tree.args
    return (tree.left, *tree.comparators) if isinstance(tree, ast.Compare) else ()


def _codes(nodes: Iterable[ast.expr]) -> Iterable[str]:
    """The codes in some operands, each once."""
    found = (n.id for node in nodes for n in ast.walk(node) if isinstance(n, ast.Name))
    return dict.fromkeys(name for name in found if name not in FUNCTIONS)


def _own_names(node: ast.AST) -> Iterable[str]:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        inside = [] if node.func.id in ACROSS else node.args
        return [name for argument in inside for name in _own_names(argument)]
    if isinstance(node, ast.Name):
        return [node.id]
    return [name for child in ast.iter_child_nodes(node) for name in _own_names(child)]


def inline(expression: Expression, texts: Mapping[str, str]) -> str:
    """The formula's text with codes replaced by the texts given for them, each in brackets."""
    types = set(_types_at(expression.text))
    return TOKEN.sub(
        lambda m: (
            f"({texts[m[0]]})" if m["name"] and m[0] in texts and m.start() not in types else m[0]
        ),
        expression.text,
    )


def _types_at(text: str) -> Iterable[int]:
    """Where in a text the entity types of `sum_over` and its like stand."""
    return [
        m.start("type")
        for m in re.finditer(rf"\b(?:{'|'.join(ACROSS)})\s*\(\s*(?P<type>\w+)", text)
    ]


def _scan(text: str, conditions: bool, across: bool) -> Iterable[str]:
    """Check each token and how deeply they nest; returns the codes used."""
    position, depth, signs, operators, before = 0, 0, 0, 0, "("
    names: list[str] = []
    types = set(_types_at(text)) if across else set()
    while position < len(text):
        found = TOKEN.match(text, position)
        if found is None:
            raise FormulaError(_stranger(text, position), position=position + 1, expected=ALLOWED)
        kind, word = str(found.lastgroup), found[0]
        if kind == "name":
            _check_word(word, text[found.end() :], conditions, across, position + 1)
            is_code = word not in FUNCTIONS and word not in LOGIC and word not in ACROSS
            if is_code and position not in types:
                names.append(word)
        elif kind == "comparison" and not conditions:
            raise FormulaError(f"{word!r} compares", position=position + 1, expected=ALLOWED)
        if kind == "operator" or word in LOGIC:
            operators += 1
            is_sign = before in "(,+-*/**" or before in LOGIC or before in COMPARISONS.values()
            signs = signs + 1 if is_sign else 0
        depth += {"(": 1, ")": -1}.get(word, 0)
        if depth < 0:
            raise FormulaError("')' closes nothing", position=position + 1)
        if depth + signs > DEEPEST or operators > MOST_OPERATORS:
            raise FormulaError(
                "too deep or too long to follow",
                position=position + 1,
                expected=f"at most {DEEPEST} brackets in each other, {MOST_OPERATORS} operators",
            )
        position, before = found.end(), before if kind == "blank" else word
    if depth:
        raise FormulaError(f"{depth} bracket(s) not closed", position=len(text), expected="')'")
    return names


def _stranger(text: str, position: int) -> str:
    """Words for a character the language does not have."""
    found = text[position]
    plain = unicodedata.normalize("NFKC", found)
    if plain != found and plain.isascii():
        return f"{found!r} is not the ASCII {plain!r}"
    if found == "=":
        return "'=' is no comparison (write ==)"
    word = re.match(r"[\w.]+|\S{1,2}", text[position:])
    return f"{(word[0] if word else found)[:40]!r} is not allowed"


def _check_word(word: str, rest: str, conditions: bool, across: bool, position: int) -> None:
    is_called = rest.lstrip().startswith("(")
    if word in LOGIC and conditions:
        return
    if keyword.iskeyword(word):
        raise FormulaError(f"{word!r} is not allowed", position=position, expected=ALLOWED)
    if (word in FUNCTIONS or word in ACROSS) and not is_called:
        raise FormulaError(f"{word!r} is a function", position=position, expected=f"{word}(…)")
    if word in ACROSS and not across:
        raise FormulaError(
            f"{word!r} looks at other entities",
            position=position,
            expected="a rule of checks.yml for that; here what the entity itself returns",
        )
    if is_called and word not in FUNCTIONS and word not in ACROSS:
        raise FormulaError(
            f"{word!r} is not a function",
            position=position,
            expected=", ".join(sorted(FUNCTIONS)),
        )


class _Reader:
    """Walks a tree against the list of what is allowed."""

    def __init__(self, conditions: bool, across: bool) -> None:
        self.conditions, self.across = conditions, across

    def read(self, tree: ast.expr) -> None:
        if self.conditions:
            self._condition(tree)
        else:
            self._value(tree)

    def _condition(self, node: ast.expr) -> None:
        if isinstance(node, ast.BoolOp):
            for value in node.values:
                self._condition(value)
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            self._condition(node.operand)
        elif isinstance(node, ast.Compare):
            if len(node.ops) > 1 or type(node.ops[0]) not in COMPARISONS:
                raise error_at(node, "more than one comparison in a row", "a <= b and b <= c")
            self._value(node.left)
            self._value(node.comparators[0])
        else:
            raise error_at(node, "is a number, not a condition", "a comparison such as a <= b")

    def _value(self, node: ast.expr) -> None:
        if isinstance(node, ast.Constant):
            self._number(node)
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
            self._power(node)
        elif isinstance(node, ast.BinOp) and type(node.op) in ARITHMETIC:
            self._value(node.left)
            self._value(node.right)
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
            self._value(node.operand)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            self._call(node, node.func.id)
        elif not isinstance(node, ast.Name):
            raise error_at(node, "is not allowed", ALLOWED)

    def _number(self, node: ast.Constant) -> None:
        value = node.value if type(node.value) in (int, float) else None
        if not (isinstance(value, int | float) and abs(value) <= LARGEST_NUMBER):
            raise FormulaError(
                "not a number to compute with",
                position=node.col_offset + 1,
                expected=f"at most {LARGEST_NUMBER:g}",
            )

    def _power(self, node: ast.BinOp) -> None:
        exponent = constant(node.right) if _is_plain(node.right) else None
        if exponent is None or abs(exponent) > LARGEST_EXPONENT:
            expected = (
                f"a number from -{LARGEST_EXPONENT} to {LARGEST_EXPONENT}, such as 2 or (1/5)"
            )
            raise error_at(node.right, "is no exponent", expected)
        if isinstance(node.left, ast.BinOp) and not _has_name(node.left):
            raise error_at(node, "is a power of numbers alone", "the number itself")
        self._value(node.left)

    def _call(self, node: ast.Call, name: str) -> None:
        if name in ACROSS and self.across:
            self._across(node, name)
            return
        if name not in FUNCTIONS:
            raise error_at(
                node,
                f"{name} is called, which is not a function",
                ", ".join(sorted(FUNCTIONS)),
            )
        least, most = FUNCTIONS[name]
        if node.keywords or not least <= len(node.args) <= most:
            span = f"{least}" if least == most else f"{least} to {most}"
            raise error_at(node, f"{name} with {len(node.args)} operand(s)", span)
        if name == "lag" and len(node.args) == 2:
            years = constant(node.args[1]) if _is_plain(node.args[1]) else None
            if years is None or years.denominator != 1 or not 1 <= years <= LONGEST_LAG:
                raise error_at(node.args[1], "is no number of years", f"1 to {LONGEST_LAG}")
        for argument in node.args:
            self._value(argument)

    def _across(self, node: ast.Call, name: str) -> None:
        least, most = ACROSS[name]
        if node.keywords or not least <= len(node.args) <= most:
            raise error_at(node, f"{name} with {len(node.args)} operand(s)", f"{least}")
        if not isinstance(node.args[0], ast.Name):
            raise error_at(node.args[0], f"as first operand of {name}", "an entity type")
        for argument in node.args[1:]:
            if across_calls(argument):
                raise error_at(node, f"{name} of what looks at others itself", "one at a time")
            self._value(argument)


def constant(node: ast.expr) -> Fraction | None:
    """The value of numbers under + - * /, exactly; None where a code or anything else is used."""
    if isinstance(node, ast.Constant):
        return Fraction(str(node.value))
    if isinstance(node, ast.UnaryOp):
        inner = constant(node.operand)
        return -inner if inner is not None and isinstance(node.op, ast.USub) else inner
    if isinstance(node, ast.BinOp) and type(node.op) in ARITHMETIC:
        left, right = constant(node.left), constant(node.right)
        if left is not None and right is not None and (right or not isinstance(node.op, ast.Div)):
            return computed(ARITHMETIC[type(node.op)], left, right)
    return None


def computed(sign: str, left: Fraction, right: Fraction) -> Fraction:
    if sign in "+-":
        return left + right if sign == "+" else left - right
    return left * right if sign == "*" else left / right


def _is_plain(node: ast.expr) -> bool:
    """A number, a signed number, or one number over another."""
    if isinstance(node, ast.UnaryOp):
        return _is_plain(node.operand)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        return _is_plain(node.left) and _is_plain(node.right) and constant(node) is not None
    return isinstance(node, ast.Constant) and type(node.value) in (int, float)


def _has_name(node: ast.expr) -> bool:
    return any(isinstance(inner, ast.Name) for inner in ast.walk(node))


def error_at(node: ast.expr, found: str, expected: str) -> FormulaError:
    text = ast.unparse(node) if not isinstance(node, ast.BinOp | ast.Call) else ""
    return FormulaError(
        f"{text[:60]} {found}".strip(), position=node.col_offset + 1, expected=expected
    )
