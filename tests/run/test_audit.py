"""What in the tree is not as it was written is named and kept; what is of another evaluation is marked."""

from __future__ import annotations

import io
import os
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from rich.console import Console

from cescore.run.asked import Asked
from cescore.run.building.build import build
from cescore.run.kept.unchanged import tell_unchanged
from cescore.run.tree.manifest import read_manifest
from tests.run.in_this_process import InThisProcess

WORKSPACE = Path(__file__).parents[1] / "unseen" / "workspace"
REPORT, BOOK = "hospital/H2/scorecard.pdf", "method-book/method-book.html"
ALTERED = [
    *(REPORT, "results.csv", "manifest.json"),
    *(
        pytest.param(name, marks=pytest.mark.soak)
        for name in (BOOK, "hospital/H1/result.json", "results.xlsx", "findings.csv", "index.html")
    ),
]
Build = Callable[..., tuple[int, str]]


def built(root: Path, only: str = "", force: bool = False) -> tuple[int, str]:
    """Builds the workspace; returns the exit status and what was printed."""
    console = Console(file=io.StringIO(), width=200)
    status = build(Asked(root, 2023, only, "en", force), InThisProcess(), console)
    return status, console.file.getvalue()  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = Path(shutil.copytree(WORKSPACE, tmp_path_factory.mktemp("built") / "hospitals"))
    built(root)
    return root


@pytest.fixture
def root(original: Path, tmp_path: Path) -> Path:
    """A workspace whose reports are all built."""
    return Path(shutil.copytree(original, tmp_path / "hospitals"))


@pytest.fixture
def run(root: Path) -> Build:
    return partial(built, root)


def output(root: Path) -> Path:
    return root / "output" / "2023-en"


def alter(root: Path, name: str, by: bytes = b"altered") -> bytes:
    path = output(root) / name
    path.write_bytes(path.read_bytes() + by)
    return path.read_bytes()


def correct(
    root: Path, old: str = "H1,2023,bed_days,50440", new: str = "H1,2023,bed_days,50441"
) -> None:
    path = root / "data/2023/observations.csv"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize("name", ALTERED)
def test_an_altered_output_is_named_and_kept_and_the_exit_says_so(
    root: Path, run: Build, name: str
) -> None:
    written = (output(root) / name).read_bytes()
    altered = alter(root, name)
    status, said = run()
    assert status == 1
    assert f"altered since it was written: {name}" in said
    assert f"kept, because it was altered or out of place: evidence/{name}" in said
    assert (output(root) / "evidence" / name).read_bytes() == altered
    assert read_manifest(output(root))["found_altered"] == [name]
    if name != "manifest.json":  # which tells of it
        assert (output(root) / name).read_bytes() == written
    assert run()[0] == 0


@pytest.mark.parametrize("name", [REPORT, "results.csv"])
def test_a_link_in_the_place_of_an_output_is_an_alteration_whatever_it_leads_to(
    root: Path, run: Build, name: str
) -> None:
    written = output(root) / name
    elsewhere = root / "elsewhere"
    written.rename(elsewhere)
    written.symlink_to(elsewhere)
    status, said = run()
    assert status == 1
    assert f"altered since it was written: {name}" in said
    assert (output(root) / "evidence" / name).is_symlink()
    assert not written.is_symlink() and written.read_bytes() == elsewhere.read_bytes()


def test_evidence_is_never_overwritten(root: Path, run: Build) -> None:
    first = alter(root, REPORT, b"once")
    run()
    second = alter(root, REPORT, b"twice")
    run()
    folder = output(root) / "evidence/hospital/H2"
    assert (folder / "scorecard.pdf").read_bytes() == first
    assert (folder / "scorecard (2).pdf").read_bytes() == second


def test_an_altered_report_that_is_not_asked_for_is_named_and_stays(root: Path, run: Build) -> None:
    altered = alter(root, REPORT)
    status, said = run(only="H1")
    assert status == 1
    assert f"{REPORT}; it is not asked for and stays as it is" in said
    assert (output(root) / REPORT).read_bytes() == altered
    assert not read_manifest(output(root))["is_consistent"]


def test_a_build_that_was_cut_off_accuses_nobody(root: Path, run: Build) -> None:
    (output(root) / ".begun").touch()  # as a build leaves it that is killed
    alter(root, "results.csv")
    status, said = run()
    assert status == 0
    assert "altered" not in said


STRANGERS: dict[str, Callable[[Path], object]] = {
    "hospital/H2/scorecard (1).pdf": lambda path: path.write_bytes(b"copy"),
    "hospital/H2/notes/": lambda path: path.mkdir(),
    "hospital/H2/pipe": os.mkfifo,
    "hospital/H2/link.pdf": lambda path: path.symlink_to("/etc/hostname"),
    "method-book/more.html": lambda path: path.write_bytes(b"more"),
    "hospital/list.xlsx": lambda path: path.write_bytes(b"list"),
    "results (2).csv": lambda path: path.write_bytes(b"old"),
}


@pytest.mark.parametrize("name", STRANGERS)
def test_what_does_not_belong_in_the_tree_is_named_and_left_alone(
    root: Path, run: Build, name: str
) -> None:
    STRANGERS[name](output(root) / name)
    status, said = run()
    assert status == 0
    assert f"does not belong there: {name}" in said
    assert read_manifest(output(root))["found_out_of_place"] == [name]
    assert os.path.lexists(output(root) / name)


def test_a_strange_file_is_kept_when_its_folder_is_built_anew(root: Path, run: Build) -> None:
    name = "hospital/H2/remarks.txt"
    (output(root) / name).write_text("mine")
    run(force=True)
    assert (output(root) / "evidence" / name).read_text() == "mine"
    assert not (output(root) / name).exists()


def test_a_run_that_finds_a_strange_file_does_not_count_as_unchanged(
    root: Path, run: Build
) -> None:
    asked, quiet = Asked(root, 2023, lang="en"), Console(file=io.StringIO())
    assert tell_unchanged(asked, quiet)
    (output(root) / "hospital/H2/remarks.txt").write_text("mine")
    assert not tell_unchanged(asked, quiet)


def test_a_report_of_another_evaluation_is_marked_wherever_the_run_speaks(
    root: Path, run: Build
) -> None:
    assert read_manifest(output(root))["is_consistent"]
    correct(root)
    status, said = run(only="H4")
    manifest = read_manifest(output(root))
    page = (output(root) / "index.html").read_text(encoding="utf-8")
    assert status == 0
    assert "out of step with this evaluation" in said and "hospital/H1" in said
    assert "bundle: record changed" in manifest["out_of_step"]["hospital/H1"]
    assert not manifest["is_consistent"]
    assert "report of an earlier evaluation" in page and "do not agree" in page
    run()
    manifest = read_manifest(output(root))
    assert (manifest["out_of_step"], manifest["is_consistent"]) == ({}, True)
    assert "earlier evaluation" not in (output(root) / "index.html").read_text(encoding="utf-8")


def test_a_report_that_the_correction_does_not_touch_is_in_step(root: Path, run: Build) -> None:
    correct(root)
    run(only="H1")
    out_of_step = read_manifest(output(root))["out_of_step"]
    assert "hospital/H4" not in out_of_step and "method-book" not in out_of_step


def test_a_changed_weight_puts_the_method_book_out_of_step(root: Path, run: Build) -> None:
    path = root / "params/frameworks/hospital.yml"
    text = path.read_text(encoding="utf-8")
    spot = text.index("weight:", text.index("indicators:"))
    path.write_text(text[:spot] + text[spot:].replace("weight: ", "weight: 1", 1), "utf-8")
    run(only="hospital/*")
    assert set(read_manifest(output(root))["out_of_step"]) == {"method-book"}


def test_what_is_out_of_step_is_told_again_by_the_same_command(root: Path, run: Build) -> None:
    correct(root)
    run(only="H4")
    asked = Asked(root, 2023, "H4", "en")
    assert not tell_unchanged(asked, Console(file=io.StringIO()))
    assert "out of step" in run(only="H4")[1]
