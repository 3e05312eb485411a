"""Params are read again when a file of them says something else, and only then."""

from __future__ import annotations

import shutil
from contextlib import suppress
from pathlib import Path

import pytest

from cescore.definitions.kept_definitions import definitions_of
from cescore.errors import ParamsError

PARAMS = Path(__file__).parents[1] / "unseen" / "workspace" / "params"
FRAMEWORK = "frameworks/hospital.yml"


@pytest.fixture
def params(tmp_path: Path) -> Path:
    return Path(shutil.copytree(PARAMS, tmp_path / "params"))


def test_what_no_file_changed_is_not_read_again(params: Path) -> None:
    first = definitions_of(params, 2023)
    (params / FRAMEWORK).touch()
    assert definitions_of(params, 2023) is first
    assert definitions_of(params, 2022) is not first


@pytest.mark.parametrize("change", ["a remark", "a new file", "a fault", "a link"])
def test_a_changed_file_is_seen_whatever_its_time(params: Path, change: str) -> None:
    first, path = definitions_of(params, 2023), params / FRAMEWORK
    if change == "a remark":
        path.write_text(path.read_text(encoding="utf-8") + "# so\n", encoding="utf-8")
        assert definitions_of(params, 2023) is not first
    elif change == "a new file":
        (params / "new").mkdir()
        (params / "new" / "stray.yml").write_text("", encoding="utf-8")
        with pytest.raises(ParamsError, match="stray"):
            definitions_of(params, 2023)
    elif change == "a fault":
        path.write_text("weihgt: 1\n", encoding="utf-8")
        with pytest.raises(ParamsError, match="weihgt"):
            definitions_of(params, 2023)
        shutil.copy(PARAMS / FRAMEWORK, path)
        assert definitions_of(params, 2023) == first
    else:
        shutil.move(path, params.parent / "elsewhere.yml")
        path.symlink_to(params.parent / "elsewhere.yml")
        with suppress(ParamsError):  # refused at once, and so never kept
            assert definitions_of(params, 2023) is not definitions_of(params, 2023)
