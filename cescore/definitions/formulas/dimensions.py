"""The units of a formula: dimensions checked, each conversion written into the text exactly."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from cescore.definitions.formulas.formula import Expression, Resolved, parse
from cescore.definitions.formulas.grammar import computed, constant, error_at
from cescore.definitions.formulas.language import (
    ACROSS,
    ARITHMETIC,
    COMPARISONS,
    PREDICATES,
    TOLERANCES,
    FormulaError,
)
from cescore.definitions.formulas.units import Units
from cescore.errors import Sentence

SAME_UNIT = ("min", "max", "total", "mean", "first_available", *TOLERANCES)


def resolve(
    expression: Expression, unit_of: Mapping[str, str], target: str, units: Units
) -> Resolved:
    """Check a formula's dimensions and write its conversions into it.

    Operands of ``+``, ``-``, comparisons, min, max, total, mean and first_available are brought to
    the first one's unit. A bare number is a pure number, so ``1 - share`` works for a share in %;
    zero fits any unit; beside a comparison a bare number is in the unit of the other side.

    Parameters
    ----------
    unit_of
        The unit of each code the formula uses, as text.
    target
        The unit declared for the result; without meaning for a condition.

    Raises
    ------
    FormulaError
        Operands of different dimensions, a result that is not of the target's dimension, or a
        conversion written by hand on top of the one that units bring. Both units are named.
    UnitError
        A unit that is not known.
    """
    part = _Resolver(unit_of, units).visit(expression.tree)
    if part.is_condition:
        parse(part.text, conditions=True)
        return Resolved(part.text, "1", "")
    wanted = units.parse(target)
    own = wanted if part.unit is None else part.unit
    if not units.same_dimension(own, wanted):
        raise FormulaError(
            Sentence(
                "the formula is in {own}, declared is {declared}",
                own=units.described(own),
                declared=units.described(wanted),
            ),
            expected="the same dimension",
        )
    factor = units.factor(own, wanted)
    if factor != 1 and (hand := _conversion_by_hand(expression.tree)):
        raise FormulaError(
            Sentence(
                "converts by hand ({hand}), and from {shown} to {target} the factor {factor} is applied as well",
                hand=hand,
                shown=units.shown(own) or Sentence("a ratio"),
                target=target,
                factor=factor,
            ),
            expected="no power of ten: the unit brings the factor",
        )
    parse(part.text, across=bool(expression.across))
    return Resolved(part.text, str(factor), units.shown(own))


def unit_in(tree: ast.expr, unit_of: Mapping[str, str], units: Units) -> Any:
    """The unit that a piece of a formula is in (pint); that of a pure number where any would fit.

    Raises
    ------
    FormulaError
        A code without a unit, or operands of different dimensions.
    """
    unit = _Resolver(unit_of, units).visit(tree).unit
    return units.parse("") if unit is None else unit


@dataclass(frozen=True)
class _Part:
    """A piece of the executable text: its unit (None: zero, which fits any) and how it binds."""

    text: str
    unit: Any  # pint.Unit | None
    binding: int  # 1 or, 2 and, 3 not, 4 comparison, 5 sum, 6 product, 7 sign, 8 power, 9 atom
    number: Fraction | None = None  # of a bare number
    is_condition: bool = False

    def inside(self, binding: int) -> str:
        return self.text if self.binding >= binding else f"({self.text})"


class _Resolver:
    """Writes the executable text of a tree and finds its unit."""

    def __init__(self, unit_of: Mapping[str, str], units: Units) -> None:
        self.unit_of, self.units = unit_of, units
        self.pure = units.parse("")

    def visit(self, node: ast.expr) -> _Part:
        return self._VISITS[type(node)](self, node)

    def _constant(self, node: ast.Constant) -> _Part:
        number = Fraction(str(node.value))
        return _Part(str(node.value), self.pure if number else None, 9, number)

    def _name(self, node: ast.Name) -> _Part:
        if node.id not in self.unit_of:
            raise FormulaError(
                Sentence("{id!r} is not known", id=node.id), position=node.col_offset + 1
            )
        return _Part(node.id, self.units.parse(self.unit_of[node.id]), 9)

    def _sign(self, node: ast.UnaryOp) -> _Part:
        if isinstance(node.op, ast.Not):
            return _Part(f"not {self.visit(node.operand).inside(3)}", None, 3, is_condition=True)
        part = self.visit(node.operand)
        if isinstance(node.op, ast.UAdd):
            return part
        number = None if part.number is None else -part.number
        return replace(part, text=f"-{part.inside(7)}", binding=7, number=number)

    def _operation(self, node: ast.BinOp) -> _Part:
        if isinstance(node.op, ast.Pow):
            return self._power(node)
        left, right = self.visit(node.left), self.visit(node.right)
        sign = ARITHMETIC[type(node.op)]
        if sign in "+-":
            left, right = self._alike([left, right], node)
            text = f"{left.inside(5)} {sign} {right.inside(6)}"
            return _Part(text, _first_unit([left, right]), 5, _folded(sign, left, right))
        one, other = (self.pure if p.unit is None else p.unit for p in (left, right))
        unit = one * other if sign == "*" else one / other
        if sign == "*" and None in (left.unit, right.unit):
            unit = None
        text = f"{left.inside(6)} {sign} {right.inside(7)}"
        return _Part(text, unit, 6, _folded(sign, left, right))

    def _power(self, node: ast.BinOp) -> _Part:
        left, exponent = self.visit(node.left), constant(node.right) or Fraction(0)
        base, unit = self._raised(left, exponent, node)
        return _Part(f"{base.inside(9)} ** {_written(exponent)}", unit, 8)

    def _raised(self, part: _Part, exponent: Fraction, node: ast.expr) -> tuple[_Part, Any]:
        """The base as it must stand, and the unit of its power."""
        unit = self.pure if part.unit is None else part.unit
        if self.units.is_number(unit):
            return self._converted(part, self.pure), self.pure
        powers = {name: p * exponent for name, p in self.units.powers(unit).items()}
        if any(p.denominator != 1 for p in powers.values()):
            raise error_at(
                node,
                Sentence("a root of {unit}", unit=self.units.described(unit)),
                "a pure number",
            )
        registry = self.units.registry
        return part, registry.Unit(
            registry.UnitsContainer({n: int(p) for n, p in powers.items() if p})
        )

    def _call(self, node: ast.Call) -> _Part:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name == "lag":
            years = [str(int(constant(node.args[1]) or 1))] if len(node.args) == 2 else []
            part = self.visit(node.args[0])
            return _Part(f"lag({', '.join([part.text, *years])})", part.unit, 9)
        if name in ACROSS:
            return self._across(name, node)
        parts = [self.visit(argument) for argument in node.args]
        if name in PREDICATES:
            return _Part(f"{name}({parts[0].text})", None, 9, is_condition=True)
        unit: Any
        if name in SAME_UNIT:
            parts = self._alike(parts, node)
            unit = _first_unit(parts)
        elif name == "sqrt":
            parts[0], unit = self._raised(parts[0], Fraction(1, 2), node)
        elif name in ("log", "exp"):
            parts, unit = [self._plain(parts[0], name, node)], self.pure
        else:
            unit = parts[0].unit
        return _Part(f"{name}({', '.join(part.text for part in parts)})", unit, 9)

    def _across(self, name: str, node: ast.Call) -> _Part:
        """Over other entities: the unit is that of what is added up or taken; counts are numbers."""
        parts = [self.visit(argument) for argument in node.args[1:]]
        text = ", ".join([ast.unparse(node.args[0]), *(part.text for part in parts)])
        unit = parts[0].unit if name not in ("count_of", "count_known") else self.pure
        return _Part(f"{name}({text})", unit, 9)

    def _plain(self, part: _Part, name: str, node: ast.expr) -> _Part:
        if part.unit is not None and not self.units.is_number(part.unit):
            raise error_at(
                node,
                Sentence("{name} of {unit}", name=name, unit=self.units.described(part.unit)),
                "a pure number",
            )
        return self._converted(part, self.pure)

    def _compare(self, node: ast.Compare) -> _Part:
        left, right = self.visit(node.left), self.visit(node.comparators[0])
        if left.number is None and right.number is None:
            left, right = self._alike([left, right], node)
        sign = COMPARISONS[type(node.ops[0])]
        return _Part(f"{left.inside(5)} {sign} {right.inside(5)}", None, 4, is_condition=True)

    def _logic(self, node: ast.BoolOp) -> _Part:
        word, binding = ("and", 2) if isinstance(node.op, ast.And) else ("or", 1)
        text = f" {word} ".join(self.visit(v).inside(binding + 1) for v in node.values)
        return _Part(text, None, binding, is_condition=True)

    def _alike(self, parts: Sequence[_Part], node: ast.expr) -> list[_Part]:
        """All parts in the unit of the first that has one."""
        first = _first_unit(parts)
        if first is None:
            return list(parts)
        for part in parts:
            if part.unit is not None and not self.units.same_dimension(part.unit, first):
                found = Sentence(
                    "{first} together with {second}",
                    first=self.units.described(first),
                    second=self.units.described(part.unit),
                )
                raise error_at(node, found, "one dimension")
        self._check_numbers(parts, node)
        return [self._converted(part, first) for part in parts]

    def _check_numbers(self, parts: Sequence[_Part], node: ast.expr) -> None:
        """Refuse 100 - share where the share is in %: a bare number is a ratio, 1 is 100 %."""
        scaled = [
            part.unit
            for part in parts
            if part.number is None and part.unit is not None and self._is_scaled(part.unit)
        ]
        for part in parts:
            if scaled and part.number is not None and abs(part.number) > 1:
                unit = self.units.shown(scaled[0])
                found = Sentence(
                    "the bare number {text} beside a quantity in {unit}", text=part.text, unit=unit
                )
                raise error_at(node, found, "a ratio: 1 stands for 100 %")

    def _is_scaled(self, unit: Any) -> bool:
        return self.units.is_number(unit) and self.units.factor(unit, self.pure) != 1

    def _converted(self, part: _Part, unit: Any) -> _Part:
        """The part times the exact factor that brings it to a unit."""
        factor = Fraction(1) if part.unit is None else self.units.factor(part.unit, unit)
        if factor == 1:
            return replace(part, unit=None if part.unit is None else unit)
        sign, written = (
            ("/", Fraction(factor.denominator)) if factor.numerator == 1 else ("*", factor)
        )
        return _Part(f"{part.inside(6)} {sign} {_written(written)}", unit, 6, part.number)

    _VISITS: Mapping[type[ast.expr], Callable[[Any, Any], _Part]] = {
        ast.Constant: _constant,
        ast.Name: _name,
        ast.UnaryOp: _sign,
        ast.BinOp: _operation,
        ast.Call: _call,
        ast.Compare: _compare,
        ast.BoolOp: _logic,
    }


def _folded(sign: str, left: _Part, right: _Part) -> Fraction | None:
    """The value of an operation on bare numbers."""
    if left.number is None or right.number is None or (sign == "/" and not right.number):
        return None
    return computed(sign, left.number, right.number)


def _first_unit(parts: Sequence[_Part]) -> Any:
    return next((part.unit for part in parts if part.unit is not None), None)


def _written(number: Fraction) -> str:
    """An exact number as text of the language: 1000, (1/3), (-2)."""
    return str(number) if number.denominator == 1 and number >= 0 else f"({number})"


def _conversion_by_hand(tree: ast.expr) -> str:
    """A power of ten from 100 up, or from 0.01 down, that multiplies or divides; or nothing."""
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult | ast.Div):
            for side in (node.left, node.right):
                if isinstance(side, ast.Constant) and _is_power_of_ten(Fraction(str(side.value))):
                    return f"{'*' if isinstance(node.op, ast.Mult) else '/'} {side.value!r}"
    return ""


def _is_power_of_ten(number: Fraction) -> bool:
    large = number if number >= 1 else 1 / number if number > 0 else Fraction(1)
    return (
        large.denominator == 1
        and large >= 100
        and set(str(large)[1:]) == {"0"}
        and str(large)[0] == "1"
    )
