"""What to do next: rules over the numbers."""

from __future__ import annotations

from dataclasses import replace

import builders
import pages
import pytest

from cescore.publish.pages.scorecard.advice import MOST, advice
from cescore.publish.pages.scorecard.findings import Known
from cescore.publish.view import View
from cescore.publish.words import LANGUAGES


def said(data=None, lang="zh", most=9):
    bundle = pages.opened(data, lang)
    steps = pages.computed(bundle)
    known = Known(View(bundle), steps["result"], steps["progress"], steps["indicators"])
    return advice(known, most)


def target(light, **more):
    line = builders.bundle().targets[0]
    return builders.bundle(targets=(replace(line, light=light, **more),))


def test_the_lever_is_weight_times_room_above():
    # resource output: weight 0.3, score 80: 0.3 x 20 = 6
    line = next(line for line in said() if "主要资源产出率" in line)
    assert "达到标尺上端50,000.0" in line and "指数可提高6.0分" in line


def test_the_gap_to_a_missed_target_is_named_in_percentage_points():
    data = target("not_met", unit="%", value=15.0, actual=12.5, completion=12.5 / 15)
    assert "还差2.5个百分点" in said(data)[0]


def test_a_target_behind_schedule_says_what_each_year_must_bring():
    data = target(
        "behind", unit="%", value=15.0, actual=9.0, completion=0.6, schedule_carbon=0.8, still_needed=3.2
    )  # fmt: skip
    assert "年均须下降3.2%" in said(data)[0]


def test_targets_of_others_are_no_ones_task():
    assert not [line for line in said(target("not_met", role="reference")) if "距目标" in line]


def test_without_a_return_the_first_thing_is_to_file_it():
    assert said(pages.not_filed())[0].startswith("补报")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_there_are_never_more_than_a_reader_will_act_on(lang):
    assert len(said(lang=lang, most=MOST)) <= MOST


def test_no_lever_is_named_where_parts_do_not_add_up_to_the_index():
    rules = builders.framework(aggregation="geometric_mean")
    assert not [line for line in said(builders.bundle(framework=rules)) if "指数可提高" in line]
