"""The working copy: made beside the originals, renewed while nobody has changed it, kept when somebody has."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from cescore.definitions.shipped import NOTEBOOKS
from cescore.errors import RunError
from cescore.run.commands.working_copy import prepare


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in ("data", "notebooks", "params/frameworks"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "params/frameworks/lake.yml").write_text("version: 1\n", "utf-8")
    shutil.copy(NOTEBOOKS / "generic.ipynb", tmp_path / "notebooks" / "lake.ipynb")
    return tmp_path


def fates(root: Path, lang: str = "zh") -> dict[str, str]:
    return {one.name: one.fate for one in prepare(root, lang)}


def change(path: Path, **changed: object) -> None:
    notebook = json.loads(path.read_text("utf-8"))
    notebook["cells"][-1].update(changed)
    path.write_text(json.dumps(notebook), "utf-8")


def test_every_notebook_is_copied_in_the_language_asked_for(root: Path) -> None:
    told = fates(root, "en")
    assert set(told.values()) == {"copied"}
    assert {"lake.ipynb", "generic.ipynb", "explore.ipynb"} <= set(told)
    assert 'lang: str = \\"en\\"' in (root / "work/lake.ipynb").read_text("utf-8")
    assert 'lang: str = \\"zh\\"' in (root / "notebooks/lake.ipynb").read_text("utf-8")


def test_params_are_there_to_be_read_and_are_those_of_now(root: Path) -> None:
    prepare(root)
    shown = root / "work/params/frameworks/lake.yml"
    assert shown.read_text("utf-8") == "version: 1\n"
    assert shown.stat().st_mode & 0o222 == 0
    (root / "params/frameworks/lake.yml").write_text("version: 2\n", "utf-8")
    prepare(root)
    assert shown.read_text("utf-8") == "version: 2\n"


def test_outputs_are_no_change_and_stay_until_the_original_changes(root: Path) -> None:
    prepare(root)
    change(root / "work/lake.ipynb", outputs=[{"output_type": "stream", "text": "1"}])
    assert fates(root)["lake.ipynb"] == "as it is"
    assert "stream" in (root / "work/lake.ipynb").read_text("utf-8")
    change(root / "notebooks/lake.ipynb", source="# another")
    assert fates(root)["lake.ipynb"] == "renewed"
    assert "# another" in (root / "work/lake.ipynb").read_text("utf-8")


def test_what_an_analyst_changed_is_kept(root: Path) -> None:
    prepare(root)
    change(root / "work/lake.ipynb", source="my_own = 1")
    assert fates(root)["lake.ipynb"] == "as it is"
    change(root / "notebooks/lake.ipynb", source="# another")
    assert fates(root)["lake.ipynb"] == "kept"
    assert "my_own" in (root / "work/lake.ipynb").read_text("utf-8")


def test_a_link_in_its_place_is_refused(root: Path, tmp_path: Path) -> None:
    (root / "work").symlink_to(root / "notebooks")
    with pytest.raises(RunError, match="found a link"):
        prepare(root)
