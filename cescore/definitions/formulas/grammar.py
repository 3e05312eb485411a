"""A formula's tree, walked against the list of nodes and functions that are allowed."""

from __future__ import annotations

import ast
from fractions import Fraction

from cescore.definitions.formulas.language import (
    ACROSS,
    ALLOWED,
    ARITHMETIC,
    COMPARISONS,
    FUNCTIONS,
    LARGEST_EXPONENT,
    LARGEST_NUMBER,
    LONGEST_LAG,
    PREDICATES,
    TOLERANCES,
    FormulaError,
)
from cescore.errors import Sentence


class GrammarReader:
    """Walks a tree against the list of what is allowed."""

    def __init__(self, conditions: bool, across: bool) -> None:
        self.conditions, self.across = conditions, across

    def read(self, tree: ast.expr) -> None:
        if self.conditions:
            self._condition(tree)
        else:
            self._value(tree)

    def read_number(self, tree: ast.expr) -> None:
        """A number, as it may stand in a condition where these are read."""
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
        elif isinstance(node, ast.Call) and _called(node) in PREDICATES:
            if node.keywords or len(node.args) != 1:
                raise error_at(
                    node,
                    Sentence(
                        "{called} with {n} operand(s)", called=_called(node), n=len(node.args)
                    ),
                    "1",
                )
            self._value(node.args[0])
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
                expected=Sentence("at most {most:g}", most=LARGEST_NUMBER),
            )

    def _power(self, node: ast.BinOp) -> None:
        exponent = constant(node.right) if _is_plain(node.right) else None
        if exponent is None or abs(exponent) > LARGEST_EXPONENT:
            expected = Sentence(
                "a number from -{most} to {most}, such as 2 or (1/5)",
                most=LARGEST_EXPONENT,
            )
            raise error_at(node.right, "is no exponent", expected)
        if isinstance(node.left, ast.BinOp) and not _has_name(node.left):
            raise error_at(node, "is a power of numbers alone", "the number itself")
        self._value(node.left)

    def _call(self, node: ast.Call, name: str) -> None:
        if name in ACROSS and self.across:
            self._across(node, name)
            return
        functions = {**FUNCTIONS, **TOLERANCES} if self.conditions else FUNCTIONS
        if name not in functions:
            raise error_at(
                node,
                Sentence("{name} is called, which is not a function", name=name),
                ", ".join(sorted(FUNCTIONS)),
            )
        least, most = functions[name]
        if node.keywords or not least <= len(node.args) <= most:
            span = (
                f"{least}"
                if least == most
                else Sentence("{least} to {most}", least=least, most=most)
            )
            raise error_at(
                node, Sentence("{name} with {n} operand(s)", name=name, n=len(node.args)), span
            )
        if name == "lag" and len(node.args) == 2:
            years = constant(node.args[1]) if _is_plain(node.args[1]) else None
            if years is None or years.denominator != 1 or not 1 <= years <= LONGEST_LAG:
                raise error_at(
                    node.args[1],
                    "is no number of years",
                    Sentence("1 to {most}", most=LONGEST_LAG),
                )
        for argument in node.args:
            self._value(argument)

    def _across(self, node: ast.Call, name: str) -> None:
        least, most = ACROSS[name]
        if node.keywords or not least <= len(node.args) <= most:
            raise error_at(
                node,
                Sentence("{name} with {n} operand(s)", name=name, n=len(node.args)),
                f"{least}",
            )
        if not isinstance(node.args[0], ast.Name):
            raise error_at(
                node.args[0], Sentence("as first operand of {name}", name=name), "an entity type"
            )
        for argument in node.args[1:]:
            if across_calls(argument):
                raise error_at(
                    node,
                    Sentence("{name} of what looks at others itself", name=name),
                    "one at a time",
                )
            self._value(argument)


def across_calls(tree: ast.expr) -> list[ast.Call]:
    """The calls in a formula that look at other entities."""
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    return [call for call in calls if isinstance(call.func, ast.Name) and call.func.id in ACROSS]


def _called(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else ""


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
    said = Sentence("{text}: {found}", text=text[:60], found=found) if text else found
    return FormulaError(said, position=node.col_offset + 1, expected=expected)
