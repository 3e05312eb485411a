"""The words of the language of formulas, its limits, and the error for what is not in it."""

from __future__ import annotations

import ast
import keyword
from collections.abc import Mapping

from cescore.errors import CescoreError, Sentence

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
# Of conditions alone: what is true or false of an operand, and what a comparison may allow for.
PREDICATES: Mapping[str, tuple[int, int]] = {"has_value": (1, 1)}
TOLERANCES: Mapping[str, tuple[int, int]] = {"rounding": (1, 100)}
# What looks at other entities: the first operand is an entity type. Only checks may, see `parse`.
ACROSS: Mapping[str, tuple[int, int]] = {
    "sum_over": (2, 2),
    "sum_known": (2, 2),
    "count_known": (2, 2),
    "count_of": (1, 1),
    "in_body": (2, 2),
}
CALLED = frozenset({*FUNCTIONS, *PREDICATES, *TOLERANCES, *ACROSS})
LOGIC = ("and", "or", "not")
ALLOWED = Sentence(
    "codes, numbers, + - * / **, brackets and {listed}", listed=", ".join(sorted(FUNCTIONS))
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
        self.reason = (
            message
            if position is None
            else Sentence("column {position}: {message}", position=position, message=message)
        )
        told = Sentence("{reason}; expected {expected}", reason=self.reason, expected=expected)
        super().__init__(told if expected else self.reason)


def is_reserved(code: str) -> bool:
    """Whether a code cannot be used in a formula, because the language or Python has the word."""
    return code in CALLED or keyword.iskeyword(code)
