"""The shipped sample as a table, and as the program reads and evaluates it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from cescore.evaluation.yearly import YearlyEvaluation
from cescore.intake.workspace import Workspace

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "data"
YEARS = range(2020, 2026)


@pytest.fixture(scope="session")
def register() -> pd.DataFrame:
    table = pd.read_csv(DATA / "entities.csv", dtype=str, keep_default_na=False)
    return table.set_index("entity_id", drop=False)


@pytest.fixture(scope="session")
def observations() -> pd.DataFrame:
    """All rows of all years; `x` is the value as a number."""
    parts = [
        pd.read_csv(DATA / str(year) / "observations.csv", dtype=str, keep_default_na=False)
        for year in YEARS
    ]
    table = pd.concat(parts, ignore_index=True)
    table["year"] = table["year"].astype(int)
    table["x"] = pd.to_numeric(table["value"], errors="coerce")
    return table


@pytest.fixture(scope="session")
def values(observations: pd.DataFrame) -> pd.DataFrame:
    """Numbers, one row per entity and year, one column per variable; NaN where there is none."""
    return observations.pivot(index=["entity_id", "year"], columns="variable", values="x")


@pytest.fixture(scope="session")
def statuses(observations: pd.DataFrame) -> pd.DataFrame:
    return observations.pivot(index=["entity_id", "year"], columns="variable", values="status")


@pytest.fixture(scope="session")
def workspace(liaoyuan: Workspace) -> Workspace:
    return liaoyuan


@pytest.fixture(scope="session")
def results(yearly: YearlyEvaluation) -> pd.DataFrame:
    """results.csv with one row per entity, year, kind and code."""
    table = yearly.results()
    return table.set_index(["entity_id", "year", "kind", "code"]).sort_index()
