"""The lines of a form: departments, variables, rules, yearly checks, and what drop-downs offer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from xlsxwriter.utility import xl_col_to_name

from cescore.definitions.model import Check, CheckRule, Measure, Variable
from cescore.returns.forms import shape
from cescore.returns.forms.validation import CellValidation


@dataclass(frozen=True)
class HeadingLine:
    """A line of the return that names a department."""

    text: str


@dataclass(frozen=True)
class VariableLine:
    """A line of the return that takes a variable."""

    variable: Variable
    department: str
    name: str
    unit: str
    hint: str
    blank_hint: str
    validation: CellValidation | None


@dataclass(frozen=True)
class RuleLine:
    """A rule of checks.yml as the form has it; without ``formula`` it is checked on receipt."""

    rule: CheckRule
    formula: str
    operands: tuple[str, ...] = ()  # codes of this year's cells


@dataclass(frozen=True)
class CheckLine:
    """A yearly check of a measure."""

    measure: Measure
    check: Check
    hint: str


@dataclass(frozen=True)
class Lists:
    """What drop-downs offer: each list in a column of its own, by its key."""

    columns: Mapping[str, tuple[str, ...]]

    def source(self, key: str) -> str:
        """The cells of a list."""
        column = xl_col_to_name(list(self.columns).index(key))
        return f"{shape.LISTS_SHEET}!${column}$2:${column}${len(self.columns[key]) + 1}"

    def cells(self, key: str) -> tuple[str, ...]:
        """The same cells, one by one."""
        column = xl_col_to_name(list(self.columns).index(key))
        rows = range(2, len(self.columns[key]) + 2)
        return tuple(f"{shape.LISTS_SHEET}!${column}${row}" for row in rows)
