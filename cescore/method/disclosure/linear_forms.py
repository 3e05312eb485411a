"""What a computed number says of the returned values it stands on: a sum of them, or a ratio of sums.

Whoever is told a sum, an account or a share of two sums can put the formula, which is printed, to
use; here the formula is read as a linear form of returned values, where it is one.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache, reduce

from cescore.definitions.formulas.formula import constant, parse

Atom = Hashable


@dataclass(frozen=True)
class LinearForm:
    """Σ terms·atom + constant [unit of the number]; ``value`` is what it comes to."""

    terms: Mapping[Atom, float] = field(default_factory=dict)
    constant: float = 0.0
    value: float = math.nan

    @property
    def is_constant(self) -> bool:
        return not self.terms

    def times(self, factor: float) -> LinearForm:
        if factor == 1.0:
            return self
        terms = {atom: c * factor for atom, c in self.terms.items()} if factor else {}
        return LinearForm(terms, self.constant * factor, self.value * factor)

    def plus(self, other: LinearForm) -> LinearForm:
        terms = self.terms
        if other.terms:
            both = dict(terms)
            for atom, c in other.terms.items():
                both[atom] = both.get(atom, 0.0) + c
            terms = {atom: c for atom, c in both.items() if c}
        return LinearForm(terms, self.constant + other.constant, self.value + other.value)


@dataclass(frozen=True)
class Meaning:
    """What a number says of returned values.

    Attributes
    ----------
    state
        present, not_applicable, or absent for any other reason.
    numerator, denominator
        Of a linear number the denominator is 1; None where it is no ratio of linear forms.
    inputs
        Every returned value it stands on, of whatever kind it is.
    """

    state: str
    numerator: LinearForm | None = None
    denominator: LinearForm | None = None
    inputs: frozenset[Atom] = frozenset()

    @classmethod
    def number(cls, value: float) -> Meaning:
        """A number that says nothing of anybody."""
        return cls("present", LinearForm({}, value, value), ONE)

    @classmethod
    def returned(cls, atom: Atom, value: float) -> Meaning:
        """A returned value itself."""
        return cls("present", LinearForm({atom: 1.0}, 0.0, value), ONE, frozenset([atom]))

    @property
    def is_present(self) -> bool:
        return self.state == "present"

    @property
    def is_linear(self) -> bool:
        return self.denominator is not None and self.denominator.is_constant

    @property
    def sums(self) -> tuple[LinearForm, ...]:
        """The linear forms that it gives away: one, or numerator and denominator of a share.

        A share with a numerator that is known gives its denominator, and the other way round.
        """
        if self.numerator is None or self.denominator is None:
            return ()
        return tuple(f for f in (self.numerator, self.denominator) if not f.is_constant)


ONE = LinearForm({}, 1.0, 1.0)
ABSENT, NOT_APPLICABLE = Meaning("absent"), Meaning("not_applicable")
Look = Callable[[str, int], Meaning]  # code and year -> what the number there says


def meaning(executable: str, factor: str, year: int, base_year: int, look: Look) -> Meaning:
    """What the value of a formula in a year says of returned values.

    Sums, differences, multiples, total() and first_available() of linear numbers are linear; one
    linear number over another is a ratio. Powers, products, means of ratios and other functions are
    neither: their inputs alone are named. ``rounding`` in a rule is taken for 0.

    Parameters
    ----------
    executable, factor
        As in `definitions.model.Computed`.
    look
        What a code says in a year; factors with a name are numbers.

    Examples
    --------
    >>> known = {"a": 3.0, "b": 2.0, "c": 4.0}
    >>> def look(code, year):
    ...     return Meaning.returned(code, known[code])
    >>> share = meaning("(a + 2 * b) / c", "100", 2025, 2020, look)
    >>> dict(share.numerator.terms), dict(share.denominator.terms), share.numerator.value
    ({'a': 100.0, 'b': 200.0}, {'c': 1.0}, 700.0)
    >>> meaning("a ** 2", "1", 2025, 2020, look).sums
    ()
    """
    found = _Reader(year, base_year, look).read(parse(executable, in_rule=True).tree)
    return found if factor == "1" and found.is_present else _product(found, _factor(factor))


@lru_cache(maxsize=256)
def _factor(text: str) -> Meaning:
    return Meaning.number(float(Fraction(text)))


def added(parts: Iterable[Meaning]) -> Meaning:
    """The sum of some numbers; absent where one of them is."""
    return reduce(_sum, parts, Meaning.number(0.0))


@dataclass(frozen=True)
class _Reader:
    year: int
    base_year: int
    look: Look

    def read(self, node: ast.expr) -> Meaning:
        match node:
            case ast.Constant(value=int() | float() as number):
                return Meaning.number(float(number))
            case ast.Name(id=code):
                return self.look(code, self.year)
            case ast.UnaryOp(op=ast.USub(), operand=inner):
                return _product(self.read(inner), Meaning.number(-1.0))
            case ast.UnaryOp(operand=inner):
                return self.read(inner)
            case ast.BinOp(left=left, op=op, right=right):
                return self._operation(op, self.read(left), self.read(right))
            case ast.Call(func=ast.Name(id=name), args=arguments):
                return self._call(name, arguments)
        return ABSENT

    def _operation(self, op: ast.operator, left: Meaning, right: Meaning) -> Meaning:
        match op:
            case ast.Add():
                return _sum(left, right)
            case ast.Sub():
                return _sum(left, _product(right, Meaning.number(-1.0)))
            case ast.Mult():
                return _product(left, right)
            case ast.Div():
                return _product(left, _inverse(right))
        return _neither(left, right)

    def _call(self, name: str, arguments: list[ast.expr]) -> Meaning:
        if name in ("base", "lag"):
            return self._in_year(name, arguments)
        if name == "rounding":  # half a unit of what is written: nothing beside what is protected
            return Meaning.number(0.0)
        operands = [self.read(argument) for argument in arguments]
        if name == "first_available":
            present = [operand for operand in operands if operand.is_present]
            return present[0] if present else ABSENT
        if name == "positive":
            return operands[0]
        if name in ("total", "mean"):
            return _over_those_that_apply(operands, is_mean=name == "mean")
        return _neither(*operands)

    def _in_year(self, name: str, arguments: list[ast.expr]) -> Meaning:
        back = int(constant(arguments[1]) or 1) if len(arguments) > 1 else 1
        year = self.base_year if name == "base" else self.year - back
        return _Reader(year, self.base_year, self.look).read(arguments[0])


def _neither(*operands: Meaning) -> Meaning:
    """A number that is no ratio of linear forms, unless it stands on plain numbers alone."""
    if any(not operand.is_present for operand in operands):
        return ABSENT
    return Meaning("present", None, None, _inputs(*operands))


def _inputs(*operands: Meaning) -> frozenset[Atom]:
    several = [operand.inputs for operand in operands if operand.inputs]
    if len(several) < 2:
        return several[0] if several else frozenset()
    return frozenset().union(*several)


def _sum(left: Meaning, right: Meaning) -> Meaning:
    inputs = _inputs(left, right)
    if not (left.is_present and right.is_present):
        return ABSENT
    if left.numerator is None or right.numerator is None:
        return Meaning("present", inputs=inputs)
    one, other = left.denominator or ONE, right.denominator or ONE
    if one.is_constant and other.is_constant:
        terms = left.numerator.times(1 / one.value).plus(right.numerator.times(1 / other.value))
        return Meaning("present", terms, ONE, inputs)
    if other.is_constant and right.numerator.is_constant:  # a ratio and a plain number
        number = right.numerator.value / other.value
        return Meaning("present", left.numerator.plus(one.times(number)), one, inputs)
    if one.is_constant and left.numerator.is_constant:
        number = left.numerator.value / one.value
        return Meaning("present", right.numerator.plus(other.times(number)), other, inputs)
    return Meaning("present", inputs=inputs)


def _product(left: Meaning, right: Meaning) -> Meaning:
    inputs = _inputs(left, right)
    if not (left.is_present and right.is_present):
        return ABSENT
    if left.numerator is None or right.numerator is None:
        return Meaning("present", inputs=inputs)
    above = _times(left.numerator, right.numerator)
    below = _times(left.denominator or ONE, right.denominator or ONE)
    if above is None or below is None:
        return Meaning("present", inputs=inputs)
    return Meaning("present", above, below, inputs)


def _times(left: LinearForm, right: LinearForm) -> LinearForm | None:
    if right.is_constant:
        return left.times(right.value)
    return right.times(left.value) if left.is_constant else None


def _inverse(operand: Meaning) -> Meaning:
    if not operand.is_present or operand.numerator is None:
        return operand
    if not operand.numerator.value:
        return ABSENT
    if operand.numerator.is_constant and operand.denominator is not None:
        return Meaning(
            "present", operand.denominator.times(1 / operand.numerator.value), ONE, operand.inputs
        )
    return Meaning("present", operand.denominator, operand.numerator, operand.inputs)


def _over_those_that_apply(operands: list[Meaning], *, is_mean: bool) -> Meaning:
    applying = [operand for operand in operands if operand.state != "not_applicable"]
    if not applying:
        return NOT_APPLICABLE
    result = applying[0]
    for operand in applying[1:]:
        result = _sum(result, operand)
    return _product(result, Meaning.number(1 / len(applying))) if is_mean else result
