"""What all sheets of a form are written with: texts as texts, looks, validations, headers."""

from __future__ import annotations

from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from cescore.intake.register.entities import Entity
from cescore.returns.forms import shape
from cescore.returns.forms.earlier import EarlierFigures
from cescore.returns.forms.identity import SHOWN
from cescore.returns.forms.looks import for_print, formats_of
from cescore.returns.forms.template import FIRST_ROW, HEADER_ROW, FormTemplate
from cescore.returns.forms.texts import form_text
from cescore.returns.forms.validation import CellValidation, list_validation

LARGEST_CELL = 32_767  # characters
ALLOWED_WHEN_PROTECTED = {
    "select_locked_cells": True,
    "select_unlocked_cells": True,
    "format_columns": True,
    "format_rows": True,
    "autofilter": True,
}


class _FormPage(Worksheet):  # type: ignore[misc]
    """A sheet whose formulas are written as they are: none of them has a function newer than 2007,
    which XlsxWriter would look for in each with dozens of patterns."""

    def _prepare_formula(self, formula: str, *_: object, **__: object) -> str:
        return formula.removeprefix("=")


class SheetWriter:
    """One form being written: the workbook, the template of its type, whose it is."""

    def __init__(
        self,
        book: xlsxwriter.Workbook,
        template: FormTemplate,
        entity: Entity,
        earlier: EarlierFigures,
    ) -> None:
        self.book, self.template, self.entity, self.earlier = book, template, entity, earlier
        self.lang, self.year = template.lang, template.contents.year
        self.formats = formats_of(book)

    def text(self, key: str, /, **values: object) -> str:
        return form_text(key, self.lang, **values)

    @property
    def name(self) -> str:
        name = self.entity.name(self.lang)
        return name + (self.text("sample") if self.entity.is_synthetic else "")

    def sheet(self, sheet: shape.FormSheet, title: str, lead: str) -> Worksheet:
        """A protected sheet with title, whose it is, a sentence, and its header."""
        page = self.book.add_worksheet(sheet.name(self.lang), _FormPage)
        page.protect("", ALLOWED_WHEN_PROTECTED)
        page.hide_gridlines(2)
        self.write(page, 0, 0, self.text(title, name=self.name, year=self.year), "title")
        whose = (self.entity.entity_id, str(self.year))
        for row, (word, text) in enumerate(zip(SHOWN, whose, strict=True), start=1):
            self.write(page, row, 0, word.name(self.lang), "label")
            self.write(page, row, 1, text, "text_bold")
        self.write(page, 3, 0, self.text(lead, last=self.year - 1), "lead")
        for column, heading in enumerate(sheet.columns):
            page.set_column(column, column, heading.width)
            kind = "header_input" if heading.is_input else "header"
            self.write(page, HEADER_ROW, column, heading.name(self.lang), kind)
        page.freeze_panes(FIRST_ROW, 0)
        for_print(page, len(sheet.columns))
        return page

    def write(self, page: Worksheet, row: int, column: int, text: str, kind: str) -> None:
        """A text as text, whatever it begins with."""
        page.write_string(row, column, text[:LARGEST_CELL], self.formats[kind])

    def figure(self, page: Worksheet, row: int, column: int, value: float | str | None) -> None:
        """A figure of an earlier year, locked."""
        if value is None:
            page.write_blank(row, column, None, self.formats["earlier"])
        elif isinstance(value, str):
            self.write(page, row, column, value, "earlier")
        else:
            page.write_number(row, column, value, self.formats["earlier"])

    def choice(self, key: str, *, is_soft: bool = False) -> dict[str, Any]:
        said = self.text("expected.unit" if is_soft else "expected.list")
        source = self.template.lists.source(key)
        validation = list_validation(source, said, "warning" if is_soft else "stop")
        return validation.for_writer(self.lang)

    def validate(self, page: Worksheet, row: int, column: int, validation: CellValidation) -> None:
        page.data_validation(row, column, row, column, validation.for_writer(self.lang))

    def colour(self, page: Worksheet, sheet: shape.FormSheet, last: int) -> None:
        """A row whose hint says something shows it at the cell to be filled in."""
        hint = f"${xl_col_to_name(sheet.column('hint'))}{FIRST_ROW + 1}"
        mark = self.text("hard.mark")
        is_hard = f'=ISNUMBER(SEARCH("{mark}",{hint}))'
        for key in ("value" if sheet is shape.RETURN else "status", "hint"):
            column = sheet.column(key)
            for formula, kind in ((is_hard, "hard"), (f'={hint}<>""', "soft")):
                page.conditional_format(
                    FIRST_ROW,
                    column,
                    last,
                    column,
                    {
                        "type": "formula",
                        "criteria": formula,
                        "format": self.formats[kind],
                        "stop_if_true": True,
                    },
                )
