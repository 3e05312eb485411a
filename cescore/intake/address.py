"""Where something was read: a file and a row of it, a cell of a sheet, a row of a database."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

# file!sheet!cell, a name that holds an exclamation mark or an apostrophe, or begins like a formula,
# in apostrophes
_SOURCE = re.compile(
    r"(?P<file>'(?:[^']|'')+'|[^!']+)!(?P<sheet>'(?:[^']|'')+'|[^!']+)!(?P<column>[A-Z]{1,3})(?P<row>[0-9]{1,7})"
)


# database::table::key
_RECORD = re.compile(r"(?P<file>[^:]+)::(?P<table>[^:]*)::(?P<key>.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Address:
    """A place that a person can open; what does not apply is empty.

    ``file`` is relative to the workspace (of a database: its name), ``row`` counts from 1, ``sheet``
    and ``column`` are a workbook's (``column`` by its letters), ``table`` and ``key`` a database's.
    """

    file: str = ""
    row: int = 0
    sheet: str = ""
    column: str = ""
    table: str = ""
    key: str = ""

    @property
    def cell(self) -> str:
        """The place within the file where no word is needed to say it: ``Sheet1!C14``, ``waste, id=7``."""
        if self.sheet:
            at = f"{self.column}{self.row or ''}"
            return f"{self.sheet}!{at}" if at else self.sheet
        return ", ".join(part for part in (self.table, self.key) if part)

    @property
    def source(self) -> str:
        """The cell of a workbook as a table names it, ``D01.xlsx!Return!F14``, or the row of a
        database, ``bureau::returns::id=7``; see `of_source`."""
        if self.table:
            return f"{self.file}::{self.table}::{self.key}"
        return f"{_quoted(self.file)}!{_quoted(self.sheet)}!{self.column}{self.row}"

    def __str__(self) -> str:
        """Short, as figures carry it to the end: ``data/2025/observations.csv:14``."""
        place = self.cell or (str(self.row) if self.row else "")
        return f"{self.file}:{place}" if place else self.file


def of_source(text: str) -> Address | None:
    """The cell of a workbook, or the row of a database, that the source of a row names; None where
    it names none.

    Examples
    --------
    >>> of_source("D01.xlsx!Return!F14")
    Address(file='D01.xlsx', row=14, sheet='Return', column='F', table='', key='')
    >>> of_source("statistics bureau, letter 7") is None
    True
    """
    record = _RECORD.fullmatch(text)
    if record is not None:
        return Address(record["file"], table=record["table"], key=record["key"])
    found = _SOURCE.fullmatch(text)
    if found is None:
        return None
    file, sheet = _unquoted(found["file"]), _unquoted(found["sheet"])
    return Address(file, int(found["row"]), sheet, found["column"])


def cells_text(columns: Mapping[str, str]) -> str:
    """In which column of its sheet each part of a row stands, as a table keeps it beside the source.

    Examples
    --------
    >>> cells_text({"value": "H", "inspection_date": "L"})
    'value=H inspection_date=L'
    """
    return " ".join(f"{name}={column}" for name, column in columns.items())


def in_cell_of(at: Address, name: str, cells: str) -> Address:
    """The cell of one part of a row, by its `cells_text`; ``at`` itself where that does not name it."""
    column = dict(part.partition("=")[::2] for part in cells.split()).get(name, "")
    return replace(at, column=column) if at.sheet and column else at


def of_row(file: str, line: int, source: str) -> Address:
    """Where a value stands: the cell that its row was taken from, else the row itself."""
    return (of_source(source) if "!" in source or "::" in source else None) or Address(file, line)


def _quoted(name: str) -> str:
    doubled = name.replace("'", "''")
    is_odd = "!" in name or "'" in name or name.startswith(("=", "+", "-", "@"))
    return f"'{doubled}'" if is_odd else name


def _unquoted(name: str) -> str:
    return name[1:-1].replace("''", "'") if name.startswith("'") else name


NOWHERE = Address()
