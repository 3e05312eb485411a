"""Small jobs and stores for the tests of the run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cescore.run.job import Job
from cescore.run.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    folder = tmp_path / "output" / "2025"
    folder.mkdir(parents=True)
    return Store.open(folder)


@pytest.fixture
def job(store: Store, tmp_path: Path) -> Callable[[str, str], Job]:
    """Makes a job whose bundle holds a text."""
    notebook = tmp_path / "any.ipynb"
    notebook.write_text("{}", encoding="utf-8")

    def make(entity_id: str, text: str = "good") -> Job:
        return store.new_job("firm", entity_id, text.encode(), notebook, "zh", "")

    return make
