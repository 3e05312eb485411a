"""Copies that go back: marked where something was found, inert, and the same bytes again."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation

from cescore.intake.address import Address
from cescore.returns.forms.findings_sheet import REMARKS, SEVERITY_FILLS
from cescore.returns.marked.copying import MarkedCopy, listed, marked_copy
from cescore.returns.marked.remarks import FindingKey, ReturnRemark
from cescore.returns.workbooks.read import read_workbook

SHEET = "填报表"
Copied = Callable[..., tuple[openpyxl.Workbook, MarkedCopy]]


def remark(
    column: str = "B", row: int = 2, severity: str = "error", **changed: object
) -> ReturnRemark:
    cells = (Address("D1.xlsx", row, SHEET, column),) if column else ()
    base = {
        "severity": severity, "code": "not_a_number", "rule": "不是数字", "what": "废物 waste",
        "year": 2025, "found": "“约120”", "expected": "数字", "cells": cells,
        "key": FindingKey("not_a_number", "D1", 2025, "waste", {"text": "约120"}),
    }  # fmt: skip
    return ReturnRemark(**{**base, **changed})  # type: ignore[arg-type]


def workbook() -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = SHEET
    sheet.append(["变量代码", "本年数"])
    sheet.append(["waste", "约120"])
    sheet.append(["gdp", 5])
    return book


@pytest.fixture
def copied(tmp_path: Path) -> Copied:
    """A workbook as received, sent back with some remarks, opened again."""

    def do(
        book: openpyxl.Workbook, *remarks: ReturnRemark, lang: str = "zh"
    ) -> tuple[openpyxl.Workbook, MarkedCopy]:
        path = tmp_path / "D1.xlsx"
        book.save(path)
        received = read_workbook(path, "D1.xlsx")
        made = marked_copy(path, received, remarks, "title", lang)
        again = marked_copy(path, received, remarks, "title", lang)
        assert made.content == again.content
        return openpyxl.load_workbook(io.BytesIO(made.content)), made

    return do


def test_a_cell_is_filled_by_the_gravest_finding_and_commented_with_all(copied: Copied) -> None:
    soft = remark(severity="warning", code="usual_range", found="120")
    book, _ = copied(workbook(), soft, remark())
    cell = book[SHEET]["B2"]
    assert cell.fill.fgColor.rgb == SEVERITY_FILLS["error"] and cell.value == "约120"
    assert cell.comment.text.splitlines() == [
        "【错误 not_a_number】“约120”；应为：数字", "【提示 usual_range】120；应为：数字",
    ]  # fmt: skip
    assert book[SHEET]["B3"].comment is None


def test_the_respondents_own_comment_stays(copied: Copied) -> None:
    book = workbook()
    book[SHEET]["B2"].comment = Comment("see letter", "Wang")
    marked, _ = copied(book, remark())
    assert marked[SHEET]["B2"].comment.text.startswith("see letter\n【错误")


def test_the_first_sheet_lists_every_finding_with_a_link_to_its_cell(copied: Copied) -> None:
    book, _ = copied(workbook(), remark(), remark("", severity="warning"))
    sheet = book.worksheets[0]
    assert sheet.title == REMARKS.zh and book.active is sheet
    rows = [[c.value for c in row] for row in sheet.iter_rows(min_row=6)]
    assert [row[0] for row in rows] == [1, 2] and rows[0][6:8] == ["“约120”", "数字"]
    assert sheet["D6"].hyperlink.location == "'填报表'!B2" and sheet["D7"].hyperlink is None
    assert FindingKey.from_text(rows[0][-1]) == remark().key


def test_only_the_cells_of_an_answer_can_be_written_in(copied: Copied) -> None:
    book, _ = copied(workbook(), remark(), lang="en")
    sheet = book.worksheets[0]
    assert sheet.title == "Findings" and sheet.protection.sheet
    unlocked = {c.column for c in sheet[6] if not c.protection.locked}
    assert unlocked == {n for n, c in enumerate(REMARKS.columns, 1) if c.is_input}
    [rule] = sheet.data_validations.dataValidation
    assert rule.formula1 == '"corrected,confirmed,question"' and str(rule.sqref) == "I6"


def test_formulas_become_their_values_and_are_counted(copied: Copied) -> None:
    book = workbook()
    book[SHEET]["C2"] = '=HYPERLINK("http://x","y")'
    book[SHEET]["C3"] = "=cmd|'/c calc'!A1"
    marked, made = copied(book, remark(found="=1+1", what="=cmd|x"))
    assert all(c.data_type != "f" for s in marked for row in s.iter_rows() for c in row)
    assert "2个公式（只留其值）" in made.lost
    with zipfile.ZipFile(io.BytesIO(made.content)) as archive:
        sheets = [n for n in archive.namelist() if n.startswith("xl/worksheets/sheet")]
        assert not any(b"<f>" in archive.read(name) for name in sheets)
    assert marked.worksheets[0]["G6"].value == "=1+1"


def test_links_that_lead_outside_are_taken_out(copied: Copied) -> None:
    book = workbook()
    book[SHEET]["A2"].hyperlink = "file:///etc/passwd"
    book.defined_names["run"] = DefinedName("run", attr_text='CALL("kernel32","x")')
    book.defined_names["cescore_year"] = DefinedName("cescore_year", attr_text='"2025"')
    marked, made = copied(book, remark())
    assert b"passwd" not in made.content and marked[SHEET]["A2"].hyperlink is None
    assert set(marked.defined_names) == {"cescore_year"} and "名称run" in made.lost


def test_protection_validations_hidden_rows_and_formats_are_kept(copied: Copied) -> None:
    book = workbook()
    sheet = book[SHEET]
    sheet.protection.sheet, sheet.protection.password = True, "x"
    rule = DataValidation(type="whole", operator="between", formula1="0", formula2="9")
    rule.add("B3")
    sheet.add_data_validation(rule)
    sheet.row_dimensions[3].hidden = True
    sheet["B3"].number_format = "0.00"
    marked, _ = copied(book, remark())
    kept = marked[SHEET]
    assert kept.protection.sheet and kept.protection.password == sheet.protection.password
    assert str(kept.data_validations.dataValidation[0].sqref) == "B3"
    assert kept.row_dimensions[3].hidden and kept["B3"].number_format == "0.00"


def test_macros_and_embedded_objects_are_left_behind_and_said(tmp_path: Path) -> None:
    path = tmp_path / "D1.xlsm"
    workbook().save(path)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"macro")
        archive.writestr("xl/embeddings/o.bin", b"object")
    made = marked_copy(path, read_workbook(path, "D1.xlsm"), [remark()], "t", "en")
    assert made.lost == ("macros", "embedded objects and controls")
    with zipfile.ZipFile(io.BytesIO(made.content)) as archive:
        assert not [n for n in archive.namelist() if "vba" in n or "embed" in n]


def test_merged_cells_are_marked_where_they_show(copied: Copied) -> None:
    book = workbook()
    book[SHEET].merge_cells("B2:C3")
    marked, _ = copied(book, remark("C", 3))
    assert marked[SHEET]["B2"].comment is not None
    assert marked.worksheets[0]["D6"].hyperlink.location == "'填报表'!B2"


def test_a_finding_whose_cell_is_gone_is_listed_all_the_same(copied: Copied) -> None:
    away = remark(cells=(Address("D1.xlsx", 2, "nowhere", "B"),))
    book, made = copied(workbook(), away)
    assert made.without_cell == (away,) and book.worksheets[0]["A6"].value == 1


def test_a_sheet_that_has_our_title_already_keeps_it(copied: Copied) -> None:
    book = workbook()
    book.create_sheet(REMARKS.zh)
    marked, _ = copied(book, remark())
    assert marked.sheetnames == [f"{REMARKS.zh} (2)", SHEET, REMARKS.zh]


def test_a_file_of_another_kind_goes_back_as_a_workbook_of_its_cells(tmp_path: Path) -> None:
    path = tmp_path / "D1.csv"
    path.write_text("变量代码,本年数\nwaste,=1+1\n", encoding="gb18030")
    received = read_workbook(path, "D1.csv")
    at = Address("D1.csv", 2, received.sheets[0].name, "B")
    made = marked_copy(path, received, [remark(cells=(at,))], "t", "zh")
    sheet = openpyxl.load_workbook(io.BytesIO(made.content)).worksheets[1]
    assert [c.value for c in sheet[2]] == ["waste", "=1+1"] and sheet["B2"].data_type == "s"
    assert sheet["B2"].comment is not None and made.lost


@pytest.mark.parametrize(
    "text", ["=cmd", "+1", "x" * 40_000, "\ud800", "\x00\x07", "a\u202eb", "", "&<>\"'"]
)
def test_hostile_words_stay_words(copied: Copied, text: str) -> None:
    book, _ = copied(workbook(), remark(found=text, expected=text, what=text, rule=text))
    assert all(c.data_type != "f" for s in book for row in s.iter_rows() for c in row)


def test_what_was_not_received_as_a_workbook_goes_out_as_a_list() -> None:
    book = openpyxl.load_workbook(io.BytesIO(listed([remark("")], "title", "zh")))
    assert book.sheetnames == [REMARKS.zh] and book.worksheets[0]["A1"].value == "title"
    assert "原单元格" not in book.worksheets[0]["A3"].value  # it has none
