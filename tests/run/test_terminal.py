"""Whatever a terminal can show: a replacement character at most, never a traceback."""

from __future__ import annotations

import io
import json
import os
import shutil
import sys
from pathlib import Path

import pandas as pd
import pytest

from cescore.cli import building
from cescore.cli import main as cli
from cescore.run.child import surroundings
from tests.run.in_this_process import InThisProcess

WORKSPACE = Path(__file__).parents[1] / "unseen" / "workspace"
COMMANDS = (
    ["check"],
    ["plan"],
    ["run"],
    ["run", "--progress", "json"],
    ["preview", "H1"],
    ["preview", "H2"],
)
BOM = b"\xef\xbb\xbf"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return Path(shutil.copytree(WORKSPACE, tmp_path / "hospitals"))


def commanded(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, encoding: str
) -> tuple[object, str]:
    """Exit status, and what a terminal of that encoding was sent."""
    out = io.TextIOWrapper(io.BytesIO(), encoding=encoding, write_through=True)
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "stderr", out)
    monkeypatch.setattr(building, "open_executor", lambda *_, **__: InThisProcess())
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    raw = out.buffer.getvalue()  # type: ignore[attr-defined]
    return ended.value.code, raw.decode(encoding)


@pytest.mark.parametrize("encoding", ["gbk", "ascii", "latin-1"])
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_character_that_the_terminal_lacks_is_replaced(
    root: Path, monkeypatch: pytest.MonkeyPatch, command: list[str], encoding: str
) -> None:
    path = root / "data/2023/observations.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("H1,2023,bed_days,50440", "H1,2023,bed_days,50 m²北"), "utf-8")
    options = ["--root", str(root), "--year", "2023"]
    status, sent = commanded([*command, *options], monkeypatch, encoding)
    assert status in (0, 1, 2)
    if command != ["preview", "H2"]:
        assert "50 m" in sent


def test_lines_of_json_lose_nothing(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = root / "data/2023/observations.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("H1,2023,bed_days,50440", "H1,2023,bed_days,50 m²"), "utf-8")
    command = ["run", "--progress", "json", "--root", str(root), "--year", "2023"]
    _, sent = commanded(command, monkeypatch, "gbk")
    lines = [json.loads(line) for line in sent.splitlines() if line.startswith("{")]
    assert any("50 m²" in line.get("cause", "") for line in lines)


def test_a_reports_process_writes_utf8_whatever_the_terminal_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", "gbk")
    assert surroundings()["PYTHONIOENCODING"].startswith("utf-8")


NOT_UTF8 = b"\xb2\xe2\xca\xd4.csv"  # as a Chinese Windows packs it into an archive


@pytest.mark.parametrize("folder", ["data", "data/2023", "params", "params/frameworks"])
@pytest.mark.parametrize("command", ["check", "plan", "run"])
def test_a_file_whose_name_is_not_utf8_ends_no_command_in_a_traceback(
    root: Path, monkeypatch: pytest.MonkeyPatch, folder: str, command: str
) -> None:
    shutil.copy(root / "data/2023/observations.csv", os.fsencode(root / folder) + b"/" + NOT_UTF8)
    status, sent = commanded([command, "--root", str(root), "--year", "2023"], monkeypatch, "utf-8")
    assert status in (0, 1, 2)
    assert "Traceback" not in sent


def test_tables_open_in_a_chinese_excel_and_in_every_other_reader(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commanded(["run", "--root", str(root), "--year", "2023"], monkeypatch, "utf-8")
    output = root / "output/2023"
    for name in ("results.csv", "findings.csv", "uncertainty.csv"):
        assert (output / name).read_bytes().startswith(BOM), name
        assert (output / name).read_bytes().count(BOM) == 1, name
    assert next(iter(pd.read_csv(output / "results.csv"))) == "entity_type"
