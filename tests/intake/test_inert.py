"""Texts in CSV files that no spreadsheet works out, and that can be read back exactly."""

from __future__ import annotations

import ast
import csv
import io
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cescore.definitions.shipped import PACKAGE
from cescore.intake.inert import csv_text, frame_text, inert, read_back

RISKY = ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠SUM(A1)",
         " =1", '"=1"', "'=1", "’=1", "\ufeff=1", "\u200b=1", "\x00=1", "-2+3+cmd|' /C calc'!A0",
         "=HYPERLINK(\"http://x\")", "{=1}"[1:], "-1(A1)", "+A1", "-@x", "-5|x"]  # fmt: skip
FIGURES = ["-5", "+0.3", "-1,234.5", "-1e-05", "-20.0%", "-0.3 个百分点", "-.5", "+2 pp", "-12 t"]
ALPHABET = st.text(st.sampled_from("=+-@＝＋－＠'\"’ \t\r\n\ufeffA1.,%甲("), max_size=6)


@pytest.mark.parametrize("text", RISKY)
def test_what_a_spreadsheet_would_work_out_gets_an_apostrophe(text: str) -> None:
    assert inert(text) == f"'{text}"


@pytest.mark.parametrize("text", [*FIGURES, "", "甲", "a=b", "'tis", "1-2", "3 of 5"])
def test_figures_and_plain_texts_stay_as_they_are(text: str) -> None:
    assert inert(text) == text


@given(ALPHABET | st.text(max_size=8))
@example("'\r")  # looks like a marked text and is none
def test_every_text_can_be_read_back_exactly(text: str) -> None:
    assert read_back(inert(text)) == text


@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=6), min_size=2, max_size=4))
def test_a_line_is_read_back_from_csv_as_it_was(cells: list[str]) -> None:
    (line,) = csv.reader(io.StringIO(csv_text([cells]), newline=""))
    assert [read_back(cell) for cell in line] == cells


def test_numbers_of_a_table_are_untouched_and_its_texts_inert() -> None:
    table = pd.DataFrame({"value": [-1.5, None], "mixed": [-2, "=1"], "=name": ["@x", None]})
    assert frame_text(table) == "value,mixed,'=name\n-1.5,-2,'@x\n,'=1,\n"


def test_no_other_module_writes_csv_or_lets_a_workbook_take_texts_for_formulas() -> None:
    assert sorted(set(_writers(PACKAGE))) == [
        "intake/inert.py: csv.writer",
        "intake/inert.py: to_csv",
    ]
    for path in PACKAGE.rglob("*.py"):
        text = path.read_text("utf-8")
        if "xlsxwriter.Workbook(" in text:
            assert '"strings_to_formulas": False' in text, path
            assert '"strings_to_urls": False' in text, path


def _writers(package: Path) -> list[str]:
    """Calls that write CSV or a workbook past this package's own way."""
    found = []
    for path in package.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            name = node.attr if isinstance(node, ast.Attribute) else ""
            is_csv = isinstance(node, ast.Attribute) and ast.unparse(node.value) == "csv"
            if name in ("to_csv", "to_excel") or (is_csv and name in ("writer", "DictWriter")):
                found.append(f"{path.relative_to(package).as_posix()}: {'csv.' * is_csv}{name}")
    return found
