"""What people who write YAML by hand most likely did where a parser cannot go on."""

from __future__ import annotations

from pathlib import Path

import pytest

from cescore.definitions.entries.located import read
from cescore.errors import Problem

SLIPS = {
    "full-width colon": ("year：2025\nlang: zh\n", 1, "full-width colon"),
    "full-width colon further in": ("a:\n  b: 1\n  c：2\n  d: 3\n", 3, "full-width colon"),
    "full-width comma": ("g: {worst: 45，best: 98}\n", 1, "full-width sign '，'"),
    "no blank after a colon": ("id: x\nbase_year:2024\nlast: 2\n", 2, "without a blank"),
    "quote never closed": ('v: "2025.1\na: 1\nb: "%x"\n', 1, 'quote " is not closed'),
    "bracket never closed": ("a: [1, 2\nb: 3\n", 1, "bracket that is not closed"),
    "another column": ("a:\n  b: 1\n   c: 2\n d: 3\n", 3, "another column"),
    "colon in a text": ("a: x: y\n", 1, "has no quotes"),
    "tab": ("a:\n\tb: 1\n", 2, "tab"),
}


@pytest.mark.parametrize(("text", "line", "words"), SLIPS.values(), ids=SLIPS)
def test_a_slip_is_named_at_its_own_line(tmp_path: Path, text: str, line: int, words: str) -> None:
    (tmp_path / "f.yml").write_text(text, encoding="utf-8")
    problems: list[Problem] = []
    read(tmp_path / "f.yml", "f.yml", problems)
    (problem,) = problems
    assert problem.where == f"f.yml:{line}" and words in problem.found


@pytest.mark.parametrize(
    "text",
    ['zh: "说明：这里，好"\n', "url: http://a.b/c\n", "zh: 说明：it's\nb: 1\n", "t: 12:30\n"],
)
def test_what_only_looks_like_a_slip_is_read(tmp_path: Path, text: str) -> None:
    (tmp_path / "f.yml").write_text(text, encoding="utf-8")
    problems: list[Problem] = []
    read(tmp_path / "f.yml", "f.yml", problems)
    assert not problems
