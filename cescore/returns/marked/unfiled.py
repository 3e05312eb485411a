"""The bureau's own list of who has not filed: one workbook, a row an entity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass

from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.workbook import Workbook

from cescore.returns.forms.texts import form_text
from cescore.returns.marked.copying import saved
from cescore.returns.marked.listing import PLAIN, plain_cell

WIDTHS = (24, 36, 16, 40, 60)
HEADER_ROW = 3


@dataclass(frozen=True)
class UnfiledEntity:
    """An entity of the year without a return: id, names, what was found, who returns its figures."""

    entity_id: str
    name: str
    entity_type: str
    found: str
    departments: str


def unfiled_list(entities: Sequence[UnfiledEntity], year: int, lang: str) -> bytes:
    """The workbook; the same entities give the same bytes."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = form_text("unfiled.sheet", lang)
    title = form_text("unfiled.title", lang, n=len(entities), year=year)
    plain_cell(sheet, 1, 1, title).font = Font(bold=True, size=14)
    for column, text in enumerate(form_text("unfiled.columns", lang).split("|"), 1):
        plain_cell(sheet, HEADER_ROW, column, text).font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(column)].width = WIDTHS[column - 1]
    for row, entity in enumerate(entities, HEADER_ROW + 1):
        for column, text in enumerate(astuple(entity), 1):
            plain_cell(sheet, row, column, text).alignment = PLAIN
    sheet.freeze_panes = sheet.cell(HEADER_ROW + 1, 1)
    return saved(book)
