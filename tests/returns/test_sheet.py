"""The model of a workbook that every reader fills."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cescore.returns.workbooks.sheet import (
    Content,
    Sheet,
    SheetCell,
    Span,
    Workbook,
    column_number,
    from_plain,
    letters,
    to_plain,
)


def sheet_of(*cells: SheetCell, **more) -> Sheet:
    return Sheet("S", {(cell.row, cell.column): cell for cell in cells}, **more)


@given(st.integers(1, 16384))
def test_letters_of_a_column_lead_back_to_its_number(column):
    assert column_number(letters(column)) == column


def test_merged_cells_hold_the_value_of_the_first():
    sheet = sheet_of(SheetCell(2, 3, Content.text, "能源"), merged=(Span(2, 3, 3, 5),))
    assert sheet.text(3, 5) == "能源" and sheet.text(4, 3) == ""
    assert sheet.is_covered(2, 4) and not sheet.is_covered(2, 3)
    assert sheet.span_of(3, 4) == Span(2, 3, 3, 5) and sheet.span_of(9, 9) == Span(9, 9, 9, 9)


@pytest.mark.parametrize(
    ("number_format", "expected"),
    [("0.00%", True), ("General", False), ('0"%"', False), (r"0\%", False)],
)
def test_only_a_format_that_scales_makes_a_percentage(number_format, expected):
    assert SheetCell(1, 1, Content.number, "0.85", number_format).is_percent is expected


def test_a_workbook_survives_the_way_through_json():
    cell = SheetCell(1, 2, Content.number, "0.1", "0.0%", "=[other.xlsx]S!A1")
    sheet = sheet_of(cell, merged=(Span(1, 2, 1, 3),), hidden_rows=frozenset([4]))
    workbook = Workbook("a.xlsx", "xlsx", (sheet,), {"title": "x"}, unseen=frozenset(["formats"]))
    assert from_plain(json.loads(json.dumps(to_plain(workbook)))) == workbook
    assert cell.is_linked and str(workbook.address("S", 1, 2)) == "a.xlsx:S!B1"
