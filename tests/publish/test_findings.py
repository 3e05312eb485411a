"""The sentences of page one."""

from __future__ import annotations

from dataclasses import replace

import builders
import pages
import pytest

from cescore import desk
from cescore.publish.pages.scorecard import findings
from cescore.publish.words import LANGUAGES


def sentences(data=None, lang="zh", most=9):
    bundle = pages.opened(data, lang)
    indicators = desk.compute_indicators(bundle)
    scored = desk.apply_missing_rules(bundle, desk.normalise(bundle, indicators), indicators)
    result, progress = desk.aggregate(bundle, scored), desk.progress_index(bundle, indicators)
    return findings.findings(bundle, result, progress, indicators, most=most)


def text(*given, **named):
    return "\n".join(found.text for found in sentences(*given, **named))


def test_strongest_and_weakest_group_are_named():
    assert "“循环利用”得分最高（83.0分），“产出效率”最低（81.0分）" in text()
    assert "Recycling scores highest (83.0) and Output efficiency lowest (81.0)." in text(lang="en")


def test_the_largest_improvement_is_said_in_percentage_points():
    # water reuse: 44 % -> 50 %, 2.4 points of score, more than any other
    assert "“再生水利用率”改善最明显：由2024年的44.0%到50.0%（+6.0百分点）。" in text()


def test_a_fall_is_named_as_a_fall():
    row = (*builders.VALUES["waste_recycled"][:5], 30.0)
    scores = [
        s.model_copy(update={"values": (*s.values[:5], 72.0)}) if s.code == "waste_rate" else s
        for s in builders.evaluated().scores
    ]
    made = builders.bundle(
        record=pages.record({"waste_recycled": row}),
        evaluated=builders.evaluated().model_copy(update={"scores": tuple(scores)}),
    )
    assert "“固体废物利用率”退步最明显：由2024年的60.0%到30.0%（−30.0百分点）。" in text(made)


@pytest.mark.parametrize(
    ("light", "said"), [("not_met", "1项目标未完成"), ("behind", "1项目标落后于序时进度")]
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


def test_the_change_of_the_index_is_not_said_twice_on_one_page():
    assert "指数比上年" not in text()  # the card says it; there are findings enough
    assert "指数比上年提高" in text(builders.bundle(targets=(), findings=(), evaluated=unmoved()))


def unmoved():
    """Scores that nobody released: then there is neither a largest move nor a lever."""
    return builders.evaluated().model_copy(update={"scores": ()})
