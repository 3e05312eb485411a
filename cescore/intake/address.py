"""Where something was read: a file and a row of it, a cell of a sheet, a row of a database."""

from __future__ import annotations

from dataclasses import dataclass


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

    def __str__(self) -> str:
        """Short, as figures carry it to the end: ``data/2025/observations.csv:14``."""
        place = self.cell or (str(self.row) if self.row else "")
        return f"{self.file}:{place}" if place else self.file


NOWHERE = Address()
