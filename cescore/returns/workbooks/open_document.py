"""Reads .ods: values as they are stored, with formulas, percentages, errors and what is hidden.

The libraries at hand read values alone, and an error of a formula as nothing; a return may not lose it.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

from lxml import etree

from cescore.returns.workbooks.comments import of_respondent
from cescore.returns.workbooks.limits import ReadingLimits
from cescore.returns.workbooks.refusal import FileRefused
from cescore.returns.workbooks.sheet import Content, Position, Sheet, SheetCell, Span, Workbook
from cescore.returns.workbooks.values import value_of

_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_CALC = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_META = "{urn:oasis:names:tc:opendocument:xmlns:meta:1.0}"
_NOTE = f"{_OFFICE}annotation"
_CREATOR = "{http://purl.org/dc/elements/1.1/}creator"
_PERCENT = "0.00%"
_HIDDEN = ("collapse", "filter")


def read_open_document(
    path: Path, file: str, limits: ReadingLimits, remarks: tuple[str, ...]
) -> Workbook:
    """The workbook.

    Raises
    ------
    FileRefused
        Its XML is no spreadsheet's, or has too many rows or cells once repetitions are written out.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    try:
        with zipfile.ZipFile(path) as archive:
            content = etree.fromstring(archive.read("content.xml"), parser)
            meta = archive.read("meta.xml") if "meta.xml" in archive.namelist() else b""
            properties = _properties(etree.fromstring(meta, parser)) if meta else {}
    except (etree.XMLSyntaxError, KeyError) as error:
        raise FileRefused("file_damaged", error=str(error)[:200]) from error
    hidden_styles = frozenset(
        style.get(f"{_STYLE}name")
        for style in content.iter(f"{_STYLE}style")
        for inner in style.iter(f"{_STYLE}table-properties")
        if inner.get(f"{_TABLE}display") == "false"
    )
    budget = _Budget(limits)
    sheets = tuple(_sheet(table, hidden_styles, budget) for table in content.iter(f"{_TABLE}table"))
    names = {
        one.get(f"{_TABLE}name", ""): one.get(f"{_TABLE}expression", "")
        for one in content.iter(f"{_TABLE}named-expression")
    }
    return Workbook(file, "ods", sheets, properties=properties, names=names, remarks=remarks)


class _Budget:
    """How many cells may still be written out."""

    def __init__(self, limits: ReadingLimits) -> None:
        self.limits, self.used = limits, 0

    def spend(self, n: int) -> None:
        self.used += n
        if self.used > self.limits.cells:
            raise FileRefused("too_many_cells", n=self.used, most=self.limits.cells)


def _sheet(table: etree._Element, hidden_styles: frozenset[str | None], budget: _Budget) -> Sheet:
    cells: dict[Position, SheetCell] = {}
    merged: list[Span] = []
    comments: dict[Position, str] = {}
    hidden_rows: set[int] = set()
    is_filtered = False
    row = 0
    for element in table.iter(f"{_TABLE}table-row"):
        repeated = _count(element, "rows")
        filled = sum(_is_filled(cell) or cell.find(_NOTE) is not None for cell in element)
        is_empty = not filled
        budget.spend(repeated * filled)
        for _ in range(0 if is_empty else repeated):
            row += 1
            _read_row(element, row, cells, merged, budget)
            comments.update(_comments(element, row))
            if element.get(f"{_TABLE}visibility") in _HIDDEN:
                hidden_rows.add(row)
                is_filtered |= element.get(f"{_TABLE}visibility") == "filter"
        row += repeated if is_empty else 0
    return Sheet(
        name=table.get(f"{_TABLE}name", ""),
        cells=cells,
        merged=tuple(sorted(merged, key=lambda span: (span.top, span.left))),
        is_hidden=table.get(f"{_TABLE}style-name") in hidden_styles,
        hidden_rows=frozenset(hidden_rows),
        hidden_columns=frozenset(_hidden_columns(table)),
        is_filtered=is_filtered,
        comments=comments,
    )


def _comments(element: etree._Element, row: int) -> Iterator[tuple[Position, str]]:
    """The comments in a row; of repeated cells on the first."""
    column = 1
    for cell in element:
        note = cell.find(_NOTE)
        if note is not None:
            lines = ("".join(part.itertext()) for part in note.iter(f"{_TEXT}p"))
            text = of_respondent("\n".join(lines), note.findtext(_CREATOR) or "")
            if text:
                yield (row, column), text
        column += _count(cell, "columns")


def _read_row(
    element: etree._Element,
    row: int,
    cells: dict[Position, SheetCell],
    merged: list[Span],
    budget: _Budget,
) -> None:
    column = 1
    for cell in element:
        repeated = _count(cell, "columns")
        if cell.tag in (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
            rows = int(cell.get(f"{_TABLE}number-rows-spanned", 1))
            columns = int(cell.get(f"{_TABLE}number-columns-spanned", 1))
            if rows * columns > 1:
                budget.spend(rows * columns)
                merged.append(Span(row, column, row + rows - 1, column + columns - 1))
            if _is_filled(cell):
                budget.spend(repeated - 1)
                content, text, number_format, formula = _content(cell)
                for place in range(column, column + repeated):
                    cells[row, place] = SheetCell(row, place, content, text, number_format, formula)
        column += repeated


def _content(cell: etree._Element) -> tuple[Content, str, str, str]:
    """What a cell holds: content, text, number format, formula."""
    formula = cell.get(f"{_TABLE}formula", "").partition(":")[2]
    shown = "\n".join("".join(part.itertext()) for part in cell.iterchildren(f"{_TEXT}p"))
    kind = cell.get(f"{_OFFICE}value-type", "")
    if cell.get(f"{_CALC}value-type") == "error" or (formula and shown.startswith(("#", "Err:"))):
        return Content.error, shown or "#VALUE!", "", formula
    if kind in ("float", "currency", "percentage"):
        content, text = value_of(_number(cell.get(f"{_OFFICE}value", "")))
        return content, text, _PERCENT if kind == "percentage" else "", formula
    if kind == "date":
        return (
            Content.date,
            cell.get(f"{_OFFICE}date-value", "").removesuffix("T00:00:00"),
            "",
            formula,
        )
    if kind == "boolean":
        content, text = value_of(cell.get(f"{_OFFICE}boolean-value") == "true")
        return content, text, "", formula
    if kind == "time":
        return Content.date, cell.get(f"{_OFFICE}time-value", ""), "", formula
    text = cell.get(f"{_OFFICE}string-value", shown)
    return (Content.text if text else Content.empty), text, "", formula


def _number(text: str) -> float | str:
    """A stored number; what is none stays its text, for the rules of rows to refuse."""
    try:
        return float(text)
    except ValueError:
        return text


def _is_filled(cell: etree._Element) -> bool:
    """Whether a cell holds a value or a formula; endless repetitions of empty ones do not count."""
    return bool(cell.get(f"{_OFFICE}value-type") or cell.get(f"{_TABLE}formula")) or any(
        part.text or len(part) for part in cell.iterchildren(f"{_TEXT}p")
    )


def _count(element: etree._Element, what: str) -> int:
    text = element.get(f"{_TABLE}number-{what}-repeated", "1")
    return int(text) if text.isdigit() and len(text) < 9 else 1


def _hidden_columns(table: etree._Element) -> Iterator[int]:
    column = 1
    for element in table.iter(f"{_TABLE}table-column"):
        repeated = min(_count(element, "columns"), 20_000)
        if element.get(f"{_TABLE}visibility") in _HIDDEN:
            yield from range(column, column + repeated)
        column += repeated


def _properties(meta: etree._Element) -> dict[str, str]:
    """The properties of its maker's own in a document."""
    return {
        one.get(f"{_META}name", ""): "".join(one.itertext())
        for one in meta.iter(f"{_META}user-defined")
    }
