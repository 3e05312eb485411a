"""An edition is made again from its own kept inputs, to the same bytes."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from rich.console import Console

from cescore.definitions.shipped import REPOSITORY
from cescore.errors import RunError
from cescore.release.remaking import remake_edition
from cescore.release.verification import Verification
from tests.release.world import Printer, World, write_returns

QUIET = Console(file=io.StringIO())


def remade(world: World, edition: str, out: Path) -> Verification:
    return remake_edition(world.root, edition, out, Printer, QUIET)


@pytest.mark.parametrize("edition", ["2024-en/1-draft", "2024-en/3-final"])
def test_it_needs_nothing_of_the_workspace_as_it_is_now(
    released: World, tmp_path: Path, edition: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.rmtree(released.root / "data")
    shutil.rmtree(released.root / "params")
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")
    time.tzset()
    found = remade(released, edition, tmp_path / "elsewhere" / "out")
    monkeypatch.undo()
    time.tzset()
    assert found.problems == ()
    assert [one.code for one in found.facts] == ["remade"]


def test_a_difference_is_named_with_its_byte(
    released: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.release import world as world_module

    plain = world_module.make_report

    def other(work: Path, lang: str) -> dict[str, object]:
        record = plain(work, lang)
        page = work / "pages" / "scorecard.html"
        if page.is_file():
            page.write_bytes(page.read_bytes().replace(b"</p>", b"</q>"))
        return {**record, "outputs": {}}

    monkeypatch.setattr(world_module, "make_report", other)
    found = remade(released, "2024-en/1-draft", tmp_path / "out")
    differs = {dict(one.values)["file"] for one in found.problems if one.code == "differs"}
    assert {name for name in differs if name.endswith("scorecard.html")}
    assert all(dict(one.values)["place"] for one in found.problems if one.code == "differs")


def test_a_lost_input_is_named_and_nothing_is_made(released: World, tmp_path: Path) -> None:
    kept = next((released.folder("2024-en/1-draft") / "kept").rglob("*.gz"))
    kept.unlink()
    found = remade(released, "2024-en/1-draft", tmp_path / "out")
    assert "kept_lost" in [one.code for one in found.problems]
    assert not (tmp_path / "out").exists()


def test_it_is_made_in_an_empty_folder_only(released: World, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(RunError, match="not empty"):
        remade(released, "2024-en/1-draft", tmp_path)
    with pytest.raises(RunError, match="no edition '2024-en/7-final'"):
        remade(released, "2024-en/7-final", tmp_path / "out")


@pytest.mark.soak
def test_real_pages_are_the_same_in_another_folder_time_zone_and_number_of_jobs(
    world: World, tmp_path: Path
) -> None:
    def command(*arguments: str, zone: str) -> str:
        done = subprocess.run(
            [sys.executable, str(REPOSITORY / "build.py"), *arguments, "--root", str(world.root)],
            capture_output=True,
            text=True,
            env={**os.environ, "TZ": zone},
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    command("release", "--stage", "draft", "--lang", "en", "--jobs", "1", zone="UTC")
    write_returns(world.root, L1=1)
    out = str(tmp_path / "out")
    said = command("remake", "2024-en/1-draft", "--out", out, "--jobs", "2", "--lang", "en",
                   zone="Asia/Shanghai")  # fmt: skip
    assert "the same byte for byte" in said
