"""A spreadsheet in small: evaluates what forms hold, formulas, names and validations, by itself.

It knows the functions that forms use and nothing of the package, so that what a form says can be
held against what the program says.
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

import openpyxl
from openpyxl.formula import Tokenizer
from openpyxl.utils import range_boundaries


class SheetError(Exception):
    """#N/A, #DIV/0! and their like."""


class Filled:
    """A form as a spreadsheet has it open: some cells filled in, everything else worked out."""

    def __init__(self, content: bytes) -> None:
        self.book = openpyxl.load_workbook(io.BytesIO(content))
        self.read: dict[tuple[str, str], Callable[[], Any]] = {}  # formulas, each read once
        self.names = {name: d.attr_text for name, d in self.book.defined_names.items()}

    def fill(self, sheet: str, cell: str, value: object) -> None:
        self.book[sheet][cell] = value
        if isinstance(value, str):
            self.book[sheet][cell].data_type = "s"  # typed with an apostrophe: no formula

    def value(self, sheet: str, cell: str) -> Any:
        """What a cell shows: its own value, or that of its formula."""
        found = self.book[sheet][cell]
        return self.formula(found.value, sheet) if found.data_type == "f" else found.value

    def formula(self, text: str, sheet: str) -> Any:
        """The value of a formula that stands on a sheet."""
        if (text, sheet) not in self.read:
            items = Tokenizer(text if text.startswith("=") else f"={text}").items
            tokens = [t for t in items if t.type != "WHITE-SPACE"]
            self.read[text, sheet] = Reader(self, sheet, tokens).whole()
        return self.read[text, sheet]()

    def accepts(self, sheet: str, cell: str) -> bool:
        """Whether the validation of a cell lets what stands there be typed in."""
        page = self.book[sheet]
        value = page[cell].value
        for validation in page.data_validations.dataValidation:
            if cell in validation.sqref and not self._keeps(validation, sheet, value):
                return False
        return True

    def styles(self, sheet: str, cell: str) -> list[str]:
        """What the validations of a cell do: stop, warning."""
        found = self.book[sheet].data_validations.dataValidation
        return [v.errorStyle or "stop" for v in found if cell in v.sqref]

    def _keeps(self, validation: Any, sheet: str, value: Any) -> bool:
        if value in (None, "") and validation.allowBlank:
            return True
        if validation.type == "list":
            return value in [str(x) for x in self.cells(validation.formula1, sheet)]
        if validation.type == "custom":
            try:
                return self.formula(validation.formula1, sheet) is True
            except SheetError:
                return False
        if validation.type == "date" and isinstance(value, date):
            value = (value - date(1899, 12, 30)).days
        if isinstance(value, bool) or not isinstance(value, int | float):
            return False
        if validation.type == "whole" and value != int(value):
            return False
        ends = [self.formula(x, sheet) for x in (validation.formula1, validation.formula2) if x]
        operator = validation.operator or "between"
        if operator == "between":
            return ends[0] <= value <= ends[1]
        assert operator == "greaterThanOrEqual"
        return value >= ends[0]

    def cells(self, reference: str, sheet: str) -> Iterator[Any]:
        """The values of a range."""
        name, _, place = reference.rpartition("!")
        on = name.strip("'").replace("''", "'") or sheet
        left, top, right, bottom = range_boundaries(place.replace("$", ""))
        for row in self.book[on].iter_rows(top, bottom, left, right):
            yield from (self.value(on, cell.coordinate) for cell in row)


class Reader:
    """Reads one formula into functions that work it out, part by part and only where it is needed."""

    def __init__(self, form: Filled, sheet: str, tokens: list[Any]) -> None:
        self.form, self.sheet, self.tokens, self.at = form, sheet, tokens, 0

    def whole(self) -> Callable[[], Any]:
        found: Callable[[], Any] = self.comparison()
        assert self.at == len(self.tokens), "something is left of the formula"
        return found

    def next(self) -> Any:
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def is_operator(self, *signs: str) -> bool:
        token = self.next()
        return token is not None and token.type == "OPERATOR-INFIX" and token.value in signs

    def binary(self, below: Callable[[], Any], *signs: str) -> Any:
        left = below()
        while self.is_operator(*signs):
            sign = self.tokens[self.at].value
            self.at += 1
            left = (lambda a, b, s: lambda: computed(s, a(), b()))(left, below(), sign)
        return left

    def comparison(self) -> Any:
        return self.binary(self.joined, "=", "<>", "<", ">", "<=", ">=")

    def joined(self) -> Any:
        return self.binary(self.sum, "&")

    def sum(self) -> Any:
        return self.binary(self.product, "+", "-")

    def product(self) -> Any:
        return self.binary(self.power, "*", "/")

    def power(self) -> Any:
        return self.binary(self.term, "^")

    def term(self) -> Any:
        token = self.next()
        self.at += 1
        if token.type == "OPERATOR-PREFIX":
            inner = self.term()
            return lambda: -number(inner())
        if token.type == "OPERAND":
            return self.operand(token)
        if token.type == "PAREN":
            inner = self.comparison()
            self.at += 1
            return inner
        assert token.type == "FUNC", token.value
        arguments = []
        while self.next().subtype != "CLOSE":
            arguments.append(self.comparison())
            if self.next().type == "SEP":
                self.at += 1
        self.at += 1
        function = FUNCTIONS[token.value.rstrip("(")]
        return lambda: function(*arguments)

    def operand(self, token: Any) -> Any:
        match token.subtype:
            case "NUMBER":
                return lambda: float(token.value)
            case "TEXT":
                return lambda: token.value[1:-1].replace('""', '"')
            case "LOGICAL":
                return lambda: token.value == "TRUE"
        if token.value in self.form.names:
            return lambda: self.form.formula(self.form.names[token.value], self.sheet)
        return Reference(self.form, token.value, self.sheet)


class Reference:
    """A cell or a range; its own value where one cell is meant."""

    def __init__(self, form: Filled, text: str, sheet: str) -> None:
        assert re.search(r"\$[A-Z]+\$\d+$", text), f"no cell and no name: {text}"
        self.form, self.text, self.sheet = form, text, sheet

    def all(self) -> list[Any]:
        return list(self.form.cells(self.text, self.sheet))

    def __call__(self) -> Any:
        (found,) = self.all()
        return found


def number(value: Any) -> float:
    if value is None:
        return 0.0
    if isinstance(value, str):
        raise SheetError("#VALUE!")
    return float(value)


def computed(sign: str, left: Any, right: Any) -> Any:
    if sign == "&":
        return f"{'' if left is None else left}{'' if right is None else right}"
    if sign in COMPARED:
        return COMPARED[sign](*comparable(left, right))
    a, b = number(left), number(right)
    try:
        found = {"+": a + b, "-": a - b, "*": a * b}.get(sign)
        found = found if found is not None else (a / b if sign == "/" else a**b)
    except (ZeroDivisionError, OverflowError) as error:
        raise SheetError(str(error)) from error
    if isinstance(found, complex) or not math.isfinite(found):
        raise SheetError("#NUM!")
    return found


COMPARED: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: a == b,
    "<>": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
    "<=": lambda a, b: a <= b,
    ">=": lambda a, b: a >= b,
}


def comparable(left: Any, right: Any) -> tuple[Any, Any]:
    """Numbers are below texts, and an empty cell is what it is compared with; case does not count."""
    if left is None:
        left = "" if isinstance(right, str) else 0.0
    if right is None:
        right = "" if isinstance(left, str) else 0.0
    ranked = [(1, x.casefold()) if isinstance(x, str) else (0, float(x)) for x in (left, right)]
    return ranked[0], ranked[1]


def spread(arguments: tuple[Any, ...]) -> Iterator[float]:
    """The numbers among operands: of a range only those that are numbers."""
    for argument in arguments:
        if isinstance(argument, Reference):
            yield from (float(x) for x in argument.all() if isinstance(x, int | float))
        else:
            yield number(argument())


def values(parts: tuple[Any, ...]) -> list[Any]:
    """All operands: an error in the last one is an error, whatever the first one is."""
    return [part() for part in parts]


def if_error(value: Callable[[], Any], otherwise: Callable[[], Any]) -> Any:
    try:
        return value()
    except SheetError:
        return otherwise()


def not_available() -> Any:
    raise SheetError("#N/A")


def checked(function: Callable[[float], float]) -> Callable[[Callable[[], Any]], float]:
    def call(argument: Callable[[], Any]) -> float:
        try:
            return function(number(argument()))
        except (ValueError, OverflowError) as error:
            raise SheetError("#NUM!") from error

    return call


FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "IF": lambda c, a, b: a() if c() else b(),
    "IFERROR": if_error,
    "AND": lambda *parts: all(values(parts)),
    "OR": lambda *parts: any(values(parts)),
    "NOT": lambda part: not part(),
    "NA": not_available,
    "ISNUMBER": lambda x: if_error(
        lambda: isinstance(x(), int | float) and not isinstance(x(), bool), lambda: False
    ),
    "N": lambda x: x() if isinstance(x(), int | float) else 0.0,
    "ABS": checked(abs),
    "INT": checked(math.floor),
    "SQRT": checked(math.sqrt),
    "LN": checked(math.log),
    "EXP": checked(math.exp),
    "SUM": lambda *parts: math.fsum(spread(parts)),
    "MAX": lambda *parts: max(spread(parts), default=0.0),
    "MIN": lambda *parts: min(spread(parts), default=0.0),
    "COUNTA": lambda cells: sum(x not in (None, "") for x in cells.all()),
}
