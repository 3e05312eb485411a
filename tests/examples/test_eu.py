"""The engine on real, published data: 27 countries and the Union."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from cescore.evaluation.yearly import YearlyEvaluation, evaluate_workspace
from cescore.intake.workspace import Workspace

ROOT = Path(__file__).parents[2]
EU = ROOT / "examples" / "eu"


@pytest.fixture(scope="module")
def yearly() -> YearlyEvaluation:
    return evaluate_workspace(Workspace.load(EU, 2022))


@pytest.fixture(scope="module")
def results(yearly: YearlyEvaluation) -> pd.DataFrame:
    return yearly.results().set_index(["kind", "code", "entity_id", "year"]).sort_index()


def test_the_data_are_the_published_table_cell_by_cell(tmp_path: Path) -> None:
    copy = tmp_path / "eu"
    shutil.copytree(EU, copy, ignore=shutil.ignore_patterns("output", "data"))
    subprocess.run([sys.executable, "make_data.py"], cwd=copy, check=True)
    for made in sorted(copy.glob("data/**/*.csv")):
        assert made.read_bytes() == (EU / made.relative_to(copy)).read_bytes()


def test_a_published_rate_is_carried_unchanged(results: pd.DataFrame) -> None:
    assert results.loc[("indicator", "CMU", "DE", 2022), "value"] == 12.5
    assert results.loc[("indicator", "CMU", "MT", 2022), "value"] == 21.5


def test_residual_municipal_waste_is_worked_from_two_series(results: pd.DataFrame) -> None:
    # Germany 2022: 606 kg of which 69.2 % recycled
    value = results.loc[("indicator", "RESIDUAL", "DE", 2022), "value"]
    assert value == pytest.approx(606.0 * (1 - 0.692))


def test_the_fall_in_packaging_is_counted_from_the_base_year(results: pd.DataFrame) -> None:
    with (EU / "source" / "eurostat_circular_economy.csv").open(encoding="utf-8") as file:
        rows = {(r["geo"], r["year"]): r for r in csv.DictReader(file)}
    now, then = (float(rows["DE", year]["packaging_waste_kg_cap"]) for year in ("2022", "2018"))
    value = results.loc[("indicator", "PACK_FALL", "DE", 2022), "value"]
    assert value == pytest.approx(100 * (1 - now / then))


def test_a_series_of_every_second_year_is_taken_from_2020_and_says_so(
    results: pd.DataFrame,
) -> None:
    row = results.loc[("indicator", "ALL_R", "DE", 2022)]
    assert row["value"] == 55.0 and "carried" in row["status"]


def test_a_country_without_a_value_within_two_years_has_the_weight_spread(
    yearly: YearlyEvaluation, results: pd.DataFrame
) -> None:
    assert results.loc[("indicator", "ALL_R", "SE", 2022), "status"] == "missing"
    country = yearly.evaluations["country"]
    row, year = country.panel.row("SE"), country.panel.year_position(2022)
    weights = {code: w[row, year] for code, w in country.aggregation.weights.items()}
    assert weights["ALL_R"] == 0
    leaves = sum(weights[i.code] for i in country.framework.scored())
    assert leaves == pytest.approx(1)


def test_every_country_and_the_union_have_an_index(results: pd.DataFrame) -> None:
    index = results.loc["index"].xs(2022, level="year")
    assert len(index) == 28 and index["value"].notna().all()
    assert index["value"].between(0, 100).all()


def test_a_country_and_the_overview_are_printed(tmp_path: Path) -> None:
    copy = tmp_path / "eu"
    shutil.copytree(EU, copy, ignore=shutil.ignore_patterns("output"))
    done = subprocess.run(
        [sys.executable, str(ROOT / "build.py"), "--root", str(copy), "--year", "2022",
         "--only", "country/SE", "--only", "union/*", "--lang", "en"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    made = copy / "output" / "2022-en"
    assert (made / "country" / "SE" / "scorecard.pdf").exists()
    overview = (made / "union" / "EU27_2020" / "scorecard.html").read_text(encoding="utf-8")
    assert "Sweden" in overview and "Malta" in overview
    carried = json.loads((made / "country" / "SE" / "result.json").read_text(encoding="utf-8"))
    assert carried["entity_id"] == "SE" and carried["year"] == 2022


def test_circular_use_per_consumption_follows_from_the_published_rate(
    results: pd.DataFrame,
) -> None:
    # Germany 2022: 12.5 % of all material used is recycled, so 1/7 of a tonne for each tonne consumed
    assert results.loc[("account", "u_per_dmc", "DE", 2022), "value"] == pytest.approx(100 / 7)
