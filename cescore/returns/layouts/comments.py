"""Tells what respondents wrote into comments on cells: no table has a column for it."""

from __future__ import annotations

from cescore.intake.address import Address
from cescore.intake.findings import Context
from cescore.intake.notation import clean
from cescore.intake.notation import year as read_year
from cescore.returns.layouts.taken import Taken
from cescore.returns.workbooks.sheet import Workbook


def tell_comments(book: Workbook, taken: Taken) -> None:
    """Each comment at its cell, whole; of the value there, else of the only entity of the workbook."""
    rows = {row.source: row for row in taken.rows}
    ids = [row.entity_id for row in taken.rows] + [check.entity_id for check in taken.checks]
    owners = {clean(entity_id).text for entity_id in ids}
    for sheet in book.sheets:
        for (row, column), text in sorted(sheet.comments.items()):
            at: Address = book.address(sheet.name, row, column)
            beside = rows.get(at.source)
            entity_id = next(iter(owners)) if len(owners) == 1 else ""
            here = Context(taken.log, at)
            if beside is not None:
                year, variable = read_year(beside.year).number, clean(beside.variable).text
                here = here.of(entity_id=clean(beside.entity_id).text, variable=variable)
                here = here.of(year=None if year is None else int(year))
            elif entity_id:
                here = here.of(entity_id=entity_id)
            here.info("cell_comment", text=_in_a_line(text))


def _in_a_line(text: str) -> str:
    """A comment as part of a line: breaks and other signs that cannot be seen are written out."""
    return "".join(
        c if c.isprintable() else "\\n" if c == "\n" else f"\\x{ord(c):02x}" for c in text
    )
