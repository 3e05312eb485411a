"""A cell as the value of a row: everything that is not plainly there is told, nothing is guessed."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from cescore.definitions.formulas.units import UnitError
from cescore.definitions.model import Variable
from cescore.intake import notation
from cescore.intake.findings import Context
from cescore.intake.wording import phrase, shortened, unit
from cescore.returns.layouts.asked import Expected
from cescore.returns.workbooks.sheet import Content, SheetCell, Workbook

PURE = ("ratio", "", "dimensionless")  # units in which a percentage is a fraction of one
NUMBERS = ("quantity", "count")  # kinds of variables that are numbers
_FORMULA = ("=", "+", "-", "@")  # how a text begins that a spreadsheet would compute


@dataclass(frozen=True)
class WrittenValue:
    """A value as a row of observations holds it; ``unit`` where one is stated that was not converted."""

    text: str
    unit: str = ""


@dataclass(frozen=True)
class CellValues:
    """Takes values from the cells of one workbook."""

    book: Workbook
    expected: Expected

    def of(
        self, cell: SheetCell, variable: Variable | None, stated_unit: str, here: Context
    ) -> WrittenValue | None:
        """The value of a cell in its variable's unit; None where it has none, which is told.

        What the rules of rows say themselves (no number, a unit in the cell, an error value, a date) is
        left as it stands, for them to refuse. Converted is only a plain number in a stated unit of the
        same dimension, exactly; a number shown as a percentage is one.
        """
        if not _is_there(cell, here):
            return None
        _tell_how_it_is_kept(cell, variable, self.book, here)
        text = cell.text
        if variable is None or variable.kind == "code":
            return WrittenValue(text)
        if cell.is_percent:
            shown = f"{_plain(Decimal(text) * 100)}%"
            if variable.unit in PURE:
                here.info("percent_format", text=text, shown=shown)
            else:  # right where the unit is %, elsewhere refused with the sign that was seen
                text = shown
        return self._in_unit(WrittenValue(text, stated_unit), variable, here)

    def _in_unit(self, written: WrittenValue, variable: Variable, here: Context) -> WrittenValue:
        """The value in the unit of its variable, where another was stated and the value is a number."""
        if not written.unit:
            return written
        at = self.expected.dictionary.variable_at[variable.code]
        if self.expected.dictionary.is_unit_of(written.unit, at):
            return WrittenValue(written.text)
        try:
            factor = self.expected.definitions.units.factor(written.unit, variable.unit)
        except UnitError:
            return written  # refused by the rules of rows, with both units named
        read = notation.number(written.text, written.unit)
        if read.number is None or read.is_missing_mark or written.text.rstrip().endswith("%"):
            return WrittenValue(written.text)
        text = exact(Fraction(Decimal(read.text)) * factor)
        before = phrase("in_unit", text=written.text, unit=unit(written.unit))
        here.info("unit_converted", before=before, text=text, unit=unit(variable.unit))
        return WrittenValue(text)


def _is_there(cell: SheetCell, here: Context) -> bool:
    """Whether a cell has a value that may be written down."""
    if cell.formula and cell.content == Content.empty:
        here.error("formula_not_computed", formula=shortened(cell.formula))
        return False
    if cell.content == Content.text and _is_like_formula(cell.text):
        here.error("formula_as_text", text=shortened(cell.text))
        return False
    return True


def _is_like_formula(text: str) -> bool:
    """Whether a spreadsheet that opens the table would compute a text: no number is meant."""
    if not text.startswith(_FORMULA):
        return False
    read = notation.number(text)
    return read.number is None and not read.is_missing_mark


def _tell_how_it_is_kept(
    cell: SheetCell, variable: Variable | None, book: Workbook, here: Context
) -> None:
    """Tell of formulas, links to other workbooks, numbers kept as text, formats that are not seen."""
    if cell.is_linked:
        here.warning("external_link", formula=shortened(cell.formula), text=shortened(cell.text))
    elif cell.formula:
        here.info("formula_value", formula=shortened(cell.formula), text=shortened(cell.text))
    if variable is None:
        return
    is_text = cell.content == Content.text and book.kind != "csv"
    if is_text and variable.kind in NUMBERS and notation.number(cell.text).number is not None:
        here.info("number_as_text", text=shortened(cell.text))
    is_unsure = "formats" in book.unseen and cell.content == Content.number
    if is_unsure and variable.unit == "%" and 0 < abs(float(cell.text)) <= 1:
        here.warning("percent_unseen", text=cell.text)


def exact(value: Fraction) -> str:
    """A fraction as a decimal: all of its digits where they end, else the nearest number.

    Examples
    --------
    >>> exact(Fraction(1, 8)), exact(Fraction(1, 3)), exact(Fraction(12000))
    ('0.125', '0.3333333333333333', '12000')
    """
    left, twos, fives = value.denominator, 0, 0
    while left % 2 == 0:
        left, twos = left // 2, twos + 1
    while left % 5 == 0:
        left, fives = left // 5, fives + 1
    places = max(twos, fives)
    if left != 1 or places > 30:
        return repr(float(value))
    return _plain(Decimal(value.numerator * 10**places // value.denominator).scaleb(-places))


def _plain(number: Decimal) -> str:
    """A decimal without an exponent and without zeros at its end."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
