"""The catalogue of findings: every kind in both languages, every place for a value filled."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from string import Formatter

import pytest

import cescore.disclosure.released
import cescore.intake
import cescore.returns
from cescore.intake import wording
from cescore.intake.findings import Finding
from cescore.intake.wording import catalogue, code, formula, from_json, phrase, to_json, unit

ROOMS = [
    Path(room.__file__).parent
    for room in (cescore.intake, cescore.returns, cescore.disclosure.released)
]
HAN = re.compile(r"[\u4e00-\u9fff]")
KINDS = {key: entry for key, entry in catalogue().items() if "found" in entry}
PHRASES = {key: entry for key, entry in catalogue().items() if "text" in entry}
TOLD = ("error", "warning", "info")
FILES = sorted(path for room in ROOMS for path in room.rglob("*.py"))
TREES = [ast.parse(path.read_text("utf-8")) for path in FILES]


def names_in(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def words() -> list[str]:
    """Every text written in the code of the rooms."""
    constants = (n for tree in TREES for n in ast.walk(tree) if isinstance(n, ast.Constant))
    return [node.value for node in constants if isinstance(node.value, str)]


@pytest.mark.parametrize("key", catalogue())
def test_every_text_is_there_in_both_languages_with_the_same_places(key):
    for part, texts in catalogue()[key].items():
        assert set(texts) == set(wording.LANGUAGES) and all(texts.values()), part
        assert names_in(texts["zh"]) == names_in(texts["en"]), part
        assert not HAN.search(re.sub(r"\([，；、]\)", "", texts["en"])), part


@pytest.mark.parametrize("key", KINDS)
def test_every_kind_of_finding_has_a_name(key):
    assert set(KINDS[key]["name"]) == set(wording.LANGUAGES)


def test_every_kind_that_the_code_tells_is_in_the_catalogue():
    calls = [n for tree in TREES for n in ast.walk(tree) if isinstance(n, ast.Call)]
    told = {
        call.args[0].value
        for call in calls
        if isinstance(call.func, ast.Attribute) and call.func.attr in TOLD
        if call.args and isinstance(call.args[0], ast.Constant)
    }
    asked = {
        call.args[0].value
        for call in calls
        if isinstance(call.func, ast.Name) and call.func.id in ("phrase", "FileRefused", "_refusal")
        if call.args and isinstance(call.args[0], ast.Constant)
    }
    assert len(told) > 40 and told <= set(KINDS), told - set(KINDS)
    assert len(asked) > 30 and asked <= set(PHRASES), asked - set(PHRASES)


def test_the_catalogue_holds_nothing_that_the_code_does_not_tell():
    written = set(words()) | {"correction_scale", "correction_set", "correction_drop"}
    written |= {f"{k}_{w}" for k in ("status", "basis") for w in ("word",)} | {
        "bad_status",
        "bad_basis",
    }
    formulas = {"sum_over", "sum_known", "count_known", "count_of", "in_body"}
    elsewhere = {key for key in PHRASES if key.startswith(("severity_", "status_"))} | {"withheld"}
    elsewhere |= {key for key in PHRASES if key.startswith("type_")}  # what a file really is
    told = set(catalogue()) - formulas - elsewhere - {"unknown_check_id", "unknown_veto_id"}
    assert told <= written, told - written


def test_a_sentence_is_made_in_the_readers_language():
    values = (("text", "约120"), ("expected", phrase("number_in", unit=unit("t"))))
    finding = Finding("error", "not_a_number", entity_id="D1", values=values)
    assert finding.said("en").found == "'约120'" and finding.said("en").expected == "a number in t"
    assert finding.said("zh").found == "“约120”" and finding.said("zh").expected == "以 t 计的数字"


def test_codes_units_and_formulas_are_named_by_whoever_shows_them():
    rule = (
        ("figures", (phrase("figure", code=code("gdp"), value=2.0),)),
        ("rule", formula("gdp > 3")),
    )
    finding = Finding("warning", "H1", values=rule, kind="rule")
    said = finding.said("zh", lambda named, _: named.text.replace("gdp", "产值"))
    assert (said.found, said.expected) == ("产值 = 2", "产值 > 3")


def test_values_survive_the_way_through_json():
    value = (
        phrase("figure", code=code("gdp"), value=2.0),
        unit("t"),
        3,
        "x",
        ("a", formula("a > b")),
    )
    assert from_json(to_json(value)) == value


def test_braces_in_a_cell_stay_as_they_are():
    assert Finding("info", "footnote", values=(("text", "{0}{x}"),)).said("en").found == "'{0}{x}'"
