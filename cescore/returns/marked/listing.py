"""The first sheet of a return that goes back: every remark, a link to its cell, room for an answer."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.workbook import Workbook as OpenpyxlWorkbook
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from cescore.intake import wording
from cescore.intake.address import Address
from cescore.returns.forms.findings_sheet import REMARKS, REPLIES, SEVERITY_FILLS
from cescore.returns.forms.texts import form_text
from cescore.returns.marked.remarks import ReturnRemark

HEADER_ROW = 5  # below title, lead, how to answer, and what the copy has lost
INPUT_FILL = "FFFFFFE0"
LONGEST = 32_000  # characters of a cell
LONGEST_TITLE = 31  # of a sheet
LINE_HEIGHT, MOST_LINES = 15, 25  # points of a line; Excel's rows end at 409
_LINE = Side(style="thin", color="FFBFBFBF")
PLAIN = Alignment(wrap_text=True, vertical="top")


def plain_cell(sheet: Worksheet, row: int, column: int, text: str | int) -> Any:
    """Write a text that stays a text: what begins with ``=`` is no formula."""
    cell = sheet.cell(row, column)
    if isinstance(text, int):
        cell.value = text
        return cell
    cell.value = shown(text)
    cell.data_type = "s" if cell.value else "n"
    return cell


def shown(text: str) -> str:
    """A text without the characters that a workbook cannot hold, cut where it is too long."""
    kept = "".join(c for c in text if c in "\n\t" or (c >= " " and c not in "\ufffe\uffff"))
    kept = kept.encode("utf-8", "replace").decode("utf-8")
    return kept if len(kept) <= LONGEST else kept[: LONGEST - 1] + "…"


def write_listing(
    book: OpenpyxlWorkbook,
    title: str,
    remarks: Sequence[ReturnRemark],
    lang: str,
    *,
    lost: Sequence[str] = (),
    anchors: Mapping[Address, str] | None = None,
) -> Worksheet:
    """Put the sheet of remarks first in a workbook; ``lost`` is what of the original the copy lacks."""
    sheet = book.create_sheet(free_title(book, REMARKS.name(lang)), 0)
    for other in book.worksheets[1:]:
        other.sheet_view.tabSelected = False
    book.active = 0
    plain_cell(sheet, 1, 1, title).font = Font(bold=True, size=14)
    alone = "" if anchors else "_list"  # there are no cells beside it to lead to or to correct
    plain_cell(sheet, 2, 1, form_text(f"remarks.lead{alone}", lang, n=len(remarks)))
    plain_cell(sheet, 3, 1, form_text(f"remarks.how{alone}", lang))
    if lost:
        parts = wording.joined(lost, lang)
        plain_cell(sheet, 4, 1, form_text("remarks.lost", lang, parts=parts))
    for at, column in enumerate(REMARKS.columns, 1):
        cell = plain_cell(sheet, HEADER_ROW, at, column.name(lang))
        cell.font, cell.alignment = Font(bold=True), PLAIN
        cell.fill = PatternFill("solid", fgColor="FFD9E1F2")
        sheet.column_dimensions[get_column_letter(at)].width = column.width
    for number, remark in enumerate(remarks, 1):
        _write_remark(sheet, number, remark, lang, anchors or {})
    _finish(sheet, len(remarks), lang)
    return sheet


def free_title(book: OpenpyxlWorkbook, wanted: str) -> str:
    """A title that no sheet of the workbook has yet, whatever its case."""
    taken = {title.casefold() for title in book.sheetnames}
    number, title = 1, wanted
    while title.casefold() in taken:
        number += 1
        title = f"{wanted[: LONGEST_TITLE - 5]} ({number})"
    return title


def _write_remark(
    sheet: Worksheet, number: int, remark: ReturnRemark, lang: str, anchors: Mapping[Address, str]
) -> None:
    row = HEADER_ROW + number
    texts: dict[str, str | int] = {
        "number": number,
        "severity": wording.text(f"severity_{remark.severity}", lang),
        "rule": f"{remark.rule} {remark.code}" if remark.rule != remark.code else remark.code,
        "place": wording.joined(_places(remark), lang),
        "what": remark.what,
        "year": "" if remark.year is None else remark.year,
        "found": remark.found,
        "expected": remark.expected,
        "key": remark.key.text(),
    }
    for at, column in enumerate(REMARKS.columns, 1):
        cell = plain_cell(sheet, row, at, texts.get(column.key, ""))
        cell.alignment, cell.border = PLAIN, Border(bottom=_LINE)
        if column.is_input:
            cell.protection = Protection(locked=False)
            cell.fill = PatternFill("solid", fgColor=INPUT_FILL)
        if column.key == "severity":
            cell.fill = PatternFill("solid", fgColor=SEVERITY_FILLS[remark.severity])
    sheet.row_dimensions[row].height = LINE_HEIGHT * _lines(texts)
    first = next((cell for cell in remark.cells if cell in anchors), None)
    if first is not None:
        cell = sheet.cell(row, REMARKS.column("place") + 1)
        cell.hyperlink = Hyperlink(ref=cell.coordinate, location=anchors[first])
        cell.font = Font(underline="single", color="FF0563C1")


def _places(remark: ReturnRemark) -> list[str]:
    """The cells of a remark, the name of a sheet before the first of it alone."""
    places, last = [], ""
    for cell in remark.cells:
        places.append(cell.cell if cell.sheet != last else f"{cell.column}{cell.row}")
        last = cell.sheet
    return places


def _lines(texts: Mapping[str, str | int]) -> int:
    """How many lines the fullest cell of a row takes; not every program works that out by itself."""
    shown_in = (c for c in REMARKS.columns if c.key in texts and c.key != "key")
    widths = ((_width(str(texts[c.key])), c.width - 1) for c in shown_in)
    return min(MOST_LINES, max(math.ceil(width / most) for width, most in widths) or 1)


def _width(text: str) -> int:
    """The width of a text in letters, a Chinese character being as wide as two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text[:1000])


def _finish(sheet: Worksheet, n: int, lang: str) -> None:
    """Drop-downs, what may be written in, what stays in sight."""
    last = HEADER_ROW + max(n, 1)
    words = ",".join(word.name(lang) for word in REPLIES)
    replies = DataValidation(
        type="list",
        formula1=f'"{words}"',
        allow_blank=True,
        showErrorMessage=True,
        errorTitle=REMARKS.columns[REMARKS.column("reply")].name(lang),
        error=words,
    )
    letter = get_column_letter(REMARKS.column("reply") + 1)
    replies.add(f"{letter}{HEADER_ROW + 1}:{letter}{last}")
    sheet.add_data_validation(replies)
    sheet.column_dimensions[get_column_letter(REMARKS.column("key") + 1)].hidden = True
    sheet.freeze_panes = sheet.cell(HEADER_ROW + 1, 2)
    sheet.auto_filter.ref = f"A{HEADER_ROW}:{get_column_letter(len(REMARKS.columns))}{last}"
    sheet.protection.sheet = True  # without a password: against slips
    sheet.protection.formatColumns = sheet.protection.formatRows = False
    sheet.protection.autoFilter = False
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    margins = sheet.page_margins
    margins.left = margins.right = margins.top = margins.bottom = 0.4  # inches
    sheet.print_title_rows = f"{HEADER_ROW}:{HEADER_ROW}"
