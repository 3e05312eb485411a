"""Rules of checks.yml as formulas of a spreadsheet, over the input cells of one form.

Each formula keeps what the language means (`method.formulas`): a quantity that was not returned
makes a comparison unknown, which is the error #N/A here; ``total`` and ``mean`` leave out what is
not applicable; comparisons forgive rounding noise by the same measure (`method.thresholds`). Only
functions that every spreadsheet has are used (no LET, no LAMBDA).
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from cescore.definitions.formulas.formula import constant, parse
from cescore.method.thresholds import ABSOLUTE, CANCELLED, RELATIVE

UNKNOWN = "NA()"
LONGEST_FORMULA = 8192  # characters that a cell or a defined name takes
MOST_ARGUMENTS = 255
ARITHMETIC: Mapping[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.Pow: "^",
}
OF_ONE = {"abs": "ABS", "sqrt": "SQRT", "log": "LN", "exp": "EXP"}
OF_SEVERAL = {"min": "MIN", "max": "MAX"}


class NotExpressible(Exception):
    """A rule that a form cannot hold: it looks at others, or at what the form does not ask."""


@dataclass(frozen=True)
class Operand:
    """A number in a spreadsheet: an error where there is none, and where it applies at all.

    ``applies`` is empty where it always does; ``cells`` are those it is read from.
    """

    value: str
    applies: str = ""
    cells: tuple[str, ...] = ()


@dataclass(frozen=True)
class InputCell:
    """Where a form takes a quantity: the cell of its value, that of its status, both absolute."""

    value: str
    status: str
    is_flag: bool = False


@dataclass(frozen=True)
class SheetWords:
    """The words of a form that formulas compare with."""

    not_applicable: str
    missing: str
    yes: str
    no: str


@dataclass
class RuleWriter:
    """Writes rules as formulas over the cells of a form for one year.

    ``inputs`` has a cell for each code of the form. ``earlier`` gives the cell of a code in an
    earlier year, which holds a number or the word for "not applicable".
    """

    inputs: Mapping[str, InputCell]
    earlier: Callable[[str, int], str]
    words: SheetWords
    year: int
    base_year: int
    used: dict[str, None] = field(default_factory=dict)  # codes of this year in the last rule

    def condition(self, rule: str) -> str:
        """A rule as a formula that is TRUE, FALSE, or #N/A where it cannot be evaluated.

        Raises
        ------
        NotExpressible
            It looks at other entities, at codes that the form does not ask, at none of this year,
            or is longer than a spreadsheet takes.
        """
        expression = parse(rule, conditions=True)
        if expression.looks:
            raise NotExpressible("looks at other entities")
        self.used = {}
        text = self._truth(expression.tree)
        if not self.used:
            raise NotExpressible("is about earlier years only")
        if len(text) > LONGEST_FORMULA:
            raise NotExpressible(f"is longer than {LONGEST_FORMULA} characters")
        return text

    def _truth(self, node: ast.expr) -> str:
        match node:
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                sides = (self._value(left, self.year), self._value(right, self.year))
                return _comparison(*sides, type(op))
            case ast.BoolOp(op=op, values=parts):
                return _joined([self._truth(part) for part in parts], isinstance(op, ast.And))
            case ast.UnaryOp(op=ast.Not(), operand=inner):
                return f"NOT({self._truth(inner)})"
        raise NotExpressible(f"{ast.unparse(node)!r} is not a condition")

    def _value(self, node: ast.expr, year: int) -> Operand:
        match node:
            case ast.Constant(value=int() | float() as number):
                return Operand(_number(number))
            case ast.Name(id=code):
                return self._cell(code, year)
            case ast.UnaryOp(op=ast.UAdd(), operand=inner):
                return self._value(inner, year)
            case ast.UnaryOp(op=ast.USub(), operand=inner):
                operand = self._value(inner, year)
                return Operand(f"(-{operand.value})", operand.applies, operand.cells)
            case ast.BinOp(left=left, op=op, right=right):
                pair = [self._value(left, year), self._value(right, year)]
                return _of(pair, f"({pair[0].value}{ARITHMETIC[type(op)]}{pair[1].value})")
            case ast.Call(func=ast.Name(id=name), args=arguments):
                return self._call(name, arguments, year)
        raise NotExpressible(f"{ast.unparse(node)!r} is not a number")

    def _cell(self, code: str, year: int) -> Operand:
        if code not in self.inputs:
            raise NotExpressible(f"{code} is not asked")
        if year != self.year:
            cell = self.earlier(code, year)
            applies = f'{cell}<>"{self.words.not_applicable}"'
            return Operand(f"IF(ISNUMBER({cell}),{cell},{UNKNOWN})", applies, (cell,))
        self.used[code] = None
        at, words = self.inputs[code], self.words
        applies = f'{at.status}<>"{words.not_applicable}"'
        is_there = f'{applies},{at.status}<>"{words.missing}"'
        if at.is_flag:
            number = f'IF({at.value}="{words.yes}",1,IF({at.value}="{words.no}",0,{UNKNOWN}))'
            return Operand(f"IF(AND({is_there}),{number},{UNKNOWN})", applies)
        number = f"IF(AND(ISNUMBER({at.value}),{is_there}),{at.value},{UNKNOWN})"
        return Operand(number, applies, (at.value,))

    def _call(self, name: str, arguments: Sequence[ast.expr], year: int) -> Operand:
        if name == "base":
            return self._value(arguments[0], self.base_year)
        if name == "lag":
            back = int(constant(arguments[1]) or 1) if len(arguments) > 1 else 1
            return self._value(arguments[0], year - back)
        operands = [self._value(argument, year) for argument in arguments]
        if len(operands) > MOST_ARGUMENTS:
            raise NotExpressible(f"{name} has {len(operands)} operands")
        listed = ",".join(operand.value for operand in operands)
        if name in OF_ONE:
            return _of(operands, f"{OF_ONE[name]}({listed})")
        if name == "positive":
            return _of(operands, f"IF({listed}>0,{listed},{UNKNOWN})")
        if name in OF_SEVERAL:
            return _of(operands, f"{OF_SEVERAL[name]}({listed})")
        if name in ("total", "mean"):
            return _over_those_that_apply(operands, is_mean=name == "mean")
        if name == "first_available":
            return _first_available(operands)
        raise NotExpressible(f"{name} has no counterpart")


def _number(number: float) -> str:
    return f"{number:.15g}".upper()


def _of(operands: Sequence[Operand], value: str) -> Operand:
    """What is computed from operands: it applies where all of them do."""
    conditions = tuple(dict.fromkeys(o.applies for o in operands if o.applies))
    applies = f"AND({','.join(conditions)})" if len(conditions) > 1 else "".join(conditions)
    return Operand(value, applies, _cells(operands))


def _over_those_that_apply(operands: Sequence[Operand], *, is_mean: bool) -> Operand:
    """Sum or mean of the operands that apply; #N/A where none does."""
    terms = [_or_zero(operand) for operand in operands]
    total = f"SUM({','.join(terms)})"
    if is_mean:
        total += f"/SUM({','.join(f'IF({o.applies},1,0)' if o.applies else '1' for o in operands)})"
    if not all(o.applies for o in operands):
        return Operand(f"({total})", "", _cells(operands))
    applies = f"OR({','.join(o.applies for o in operands)})"
    return Operand(f"IF({applies},{total},{UNKNOWN})", applies, _cells(operands))


def _or_zero(operand: Operand) -> str:
    """A number, 0 where it does not apply."""
    return f"IF({operand.applies},{operand.value},0)" if operand.applies else operand.value


def _first_available(operands: Sequence[Operand]) -> Operand:
    value = operands[-1].value
    for operand in reversed(operands[:-1]):
        value = f"IFERROR({operand.value},{value})"
    always = not all(o.applies for o in operands)
    applies = "" if always else f"OR({','.join(o.applies for o in operands)})"
    return Operand(value, applies, _cells(operands))


def _cells(operands: Iterable[Operand]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(cell for operand in operands for cell in operand.cells))


def _comparison(left: Operand, right: Operand, op: type[ast.cmpop]) -> str:
    """left op right by `thresholds.is_equal`, and forgiving what sums of such cells leave as noise.

    Numbers that are equal but for noise have one magnitude, so that of the shorter text will do.
    """
    difference = f"{left.value}-{right.value}"
    shorter = min(left.value, right.value, key=len)
    noise = _noise(_cells([left, right]))
    allowed = f"MAX({_number(RELATIVE)}*ABS({shorter}),{_number(ABSOLUTE)}{noise})"
    match op():
        case ast.LtE():
            return f"({difference}<={allowed})"
        case ast.GtE():
            return f"({difference}>=-{allowed})"
        case ast.Lt():
            return f"({difference}<-{allowed})"
        case ast.Gt():
            return f"({difference}>{allowed})"
        case ast.Eq():
            return f"(ABS({difference})<={allowed})"
        case _:
            return f"(ABS({difference})>{allowed})"


def _noise(cells: Sequence[str]) -> str:
    """What is left of numbers of 15 digits that should cancel, by the largest of the cells."""
    if len(cells) < 2 or len(cells) > MOST_ARGUMENTS:
        return ""
    listed = ",".join(cells)
    return f",{_number(CANCELLED)}*MAX(MAX({listed}),-MIN({listed}))"


def _joined(parts: Sequence[str], is_and: bool) -> str:
    """``and``, ``or`` in three-valued logic: one part that decides is enough, whatever is unknown."""
    if is_and:
        decided = ",".join(f"IFERROR(NOT({part}),FALSE)" for part in parts)
        return f"IF(OR({decided}),FALSE,AND({','.join(parts)}))"
    decided = ",".join(f"IFERROR({part},FALSE)" for part in parts)
    return f"IF(OR({decided}),TRUE,OR({','.join(parts)}))"
