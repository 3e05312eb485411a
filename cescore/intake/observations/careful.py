"""One row of observations read cell by cell, with everything that is wrong with it told at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from cescore.definitions.model import Variable
from cescore.intake import notation
from cescore.intake.address import Address
from cescore.intake.findings import Context, FindingLog
from cescore.intake.notation import Cell, clean, folded, nearest, wrong_number
from cescore.intake.observations.dictionary import Dictionary, broken_rule
from cescore.intake.observations.statuses import (
    BASES,
    BASIS_WORDS,
    ESTIMATED,
    FLAG_WORDS,
    MISSING,
    NOT_APPLICABLE,
    STATUS_WORDS,
    STATUSES,
)
from cescore.intake.wording import code, phrase, shortened, unit

WITHOUT_VALUE = {
    NOT_APPLICABLE: phrase("return_status_not_applicable"),
    MISSING: phrase("return_status_missing"),
}
KNOWN = {  # the words of these columns as forms and tables write them
    "status": tuple(
        phrase(key)
        for key in (
            "status_reported", "status_estimated", "status_not_applicable", "status_missing",
        )
    ),
    "basis": tuple(
        phrase(key) for key in ("basis_statistical", "basis_administrative", "basis_consented")
    ),
}  # fmt: skip
COLUMNS = ("entity_id", "year", "variable", "value", "status", "basis", "unit")


@dataclass(frozen=True)
class ReadRecord:
    """One row as positions and numbers; ``at`` is its position in its batch."""

    at: int
    entity: int
    variable: int
    year: int
    value: float
    status: int
    basis: int
    text: str = ""


@dataclass(frozen=True)
class FolderYear:
    """The year of the folder a source lies in, and whether none of its rows is of that year."""

    year: int | None
    is_absent: bool = False


class RowReader:
    """Reads one row cell by cell and tells everything that is wrong with it in one pass."""

    def __init__(self, dictionary: Dictionary, folder: FolderYear, log: FindingLog) -> None:
        self.dictionary, self.folder, self.log = dictionary, folder, log

    def read(self, at: int, raw: Mapping[str, str], address: Address) -> ReadRecord | None:
        """The row, or None where it cannot be used. ``raw``: its cells by column."""
        self._here = Context(FindingLog(), address)
        self._raw = raw
        self._entity_id = self._code = ""
        self._year_read: int | None = None
        entity = self._entity()
        year = self._year()
        variable = self._variable(entity)
        status = self._word("status", STATUS_WORDS, STATUSES)
        basis = self._word("basis", BASIS_WORDS, BASES)
        value = None
        if variable is not None and status is not None:
            self._check_unit(variable)
            value = self._value(self.dictionary.variables[self.dictionary.codes[variable]], status)
        told = self._here.log.found
        whose, year_read, code_read = self._entity_id, self._year_read, self._code
        self.log.extend(
            replace(finding, entity_id=whose, year=year_read, variable=code_read)
            for finding in told
        )
        if value is None or any(finding.severity == "error" for finding in told):
            return None
        number, text, status = value
        return ReadRecord(at, entity, variable, year, number, status, basis, text)  # type: ignore[arg-type]

    def _cleaned(self, raw: str) -> str:
        cell = clean(raw)
        self._here.repaired(cell.repairs, raw, cell.text)
        return cell.text

    def _entity(self) -> int | None:
        raw = self._raw["entity_id"]
        self._entity_id = text = self._cleaned(raw)
        at = self.dictionary.entity_at.get(text)
        if at is not None:
            self._entity_id = self.dictionary.ids[at]  # of a code that it had before, today's
            return at
        reason = notation.bad_id(text)
        if reason:
            self._entity_id = ""
            self._here.error("bad_id", text=shortened(raw), reason=phrase(reason))
        else:
            code_told, values = self.dictionary.unknown_entity(text)
            self._here.error(code_told, **values)
        return None

    def _year(self) -> int | None:
        raw = self._raw["year"]
        cell = notation.year(raw)
        if cell.number is None:
            self._here.error(cell.problem, text=shortened(raw))
            return None
        self._here.repaired(cell.repairs, raw, cell.text)
        self._year_read = int(cell.number)
        folder = self.folder.year
        if folder is not None and (self.folder.is_absent or self._year_read > folder):
            self._here.error("wrong_year", text=str(self._year_read), folder=folder)
        return self._year_read

    def _variable(self, entity: int | None) -> int | None:
        self._code = text = self._cleaned(self._raw["variable"])
        at = self.dictionary.variable_at.get(text)
        if at is None:
            self._code = text[:80]
            near = self.dictionary.variable_meant(text)
            self._here.error("unknown_variable", text=shortened(text), near=near)
            return None
        self._code = self.dictionary.codes[at]  # of a code that it had before, today's
        if entity is not None and not self.dictionary.fits[self.dictionary.type_of[entity], at]:
            types = tuple(code(t) for t in self.dictionary.variables[self._code].entity_types)
            own = self.dictionary.register[self._entity_id].entity_type
            self._here.error("not_of_type", what=code(self._code), own=code(own), types=types)
        return at

    def _word(self, column: str, words: Mapping[str, int], known: Sequence[str]) -> int | None:
        raw = self._raw[column]
        text = self._cleaned(raw)
        if text in known:
            return known.index(text)
        plain = folded(text)
        at = known.index(plain) if plain in known else words.get(plain)
        listed = tuple(word for word in known if word)
        if at is None:
            near = nearest(plain, (*listed, *filter(None, words)))
            self._here.error(f"bad_{column}", text=shortened(raw), known=KNOWN[column], near=near)
        elif text:
            self._here.info(f"{column}_word", raw=shortened(raw), word=known[at])
        return at

    def _check_unit(self, variable: int) -> None:
        """A unit beside the value must be the variable's own: nothing is converted in silence."""
        raw = self._raw["unit"]
        text = self._cleaned(raw) if raw else ""
        if not self.dictionary.is_unit_of(text, variable):
            own = self.dictionary.variables[self.dictionary.codes[variable]].unit
            self._here.error("unit_differs", text=shortened(raw), unit=unit(own))

    def _value(self, variable: Variable, status: int) -> tuple[float, str, int] | None:
        """Number, text of a code, and status, which an empty cell can change to missing."""
        raw = self._raw["value"]
        if variable.kind == "code" and status <= ESTIMATED:
            return self._coded(variable, raw, status)
        plain = clean(raw)
        if plain.text == "":
            return self._empty(variable, status)
        cell = self._flag(plain) if variable.kind == "flag" else notation.number(raw, variable.unit)
        if cell.is_missing_mark:
            return self._without_value(raw, status)
        if status > ESTIMATED:
            self._here.error("value_with_status", text=shortened(raw), status=WITHOUT_VALUE[status])
            return None
        if cell.number is None:
            self._here.error(cell.problem, **wrong_number(cell, raw))
            return None
        self._here.repaired(cell.repairs, raw, cell.text)
        if cell.has_lost_digits:
            self._here.warning("digits_lost", text=shortened(raw))
        return self._in_rules(variable, cell.number, status)

    def _without_value(self, raw: str, status: int) -> tuple[float, str, int]:
        """What a mark for "no value" says."""
        self._here.info("missing_mark", raw=shortened(raw))
        return np.nan, "", status if status > ESTIMATED else MISSING

    def _empty(self, variable: Variable, status: int) -> tuple[float, str, int]:
        if status <= ESTIMATED:
            self._here.tell("error" if variable.required else "warning", "empty_value")
        return np.nan, "", status if status > ESTIMATED else MISSING

    def _coded(self, variable: Variable, raw: str, status: int) -> tuple[float, str, int] | None:
        text = self._cleaned(raw)
        if text == "":
            return self._empty(variable, status)
        if notation.is_spreadsheet_error(text):
            self._here.error("spreadsheet_error", text=shortened(raw), expected=phrase("a_code"))
            return None
        if not variable.allowed or text in variable.allowed:
            return np.nan, text, status
        if text in notation.MISSING_MARKS:
            return self._without_value(raw, status)
        same = next((word for word in variable.allowed if folded(word) == folded(text)), "")
        if same:
            self._here.info("word_written_otherwise", text=shortened(raw), word=same)
            return np.nan, same, status
        near = nearest(text, variable.allowed)
        self._here.error("code_not_allowed", text=shortened(raw), known=variable.allowed, near=near)
        return None

    def _flag(self, cell: Cell) -> Cell:
        number = FLAG_WORDS.get(folded(cell.text))
        if number is None:
            if cell.text in notation.MISSING_MARKS:
                return replace(cell, is_missing_mark=True)
            is_failed = notation.is_spreadsheet_error(cell.text)
            return replace(cell, problem="spreadsheet_error" if is_failed else "bad_flag")
        return replace(cell, number=number)

    def _in_rules(
        self, variable: Variable, value: float, status: int
    ) -> tuple[float, str, int] | None:
        entity_type = ""
        if self._entity_id in self.dictionary.register:
            entity_type = self.dictionary.register[self._entity_id].entity_type
        broken = broken_rule(variable, entity_type, value)
        if broken is not None:
            self._here.error(broken[0], value=value, unit=unit(variable.unit), expected=broken[1])
            return None
        return value, "", status
