"""JSON that is nested without end is refused like any other that is none: no traceback, nothing silent."""

from __future__ import annotations

from pathlib import Path

import pytest

from cescore.errors import RunError
from cescore.release.editions import MANIFEST, EditionFolder
from cescore.release.register import REGISTER_NAME, ReleaseRegister
from cescore.run.inputs.production import refuse_trials
from cescore.run.tree.journal import read_journal

DEEP = "[" * 100_000


def test_a_notebook_of_it_stops_no_check(tmp_path: Path) -> None:
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "town.ipynb").write_text(DEEP)
    refuse_trials(tmp_path)  # that it is no notebook is told where it is opened


def test_a_line_of_the_register_of_it_is_named(tmp_path: Path) -> None:
    (tmp_path / REGISTER_NAME).write_text(f"{DEEP}\n")
    assert [one.code for one in ReleaseRegister.read(tmp_path).problems] == ["register_line"]


def test_a_manifest_of_it_is_none(tmp_path: Path) -> None:
    (tmp_path / MANIFEST).write_text(DEEP)
    with pytest.raises(RunError, match="no manifest of an edition"):
        _ = EditionFolder(tmp_path).manifest


def test_a_line_of_the_journal_of_it_counts_as_not_written(tmp_path: Path) -> None:
    (tmp_path / "journal.jsonl").write_text(f"{DEEP}\n")
    assert read_journal(tmp_path / "journal.jsonl") == {}
