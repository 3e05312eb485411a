"""Formulas as JavaScript: the tree that is executed here becomes calls of the page's runtime there.

Each node has one call in ``report_templates/what_if/columns.js``, which gives it the meaning that
`cescore.method.index.formulas` gives it, so that nothing of a formula is written twice.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping

from cescore.definitions.formulas.formula import constant
from cescore.definitions.formulas.language import ARITHMETIC, COMPARISONS, FUNCTIONS, TOLERANCES
from cescore.errors import MethodError, Sentence

RUNTIME = "f"  # what the calls are made on
OPERATIONS: Mapping[type[ast.operator], str] = {
    ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "div", ast.Pow: "pow",
}  # fmt: skip
JUNCTIONS: Mapping[type[ast.boolop], str] = {ast.And: "and", ast.Or: "or"}
PLAIN = {*FUNCTIONS, *TOLERANCES} - {"lag"}  # called with their operands alone


def compiled(tree: ast.expr, constants: Mapping[str, float]) -> str:
    """A formula's tree as a JavaScript expression that gives a column.

    Codes are read by ``f.x("code")``, numbers written in full by ``f.k(number)``.

    Parameters
    ----------
    constants
        Names that stand for a number in the formula, and the number.

    Raises
    ------
    MethodError
        The tree holds what no formula may hold.

    Examples
    --------
    >>> compiled(ast.parse("gdp / (2 * t)", mode="eval").body, {"t": 0.5})
    'f.div(f.x("gdp"), f.mul(f.k(2.0), f.k(0.5)))'
    """
    match tree:
        case ast.Constant(value=int() | float() as number):
            return _called("k", _number(float(number)))
        case ast.Name(id=name):
            if name in constants:
                return _called("k", _number(constants[name]))
            return _called("x", json.dumps(name))
        case ast.UnaryOp(op=ast.UAdd(), operand=inner):
            return compiled(inner, constants)
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            return _called("neg", compiled(inner, constants))
        case ast.BinOp(left=left, op=op, right=right) if type(op) in {*ARITHMETIC, ast.Pow}:
            return _called(
                OPERATIONS[type(op)], compiled(left, constants), compiled(right, constants)
            )
        case ast.Call(func=ast.Name(id="lag"), args=[operand, *years]):
            back = constant(years[0]) if years else 1
            return _called("lag", compiled(operand, constants), f"{int(back or 1)}")
        case ast.Call(func=ast.Name(id=name), args=operands) if name in PLAIN:
            return _called(name, *(compiled(operand, constants) for operand in operands))
    raise MethodError(Sentence("a formula cannot hold {text!r}", text=ast.unparse(tree)))


def compiled_condition(tree: ast.expr, constants: Mapping[str, float]) -> str:
    """A rule's tree as a JavaScript expression that says where it is true and where it is false.

    Raises
    ------
    MethodError
        The tree is no condition.

    Examples
    --------
    >>> compiled_condition(ast.parse("a >= 1 and not has_value(b)", mode="eval").body, {})
    'f.and(f.compare(">=", f.x("a"), f.k(1.0)), f.not(f.has_value(f.x("b"))))'
    """
    match tree:
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in COMPARISONS:
            sign = json.dumps(COMPARISONS[type(op)])
            return _called("compare", sign, compiled(left, constants), compiled(right, constants))
        case ast.BoolOp(op=op, values=parts):
            return _called(JUNCTIONS[type(op)], *(compiled_condition(p, constants) for p in parts))
        case ast.UnaryOp(op=ast.Not(), operand=inner):
            return _called("not", compiled_condition(inner, constants))
        case ast.Call(func=ast.Name(id="has_value"), args=[inner]):
            return _called("has_value", compiled(inner, constants))
    raise MethodError(
        Sentence("{text!r} is not a condition that is true or false", text=ast.unparse(tree))
    )


def _called(name: str, *operands: str) -> str:
    return f"{RUNTIME}.{name}({', '.join(operands)})"


def _number(value: float) -> str:
    """The shortest text that is exactly this number, in Python and in JavaScript."""
    return repr(value)
