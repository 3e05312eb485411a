"""What the index page of a run is made from: the evaluation, the tree as it stands, the outcomes."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from cescore.definitions.model import AssessmentRules, GradeBand, GradeScale, Plan
from cescore.evaluation.yearly import YearlyEvaluation, evaluate_workspace
from cescore.intake.workspace import Workspace
from cescore.publish.pages.index.listing import IndexPage, Line
from cescore.publish.pages.index.page import index_page
from cescore.run.building.contents import Contents, grades_in_order
from cescore.run.job import Outcome
from cescore.run.tree.journal import JournalEntry
from cescore.run.tree.store import Store

WORKSPACE = Path(__file__).parents[1] / "unseen" / "workspace"
FILES = dict.fromkeys(("result.json", "scorecard.html", "scorecard.ipynb", "scorecard.pdf"), "")


def evaluated(root: Path) -> YearlyEvaluation:
    return evaluate_workspace(Workspace.load(root, 2023))


@pytest.fixture(scope="module")
def yearly() -> YearlyEvaluation:
    return evaluated(WORKSPACE)


def page_of(store: Store, yearly: YearlyEvaluation, *outcomes: Outcome) -> IndexPage:
    by_name = {outcome.name: outcome for outcome in outcomes}
    return Contents(store, yearly, yearly.results(), by_name, "en").page(("results.csv",))


def line(page: IndexPage, entity_id: str) -> Line:
    return next(x for s in page.sections for x in s.lines if x.entity_id == entity_id)


def test_every_entity_of_the_year_has_a_line(store: Store, yearly: YearlyEvaluation) -> None:
    (section,) = page_of(store, yearly).sections
    assert [x.entity_id for x in section.lines] == ["H1", "H2", "H3", "H4"]
    assert section.entity_type == "hospital"


def test_a_report_built_before_counts_as_built_with_its_files_and_warnings(
    store: Store, yearly: YearlyEvaluation
) -> None:
    store.entries["hospital/H1"] = JournalEntry({}, FILES, {"warnings": ["a rare character"]})
    found = line(page_of(store, yearly), "H1")
    assert found.is_built and found.warnings == ("a rare character",)
    assert found.files == ["scorecard.pdf", "scorecard.html", "scorecard.ipynb", "result.json"]


def test_a_failed_report_has_its_cause_and_links_to_what_there_is(
    store: Store, yearly: YearlyEvaluation
) -> None:
    folder = store.folder / "hospital" / "H2"
    folder.mkdir(parents=True)
    (folder / "FAILED.txt").write_text("cell 3", encoding="utf-8")
    found = line(page_of(store, yearly, Outcome("H2", "hospital", "failed", "cell 3")), "H2")
    assert (found.is_built, found.cause, found.files, found.log) == (
        False, "cell 3", ["FAILED.txt"], "",
    )  # fmt: skip
    (store.folder / "logs" / "hospital").mkdir(parents=True)
    (store.folder / "logs" / "hospital" / "H2.log").touch()
    again = line(page_of(store, yearly, Outcome("H2", "hospital", "failed", "cell 3")), "H2")
    assert again.log == "logs/hospital/H2.log"


def test_an_entity_with_open_errors_is_blocked_and_its_finding_listed(
    store: Store, tmp_path: Path
) -> None:
    root = tmp_path / "hospitals"
    shutil.copytree(WORKSPACE, root)
    path = root / "data" / "2023" / "observations.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("H1,2023,bed_days,50440", "H1,2023,bed_days,about 50"), "utf-8")
    page = page_of(store, evaluated(root))
    assert line(page, "H1").is_blocked
    (note,) = (note for note in page.notes if note.severity == "error")
    assert (note.entity_id, note.variable, note.found) == ("H1", "Bed days", "※")
    assert note.place.startswith("data/2023/observations.csv, row ")


def test_the_page_is_written_the_same_for_the_same_run(
    store: Store, yearly: YearlyEvaluation
) -> None:
    written = [index_page(page_of(store, yearly)).encode() for _ in range(2)]
    assert written[0] == written[1] and b"<b>" in written[0]
    assert b"the Bridge&#34; &lt;b&gt;" in written[0]


def scale(code: str, *names: str) -> GradeScale:
    bands = tuple(GradeBand(zh=n, en=n, least=float(-i)) for i, n in enumerate(names))
    return GradeScale(code=code, zh=code, en=code, bands=bands, source="a test", tag="P")


def test_grades_of_several_scales_stand_in_one_order_best_first(yearly: YearlyEvaluation) -> None:
    scales = {
        "a": scale("a", "A", "C", "E"),
        "b": scale("b", "A", "B", "C", "D"),
        "c": scale("c", "S", "A"),
    }
    plan = Plan.model_construct(assessment=AssessmentRules.model_construct(scales=scales))
    order = grades_in_order(plan, "zh")
    for one in scales.values():
        names = [band.zh for band in one.bands]
        assert sorted(names, key=order.index) == names
    assert grades_in_order(None, "zh") == []
