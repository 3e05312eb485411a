"""The index page shows of each entity what reports to others show of it, and no more."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from cases import Firm, evaluated, firms

from cescore.disclosure.released.gate import Gate
from cescore.evaluation.yearly import YearlyEvaluation
from cescore.intake.address import Address
from cescore.intake.findings import Finding
from cescore.intake.wording import unit
from cescore.method.grading.assessment import Assessment
from cescore.publish.pages.index.listing import IndexPage, Line
from cescore.publish.pages.index.page import index_page
from cescore.run.building.contents import Contents
from cescore.run.tree.store import Store

WITHHELD = "※"
NUMBER = re.compile(r"\d+\.\d+")


@pytest.fixture(scope="module")
def yearly(tmp_path_factory: pytest.TempPathFactory) -> YearlyEvaluation:
    """Three parks: two of many firms alike, and one that a single firm dominates."""
    giant = Firm("giant", 90000.0, park="PK3", material=80000.0, waste=70000.0, recycled=60000.0)
    frame = [
        *firms(12, seed=1),
        *firms(12, seed=2, park="PK2"),
        *(replace(f, park="PK3") for f in firms(5, seed=3)),
        giant,
    ]
    return evaluated(tmp_path_factory.mktemp("city"), frame, ["PK1", "PK2", "PK3"])


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path)


@pytest.fixture
def page(store: Store, yearly: YearlyEvaluation) -> IndexPage:
    return Contents(store, yearly, yearly.results(), {}, "en").page(())


def lines(page: IndexPage) -> dict[str, Line]:
    return {line.entity_id: line for section in page.sections for line in section.lines}


def test_a_park_that_one_firm_dominates_is_withheld_as_in_the_citys_report(
    page: IndexPage, yearly: YearlyEvaluation
) -> None:
    gate = Gate(yearly)
    city = yearly.workspace.register["C1"]
    printed = {row.place.entity_id: row for row in gate.children(city)}
    assert {e: row.status for e, row in printed.items()} == {
        "PK1": "suppressed", "PK2": "reported", "PK3": "suppressed",
    }  # fmt: skip
    for entity_id, row in printed.items():
        line = lines(page)[entity_id]
        assert (line.index, line.is_withheld) == (row.index, row.status == "suppressed")


def test_every_figure_of_the_page_is_one_that_reports_to_others_print(
    page: IndexPage, yearly: YearlyEvaluation
) -> None:
    gate = Gate(yearly)
    released = {
        f"{gate.public_row(e).index:.1f}" for e in yearly.entities if not gate.is_withheld(e)
    }
    html = re.sub(r"<(style|script)>.*?</\1>", "", index_page(page), flags=re.DOTALL)
    rows = re.findall(r"<tr data-search.*?</tr>", html, re.DOTALL)
    keys = re.findall(r'data-label="[^"]*" data-key="(\d+\.\d+)"', html)
    cells = [NUMBER.findall(unescape(re.sub(r"<[^>]*>", " ", row))) for row in rows]
    assert {f for found in cells for f in found} == released
    assert {f"{float(key):.1f}" for key in keys} == released
    charts = " ".join(re.findall(r"<svg.*?</svg>", html, re.DOTALL))
    assert set(NUMBER.findall(re.sub(r"<(?!title)[^>]*>", " ", charts))) <= released


def test_what_is_withheld_is_marked_counted_nowhere_and_explained(page: IndexPage) -> None:
    found = lines(page)
    firm = next(line for line in found.values() if line.folder.startswith("firm/"))
    for line in (found["PK3"], firm):
        assert line.is_withheld
        assert (line.index, line.progress, line.total, line.grade) == (None, None, None, "")
    html = index_page(page)
    row = re.search(r"<tr data-search[^>]*>\s*<td[^>]*><bdi>Park PK3.*?</tr>", html, re.DOTALL)
    assert row is not None and WITHHELD in row[0]
    assert f"{WITHHELD} Withheld: figures of enterprises" in html
    assert "Park PK3" not in " ".join(re.findall(r"<svg.*?</svg>", html, re.DOTALL))


def test_findings_name_where_to_look_and_no_figure_that_is_withheld(
    store: Store, yearly: YearlyEvaluation
) -> None:
    def about(entity_id: str) -> Finding:
        at = Address("data/2025/observations.csv", 9)
        usual = (("value", 1234.5), ("low", 8.0), ("high", 40.0), ("unit", unit("t")))
        return Finding("warning", "usual_range", at, entity_id, 2025, "waste", usual)

    workspace = replace(yearly.workspace, findings=(about("PK2"), about("giant"), about("PK3")))
    page = Contents(store, replace(yearly, workspace=workspace), yearly.results(), {}, "en").page(
        ()
    )
    assert [(n.entity_id, n.found, bool(n.place)) for n in page.notes] == [
        ("PK2", "1234.5", True), ("giant", WITHHELD, True), ("PK3", WITHHELD, True),
    ]  # fmt: skip


def test_a_total_that_its_own_report_withholds_is_withheld_with_its_grade_shown(
    store: Store, yearly: YearlyEvaluation, monkeypatch: pytest.MonkeyPatch
) -> None:
    graded = Assessment(total=71.23, grade_en="good", parts={"index": 70.0, "measures": 74.0})
    assessed = replace(yearly, assessments={"PK2": graded, "C1": replace(graded, total=72.34)})
    monkeypatch.setattr(
        Gate, "_lost_parts", lambda gate, entity_id, year: ["measures"] * (entity_id == "PK2")
    )
    page = Contents(store, assessed, assessed.results(), {}, "en").page(())
    withheld, shown = lines(page)["PK2"], lines(page)["C1"]
    assert (withheld.total, withheld.comparable, withheld.is_total_withheld) == (None, None, True)
    assert (shown.total, shown.is_total_withheld) == (72.34, False)
    assert withheld.grade == "good" and withheld.index is not None
    html = index_page(page)
    assert "71.2" not in html and "72.3" in html and WITHHELD in html
