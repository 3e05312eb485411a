"""A second check or plan says what the first said, and never what was true of other bytes."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from cescore.run.asked import Asked
from cescore.run.building.build import build
from cescore.run.commands import checking, planning
from cescore.run.inputs.hashed import Inputs
from cescore.run.kept import kept_answers
from cescore.run.kept.kept_answers import Answer, KeptAnswers
from cescore.run.telling.lines import Terminal
from cescore.run.telling.runs import reason_told
from tests.run.in_this_process import InThisProcess

WORKSPACE = Path(__file__).parents[1] / "unseen" / "workspace"
OBSERVATIONS = "data/2023/observations.csv"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return Path(shutil.copytree(WORKSPACE, tmp_path / "hospitals"))


def asked_of(root: Path, lang: str = "en") -> Asked:
    return Asked(root, 2023, lang=lang, progress="quiet")


def kept(root: Path, lang: str = "en", **question: str) -> KeptAnswers:
    return KeptAnswers(asked_of(root, lang), {"command": "check", **question})


def said(command: Callable[..., int], root: Path) -> str:
    console = Terminal(soft_wrap=True)
    with console.capture() as captured:
        command(asked_of(root), console)
    return captured.get()


def appended(path: Path, text: str) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(text)


def test_a_plan_says_which_files_changed_since_the_build_and_reasons_in_words(
    root: Path,
) -> None:
    manifest = root / "output/2023-en/manifest.json"
    manifest.parent.mkdir(parents=True)
    files = Inputs(root).files()
    manifest.write_text(
        json.dumps({"inputs": {**files, OBSERVATIONS: "other", "data/gone.csv": ""}})
    )
    assert f"since the last build: {OBSERVATIONS}, data/gone.csv\n" in said(planning.plan, root)
    told = reason_told("bundle: record changed", "zh")
    assert (
        told == "填报数据、其来源或订正 有变动"
        and reason_told("x.css changed", "en") == "x.css changed"
    )


def _with_a_notebook(root: Path) -> None:
    (root / "notebooks").mkdir(exist_ok=True)
    (root / "notebooks/generic.ipynb").write_text("{}")


CHANGES: dict[str, Callable[[Path], object]] = {
    "a value": lambda root: appended(root / OBSERVATIONS, "\n"),
    "a remark in params": lambda root: appended(root / "params/variables.yml", "# a remark\n"),
    "a file more": lambda root: (root / "data/2023/more.txt").touch(),
    "an empty folder more": lambda root: (root / "data/2024").mkdir(),
    "a hidden file more": lambda root: (root / "data/.DS_Store").touch(),
    "a file less": lambda root: (root / OBSERVATIONS).unlink(),
    "a name": lambda root: (root / OBSERVATIONS).rename(root / "data/2023/observations_a.csv"),
    "a notebook": _with_a_notebook,
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_whatever_changes_nothing_is_answered_from_before(
    root: Path, change: Callable[[Path], object]
) -> None:
    kept(root).keep(Answer(["as it was"]))
    assert kept(root).known() == Answer(["as it was"])
    change(root)
    assert kept(root).known() is None


def test_another_question_or_language_has_an_answer_of_its_own(root: Path) -> None:
    kept(root).keep(Answer(["as it was"]))
    assert kept(root, lang="zh").known() is None
    assert kept(root, all="True").known() is None


def test_another_version_of_a_library_finds_nothing(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept(root).keep(Answer(["as it was"]))
    monkeypatch.setattr(kept_answers, "installed", lambda name: "0.0")
    assert kept(root).known() is None


def test_what_changed_while_it_was_answered_is_not_kept(root: Path) -> None:
    opened = kept(root)
    appended(root / OBSERVATIONS, "\n")
    opened.keep(Answer(["of other bytes"]))
    assert kept(root).known() is None


@pytest.mark.parametrize("name", ["data/2023/observations_a.csv", "params/more", "data/2030"])
def test_beside_a_link_nothing_is_kept(root: Path, tmp_path: Path, name: str) -> None:
    (root / name).symlink_to(tmp_path)
    kept(root).keep(Answer(["as it was"]))
    assert kept(root).known() is None
    assert not (root / "output").exists()


def test_an_altered_answer_is_found_out_anew(root: Path) -> None:
    first = said(checking.check, root)
    (piece,) = (root / "output/answers/check").iterdir()
    piece.write_bytes(piece.read_bytes().replace(b"entities", b"nobodies"))
    assert said(checking.check, root) == first


def test_a_second_check_says_the_same_without_reading_the_data(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = said(checking.check, root)
    monkeypatch.setattr(checking, "_answered", None)  # would be called
    assert said(checking.check, root) == first
    assert not (root / "output/answers").stat().st_mode & 0o077


def test_a_folder_that_cannot_be_written_to_is_checked_all_the_same(root: Path) -> None:
    (root / "output").write_text("in the way")
    assert said(checking.check, root) == said(checking.check, root)


def test_a_plan_is_made_anew_when_the_tree_is_another_and_makes_no_bundle_of_what_stands(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as without:
        without.setattr("cescore.run.building.orders.Orders.one", None)  # makes bundles
        assert "not built yet" in said(planning.plan, root)
    build(asked_of(root), InThisProcess(), Terminal(quiet=True))
    with monkeypatch.context() as without:
        without.setattr("cescore.run.building.orders.Orders.one", None)
        first = said(planning.plan, root)
    assert "0 to build" in first
    assert said(planning.plan, root) == first
    result = next((root / "output/2023-en").glob("*/*/result.json"))
    appended(result, " ")
    assert "result.json was altered" in said(planning.plan, root)
    result.unlink()
    assert "result.json is not there" in said(planning.plan, root)
    result.symlink_to(root)
    assert "result.json was altered" in said(planning.plan, root)


def test_a_piece_nested_beyond_all_reading_is_no_answer(root: Path) -> None:
    opened = kept(root)
    opened.keep(Answer(["as it was"]))
    opened._work.keep(opened.origin, "[" * 200_000)
    assert kept(root).known() is None
