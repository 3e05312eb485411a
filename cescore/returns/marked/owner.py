"""Whose workbook it is that came back, and where in a form each variable is filled in."""

from __future__ import annotations

from cescore.intake.address import Address
from cescore.intake.notation import clean
from cescore.returns.forms.identity import FormIdentity
from cescore.returns.forms.shape import RETURN
from cescore.returns.layouts.form_tables import identity_of, tables_of
from cescore.returns.workbooks.sheet import Workbook


def owner_of(book: Workbook) -> FormIdentity | None:
    """What a form of ours carries of itself; None of any other workbook."""
    return identity_of(book).identity


def cells_of_form(book: Workbook) -> dict[str, Address]:
    """Variable -> the cell of its value in a form; nothing in any other workbook."""
    found: dict[str, Address] = {}
    for table in tables_of(book, RETURN) if owner_of(book) is not None else ():
        for row in table.rows():
            name = clean(table.text(row, "variable")).text
            at = book.address(table.sheet.name, row, table.columns["value"])
            found.setdefault(name, at)
    return found
