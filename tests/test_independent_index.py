"""Every index of every shipped type, computed once more from results.csv in exact fractions."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from pathlib import Path

import pytest
from independent import read_column, read_rows, read_world
from independent_plan import PlannedTotals

from cescore.evaluation.yearly import YearlyEvaluation, evaluate_workspace
from cescore.intake.workspace import Workspace

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def sample_results(tmp_path_factory: pytest.TempPathFactory, yearly: YearlyEvaluation) -> Path:
    path = tmp_path_factory.mktemp("results") / "results.csv"
    yearly.results().to_csv(path, index=False)
    return path


@pytest.fixture(scope="module")
def eu_results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("eu") / "results.csv"
    evaluate_workspace(Workspace.load(ROOT / "examples" / "eu", 2022)).results().to_csv(
        path, index=False
    )
    return path


def industries(root: Path) -> dict[str, str]:
    import csv

    with (root / "data" / "entities.csv").open(encoding="utf-8", newline="") as file:
        return {row["entity_id"]: row.get("industry", "") or "" for row in csv.DictReader(file)}


@pytest.mark.parametrize("entity_type", ["city", "district", "park", "enterprise"])
@pytest.mark.parametrize(
    "year", [*(pytest.param(y, marks=pytest.mark.soak) for y in (2020, 2023)), 2025]
)
def test_the_index_of_every_entity_of_the_sample_is_found_again_from_returned_values(
    sample_results: Path, entity_type: str, year: int
) -> None:
    world = read_world(ROOT / "params", sample_results, entity_type, base_year=2020)
    found = {
        key[0]: v for key, v in read_column(sample_results, entity_type, "index", year).items()
    }
    industry = industries(ROOT)
    assert found, f"no {entity_type} has an index in {year}"
    for entity, index in found.items():
        again = world.index(entity, industry[entity], year)
        assert again is not None
        assert index == pytest.approx(float(again), rel=1e-9), entity


@pytest.mark.parametrize("entity_type", ["city", "district", "park", "enterprise"])
def test_the_total_of_every_entity_of_the_sample_is_found_again(
    sample_results: Path, entity_type: str
) -> None:
    """Targets, checks of the measures and index, from returned values and inspection records."""
    world = read_world(ROOT / "params", sample_results, entity_type, base_year=2020)
    plan = PlannedTotals(
        ROOT / "params" / "plans" / "2021-2025.yml", world, entity_type, ROOT / "data"
    )
    rows = read_column(sample_results, entity_type, "assessment", 2025)
    totals = {entity: total for (entity, code), total in rows.items() if code == "total"}
    industry = industries(ROOT)
    assert totals
    for entity, total in totals.items():
        index = world.index(entity, industry[entity], 2025)
        assert index is not None
        bonus = Fraction(str(rows.get((entity, "bonus"), 0)))
        again = plan.total(entity, index, bonus)
        assert total == pytest.approx(float(again), rel=1e-9), entity


def test_the_citys_targets_are_found_again_one_by_one(sample_results: Path) -> None:
    world = read_world(ROOT / "params", sample_results, "city", base_year=2020)
    plan = PlannedTotals(ROOT / "params" / "plans" / "2021-2025.yml", world, "city", ROOT / "data")
    part = read_column(sample_results, "city", "assessment", 2025)["220400", "targets"]
    points = [
        plan.points("220400", t) for t in plan.plan["targets"].values() if t.get("scored", True)
    ]
    assert len(points) == 6
    mean = sum(p for p in points if p is not None) / 6
    assert part == pytest.approx(float(100 * mean), rel=1e-9)


@pytest.mark.parametrize("entity_type", ["city", "district", "park", "enterprise"])
def test_the_progress_index_of_every_entity_of_the_sample_is_found_again_from_returned_values(
    sample_results: Path, entity_type: str
) -> None:
    world = read_world(ROOT / "params", sample_results, entity_type, base_year=2020)
    printed = read_column(sample_results, entity_type, "progress_index", 2025)
    found = {entity: v for (entity, code), v in printed.items() if "." not in code}
    assert found, f"no {entity_type} has a progress index in 2025"
    for entity, index in found.items():
        again = world.progress(entity, 2025)
        assert again is not None, entity
        assert index == pytest.approx(float(again), rel=1e-9), entity


@pytest.mark.parametrize("entity_type", ["country", "union"])
def test_the_index_of_every_country_is_found_again_from_published_values(
    eu_results: Path, entity_type: str
) -> None:
    params = ROOT / "examples" / "eu" / "params"
    world = read_world(params, eu_results, entity_type, base_year=2018)
    found = {key[0]: v for key, v in read_column(eu_results, entity_type, "index", 2022).items()}
    assert len(found) == {"country": 27, "union": 1}[entity_type]
    for entity, index in found.items():
        assert index == pytest.approx(float(world.index(entity, "", 2022)), rel=1e-9), entity


@pytest.mark.parametrize("prefix", ["", "progress_"])
def test_of_every_entity_of_the_sample_the_parts_are_the_index_and_its_change(
    sample_results: Path, prefix: str
) -> None:
    """Contributions add up to the index of 2025, contributions to change to it less that of 2024."""
    sums: dict[tuple[str, str], float] = defaultdict(float)
    indices: dict[tuple[str, str], float] = {}
    for row in read_rows(sample_results):
        entity, kind, value = row["entity_id"], row["kind"], row["value"]
        if kind == f"{prefix}index" and "." not in row["code"] and value:
            indices[entity, row["year"]] = float(value)
        elif kind.startswith(f"{prefix}contribution") and value:
            sums[entity, kind.removeprefix(prefix)] += float(value)
    entities = [entity for entity, year in indices if year == "2025"]
    assert len(entities) > 100
    for entity in entities:
        now, last = indices[entity, "2025"], indices.get((entity, "2024"))
        assert sums[entity, "contribution"] == pytest.approx(now, abs=1e-9), entity
        if last is not None:
            moved = sums[entity, "contribution_to_change"]
            assert moved == pytest.approx(now - last, abs=1e-9), entity


SPARSE = {  # a, b, c of each entity; E5 returned nothing at all
    "E0": (2, 9, 4), "E1": (7, None, 5), "E2": (4, 3, None), "E3": (None, 8, 8), "E4": (9, 5, 2),
    "E5": (None, None, None),
}  # fmt: skip


def sparse_workspace(root: Path) -> Path:
    """Six entities, observed extremes, means for gaps, floors for what stays without a value."""
    indicators = "\n".join(
        f"  {code.upper()}: {{formula: {code}, unit: t, direction: {-1 if code == 'b' else 1},"
        f" weight: {weight}, group: {group}, source: made up, tag: P}}"
        for code, weight, group in (("a", 1, "G"), ("b", 2, "G"), ("c", 1, "H"))
    )
    files = {
        "params/variables.yml": "\n".join(f"{c}: {{en: {c}, unit: t}}" for c in "abc"),
        "params/frameworks/lake.yml": (
            "version: '1'\nsource: made up\nindex: {code: IX}\nnormalisation: min_max\n"
            "imputation: {method: mean}\ngroups: {G: {weight: 3}, H: {weight: 1}}\n"
            f"indicators:\n{indicators}"
        ),
        "data/entities.csv": "\n".join(["entity_id,entity_type", *(f"{e},lake" for e in SPARSE)]),
        "data/2024/observations.csv": "\n".join(
            ["entity_id,year,variable,value,status"]
            + [
                f"{e},2024,{code},{'' if value is None else value},{'missing' if value is None else ''}"
                for e, row in SPARSE.items()
                for code, value in zip("abc", row, strict=True)
            ]
        ),
    }
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content + "\n", encoding="utf-8")
    return root


def test_an_index_among_those_that_returned_something_is_found_again(tmp_path: Path) -> None:
    root = sparse_workspace(tmp_path)
    path = tmp_path / "results.csv"
    evaluate_workspace(Workspace.load(root, 2024)).results().to_csv(path, index=False)
    world = read_world(root / "params", path, "lake", base_year=2024)
    index = {key[0]: v for key, v in read_column(path, "lake", "index", 2024).items()}
    assert sorted(index) == ["E0", "E1", "E2", "E3", "E4"]
    for entity, value in index.items():
        assert value == pytest.approx(float(world.index(entity, "", 2024)), rel=1e-12), entity
