"""Reference values: published figures beside indicators, each with area, year, source and tag."""

from __future__ import annotations

from pathlib import Path

import pytest
from params_builder import load, problems

SOUND = """
    areas:
      nation: {zh: 全国, en: Nation}
    values:
      - {indicator: reuse, area: nation, year: 2021, value: 55, unit: "%", source: a yearbook, tag: V}
      - {indicator: reuse, area: nation, year: 2025, kind: target, value: 60, unit: "%", source: a plan, tag: V,
         differs: {zh: 范围不同, en: cities only}}
"""


def test_a_reference_value_carries_the_name_of_its_area(tmp_path: Path) -> None:
    first, second = load(tmp_path, {"references.yml": SOUND}).references
    assert (first.en, first.value, first.kind, first.differs.en) == ("Nation", 55, "actual", "")
    assert (second.kind, second.differs.name("en")) == ("target", "cities only")


def test_without_the_file_there_are_none(tmp_path: Path) -> None:
    assert load(tmp_path).references == ()


@pytest.mark.parametrize(
    ("old", "new", "what", "says"),
    [
        ("indicator: reuse, area: nation, year: 2021", "indicator: resue, area: nation, year: 2021",
         "values[0].indicator", "nearest: reuse"),
        ("area: nation, year: 2021", "area: natoin, year: 2021",
         "values[0].area", "nearest: nation"),
        ('value: 55, unit: "%"', "value: 55, unit: t", "values[0].unit", "the unit of reuse"),
        ("year: 2025, kind: target", "year: 2021", "values[1]", "each value once"),
        ("value: 55", "value: much", "values[0].value", "number"),
        ("tag: V}", "tag: X}", "values[0].tag", "S"),
        (", source: a yearbook", "", "values[0].source", "is missing"),
        ("kind: target", "kind: goal", "values[1].kind", "target"),
    ],
)  # fmt: skip
def test_what_contradicts_itself_is_named_with_its_place(
    tmp_path: Path, old: str, new: str, what: str, says: str
) -> None:
    assert old in SOUND
    found = problems(tmp_path, {"references.yml": SOUND.replace(old, new, 1)})
    assert len(found) == 1
    text = f"{found[0].what} {found[0].found} {found[0].expected}"
    assert what in text.replace("references.", "") and says in text
    assert found[0].where.startswith("params/references.yml:")


def test_everything_wrong_is_told_in_one_pass(tmp_path: Path) -> None:
    wrong = SOUND.replace("area: nation", "area: nowhere").replace('unit: "%"', "unit: t")
    assert len(problems(tmp_path, {"references.yml": wrong})) == 4
