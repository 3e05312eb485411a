"""One edit of one YAML file, no code: results, notebook, page and method book follow."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from cescore.disclosure.making.bundles import make_bundle
from cescore.disclosure.making.method_books import make_method_book
from cescore.evaluation.yearly import YearlyEvaluation, evaluate_workspace
from cescore.intake.workspace import Workspace
from cescore.publish.check import pdf_text
from cescore.publish.render import render

ROOT = Path(__file__).parents[2]
WORKSPACE = Path(__file__).parent / "workspace"
WEIGHT = ("sorted_share: {en: Sorted share of waste, group: outputs, weight: 2,",
          "sorted_share: {en: Sorted share of waste, group: outputs, weight: 7,")  # fmt: skip
ENTRY = (
    "  heat_per_bed_day: {en: Heat bought per bed day, group: cloth, weight: 3, formula: heat / bed_days,"
    " unit: MJ/count, direction: -1, decimals: 1, source: an edit of this test, tag: P,"
    " goalposts: {2022: {worst: 900, best: 100, source: chosen, tag: P}}}\n"
)


def evaluated(root: Path) -> YearlyEvaluation:
    return evaluate_workspace(Workspace.load(root, 2023))


def edited(root: Path, old: str, new: str) -> YearlyEvaluation:
    """The evaluation after the one edit."""
    path = root / "params/frameworks/hospital.yml"
    text = path.read_text("utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), "utf-8")
    return evaluated(root)


def value(yearly: YearlyEvaluation, kind: str, code: str) -> float:
    rows = yearly.results()
    rows = rows[(rows["entity_id"] == "H1") & (rows["year"] == 2023) & (rows["kind"] == kind)]
    return float(rows[rows["code"] == code]["value"].iloc[0])


@pytest.fixture
def root(tmp_path: Path) -> Path:
    shutil.copytree(WORKSPACE, tmp_path / "hospitals")
    return tmp_path / "hospitals"


def report(yearly: YearlyEvaluation, folder: Path) -> tuple[dict, str, str]:
    """result.json, the executed notebook's text and the PDF's, of one hospital."""
    folder.mkdir()
    handed = folder / "bundle.json"
    handed.write_bytes(make_bundle(yearly, "H1").to_bytes())
    render(handed, folder / "out", "en", notebook=ROOT / "notebooks/generic.ipynb")
    result = json.loads((folder / "out/result.json").read_text("utf-8"))
    pages = pdf_text((folder / "out/scorecard.pdf").read_bytes())
    return result, (folder / "out/scorecard.ipynb").read_text("utf-8"), "\n".join(pages)


def book(yearly: YearlyEvaluation, folder: Path) -> str:
    handed = folder / "book.json"
    definitions = yearly.workspace.definitions
    handed.write_bytes(make_method_book(definitions, yearly.workspace.base_year).to_bytes())
    render(handed, folder / "book", "en", notebook=ROOT / "notebooks/method_book.ipynb")
    return (folder / "book/method-book.html").read_text("utf-8")


def test_a_changed_weight_reaches_results_notebook_page_and_book(
    root: Path, tmp_path: Path
) -> None:
    before = evaluated(root)
    after = edited(root, *WEIGHT)
    now = value(after, "index", "HCI")
    assert value(before, "index", "HCI") != pytest.approx(now, rel=1e-6)
    assert value(before, "indicator", "sorted_share") == value(after, "indicator", "sorted_share")
    result, notebook, page = report(after, tmp_path / "report")  # fails if the notebook disagrees
    assert result["index"]["value"] == pytest.approx(now, rel=1e-9)
    share = after.evaluations["hospital"].aggregation.weights["sorted_share"]
    row = after.evaluations["hospital"].panel.row("H1")
    weight = next(i["weight"] for i in result["indicators"] if i["code"] == "sorted_share")
    assert weight == pytest.approx(float(share[row, -1]), rel=1e-12)
    assert f"{now:.1f}" in page
    assert f"{now:.6f}" in notebook
    assert ">7<" in book(after, tmp_path)  # the weight as params have it


def test_an_added_indicator_reaches_results_notebook_page_and_book(
    root: Path, tmp_path: Path
) -> None:
    before = evaluated(root)
    after = edited(root, "  food_waste_per_meal:", ENTRY + "  food_waste_per_meal:")
    heat, days = value(after, "variable", "heat"), value(after, "variable", "bed_days")
    assert value(after, "indicator", "heat_per_bed_day") == pytest.approx(1000 * heat / days)
    assert value(before, "index", "HCI") != pytest.approx(value(after, "index", "HCI"), rel=1e-6)
    result, notebook, page = report(after, tmp_path / "report")
    own = next(i for i in result["indicators"] if i["code"] == "heat_per_bed_day")
    assert own["weight"] > 0
    assert own["formula"] == "heat / bed_days"
    for text in (notebook, page):
        assert "Heat bought per bed day" in text
    printed = book(after, tmp_path)
    for word in ("Heat bought per bed day", "heat_per_bed_day", "an edit of this test"):
        assert word in printed
