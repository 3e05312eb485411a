"""A copy of a received workbook with the findings in its cells, ready to be sent back.

Nothing of it runs: formulas are the values they gave, but for the checks of our own form, which compute
and nothing else; macros, links and embedded objects are left behind, and what is lost is said on its
first sheet. Equal inputs give equal bytes.
"""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import openpyxl
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill
from openpyxl.workbook import Workbook as OpenpyxlWorkbook
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.writer.excel import ExcelWriter

from cescore.intake import wording
from cescore.intake.address import Address
from cescore.returns.forms.findings_sheet import SEVERITY_FILLS
from cescore.returns.forms.texts import form_text
from cescore.returns.marked.harmless import is_harmless
from cescore.returns.marked.listing import shown, write_listing
from cescore.returns.marked.owner import owner_of
from cescore.returns.marked.remarks import ReturnRemark
from cescore.returns.workbooks.comments import OUR_AUTHOR
from cescore.returns.workbooks.sheet import Content, Sheet, Workbook, letters

NO_CLOCK = datetime(2000, 1, 1)  # a workbook states when it was made; ours says nothing by it
ZIP_DAY = (1980, 1, 1, 0, 0, 0)
COMMENT_WIDTH, COMMENT_HEIGHT = 360, 140  # points
LONGEST_COMMENT = 2_000
_SEVERITIES = tuple(SEVERITY_FILLS)
# parts of a packed workbook that a copy has not, as texts of forms.json
_LOST = (
    ("lost.macros", re.compile(r"vbaProject|macrosheets/", re.IGNORECASE)),
    ("lost.links", re.compile(r"externalLinks/", re.IGNORECASE)),
    ("lost.objects", re.compile(r"embeddings/|activeX/|ctrlProps/", re.IGNORECASE)),
    ("lost.drawings", re.compile(r"xl/(media|charts|diagrams)/", re.IGNORECASE)),
    ("lost.pivots", re.compile(r"pivot|slicer", re.IGNORECASE)),
    ("lost.threads", re.compile(r"threadedComment", re.IGNORECASE)),
    ("lost.queries", re.compile(r"connections\.xml|queryTables/|customXml/", re.IGNORECASE)),
)


@dataclass(frozen=True)
class MarkedCopy:
    """The bytes of a copy (.xlsx), and the remarks whose cell it has not."""

    content: bytes
    lost: tuple[str, ...] = ()
    without_cell: tuple[ReturnRemark, ...] = ()


def marked_copy(
    path: Path, received: Workbook, remarks: Sequence[ReturnRemark], title: str, lang: str
) -> MarkedCopy:
    """The copy of a received file; one that is no .xlsx is written anew from its cells.

    Parameters
    ----------
    path
        The file as it was received, which its reader has looked through before.
    received
        What the reader found in it.
    """
    lost: tuple[str, ...]
    if received.kind in ("xlsx", "xlsm") and "read_otherwise" not in received.remarks:
        book, lost = _opened(path, received, lang)
    else:
        book, lost = _rebuilt(received), (form_text("lost.looks", lang),)
    anchors, absent = _mark(book, remarks, lang)
    write_listing(book, title, remarks, lang, lost=lost, anchors=anchors)
    return MarkedCopy(saved(book), lost, absent)


def listed(remarks: Sequence[ReturnRemark], title: str, lang: str) -> bytes:
    """A workbook of the list alone, for findings about what was not received as a workbook."""
    book = OpenpyxlWorkbook()
    book.remove(book.worksheets[0])
    write_listing(book, title, remarks, lang)
    return saved(book)


def saved(book: OpenpyxlWorkbook) -> bytes:
    """The bytes of a workbook, without the time at which they are written."""
    book.properties.modified = book.properties.created = NO_CLOCK
    packed, settled = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        ExcelWriter(book, archive).write_data()
    with (
        zipfile.ZipFile(packed) as written,
        zipfile.ZipFile(settled, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        for part in written.infolist():
            info = zipfile.ZipInfo(part.filename, ZIP_DAY)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, written.read(part))
    return settled.getvalue()


def _opened(path: Path, received: Workbook, lang: str) -> tuple[OpenpyxlWorkbook, tuple[str, ...]]:
    """The workbook as openpyxl carries it on, made inert, and what it does not carry."""
    with warnings.catch_warnings(record=True) as told, path.open("rb") as stream:
        warnings.simplefilter("always")
        book = openpyxl.load_workbook(stream, keep_vba=False, keep_links=False)
    with zipfile.ZipFile(path) as archive:
        parts = archive.namelist()
    lost = [form_text(key, lang) for key, part in _LOST if any(map(part.search, parts))]
    if any("Data Validation" in str(one.message) for one in told):
        lost.append(form_text("lost.validations", lang))
    is_ours = owner_of(received) is not None
    formulas = sum(
        _made_inert(sheet, received.sheet(sheet.title), is_ours) for sheet in book.worksheets
    )
    lost += [form_text("lost.formulas", lang, n=formulas)] if formulas else []
    names = [
        name
        for name, defined in book.defined_names.items()
        if not is_harmless(f"={str(defined.attr_text or '').removeprefix('=')}")
    ]
    for name in names:
        del book.defined_names[name]
    lost += [form_text("lost.names", lang, names=wording.joined(names, lang))] if names else []
    book.calculation.fullCalcOnLoad = True
    for sheet in list(book.chartsheets):
        book.remove(sheet)
    return book, tuple(dict.fromkeys(lost))


def _made_inert(sheet: Worksheet, received: Sheet | None, is_ours: bool) -> int:
    """Formulas become the values they gave, links lead nowhere outside; how many formulas went.

    On a protected sheet of our own form a locked cell keeps a formula that only computes: it is one of
    the form's checks.
    """
    count = 0
    for cell in list(sheet._cells.values()):
        if isinstance(cell, MergedCell):
            continue
        if cell.hyperlink is not None and not cell.hyperlink.location:
            cell.hyperlink = None
        if cell.data_type != "f":
            continue
        is_check = is_ours and sheet.protection.sheet and cell.protection.locked
        if is_check and isinstance(cell.value, str) and is_harmless(cell.value):
            continue
        count += 1
        known = received.cells.get((cell.row, cell.column)) if received is not None else None
        _set_plainly(cell, known.content if known else Content.empty, known.text if known else "")
    return count


def _set_plainly(cell: Cell, content: Content, text: str) -> None:
    """A value as the sheet model holds it, in a cell where it stays what it is."""
    cell.value = None
    if content == Content.number:
        cell.value = float(text)
    elif content == Content.truth:
        cell.value = text == "TRUE"
    elif text:
        cell.value = shown(text)
        cell.data_type = "e" if content == Content.error else "s"


def _rebuilt(received: Workbook) -> OpenpyxlWorkbook:
    """A workbook with the cells of a file of another kind."""
    book = OpenpyxlWorkbook()
    book.remove(book.worksheets[0])
    for sheet in received.sheets:
        written = book.create_sheet(sheet.name[:31])
        for (row, column), cell in sheet.cells.items():
            _set_plainly(written.cell(row, column), cell.content, cell.text)
            if cell.number_format:
                written.cell(row, column).number_format = cell.number_format
        for span in sheet.merged:
            written.merge_cells(None, span.top, span.left, span.bottom, span.right)
        written.sheet_state = "hidden" if sheet.is_hidden else "visible"
        for row in sheet.hidden_rows:
            written.row_dimensions[row].hidden = True
        for column in sheet.hidden_columns:
            written.column_dimensions[letters(column)].hidden = True
    return book


def _mark(
    book: OpenpyxlWorkbook, remarks: Iterable[ReturnRemark], lang: str
) -> tuple[dict[Address, str], tuple[ReturnRemark, ...]]:
    """Fill and comment every cell that a remark is about; where each is, and what has none."""
    about: dict[tuple[str, str], list[ReturnRemark]] = {}
    anchors: dict[Address, str] = {}
    absent = []
    for remark in remarks:
        places = [(at, place) for at in remark.cells if (place := _place(book, at)) is not None]
        absent += [] if places else [remark]
        for at, (title, coordinate) in places:
            quoted = title.replace("'", "''")
            anchors[at] = f"'{quoted}'!{coordinate}"
            about.setdefault((title, coordinate), []).append(remark)
    for (title, coordinate), same in about.items():
        _mark_cell(book[title][coordinate], same, lang)
    return anchors, tuple(absent)


def _place(book: OpenpyxlWorkbook, at: Address) -> tuple[str, str] | None:
    """Sheet and cell of an address; of merged cells the one that shows."""
    title = at.sheet if at.sheet in book.sheetnames else at.sheet[:31]
    if title not in book.sheetnames or not at.column or not at.row:
        return None
    sheet, coordinate = book[title], f"{at.column}{at.row}"
    if isinstance(sheet[coordinate], MergedCell):
        within = next((s for s in sheet.merged_cells.ranges if coordinate in s), None)
        if within is None:
            return None
        coordinate = f"{letters(within.min_col)}{within.min_row}"
    return title, coordinate


def _mark_cell(cell: Cell, remarks: Sequence[ReturnRemark], lang: str) -> None:
    by_gravity = sorted(remarks, key=lambda remark: _SEVERITIES.index(remark.severity))
    cell.fill = PatternFill("solid", fgColor=SEVERITY_FILLS[by_gravity[0].severity])
    lines = list(dict.fromkeys(_comment_line(remark, lang) for remark in by_gravity))
    if cell.comment is not None:  # the respondent's own stays, first
        lines.insert(0, cell.comment.text)
    text = shown("\n".join(lines))[:LONGEST_COMMENT]
    cell.comment = Comment(text, OUR_AUTHOR, height=COMMENT_HEIGHT, width=COMMENT_WIDTH)


def _comment_line(remark: ReturnRemark, lang: str) -> str:
    severity = wording.text(f"severity_{remark.severity}", lang)
    key = "remarks.comment" if remark.expected else "remarks.comment_found"
    return form_text(
        key,
        lang,
        severity=severity,
        code=remark.code,
        found=remark.found,
        expected=remark.expected,
    )
