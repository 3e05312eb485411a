"""The sentences of page one."""

from __future__ import annotations

from dataclasses import replace

import builders
import pages
import pytest

from cescore.desk import tables
from cescore.disclosure.documents.bundle import EntityChange, FindingLine, PeerTable
from cescore.method.disclosure.rules import PeerFigure
from cescore.publish.pages.scorecard.evidence import PageEvidence
from cescore.publish.pages.scorecard.findings import LINE, findings, lines_of
from cescore.publish.pages.scorecard.front_index import index_card
from cescore.publish.pages.scorecard.front_rates import headline_cards
from cescore.publish.view import View
from cescore.publish.words import LANGUAGES


def evidence(data=None, lang="zh"):
    bundle = pages.opened(data, lang)
    made = pages.computed(bundle)
    return PageEvidence(View(bundle), made["result"], made["progress"], made["indicators"])


def sentences(data=None, lang="zh", most=9):
    return findings(evidence(data, lang), most=most)


def text(*given, **named):
    return "\n".join(found.text for found in sentences(*given, **named))


def test_strongest_and_weakest_group_are_named():
    assert "“循环利用”得分最高（83.0分），“产出效率”最低（81.0分）" in text()
    assert "Recycling scores highest (83.0) and Output efficiency lowest (81.0)." in text(lang="en")


def changed(**rows):
    """The test district with other returned values in the years from 2020 to 2025."""
    return builders.bundle(record=pages.record(rows))


def jump(year, status="open", variable="material_imported"):
    line = FindingLine(
        severity="warning", code="year_on_year", variable=variable, year=year, status=status
    )
    return builders.bundle(findings=(line,))


@pytest.mark.parametrize(
    ("data", "is_said"),
    [
        (jump(2022), True),
        (jump(2022, "confirmed"), True),
        (jump(2022, "corrected"), False),
        (jump(2020), False),
        (jump(2022, variable="film_used"), False),
    ],
    ids=["doubted", "confirmed", "mended", "before the years compared", "of another indicator"],
)
def test_a_change_across_a_jump_in_the_data_is_said_with_it(data, is_said):
    (card, *_) = headline_cards(evidence(data))
    sentence = next(found.text for found in sentences(data) if "主要资源产出率" in found.text)
    assert any("有突变（2022年）" in line for line in card["changes"]) is is_said
    assert ("有突变（2022年）" in sentence) is is_said


@pytest.mark.parametrize(("jumps", "is_said"), [(2, False), (3, True)])
def test_a_body_of_which_much_jumps_at_once_is_another_body_since(jumps, is_said):
    # of three quantities, one of which a tenth of the index stands on, and no rate of page one
    variables = ("water_reused", "film_used", "film_recovered")[:jumps]
    lines = [jump(2022, variable=variables[i % jumps]).findings[0] for i in range(4)]
    known = evidence(builders.bundle(findings=tuple(lines)))
    for card in (index_card(known), *headline_cards(known)):
        assert any("有突变（2022年）" in line for line in card["changes"]) is is_said


def test_a_stream_that_next_to_nothing_stands_on_makes_no_other_body_of_it_by_all_its_facets():
    facets = ("generated", "used", "stored", "disposed")
    lines = [jump(2022, variable=f"gangue_{facet}").findings[0] for facet in facets]
    known = evidence(builders.bundle(findings=tuple(lines)))
    for card in (index_card(known), *headline_cards(known)):
        assert not any("有突变" in line for line in card["changes"])


def test_a_change_across_another_extent_of_the_entity_is_said_with_it():
    entity = builders.bundle().entity.model_copy(
        update={"changes": (EntityChange(year=2023, kind="merged"),)}
    )
    assert "jump on the way (2023)" in text(builders.bundle(entity=entity), lang="en")


def kinds(data=None, lang="zh"):
    return {f.text: f.kind for f in sentences(data, lang)}


def test_what_moved_the_index_most_is_said_since_both_years_with_its_points():
    # resource output: weight 0.3, 10,000 CNY/t more since 2020 are 10 points of score, 2,000 since
    # 2024 two
    assert (
        "“主要资源产出率”改善：2020年20,000.0\xa0元/吨，2024年28,000.0\xa0元/吨，"
        "本年30,000.0\xa0元/吨；使指数较2020年上升3.0分、较2024年上升0.6分。" in text()
    )
    assert (
        "Resource output rate improved: 20,000.0\xa0CNY/t in 2020, 28,000.0\xa0CNY/t in 2024, now"
        " 30,000.0\xa0CNY/t; index +3.0 points since 2020, +0.6 points since 2024."
        in text(lang="en")
    )


def test_a_fall_since_last_year_is_named_as_a_fall():
    found = kinds(changed(waste_recycled=(40, 45, 50, 55, 60, 50)))
    fall = "“固体废物利用率”比2024年退步：由60.0%到50.0%（−10.0百分点）；使指数下降0.8分。"
    assert found[fall] == "bad"


def test_a_fall_since_the_base_year_is_named_though_last_year_was_no_better():
    # recycled input of a park: 16.2 % in the base year, 3.8 % last year, 4.1 % now
    data = changed(waste_recycled=(16.2, 16, 3.7, 3.7, 3.8, 4.1))
    fall = "Waste recycling rate worsened: from 16.2% in 2020 to 4.1% (−12.1 pp)"
    (line,) = [line for line in kinds(data, "en") if line.startswith(fall)]
    assert kinds(data, "en")[line] == "bad"
    assert not [line for line in kinds(data, "en") if "Waste recycling rate improved" in line]


def test_what_moved_the_index_more_is_said_first():
    lines = [f.text for f in sentences(changed(waste_recycled=(90, 90, 90, 90, 60, 10)))]
    worse, better = (
        next(i for i, line in enumerate(lines) if word in line) for word in ("退步", "改善")
    )
    assert worse < better


def test_a_falling_index_is_a_finding():
    found = kinds(changed(waste_recycled=(40, 45, 50, 55, 60, 10)))
    assert (
        next(kind for line, kind in found.items() if line.startswith("城市循环发展指数")) == "bad"
    )


def test_less_of_what_should_be_less_is_an_improvement():
    data = changed(water_use=(500, 500, 500, 500, 500, 60))
    line = next(line for line in kinds(data, "en") if line.startswith("Water per output"))
    assert "improved" in line and kinds(data, "en")[line] == "good"


def test_a_finding_says_of_a_change_what_the_table_says():
    bundle = pages.opened(changed(waste_recycled=(40, 45, 50, 55, 60, 50)), "en")
    made = pages.computed(bundle)
    table = repr(
        tables.results_table(
            bundle, made["indicators"], made["scored"], made["result"], made["parts"]
        )
    )
    row = next(line for line in table.splitlines() if line.startswith("Waste recycling rate"))
    assert "−10.0 pp" in row and "−0.80" in row


def test_a_group_whose_figures_are_gone_is_named():
    gone = dict.fromkeys(("waste_recycled", "water_reused"))
    rows = {code: (*builders.VALUES[code][:5], None) for code in gone}
    rules = builders.framework()
    rules = rules.model_copy(
        update={"missing": rules.missing.model_copy(update={"min_weight_covered": 0.5})}
    )
    data = builders.bundle(record=pages.record(rows), framework=rules)
    found = kinds(data)
    assert found["分项“循环利用”2024年有得分，本年没有可计分的数据。"] == "bad"
    assert not [line for line in found if "得分最高" in line]  # one group is left


def test_a_group_that_came_anew_is_named():
    rows = {c: (None,) * 5 + builders.VALUES[c][5:] for c in ("waste_recycled", "water_reused")}
    rules = builders.framework()
    rules = rules.model_copy(
        update={"missing": rules.missing.model_copy(update={"min_weight_covered": 0.5})}
    )
    data = builders.bundle(record=pages.record(rows), framework=rules)
    assert "Recycling: no figure that counted in 2024, scored this year." in kinds(data, "en")


def test_a_group_that_lost_since_last_year_is_named_with_its_loss():
    assert "比2024年下降的有“循环利用”（−" in text(changed(waste_recycled=(40, 45, 50, 55, 60, 30)))


def beside(**figure):
    made = PeerFigure(code="waste_rate", **figure)
    peers = PeerTable(entity_type="district", audience="respondent", figures=(made,))
    return builders.bundle(peers=peers)


@pytest.mark.parametrize(
    ("figure", "line", "kind"),
    [
        ({"median": 90.0, "standing": "weakness"}, "在同类中居末四分之一：“固体废物利用率”（65.0%，同类中位数90.0）。", "bad"),
        ({"median": 40.0, "standing": "strength"}, "在同类中居前四分之一：“固体废物利用率”（65.0%，同类中位数40.0）。", "good"),
        ({"rank": 6, "n": 6, "standing": "weakness"}, "在同类中居末四分之一：“固体废物利用率”（65.0%，第6位，共6个）。", "bad"),
        ({"standing": "weakness"}, "在同类中居末四分之一：“固体废物利用率”（65.0%）。", "bad"),
    ],
)  # fmt: skip
def test_what_is_out_of_line_with_peers_is_said_from_released_figures(figure, line, kind):
    assert kinds(beside(**figure))[line] == kind


def test_nothing_is_said_of_peers_where_nothing_is_released():
    assert "同类" not in text(beside(median=None))


@pytest.mark.parametrize(
    ("light", "said"), [("not_met", "1项目标未完成"), ("behind", "1项目标滞后于序时进度")]
)
def test_targets_missed_or_late_are_named(light, said):
    late = replace(builders.target(), light=light, actual=8.0)
    found = text(builders.bundle(targets=(late,)))
    assert said in found and "单位产值用水量下降（实际8.0%，目标16.0%）" in found


def test_reference_targets_are_no_one_s_failure():
    late = replace(builders.target(), light="not_met", role="reference")
    assert "目标" not in text(builders.bundle(targets=(late,)))


def test_not_filing_comes_first_and_nothing_is_rated():
    found = sentences(pages.not_filed())
    assert found[0].kind == "warning" and "未收到" in found[0].text
    assert not any("得分最高" in f.text or "提高" in f.text for f in found)


def test_too_little_data_comes_first_with_both_shares():
    first = sentences(pages.without("gdp"))[0]
    assert first.kind == "warning"
    assert "权重的40%" in first.text and "低于80%" in first.text


def test_open_warnings_and_estimates_are_counted():
    assert "待核实提示1条、测算值1个" in text()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_there_are_never_more_than_asked_for(lang):
    assert len(sentences(lang=lang, most=3)) == 3


def test_no_sentence_says_a_rise_of_minus():
    assert "−" not in text() + text(lang="en")


def test_a_rise_of_the_index_is_not_said_twice_on_one_page():
    assert "指数比2024年" not in text()  # the card says it; there are findings enough
    steady = {code: (row[4],) * 6 for code, row in builders.VALUES.items() if row[0] is not None}
    steady["gdp"] = (1400,) * 5 + (1401,)
    data = builders.bundle(
        record=builders.record().model_copy(
            update={
                "values": {**builders.VALUES, **steady},
                "flags": dict.fromkeys(builders.VALUES, (0,) * 6),
            }
        ),
        targets=(),
        findings=(),
    )
    assert "指数比2024年持平" in text(data)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("lines", [3, 4, 6])
def test_sentences_are_as_many_as_fit_the_lines_of_the_page(lang, lines):
    known = evidence(None, lang)
    some = findings(known, lines=lines)
    assert sum(lines_of(f.text) for f in some) <= lines
    every = findings(known)
    assert [f for f in every if f in some] == list(some)  # the order of weight stays


def test_an_ideograph_takes_the_width_of_two_letters():
    assert [lines_of("x" * n) for n in (1, LINE, LINE + 1)] == [1, 1, 2]
    assert [lines_of("循" * n) for n in (LINE // 2, LINE // 2 + 1)] == [1, 2]


def test_a_fall_is_not_left_out_for_a_rise():
    known = evidence(changed(waste_recycled=(40, 45, 50, 55, 60, 10)))
    (only,) = findings(known, lines=1)
    assert only.kind == "bad"


def test_page_one_says_how_much_of_a_rise_comes_from_values_not_returned_the_year_before():
    whole = evidence()
    rises = {c: whole.moved_by(c, 2024) for c in ("resource_output", "energy_output")}
    rises["water_intensity"] = whole.moved_by("water_intensity", 2024)
    rises["water_reuse"] = whole.moved_by("water_reuse", 2024)
    gap = changed(waste_recycled=(*builders.VALUES["waste_recycled"][:4], None, 90.0))
    known = evidence(gap)
    assert known.returned_once(2024) == ("waste_rate",)
    assert known.like_for_like(2024) == pytest.approx(sum(rises.values()))
    # the floor in 2024, 90 of 100 points of the scale with a weight of 0.2 since: 0.2 x 36
    assert index_card(known)["like_for_like"].startswith(
        "其中1项指标只有一年报送了数值，由此提高7.2分；"
    )
    assert (
        "two years only, from which up 7.2 points"
        in index_card(evidence(gap, "en"))["like_for_like"]
    )


def test_nothing_is_said_of_coverage_where_both_years_have_the_same_values():
    assert index_card(evidence())["like_for_like"] == ""
