"""Whether two formulas measure the same quantity, however each of them is written.

Both are computed at a few points where every code that is not computed from others has a value drawn
for it. Formulas of one quantity agree at all of them, whatever the order of terms, the accounts in
between or the factor; formulas of two agree by chance at none.
"""

from __future__ import annotations

import ast
import math
import random
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Literal

from cescore.definitions.formulas.formula import Expression
from cescore.definitions.formulas.grammar import constant

Sameness = Literal["same", "numerator", ""]
Numbers = list[float]
Shape = tuple[float, ...] | None  # how values rise from point to point, the steepest as 1

POINTS = 6
NOISE = 1e-9  # relative: what rounding leaves between equal numbers

_SIGNS: Mapping[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b if b else math.nan,
    ast.Pow: lambda a, b: a**b if a > 0 else math.nan,
}
_FUNCTIONS: Mapping[str, Callable[[Sequence[float]], float]] = {
    "total": math.fsum,
    "mean": lambda values: math.fsum(values) / len(values),
    "min": min,
    "max": max,
    "abs": lambda values: abs(values[0]),
    "positive": lambda values: values[0],
    "first_available": lambda values: values[0],
    "sqrt": lambda values: math.sqrt(abs(values[0])),
    "log": lambda values: math.log(abs(values[0])) if values[0] else math.nan,
    "exp": lambda values: math.exp(min(values[0], 100.0)),
}


class Quantities:
    """Formulas as the quantities that they measure.

    Parameters
    ----------
    formulas
        What each computed code is computed by; every other code stands for itself.
    """

    def __init__(self, formulas: Mapping[str, Expression]) -> None:
        self.formulas = formulas
        self._known: dict[tuple[str, str], Numbers] = {}
        self._shapes: dict[ast.expr, tuple[Shape, Shape]] = {}

    def sameness(self, formula: Expression, other: Expression) -> Sameness:
        """How a formula is akin to another: the same quantity, the other's numerator, or neither.

        The same: one is a + b · the other, or a + b / the other, with numbers a and b: a rate, the
        part that it leaves, percent and share, energy per output and output per energy. A numerator
        is the same quantity before it is divided by the size of who has it.

        Examples
        --------
        >>> from cescore.definitions.formulas.formula import parse
        >>> known = Quantities({"all": parse("used + left")})
        >>> known.sameness(parse("1 - left / all"), parse("used / (left + used)"))
        'same'
        >>> known.sameness(parse("used"), parse("used / residents"))
        'numerator'
        >>> known.sameness(parse("left"), parse("used / all"))
        ''
        """
        own, _ = self._shapes_of(formula.tree)
        if any(_is_line(own, theirs) for theirs in self._shapes_of(other.tree)):
            return "same"
        above = self._numerator(other.tree)
        if above is None:
            return ""
        is_above = any(_is_line(own, theirs) for theirs in self._shapes_of(above))
        return "numerator" if is_above else ""

    def _shapes_of(self, tree: ast.expr) -> tuple[Shape, Shape]:
        """The shapes of a tree's values and of 1 / these; each tree is asked about many times."""
        if tree not in self._shapes:
            values = self._values(tree, "")
            turned = [1 / value if value else math.nan for value in values]
            self._shapes[tree] = _shape(values), _shape(turned)
        return self._shapes[tree]

    def _numerator(self, tree: ast.expr) -> ast.expr | None:
        while isinstance(tree, ast.Name) and tree.id in self.formulas:
            tree = self.formulas[tree.id].tree
        is_quotient = isinstance(tree, ast.BinOp) and isinstance(tree.op, ast.Div)
        return tree.left if is_quotient and isinstance(tree, ast.BinOp) else None

    def _values(self, node: ast.expr, year: str) -> Numbers:
        """A tree at each point; ``year`` is "" or how it lies to the year evaluated."""
        if isinstance(node, ast.Constant):
            return [float(str(node.value))] * POINTS
        if isinstance(node, ast.Name):
            return self._of_code(node.id, year)
        if isinstance(node, ast.UnaryOp):
            sign = -1.0 if isinstance(node.op, ast.USub) else 1.0
            return [sign * value for value in self._values(node.operand, year)]
        if isinstance(node, ast.BinOp) and type(node.op) in _SIGNS:
            sides = self._values(node.left, year), self._values(node.right, year)
            return [_SIGNS[type(node.op)](a, b) for a, b in zip(*sides, strict=True)]
        name = (
            node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
        )
        if isinstance(node, ast.Call) and name in ("base", "lag"):
            return self._values(node.args[0], _year_of(node, name, year))
        if isinstance(node, ast.Call) and name in _FUNCTIONS:
            operands = [self._values(argument, year) for argument in node.args]
            return [_FUNCTIONS[name](values) for values in zip(*operands, strict=True)]
        return _drawn(ast.unparse(node), year)  # what looks at other entities stands for itself

    def _of_code(self, code: str, year: str) -> Numbers:
        key = code, year
        if key not in self._known:
            self._known[key] = _drawn(code, year)  # also of a code that is computed from itself
            if code in self.formulas:
                self._known[key] = self._values(self.formulas[code].tree, year)
        return self._known[key]


def _year_of(call: ast.Call, name: str, year: str) -> str:
    """The year that base() or lag() goes to, seen from a year."""
    back = constant(call.args[1]) if len(call.args) == 2 else 1
    return "base" if name == "base" or year == "base" else f"{int(year or 0) - int(back or 1)}"


def _drawn(text: str, year: str) -> Numbers:
    """Values of a code, above zero and always the same ones."""
    source = random.Random(f"{text} {year}")
    return [source.uniform(0.5, 2.0) for _ in range(POINTS)]


def _shape(values: Numbers) -> Shape:
    """How values rise from point to point; None where one is no number, or all stay as they are."""
    if not all(map(math.isfinite, values)):
        return None
    rises = [b - a for a, b in pairwise(values)]
    most = max(map(abs, rises))
    return None if most <= NOISE else tuple(rise / most for rise in rises)


def _is_line(own: Shape, theirs: Shape) -> bool:
    """Whether one is a + b · the other at all points, and neither stays as it is."""
    if own is None or theirs is None:
        return False
    sign = 1.0 if own[0] * theirs[0] > 0 else -1.0
    return all(
        math.isclose(a, sign * b, rel_tol=NOISE, abs_tol=NOISE)
        for a, b in zip(own, theirs, strict=True)
    )
