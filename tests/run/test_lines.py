"""Where a line of the terminal may be broken."""

from __future__ import annotations

import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from cescore.run.telling.lines import CLOSING, OPENING, Terminal, inert, wrapped

LINES = st.text(alphabet="abc/-_ 数据（）。，：12%", max_size=120)


@given(LINES, st.integers(8, 40))
def test_nothing_is_lost_but_blanks(text: str, width: int) -> None:
    assert "".join("".join(wrapped(text, width)).split()) == "".join(text.split())


@given(LINES, st.integers(8, 40))
def test_no_latin_word_is_broken(text: str, width: int) -> None:
    words = re.compile(r"[a-c1-2/_-]+")
    assert words.findall("\n".join(wrapped(text, width))) == words.findall(text)


@given(LINES, st.integers(8, 40))
def test_a_line_is_wider_than_asked_only_where_nothing_may_be_parted(text: str, width: int) -> None:
    for line in wrapped(text.strip(), width):
        assert cell_len(line) <= width or len(list(wrapped(line, 1))) == 1


def test_chinese_is_broken_between_characters_and_not_before_its_punctuation() -> None:
    assert list(wrapped("核查数据，评价当年。", 8)) == ["核查数", "据，评价", "当年。"]


def test_a_path_among_chinese_stays_whole() -> None:
    assert list(wrapped("存入params/runs中的文件（新）", 14)) == [
        "存入",
        "params/runs中",
        "的文件（新）",
    ]


def test_what_follows_is_indented_as_the_first_line() -> None:
    assert list(wrapped("  one two three", 9)) == ["  one two", "  three"]


def test_closing_begins_no_line_and_opening_ends_none() -> None:
    lines = list(wrapped("甲（乙）、丙“丁”：戊。" * 9, 7))
    assert not [line for line in lines if line[0] in CLOSING or line[-1] in OPENING]


@pytest.mark.parametrize("is_terminal", [True, False])
def test_a_terminal_breaks_lines_and_a_pipe_does_not(is_terminal: bool) -> None:
    console = Terminal(
        file=io.StringIO(), width=20, force_terminal=is_terminal, soft_wrap=not is_terminal
    )
    console.print("核查数据" * 9 + " path/of/a/file", markup=False, highlight=False)
    sent: str = console.file.getvalue()  # type: ignore[attr-defined]
    assert (len(sent.splitlines()) > 1) == is_terminal
    assert "path/of/a/file" in sent
    assert not is_terminal or max(map(cell_len, sent.splitlines())) <= 20


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1b[2Jb", r"a\x1b[2Jb"),  # clears the screen
        ("\x1b]0;evil\x07", r"\x1b]0;evil\x07"),  # names the window
        ("\x9b31m", r"\x9b31m"),
        ("100\r999", r"100\r999"),  # writes over what stands there
        ("a\u202eb\u2066c", r"a\u202eb\u2066c"),  # turns the line around
        ("北园 :books:\n[bold]x", "北园 :books:\n[bold]x"),
    ],
)
def test_nothing_in_a_line_steers_the_terminal(text: str, shown: str) -> None:
    assert inert(text) == shown
    sent = io.StringIO()
    Terminal(file=sent, width=200).print(text, markup=False, highlight=False, soft_wrap=True)
    assert sent.getvalue().expandtabs() == f"{shown}\n".expandtabs()
