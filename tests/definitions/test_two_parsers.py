"""libyaml before ruamel: whatever the quick one takes, the other reads alike, to the line and the letter."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from ruamel.yaml.error import YAMLError

from cescore.definitions.entries import located
from cescore.definitions.entries.located import Node, documents_in, quickly_composed
from cescore.errors import Problem

ROOT = Path(__file__).parents[2]
SHIPPED = sorted(
    [*ROOT.glob("params/**/*.yml"), *ROOT.glob("data/**/*.yml"), *ROOT.glob("examples/**/*.yml")]
)
SEEDS = (
    "a: {b: 1, c: [yes, no, on, 012, 1_000, 0x1F, 1e5, .5, +1, ~, null, <<]}\n",
    "base: &b {x: 1, y: 'it''s'}\nover:\n  <<: *b\n  y: \"t\\u00e4\\n\"\n",
    "text: |\n  one\n   two\n\nfold: >-\n  a\n  b\n\n  c\n",
    "- a\n- - b\n  - c: d\n# note\n- !!str 12\n",
    "k: a#b  # note\nq: 'a: b'\nurl: http://x/y?z=1\nt: 2024-01-01 12:30\nd: 12:30:45\n",
    "? a\n: b\n'c': d\n\"e\": f\n",
)  # fmt: skip
PIECES = [*"\n \t:-,[]{}#&*!|>'\"%@`?=~.0123eE+_xoaNyn<", ": ", "- ", "\n  ", "---\n", "...\n", "é", "\u3000", "\x85", "\u2028", "\ufeff", "\r\n", "\\/", "\\x41", "<<", "!!int ", "!x ", "&a ", "*a ", "NO", "null"]  # fmt: skip


def built(tree: object) -> tuple[Node, list[Problem]]:
    problems: list[Problem] = []
    return located._Builder("f", problems).build(tree), problems  # type: ignore[arg-type]


def by_ruamel(text: str) -> tuple[Node, list[Problem]] | str:
    """What ruamel makes of a text of one document; why it refuses another."""
    try:
        documents = list(documents_in(text))
    except (YAMLError, ValueError, TypeError, AttributeError, KeyError, IndexError) as error:
        return f"{type(error).__name__}: {error}"
    return built(documents[0]) if len(documents) == 1 else f"{len(documents)} documents"


@pytest.mark.parametrize("path", SHIPPED, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_shipped_files_are_taken_by_the_quick_parser_and_read_alike(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    quick = quickly_composed(text)
    assert quick is not None
    assert built(quick) == by_ruamel(text)


@st.composite
def mistyped(draw: st.DrawFn) -> str:
    """A piece of YAML with a few characters put in, taken out or doubled."""
    text = draw(st.sampled_from(SEEDS))
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(text)))
        text = text[:at] + draw(st.sampled_from(PIECES)) + text[at + draw(st.integers(0, 2)) :]
    return text


@settings(max_examples=500, deadline=None)
@given(st.one_of(mistyped(), st.lists(st.sampled_from(PIECES), max_size=12).map("".join)))
@example("a: b\x85c: d\n")
@example("a: 'x\u2028y'\n")
@example('a: "\\/"\n')
@example("{a: 1, a: 2}\n")
@example("a: [1,\n\t2]\n")
@example("a: !!binary x\n")
@example("[a:b, c: d]\n")
@example("a: >-\n   \n  b\n")
def test_what_the_quick_parser_takes_ruamel_reads_alike(text: str) -> None:
    quick = quickly_composed(text)
    if quick is not None:
        assert built(quick) == by_ruamel(text)


@pytest.mark.parametrize("text", ["", "# nothing\n", "a: 1\n---\nb: 2\n", "a: 'x", "%YAML 1.1\n---\na: yes\n", "a: \x01\n"])  # fmt: skip
def test_what_needs_words_is_left_to_ruamel(text: str) -> None:
    assert quickly_composed(text) is None or text.startswith("%")


def test_without_libyaml_everything_is_read_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    import yaml

    monkeypatch.delattr(yaml, "CSafeLoader")
    located._quick_loader.cache_clear()
    try:
        assert quickly_composed("a: 1\n") is None
        node, problems = located._parsed.__wrapped__("a: 1\n", "f", False)
        assert (node.value["a"].value, problems) == (1, ())  # type: ignore[index, call-overload]
    finally:
        located._quick_loader.cache_clear()


def test_aliases_that_multiply_are_refused_by_both(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = ["a0: &a0 [x, x]"] + [
        f"a{i}: &a{i} [*a{i - 1}, *a{i - 1}, *a{i - 1}]" for i in range(1, 14)
    ]
    text = "\n".join(lines) + "\n"
    began = time.monotonic()
    for quick in (quickly_composed, lambda text: None):
        monkeypatch.setattr(located, "quickly_composed", quick)
        problems: list[Problem] = []
        assert located._composed(text, "f", problems) is None
        assert "aliases" in problems[0].found
    assert time.monotonic() - began < 20
