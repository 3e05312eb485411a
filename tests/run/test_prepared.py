"""A preview of what it was made from before sets the report anew, and never from other bytes."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from cescore.run.asked import Asked
from cescore.run.commands.preview import Preview
from cescore.run.kept.prepared import Prepared
from tests.run.in_this_process import InThisProcess

WORKSPACE = Path(__file__).parents[1] / "unseen" / "workspace"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return Path(shutil.copytree(WORKSPACE, tmp_path / "hospitals"))


def preview(root: Path, *, may_evaluate: bool = True) -> bytes:
    """The files of H1's preview as a new command makes it."""
    made = Preview(Asked(root, 2023, lang="en"), "H1", InThisProcess())
    if not may_evaluate:
        made._evaluated = None  # type: ignore[method-assign,assignment]
    folder = made.make().pdf.parent
    made.keep()
    return b"".join(path.read_bytes() for path in sorted(folder.iterdir()))


def kept_piece(root: Path) -> Path:
    (piece,) = (root / "output/preview/.kept").glob("*/*")
    return piece


def add_line(root: Path, name: str, line: str = "\n") -> None:
    with (root / name).open("a", encoding="utf-8") as file:
        file.write(line)


def without_metadata(root: Path) -> None:
    """Another notebook, byte for byte."""
    path = root / "notebooks/hospital.ipynb"
    path.parent.mkdir(exist_ok=True)
    shipped = Path(__file__).parents[2] / "notebooks/generic.ipynb"
    path.write_text(json.dumps(json.loads(shipped.read_text("utf-8"))), encoding="utf-8")


def test_where_nothing_or_only_the_notebook_changed_nothing_is_evaluated(root: Path) -> None:
    first = preview(root)
    assert preview(root, may_evaluate=False) == first
    without_metadata(root)
    preview(root, may_evaluate=False)


@pytest.mark.parametrize("name", ["data/2023/observations.csv", "params/variables.yml"])
def test_where_a_byte_of_data_or_params_changed_it_is_evaluated(root: Path, name: str) -> None:
    preview(root)
    add_line(root, name)
    with pytest.raises(TypeError):
        preview(root, may_evaluate=False)


def test_a_piece_is_not_kept_as_the_work_of_code_that_came_after(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    watching = Preview(Asked(root, 2023, lang="en"), "H1", InThisProcess())
    watching.make()
    (tmp_path / "later").mkdir()
    (tmp_path / "later/module.py").write_text("# another version\n", encoding="utf-8")
    monkeypatch.setattr("cescore.run.inputs.hashed.PACKAGE", tmp_path / "later")
    add_line(root, "data/2023/observations.csv")
    watching.make()  # by the code that this process goes on with
    watching.keep()
    with pytest.raises(TypeError):
        preview(root, may_evaluate=False)


@pytest.mark.parametrize(
    "damage",
    [lambda text: b"", lambda text: text.replace(b"index", b"INDEX")],
    ids=["cut", "forged"],
)
def test_an_altered_piece_is_made_anew(root: Path, damage: Callable[[bytes], bytes]) -> None:
    first = preview(root)
    piece = kept_piece(root)
    piece.write_bytes(damage(piece.read_bytes()))
    with pytest.raises(TypeError):
        preview(root, may_evaluate=False)
    assert preview(root) == first


def test_another_respondents_piece_is_not_taken_for_ones_own(root: Path) -> None:
    preview(root)
    folder = kept_piece(root).parent
    made = Preview(Asked(root, 2023, lang="en"), "H2", InThisProcess())
    made.make()
    made.keep()
    other = next(f for f in folder.parent.iterdir() if f != folder)
    for piece in other.iterdir():
        shutil.copy(kept := next(folder.iterdir()), piece)
        assert kept.read_bytes() == piece.read_bytes()
    assert made.make().pdf.parent.name == "H2"


@pytest.mark.parametrize("edition", ["../..", "..", "/tmp", "a/b", 7])
def test_a_piece_that_leads_elsewhere_is_refused(edition: object) -> None:
    fields = {"subject": ["scorecard", "hospital", "H1"], "edition": edition, "made_of": {}}
    with pytest.raises((ValueError, TypeError)):
        Prepared.from_text(json.dumps({**fields, "bundle": "{}"}))


def test_what_is_kept_is_private(root: Path) -> None:
    preview(root)
    piece = kept_piece(root)
    assert not (piece.parent.parent.stat().st_mode & 0o077)
    assert not (piece.stat().st_mode & 0o077)
