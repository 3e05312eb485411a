"""Whatever a terminal can show: a replacement character at most, never a traceback."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import sys
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from cescore.cli import main as cli
from cescore.publish.words import label
from cescore.run.processes import executor
from cescore.run.processes.child import surroundings
from cescore.run.telling.runs import say
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
    monkeypatch.setattr(executor, "open_executor", lambda *_, **__: InThisProcess())
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


LOCALES = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")


@pytest.mark.parametrize(
    ("locale", "option", "words"),
    [
        ({"LANG": "zh_CN.UTF-8"}, [], "个对象"),
        ({"LC_ALL": "C.UTF-8", "LANG": "zh_CN.UTF-8"}, [], "entities"),
        ({"LANG": "en_GB.UTF-8"}, ["--lang", "zh"], "个对象"),
        ({"LANG": "zh_CN.UTF-8"}, ["--lang", "en"], "entities"),
        ({}, [], "entities"),
    ],
)
def test_the_terminal_speaks_as_asked_else_as_the_system(
    root: Path,
    monkeypatch: pytest.MonkeyPatch,
    locale: dict[str, str],
    option: list[str],
    words: str,
) -> None:
    for name in LOCALES:
        monkeypatch.delenv(name, raising=False)
    for name, value in locale.items():
        monkeypatch.setenv(name, value)
    _, sent = commanded(
        ["check", "--root", str(root), "--year", "2023", *option], monkeypatch, "utf-8"
    )
    assert f"4 {words}" in sent


@pytest.mark.parametrize("arguments", [["--help"], ["-h"]])
def test_the_bare_help_shows_what_runs_without_a_command_and_three_examples(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    status, sent = commanded(arguments, monkeypatch, "utf-8")
    _, of_run = commanded(["run", "--help"], monkeypatch, "utf-8")
    assert not status
    options = re.findall(r"(?m)^  --\S+", of_run)
    assert len(options) > 5
    assert set(options) <= set(re.findall(r"(?m)^  --\S+", sent))
    assert sent.partition("Examples")[2].count("build.py ") == 3


def test_the_version_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    status, sent = commanded(["--version"], monkeypatch, "utf-8")
    assert not status
    assert re.fullmatch(r"cescore \d+\.\d+\S*\s*", sent)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["run", "--only", "hosptal/*"], "did you mean hospital/*?"),
        (["run", "--only", "X9"], "there is hospital/* (4)"),
        (["preview", "hospital/H11"], "did you mean hospital/H1"),
        (["preview", "Northern Hospitl"], "did you mean Northern Hospital (H1)?"),
        (["run", "--only", "Northern Hospital"], "did you mean H1?"),
    ],
)
def test_a_name_that_is_not_there_ends_in_what_there_is(
    root: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], told: str
) -> None:
    status, sent = commanded(
        [*arguments, "--root", str(root), "--year", "2023"], monkeypatch, "utf-8"
    )
    assert status == 2
    assert told in sent


def test_an_entity_that_left_is_told_with_its_years(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = root / "data/entities.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    columns = lines[0].split(",")
    if "valid_to" not in columns:
        lines[0] += ",valid_to"
        lines[1:] = [f"{line}," for line in lines[1:]]
        columns.append("valid_to")
    cells = lines[1].split(",")
    cells[columns.index("valid_to")] = "2022"
    lines[1] = ",".join(cells)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    name = cells[columns.index("entity_id")]
    for command in (["preview", name], ["run", "--only", name]):
        status, sent = commanded(
            [*command, "--root", str(root), "--year", "2023"], monkeypatch, "utf-8"
        )
        assert (status, "registered for the years to 2022" in sent) == (2, True), sent


def test_phases_are_named_as_they_begin(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    _, sent = commanded(
        ["run", "--root", str(root), "--year", "2023", "--lang", "en"], monkeypatch, "utf-8"
    )
    named = [
        sent.index(label(f"terminal.phase.{phase}", "en"))
        for phase in ("starting", "reading", "checking", "evaluating", "uncertainty", "reports")
    ]
    assert named == sorted(named)


@given(st.integers(0, 10**6))
def test_a_word_is_singular_for_one_alone(n: int) -> None:
    told = label("terminal.reason", "en", n=n, reason="x")
    assert ("report:" in told, "reports:" in told) == (n == 1, n != 1)


def test_no_word_is_broken_where_80_columns_end() -> None:
    console = Console(file=io.StringIO(), width=80, force_terminal=True)
    words = [f"word{n}" for n in range(60)]
    say(console, " ".join(words))
    sent: str = console.file.getvalue()  # type: ignore[attr-defined]
    assert sent.split() == words
    assert max(map(len, sent.splitlines())) <= 80
