"""The workbook of a form: safe, protected, the same bytes each time, and known again."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from cescore.intake.register.entities import Entity
from cescore.returns.forms import shape
from cescore.returns.forms.earlier import EarlierFigures
from cescore.returns.forms.identity import read_identity
from cescore.returns.forms.workbook import form_workbook, identity_of

ENTITY = Entity("L1", "library", "北馆", "North Library")
HOSTILE = [
    "=cmd|'/C calc'!A0",
    "x" * 300,
    "\u202eمكتبة\u202c",
    "[a]b:c*?/\\",
    "a&b<c>\"d'",
    "@SUM(1)",
    "&G",
]


def read_again(content: bytes) -> Any:
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheets = {page.title: list(page.iter_rows(values_only=True)) for page in book}
    names = {name: d.attr_text for name, d in book.defined_names.items()}
    properties = {p.name: p.value for p in book.custom_doc_props.props}
    return book, read_identity(sheets, names, properties)


def test_equal_inputs_give_equal_bytes(form: Any) -> None:
    first, second = (form_workbook(form.template, ENTITY, EarlierFigures()) for _ in range(2))
    assert first == second
    archive = zipfile.ZipFile(io.BytesIO(first))
    assert {item.date_time[0] for item in archive.infolist()} == {1980}
    assert b"2024-12-31T00:00:00Z" in archive.read("docProps/core.xml")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_form_says_what_it_is_in_four_places_that_agree(
    library: Path, opened: Any, lang: str
) -> None:
    form = opened(library, lang=lang)
    _, reading = read_again(form.content)
    assert reading.identity == identity_of(form.template, ENTITY)
    assert reading.places == ("sheet", "names", "properties", "title")
    assert reading.contradictions == ()


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_is_text_whatever_it_looks_like(form: Any, name: str) -> None:
    content = form_workbook(form.template, replace(ENTITY, name_zh=name), EarlierFigures())
    book, reading = read_again(content)
    assert reading.identity.entity_id == "L1"
    title = book["填报表"]["A1"]
    assert title.data_type == "s"
    assert title.value == f"{name}　2024年度统计填报表"


def test_the_structure_is_locked_and_only_input_cells_are_open(form: Any) -> None:
    book = openpyxl.load_workbook(io.BytesIO(form.content))
    assert book.security.lockStructure
    assert all(page.protection.sheet for page in book)
    for sheet in (shape.RETURN, shape.MEASURES):
        page = book[sheet.zh]
        unlocked = {c.column - 1 for row in page for c in row if not c.protection.locked}
        assert unlocked == {i for i, column in enumerate(sheet.columns) if column.is_input}
    states = {page.title: page.sheet_state for page in book if page.title.startswith("_")}
    assert states == {"_lists": "hidden", "_history": "hidden", "_form": "veryHidden"}


def test_no_cell_has_two_validations_and_each_input_of_a_number_has_one(form: Any) -> None:
    asked = form.template.contents.variables
    for variable in (a.variable for a in asked):
        styles = form.sheet.styles("填报表", form.place("value", variable.code))
        assert styles == ["stop"], variable.code


def test_what_spreadsheets_limit_is_kept_however_long_names_are(library: Path, opened: Any) -> None:
    checks = library / "params/checks.yml"
    rules = [
        f"  r{i}: {{zh: {'很长的规则名' * 30}, en: r, rule: loans_new <= {i + 2} * loans, severity: hard}}\n"
        for i in range(40)
    ]
    checks.write_text(checks.read_text("utf-8") + "".join(rules), "utf-8")
    form = opened(library)
    for page in form.sheet.book:
        for v in page.data_validations.dataValidation:
            assert len(v.formula1) <= 255
            assert len(v.error or "") <= 255
            assert len(v.prompt or "") <= 255
            assert len(v.errorTitle or "") <= 32
    formulas = [
        c.value for page in form.sheet.book for row in page for c in row if c.data_type == "f"
    ]
    assert max(map(len, [*formulas, *form.sheet.names.values()])) <= 8192
    form.fill("loans", 10)
    form.fill("loans_new", 421)
    assert not form.accepts("loans_new")
    form.fill("loans_new", 10)
    assert form.accepts("loans_new")


def test_last_year_is_shown_for_reference_and_cannot_be_written_over(form: Any) -> None:
    page, at = form.sheet.book["填报表"], form.place("last_year", "energy")
    assert page[at].value == 200.5
    assert page[at].protection.locked
    assert page[form.place("last_year", "heating")].value == "gas"
    assert page[form.place("value", "energy")].value is None


def test_the_sheet_of_measures_asks_for_each_yearly_check(form: Any) -> None:
    page = form.sheet.book["措施检查"]
    assert [page[f"B{row}"].value for row in (7, 8)] == ["m1.a", "m1.b"]
    column = {c.key: "ABCDEFGHIJKLMNOP"[i] for i, c in enumerate(shape.MEASURES.columns)}
    for key, value, is_accepted, style in (
        ("status", "完成", True, "stop"),
        ("status", "做完了", False, "stop"),
        ("value", "约5", False, "warning"),
        ("inspector_unit", "后勤部", True, "warning"),
        ("inspector_unit", "后勤处", False, "warning"),
        ("inspection_date", date(2025, 3, 1), True, "stop"),
        ("inspection_date", "6月底前", False, "stop"),
    ):
        cell = f"{column[key]}7"
        form.sheet.fill("措施检查", cell, value)
        assert form.sheet.accepts("措施检查", cell) == is_accepted, (key, value)
        assert form.sheet.styles("措施检查", cell) == [style]
    form.sheet.fill("措施检查", f"{column['status']}7", "完成")
    assert "佐证材料" in form.sheet.value("措施检查", f"{column['hint']}7")


def test_each_row_carries_its_code_so_that_rows_may_move(form: Any) -> None:
    rows = list(form.sheet.book["填报表"].iter_rows(values_only=True))
    header = next(
        i for i, row in enumerate(rows) if shape.header_of([str(x) for x in row], shape.RETURN)
    )
    columns = shape.header_of([str(x) for x in rows[header]], shape.RETURN)
    moved = [row[columns["variable"]] for row in reversed(rows[header + 1 :])]
    asked = [a.variable.code for a in form.template.contents.variables]
    assert [code for code in reversed(moved) if code] == asked
