"""The table of results: what stands beside each indicator, and what an unrated index does not show."""

from __future__ import annotations

from dataclasses import replace

import builders
import pages
import pytest

from cescore.definitions.model import Indicator
from cescore.desk import tables
from cescore.disclosure.documents.bundle import PeerTable
from cescore.method.column import State
from cescore.method.disclosure.rules import PeerFigure
from cescore.publish.numbers import change_cell
from cescore.publish.pages.scorecard.results import with_sign, within_reach_of_lags
from cescore.publish.view import Number, View
from cescore.publish.words import LANGUAGES


def frame(data=None, lang="en"):
    """The table of results as data, by the names on the page."""
    bundle = pages.opened(data, lang)
    made = pages.computed(bundle)
    fragment = tables.results_table(
        bundle, made["indicators"], made["scored"], made["result"], made["parts"]
    )
    return fragment, fragment.tables[0].to_frame()


def heading_for(course, role="own"):
    """The target of the tests on water per output, as its series moves."""
    return replace(builders.target(), course=course, role=role, indicators=("water_intensity",))


def with_target(course):
    return builders.bundle(targets=(heading_for(course),))


def with_peers(**figure):
    figures = (PeerFigure(code="waste_rate", **figure),)
    return builders.bundle(
        peers=PeerTable(entity_type="district", audience="respondent", figures=figures)
    )


@pytest.mark.parametrize(
    ("course", "sign"), [("on_track", "↑"), ("too_slow", "↗"), ("away", "↓"), ("", "")]
)
def test_an_arrow_says_how_an_indicator_moves_to_its_target(course, sign):
    fragment, table = frame(with_target(course))
    shown = "" if "Goal" not in table else table.loc["Water per output m³/10k CNY", "Goal"]
    assert shown == sign
    assert ("Goal (the plan's target" in repr(fragment)) == bool(course)


def test_an_indicator_without_a_target_has_no_arrow():
    _, table = frame(with_target("away"))
    assert table.loc["Waste recycling rate %", "Goal"] == ""


def test_an_entity_s_own_target_is_shown_before_one_it_is_only_held_against():
    lines = [heading_for("away", "reference"), heading_for("on_track", "own")]
    _, table = frame(builders.bundle(targets=tuple(lines)))
    assert table.loc["Water per output m³/10k CNY", "Goal"] == "↑"


def test_a_released_median_stands_beside_the_value_and_what_is_not_released_is_marked():
    fragment, table = frame(with_peers(median=70.0))
    assert table.loc["Waste recycling rate %", "Peer median"] == 70.0
    assert "※" in repr(fragment)  # of the indicators whose median is not released


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(("standing", "sign"), [("strength", "◆ 70.0"), ("weakness", "◇ 70.0")])
def test_strengths_and_weaknesses_are_marked_beside_the_median(lang, standing, sign):
    fragment, _ = frame(with_peers(median=70.0, standing=standing), lang)
    assert sign in repr(fragment)


def test_where_nothing_of_the_peers_is_released_there_is_no_column():
    _, table = frame(with_peers(n=None))
    assert not {"Peer median", "Peers"} & set(table)


def too_little(year: int):
    """Less than the least coverage in one year: nothing to compute three fifths of the weight from."""
    place = builders.YEARS.index(year)
    row = list(builders.VALUES["gdp"])
    row[place] = None
    return builders.bundle(record=pages.record({"gdp": tuple(row)}))


@pytest.mark.parametrize(("lang", "mark"), [("zh", "数据不足"), ("en", "too little")])
def test_an_index_of_too_little_data_is_marked_so_and_not_as_not_returned(lang, mark):
    fragment, _ = frame(too_little(2024), lang)
    index = repr(fragment).splitlines()
    (line,) = [
        line for line in index if line.startswith(("城市循环发展指数", "Urban circular index"))
    ]
    assert mark in line
    assert mark in next(line for line in index if line.startswith(("符号说明", "Signs")))


@pytest.mark.parametrize("year", [2024, 2025])
def test_a_change_from_or_to_an_index_that_is_not_rated_is_not_split(year):
    _, table = frame(too_little(year))
    assert (
        "Moves index" not in table
        or set(table["Moves index"]) <= {"—"}
        or table["Moves index"].isna().all()
    )


def test_an_index_that_is_not_rated_has_no_parts():
    _, table = frame(too_little(2025))
    assert set(table["Adds"]) == {"—"}


def test_with_enough_data_in_both_years_the_parts_add_up():
    _, table = frame()
    names = [builders.INDICATORS[code][1] for code in builders.INDICATORS if code != "film_rate"]
    rows = [row for row in table.index if any(row.startswith(name) for name in names)]
    assert table.loc[rows, "Adds"].sum() == pytest.approx(81.8)
    assert table.loc[rows, "Moves index"].sum() == pytest.approx(81.8 - 80.32)


def test_what_is_recorded_only_has_no_verdict():
    made = tuple(
        builders.check(f"M01{i}", f"检查{i}", f"Check {i}", status="not_done", unscored=why)
        for i, why in enumerate(("no_yardstick", "few_cases", ""))
    )
    counts = {**builders.measure().counts, "not_done": 3, "done": 0, "partial": 0}
    line = replace(builders.measure(), checks=made, counts=counts)
    shown = pages.all_tables(pages.opened(builders.bundle(measures=(line,)), "zh"))
    page = shown["measures_table"].html
    assert "未完成（1项）" in page and "检查2" in page
    assert "检查0" not in page and "检查1" not in page


@pytest.mark.parametrize(("change", "has_sign"), [(0.04, False), (-0.04, False), (0.06, True)])
def test_a_change_that_prints_as_none_has_no_sign(change, has_sign):
    shown = with_sign("▲", change_cell(50.0 + change, 50.0, "%", "zh"))
    assert ("▲" in shown.__html__()) is has_sign


def measures_page(*checks):
    statuses = [check["status"] for check in checks]
    counts = {word: statuses.count(word) for word in builders.measure().counts}
    line = replace(builders.measure(), checks=checks, counts=counts)
    return tables.measures_table(pages.opened(builders.bundle(measures=(line,)), "zh")).html


def test_the_checks_of_page_one_are_told_from_the_others_that_are_open_or_lack_credit():
    page = measures_page(
        builders.check("M01a", "检查0", "Check 0", status="not_done", credit=0.0),
        builders.check("M01b", "检查1", "Check 1", status="partial", credit=0.4, yardstick="improves"),
        builders.check("M01c", "检查2", "Check 2", status="done", credit=0.5),
        builders.check("M01d", "检查3", "Check 3", status="partial", unscored="in_index", elsewhere="x"),
        builders.check("M01e", "检查4", "Check 4", status="partial", credit=None),
    )  # fmt: skip
    for words in (
        "其中计分的2项，首页的建议所计即此", "1项只列示，不在此计分", "1项得分不予公布",
        "另有1项已完成，因佐证的种类未得满分", "得分不足一半的也列为部分完成",
    ):  # fmt: skip
        assert words in page


def test_numbers_of_checks_have_separators_their_unit_and_what_tells_them_apart():
    page = measures_page(
        builders.check("M01a", "比率", "Rate", status="partial", credit=0.5, yardstick="goal",
                       value="79.96", goal=80.0, unit="%"),
        builders.check("M01b", "数量", "Count", status="partial", credit=0.5, quantity="flow",
                       yardstick="improves", value="48777", last=491.333, unit="count"),
        builders.check("M01c", "用水", "Water", status="not_done", credit=0.0, quantity="stock",
                       yardstick="improves", value="45738.7", last=50000.0, unit="water_use"),
        builders.check("M01d", "降幅", "Fall", status="not_done", credit=0.0, yardstick="goal",
                       value="-3", goal=2.0, unit="%"),
    )  # fmt: skip
    for words in (
        "79.96%", "目标 ≥80.00%", "48,777", "此前均值 491.3", "45,738.7\xa0万立方米",
        "上年 50,000.0\xa0万立方米", "−3.0%", "目标 ≥2.0%",
    ):  # fmt: skip
        assert words in page


def test_a_value_whose_change_moved_the_index_is_printed_with_the_decimals_that_show_it():
    """49.96 to 50.04 % prints as no change with one decimal, and adds 0.01 points."""
    generated, recycled = (100000.0,) * 6, (40000.0, 41000.0, 42000.0, 43000.0, 49960.0, 50040.0)
    record = pages.record({"waste_generated": generated, "waste_recycled": recycled})
    fragment, _ = frame(builders.bundle(record=record))
    row = next(line for line in repr(fragment).splitlines() if line.startswith("Waste recycling"))
    assert "49.96 50.04" in row


def test_before_the_lags_of_a_formula_have_a_first_year_nothing_is_missing():
    framework = builders.framework()
    known = framework.indicators["resource_output"].model_dump(exclude_unset=True)
    other = {"code": "growth", "formula": "gdp / lag(gdp, 3) - 1", "group": "", "weight": 0.0}
    growth = Indicator.model_validate({**known, **other, "executable": ""})
    states = {
        year: n.state
        for year, n in zip((2020, 2023), within_reach_of_lags(
            View(pages.opened()), growth, (Number(None, State.MISSING),) * 2, (2020, 2023)
        ), strict=True)
    }  # fmt: skip
    assert states == {2020: State.NOT_COMPUTABLE, 2023: State.MISSING}
