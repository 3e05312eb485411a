"""Slips that only show beside other returns, other years or the register: told once collected, at their cells."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from cescore.intake.findings import Finding
from cescore.intake.workspace import Workspace
from cescore.returns.collecting.collection import collected
from cescore.returns.collecting.kept import KeptReturns
from cescore.returns.collecting.reading import FileReading
from cescore.returns.collecting.recognise import take
from cescore.returns.collecting.submissions import Circumstances
from cescore.returns.collecting.untaken import Arrival
from cescore.returns.layouts.asked import Expected
from cescore.returns.workbooks.read import read_workbook
from tests.returns.books import SOUND, YEAR, form_of, row_of

CHECKS = """
rules:
  parts: {rule: coal == stock + stock, severity: hard, en: Coal by use}
  no_coal: {rule: coal > 0 or gdp <= 0, severity: soft, en: Output without coal}
  more_stock: {rule: stock <= coal, severity: hard, en: Stock within coal}
"""
Told = Callable[..., tuple[Finding, ...]]
EVEN = {**SOUND, "coal": 300, "stock": 150}


@pytest.fixture
def told(city: Path, against: Expected, tmp_path: Path) -> Told:
    """Everything that is found once these returns are collected, after last year's figures."""
    (city / "params/checks.yml").write_text(CHECKS, "utf-8")
    (city / f"params/runs/{YEAR}.yml").write_text(f"year: {YEAR}\nbase_year: {YEAR - 1}\n", "utf-8")

    def do(*books: openpyxl.Workbook, before: dict[str, object] = EVEN) -> tuple[Finding, ...]:
        folder = city / f"data/{YEAR - 1}"
        folder.mkdir()
        with (folder / "observations.csv").open("w", encoding="utf-8", newline="") as out:
            rows = [
                (e, YEAR - 1, code, value) for e in ("D1", "D2") for code, value in before.items()
            ]
            csv.writer(out).writerows([("entity_id", "year", "variable", "value"), *rows])
        readings = {}
        for n, book in enumerate(books, 1):
            path = tmp_path / f"{n}.xlsx"
            book.save(path)
            taken = take(read_workbook(path, path.name), {}, against)
            readings[path] = FileReading.of(taken, f"{n}" * 64)
        kept = KeptReturns(city, YEAR)
        made = collected(readings, kept, Circumstances(), Arrival(against))
        for name, content in made.files.items():
            path = kept.year_folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return Workspace.load(city, YEAR).findings

    return do


def form(entity_id: str = "D1", **values: object) -> openpyxl.Workbook:
    """A return whose rules all hold, with some values changed."""
    return form_of(entity_id, **{**EVEN, "gdp": 1250, **values})


def found(findings: tuple[Finding, ...], code: str) -> set[tuple[str, str, str]]:
    return {(f.severity, f.entity_id, f.at.cell) for f in findings if f.code == code}


def test_sound_returns_give_no_error(told):
    assert [f for f in told(form(), form("D2")) if f.severity == "error"] == []


@pytest.mark.parametrize(
    ("values", "code", "severity", "variable"),
    [
        ({"coal": 310}, "parts", "error", "coal"),
        ({"coal": 0, "stock": 0}, "no_coal", "warning", "coal"),
        ({"stock": 301}, "more_stock", "error", "stock"),
        ({"coal": 3000, "stock": 1500}, "unit_slip", "warning", "coal"),
        ({"gdp": 0.125}, "unit_slip", "warning", "gdp"),
        ({"gdp": 12_500_000}, "unit_slip", "warning", "gdp"),
    ],
)
def test_a_value_that_does_not_fit_the_others_is_told_at_its_cell(
    told, values, code, severity, variable
):
    said = found(told(form(**values), form("D2")), code)
    assert (severity, "D1", f"填报表!D{row_of(variable)}") in said, said


def test_a_balance_met_within_rounding_is_no_finding(told):
    assert not found(told(form(coal=0.1 + 0.2, stock=0.15), form("D2")), "parts")


def test_an_entity_that_sent_nothing_is_named(told):
    assert {entity for _, entity, _ in found(told(form()), "not_filed")} == {"D2"}


def test_last_years_figure_sent_again_is_told_at_its_cell(told):
    findings = told(form(power=1203.7), form("D2"), before={**EVEN, "power": 1203.7})
    at = f"填报表!D{row_of('power')}"
    assert found(findings, "same_as_last_year") == {("warning", "D1", at)}
