"""A form as a workbook: the template of its type, and what differs from entity to entity.

Equal inputs give equal bytes: the document's dates are the end of the form's year, and the parts of
the archive have the fixed time that XlsxWriter gives them.
"""

from __future__ import annotations

import io
from datetime import datetime

import xlsxwriter

from cescore.intake.register.entities import Entity
from cescore.returns.forms import shape
from cescore.returns.forms.earlier import EarlierFigures
from cescore.returns.forms.identity import FormIdentity, name_of_field
from cescore.returns.forms.lines import VariableLine
from cescore.returns.forms.sheet_writer import SheetWriter
from cescore.returns.forms.sheets import (
    write_instructions,
    write_measures,
    write_return,
    write_rules,
)
from cescore.returns.forms.template import FormTemplate

OPTIONS = {
    "in_memory": True,
    "strings_to_numbers": False,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "nan_inf_to_errors": False,
}


class _LockedWorkbook(xlsxwriter.Workbook):  # type: ignore[misc]
    """A workbook whose sheets can be neither deleted nor renamed; XlsxWriter has no option for it."""

    def _write_book_views(self) -> None:
        self._xml_empty_tag("workbookProtection", [("lockStructure", 1)])
        super()._write_book_views()


def form_workbook(template: FormTemplate, entity: Entity, earlier: EarlierFigures) -> bytes:
    """The bytes of one entity's form (.xlsx)."""
    stream = io.BytesIO()
    with _LockedWorkbook(stream, OPTIONS) as book:
        form = SheetWriter(book, template, entity, earlier)
        write_instructions(form)
        write_return(form)
        if template.checks:
            write_measures(form)
        if template.rules:
            write_rules(form)
        _write_lists(form)
        _write_history(form)
        _write_identity(form)
    return stream.getvalue()


def identity_of(template: FormTemplate, entity: Entity) -> FormIdentity:
    """What a form carries of itself."""
    contents = template.contents
    return FormIdentity(
        entity_id=entity.entity_id,
        year=str(contents.year),
        entity_type=contents.entity_type,
        lang=template.lang,
        params_version=contents.version,
        params_hash=contents.hash,
        format_version=shape.FORMAT_VERSION,
    )


def _write_lists(form: SheetWriter) -> None:
    page = form.book.add_worksheet(shape.LISTS_SHEET)
    for column, (key, words) in enumerate(form.template.lists.columns.items()):
        for row, text in enumerate((key, *words)):
            form.write(page, row, column, text, "text")
    page.protect("")
    page.hide()


def _write_history(form: SheetWriter) -> None:
    """What hints and rules need of years before the last."""
    page = form.book.add_worksheet(shape.HISTORY_SHEET)
    heads = ("variable", "slip_from", "has_digits", *map(str, form.template.history))
    for column, text in enumerate(heads):
        form.write(page, 0, column, text, "text")
    codes = (x.variable.code for x in form.template.lines if isinstance(x, VariableLine))
    for row, code in enumerate(codes, start=1):
        form.write(page, row, 0, code, "text")
        form.figure(page, row, 1, form.earlier.slip_from.get(code))
        form.figure(page, row, 2, 1.0 if code in form.earlier.with_digits else None)
        for column, year in enumerate(form.template.history, start=3):
            form.figure(page, row, column, form.earlier.values.get((code, year)))
    page.protect("")
    page.hide()


def _write_identity(form: SheetWriter) -> None:
    """What the form is: in a hidden sheet, in names, in the document's properties."""
    page = form.book.add_worksheet(shape.IDENTITY_SHEET)
    items = identity_of(form.template, form.entity).items()
    for row, (name, text) in enumerate(items.items()):
        form.write(page, row, 0, name, "text")
        form.write(page, row, 1, text, "text")
        quoted = text.replace('"', '""')
        form.book.define_name(name_of_field(name), f'="{quoted}"')
        form.book.set_custom_property(name_of_field(name), text, "text")
    page.protect("")
    page.very_hidden()
    title = form.text("title", name=form.name, year=form.year)
    made = datetime(form.year, 12, 31)
    form.book.set_properties({"title": title[:255], "created": made, "comments": ""})
