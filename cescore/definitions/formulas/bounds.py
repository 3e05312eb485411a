"""What a condition says of how far numbers lie apart: whoever knows that it holds knows its bounds."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cescore.definitions.formulas.formula import Expression

OTHER_WAY = {ast.GtE: ast.LtE, ast.Gt: ast.Lt}  # a >= b is b <= a


class RuleBound(NamedTuple):
    """A difference that is at most 0, or no further off 0 than its tolerance either way.

    Attributes
    ----------
    difference, tolerance
        Formulas; "" for a tolerance: at most 0.
    unless
        The other ways in which the condition may hold: the bound is told where none of them is the case.
    """

    difference: str
    tolerance: str = ""
    unless: tuple[str, ...] = ()


class _Way(NamedTuple):
    """A condition, or with ``holds`` False that it is not so."""

    node: ast.expr
    holds: bool = True

    @property
    def text(self) -> str:
        text = ast.unparse(self.node)
        return text if self.holds else f"not ({text})"


def bounds_of(rule: Expression) -> tuple[RuleBound, ...]:
    """What a rule bounds.

    Of ``min`` and ``max`` as a whole side of a comparison each operand is read; of those inside a sum or
    a product, as of ``abs`` there, nothing is said.

    Examples
    --------
    >>> from cescore.definitions.formulas.formula import parse
    >>> def of(text):
    ...     return [tuple(bound) for bound in bounds_of(parse(text, conditions=True))]
    >>> of("abs(a - b) <= 0.01 * a"), of("a == b")
    ([('a - b', '0.01 * a', ())], [('a - b', '0', ())])
    >>> of("a >= 0.9 * b and a <= min(c, d)")
    [('0.9 * b - a', '', ()), ('a - c', '', ()), ('a - d', '', ())]
    >>> of("a <= 0 or not b > a")
    [('a - 0', '', ('not b > a',)), ('b - a', '', ('a <= 0',))]
    """
    return tuple(dict.fromkeys(_told(_Way(rule.tree))))


def _told(way: _Way) -> Iterator[RuleBound]:
    match way.node:
        case ast.UnaryOp(op=ast.Not(), operand=inner):
            yield from _told(_Way(inner, not way.holds))
        case ast.BoolOp(op=op, values=parts):
            ways = [_Way(part, way.holds) for part in parts]
            if isinstance(op, ast.And) is way.holds:
                yield from (bound for one in ways for bound in _told(one))
            else:
                yield from _one_of(ways)
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            if isinstance(op, ast.Eq | ast.NotEq):
                if isinstance(op, ast.Eq) is way.holds:
                    yield RuleBound(_less(left, right), "0")
            elif (type(op) in OTHER_WAY) is way.holds:
                yield from _at_most(right, left)
            else:
                yield from _at_most(left, right)


def _one_of(ways: Sequence[_Way]) -> Iterator[RuleBound]:
    """Of each way what it bounds, unless another is the case."""
    for number, way in enumerate(ways):
        others = tuple(one.text for one in (*ways[:number], *ways[number + 1 :]))
        for bound in _told(way):
            yield bound._replace(unless=(*bound.unless, *others))


def _at_most(smaller: ast.expr, larger: ast.expr) -> Iterator[RuleBound]:
    match smaller, larger:
        case ast.Call(func=ast.Name(id="abs"), args=[inner]), _:
            yield RuleBound(ast.unparse(inner), ast.unparse(larger))
        case ast.Call(func=ast.Name(id="max"), args=each), _:
            yield from (bound for one in each for bound in _at_most(one, larger))
        case _, ast.Call(func=ast.Name(id="min"), args=each):
            yield from (bound for one in each for bound in _at_most(smaller, one))
        case ast.Call(func=ast.Name(id="min"), args=each), _:
            yield from _one_of([_Way(_compared(one, larger)) for one in each])
        case _, ast.Call(func=ast.Name(id="max"), args=each):
            yield from _one_of([_Way(_compared(smaller, one)) for one in each])
        case _, ast.Call(func=ast.Name(id="abs"), args=[inner]):
            ends = inner, ast.UnaryOp(ast.USub(), inner)
            yield from _one_of([_Way(_compared(smaller, end)) for end in ends])
        case _:
            yield RuleBound(_less(smaller, larger))


def _compared(smaller: ast.expr, larger: ast.expr) -> ast.Compare:
    return ast.Compare(smaller, [ast.LtE()], [larger])


def _less(left: ast.expr, right: ast.expr) -> str:
    return ast.unparse(ast.BinOp(left, ast.Sub(), right))
