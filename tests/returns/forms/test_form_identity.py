"""A form says what it is in several places, and still does when some of them are gone."""

from __future__ import annotations

import pytest

from cescore.returns.forms.identity import FIELDS, PREFIX, FormIdentity, read_identity

OURS = FormIdentity("E001", "2025", "enterprise", "zh", "2021-2025.1", "ab12", "1")
SHEET = {"_form": [(name, text) for name, text in OURS.items().items()]}
NAMES = {f"{PREFIX}{name}": f'="{text}"' for name, text in OURS.items().items()}
PROPERTIES = {f"{PREFIX}{name}": text for name, text in OURS.items().items()}
TITLE = {"填报表": [("某厂2025年度填报表",), ("单位代码", "E001"), ("填报年份", "", 2025.0)]}


@pytest.mark.parametrize(
    "given",
    [
        {"sheets": SHEET},
        {"sheets": {}, "names": NAMES},
        {"sheets": {}, "properties": PROPERTIES},
        {"sheets": {}, "names": {name.upper(): text for name, text in NAMES.items()}},
    ],
)
def test_any_one_place_is_enough(given: dict) -> None:
    reading = read_identity(**given)
    assert reading.identity == OURS
    assert reading.contradictions == ()


def test_what_people_read_above_the_table_is_enough_for_entity_and_year() -> None:
    reading = read_identity(TITLE)
    assert reading.identity is not None
    assert (reading.identity.entity_id, reading.identity.year) == ("E001", "2025")
    assert reading.identity.params_hash == ""
    assert reading.places == ("title",)


def test_a_workbook_of_somebody_else_is_no_form() -> None:
    assert read_identity({"Sheet1": [("单位代码", "E001"), ("2025",)]}).identity is None
    assert read_identity({"填报表": [("年份", 2025)]}).identity is None


def test_places_that_contradict_each_other_are_named_and_the_hidden_sheet_counts() -> None:
    title = {"填报表": [("单位代码", "E002"), ("填报年份", "2025")]}
    reading = read_identity({**SHEET, **title}, NAMES, {**PROPERTIES, f"{PREFIX}year": "2024"})
    assert reading.identity == OURS
    assert {c.field: dict(c.texts) for c in reading.contradictions} == {
        "entity_id": {
            "sheet": "E001", "names": "E001", "properties": "E001", "title": "E002"
        },
        "year": {"sheet": "2025", "names": "2025", "properties": "2024", "title": "2025"},
    }  # fmt: skip


def test_without_entity_or_year_nothing_is_known() -> None:
    lost = {"_form": [row for row in SHEET["_form"] if row[0] != "year"]}
    assert read_identity(lost).identity is None


def test_a_name_with_quotes_comes_back_as_it_was() -> None:
    said = {f"{PREFIX}{field}": '="a ""b"" c"' for field in FIELDS}
    reading = read_identity({}, said)
    assert reading.identity is not None
    assert reading.identity.entity_id == 'a "b" c'
