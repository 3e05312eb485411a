"""What page one says of vetoes, of a grade's firmness, of targets that are another's, of its rates."""

from __future__ import annotations

from dataclasses import replace

import builders
import pages
import pytest

from cescore.definitions.model import Plan, Veto
from cescore.method.grading.assessment import VetoSign
from cescore.method.grading.grades import GradeStep
from cescore.method.grading.vetoes import VetoLine
from cescore.method.uncertainty.firmness import (
    AppliedAlternative,
    Band,
    GradeFirmness,
    grade_firmness,
)
from cescore.publish.numbers import change_cell
from cescore.publish.pages.scorecard.advice import advice
from cescore.publish.pages.scorecard.evidence import PageEvidence
from cescore.publish.pages.scorecard.findings import findings
from cescore.publish.pages.scorecard.firmness import uncertainty_note
from cescore.publish.pages.scorecard.front_index import grade_card
from cescore.publish.pages.scorecard.front_rates import headline_cards
from cescore.publish.pages.scorecard.page_one import target_note
from cescore.publish.view import View

BANDS = (
    GradeStep("良好", "good", 80.0),
    GradeStep("合格", "pass", 60.0),
    GradeStep("差", "poor", 0.0),
)
SIGN = VetoSign(
    "P01", "单位GDP能耗", "Energy per GDP", "tce/10k CNY", ">", 1.03, 1.0, 2020, shown=True
)  # fmt: skip


def known(data, lang="zh"):
    bundle = pages.opened(data, lang)
    steps = pages.computed(bundle)
    return PageEvidence(View(bundle), steps["result"], steps["progress"], steps["indicators"])


def with_veto(status, grade):
    made = {"source": "test", "tag": "P"}
    veto = Veto(id="V", entity_types=("district",), grade=grade, **made)
    plan = Plan(
        id="p", base_year=2020, first_year=2021, last_year=2025, source="test", vetoes={"V": veto}
    )
    line = VetoLine("V", "能耗不降反升", "Energy rose", status=status, sign=SIGN)
    assessed = replace(builders.bundle().assessment, vetoes=(line,), bands=BANDS)
    return known(builders.bundle(rules=plan, assessment=assessed))


@pytest.mark.parametrize(
    ("status", "grade", "words"),
    [
        ("proposed", "合格", "成立的，等级不高于“合格”。"),
        ("proposed", "差", "成立的，等级定为“差”。"),
        ("standing", "合格", "等级因此不高于“合格”。"),
    ],
)
def test_page_one_names_a_veto_with_its_figures_and_what_it_makes_of_the_grade(
    status, grade, words
):
    first = findings(with_veto(status, grade))[0]
    assert first.kind == "bad" and first.text.endswith(words)
    assert "单位GDP能耗1.0300\xa0吨标准煤/万元，比2020年上升3.0%" in first.text


def test_a_veto_that_the_figures_show_is_the_first_thing_to_see_to():
    assert "单位GDP能耗" in advice(with_veto("proposed", "合格"))[0]
    assert not [line for line in advice(with_veto("clear", "合格")) if "否决" in line]
    assert not [line for line in findings(with_veto("clear", "合格")) if "否决" in line.text]


def test_a_target_that_nothing_binds_costs_its_points_and_limits_no_grade():
    line = replace(builders.target(), light="not_met")
    for binding in (False, True):
        data = builders.bundle(targets=(replace(line, binding=binding),))
        text = next(f.text for f in findings(known(data)) if "未完成" in f.text)
        assert ("不限等级" in text) is not binding


def test_a_type_whose_targets_make_no_total_is_told_of_no_points_that_one_costs():
    line = replace(builders.target(), light="not_met", binding=False)
    ungraded = replace(builders.bundle().assessment, weights={})
    data = builders.bundle(targets=(line,), assessment=ungraded)
    assert not [f for f in findings(known(data)) if "不限等级" in f.text]


def test_a_body_whose_targets_are_another_s_is_told_that_its_grade_holds_no_progress():
    assessed = replace(builders.bundle().assessment, weights={"index": 0.8, "measures": 0.2})
    lines = (replace(builders.target(), role="reference"),)
    assert "不含进步" in target_note(
        known(builders.bundle(targets=lines, assessment=assessed)).view
    )
    assert target_note(known(builders.bundle(assessment=assessed)).view) == ""


def drawn_from(*indices):
    """A band whose draws have these indices, each as often."""
    drawn = [index for index in sorted(indices) for _ in range(100 // len(indices))]
    return Band(70.0, 90.0, 9, (), percentiles=tuple(drawn))


GOOD = replace(
    builders.bundle().assessment, bands=BANDS, total=81.0, graded=True, reason="",
    weights={"index": 1.0}, grade_zh="良好", grade_en="good",
)  # fmt: skip


def firmness(*indices, assessed=GOOD):
    """Of a total of 81 with an index of 80; a point of the scale from 60 to 100 is 2.5 of the total,
    and 80 the least for good."""
    return grade_firmness(assessed, 80.0, drawn_from(*indices), builders.framework().scale)


def test_a_grade_is_borderline_by_the_quarters_of_the_draws_that_give_another():
    good, fair = ("良好", "good"), ("合格", "pass")
    for below, expected in enumerate(
        ((*good, *good, ""), (*fair, *fair, "quarter"), (*fair, *fair, "half"),
         (*fair, *fair, "three_quarters"), (*fair, *fair, "three_quarters"))
    ):  # fmt: skip
        indices = [79.5] * below + [79.7] * (4 - below)
        assert firmness(*indices) == GradeFirmness(*expected)


def test_other_grades_on_both_sides_count_together_and_only_those_that_the_step_needs_are_named():
    best = (GradeStep("优秀", "excellent", 90.0), *BANDS)
    assessed = replace(GOOD, bands=best)
    both = firmness(*[79.5] * 20, *[80.0] * 60, *[84.0] * 20, assessed=assessed)
    assert both == GradeFirmness("合格", "pass", "优秀", "excellent", "quarter")
    below = firmness(*[79.5] * 30, *[80.0] * 60, *[84.0] * 10, assessed=assessed)
    assert below == GradeFirmness("合格", "pass", "合格", "pass", "quarter")


def test_a_grade_of_fewer_draws_than_lie_beyond_the_band_is_not_named():
    best = (GradeStep("优秀", "excellent", 90.0), *BANDS)
    assessed = replace(GOOD, bands=best)
    few = firmness(*[79.5] * 48, *[80.0] * 48, *[84.0] * 4, assessed=assessed)
    assert few == GradeFirmness("合格", "pass", "合格", "pass", "quarter")
    enough = firmness(*[79.5] * 48, *[80.0] * 47, *[84.0] * 5, assessed=assessed)
    assert enough == GradeFirmness("合格", "pass", "优秀", "excellent", "half")


@pytest.mark.parametrize(
    ("below", "words"),
    [
        (0, "四分之三以上的抽样等级不变"),
        (1, "四分之一以上的抽样为“合格”"),
        (2, "一半以上的抽样不是本等级，而是“合格”"),
        (3, "四分之三以上的抽样不是本等级，而是“合格”"),
    ],
)
def test_page_one_says_plainly_where_most_draws_give_another_grade(below, words):
    firm = firmness(*[79.5] * below, *[79.7] * (4 - below))
    band = replace(drawn_from(79.7), percentiles=None)
    data = builders.bundle(assessment=GOOD, uncertainty=band, grade_firmness=firm)
    said = grade_card(known(data).view)["margin"]
    assert said[-1].endswith(words) and said[-1].startswith("临界") is (below > 0)


@pytest.mark.parametrize(("own", "leans"), [("arithmetic_mean", True), ("geometric_mean", False)])
def test_a_band_with_geometric_means_of_an_arithmetic_index_is_said_to_lean_down(own, leans):
    means = (
        AppliedAlternative("aggregation", "as_defined: arithmetic_mean", 0.5),
        AppliedAlternative("aggregation", "geometric_mean", 0.5),
    )
    data = builders.bundle(
        framework=builders.framework(aggregation=own), uncertainty=Band(70.0, 90.0, 9, means)
    )
    assert ("区间因此偏低" in str(uncertainty_note(pages.opened(data, "zh")).html)) is leans


def test_beside_the_recycling_rate_stands_what_share_of_the_input_is_recycled():
    framework = builders.framework()
    headline = framework.headline.model_copy(update={"recycled_input_share": "water_reuse"})
    data = builders.bundle(framework=framework.model_copy(update={"headline": headline}))
    assert "再生水利用率：50.0%" in headline_cards(known(data))[-1]["notes"]


def test_of_a_place_among_levels_there_is_no_percentage():
    assert change_cell(2.94, 3.14, "level", "zh") == "−0.20"
    assert change_cell(2.94, 3.14, "ratio", "zh") == "−6.4%"
