"""A run that finds nothing changed verifies every hash, and believes nothing else."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from rich.console import Console

from cescore.definitions.shipped import REPOSITORY
from cescore.errors import RunError
from cescore.run.asked import Asked
from cescore.run.building.build import build
from cescore.run.inputs import hashed as inputs_module
from cescore.run.inputs.hashed import Inputs
from cescore.run.inputs.native import native_libraries
from cescore.run.job import Job, Limits, Outcome
from cescore.run.kept.unchanged import tell_unchanged
from cescore.run.processes.executor import open_executor
from cescore.run.tree.receipt import RECEIPT_NAME, valid_receipt
from tests.run.in_this_process import InThisProcess

ROOT = Path(__file__).parents[2]
WORKSPACE = ROOT / "tests" / "unseen" / "workspace"
RENDER = "tests.run.stub_renders:render"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace that was built whole, with its own notebook."""
    root = tmp_path_factory.mktemp("receipt") / "hospitals"
    shutil.copytree(WORKSPACE, root)
    (root / "notebooks").mkdir(exist_ok=True)
    shutil.copy(ROOT / "notebooks" / "generic.ipynb", root / "notebooks" / "hospital.ipynb")
    with closing(open_executor(2, render=RENDER, limits=Limits(seconds=30))) as executor:
        assert build(Asked(root, 2023, lang="en"), executor, Console(file=io.StringIO())) == 0
    return root


@pytest.fixture
def root(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "copy"))


def output(root: Path) -> Path:
    return root / "output" / "2023-en"


def unchanged(root: Path, **asked: object) -> bool:
    return tell_unchanged(
        Asked(root, **{"year": 2023, "lang": "en", **asked}), Console(file=io.StringIO())
    )  # type: ignore[arg-type]


def test_an_unchanged_run_is_told_in_full_wherever_the_workspace_lies(root: Path) -> None:
    console = Console(file=io.StringIO(), width=200)
    assert tell_unchanged(Asked(root, 2023, lang="en"), console)
    said = console.file.getvalue()  # type: ignore[attr-defined]
    assert "0 built + 4 up to date + 0 failed + 0 skipped = 4 entities" in said
    assert "and 0 built + 1 up to date" in said
    assert "open findings: 0 errors" in said


def append(name: str) -> Callable[[Path], None]:
    def change(root: Path) -> None:
        with (root / name).open("ab") as stream:
            stream.write(b" ")

    return change


def broken_receipt(root: Path) -> None:
    path = output(root) / RECEIPT_NAME
    written = json.loads(path.read_bytes())
    written["content"]["reports"].pop("hospital/H1")
    path.write_text(json.dumps(written), encoding="utf-8")


CHANGES: dict[str, Callable[[Path], None]] = {
    "a return": append("data/2023/observations.csv"),
    "params": append("params/frameworks/hospital.yml"),
    "a notebook": append("notebooks/hospital.ipynb"),
    "a file more": lambda root: (root / "data" / "2023" / "vetoes.csv").write_text(""),
    "a page": append("output/2023-en/hospital/H2/scorecard.html"),
    "the method book": append("output/2023-en/method-book/method-book.pdf"),
    "a table": append("output/2023-en/results.csv"),
    "the manifest": append("output/2023-en/manifest.json"),
    "a page lost": lambda root: (output(root) / "hospital/H4/scorecard.pdf").unlink(),
    "the journal lost": lambda root: (output(root) / ".journal.jsonl").unlink(),
    "work left": lambda root: (output(root) / ".work").mkdir(),
    "the receipt": broken_receipt,
    "half a receipt": lambda root: (output(root) / RECEIPT_NAME).write_text('{"hash": "a'),
}


@pytest.mark.parametrize("what", CHANGES)
def test_whatever_is_not_as_it_was_left_makes_the_receipt_void(root: Path, what: str) -> None:
    CHANGES[what](root)
    assert not unchanged(root)


@pytest.mark.parametrize("asked", [{"lang": "zh"}, {"only": "H1"}, {"force": True}, {"year": 2022}])
def test_a_receipt_answers_only_what_was_asked(root: Path, asked: dict[str, object]) -> None:
    assert not unchanged(root, **asked)


def test_a_library_of_another_version_makes_the_receipt_void(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = {**native_libraries(), "pango": "1.99.0"}
    monkeypatch.setattr(inputs_module, "native_libraries", lambda: other)
    assert not unchanged(root)


def test_a_touched_file_changes_nothing(root: Path) -> None:
    (root / "data/2023/observations.csv").touch()
    assert unchanged(root)


def test_a_run_with_a_failure_leaves_no_receipt(root: Path) -> None:
    path = root / "data/2023/observations.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("H1,2023,bed_days,50440", "H1,2023,bed_days,about"), "utf-8")
    with closing(open_executor(1, render=RENDER)) as executor:
        assert build(Asked(root, 2023, lang="en"), executor, Console(file=io.StringIO())) == 1
    assert not (output(root) / RECEIPT_NAME).exists()


def test_the_versions_are_those_of_the_libraries_the_printer_loads() -> None:
    ffi = pytest.importorskip("weasyprint.text.ffi")
    found = native_libraries()
    number = ffi.pango.pango_version()
    assert found["pango"] == f"{number // 10000}.{number // 100 % 100}.{number % 100}"
    assert re.fullmatch(r"2\.\d+\.\d+", found["fontconfig"])
    assert found["harfbuzz"]


def test_a_template_that_changes_is_seen(tmp_path: Path) -> None:
    (tmp_path / "report_templates").mkdir()
    (tmp_path / "report_templates" / "a.j2").write_text("a")
    before = Inputs(tmp_path).made_with()
    (tmp_path / "report_templates" / "a.j2").write_text("b")
    after = Inputs(tmp_path).made_with()
    assert [name for name in before if before[name] != after[name]] == ["report_templates/"]


class LastFirst(InThisProcess):
    """Reports end in the opposite order of their orders."""

    def run(self, jobs: Iterable[Job]) -> Iterator[Outcome]:
        yield from reversed(list(super().run(jobs)))


def test_the_receipt_is_the_same_whichever_report_ends_first(made: Path, root: Path) -> None:
    expected = (output(root) / RECEIPT_NAME).read_bytes()
    shutil.rmtree(output(root))
    assert build(Asked(root, 2023, lang="en"), LastFirst(), Console(file=io.StringIO())) == 0
    assert (output(root) / RECEIPT_NAME).read_bytes() == expected


def test_the_receipt_needs_no_number_of_the_folder(root: Path) -> None:
    assert valid_receipt(Asked(root, 2023, lang="en"), output(root)) is not None
    assert str(root) not in (output(root) / RECEIPT_NAME).read_text("utf-8")


@pytest.mark.parametrize("kind", ["link", "pipe", "folder"])
def test_a_notebook_of_the_workspace_that_is_no_file_is_refused(kind: str, tmp_path: Path) -> None:
    place = tmp_path / "notebooks" / "hospital.ipynb"
    place.parent.mkdir()
    if kind == "link":
        place.symlink_to(REPOSITORY / "notebooks" / "generic.ipynb")
    elif kind == "pipe":
        os.mkfifo(place)
    else:
        place.mkdir()
    with pytest.raises(RunError, match="hospital.ipynb: found a link, a folder or a device"):
        Inputs(tmp_path).notebook("hospital")


def test_the_desk_over_a_type_is_no_types_notebook(tmp_path: Path) -> None:
    assert Inputs(tmp_path).notebook("explore").name == "generic.ipynb"
    own = tmp_path / "notebooks" / "explore.ipynb"
    own.parent.mkdir()
    own.write_text("{}")
    assert Inputs(tmp_path).notebook("explore") == own
