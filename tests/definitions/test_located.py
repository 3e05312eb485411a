"""YAML files: whatever stands in one is a value with a line, or a named problem; never a traceback."""

from __future__ import annotations

import time
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cescore.definitions.entries.located import Node, merged, read
from cescore.errors import Problem

WRONG = {
    "duplicate key": ("a: 1\nb: 2\na: 3\n", 3, "duplicate key, first in line 1"),
    "duplicate key inside": ("a:\n  b: {c: 1, c: 2}\n", 2, "duplicate key"),
    "not closed": ("a: 1\nb: [1, 2\n", 3, "expected"),
    "tab": ("a:\n\tb: 1\n", 2, "tab"),
    "colon in a text": ("a: one: two\n", 1, "has no quotes"),
    "not UTF-8": (b"a: 1\nb: \xff\n", 2, "not UTF-8"),
    "UTF-16": ("a: 1".encode("utf-16"), 1, "not UTF-8"),
    "a list": ("- a\n- b\n", 1, "a list"),
    "a text": ("only words\n", 1, "only words"),
    "two documents": ("a: 1\n---\nb: 2\n", 3, "second document"),
    "not a number": ("a: .nan\n", 1, "no number"),
    "infinite": ("a: -.inf\n", 1, "no number"),
    "too large": ("a: 1e999\n", 1, "too large"),
    "a directive": ("%YAML 1.1\n---\na: yes\n", 1, "the directive '%YAML 1.1'"),
    "a newer directive": ("# head\n\n%YAML 1.2\n---\na: 1\n", 3, "the directive '%YAML 1.2'"),
    "a directive for tags": ("%TAG ! tag:x,2000:\n---\na: 1\n", 1, "the directive '%TAG"),
    "a directive of no kind": ("%X\n---\na: 1\n", 1, "the directive '%X'"),
    "very many digits": ("a: " + "7" * 100_000, 1, "100000 digits"),
    "very many digits of a fraction": ("a: 0." + "7" * 100_000, 1, "100002 digits"),
    "a tag for digits": ('a: !!float "x"\nb: !<tag:yaml.org,2002:set> {c}\n', 2, "tag"),
    "many digits": ("a: " + "9" * 5000, 1, "5000 digits"),
    "an object": ("a: !!python/object/apply:os.system [ls]\n", 1, "tag"),
    "a tag": ("a: !mine b\n", 1, "tag"),
    "binary": ("a: !!binary aGk=\n", 1, "tag"),
    "inside itself": ("a: &x [*x]\n", 1, "inside itself"),
    "no such anchor": ("a: *x\n", 1, "undefined alias"),
    "a list as a key": ("? [a]\n: b\n", 1, "as a key"),
    "NUL": ("a: 1\nb: \x00\n", 2, "unacceptable"),
    "deep": ("a: " + "[" * 200 + "]" * 200, 1, "too deep"),
    "very deep": ("[" * 100_000, None, "too deep"),
    "deep by dashes": ("- " * 20_000, 1, "too deep"),
}
BOMB = "a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n" + "".join(
    f"{new}: &{new} [{', '.join([f'*{old}'] * 10)}]\n" for old, new in pairwise("abcdefghi")
)


def read_text(folder: Path, content: str | bytes) -> tuple[Node, list[Problem]]:
    path = folder / "file.yml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    problems: list[Problem] = []
    return read(path, "params/file.yml", problems), problems


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_with_a_file_is_named_with_its_line(tmp_path: Path, case: str) -> None:
    content, line, words = WRONG[case]
    _, problems = read_text(tmp_path, content)
    assert words in problems[0].found
    assert problems[0].where == "params/file.yml" + (f":{line}" if line else "")


def test_aliases_cannot_multiply_without_end(tmp_path: Path) -> None:
    start = time.monotonic()
    _, problems = read_text(tmp_path, BOMB)
    assert "too large" in problems[0].found
    assert time.monotonic() - start < 5


@pytest.mark.parametrize("value", ["100%", "a %YAML b", "|\n  %YAML 1.1\n  text"])
def test_a_percent_sign_inside_a_file_is_no_directive(tmp_path: Path, value: str) -> None:
    assert read_text(tmp_path, f"a: {value}\n")[1] == []


def test_an_absent_file_is_a_problem_and_an_empty_one_is_empty(tmp_path: Path) -> None:
    problems: list[Problem] = []
    assert read(tmp_path / "none.yml", "params/none.yml", problems).is_broken
    assert len(problems) == 1
    assert read_text(tmp_path, "") == (Node({}, "params/file.yml:1"), [])
    assert read_text(tmp_path, "# nothing yet\n")[1] == []


def test_each_value_knows_its_line_and_how_it_was_written(tmp_path: Path) -> None:
    node, problems = read_text(tmp_path, "a: 1\nb:\n  c: 4.10\n  d: [x, 2025-01-01]\n")
    assert not problems
    assert node.at(("b", "c")) == Node(4.1, "params/file.yml:3", "4.10")
    assert node.at(("b", "d", "1")).raw == "2025-01-01"


def test_a_merge_key_brings_in_what_is_not_said_here(tmp_path: Path) -> None:
    node, _ = read_text(tmp_path, "x: &x {a: 1, b: 2}\ny: {<<: *x, b: 3}\n")
    assert {key: entry.value for key, entry in node.at(("y",)).entries().items()} == {
        "a": 1,
        "b": 3,
    }


def test_an_overlay_changes_adds_and_removes(tmp_path: Path) -> None:
    base, _ = read_text(tmp_path, "a: {b: 1, c: 2}\nd: [1]\n")
    over, _ = read_text(tmp_path, "a: {b: null, c: 3, e: {f: 4, g: null}}\nd: [2, 3]\n")
    assert plain(merged(base, over)) == {"a": {"c": 3, "e": {"f": 4}}, "d": [2, 3]}


def plain(node: Node) -> object:
    if isinstance(node.value, dict):
        return {key: plain(entry) for key, entry in node.value.items()}
    return [plain(item) for item in node.value] if isinstance(node.value, list) else node.value


@settings(max_examples=300)
@given(st.text(alphabet="ab:-{}[],&*!?|>'\"%@`#\n \t~<.01\\\x07é煤", max_size=40))
def test_any_text_is_values_or_named_problems(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    folder = tmp_path_factory.getbasetemp()
    node, problems = read_text(folder, text)
    assert isinstance(node.value, dict)
    assert all(problem.where.startswith("params/file.yml") for problem in problems)
