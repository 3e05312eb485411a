"""A form opened, worked out and saved by a real spreadsheet program, where there is one."""

from __future__ import annotations

import io
import shutil
import subprocess
from pathlib import Path
from typing import Any

import openpyxl
import pypdfium2
import pytest
from python_calamine import CalamineWorkbook

from cescore.intake.register.entities import Entity
from cescore.returns.forms import shape
from cescore.returns.forms.identity import read_identity
from cescore.returns.forms.template import FIRST_ROW
from cescore.returns.forms.workbook import identity_of

OFFICE = shutil.which("soffice")
pytestmark = [
    pytest.mark.soak,
    pytest.mark.skipif(OFFICE is None, reason="LibreOffice is not installed"),
]
ANSWERS = {
    "loans": 10,
    "loans_new": 11,
    "electricity": 0.1,
    "heat": 0.2,
    "energy": 0.66,
    "stock_change": 0,
}


def saved(path: Path, kind: str) -> Path:
    """The workbook as LibreOffice saves it after working out every formula."""
    profile = f"-env:UserInstallation=file://{path.parent}/profile"
    command = [OFFICE, profile, "--headless", "--convert-to", kind, "--outdir", path.parent / kind]
    subprocess.run([*map(str, command), str(path)], check=True, capture_output=True, timeout=180)
    return path.parent / kind / f"{path.stem}.{kind}"


@pytest.fixture
def filled(form: Any, tmp_path: Path) -> tuple[Any, Path]:
    """A form with answers, and the file it was saved to without any result."""
    for code, value in ANSWERS.items():
        form.fill(code, value)
    path = tmp_path / "return.xlsx"
    form.sheet.book.save(path)
    return form, path


def test_it_works_out_the_same_outcomes_and_hints(filled: tuple[Any, Path]) -> None:
    form, path = filled
    book = openpyxl.load_workbook(saved(path, "xlsx"), data_only=True)
    column = shape.RULES.column("outcome") + 1
    shown = {
        line.rule.id: book["核对"].cell(FIRST_ROW + i + 1, column).value
        for i, line in enumerate(form.template.rules)
    }
    assert shown == form.outcomes()
    assert shown["new_within"] == shown["energy_is_sum"] == "不符"
    for code in ANSWERS:
        hint = book["填报表"][form.place("hint", code)].value or ""
        assert hint == form.hint(code), code


@pytest.mark.parametrize("kind", ["xlsx", "ods"])
def test_what_it_saves_still_says_what_it_is_and_holds_what_was_typed(
    filled: tuple[Any, Path], kind: str
) -> None:
    form, path = filled
    book = CalamineWorkbook.from_path(str(saved(path, kind)))
    sheets = {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}
    reading = read_identity(sheets)
    assert reading.identity == identity_of(form.template, Entity("L1", "library"))
    assert reading.contradictions == ()
    rows = sheets["填报表"]
    at = next(filter(None, (shape.header_of([*map(str, row)], shape.RETURN) for row in rows)))
    typed = {
        row[at["variable"]]: row[at["value"]] for row in rows if row[at["variable"]] in ANSWERS
    }
    assert typed == ANSWERS


def test_names_properties_validations_and_protection_survive(filled: tuple[Any, Path]) -> None:
    form, path = filled
    book = openpyxl.load_workbook(saved(path, "xlsx"))
    names = {name: d.attr_text for name, d in book.defined_names.items()}
    properties = {p.name: p.value for p in book.custom_doc_props.props}
    reading = read_identity({}, names, properties)
    assert reading.identity == identity_of(form.template, Entity("L1", "library"))
    page = book["填报表"]
    assert page.protection.sheet
    assert not page[form.place("value", "loans")].protection.locked
    kinds = {v.type for v in page.data_validations.dataValidation}
    assert kinds == {v.type for v in form.sheet.book["填报表"].data_validations.dataValidation}


def test_it_prints(filled: tuple[Any, Path]) -> None:
    pdf = pypdfium2.PdfDocument(io.BytesIO(saved(filled[1], "pdf").read_bytes()))
    text = "".join(page.get_textpage().get_text_range() for page in pdf)
    for words in ("北馆", "借阅册次", "完成改造数", "本年数"):
        assert words in text
    assert "#N/A" not in text
    assert "Err:" not in text
    assert "#NAME?" not in text
