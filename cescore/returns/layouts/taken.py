"""What was taken from a received file: rows as tables hold them, and what became of every cell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from cescore.intake.address import Address, of_source
from cescore.intake.findings import Context, FindingLog
from cescore.returns.forms.findings_sheet import remarks_header
from cescore.returns.workbooks.sheet import Position, Sheet, Workbook, column_number


class Role(StrEnum):
    """As what a cell was read."""

    value = "value"  # of a row that was taken over
    refused = "refused"  # in an input area, and not taken over: a finding says why
    blank = "blank"  # an input left empty
    header = "header"
    note = "note"
    total = "total"
    identity = "identity"
    unread = "unread"  # outside everything that the layout names


@dataclass(frozen=True)
class ReturnRow:
    """One returned value as a row of observations, each text as it was written."""

    entity_id: str
    year: str
    variable: str
    value: str
    status: str = ""
    source: str = ""
    basis: str = ""
    note: str = ""
    unit: str = ""


@dataclass(frozen=True)
class CheckRow:
    """One yearly check of a measure as a row of measures.csv."""

    check_id: str
    entity_id: str
    year: str
    status: str
    value: str = ""
    evidence_ref: str = ""
    evidence_kind: str = ""
    inspector_unit: str = ""
    inspection_date: str = ""
    finding: str = ""
    due_date: str = ""
    closed_date: str = ""
    source: str = ""
    cells: str = ""  # see `address.cells_text`


@dataclass
class Taken:
    """All that a layout took from a file; ``layout`` is its name."""

    file: str
    layout: str
    rows: list[ReturnRow] = field(default_factory=list)
    checks: list[CheckRow] = field(default_factory=list)
    log: FindingLog = field(default_factory=FindingLog)
    roles: dict[tuple[str, Position], Role] = field(default_factory=dict)
    # source of a row -> where its id stands
    id_cells: dict[str, Address] = field(default_factory=dict)

    def context(self, book: Workbook, sheet: str, row: int = 0, column: int = 0) -> Context:
        """A place of the file, to tell findings of."""
        return Context(self.log, book.address(sheet, row, column))

    def mark(self, sheet: Sheet, row: int, column: int, role: Role) -> None:
        """Note as what a cell was read; the first word stands."""
        self.roles.setdefault((sheet.name, (row, column)), role)

    def refuse_values(self) -> None:
        """Take nothing over: a finding about the file says why."""
        self.rows.clear()
        self.checks.clear()
        refused = {at: Role.refused for at, role in self.roles.items() if role is Role.value}
        self.roles.update(refused)

    def refuse_rows(self, refused: Callable[[ReturnRow], bool]) -> None:
        """Mark the values of some rows as not taken over."""
        for row in self.rows:
            at = of_source(row.source)
            place = None if at is None else (at.sheet, (at.row, column_number(at.column)))
            if place is not None and self.roles.get(place) is Role.value and refused(row):
                self.roles[place] = Role.refused

    def count(self) -> Mapping[Role, int]:
        """How many cells were read as what."""
        return Counter(self.roles.values())

    def settle(self, sheets: Iterable[Sheet], book: Workbook, entity_id: str = "") -> None:
        """Give every cell left a role: words are notes; a number nobody asked for is told, but for
        those of the sheet of findings that was sent along."""
        for sheet in sheets:
            numbers: list[Address] = []
            is_ours = remarks_header(sheet) is not None
            for at, cell in sheet.cells.items():
                if (sheet.name, at) in self.roles:
                    continue
                is_number = cell.content.value == "n" and not is_ours
                self.roles[sheet.name, at] = Role.unread if is_number else Role.note
                if is_number:
                    numbers.append(book.address(sheet.name, *at))
            if numbers:
                shown = tuple(f"{a.column}{a.row}" for a in numbers[:SHOWN])
                here = Context(self.log, numbers[0]).of(entity_id=entity_id)
                here.warning("numbers_unread", n=len(numbers), cells=shown)


SHOWN = 10  # cells named one by one


def row_to_plain(row: ReturnRow | CheckRow) -> dict[str, Any]:
    """A row as plain JSON, without what is empty."""
    return {name: text for name, text in asdict(row).items() if text}
