"""Evaluating the one formula language on whole columns: all entities and years at once.

Nothing here runs code: a text is parsed by `cescore.definitions.formulas.formula` against a short list of
nodes, and this module gives each of them its meaning for numbers with a state and flags.

``base(x)`` is the base year's value, ``lag(x, n)`` that of n years before; ``total`` and ``mean``
leave out what is not applicable; ``first_available`` takes the first operand with a value;
``positive`` has no value where its operand is 0 or less; ``rounding`` is how far its operands may be
off by having been rounded; ``has_value(x)`` is a condition that is always known.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache, reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cescore.definitions.formulas.formula import constant, parse
from cescore.errors import MethodError, Sentence
from cescore.method import thresholds
from cescore.method.column import Column, Flag, Panel, State

Bools = NDArray[np.bool_]
PRESENT, NOT_COMPUTABLE, MISSING, SUPPRESSED, NOT_APPLICABLE = (
    np.uint8(state)
    for state in (
        State.PRESENT,
        State.NOT_COMPUTABLE,
        State.MISSING,
        State.SUPPRESSED,
        State.NOT_APPLICABLE,
    )
)
NO_FLAG = np.uint8(0)
MOST_DECIMALS = 9  # that a reported figure is taken to have


def _sum(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """a + b, and 0 where they cancel but for rounding noise, which nothing may be divided by."""
    return np.asarray(thresholds.without_noise(a + b, a, b))


def _difference(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """a - b, and 0 where they are equal but for rounding noise: 0.1 + 0.2 - 0.3 is 0."""
    return np.asarray(thresholds.without_noise(a - b, a, b))


ARITHMETIC: Mapping[type[ast.operator], Callable[..., Any]] = {
    ast.Add: _sum,
    ast.Sub: _difference,
    ast.Mult: np.multiply,
    ast.Div: np.divide,
    ast.Pow: np.power,
}
COMPARISONS: Mapping[type[ast.cmpop], Callable[..., Any]] = {
    ast.Lt: thresholds.COMPARISONS["<"],
    ast.LtE: thresholds.COMPARISONS["<="],
    ast.Gt: thresholds.COMPARISONS[">"],
    ast.GtE: thresholds.COMPARISONS[">="],
    ast.Eq: thresholds.COMPARISONS["=="],
    ast.NotEq: thresholds.COMPARISONS["!="],
}
OF_ONE: Mapping[str, Callable[..., Any]] = {
    "abs": np.abs,
    "sqrt": np.sqrt,
    "log": np.log,
    "exp": np.exp,
    "positive": lambda values: np.where(values > 0, values, np.nan),  # else not computable
}
OF_SEVERAL: Mapping[str, Callable[..., Any]] = {"min": np.minimum, "max": np.maximum}


@dataclass(frozen=True)
class _Setting:
    """What names and base() refer to while one text is evaluated."""

    panel: Panel
    base_year: int
    factors: Mapping[str, float]


def evaluate(
    executable: str,
    panel: Panel,
    *,
    base_year: int,
    factor: str = "1",
    factors: Mapping[str, float] = {},
    in_rule: bool = False,
) -> Column:
    """The column of a formula, in its declared unit: the formula's own value times ``factor``.

    Of the operands' states the highest counts, flags add up. A sum or difference of less than 1e-14
    of its larger operand is 0 (`thresholds.without_noise`). A division by zero, the logarithm of
    zero, the root of a negative number, ``positive`` of what is not, and an overflow give
    NOT_COMPUTABLE, never inf. ``base(x)`` is MISSING where the panel has no column for
    ``base_year``, as is ``lag`` before its first year.

    Parameters
    ----------
    executable
        The formula with each unit conversion written in, see `definitions.model.Computed`.
    panel
        Columns by code (entities, years); a code that it does not have is NOT_COLLECTED.
    base_year
        What ``base(x)`` stands for.
    factor
        The last conversion as an exact fraction ("1/100"), applied once.
    factors
        Constants with a name, in the units that the executable text expects.
    in_rule
        The formula stands in a rule, where ``rounding`` may be called.

    Raises
    ------
    FormulaError
        The text is not in the language.
    MethodError
        ``lag`` by something else than whole years from 1 on, or a function of so many operands as
        it does not take.

    Examples
    --------
    >>> gdp = Column.of(np.array([[500.0, 600.0]]))
    >>> mrc = Column.of(np.array([[1000.0, 0.0]]))
    >>> panel = Panel(("A",), (2020, 2021), {"gdp": gdp, "mrc": mrc})
    >>> rate = evaluate("gdp / mrc", panel, base_year=2020, factor="10000")
    >>> rate.values.tolist(), rate.state.tolist()
    ([[5000.0, nan]], [[0, 1]])
    >>> evaluate("1 - gdp / base(gdp)", panel, base_year=2020).values.round(3).tolist()
    [[0.0, -0.2]]
    """
    setting = _Setting(panel, base_year, factors)
    with np.errstate(all="ignore"):
        column = _value(_tree(executable, False, in_rule), setting)
        result = _computed(column.values * float(Fraction(factor)), [column])
    return _spread(result, panel.shape)


def holds(
    condition: str,
    panel: Panel,
    *,
    base_year: int,
    factors: Mapping[str, float] = {},
) -> tuple[Bools, Bools]:
    """Where a condition is true, and where it could be evaluated at all (entities, years).

    A comparison is unknown where an operand has no value. ``and``, ``or`` and ``not`` follow
    three-valued logic: true or unknown is true, false and unknown is false. Comparisons are those
    of `thresholds`, so that rounding noise turns none.

    Parameters
    ----------
    condition
        In the language of checks; names as for `evaluate`.
    base_year, factors
        As for `evaluate`.

    Returns
    -------
    tuple
        Two masks: true, and known. Where it is not known it is not true either.

    Examples
    --------
    >>> used = Column.of(np.array([[5.0], [np.nan], [9.0]]))
    >>> made = Column.of(np.array([[8.0], [8.0], [8.0]]))
    >>> panel = Panel(("A", "B", "C"), (2020,), {"used": used, "made": made})
    >>> true, known = holds("used <= made", panel, base_year=2020)
    >>> true[:, 0].tolist(), known[:, 0].tolist()
    ([True, False, False], [True, False, True])
    """
    setting = _Setting(panel, base_year, factors)
    with np.errstate(all="ignore"):
        true, false = _truth(_tree(condition, True), setting)
    return np.broadcast_to(true, panel.shape), np.broadcast_to(true | false, panel.shape)


@lru_cache(maxsize=8192)
def _tree(text: str, conditions: bool, in_rule: bool = False) -> ast.expr:
    return parse(text, conditions=conditions, in_rule=in_rule).tree


@lru_cache(maxsize=8192)
def names(text: str) -> tuple[str, ...]:
    """The codes a formula uses, names of factors included."""
    return tuple(parse(text).names)


def _spread(column: Column, shape: tuple[int, int]) -> Column:
    """The same column in full shape; flags only where there is a number."""
    values, state, flags = (
        np.broadcast_to(part, shape) for part in (column.values, column.state, column.flags)
    )
    kept = np.where(state == 0, flags, NO_FLAG)
    return Column(
        np.array(values, float),
        np.array(state, np.uint8),
        kept if kept.any() else np.broadcast_to(NO_FLAG, shape),  # no memory for no flag
    )


def _computed(values: NDArray[np.float64], operands: Sequence[Column]) -> Column:
    """A result with its operands' highest state, or NOT_COMPUTABLE where it is not finite."""
    state = reduce(np.maximum, [operand.state for operand in operands])
    flags = reduce(np.bitwise_or, [operand.flags for operand in operands])
    state = np.where((state == PRESENT) & ~np.isfinite(values), NOT_COMPUTABLE, state)
    return Column(np.where(state == PRESENT, values, np.nan), state, flags)


def _constant(value: float) -> Column:
    return Column(np.array(float(value)), np.array(PRESENT), np.array(NO_FLAG))


def _value(node: ast.expr, setting: _Setting) -> Column:
    """The column of one node; constants stay scalars until they meet a column."""
    match node:
        case ast.Constant(value=int() | float() as number):
            return _constant(number)
        case ast.Name(id=name):
            if name in setting.factors:
                return _constant(setting.factors[name])
            return setting.panel.column(name)
        case ast.UnaryOp(op=ast.UAdd(), operand=inner):
            return _value(inner, setting)
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            operand = _value(inner, setting)
            return _computed(-operand.values, [operand])
        case ast.BinOp(left=left, op=op, right=right) if type(op) in ARITHMETIC:
            pair = [_value(left, setting), _value(right, setting)]
            return _computed(ARITHMETIC[type(op)](pair[0].values, pair[1].values), pair)
        case ast.Call(func=ast.Name(id=name), args=arguments):
            return _call(name, arguments, setting)
    raise MethodError(Sentence("a formula cannot hold {text!r}", text=ast.unparse(node)))


def _call(name: str, arguments: list[ast.expr], setting: _Setting) -> Column:
    if name in {"base", "lag"}:
        return _other_year(name, arguments, setting)
    operands = [_value(argument, setting) for argument in arguments]
    if name in OF_ONE and len(operands) == 1:
        return _computed(OF_ONE[name](operands[0].values), operands)
    if name in OF_SEVERAL and operands:
        values = reduce(OF_SEVERAL[name], [operand.values for operand in operands])
        return _computed(values, operands)
    if name in {"total", "mean"} and operands:
        return _over_those_that_apply(operands, is_mean=name == "mean")
    if name == "first_available" and operands:
        return _first_available(operands)
    if name == "rounding" and operands:
        return _rounding(operands)
    raise MethodError(
        Sentence(
            "no function {name!r} of {n} {n:operand|operands} in formulas",
            name=name,
            n=len(operands),
        )
    )


def _over_those_that_apply(operands: list[Column], *, is_mean: bool) -> Column:
    """Sum or mean without the operands that are NOT_APPLICABLE; PARTIAL where some were left out."""
    applies = [operand.state != NOT_APPLICABLE for operand in operands]
    count = reduce(np.add, [mask.astype(float) for mask in applies])
    used = [
        Column(
            np.where(mask, operand.values, 0.0),
            np.where(mask, operand.state, PRESENT),
            np.where(mask, operand.flags, NO_FLAG),
        )
        for mask, operand in zip(applies, operands, strict=True)
    ]
    values = reduce(_sum, [operand.values for operand in used])
    result = _computed(values / count if is_mean else values, used)
    partial = np.where((count > 0) & (count < len(operands)), np.uint8(Flag.PARTIAL), NO_FLAG)
    none_applies = count == 0
    return Column(
        np.where(none_applies, np.nan, result.values),
        np.where(none_applies, NOT_APPLICABLE, result.state),
        result.flags | partial,
    )


def _rounding(operands: list[Column]) -> Column:
    """How far the operands that have a value may be from what was rounded to them, together.

    Half a unit of the last decimal of each, at most `MOST_DECIMALS` of them: 0.5 of 120, 0.05 of 3.7.
    """
    halves = [
        np.where(operand.state == PRESENT, half_of_last_decimal(operand.values), 0.0)
        for operand in operands
    ]
    values = np.asarray(reduce(np.add, halves))
    return Column(values, np.full(values.shape, PRESENT), np.full(values.shape, NO_FLAG))


def half_of_last_decimal(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Half a unit of the last decimal of each value: 0.5 of 120, 0.05 of 3.7; any shape.

    Examples
    --------
    >>> half_of_last_decimal(np.array([120.0, 3.7, 0.25])).tolist()
    [0.5, 0.05, 0.005]
    """
    half = np.full(np.shape(values), 0.5 * 10.0**-MOST_DECIMALS)
    for decimals in reversed(range(MOST_DECIMALS)):
        is_whole = thresholds.is_equal(np.round(values, decimals), values)
        half = np.where(is_whole, 0.5 * 10.0**-decimals, half)
    return half


def _first_available(operands: list[Column]) -> Column:
    """The first operand with a value, ESTIMATED unless it is the first of all.

    Without any: MISSING where one of them was not returned, else the first one's state. One that is
    withheld has a value: where it comes first, no later one is taken, and the result is withheld.
    """
    first, *others = operands
    values, state, flags = first.values, first.state, first.flags
    any_missing = reduce(np.logical_or, [operand.state == MISSING for operand in operands])
    for other in others:
        has_none = (state != PRESENT) & (state != SUPPRESSED)
        take = has_none & ((other.state == PRESENT) | (other.state == SUPPRESSED))
        values = np.where(take, other.values, values)
        is_substitute = take & (other.state == PRESENT)
        flags = np.where(is_substitute, other.flags | np.uint8(Flag.ESTIMATED), flags)
        state = np.where(take, other.state, state)
    state = np.where((state != PRESENT) & (state != SUPPRESSED) & any_missing, MISSING, state)
    return Column(np.where(state == PRESENT, values, np.nan), state, flags)


def _other_year(name: str, arguments: list[ast.expr], setting: _Setting) -> Column:
    """The operand's column of the base year, or of n years before each year."""
    operand = _spread(_value(arguments[0], setting), setting.panel.shape)
    years = setting.panel.years
    if name == "base":
        return shifted(operand, years, dict.fromkeys(years, setting.base_year))
    back = _whole_number(arguments[1]) if len(arguments) > 1 else 1
    return shifted(operand, years, {year: year - back for year in years})


def shifted(column: Column, years: Sequence[int], taken_from: Mapping[int, int]) -> Column:
    """A column whose year y shows the value of ``taken_from[y]``; MISSING where the panel has none.

    Parameters
    ----------
    years
        Those of the column, in its order.
    taken_from
        Year -> year it is taken from, for every year of the column.

    Examples
    --------
    >>> column = Column.of(np.array([[1.0, 2.0]]))
    >>> before = shifted(column, (2020, 2021), {2020: 2019, 2021: 2020})
    >>> before.values.tolist(), before.state.tolist()
    ([[nan, 1.0]], [[2, 0]])
    """
    result = Column.empty(column.shape, State.MISSING)
    position = {year: i for i, year in enumerate(years)}
    for i, year in enumerate(years):
        source = position.get(taken_from[year])
        if source is not None:
            result.values[:, i] = column.values[:, source]
            result.state[:, i] = column.state[:, source]
            result.flags[:, i] = column.flags[:, source]
    return result


def _whole_number(node: ast.expr) -> int:
    years = constant(node)
    if years is None or years.denominator != 1 or years < 1:
        raise MethodError(
            Sentence("lag() counts whole years back, found {text!r}", text=ast.unparse(node))
        )
    return int(years)


def _truth(node: ast.expr, setting: _Setting) -> tuple[Bools, Bools]:
    """Where a condition is known to be true, and where it is known to be false."""
    match node:
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in COMPARISONS:
            a, b = _value(left, setting), _value(right, setting)
            known = (a.state == PRESENT) & (b.state == PRESENT)
            outcome = COMPARISONS[type(op)](a.values, b.values)
            return known & outcome, known & ~outcome
        case ast.BoolOp(op=op, values=parts):
            true, false = zip(*(_truth(part, setting) for part in parts), strict=True)
            if isinstance(op, ast.And):
                return reduce(np.logical_and, true), reduce(np.logical_or, false)
            return reduce(np.logical_or, true), reduce(np.logical_and, false)
        case ast.UnaryOp(op=ast.Not(), operand=inner):
            true_inside, false_inside = _truth(inner, setting)
            return false_inside, true_inside
        case ast.Call(func=ast.Name(id="has_value"), args=[inner]):
            has_value: Bools = _value(inner, setting).state == PRESENT
            return has_value, ~has_value
    raise MethodError(
        Sentence("{text!r} is not a condition that is true or false", text=ast.unparse(node))
    )
