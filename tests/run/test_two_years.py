"""The calendar of two years, by the real commands: forms, collect, send back, resubmit, confirm, build, new year."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import openpyxl
import pytest
from small_city import FIRST, edit_register, make, results

from cescore.definitions.shipped import REPOSITORY
from cescore.returns.forms import shape

CHECKS = """
built_in: {same_as_last_year: false, sum_tolerance: 10, year_on_year_high: 0.5}
rules:
  yields: {en: yields something, rule: output / energy >= 1, severity: hard}
"""
pytestmark = pytest.mark.soak


class Bureau:
    """A bureau at its terminal, and the respondents who fill its forms."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def run(self, *words: str, status: int = 0) -> str:
        """Run a command; what it says. Fails where it ends otherwise than expected."""
        command = [sys.executable, REPOSITORY / "build.py", *words, "--root", self.root]
        chinese = {**os.environ, "LANGUAGE": "zh_CN"}
        done = subprocess.run(
            [*map(str, command)], capture_output=True, text=True, timeout=600, env=chinese
        )
        said = done.stdout + done.stderr
        assert done.returncode == status, (words, said)
        assert "Traceback" not in said
        return said

    def fill(self, year: int, energy: Mapping[str, float], **output: float) -> Path:
        """Fill the forms of a year: energy as given, an output of eleven times as much unless given."""
        folder = self.root.parent / f"returned-{year}-{len(energy)}"
        folder.mkdir()
        for form in sorted((self.root / f"output/forms/{year}").rglob("*.xlsx")):
            if form.stem in energy:
                used = energy[form.stem]
                values = {"energy": used, "output": output.get(form.stem, 11 * used)}
                fill_form(form, folder / form.name, values)
        return folder


def fill_form(form: Path, filled: Path, values: Mapping[str, float]) -> None:
    """What a respondent does: types each figure into the cell of its row."""
    book = openpyxl.load_workbook(form)
    sheet, place = book[shape.RETURN.name("zh")], shape.RETURN.column
    for row in sheet.iter_rows():
        code = row[place("variable")].value
        if code in values:
            row[place("value")].value = values[code]
    book.save(filled)


def confirm(bureau: Bureau) -> None:
    """Accept every finding that waits for it, by name: none waits any more."""
    asked = bureau.run("confirmations", "--year", "2025")
    assert asked.count("year_on_year") >= 2
    signed = asked.replace('reason: ""', 'reason: "a second shift"').replace(
        'date: ""', "date: 2026-03-01"
    )
    signed = signed.replace('name: "", role: ""', "name: Li, role: head of statistics")
    (bureau.root / "data/confirmations.yml").write_text(signed, "utf-8")
    assert "- {" not in bureau.run("confirmations", "--year", "2025")


def test_two_years_go_from_forms_to_forms(tmp_path: Path) -> None:
    root = make(tmp_path / "city", {"params/checks.yml": CHECKS})
    (root / "data/2025/observations.csv").unlink()
    bureau = Bureau(root)

    # 2025: sent out, taken in with one wrong return, sent back, taken in again
    bureau.run("forms", "--year", "2025")
    first = bureau.fill(2025, FIRST, E1=5)
    said = bureau.run("collect", str(first), "--year", "2025", status=1)
    assert "yields" in said
    bureau.run("send-back", "--year", "2025")
    back = list((root / "output/send-back/2025").rglob("*E1*"))
    assert back, "the faulty return is sent back"
    again = bureau.fill(2025, {"E1": 20})
    bureau.run("collect", str(again), "--year", "2025", "--reason", "corrected by the firm")
    confirm(bureau)
    bureau.run("run", "--year", "2025", "--only", "E1")
    published = results(root, 2025)

    # between the years: one moved, one renamed, one closed, two merged, one new
    edit_register(
        root,
        "E1,firm,甲,P1,,2025,,", "E1,firm,甲,P2,2026,,,",
        "E2,firm,乙,P1,,2025,,", "E2,firm,乙新,P1,2026,,,",
        "E3,firm,丙,P2,,2025,,",
        "E4,firm,丁,P2,,2025,,", "E5,firm,戊,P2,,2025,,", "E6,firm,丁戊,P2,2026,,E4;E5,",
        "E7,firm,庚,P1,2026,,,",
    )  # fmt: skip
    said = bureau.run("new-year", "2026")
    assert "全部与公布的相同" in said
    bureau.run("new-year", "2026", "--no-forms")
    assert "全部与公布的相同" in bureau.run("back-test", "2025")

    # 2026: forms go to those who are there, and their figures follow them
    sent = {p.stem for p in (root / "output/forms/2026/firm").glob("*.xlsx")}
    assert sent == {"E1", "E2", "E6", "E7"}
    second = {"P1": 27, "P2": 111, "E1": 21, "E2": 20, "E6": 90, "E7": 7}
    bureau.run("collect", str(bureau.fill(2026, second)), "--year", "2026")
    bureau.run("run", "--year", "2026", "--only", "E6", "--only", "E1")
    now = results(root, 2026)
    assert float(now["E6", "progress_index", "CEDI"]) == pytest.approx(110)
    assert now["E7", "progress_index", "CEDI"] == ""
    earlier = results(root, 2026, of=2025)
    assert earlier["E1", "index", "IDX"] == published["E1", "index", "IDX"]
    assert "E3" not in {entity for entity, _, _ in now}
    page = (root / "output/2026/firm/E6").glob("*.html")
    assert "合并而成" in next(page).read_text("utf-8")
