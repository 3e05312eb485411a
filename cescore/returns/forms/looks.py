"""How a form looks: formats of cells, heights of rows, what a printer makes of a sheet."""

from __future__ import annotations

from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from cescore.returns.forms.template import HEADER_ROW

PAPER_A4 = 9
LETTERS_A_LINE = {"zh": 18, "en": 36}  # of a name in its column


def for_print(page: Worksheet, columns: int) -> None:
    page.set_landscape()
    page.set_paper(PAPER_A4)
    page.fit_to_pages(1, 0)
    page.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    page.set_footer("&C&P / &N")
    if columns > 1:
        page.repeat_rows(HEADER_ROW)


def height_of(text: str, a_line: int) -> float:
    """The height of a wrapped row [points]."""
    return 14.0 * (1 + max(len(text) - 1, 0) // a_line) + 4


def formats_of(book: xlsxwriter.Workbook) -> dict[str, Format]:
    """The looks of cells, by what stands in them."""
    base = {"font_name": "微软雅黑", "font_size": 10, "valign": "vcenter"}
    grid = {**base, "border": 1, "border_color": "#C8CCD0"}
    inside = {**grid, "locked": False, "bg_color": "#FFFBE6"}
    looks: dict[str, dict[str, Any]] = {
        "title": {**base, "font_size": 15, "bold": True},
        "lead": {**base, "font_color": "#555555"},
        "label": {**base, "font_color": "#555555"},
        "text_bold": {**base, "bold": True},
        "small": {**base, "font_size": 8, "font_color": "#777777"},
        "prose": {**base, "text_wrap": True, "valign": "top"},
        "header": {**grid, "bold": True, "bg_color": "#DCE6EC", "text_wrap": True},
        "header_input": {**grid, "bold": True, "bg_color": "#F3E3A1", "text_wrap": True},
        "group": {**base, "bold": True, "bg_color": "#EEF1F3", "top": 1, "bottom": 1},
        "text": {**grid, "text_wrap": True},
        "code": {**grid, "font_color": "#666666", "font_size": 9, "text_wrap": True},
        "earlier": {**grid, "font_color": "#666666", "bg_color": "#F7F7F7", "align": "right"},
        "hint": {**grid, "text_wrap": True, "font_size": 9},
        "input": {**inside, "text_wrap": True},
        "input_value": {**inside, "align": "right"},
        "input_count": {**inside, "align": "right", "num_format": "0"},
        "input_status": inside,
        "input_basis": inside,
        "input_note": {**inside, "text_wrap": True},
        "input_date": {**inside, "num_format": "yyyy-mm-dd"},
        "hard": {"bg_color": "#F8D7D3", "font_color": "#8E1B12"},
        "soft": {"bg_color": "#FDEBC8", "font_color": "#7A4B00"},
    }
    return {kind: book.add_format(look) for kind, look in looks.items()}
