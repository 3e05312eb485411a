"""Reference values on a page: the newest figure up to the year, the target, and what differs."""

from __future__ import annotations

from typing import Any

from publish import builders
from publish.pages import opened

from cescore import desk
from cescore.definitions.model.reference import Reference
from cescore.desk import tables
from cescore.publish.pages.scorecard.references import shown


def reference(year: int, value: float, **changed: Any) -> Reference:
    code, indicator = next(iter(builders.bundle().framework.indicators.items()))
    given = {
        "indicator": code, "area": "nation", "year": year, "value": value, "unit": indicator.unit,
        "source": "a yearbook", "tag": "V", "zh": "全国", "en": "Nation",
    }  # fmt: skip
    return Reference.model_validate(given | changed)


def page(*references: Reference, lang: str = "en") -> str:
    bundle = opened(builders.bundle(references=references), lang)
    return tables.references_table(bundle, desk.compute_indicators(bundle)).html


def test_of_several_years_the_newest_up_to_the_year_evaluated_is_shown() -> None:
    every = [reference(year, year - 2000) for year in (2019, 2023, 2030)]
    assert [one.year for one in shown(every, 2025)] == [2023]


def test_a_target_of_a_later_year_is_shown_where_there_is_no_earlier_one() -> None:
    ahead = [reference(year, 90, kind="target") for year in (2030, 2035)]
    assert [one.year for one in shown(ahead, 2025)] == [2030]
    assert [one.year for one in shown([reference(2030, 90)], 2025)] == []


def test_a_page_says_area_year_value_and_what_differs() -> None:
    html = page(reference(2023, 12, differs={"zh": "限城市", "en": "cities only"}))
    assert "Nation 2023: 12" in html
    assert "another scope: cities only" in html
    assert "never scored" in html


def test_in_chinese_it_is_chinese() -> None:
    html = page(reference(2023, 12, differs={"zh": "限城市", "en": "cities only"}), lang="zh")
    assert "全国 2023 年 12" in html
    assert "范围不同：限城市" in html


def test_without_reference_values_there_is_no_table() -> None:
    assert page() == ""
