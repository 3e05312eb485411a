"""Rules of one record as linear inequalities over its values, for whoever asks which values to change.

A rule becomes clauses that must all hold; of a clause's half-spaces at least one must. ``abs``,
``min`` and ``max`` are split into their linear pieces, ``and``, ``or`` and ``not`` follow logic, and a
quotient is multiplied out where it is held against a number and its divisor cannot be negative.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypedDict

from cescore.definitions.formulas.formula import parse
from cescore.errors import MethodError
from cescore.method.column import Column, Panel, State
from cescore.method.index.formulas import evaluate, half_of_last_decimal, holds
from cescore.method.thresholds import ABSOLUTE, RELATIVE

MOST_CLAUSES = 200  # of one rule; beyond, its pieces are too many to be of use


class NotLinearError(MethodError):
    """A rule that has no linear form for a record; the message says what of it has none."""


class UnknownOperandError(MethodError):
    """A rule that is not evaluated for a record, because an operand has no value."""


@dataclass(frozen=True)
class HalfSpace:
    """Σ coefficient · value ≤ bound, or < where it is strict."""

    coefficients: tuple[tuple[str, float], ...]
    bound: float
    is_strict: bool = False

    def excess(self, values: Mapping[str, float]) -> float:
        """By how much the left side exceeds the bound; at most 0 where it holds."""
        return sum(a * values[code] for code, a in self.coefficients) - self.bound

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(code for code, _ in self.coefficients)


Clause = tuple[HalfSpace, ...]


@dataclass(frozen=True)
class LinearRule:
    """A rule as clauses: all must hold, and of each at least one half-space."""

    id: str
    clauses: tuple[Clause, ...]

    @property
    def codes(self) -> frozenset[str]:
        return frozenset(c for clause in self.clauses for half in clause for c in half.codes)


@dataclass(frozen=True)
class CheckedRecord:
    """One entity's values of one year, with what rules need to know beside them.

    Attributes
    ----------
    panel
        Of the entity alone, all years; columns that are not in ``free`` are constants.
    year
        Position of the year.
    free
        Codes whose values of the year might be changed.
    non_negative
        Of these, codes that cannot be negative.
    """

    panel: Panel
    year: int
    base_year: int
    free: frozenset[str]
    non_negative: frozenset[str] = frozenset()
    factors: Mapping[str, float] = field(default_factory=dict)

    def value(self, code: str) -> float:
        """The value of a code in the year; NaN where there is none."""
        return float(self.panel.column(code).values[0, self.year])


def linear_rule(rule_id: str, text: str, record: CheckedRecord) -> LinearRule:
    """A rule's clauses for a record, with every value of another year or entity put in.

    Parameters
    ----------
    text
        The executable condition; looks at others are columns of the panel by now.

    Raises
    ------
    NotLinearError
        It multiplies or divides what might change, or takes a root, power, logarithm of it.
    UnknownOperandError
        An operand has no value, so the rule is not evaluated for this record.

    Examples
    --------
    >>> import numpy as np
    >>> from cescore.method.column import Column
    >>> columns = {c: Column.of(np.array([[v]])) for c, v in (("a", 3.0), ("b", 4.0))}
    >>> record = CheckedRecord(Panel(("E",), (2020,), columns), 0, 2020, frozenset(columns))
    >>> rule = linear_rule("r", "abs(a - b) <= 0.5 * b", record)
    >>> [[(h.coefficients, h.bound) for h in clause] for clause in rule.clauses]
    [[((('a', 1.0), ('b', -1.5)), 0.0)], [((('a', -1.0), ('b', 0.5)), 0.0)]]
    """
    reader = _RuleReader(record)
    clauses = reader.condition(parse(text, conditions=True).tree, is_true=True)
    kept = []
    for clause in clauses:
        constant = [half for half in clause if not half.coefficients]
        if any(_is_met(half) for half in constant):
            continue
        open_ = tuple(half for half in clause if half.coefficients)
        if not open_:
            raise NotLinearError("it depends on no value of this record and year alone")
        kept.append(open_)
    return LinearRule(rule_id, tuple(kept))


def _is_met(half: HalfSpace) -> bool:
    return half.bound > 0 or (half.bound == 0 and not half.is_strict)


@dataclass(frozen=True)
class _Sum:
    """constant + Σ coefficient·value + Σ weight·max(options), the options without maxima of their own."""

    coefficients: Mapping[str, float] = field(default_factory=dict)
    constant: float = 0.0
    maxima: tuple[tuple[float, tuple[_Sum, ...]], ...] = ()

    def plus(self, other: _Sum, times: float = 1.0) -> _Sum:
        codes = {**self.coefficients, **other.coefficients}
        joined = {
            c: self.coefficients.get(c, 0.0) + times * other.coefficients.get(c, 0.0) for c in codes
        }
        maxima = (*self.maxima, *((times * w, options) for w, options in other.maxima))
        constant = self.constant + times * other.constant
        return _Sum({c: a for c, a in joined.items() if a}, constant, maxima)

    def times(self, factor: float) -> _Sum:
        return _Sum().plus(self, factor) if factor else _Sum()

    @property
    def is_constant(self) -> bool:
        return not self.coefficients and not self.maxima


class Given(TypedDict):
    """What `evaluate` needs beside a panel."""

    base_year: int
    factors: Mapping[str, float]


class _RuleReader:
    """Walks a rule's tree; every node becomes a sum, or a list of clauses."""

    def __init__(self, record: CheckedRecord) -> None:
        self.record = record

    def condition(self, node: ast.expr, *, is_true: bool) -> list[Clause]:
        """Clauses that hold where the condition is true, or where it is false."""
        match node:
            case ast.UnaryOp(op=ast.Not(), operand=inner):
                return self.condition(inner, is_true=not is_true)
            case ast.BoolOp(op=op, values=parts):
                inner_clauses = [self.condition(part, is_true=is_true) for part in parts]
                is_all = isinstance(op, ast.And) == is_true
                return _all_of(inner_clauses) if is_all else _any_of(inner_clauses)
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                return self._comparison(left, type(op), right, is_true)
            case ast.Call():
                true, _ = holds(ast.unparse(node), self.record.panel, **self._given)
                return [] if bool(true[0, self.record.year]) == is_true else [()]
        raise NotLinearError(f"{ast.unparse(node)} is no comparison")

    def _comparison(
        self, left: ast.expr, op: type[ast.cmpop], right: ast.expr, is_true: bool
    ) -> list[Clause]:
        op = op if is_true else _OPPOSITE[op]
        difference = self._difference(left, right)
        below, above = difference, difference.times(-1)
        if op in (ast.LtE, ast.Lt):
            return _at_most_zero(below, is_strict=op is ast.Lt)
        if op in (ast.GtE, ast.Gt):
            return _at_most_zero(above, is_strict=op is ast.Gt)
        if op is ast.Eq:
            return [*_at_most_zero(below), *_at_most_zero(above)]
        strict = [_at_most_zero(side, is_strict=True) for side in (below, above)]
        return _any_of(strict)

    def _difference(self, left: ast.expr, right: ast.expr) -> _Sum:
        """Left minus right; where one is a quotient and the other a number, times the divisor."""
        for quotient, other, sign in ((left, right, 1.0), (right, left, -1.0)):
            match quotient:
                case ast.BinOp(left=upper, op=ast.Div(), right=lower):
                    divisor, held = self.value(lower), self.value(other)
                    if held.is_constant and not divisor.is_constant:
                        self._check_sign(divisor, lower)
                        product = divisor.times(held.constant)
                        return self.value(upper).plus(product, -1).times(sign)
        return self.value(left).plus(self.value(right), -1)

    def _check_sign(self, divisor: _Sum, node: ast.expr) -> None:
        known = self.record.non_negative
        is_sound = all(a > 0 and code in known for code, a in divisor.coefficients.items())
        if divisor.maxima or divisor.constant < 0 or not is_sound:
            raise NotLinearError(f"it divides by {ast.unparse(node)}, which may be negative")

    def value(self, node: ast.expr) -> _Sum:
        match node:
            case ast.Constant(value=int() | float() as number):
                return _Sum(constant=float(number))
            case ast.Name(id=name):
                return self._name(name)
            case ast.UnaryOp(op=op, operand=inner):
                return self.value(inner).times(-1.0 if isinstance(op, ast.USub) else 1.0)
            case ast.BinOp(left=left, op=ast.Add() | ast.Sub() as op, right=right):
                sign = 1.0 if isinstance(op, ast.Add) else -1.0
                return self.value(left).plus(self.value(right), sign)
            case ast.BinOp(left=left, op=ast.Mult() | ast.Div(), right=right):
                return self._product(node, left, right)
            case ast.BinOp(op=ast.Pow()):
                return self._constant(node)
            case ast.Call(func=ast.Name(id=name), args=arguments):
                return self._call(name, arguments, node)
        raise NotLinearError(f"{ast.unparse(node)} has no linear form")

    def _name(self, name: str) -> _Sum:
        if name in self.record.factors:
            return _Sum(constant=self.record.factors[name])
        if self.record.panel.column(name).state[0, self.record.year] != State.PRESENT:
            raise UnknownOperandError(f"{name} has no value")
        if name in self.record.free:
            return _Sum({name: 1.0})
        return _Sum(constant=self.record.value(name))

    def _product(self, node: ast.BinOp, left: ast.expr, right: ast.expr) -> _Sum:
        one, other = self.value(left), self.value(right)
        if isinstance(node.op, ast.Div):
            if other.is_constant and other.constant:
                return one.times(1 / other.constant)
        elif other.is_constant:
            return one.times(other.constant)
        elif one.is_constant:
            return other.times(one.constant)
        raise NotLinearError(f"{ast.unparse(node)} multiplies or divides values")

    def _call(self, name: str, arguments: Sequence[ast.expr], node: ast.expr) -> _Sum:
        if name in ("total", "mean", "first_available"):
            return self._over_several(name, arguments)
        if name == "positive":
            return self.value(arguments[0])
        if name == "rounding":
            return _Sum(constant=sum(map(self._rounding, arguments)))
        if name in ("abs", "max", "min"):
            operands = tuple(self.value(argument) for argument in arguments)
            if any(operand.maxima for operand in operands):
                raise NotLinearError(f"{ast.unparse(node)} nests pieces")
            sign = -1.0 if name == "min" else 1.0
            options = (operands[0], operands[0].times(-1)) if name == "abs" else operands
            options = tuple(option.times(sign) for option in options)
            if all(option.is_constant for option in options):
                return _Sum(constant=sign * max(option.constant for option in options))
            return _Sum(maxima=((sign, options),))
        if name in ("base", "lag") and self._is_this_year(name):
            return self.value(arguments[0])
        return self._constant(node, of_other_years=name in ("base", "lag"))

    def _is_this_year(self, name: str) -> bool:
        return name == "base" and (
            self.record.panel.years[self.record.year] == self.record.base_year
        )

    def _over_several(self, name: str, arguments: Sequence[ast.expr]) -> _Sum:
        """Of the operands those that apply, as formulas take them; the first with a value."""
        states = [self._column(a).state[0, self.record.year] for a in arguments]
        if name == "first_available":
            present = [a for a, s in zip(arguments, states, strict=True) if s == State.PRESENT]
            if not present:
                raise UnknownOperandError("none of several has a value")
            return self.value(present[0])
        apply = [a for a, s in zip(arguments, states, strict=True) if s != State.NOT_APPLICABLE]
        if not apply:
            raise UnknownOperandError("none of several applies")
        result = _Sum()
        for argument in apply:
            result = result.plus(self.value(argument))
        return result.times(1 / len(apply)) if name == "mean" else result

    def _rounding(self, node: ast.expr) -> float:
        """How far a value may be off by rounding, as it is reported."""
        at, column = (0, self.record.year), self._column(node)
        is_present = column.state[at] == State.PRESENT
        return float(half_of_last_decimal(column.values[at])) if is_present else 0.0

    def _constant(self, node: ast.expr, *, of_other_years: bool = False) -> _Sum:
        """A number worked out from values that are not to be changed."""
        used = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
        if not of_other_years and used & self.record.free:
            raise NotLinearError(f"{ast.unparse(node)} has no linear form")
        column = self._column(node)
        if column.state[0, self.record.year] != State.PRESENT:
            raise UnknownOperandError(f"{ast.unparse(node)} has no value")
        return _Sum(constant=float(column.values[0, self.record.year]))

    def _column(self, node: ast.expr) -> Column:
        return evaluate(ast.unparse(node), self.record.panel, **self._given)

    @property
    def _given(self) -> Given:
        return {"base_year": self.record.base_year, "factors": self.record.factors}


_OPPOSITE: Mapping[type[ast.cmpop], type[ast.cmpop]] = {
    ast.LtE: ast.Gt,
    ast.Lt: ast.GtE,
    ast.GtE: ast.Lt,
    ast.Gt: ast.LtE,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
}


def _all_of(parts: Iterable[Sequence[Clause]]) -> list[Clause]:
    return [clause for part in parts for clause in part]


def _any_of(parts: Sequence[Sequence[Clause]]) -> list[Clause]:
    """Clauses that hold where at least one of several conditions does, spread out."""
    joined: list[Clause] = [()]
    for part in parts:
        if len(joined) * len(part) > MOST_CLAUSES:
            raise NotLinearError(f"it has more than {MOST_CLAUSES} pieces")
        joined = [(*clause, *further) for clause in joined for further in part]
    return joined


def _at_most_zero(total: _Sum, *, is_strict: bool = False) -> list[Clause]:
    """Clauses of ``total <= 0``: of a maximum that is added each option, of one taken off any."""
    if not total.maxima:
        kept = tuple(sorted(total.coefficients.items()))
        return [(HalfSpace(kept, -total.constant + 0.0, is_strict),)]
    (weight, options), *others = total.maxima
    rest = _Sum(total.coefficients, total.constant, tuple(others))
    parts = [_at_most_zero(rest.plus(option, weight), is_strict=is_strict) for option in options]
    return _all_of(parts) if weight > 0 else _any_of(parts)


def connected(rules: Iterable[LinearRule], begin: Collection[str]) -> tuple[LinearRule, ...]:
    """The rules that share values, however indirectly, with the codes to begin from."""
    every = list(rules)
    reached, kept = set(begin), set[int]()
    while True:
        near = {i for i, rule in enumerate(every) if rule.codes & reached} - kept
        if not near:
            return tuple(rule for i, rule in enumerate(every) if i in kept)
        kept |= near
        reached |= set().union(*(every[i].codes for i in near))


def holds_for(rule: LinearRule, values: Mapping[str, float]) -> bool:
    """Whether a rule holds for values, but for rounding noise as `thresholds` has it."""
    return all(any(is_within(half, values) for half in clause) for clause in rule.clauses)


def is_within(half: HalfSpace, values: Mapping[str, float]) -> bool:
    """Whether a half-space holds for values, to 1e-9 of its largest term."""
    excess = half.excess(values)
    largest = max((abs(a * values[c]) for c, a in half.coefficients), default=0.0)
    noise = max(RELATIVE * max(largest, abs(half.bound)), ABSOLUTE)
    return excess < -noise if half.is_strict else excess <= noise
