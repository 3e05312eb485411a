"""Help and complaints of the command stand whole in the language of the terminal."""

from __future__ import annotations

import ast
import pickle
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.cells import cell_len

from cescore.cli import main as cli
from cescore.cli.application import EXAMPLES, PANELS
from cescore.cli.described import argument_name, meaning
from cescore.definitions.spelling import with_nearest
from cescore.errors import ParamsError, Problem, Sentence, sentences
from cescore.publish.terminal_words import chinese, error_told, spoken

GROUP = cli.group()
COMMANDS = sorted(GROUP.commands)
CLI = Path(cli.__file__).parent
PACKAGE = CLI.parent
ERRORS = {"RunError", "DataError", "PublishError", "ParamsError", "VariantError"}
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


def patterns() -> set[str]:
    """Of all sentences of errors that are not another's in parts."""
    calls = [
        node
        for path in PACKAGE.rglob("*.py")
        if "Sentence(" in (text := path.read_text("utf-8"))
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "Sentence"
    ]
    firsts = [call.args[0] for call in calls]
    return {str(one.value) for one in firsts if isinstance(one, ast.Constant)}


# what was found and what was expected: their places in the call, beside `found=` and `expected=`
TOLD_AT = {
    "CescoreError": (0,), "FormulaError": (0,), "MethodError": (0,), "ParamsError": (0,),
    "Problem": (2, 3), "PydanticCustomError": (1,), "Refused": (), "UnitError": (0,),
    "VariantError": (0,), "_error": (1,), "_refuse": (2, 3), "_unreadable": (1, 2),
    "error_at": (1, 2), "known": (2,), "refuse": (0, 1), "with_nearest": (0,),
}  # fmt: skip


def told_in_calls() -> Iterator[tuple[str, ast.expr]]:
    """Every word of a problem as it is written in a call, and where."""
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            name = ast.unparse(node.func).rpartition(".")[2] if isinstance(node, ast.Call) else ""
            if isinstance(node, ast.Call) and name in TOLD_AT:
                told = [node.args[i] for i in TOLD_AT[name] if i < len(node.args)]
                told += [k.value for k in node.keywords if k.arg in ("found", "expected")]
                for one in told:
                    both = [one.body, one.orelse] if isinstance(one, ast.IfExp) else [one]
                    yield from ((f"{path.name}:{node.lineno}", text) for text in both)


def problems() -> set[str]:
    """The words of problems that stand in calls as they are."""
    told = [node.value for _, node in told_in_calls() if isinstance(node, ast.Constant)]
    return {text for text in told if isinstance(text, str) and re.search("[a-z]{2}", text)}


def test_no_problem_is_worded_in_one_language_alone() -> None:
    """A text with values in it is a `Sentence`, or its words could not be said in Chinese."""
    worded = [
        where
        for where, node in told_in_calls()
        if isinstance(node, ast.JoinedStr)
        and re.search("[a-z]{2}", "".join(_words(node)).removesuffix(".yml"))
    ]
    assert worded == []


def _words(node: ast.JoinedStr) -> list[str]:
    return [str(part.value) for part in node.values if isinstance(part, ast.Constant)]


def test_every_text_has_its_chinese_and_nothing_else_is_kept() -> None:
    said = texts() | patterns() | problems()
    assert (said - set(chinese()), set(chinese()) - said) == (set(), set())


def test_the_chinese_of_a_sentence_names_the_same_values() -> None:
    named = re.compile(r"\{(\w+)[!:}]")
    assert [e for e, z in chinese().items() if set(named.findall(e)) != set(named.findall(z))] == []


@pytest.mark.parametrize("room", ["run", "release", "returns", "desk", "evaluation"])
def test_an_error_of_a_room_that_commands_reach_is_a_sentence(room: str) -> None:
    """Else it would be English on a Chinese screen."""
    plain = [
        f"{path.name}:{node.lineno}"
        for path in (PACKAGE / room).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) in ERRORS
        and node.args
        and isinstance(node.args[0], ast.Constant | ast.JoinedStr)
        and re.search(r"[a-z]{2} [a-z]", ast.unparse(node.args[0]))
    ]
    assert plain == []


def test_a_sentence_is_english_text_and_is_said_in_chinese_with_what_is_in_it() -> None:
    near = Sentence("; did you mean {near}?", near="D1")
    said = Sentence(
        "no entity and no document of {year} is called {name!r}{near}",
        year=2025,
        name="D",
        near=near,
    )
    assert said == "no entity and no document of 2025 is called 'D'; did you mean D1?"
    assert spoken(said, "zh") == "2025 年没有名为 'D' 的对象或文档；是否为 D1？"
    assert spoken(pickle.loads(pickle.dumps(said)), "zh") == spoken(said, "zh")
    assert spoken(sentences([near, near]), "zh") == "；是否为 D1？; ；是否为 D1？"


def test_an_error_is_told_with_all_that_is_wrong() -> None:
    wrong = Problem("a.yml:3", "weight", "-1", "0 or more")
    told = error_told(
        ParamsError(Sentence("{name}/ contradicts itself", name="params"), [wrong]), "zh"
    )
    assert told.splitlines() == ["params/ 自相矛盾", "  a.yml:3  weight：-1，应为 0 or more"]


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


@pytest.mark.parametrize(
    ("typed", "missing"),
    [
        (["deliver"], "EDITION, --to, --out"),
        (["deliver", "2025/3-final"], "--to, --out"),
        (["deliver", "--to", "x"], "EDITION, --out"),
        (["sign"], "WHAT…"),
        (["release"], "--stage"),
    ],
)
def test_everything_that_is_missing_is_named_at_once(
    typed: list[str], missing: str, capsys: pytest.CaptureFixture[str]
) -> None:
    status, sent = screen(typed, capsys, "en")
    assert (status, sent.splitlines()[0]) == (2, f"missing: {missing}")


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
    assert set(raised) == {"WrongUse", "NoSuchCommand", "AllMissing", "TooManyWords", "typer.Exit"}


def test_an_argument_of_several_says_so() -> None:
    (what,) = (p for p in GROUP.commands["sign"].params if p.name == "what")
    assert argument_name(what) == "WHAT…"


@pytest.mark.parametrize("expected", ["a code of params/variables.yml", "a variable or account"])
def test_what_was_expected_is_said_in_chinese_beside_the_nearest_word_too(expected: str) -> None:
    said = spoken(with_nearest(expected, "cool", ["coal"]), "zh")
    assert expected not in said and "coal" in said
