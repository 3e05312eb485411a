"""What to do next: rules over the numbers."""

from __future__ import annotations

import re
from dataclasses import replace

import builders
import pages
import pytest

from cescore.definitions.model import Overlap, Plan
from cescore.disclosure.documents.bundle import FindingLine, FittedConstants
from cescore.method.disclosure.rules import PeerFigure
from cescore.method.grading.grade_margin import GradeMargin, GradeTurn
from cescore.method.grading.pace import Pace
from cescore.publish.comparable import comparable_figures
from cescore.publish.pages.scorecard.advice import MOST, advice
from cescore.publish.pages.scorecard.evidence import PageEvidence
from cescore.publish.view import View
from cescore.publish.words import LANGUAGES


def said(data=None, lang="zh", most=9):
    bundle = pages.opened(data, lang)
    steps = pages.computed(bundle)
    known = PageEvidence(View(bundle), steps["result"], steps["progress"], steps["indicators"])
    return advice(known, most)


def target(light, **more):
    line = builders.bundle().targets[0]
    return builders.bundle(targets=(replace(line, light=light, **more),))


def test_a_lever_goes_as_far_as_its_own_best_year_did_and_gains_weight_times_its_score():
    # resource output: 30 000, its best year 2 000 of the 22 000 that were left to 50 000: 20 000 / 11
    # now; weight 0.3 of the index, of 40 points, which is 0.3 of the total: 20 / 11 x 0.3 x 100 / 40 x 0.3
    line = next(line for line in said() if "主要资源产出率" in line)
    assert line == (
        "提高“主要资源产出率”：由2025年的30,000.0\xa0元/吨提高到31,818.2\xa0元/吨"
        "（按近三年最好一年占余下差距之比）。总分可提高0.4分。"
    )


def test_an_entity_with_fewer_years_than_are_looked_back_on_is_not_told_of_three():
    short = pages.record({"gdp": (None, None, None, None, 1400.0, 1500.0)})
    lines = [line for line in said(builders.bundle(record=short)) if "主要资源产出率" in line]
    assert lines and all("有数据以来" in line and "近三年" not in line for line in lines)


def with_peers(**figure):
    table = builders.bundle().peers.model_copy(
        update={"figures": (PeerFigure("resource_output", n=30, **figure),)}
    )
    return builders.bundle(peers=table)


@pytest.mark.parametrize(
    ("figure", "words"),
    [
        ({"median": 33000.0, "upper_quartile": 36000.0}, "33,000.0\xa0元/吨（同类中位数）"),
        ({"median": 20000.0, "upper_quartile": 34000.0}, "34,000.0\xa0元/吨（同类较好一半的中位数）"),
        ({"median": 20000.0, "upper_quartile": 25000.0}, "31,818.2\xa0元/吨（按近三年最好一年占余下差距之比）"),
        # three of its own years brought 6 000 of 26 000 left: beyond that nobody's value is a next step
        ({"median": 36000.0, "upper_quartile": 49000.0}, "31,818.2\xa0元/吨（按近三年最好一年占余下差距之比）"),
    ],
)  # fmt: skip
def test_the_next_step_is_the_nearest_that_better_peers_have_reached(figure, words):
    line = next(line for line in said(with_peers(**figure)) if "主要资源产出率" in line)
    assert f"提高到{words}" in line


def test_advice_never_goes_to_the_end_of_a_scale_in_one_step():
    for line in said():
        assert "50,000.0" not in line


def step_of(gdp, findings=()):
    """The next step of resource output, 20 times GDP, by the entity's own years."""
    data = builders.bundle(record=pages.record({"gdp": gdp}), findings=findings)
    bundle = pages.opened(data, "zh")
    steps = pages.computed(bundle)
    known = PageEvidence(View(bundle), steps["result"], steps["progress"], steps["indicators"])
    return known.step("resource_output")


def test_an_indicator_that_has_only_fallen_is_brought_back_to_what_it_had_of_late():
    step = step_of((900, 800, 700, 690, 680, 670))  # of the 700 of 2022 that lasted
    assert (step.kind, step.value) == ("own_best", pytest.approx(20 * 690))
    assert step_of((900, 800, 700, 700, 700, 700)) is None, "no number is made up"


def test_a_year_that_a_finding_doubts_sets_no_pace():
    rising = (900, 900, 900, 900, 950, 960)
    assert step_of(rising).value > 20 * 965
    doubt = FindingLine(
        severity="warning", code="year_on_year", variable="gdp", year=2024, status="confirmed"
    )
    assert step_of(rising, (doubt,)) is None
    ordinary = doubt.model_copy(update={"code": "usual_range"})
    assert step_of(rising, (ordinary,)) == step_of(rising)


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("zh", "降低“单位产值用水量”：由2025年的600.0\xa0立方米/万元降低到400.0\xa0立方米/万元（"),
        ("en", "Cut Water per output from 600.0\xa0m³/10k CNY in 2025 to 400.0\xa0m³/10k CNY ("),
    ],
)  # fmt: skip
def test_what_should_be_less_is_cut_not_raised(lang, words):
    # its best year brought a third of what was left to nothing
    rows = {"gdp": (100,) * 6, "water_use": (9, 9, 9, 9, 9, 6), "water_reused": (1,) * 6}
    data = builders.bundle(record=pages.record(rows))
    assert [line for line in said(data, lang) if line.startswith(words)]


def test_the_gap_to_a_missed_target_is_named_in_percentage_points():
    data = target("not_met", unit="%", value=15.0, actual=12.5, completion=12.5 / 15)
    assert "还差2.5个百分点" in said(data)[0]


def test_a_target_behind_schedule_says_what_each_year_must_bring():
    data = target(
        "behind", unit="%", value=15.0, actual=9.0, completion=0.6, schedule_carbon=0.8,
        pace=Pace("fall", "percent", -1.9, -3.2),
    )  # fmt: skip
    assert "年均须下降3.2%" in said(data)[0]


def test_targets_of_others_are_no_ones_task():
    assert not [line for line in said(target("not_met", role="reference")) if "距目标" in line]


def test_without_a_return_the_first_thing_is_to_file_it():
    assert said(pages.not_filed())[0].startswith("补报")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_there_are_never_more_than_a_reader_will_act_on(lang):
    assert len(said(lang=lang, most=MOST)) <= MOST


def of_mean(method):
    return builders.bundle(framework=builders.framework(aggregation=method))


def test_under_a_geometric_mean_the_gain_is_the_index_computed_anew():
    # EFF 81, REC 83 with weights 0.6 and 0.4; resource output, half of its group, from 80 to
    # 80 + 20 / 11 brings EFF half of it: 81.9^0.6 x 83^0.4 - 81^0.6 x 83^0.4; of 40 points, which is 0.3 of the total
    line = next(line for line in said(of_mean("geometric_mean")) if "主要资源产出率" in line)
    gain = ((81 + 10 / 11) ** 0.6 - 81**0.6) * 83**0.4 * 100 / 40 * 0.3
    assert f"总分可提高{gain:.1f}分" in line


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("zh", "仅凭本单位数据无法算出单项指标改善可提高的分数"),
        ("en", "do not tell what one indicator"),
    ],
)
def test_where_all_are_compared_with_all_advice_says_why_it_names_no_gain(lang, words):
    released = {"": dict.fromkeys(builders.YEARS, 80.0)}
    data = of_mean("copeland").model_copy(
        update={"fitted": FittedConstants(released_groups=released)}
    )
    lines = said(data, lang)
    assert [line for line in lines if words in line]
    assert not [line for line in lines if "指数可提高" in line or "gains" in line]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(
    ("pace", "zh", "en"),
    [
        (Pace("fall", "percent", -1.0, -3.2), "年均须下降3.2%", "a fall of 3.2% a year"),
        (Pace("rise", "percent", 1.0, 3.2), "年均须上升3.2%", "a rise of 3.2% a year"),
        (Pace("level_up", "unit", 0.1, 0.4), "年均须上升0.4个百分点", "a rise of 0.4 percentage points a year"),
        (Pace("level_down", "unit", 0.1, -0.4), "年均须下降0.4个百分点", "a fall of 0.4 percentage points a year"),
    ],
)  # fmt: skip
def test_what_each_year_must_bring_goes_the_way_of_the_target(lang, pace, zh, en):
    data = target("behind", actual=9.0, completion=0.6, pace=pace, level_unit="%")
    assert {"zh": zh, "en": en}[lang] in said(data, lang)[0]


def test_a_level_without_a_schedule_says_while_the_plan_runs_what_each_year_must_bring():
    data = target(
        "not_met", type="level", op=">=", actual=70.0, value=85.0, completion=0.2,
        pace=Pace("level_up", "unit", 1.0, 7.5), level_unit="%",
    )  # fmt: skip
    assert "年均须上升7.5个百分点" in said(data)[0]


@pytest.mark.parametrize(
    ("op", "actual", "words"),
    [("<=", 433.0, "Cut Fall of water per output from 433.0"), (">=", 200.0, "Raise Fall of")],
)
def test_a_level_that_was_missed_is_raised_or_cut_to_it(op, actual, words):
    data = target(
        "not_met", type="level", op=op, unit="kg/person", value=300.0, actual=actual, completion=0.2
    )
    line = said(data, "en")[0]
    assert line.startswith(words) and "in 2025 to its target 300.0" in line


def checks(*credits, **more):
    """A bundle with one measure of scored checks by their credit, None: recorded only."""
    made = tuple(
        builders.check(f"M01{'abcdef'[i]}", f"检查{i}", f"Check {i}", credit=credit,
                       status="done" if credit == 1 else "not_done", **more)
        for i, credit in enumerate(credits)
    )  # fmt: skip
    known = [credit for credit in credits if credit is not None]
    line = replace(builders.measure(), checks=made, scored=len(known), credit=sum(known))
    return builders.bundle(measures=(line,))


def test_checks_are_advised_by_name_those_that_lack_most_first_with_what_they_bring():
    # (0.2 + 0.5) of 4 checks, which are a fifth of the total
    line = next(line for line in said(checks(1.0, 0.8, 0.5, 1.0)) if "检查" in line)
    assert line == "补足2项未完成或部分完成的计分检查：M01c 检查2、M01b 检查1。总分可提高3.5分。"


def test_what_is_recorded_only_is_nobodys_task():
    assert not [line for line in said(checks(1.0, None)) if "M01" in line]


def test_what_brings_most_to_the_total_comes_first_and_next_to_nothing_is_not_advised():
    few, many = said(checks(0.99, 1.0, 1.0)), said(checks(0.0, 1.0, 1.0))
    assert "M01a" in many[0] and "总分可提高6.7分" in many[0]
    assert not [line for line in few if "M01a" in line], "0.07 of the total"
    gains = [float(gain) for line in many for gain in re.findall(r"可提高([\d.]+)分", line)]
    assert len(gains) > 1 and gains == sorted(gains, reverse=True)


def test_what_measures_one_quantity_is_advised_once():
    joined = Overlap(
        id="O1", of="water_reuse", beside={"district": "waste_rate"}, counts="both", zh="同一个量"
    )
    plan = Plan(
        id="p", base_year=2020, first_year=2021, last_year=2025, source="test",
        overlaps={"O1": joined},
    )  # fmt: skip
    both = {"再生水利用率", "固体废物利用率"}
    apart, once = (
        {
            name
            for name in both
            for line in said(builders.bundle(rules=rules))
            if f"“{name}”" in line
        }
        for rules in (None, plan)
    )
    assert apart == both and len(once) == 1


def of_several_industries(**posts):
    """A firm beside all firms, one indicator of which has a scale of its own for its industry."""
    data = builders.bundle()
    indicators = dict(data.framework.indicators)
    one = indicators["resource_output"]
    ends = {year: post.model_copy(update=posts) for year, post in one.goalposts.items()}
    indicators["resource_output"] = one.model_copy(update={"goalposts": ends})
    figures = (
        PeerFigure("resource_output", n=30, median=33000.0, standing="weakness"),
        PeerFigure("REC", n=30, median=90.0, standing="weakness"),
    )
    return builders.bundle(
        entity=data.entity.model_copy(update={"industry": "食品"}),
        framework=data.framework.model_copy(update={"indicators": indicators}),
        peers=data.peers.model_copy(update={"figures": figures, "audience": "respondent"}),
    )


def test_a_value_that_goes_by_industry_is_held_against_no_other_industry():
    own = of_several_industries(by_industry={"食品": (10000, 50000)})
    assert not [line for line in said(own) if "33,000" in line]
    view = View(pages.opened(own, "zh"))
    assert set(comparable_figures(view)) == {"REC"}
    alike = View(pages.opened(of_several_industries(), "zh"))
    assert set(comparable_figures(alike)) == {"resource_output", "REC"}


def test_beside_all_firms_the_page_says_so_and_falls_back_on_scores_of_groups():
    page = pages.all_tables(
        pages.opened(of_several_industries(by_industry={"食品": (10000, 50000)}), "zh")
    )["page_one"].html
    assert "在全部填报企业中居末四分之一：“循环利用”（" in page
    assert "同类中位数" not in page


@pytest.mark.parametrize(("needed", "is_told"), [(2.0, True), (3.0, False)])
def test_what_lifts_the_grade_is_no_more_checks_than_the_advice_is_about(needed, is_told):
    turn = GradeTurn("measures", "", "", "", 3.0, needed, "count")
    margin = GradeMargin("优秀", "excellent", 1.0, 1.0, (turn,))
    data = checks(1.0, 0.8, 0.5, 1.0).model_copy(update={"margin": margin})
    line = next(line for line in said(data) if "补足2项" in line)
    assert ("等级即升为“优秀”" in line) is is_told


def with_total_withheld(data):
    """The same with a total, and the part of measures, that are not shown."""
    assessed = data.assessment
    hidden = replace(assessed, total=None, parts={**assessed.parts, "measures": None})
    return data.model_copy(update={"assessment": hidden})


def test_where_the_total_is_withheld_advice_keeps_its_order_and_prints_no_points_of_it():
    shown, withheld = said(checks(0.0, 1.0, 1.0)), said(with_total_withheld(checks(0.0, 1.0, 1.0)))
    assert "M01a" in shown[0] and "M01a" in withheld[0], (
        "a fifteenth of the total: more than any step"
    )
    assert not [line for line in withheld if "总分" in line]
    few = said(with_total_withheld(checks(0.99, 1.0, 1.0)))
    assert not [line for line in few if "M01a" in line], "0.07 of the total"


def test_a_withheld_credit_has_no_part_in_the_order_of_advice():
    def order(credit):
        data = checks(0.5, 1.0, 1.0)
        (line,) = data.measures
        hidden = builders.check("M01z", "不予公布", "Withheld", credit=None, status="partial")
        whole = replace(line, checks=(*line.checks, hidden), counts={"partial": int(10 * credit)})
        return said(with_total_withheld(data.model_copy(update={"measures": (whole,)})))

    assert order(0.1) == order(0.9) and not [line for line in order(0.1) if "M01z" in line]


@pytest.mark.parametrize(("missing", "is_told"), [(3.5, True), (3.6, False)])
def test_advice_that_reaches_the_next_grade_says_so(missing, is_told):
    # (0.2 + 0.5) of 4 checks, which are a fifth of the total: 3.5
    margin = GradeMargin("优秀", "excellent", missing, 1.0)
    data = checks(1.0, 0.8, 0.5, 1.0).model_copy(update={"margin": margin})
    line = next(line for line in said(data) if "补足2项" in line)
    assert ("等级随之升为“优秀”" in line) is is_told
