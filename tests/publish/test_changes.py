"""What keeps a series from being one is printed: changes of the entity, of the method, targets still open."""

from __future__ import annotations

from itertools import product
from typing import get_args

import builders
import pages
import pytest

from cescore.definitions.frameworks.history import SECTIONS, SETTINGS, BreakKind, SeriesBreak
from cescore.definitions.model import Named, TargetTerms
from cescore.desk import tables
from cescore.disclosure.documents.bundle import EntityChange, Place
from cescore.intake.register.succession import FormationKind
from cescore.publish.pages.changes import changes, former_names
from cescore.publish.view import View
from cescore.publish.words import LANGUAGES, has_label

ORIGINS = tuple(
    Place(entity_id=e, entity_type="enterprise", name_zh=f"{e}厂", name_en=f"{e} works")
    for e in ("A", "B")
)


def printed(lang: str = "en", breaks: tuple[SeriesBreak, ...] = (), **change: object) -> str:
    """What a page says of one change of its entity."""
    made = builders.bundle(breaks=breaks)
    if change:
        entity = made.entity.model_copy(update={"changes": (EntityChange(year=2025, **change),)})
        made = made.model_copy(update={"entity": entity})
    return repr(changes(View(pages.opened(made, lang))))


def test_nothing_is_said_where_nothing_changed() -> None:
    assert printed() == ""


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("kind", [*get_args(FormationKind), "gave_off"])
def test_each_way_of_coming_from_others_has_its_sentence(kind: str, lang: str) -> None:
    said = printed(lang, kind=kind, places=ORIGINS, shares=(1.0, 0.25), has_history=True)
    assert ORIGINS[0].name(lang) in said and "2025" in said
    if kind != "gave_off":
        assert "25" in said.replace("2025", "")


@pytest.mark.parametrize("kind", ["renamed", "moved", "industry", "recoded"])
def test_a_change_names_what_was_and_what_is(kind: str) -> None:
    before, after = Named(zh="旧", en="Old"), Named(zh="新", en="New")
    assert "Old" in printed(kind=kind, before=before, after=after)


@pytest.mark.parametrize("kind", ["renamed", "moved", "industry", "gave_off"])
def test_a_change_whose_bodies_may_not_be_named_is_told_without_them(kind: str) -> None:
    assert "2025" in printed(kind=kind)


def test_what_the_years_before_hold_is_said() -> None:
    formed = {"kind": "split", "places": ORIGINS[:1]}
    assert "no comparable figures" in printed(**formed, shares=(None,))
    assert "an estimate" in printed(**formed, shares=(0.5,), has_history=True)
    merged = {"kind": "merged", "places": ORIGINS, "shares": (1.0, 1.0), "has_history": True}
    assert "the sum of the parts" in printed(**merged)


def test_the_old_name_stands_with_its_last_year() -> None:
    change = EntityChange(
        year=2025, kind="renamed", before=Named(zh="旧名"), after=Named(zh="新名")
    )
    made = builders.bundle()
    entity = made.entity.model_copy(update={"changes": (change,)})
    view = View(pages.opened(made.model_copy(update={"entity": entity})))
    assert list(former_names(view)) == ["旧名（至2024年）"]


def test_a_break_stands_with_its_year_and_both_texts() -> None:
    one = SeriesBreak(
        2025, "changed", "indicators", "R1", "产出率", "Output rate", "formula", "a / b", "a / c"
    )
    said = printed(breaks=(one,))
    assert all(text in said for text in ("2025", "Output rate R1", "formula", "a / b", "a / c"))


def test_of_very_many_breaks_the_latest_stand_and_the_others_are_counted() -> None:
    many = tuple(
        SeriesBreak(2001 + i, "added", "groups", f"G{i}", "", f"Group {i}") for i in range(20)
    )
    said = printed(breaks=many)
    assert "Group 19" in said and "Group 7 " not in said and "8 earlier changes" in said


def test_every_kind_of_break_and_every_setting_has_its_words() -> None:
    kinds = [k for k in get_args(BreakKind) if k not in ("setting", "changed")]
    keys = [f"break.{k}.{s}" for k, s in product(kinds, SECTIONS)]
    keys += [
        f"break.fact.{name}" for name in (*SETTINGS, "base_year", "progress", "formula", "value")
    ]
    assert [key for key in keys if not has_label(key)] == []


@pytest.mark.parametrize(("lang", "word"), [("zh", "待定"), ("en", "to be decided")])
def test_a_target_that_is_not_set_is_printed_as_such_and_never_as_zero(
    lang: str, word: str
) -> None:
    terms = TargetTerms(
        id="T1",
        zh="能耗",
        en="Energy",
        indicator="x",
        type="level",
        unit="t",
        op="<=",
        source="-",
        tag="P",
    )
    made = builders.bundle(targets=())
    plan = made.plan.model_copy(update={"undecided": (terms,)})
    table = tables.targets_table(pages.opened(made.model_copy(update={"plan": plan}), lang)).tables[
        0
    ]
    cells = [cell.text for cell in table.lines[-1].cells]
    assert word in cells and not any(text.startswith("0") for text in cells)
