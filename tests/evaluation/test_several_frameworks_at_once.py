"""One return under several frameworks: the official one is graded, the others stand beside it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from cescore.disclosure.documents.bundle import Bundle
from cescore.disclosure.documents.result_file import result_json
from cescore.disclosure.making.bundles import Bundler
from cescore.evaluation.yearly import YearlyEvaluation, evaluate_workspace
from cescore.intake.workspace import Workspace

TYPES = Path(__file__).parents[2] / "examples" / "types"


def workspace(root: Path, run: str) -> Path:
    shutil.copytree(TYPES, root, ignore=shutil.ignore_patterns("output"))
    shutil.rmtree(root / "data" / "2026")
    (root / "params/runs/2026.yml").unlink()
    (root / "params/runs/2025.yml").write_text(f"base_year: 2024\nstatus: sample\n{run}")
    return root


@pytest.fixture(scope="module")
def yearly(tmp_path_factory: pytest.TempPathFactory) -> YearlyEvaluation:
    root = workspace(
        tmp_path_factory.mktemp("beside") / "w", "beside: {farm_park: [farm_park_flash]}\n"
    )
    return evaluate_workspace(Workspace.load(root, 2025))


@pytest.fixture(scope="module")
def bundle(yearly: YearlyEvaluation) -> Bundle:
    return Bundler(yearly).bundle("F1")


def test_each_framework_scores_the_same_return_by_its_own_rules(
    yearly: YearlyEvaluation, bundle: Bundle
) -> None:
    (card,) = bundle.beside
    official = yearly.evaluations["farm_park"]
    row = official.panel.row("F1")
    # the flash weighs FP1 and FP2 alike and has nothing else
    scores = [official.scored.scores.column(code).values[row, -1] for code in ("FP1", "FP2")]
    assert card.value == pytest.approx(sum(scores) / 2)
    assert card.value != pytest.approx(official.aggregation.index.values[row, -1])
    assert [(g.code, g.weight) for g in card.groups] == [("FP_out", 1.0)]


def test_the_official_framework_alone_is_in_index_rank_and_framework_of_the_report(
    bundle: Bundle,
) -> None:
    assert bundle.framework.id == "farm_park"
    found = result_json(bundle, "0" * 64)
    assert found["index"]["code"] == "FP_index"
    assert [one["index_code"] for one in found["beside"]] == ["FP_flash"]


def test_results_have_it_as_a_kind_of_its_own(yearly: YearlyEvaluation) -> None:
    rows = yearly.results()
    beside = rows[(rows.kind == "beside") & (rows.entity_id == "F1")]
    assert beside.code.tolist() == [
        "farm_park_flash",
        "farm_park_flash.FP_out",
        "farm_park_flash.FP1",
        "farm_park_flash.FP2",
    ]
    assert set(rows[rows.kind == "index"].code) == {"FP_index", "PI_index", "SB_index"}


def test_the_run_may_turn_them_round(tmp_path: Path) -> None:
    run = "frameworks: {farm_park: farm_park_flash}\nbeside: {farm_park: [farm_park]}\n"
    turned = evaluate_workspace(Workspace.load(workspace(tmp_path / "w", run), 2025))
    assert turned.evaluations["farm_park"].framework.id == "farm_park_flash"
    assert [e.framework.id for e in turned.beside["farm_park"]] == ["farm_park"]


def test_a_return_without_what_a_framework_asks_has_no_score_under_it(tmp_path: Path) -> None:
    root = workspace(tmp_path / "w", "beside: {farm_park: [farm_park_flash]}\n")
    returns = root / "data/2025/observations.csv"
    kept = [x for x in returns.read_text().splitlines() if "F1,2025,output_value" not in x]
    returns.write_text("\n".join(kept) + "\n")
    (card,) = Bundler(evaluate_workspace(Workspace.load(root, 2025))).bundle("F1").beside
    assert card.value is None
    assert card.status == "missing"
