"""Reads .xlsx and .xlsm by openpyxl: values, formulas beside what they gave, formats, what is hidden."""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.cell.cell import Cell as OpenpyxlCell
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.worksheet.formula import ArrayFormula, DataTableFormula
from openpyxl.worksheet.worksheet import Worksheet

from cescore.returns.workbooks.calamine import read_by_calamine
from cescore.returns.workbooks.comments import of_respondent
from cescore.returns.workbooks.sheet import (
    Content,
    Position,
    Sheet,
    SheetCell,
    Span,
    Workbook,
    column_number,
)
from cescore.returns.workbooks.values import value_of

_ERROR = re.compile(rb"\bt\s*=\s*[\"']e[\"']")
_GENERAL = "General"
_LAID_OUT = 2_000_000  # places of a sheet up to its last cell
_PROPERTIES = ("title", "subject", "keywords", "category", "description", "identifier")


Computed = Mapping[Position, tuple[Content, str]]  # what the formulas of a sheet gave


def read_excel(path: Path, file: str, kind: str, remarks: tuple[str, ...]) -> Workbook:
    """The workbook; a file with formulas is read twice, for them and for what they gave."""
    book = _open(path, with_values=False)
    with_formulas = [
        sheet for sheet in book.worksheets if any(c.data_type == "f" for c in _cells(sheet))
    ]
    computed = _computed(path, with_formulas) if with_formulas else {}
    return Workbook(
        file=file,
        kind=kind,
        sheets=tuple(_sheet(sheet, computed.get(sheet.title, {})) for sheet in book.worksheets),
        properties=_properties(book),
        names={name: str(defined.attr_text or "") for name, defined in book.defined_names.items()},
        is_1904=book.epoch == CALENDAR_MAC_1904,
        remarks=remarks,
    )


def _open(path: Path, *, with_values: bool) -> openpyxl.Workbook:
    with (
        warnings.catch_warnings(),
        path.open("rb") as stream,
    ):  # which openpyxl leaves open otherwise
        warnings.simplefilter("ignore")  # of extensions that openpyxl does not carry on
        return openpyxl.load_workbook(stream, data_only=with_values, keep_links=False)


def _computed(path: Path, sheets: Sequence[Worksheet]) -> dict[str, Computed]:
    """What formulas gave, by sheet.

    Calamine is many times quicker, but lays a sheet out whole, and gives nothing where a formula
    failed: where one did, openpyxl is asked.
    """
    is_small = all(sheet.max_row * sheet.max_column <= _LAID_OUT for sheet in sheets)
    if is_small and not _has_errors(path):
        book = read_by_calamine(path, "", "xlsx")
        return {
            sheet.name: {at: (cell.content, cell.text) for at, cell in sheet.cells.items()}
            for sheet in book.sheets
        }
    values = _open(path, with_values=True)
    return {
        sheet.title: {
            (cell.row, cell.column): value_of(cell.value, cell.data_type)
            for cell in _cells(values[sheet.title])
        }
        for sheet in sheets
    }


def _has_errors(path: Path) -> bool:
    """Whether any cell is marked as holding an error."""
    with zipfile.ZipFile(path) as archive:
        parts = [name for name in archive.namelist() if "/worksheets/" in name]
        return any(_ERROR.search(archive.read(name)) for name in parts)


def _cells(sheet: Worksheet) -> list[OpenpyxlCell]:
    """The cells that are in the file: iterating over rows would make one for every empty place up
    to the last, which a single cell in XFD1048576 turns into millions."""
    return list(sheet._cells.values())


def _sheet(sheet: Worksheet, computed: Computed) -> Sheet:
    cells: dict[Position, SheetCell] = {}
    for cell in _cells(sheet):
        read = _cell(cell, computed)
        if read is not None:
            cells[read.row, read.column] = read
    spans = tuple(
        Span(s.min_row, s.min_col, s.max_row, s.max_col)
        for s in sorted(sheet.merged_cells.ranges, key=lambda s: s.bounds)
    )
    return Sheet(
        name=sheet.title,
        cells=dict(sorted(cells.items())),
        merged=spans,
        is_hidden=sheet.sheet_state != "visible",
        hidden_rows=frozenset(n for n, row in sheet.row_dimensions.items() if row.hidden),
        hidden_columns=_hidden_columns(sheet),
        is_filtered=bool(sheet.auto_filter.ref and sheet.auto_filter.filterColumn),
        comments=dict(sorted(_comments(sheet))),
    )


def _comments(sheet: Worksheet) -> Iterator[tuple[Position, str]]:
    for cell in _cells(sheet):
        comment = getattr(cell, "comment", None)  # covered parts of merged cells have none
        text = "" if comment is None else of_respondent(str(comment.text), str(comment.author))
        if text:
            yield (cell.row, cell.column), text


def _hidden_columns(sheet: Worksheet) -> frozenset[int]:
    found: set[int] = set()
    for name, column in sheet.column_dimensions.items():
        if column.hidden:
            first = column.min or column_number(name)
            found.update(range(first, min(column.max or first, first + 20_000) + 1))
    return frozenset(found)


def _cell(cell: OpenpyxlCell, computed: Computed) -> SheetCell | None:
    """The cell; None where it has neither a value nor a formula."""
    formula = _formula(cell.value) if cell.data_type == "f" else ""
    if formula:
        content, text = computed.get((cell.row, cell.column), (Content.empty, ""))
    else:
        content, text = value_of(cell.value, cell.data_type)
    if content == Content.empty and not formula:
        return None
    number_format = "" if cell.number_format == _GENERAL else str(cell.number_format)
    return SheetCell(cell.row, cell.column, content, text, number_format, formula)


def _formula(value: Any) -> str:
    if isinstance(value, ArrayFormula):
        return str(value.text or "=")
    return "=TABLE()" if isinstance(value, DataTableFormula) else str(value)


def _properties(book: openpyxl.Workbook) -> dict[str, str]:
    """Document properties, those of its own making included."""
    found = {name: getattr(book.properties, name, None) for name in _PROPERTIES}
    found |= {item.name: item.value for item in book.custom_doc_props.props}
    return {name: str(value) for name, value in found.items() if value not in (None, "")}
