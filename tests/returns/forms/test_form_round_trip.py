"""Forms sent out, filled in and collected give the very panel that the figures gave."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
from rich.console import Console

from cescore.definitions.shipped import REPOSITORY
from cescore.intake.workspace import Workspace
from cescore.returns.forms import shape
from cescore.run.asked import Asked
from cescore.run.commands.collect import CollectOptions, collect
from cescore.run.commands.forms import make_forms
from sample.returns import fill_form, rows_of

RETURNED = {
    "loans": (4400, ""),
    "loans_new": (0, ""),
    "energy": (210.123456789012, ""),
    "electricity": (1e-7, "estimated"),
    "heat": ("", "not_applicable"),
    "stock_change": (210.123456789012, ""),
    "open_share": ("", "missing"),
    "heating": ("gas", ""),
}
CHECKED = """check_id,entity_id,year,status,value,evidence_ref,inspector_unit,inspection_date,finding,due_date,closed_date
m1.a,L1,2024,done,3,D-1,后勤部,2025-03-01,,,
m1.b,L1,2024,not_done,,,后勤部,2025-03-02,未印发,2025-06-30,
"""


def console() -> Console:
    return Console(file=io.StringIO(), width=200)


def sent_back(root: Path, year: int, only: str, forms: Path, lang: str = "zh") -> Path:
    """The year's figures, taken out of a workspace and put into its forms."""
    make_forms(Asked(root, year, only, lang, progress="quiet"), forms, 1, console())
    data = root / "data" / str(year)
    returned = rows_of([data / "observations.csv"], "variable")
    checked = rows_of(data.glob("measures.csv"), "check_id")
    filled = forms.parent / "filled"
    for form in sorted(forms.rglob("*.xlsx")):
        if form.stem in returned:  # who returned nothing sends nothing back
            fill_form(form, filled / form.name, returned, checked)
    return filled


def collected(root: Path, year: int, folder: Path) -> Workspace:
    """The workspace after the figures of some entities came back in the workbooks of a folder."""
    _take_out(root / "data" / str(year), {path.stem for path in folder.iterdir()})
    said = console()
    options = CollectOptions(folder, jobs=1)
    status = collect(Asked(root, year, progress="quiet"), options, said)
    assert status == 0, said.file.getvalue()
    return Workspace.load(root, year)


def _take_out(data: Path, entities: set[str]) -> None:
    """The tables of a year without the rows of some entities."""
    for path in (data / "observations.csv", data / "measures.csv"):
        if path.is_file():
            head, *rows = path.read_text("utf-8").splitlines()
            at = head.split(",").index("entity_id")
            kept = [row for row in rows if row.split(",")[at] not in entities]
            path.write_text("\n".join([head, *kept, ""]), "utf-8") if kept else path.unlink()


def assert_same(found: Workspace, expected: Workspace) -> None:
    """Every number, state, flag, code and attribute, bit for bit; all checks of measures."""
    assert found.panels.keys() == expected.panels.keys()
    for entity_type, panel in expected.panels.items():
        other = found.panels[entity_type]
        assert (other.entities, other.years) == (panel.entities, panel.years)
        assert other.attributes == panel.attributes
        for code, column in panel.columns.items():
            for part in ("values", "state", "flags"):
                one, two = (getattr(c, part) for c in (other.columns[code], column))
                assert one.tobytes() == two.tobytes(), (entity_type, code, part)
        for code, texts in panel.codes.items():
            assert np.array_equal(other.codes[code], texts), code
    places = [{replace(m, place="") for m in w.measures} for w in (found, expected)]
    assert places[0] == places[1]
    assert found.blocked.keys() == expected.blocked.keys()


@pytest.fixture
def complete(library: Path, write_return: Callable[..., None]) -> Path:
    """The libraries with a year of returns and checks."""
    write_return(library, 2024, RETURNED)
    (library / "data/2024/measures.csv").write_text(CHECKED, encoding="utf-8")
    return library


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_panel_comes_back_bit_for_bit(complete: Path, tmp_path: Path, lang: str) -> None:
    before = Workspace.load(complete, 2024)
    filled = sent_back(complete, 2024, "L1", tmp_path / "forms", lang)
    after = collected(complete, 2024, filled)
    assert_same(after, before)
    source = after.sources("L1", "energy", 2024)
    assert "L1.xlsx!" in source
    new = [f for f in after.findings if f.severity == "info"]
    assert new == [f for f in before.findings if f.severity == "info"]


def test_rows_may_be_sorted_and_columns_moved(complete: Path, tmp_path: Path) -> None:
    before = Workspace.load(complete, 2024)
    filled = sent_back(complete, 2024, "L1", tmp_path / "forms")
    path = filled / "L1.xlsx"
    book = openpyxl.load_workbook(path)
    for sheet in (shape.RETURN, shape.MEASURES):
        _turned_round(book[sheet.zh], sheet)
    book.save(path)
    assert_same(collected(complete, 2024, filled), before)


def _turned_round(page: Any, sheet: shape.FormSheet) -> None:
    """The table with its rows below the header and all columns in reverse order."""
    rows = [[cell.value for cell in row] for row in page.iter_rows()]
    header = next(
        i for i, row in enumerate(rows) if shape.header_of([str(x or "") for x in row], sheet)
    )
    below = [row for row in reversed(rows[header + 1 :]) if any(row)]
    for i, row in enumerate([rows[header], *below], start=header + 1):
        for j, value in enumerate(reversed(row), start=1):
            page.cell(i, j).value = None if str(value).startswith("=") else value


def test_a_form_filled_by_nobody_changes_nothing(complete: Path, tmp_path: Path) -> None:
    """A blank form asks for the values that must be there, and writes none."""
    forms = tmp_path / "forms"
    make_forms(Asked(complete, 2024, "L2", progress="quiet"), forms, 1, console())
    before = Workspace.load(complete, 2024)
    said = console()
    collect(
        Asked(complete, 2024, progress="quiet"), CollectOptions(forms / "library", jobs=1), said
    )
    after = Workspace.load(complete, 2024)
    for panel, other in zip(before.panels.values(), after.panels.values(), strict=True):
        for code, column in panel.columns.items():
            assert column.values.tobytes() == other.columns[code].values.tobytes()


@pytest.mark.soak
@pytest.mark.parametrize("only", ["220400,E103,PK01", ""])
def test_the_sample_comes_back_bit_for_bit(tmp_path: Path, only: str) -> None:
    """The city leaves to its districts' sums what it did not return; E103 returned nothing at all."""
    root = tmp_path / "workspace"
    for name in ("params", "data"):
        shutil.copytree(REPOSITORY / name, root / name)
    before = Workspace.load(root, 2025)
    filled = sent_back(root, 2025, only, tmp_path / "forms")
    assert_same(collected(root, 2025, filled), before)
