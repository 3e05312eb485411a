"""What a file says becomes a definition: texts as written, numbers as people write them, all faults told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

import pytest

from cescore.definitions import model, pictures
from cescore.definitions.entries.located import read
from cescore.definitions.entries.reading import Reading
from cescore.definitions.model.base import Definition, Named
from cescore.definitions.model.written import Number, Pair, Truth, Whole, Words, Written


class Kept(Definition):
    """An entry of a mapping, its key being its code."""

    code: model.Code
    size: Number = 1.0


class Thing(Definition):
    """A definition with a field of each kind."""

    text: str = ""
    number: Number = 0.5
    whole: Whole = 3
    truth: Truth = False
    words: Words = ()
    pair: Pair | None = None
    named: Named = Named()
    kept: Mapping[str, Kept] = {}
    kinds: model.Tag = "P"


DEFINITIONS = [
    one
    for room in (model, pictures)
    for one in vars(room).values()
    if isinstance(one, type) and issubclass(one, Definition)
]


def thing(folder: Path, text: str) -> tuple[Thing | None, list[str]]:
    path = folder / "a.yml"
    path.write_text(text, "utf-8")
    at = Reading(read(path, "a.yml", []), "thing", [])
    found = at.build(Thing)
    return found, [str(problem) for problem in at.problems]


@pytest.mark.parametrize(
    "text",
    ["NO", "4.10", "1_000", "007", "1e5", "0x1F", "true", "2025-01-01", "12:30", "~x", "0.50"],
)
def test_a_text_is_read_as_it_is_written(tmp_path: Path, text: str) -> None:
    found, problems = thing(tmp_path, f"text: {text}\nwords: [{text}]\n")
    assert (problems, found) == ([], Thing(text=text, words=(text,)))


@pytest.mark.parametrize(
    ("text", "number"), [("-4.10", -4.1), ("1e3", 1000), (".5", 0.5), ("7", 7)]
)
def test_a_number_is_a_decimal(tmp_path: Path, text: str, number: float) -> None:
    assert thing(tmp_path, f"number: {text}") == (Thing(number=number), [])


@pytest.mark.parametrize(
    "text", ["1_000", "1,000", "0x1F", "true", "12 t", "[1]", "{a: 1}", "", "１２", "--1", "1.2.3"]
)
@pytest.mark.parametrize("key", ["number", "whole"])
def test_what_is_no_number_is_refused_with_its_line(tmp_path: Path, key: str, text: str) -> None:
    found, problems = thing(tmp_path, f"text: x\n{key}: {text}")
    assert found is None
    (problem,) = problems
    assert problem.startswith(f"a.yml:2  thing.{key}: ")
    assert problem.endswith("expected a number" if key == "number" else "expected a whole number")


@pytest.mark.parametrize("text", ["yes", "on", "1", "Y", "wahr", "[]"])
def test_only_true_and_false_are_truths(tmp_path: Path, text: str) -> None:
    _, problems = thing(tmp_path, f"truth: {text}")
    assert len(problems) == 1
    assert problems[0].endswith("expected true or false")


def test_what_is_left_empty_has_its_default(tmp_path: Path) -> None:
    found, problems = thing(tmp_path, "text:\nwords:\nnamed:\nkept:\ntruth:\nkinds:\npair:\n")
    assert (found, problems) == (Thing(), [])


def test_a_single_text_is_a_list_of_one_and_a_name_in_both_languages(tmp_path: Path) -> None:
    found, _ = thing(tmp_path, "words: town\nnamed: 镇\n")
    assert found == Thing(words=("town",), named=Named(zh="镇", en="镇"))


def test_a_key_is_the_code_of_its_entry(tmp_path: Path) -> None:
    found, _ = thing(tmp_path, "kept: {a: {size: 2}, b: {code: b}}")
    assert found is not None
    assert [kept.code for kept in found.kept.values()] == ["a", "b"]
    _, problems = thing(tmp_path, "kept: {a: {code: b}}")
    assert problems == ["a.yml:1  thing.kept.a.code: 'b', expected a, as its key or file says"]


def test_everything_wrong_is_told_at_once_each_with_its_line(tmp_path: Path) -> None:
    text = "numbr: 1\nwhole: 1.5\nkinds: Q\npair: [1]\nkept:\n  a: {size: x}\n  9: {}\n  b: {sise: 1}\n"
    _, problems = thing(tmp_path, text)
    told = {tuple(problem.split("  ", 1)) for problem in problems}
    assert {(place, words.split(",")[0]) for place, words in told} == {
        ("a.yml:1", "thing.numbr: unknown key"),
        ("a.yml:2", "thing.whole: '1.5'"),
        ("a.yml:3", "thing.kinds: 'Q'"),
        ("a.yml:4", "thing.pair: a list"),
        ("a.yml:6", "thing.kept.a.size: 'x'"),
        ("a.yml:7", "thing.kept.9.code: '9'"),
        ("a.yml:8", "thing.kept.b.sise: unknown key"),
    }
    assert any(problem.endswith("nearest: size") for problem in problems)


def plain_types(annotation: Any) -> Iterator[Any]:
    """The types in an annotation that are not told how they are written."""
    metadata = getattr(annotation, "__metadata__", ())
    if not any(isinstance(one, Written) for one in metadata):
        yield annotation
        for inner in get_args(annotation):
            yield from plain_types(inner)


@pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda one: one.__name__)
def test_every_number_and_truth_of_a_definition_says_how_it_is_written(
    definition: type[Definition],
) -> None:
    for name, field in definition.model_fields.items():
        if not any(isinstance(one, Written) for one in field.metadata):
            assert not {int, float, bool} & {*plain_types(field.annotation)}, name


def test_each_kind_of_definition_stands_in_one_module_only() -> None:
    names = [one.__name__ for one in DEFINITIONS]
    assert len(set(names)) == len({*DEFINITIONS})
