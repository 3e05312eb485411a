"""A plan's midterm or final evaluation as a run of its own."""

from __future__ import annotations

import copy
import io
import json
import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from rich.console import Console

from cescore.cli.main import with_command
from cescore.disclosure.documents.plan_documents import PlanOverview, Review
from cescore.disclosure.documents.reading import read_document
from cescore.disclosure.making.reviews import Reviews
from cescore.errors import DataError, MethodError, ParamsError
from cescore.evaluation.periods import PlanEvaluation, evaluate_plan
from cescore.intake.workspace import Workspace
from cescore.method.index.result_rows import RESULT_COLUMNS
from cescore.publish.check import pdf_text
from cescore.publish.pages.review.check import review_differences
from cescore.publish.render import render
from cescore.run.asked import Asked
from cescore.run.building.build import build
from cescore.run.processes.executor import open_executor
from cescore.run.tree.manifest import read_manifest

ROOT = Path(__file__).parents[2]
SMALL = ROOT / "tests" / "unseen" / "workspace"
RENDER = "tests.run.stub_renders:render"
SOME = "plan-overview,city/*,district/220402,E001"


@pytest.fixture(scope="module")
def final() -> PlanEvaluation:
    return evaluate_plan(ROOT, "final")


@pytest.fixture(scope="module")
def overview(final: PlanEvaluation) -> PlanOverview:
    return Reviews(final).overview()


@pytest.fixture(scope="module")
def city(final: PlanEvaluation) -> Review:
    return Reviews(final).review("220400")


@pytest.fixture(scope="module")
def linked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The sample's data and params with an output folder of the test's own."""
    root = tmp_path_factory.mktemp("plan")
    for name in ("data", "params"):
        (root / name).symlink_to(ROOT / name)
    yield root
    shutil.rmtree(root / "output", ignore_errors=True)


def built(root: Path, stage: str, only: str = SOME, lang: str = "zh") -> tuple[int, str]:
    console = Console(file=io.StringIO(), width=200)
    with closing(open_executor(1, render=RENDER)) as executor:
        status = build(
            Asked(root, stage=stage, only=only, lang=lang, terminal="en"), executor, console
        )
    assert isinstance(console.file, io.StringIO)
    return status, console.file.getvalue()


def test_a_plans_evaluation_has_its_own_folder_and_accounts_for_every_entity(linked: Path) -> None:
    status, said = built(linked, "final")
    folder = linked / "output" / "2021-2025-final"
    assert status == 0
    assert "3 built + 0 up to date + 0 failed" in said
    assert {p.name for p in (folder / "city/220400").iterdir()} == {
        "review.pdf", "review.html", "review.ipynb", "result.json",
    }  # fmt: skip
    manifest = read_manifest(folder)
    assert (manifest["run"]["kind"], manifest["run"]["plan"]) == ("final", "2021-2025")
    assert manifest["run"]["years"] == [2021, 2022, 2023, 2024, 2025]
    assert len(manifest["reports"]) == len(Workspace.load(ROOT, 2025).entities())
    page = (folder / "index.html").read_text("utf-8")
    assert "规划目标判定" in page
    assert "city/220400/review.pdf" in page
    csv = pd.read_csv(folder / "results.csv", dtype={"entity_id": str})
    assert len(csv) > len(manifest["reports"])


@pytest.mark.soak
def test_a_second_evaluation_of_the_plan_builds_nothing(linked: Path) -> None:
    built(linked, "final")
    again, said = built(linked, "final")
    assert again == 0
    assert "0 built + 3 up to date" in said


def test_the_results_hold_every_year_and_end_with_the_verdict(final: PlanEvaluation) -> None:
    results = final.results()
    assert list(results.columns) == list(RESULT_COLUMNS)
    of_city = results[(results["entity_id"] == "220400") & (results["code"] == "T2")]
    assert of_city["year"].tolist() == [2021, 2022, 2023, 2024, 2025]
    assert of_city["status"].tolist()[-1] in ("met", "not_met")
    index = results[(results["entity_id"] == "220400") & (results["kind"] == "index")]
    assert index["year"].tolist() == [2020, 2021, 2022, 2023, 2024, 2025]


def test_the_last_year_of_a_period_is_assessed_as_its_own_report_is(final: PlanEvaluation) -> None:
    for entity in final.yearly.entities:
        *_, last = final.yearly_assessments_of(entity)
        own = final.yearly.assessments[entity.entity_id]
        assert (last.total, last.grade_zh) == (own.total, own.grade_zh), entity.entity_id


def test_progress_is_100_in_the_base_year_and_every_year_of_the_plan_is_there(city: Review) -> None:
    path = city.bundle.evaluated.progress_index
    assert path is not None
    assert path.values[city.bundle.record.years.index(city.plan.base_year)] == pytest.approx(100)
    assert city.years == (2021, 2022, 2023, 2024, 2025)


def test_districts_stand_against_the_citys_targets_as_references_only(
    final: PlanEvaluation, overview: PlanOverview
) -> None:
    roles = {path.end.role for path in final.targets["220402"]}
    assert roles == {"reference"}
    assert not any(path.end.scored for path in final.targets["220402"])
    assert overview.owner is not None
    assert overview.owner.entity_id == "220400"


def test_every_responsible_unit_of_the_plan_has_a_line(
    final: PlanEvaluation, overview: PlanOverview
) -> None:
    named = dict.fromkeys(u for m in final.plan.measures.values() for u in m.units)
    assert [unit.key for unit in overview.units] == list(named)
    assert sum(s.counts["done"] for s in overview.systems) == overview.whole.counts["done"]


def test_the_overview_names_no_respondent(final: PlanEvaluation, overview: PlanOverview) -> None:
    text = overview.to_bytes().decode()
    firms = [e for e in final.workspace.entities() if e.entity_type == "enterprise"]
    assert firms
    assert not [e.entity_id for e in firms if e.name_zh in text or f'"{e.entity_id}"' in text]


def test_a_firms_review_holds_no_other_firms_name(final: PlanEvaluation) -> None:
    text = Reviews(final).review("E001").to_bytes().decode()
    others = [e for e in final.workspace.entities() if e.entity_type == "enterprise"][1:]
    assert not [e.entity_id for e in others if e.name_zh in text or f'"{e.entity_id}"' in text]


def test_a_body_that_one_firm_dominates_is_withheld(overview: PlanOverview) -> None:
    withheld = [row for row in overview.bodies if row.status == "suppressed"]
    assert withheld
    for row in withheld:
        assert (row.index, row.progress, row.total, row.grade_zh) == ((), (), None, "")


def test_the_page_is_what_the_notebook_computed_and_says_the_verdicts(
    city: Review, tmp_path: Path
) -> None:
    document = tmp_path / "city.json"
    document.write_bytes(city.to_bytes())
    notebook = ROOT / "notebooks" / "plan_review.ipynb"
    made = render(document, tmp_path / "out", "zh", notebook=notebook)
    assert set(made.outputs) == {"review.pdf", "review.html", "review.ipynb", "result.json"}
    assert made.warnings == []
    text = "\n".join(pdf_text((tmp_path / "out/review.pdf").read_bytes()))
    for word in ("规划实施终期评估报告", "辽源市", "示例数据", "期末完成率", "已完成", "未完成"):
        assert word in text
    result = json.loads((tmp_path / "out/result.json").read_text("utf-8"))
    assert result["stage"] == "final"
    assert [t["verdict"] for t in result["targets"]] == [p.verdict for p in city.targets]


def test_a_notebook_that_finds_another_verdict_or_year_is_refused(city: Review) -> None:
    evaluated = city.bundle.evaluated
    found: dict[str, Any] = {
        "computed": {"index": list(evaluated.index.values)},
        "targets": [asdict(path) for path in city.targets],
    }
    assert review_differences(found, city) == []
    other = copy.deepcopy(found)
    other["targets"][0]["verdict"] = "met" if city.targets[0].verdict != "met" else "not_met"
    other["computed"]["index"][2] += 1
    odd = review_differences(other, city)
    assert len(odd) == 2
    assert "verdict" in " ".join(odd)
    assert str(city.bundle.record.years[2]) in " ".join(odd)


def test_a_review_reads_back_as_it_was_written(city: Review, tmp_path: Path) -> None:
    path = tmp_path / "review.json"
    path.write_bytes(city.to_bytes())
    read, file_hash = read_document(path)
    assert isinstance(read, Review)
    assert read.to_bytes() == city.to_bytes()  # marks of the sample are in no document
    assert file_hash == city.hash


def test_the_midterm_looks_back_from_the_middle_and_gives_no_grade() -> None:
    found = evaluate_plan(ROOT, "midterm")
    assert (found.year, found.years) == (2023, (2021, 2022, 2023))
    grades = {found.assessment_of(e).grade_zh for e in found.yearly.entities}
    assert grades == {""}
    assert any(p.projected is not None for p in found.targets["220400"])
    assert all("record" not in asdict(p) for p in found.targets["220400"])


def test_what_cannot_be_evaluated_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(ParamsError, match="no such plan"):
        evaluate_plan(ROOT, "final", "2031-2035")
    with pytest.raises(ParamsError, match="no such plan"):
        evaluate_plan(SMALL, "final")
    with pytest.raises(DataError, match="2019 is no year of the plan"):
        evaluate_plan(ROOT, "midterm", year=2019)
    with pytest.raises(DataError, match="looks back from 2025"):
        evaluate_plan(ROOT, "final", year=2024)
    with pytest.raises(MethodError, match="no stage"):
        evaluate_plan(ROOT, "half")


def test_asking_for_a_stage_asks_for_a_plans_evaluation() -> None:
    assert with_command(["--stage", "final"])[0] == "review"
    assert with_command(["--plan", "2021-2025", "--stage=midterm"])[0] == "review"
    assert with_command(["review", "--plan", "plan", "--stage", "final"])[0] == "review"
    assert with_command(["--year", "2025"])[0] == "run"
