"""One row of observations read cell by cell, with everything that is wrong with it told at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from cescore.definitions.model import Variable
from cescore.intake import cells
from cescore.intake.cells import Cell, clean, nearest
from cescore.intake.findings import Finding, FindingLog, Severity, quoted
from cescore.intake.known import Known, broken_rule
from cescore.intake.observations import (
    BASES,
    ESTIMATED,
    MISSING,
    NOT_APPLICABLE,
    REPORTED,
    STATUSES,
)
from cescore.intake.table import Table

COLUMNS = ("entity_id", "year", "variable", "value", "status", "basis")
_STATUS_WORDS: Mapping[str, int] = {
    "": REPORTED,
    "已报": REPORTED,
    "上报": REPORTED,
    "测算": ESTIMATED,
    "估算": ESTIMATED,
    "不适用": NOT_APPLICABLE,
    "na": NOT_APPLICABLE,
    "n/a": NOT_APPLICABLE,
    "缺报": MISSING,
    "未报": MISSING,
}
_BASIS_WORDS: Mapping[str, int] = {"统计调查": 1, "行政记录": 2, "自愿申报": 3}
_FLAG_WORDS: Mapping[str, float] = {
    "1": 1.0,
    "true": 1.0,
    "yes": 1.0,
    "是": 1.0,
    "0": 0.0,
    "false": 0.0,
    "no": 0.0,
    "否": 0.0,
}


@dataclass(frozen=True)
class Row:
    """One row read carefully, as positions and numbers; ``at`` is its position in the table."""

    at: int
    entity: int
    variable: int
    year: int
    value: float
    status: int
    basis: int
    text: str = ""


class RowReader:
    """Reads one row cell by cell and tells everything that is wrong with it in one pass."""

    def __init__(
        self,
        known: Known,
        table: Table,
        folder_year: int | None,
        has_no_year: bool,
        log: FindingLog,
    ) -> None:
        self.known, self.table, self.log = known, table, log
        self.folder_year, self.has_no_year = folder_year, has_no_year
        self.columns = {name: table.column(name) for name in COLUMNS}

    def read(self, at: int) -> Row | None:
        """The row, or None where it cannot be used."""
        self.told: list[Finding] = []
        self.raw = {name: column[at].as_py() for name, column in self.columns.items()}
        self.place = f"row {self.table.lines[at]}"
        self.entity_id = self.year_text = self.code = ""
        self.year: int | None = None
        entity = self._entity()
        year = self._year()
        variable = self._variable(entity)
        status = self._word("status", _STATUS_WORDS, STATUSES)
        basis = self._word("basis", _BASIS_WORDS, BASES)
        row = None
        if variable is not None and status is not None:
            row = self._value(self.known.variables[self.known.codes[variable]], status)
        self.log.extend(
            replace(finding, entity_id=self.entity_id, year=self.year, variable=self.code)
            for finding in self.told
        )
        if row is None or any(finding.severity == "error" for finding in self.told):
            return None
        value, text, status = row
        return Row(at, entity, variable, year, value, status, basis, text)  # type: ignore[arg-type]

    def _say(self, severity: Severity, code: str, found: str, expected: str = "") -> None:
        self.told.append(
            Finding(severity, code, self.table.file, self.place, found=found, expected=expected)
        )

    def _repaired(self, cell: Cell, raw: str) -> Cell:
        for repair in cell.repairs:
            self._say("info", repair, quoted(raw), quoted(cell.text))
        return cell

    def _entity(self) -> int | None:
        raw = self.raw["entity_id"]
        self.entity_id = text = self._repaired(clean(raw), raw).text
        if text in self.known.entity_at:
            return self.known.entity_at[text]
        reason = cells.bad_id(text)
        if reason:
            self.entity_id = ""
            self._say("error", "bad_id", f"{quoted(raw)}: {reason}", cells.ID_EXPECTED)
        else:
            suggestion = self.known.suggestion(text, "entity")
            self._say(
                "error", "unknown_entity", quoted(text), f"an entity_id of the register{suggestion}"
            )
        return None

    def _year(self) -> int | None:
        raw = self.raw["year"]
        cell = cells.year(raw)
        if cell.number is None:
            self._say("error", cell.problem, quoted(raw), cell.expected)
            return None
        self._repaired(cell, raw)
        self.year = int(cell.number)
        if self.folder_year is not None and (self.has_no_year or self.year > self.folder_year):
            self._say(
                "error", "wrong_year", str(self.year), f"{self.folder_year}, the year of the folder"
            )
        return self.year

    def _variable(self, entity: int | None) -> int | None:
        raw = self.raw["variable"]
        self.code = text = self._repaired(clean(raw), raw).text
        at = self.known.variable_at.get(text)
        if at is None:
            self.code = text[:80]
            suggestion = self.known.suggestion(text, "variable")
            self._say(
                "error",
                "unknown_variable",
                quoted(text),
                f"a code of params/variables.yml{suggestion}",
            )
            return None
        if entity is not None and not self.known.fits[self.known.type_of[entity], at]:
            types = ", ".join(self.known.variables[text].entity_types)
            found = self.known.register[self.entity_id].entity_type
            self._say("error", "not_of_type", f"{text} of a {found}", f"an entity of type {types}")
        return at

    def _word(self, column: str, words: Mapping[str, int], known: Sequence[str]) -> int | None:
        raw = self.raw[column]
        text = self._repaired(clean(raw), raw).text
        if text in known:
            return known.index(text)
        plain = text.lower()
        at = known.index(plain) if plain in known else words.get(plain)
        if at is None:
            listed = ", ".join(word for word in known if word)
            self._say("error", f"bad_{column}", quoted(raw), f"{listed}{nearest(plain, known)}")
        elif text:
            self._say("info", f"{column}_word", quoted(raw), known[at])
        return at

    def _value(self, variable: Variable, status: int) -> tuple[float, str, int] | None:
        """Number, text of a code, and status, which an empty cell can change to missing."""
        raw = self.raw["value"]
        if variable.kind == "code" and status <= ESTIMATED:
            return self._code(variable, raw, status)
        plain = clean(raw)
        if plain.text == "":
            return self._empty(variable, status)
        cell = self._flag(plain) if variable.kind == "flag" else cells.number(raw, variable.unit)
        if cell.is_missing_mark:
            self._say("info", "missing_mark", quoted(raw), "missing")
            return np.nan, "", status if status > ESTIMATED else MISSING
        if status > ESTIMATED:
            self._say(
                "error", "value_with_status", f"{quoted(raw)} and {STATUSES[status]}", "no value"
            )
            return None
        if cell.number is None:
            self._say("error", cell.problem, quoted(raw), cell.expected)
            return None
        self._repaired(cell, raw)
        return self._in_rules(variable, cell.number, status)

    def _empty(self, variable: Variable, status: int) -> tuple[float, str, int]:
        if status <= ESTIMATED:
            self._say(
                "error" if variable.required else "warning",
                "empty_value",
                "an empty cell",
                "a value, or the status missing or not_applicable",
            )
        return np.nan, "", status if status > ESTIMATED else MISSING

    def _code(self, variable: Variable, raw: str, status: int) -> tuple[float, str, int] | None:
        text = self._repaired(clean(raw), raw).text
        if text == "":
            return self._empty(variable, status)
        if variable.allowed and text not in variable.allowed:
            if text in cells.MISSING_MARKS:
                self._say("info", "missing_mark", quoted(raw), "missing")
                return np.nan, "", MISSING
            listed = f"{', '.join(variable.allowed)}{nearest(text, variable.allowed)}"
            self._say("error", "code_not_allowed", quoted(raw), listed)
            return None
        return np.nan, text, status

    def _flag(self, cell: Cell) -> Cell:
        number = _FLAG_WORDS.get(cell.text.lower())
        if number is None:
            if cell.text in cells.MISSING_MARKS:
                return replace(cell, is_missing_mark=True)
            return replace(cell, problem="bad_flag", expected="1 or 0")
        return replace(cell, number=number)

    def _in_rules(
        self, variable: Variable, value: float, status: int
    ) -> tuple[float, str, int] | None:
        entity_type = ""
        if self.entity_id in self.known.register:
            entity_type = self.known.register[self.entity_id].entity_type
        broken = broken_rule(variable, entity_type, value)
        if broken is not None:
            code, expected = broken
            self._say("error", code, f"{value:g} {variable.unit}".strip(), expected)
            return None
        return value, "", status
