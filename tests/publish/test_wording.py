"""Sentences say what the figures mean: direction, scale, standing, and nothing more."""

from __future__ import annotations

import re
from dataclasses import replace
from types import SimpleNamespace

import builders
import pages
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cescore.definitions.formulas.unit_names import unit_text
from cescore.definitions.model import Named, Run
from cescore.desk import tables
from cescore.disclosure.documents.bundle import StandardCard
from cescore.method.column import Flag, State
from cescore.method.grading.standards import GroupLine, RequirementLine
from cescore.publish import words
from cescore.publish.fragment import plain_text
from cescore.publish.numbers import legend
from cescore.publish.pages.pace import pace_words, way
from cescore.publish.view import View
from cescore.publish.words import LANGUAGES, load_labels, subject

FALL, RISE = {"zh": "下降", "en": "fall"}, {"zh": "上升", "en": "rise"}


def aim(kind, op=">="):
    return SimpleNamespace(type=kind, op=op)


AIMS = [
    (aim("cumulative_reduction"), "fall"), (aim("cumulative_increase"), "rise"),
    (aim("level", ">="), "rise"), (aim("level", "<="), "fall"),
]  # fmt: skip


@pytest.mark.parametrize(("is_public", "is_said"), [(False, True), (True, False)])
def test_a_survey_binds_the_report_of_a_single_respondent_and_of_no_public_body(
    is_public: bool, is_said: bool
) -> None:
    bundle = builders.bundle(legal_basis="statistical", is_public=is_public)
    html = tables.provenance(pages.opened(bundle)).html
    assert ("仅供填报单位使用" in html) == is_said
    assert "统计调查" in html


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(("target", "side"), AIMS)
def test_a_pace_is_called_what_it_is_whatever_the_target_asks(target, side, lang):
    towards, away = (FALL, RISE) if side == "fall" else (RISE, FALL)
    assert way(target) == side
    assert towards[lang] in pace_words(target, 3.2, lang)
    assert away[lang] in pace_words(target, -3.2, lang)
    assert "3.20" in pace_words(target, -3.2, lang) and "−" not in pace_words(target, -3.2, lang)


@given(st.sampled_from([t for t, _ in AIMS]), st.floats(-0.0049, 0.0049))
def test_a_pace_that_rounds_away_is_none(target, pace):
    assert pace_words(target, pace, "en") == "no change on average"


@pytest.mark.parametrize(
    ("kind", "op", "said"),
    [
        ("cumulative_reduction", ">=", "fall of 1.50%"),
        ("cumulative_increase", ">=", "rise of 1.50%"),
        ("level", "<=", "fall of 1.50%"),
        ("level", ">=", "rise of 1.50%"),
    ],
)
def test_what_a_target_still_needs_goes_its_way(kind, op, said):
    line = builders.target()
    fields = {"type": kind, "op": op, "still_needed": 1.5}
    changed = type(line)(**{**vars(line), **fields})
    html = tables.targets_table(pages.opened(builders.bundle(targets=(changed,)), "en")).html
    assert said in html


@pytest.mark.parametrize(
    ("unit", "zh", "en"),
    [
        ("kg/person", "千克/人", "kg/person"),
        ("person", "人", "persons"),
        ("10k person", "万人", "10k persons"),
        ("count/10k person", "个/万人", "number/10k persons"),
        ("person/km2", "人/平方千米", "persons/km²"),
    ],
)
def test_units_are_in_the_plural_only_where_there_are_several(unit, zh, en):
    assert (unit_text(unit, "zh"), unit_text(unit, "en")) == (zh, en)


def test_a_legend_says_what_each_sign_stands_for():
    flags = int(Flag.ESTIMATED | Flag.AGGREGATED)
    assert "e = estimated, s = summed" in legend({State.NOT_APPLICABLE}, flags, "en")
    assert "测＝测算、汇＝由下级汇总" in legend(set(), flags, "zh")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_index_on_its_scale_stands_beside_what_it_enters_the_total_as(lang):
    grade = builders.bundle().assessment
    fields = {**vars(grade), "index_converted": True}
    fields = {k: v for k, v in fields.items() if not k.startswith("_")}
    bundle = pages.opened(builders.bundle(assessment=type(grade)(**fields)), lang)
    shown = plain_text(pages.all_tables(bundle)["page_one"].html)
    expected = {
        "zh": "评价指数79.8由81.8换算（标尺60–100",
        "en": "The index part 79.8 is 81.8 on 60–100",
    }
    assert expected[lang] in shown


@pytest.mark.parametrize("lang", LANGUAGES)
def test_parts_of_progress_say_that_higher_is_better(lang):
    html = pages.all_tables(pages.opened(builders.bundle(), lang))["progress_table"].html
    said = {"zh": "越高越好", "en": "higher is better"}[lang]
    groups = re.findall(r'<th class="text group"[^>]*>(.*?)</th>', html)
    assert groups and all(said in group for group in groups)


def test_a_member_whose_ratio_is_turned_over_says_so():
    rules = builders.framework().progress
    members = {**rules.members, "output": {"water_intensity": 1.0}}
    changed = builders.framework(progress=rules.model_copy(update={"members": members}))
    made = builders.bundle(framework=changed, framework_hash=changed.hash)
    assert (
        "Water per output (inverse)"
        in pages.all_tables(pages.opened(made, "en"))["progress_table"].html
    )


def test_no_best_quarter_of_a_group_is_called_a_quarter():
    assert not [
        k for k, t in load_labels().items() if k.startswith("quartile.") and "quarter" in t["en"]
    ]


# --- standards --------------------------------------------------------------------------------


def requirement(**fields):
    made = {
        "id": "S1", "indicator": "x", "zh": "弹性系数", "en": "Elasticity", "unit": "", "op": "<=",
        "threshold": 0.6, "tag": "C", "compulsory": False, "choose": "", "value": 0.5, "status": "met",
        "decides": True,
    }  # fmt: skip
    return RequirementLine(**{**made, **fields})


def standard(*lines, groups=()):
    card = StandardCard(
        id="std", zh="某标准", en="Some standard", source="示例标准", tag="C",
        verdict="undetermined", lines=lines, groups=groups,
    )  # fmt: skip
    return plain_text(
        tables.standards_table(pages.opened(builders.bundle(standards=(card,)), "en")).html
    )


def test_a_threshold_to_be_verified_decides_nothing_and_is_counted_apart():
    text = standard(requirement(), requirement(id="S2", tag="M", decides=False, status="not_met"))
    assert "judged on a confirmed threshold: 1, of which met: 1." in text
    assert "still to be verified: 1; they are shown as unverified" in text
    assert "not met (unverified)" in text and "×" not in text


def test_a_requirement_that_growth_turned_round_says_so():
    assert "reversed" in standard(requirement(turned=True))
    assert "reversed" not in standard(requirement())


def test_a_group_of_which_some_must_be_met_is_named_with_how_it_stands():
    group = GroupLine(code="g", zh="能源", en="Energy", least=1, met=1, status="met", decides=True)
    text = standard(requirement(choose="g"), groups=(group,))
    assert text.count("Energy") == 2 and "Energy: 1 of 1 met (at least 1), met" in text


# --- what nobody stated --------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_report_is_titled_by_what_its_run_assesses(lang):
    def titled(title):
        return subject(Run(year=2025, title=title), lang)

    assert titled(Named(zh="水安全评价", en="Water-security assessment")) in {
        "水安全评价",
        "Water-security assessment",
    }
    assert not {"循环", "ircular"} & set(re.findall("循环|ircular", titled(Named())))
    assert titled(None) in {"循环经济评价", "Circular-economy assessment"}


def test_a_legal_basis_that_nobody_stated_is_not_asserted():
    html = tables.provenance(pages.opened(builders.bundle(legal_basis=""))).html
    assert "资料性质" not in html
    assert (
        "资料性质" in tables.provenance(pages.opened(builders.bundle(legal_basis="consented"))).html
    )


@pytest.mark.parametrize(
    ("lang", "text", "shown"),
    [
        ("en", "材料不全", "[in Chinese: 材料不全]"),
        ("en", "incomplete", "incomplete"),
        ("zh", "材料不全", "材料不全"),
        (
            "zh",
            "a report that nobody translated",
            "〔原文为英文：a report that nobody translated〕",
        ),
        ("zh", "C2025-00012", "C2025-00012"),
        ("en", "", ""),
    ],
)
def test_a_text_without_translation_is_shown_as_it_stands_and_marked(lang, text, shown):
    assert View(pages.opened(builders.bundle(), lang)).fitting(text) == shown


def test_in_a_table_a_unit_is_named_as_it_is_and_what_it_wrote_is_marked():
    found = {"status": "not_done", "evidence": "document", "evidence_ref": "发改3号"}
    said = builders.check(
        "M1", "台账", "Ledger", inspector_unit="统计局", finding="台账缺失", **found
    )
    bundle = builders.bundle(measures=(replace(builders.measure(), checks=(said,)),))
    html = tables.measures_table(pages.opened(bundle, "en")).html
    assert "统计局, [in Chinese: 台账缺失], [in Chinese: 发改3号]" in html


# --- sentences ------------------------------------------------------------------------------------


def test_every_sentence_is_listed_in_both_languages():
    listed = words.listed()
    assert all(f"`{key}`" in listed for key in load_labels())
    assert all(text in listed for both in load_labels().values() for text in both.values())


def test_no_english_sentence_uses_a_word_twice_running():
    twice = re.compile(r"\b([a-z]+) \1\b")
    assert not [k for k, t in load_labels().items() if twice.search(t["en"])]


def test_sentences_end_alike_in_both_languages():
    def ends(text):
        return text.rstrip().endswith((".", "。"))

    abbreviated = {"fact.report_number", "head.direction"}
    odd = [k for k, t in load_labels().items() if ends(t["zh"]) != ends(t["en"])]
    odd = [k for k in odd if k not in abbreviated]
    assert odd == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_neither_what_has_no_weight_nor_what_has_no_value_is_highest_or_lowest(lang):
    weights = {"resource_output": 0.0}
    indicators = {
        code: one.model_copy(update={"weight": weights.get(code, one.weight)})
        for code, one in builders.framework().indicators.items()
    }
    rules = builders.framework(indicators=indicators)
    html = pages.all_tables(
        pages.opened(builders.bundle(framework=rules, framework_hash=rules.hash), lang)
    )["page_one"].html
    ends = plain_text(" ".join(re.findall(r'<div class="ends">.*?</div>', html, re.DOTALL)))
    names = {code: one.name(lang) for code, one in indicators.items()}
    assert names["resource_output"] not in ends and names["film_rate"] not in ends
    assert names["waste_rate"] in ends or names["energy_output"] in ends
