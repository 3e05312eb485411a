"""A form asks what its type's figures and rules need, and its hash says what it asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cescore.definitions.load import load_definitions
from cescore.definitions.shipped import REPOSITORY
from cescore.returns.forms.contents import FormContents, form_contents


def contents_of(root: Path, entity_type: str = "library") -> FormContents:
    return form_contents(load_definitions(root / "params", 2024), entity_type, 2022)


def changed(root: Path, file: str, old: str, new: str) -> None:
    path = root / "params" / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def codes(contents: FormContents, *, needed: bool = True) -> list[str]:
    return [a.variable.code for a in contents.variables if a.is_needed == needed]


def test_what_indicators_accounts_and_rules_use_is_asked_and_nothing_else(library: Path) -> None:
    contents = contents_of(library)
    assert "beds" not in codes(contents)  # for any type, and used by nothing
    assert {"loans", "energy", "heat", "stock_change", "heating"} <= set(codes(contents))
    assert codes(contents, needed=False) == []


def test_what_the_dictionary_gives_to_the_type_by_name_is_asked_last(library: Path) -> None:
    changed(library, "variables.yml", "unit: count, kind: count}\n", "unit: count, kind: count, entity_types: [library]}\n")  # fmt: skip
    contents = contents_of(library)
    assert codes(contents, needed=False) == ["beds"]
    assert contents.variables[-1].variable.code == "beds"


def test_departments_stand_together_in_the_order_of_the_dictionary(library: Path) -> None:
    departments = [a.variable.department for a in contents_of(library).variables]
    assert departments == ["馆务部"] * 4 + ["后勤部"] * 5


@pytest.mark.parametrize(
    ("file", "old", "new", "is_other"),
    [
        ("variables.yml", "unit: 1000 kWh", "unit: kWh", True),
        ("checks.yml", "0.01 * energy", "0.02 * energy", True),
        ("plans/p.yml", "完成改造数", "完成的改造数", True),
        ("frameworks/library.yml", "best: 50", "best: 60", False),
    ],
)
def test_the_hash_is_of_what_is_asked(
    library: Path, file: str, old: str, new: str, is_other: bool
) -> None:
    before = contents_of(library).hash
    changed(library, file, old, new)
    assert (contents_of(library).hash != before) == is_other


def test_every_variable_that_an_index_of_the_plan_is_computed_from_is_asked() -> None:
    definitions = load_definitions(REPOSITORY / "params", 2025)
    for entity_type, framework in definitions.frameworks.items():
        contents = form_contents(definitions, entity_type, 2020)
        assert set(framework.variables) <= {a.variable.code for a in contents.variables}


def test_a_type_with_neither_rules_nor_measures_nor_departments_gets_a_form(
    library: Path, opened: Any
) -> None:
    (library / "params/checks.yml").unlink()
    (library / "params/plans/p.yml").unlink()
    changed(library, "runs/2024.yml", ", plan: p", "")
    variables = library / "params/variables.yml"
    variables.write_text(
        variables.read_text("utf-8").replace(", department: 馆务部", "").replace(", department: 后勤部", ""),
        "utf-8",
    )  # fmt: skip
    form = opened(library)
    assert form.sheet.book.sheetnames[:2] == ["填表说明", "填报表"]
    assert "措施检查" not in form.sheet.book.sheetnames
    form.fill("loans", -1)
    assert not form.accepts("loans")
