"""Which layout a received workbook is read by: our form, a long table, or one of the workspace's own."""

from __future__ import annotations

from collections.abc import Mapping

from cescore.intake.findings import Context
from cescore.intake.notation import year as read_year
from cescore.intake.wording import phrase
from cescore.returns.collecting.own_tables import own_table
from cescore.returns.forms.shape import MEASURES, RETURN
from cescore.returns.layouts.asked import Expected
from cescore.returns.layouts.comments import tell_comments
from cescore.returns.layouts.definition import Layout
from cescore.returns.layouts.fitting import fits, headings_found, misfits
from cescore.returns.layouts.form import FORM, read_form
from cescore.returns.layouts.form_tables import identity_of, tables_of
from cescore.returns.layouts.free import read_free
from cescore.returns.layouts.table import ONE_SHORT, TABLE, is_table, read_table
from cescore.returns.layouts.taken import Role, Taken
from cescore.returns.layouts.unseen import tell_remarks
from cescore.returns.workbooks.sheet import Workbook


def take(
    book: Workbook, layouts: Mapping[str, Layout], expected: Expected, asked: str = ""
) -> Taken:
    """All that a workbook says, by the layout that was asked for, else by the one that fits it.

    A workbook that none fits, or several do, is told and not used.
    """
    taken = _taken(book, layouts, expected, asked)
    _refuse_other_years(book, taken, expected)
    tell_remarks(book, taken)
    tell_comments(book, taken)
    return taken


def _taken(book: Workbook, layouts: Mapping[str, Layout], expected: Expected, asked: str) -> Taken:
    if own := own_table(book):
        return _no_return(book, own)
    identity = identity_of(book)
    if asked in layouts:
        return read_free(book, layouts[asked], expected)
    is_text_table = book.kind == "csv" and is_table(book)  # be there a title above it
    if asked == FORM or (not asked and identity.places and not is_text_table):
        return read_form(book, identity, expected)
    if asked == TABLE or (not asked and is_table(book)):
        return read_table(book, expected)
    if not asked and not identity.places and is_table(book, ONE_SHORT):
        return read_table(book, expected)  # which names the column that is missing
    if not asked and _has_form_table(book):
        return read_form(book, identity, expected)
    fitting = [layout for layout in layouts.values() if fits(layout, book)]
    if len(fitting) == 1:
        return read_free(book, fitting[0], expected)
    if not fitting and is_table(book, ONE_SHORT):
        return read_table(book, expected)
    taken = Taken(book.file, "")
    here = Context(taken.log, book.address(""))
    if fitting:
        here.error("layouts_alike", names=tuple(layout.id for layout in fitting))
    else:
        sheets = tuple(sheet.name for sheet in book.sheets)
        why = tuple(
            phrase("misfit", layout=layout.id, why=misfits(layout, book))
            for layout in layouts.values()
        )
        why = (*(why or (phrase("no_layouts_yet"),)), *headings_found(book))
        here.error("no_layout", sheets=sheets, why=why)
    for sheet in book.sheets:
        for row, column in sheet.cells:
            taken.mark(sheet, row, column, Role.unread)
    return taken


def _no_return(book: Workbook, own: str) -> Taken:
    """A table that the program wrote itself: said, and nothing of it used."""
    taken = Taken(book.file, "")
    Context(taken.log, book.address("")).info("own_table", what=phrase(own))
    for sheet in book.sheets:
        for row, column in sheet.cells:
            taken.mark(sheet, row, column, Role.note)
    return taken


def _refuse_other_years(book: Workbook, taken: Taken, expected: Expected) -> None:
    """A table of other years alone is none of the year's; rows of years before among its own are late ones."""
    years = {read_year(row.year).number for row in taken.rows}
    if not years or None in years or expected.year in years:
        return
    told = tuple(f"{year:.0f}" for year in sorted(filter(None, years)))
    Context(taken.log, book.address("")).error("table_of_year", years=told, year=expected.year)
    taken.refuse_values()


def _has_form_table(book: Workbook) -> bool:
    """Whether a workbook has a table of our form, be it without saying whose."""
    return bool(tables_of(book, RETURN) or tables_of(book, MEASURES))
