"""A workspace's template folder is its own from the first file on that is not the repository's."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from cescore.definitions.shipped import TEMPLATES
from cescore.run.inputs.hashed import Inputs


@pytest.fixture
def own(tmp_path: Path) -> Path:
    return Path(shutil.copytree(TEMPLATES, tmp_path / "report_templates"))


def test_a_copy_of_the_repositorys_folder_is_not_its_own(own: Path) -> None:
    assert Inputs(own.parent).templates == ""
    assert Inputs(own.parent).shared == Inputs(own).shared  # of a folder without templates


@pytest.mark.parametrize(
    "change",
    [
        lambda own: (own / "static/print.css").write_bytes(b""),
        lambda own: (own / "static/print.css").unlink(),
        lambda own: (own / "fonts").mkdir(exist_ok=True) or (own / "fonts/a.ttf").write_bytes(b"a"),
        lambda own: shutil.copy(own / "static/print.css", own / "static/further.css"),
    ],
    ids=["changed", "left out", "a font", "one more"],
)
def test_one_other_file_makes_it_its_own(own: Path, change: Callable[[Path], object]) -> None:
    change(own)
    assert Inputs(own.parent).templates == str(own.resolve())


def test_a_link_to_the_repositorys_file_is_no_copy_of_it(own: Path) -> None:
    (own / "static/print.css").unlink()
    (own / "static/print.css").symlink_to(TEMPLATES / "static/print.css")
    assert Inputs(own.parent).templates == str(own.resolve())
