"""One report as it would be now, and again as its inputs change."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from cescore.definitions.shipped import NOTEBOOKS
from cescore.errors import CescoreError, PublishError
from cescore.run.asked import Asked
from cescore.run.commands.preview import Preview, unfenced_told
from cescore.run.job import Job, Outcome
from cescore.run.processes.executor import Executor, open_executor
from tests.run.in_this_process import InThisProcess

WORKSPACE = Path(__file__).parents[1] / "unseen" / "workspace"
RENDER = "tests.run.stub_renders:render"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return Path(shutil.copytree(WORKSPACE, tmp_path / "hospitals"))


@pytest.fixture(scope="module")
def executor() -> Iterator[Executor]:
    with closing(open_executor(1, render=RENDER)) as made:
        yield made


def preview(root: Path, executor: Executor, entity_id: str = "H1") -> Preview:
    return Preview(Asked(root, 2023, lang="en"), entity_id, executor)


def change(root: Path, name: str, old: str, new: str) -> None:
    path = root / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_no_fence_is_told_where_a_notebook_is_the_workspaces_own_or_runs_in_a_kernel(
    root: Path,
) -> None:
    asked = Asked(root, 2023, lang="en")
    (root / "notebooks").mkdir(exist_ok=True)
    shutil.copy(NOTEBOOKS / "generic.ipynb", root / "notebooks")
    assert list(unfenced_told(asked)) == []
    assert "not fenced" in next(unfenced_told(replace(asked, engine="kernel")))
    (root / "notebooks/hospital.ipynb").write_bytes(b"{}")
    assert "not fenced" in next(unfenced_told(asked))


def test_each_phase_is_named_as_it_begins_and_of_what_stands_none(root: Path) -> None:
    heard: list[str] = []
    made = replace(preview(root, InThisProcess()), told=heard.append)
    made.make()
    assert heard == ["reading", "checking", "evaluating", "reports"]
    heard.clear()
    made.make()
    assert heard == []


def test_only_who_waits_for_a_choice_of_what_is_withheld_is_told_of_it(root: Path) -> None:
    heard: list[str] = []
    replace(preview(root, InThisProcess(), "method-book"), told=heard.append).make()
    assert "withholding_first" in heard


def test_it_is_built_beside_the_run_whose_output_stays_as_it_is(
    root: Path, executor: Executor
) -> None:
    pdf = preview(root, executor).make().pdf
    assert pdf == root / "output/preview/2023-en/hospital/H1/scorecard.pdf"
    assert pdf.is_file()
    assert {path.name for path in (root / "output").iterdir()} == {"preview", "answers"}


def test_a_changed_value_makes_it_anew_and_a_remark_does_not(
    root: Path, executor: Executor
) -> None:
    made = preview(root, executor)
    first = made.make().pdf.stat().st_mtime_ns
    with (root / "params/frameworks/hospital.yml").open("a", encoding="utf-8") as file:
        file.write("# a remark\n")
    assert made.make().pdf.stat().st_mtime_ns == first
    change(root, "params/frameworks/hospital.yml", "weight: ", "weight: 1")
    assert made.make().pdf.stat().st_mtime_ns != first


def test_who_is_not_in_the_year_is_refused_by_name(root: Path, executor: Executor) -> None:
    with pytest.raises(CescoreError, match="H99"):
        preview(root, executor, "H99").make()


class Cautious(InThisProcess):
    """Makes reports that a person should look at."""

    def run(self, jobs: Iterable[Job]) -> Iterator[Outcome]:
        for outcome in super().run(jobs):
            yield replace(outcome, record={**outcome.record, "warnings": ["a character is rare"]})


def test_every_warning_of_the_page_is_told_also_of_a_report_that_stands(root: Path) -> None:
    made = Preview(Asked(root, 2023, lang="en"), "H1", Cautious())
    for _ in ("built", "up to date"):
        assert list(made.make().lines("en"))[1:] == ["warning a character is rare"]


def test_a_document_is_previewed_by_its_name(root: Path) -> None:
    made = Preview(Asked(root, 2023, lang="en"), "method-book", InThisProcess())
    assert made.make().pdf == root / "output/preview/2023-en/method-book/method-book.pdf"


def test_a_report_that_fails_says_why(root: Path) -> None:
    with (
        closing(open_executor(1, render="tests.run.stub_renders:refusing")) as executor,
        pytest.raises(PublishError, match="hospital/H1: cell 3: division by zero"),
    ):
        preview(root, executor).make()


def test_watching_tells_of_each_change_what_came_of_it(
    root: Path, executor: Executor, monkeypatch: pytest.MonkeyPatch
) -> None:
    framework = str(root / "params/frameworks/hospital.yml")

    def changes(*folders: Path, **_: object) -> Iterator[set[tuple[int, str]]]:
        assert root / "params" in folders
        change(root, "params/frameworks/hospital.yml", "weight: ", "weight: 1")
        yield {(2, framework)}
        change(root, "params/frameworks/hospital.yml", "weight: 1", "weihgt: ")
        yield {(2, framework)}

    monkeypatch.setattr("watchfiles.watch", changes)
    made = preview(root, executor)
    made.make()
    first, built, *refused = made.watch()
    assert first.startswith("watching data, params")
    assert built.startswith("hospital.yml: ") and "scorecard.pdf" in built
    assert "weihgt" in " ".join(refused)  # and goes on: the next change may mend it


def test_a_file_that_is_written_is_seen(root: Path, executor: Executor) -> None:
    made = preview(root, executor)
    made.make()
    lines = made.watch()
    assert next(lines).startswith("watching")
    writing = threading.Timer(0.5, change, (root, "data/2023/observations.csv", "\n", "\n"))
    writing.start()
    assert next(lines).startswith("observations.csv: ")
    lines.close()
