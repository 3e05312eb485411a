"""Frozen objects come back from plain text as they were, and nothing else does."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from cescore.definitions.definitions import Definitions
from cescore.definitions.load import load_definitions
from cescore.definitions.plain_data import from_plain_text, plain_text
from cescore.definitions.shipped import REPOSITORY
from cescore.intake.address import Address
from cescore.intake.findings import Finding
from cescore.intake.wording import phrase

EXAMPLES = [REPOSITORY / "params", *sorted((REPOSITORY / "examples").glob("*/params"))]


@pytest.mark.parametrize("params", EXAMPLES, ids=lambda path: path.parent.name)
def test_what_params_say_comes_back_equal_in_every_type(params: Path) -> None:
    definitions = load_definitions(params)
    text = plain_text(definitions)
    again = from_plain_text(text)
    assert type(again) is Definitions
    assert again == definitions
    assert plain_text(again) == text  # of types that compare as equal too: 1 and 1.0, (,) and []
    assert again.units.factor("万元", "CNY") == 10_000
    assert {t: f.hash for t, f in again.frameworks.items()} == {
        t: f.hash for t, f in definitions.frameworks.items()
    }


def test_what_is_one_object_stays_one() -> None:
    definitions = load_definitions(REPOSITORY / "params")
    again = from_plain_text(plain_text(definitions))
    code, account = next(
        (c, a) for c, a in definitions.accounts.items()
        if any(f.accounts.get(c) is a for f in definitions.frameworks.values())
    )  # fmt: skip
    framework = next(f for f in again.frameworks.values() if code in f.accounts)
    assert (account in again.accounts.values()) and framework.accounts[code] is again.accounts[code]


def test_plain_values_and_slots_come_back() -> None:
    at = Address("data/a.csv", 3)
    values = (("n", 1.5), ("said", phrase("row", n=2)), ("years", (2024, 2025)))
    finding = Finding("info", "code", at, year=2024, values=values)
    whole = {"a": (finding, finding), "b": [None, True, float("inf")], "c": frozenset([2, 1])}
    again = from_plain_text(plain_text(whole))
    assert again == whole and again["a"][0] is again["a"][1]


@dataclasses.dataclass(frozen=True)
class Foreign:
    """Of no room of the package."""

    path: str


@pytest.mark.parametrize("value", [Path("a"), {1, 2}, b"a", Foreign("a"), (1, [Foreign("b")])])
def test_what_a_text_would_not_tell_of_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        plain_text(value)


@pytest.mark.parametrize(
    "classes",
    [[["os", "system"]], [["cescore.intake.findings", "replace"]], [["cescore.errors", "Nobody"]],
     [["cescore.run.kept.kept_work", "shutil"]], [["cescore.definitions.formulas.units", "Units"]]],
)  # fmt: skip
def test_a_text_names_no_function_and_no_other_class(classes: list[list[str]]) -> None:
    text = json.dumps([classes, [[0, "echo"]], [4, 0]])
    with pytest.raises((ValueError, TypeError, LookupError)):
        from_plain_text(text)
