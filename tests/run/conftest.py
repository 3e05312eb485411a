"""Small jobs and stores for the tests of the run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cescore.disclosure.documents.kinds import SCORECARD
from cescore.run.job import Job
from cescore.run.order import Manner, Order, Subject
from cescore.run.tree.store import Store


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
        subject = Subject(SCORECARD, "firm", entity_id)
        return store.new_job(
            Order(subject, Manner("zh"), {}, ("not built yet",), text.encode(), notebook)
        )

    return make
