"""Help and complaints of the command stand whole in the language of the terminal."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from rich.cells import cell_len

from cescore.cli import main as cli
from cescore.cli.application import EXAMPLES, PANELS
from cescore.cli.described import argument_name, meaning
from cescore.publish.terminal_words import chinese

GROUP = cli.group()
COMMANDS = sorted(GROUP.commands)
CLI = Path(cli.__file__).parent
ENGLISH = re.compile(r"\b[a-z]+ [a-z]+ [a-z]+\b")  # three small words in a row
WRONG = (
    ["chek"],
    ["run", "--bogus"],
    ["run", "--year", "x"],
    ["run", "--jobs", "-3"],
    ["run", "--engine", "abacus"],
    ["run", "--year"],
    ["run", "--force=3"],
    ["run", "--root", "/nowhere"],
    ["explain"],
    ["explain", "1", "2", "3", "4"],
    ["review"],
    ["release", "--stage", "foo"],
    ["sign", "a", "b"],
    ["answers", "/nowhere"],
)


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a folder without a workspace nothing can be built by mistake."""
    monkeypatch.chdir(tmp_path)


def screen(
    arguments: list[str], capsys: pytest.CaptureFixture[str], lang: str = "zh"
) -> tuple[object, str]:
    with pytest.raises(SystemExit) as ended:
        cli.main([*arguments, "--lang", lang])
    sent = capsys.readouterr()
    return ended.value.code, sent.out + sent.err


def texts() -> set[str]:
    commands = [*GROUP.commands.values(), GROUP]
    of_commands = {part for command in commands for part in meaning(command, "en")}
    helps = {p.help for command in commands for p in command.params if p.help}  # type: ignore[attr-defined]
    return of_commands | helps | set(PANELS) | {what for _, what in EXAMPLES}


def test_every_text_of_the_help_has_its_chinese_and_nothing_else_is_kept() -> None:
    assert (texts() - set(chinese()), set(chinese()) - texts()) == (set(), set())


def test_every_command_is_in_a_group_with_a_name() -> None:
    assert {c.rich_help_panel for c in GROUP.commands.values()} == set(PANELS)  # type: ignore[attr-defined]


@pytest.mark.parametrize("command", [[], *([name] for name in COMMANDS)], ids=" ".join)
def test_no_english_sentence_stands_in_chinese_help(
    command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    status, sent = screen([*command, "--help"], capsys)
    assert (status, ENGLISH.findall(sent)) == (0, [])


@pytest.mark.parametrize("arguments", WRONG, ids=" ".join)
def test_a_wrong_use_is_told_in_the_language_asked_for(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    status, sent = screen(arguments, capsys)
    assert (status, ENGLISH.findall(sent)) == (2, [])
    assert re.search(r"[\u4e00-\u9fff]", sent)
    status, sent = screen(arguments, capsys, "en")
    assert (status, re.findall(r"[\u4e00-\u9fff]", sent)) == (2, [])


def test_a_wrong_value_is_told_with_what_was_found_and_what_was_expected(
    capsys: pytest.CaptureFixture[str],
) -> None:
    _, sent = screen(["run", "--year", "20x6"], capsys, "en")
    assert sent.splitlines()[0] == "--year: found 20x6, expected a number"


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("command", [[], *([name] for name in COMMANDS)], ids=" ".join)
def test_help_fits_80_columns_and_breaks_no_word(
    command: list[str],
    lang: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    _, narrow = screen([*command, "--help"], capsys, lang)
    monkeypatch.setenv("COLUMNS", "100")
    _, wide = screen([*command, "--help"], capsys, lang)
    assert max(map(cell_len, narrow.splitlines())) <= 80
    latin = re.compile(r"[!-~]+")
    assert latin.findall(narrow) == latin.findall(wide)


def test_a_command_complains_by_a_text_in_both_languages() -> None:
    """In cli/ no sentence of one language is raised: `WrongUse` names a text."""
    raised = [
        ast.unparse(node.exc.func)
        for path in CLI.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call)
    ]
    assert set(raised) == {"WrongUse", "NoSuchCommand", "TooManyWords", "typer.Exit"}


def test_an_argument_of_several_says_so() -> None:
    (what,) = (p for p in GROUP.commands["sign"].params if p.name == "what")
    assert argument_name(what) == "WHAT…"
