"""The workspace behind a notebook: read once, and again when a file of it changes."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from cescore.desk import reading
from cescore.desk.opening import open_bundle
from cescore.desk.reading import read_workspace
from cescore.disclosure.making.bundles import Bundler
from cescore.disclosure.released.gate import Gate
from cescore.evaluation.yearly import YearlyEvaluation

TOWN = Path(__file__).parents[2] / "examples" / "town"


@pytest.fixture
def town(tmp_path: Path) -> Path:
    for name in ("params", "data"):
        shutil.copytree(TOWN / name, tmp_path / name)
    return tmp_path


def test_a_workspace_is_read_once_until_one_of_its_files_says_something_else(town: Path) -> None:
    year = max(int(p.name) for p in (town / "data").iterdir() if p.name.isdigit())
    first = read_workspace(town, year, "en")
    register = town / "data" / "entities.csv"
    register.touch()
    assert read_workspace(town, year, "en") is first
    register.write_text(register.read_text("utf-8") + "\n", "utf-8")
    assert read_workspace(town, year, "en") is not first
    assert read_workspace(town, year, "en") is read_workspace(town, year, "zh")


def test_who_waits_is_told_what_for(town: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(reading.Saying, "say", lambda _, text: said.append(text))
    (town / "data" / "withheld.json").unlink(missing_ok=True)
    register = (town / "data" / "entities.csv").read_text("utf-8").splitlines()
    entity_id = register[1].split(",")[0]
    year = max(int(p.name) for p in (town / "data").iterdir() if p.name.isdigit())
    open_bundle(entity_id, year, lang="en", root=str(town))
    begun = [line.partition(":")[0].rstrip(" …") for line in said if line]
    assert begun == [
        "reading params and data", "checking the data", "evaluating",
        "no data/withheld.json yet",
    ]  # fmt: skip
    assert "build.py protect" in said[-2] and said[-1] == ""


def test_who_opens_a_respondents_report_does_not_wait_for_what_is_released_of_bodies(
    yearly: YearlyEvaluation, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(Gate, "shows_index", lambda _, entity_id, __: asked.append(entity_id))
    Bundler(yearly).bundle("E001")
    assert set(asked) == {"E001"}
