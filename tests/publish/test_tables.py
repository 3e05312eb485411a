"""The tables of a report."""

from __future__ import annotations

import re
from dataclasses import replace
from types import SimpleNamespace

import builders
import pages
import pytest

from cescore.definitions.pictures import FlowLink, FlowNode, FlowPicture
from cescore.desk import figures, tables
from cescore.disclosure.documents.bundle import (
    PeerTable,
    PublicRow,
    RemovedIndicator,
    StandardCard,
    TypeRobustness,
)
from cescore.method.disclosure.rules import PeerFigure
from cescore.method.grading.assessment import Assessment
from cescore.publish.fragment import plain_text
from cescore.publish.pages.scorecard import rating
from cescore.publish.view import Number, shown_ends
from cescore.publish.words import LANGUAGES

PRINTED = (
    "results_table", "reported_table", "references_table", "progress_table", "peers_table",
    "values_table", "accounts_table",
)  # fmt: skip
HOSTILE = ["<script>alert(1)</script>", "$x$ & $\\frac{1}{2}$", "{{7*7}} {0} %s", "名" * 3000]


@pytest.fixture(scope="module")
def zh():
    return pages.all_tables(pages.opened())


def test_every_table_and_chart_of_the_desk_is_tried_on_odd_bundles():
    """`pages.TABLES` and `pages.FIGURES` say what each needs; a new one is entered there."""
    assert set(tables.__all__) - {"SECTIONS", "contents", "heading"} == set(pages.TABLES)
    assert set(figures.__all__) == set(pages.FIGURES)


def row(fragment, name):
    """The cells of the first line that begins with a name."""
    return next(line.split() for line in repr(fragment).splitlines() if line.startswith(name))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_nothing_fails_on_a_type_never_seen_with_an_empty_bundle(lang):
    bundle = pages.opened(pages.bare(), lang)
    for name, fragment in (pages.all_tables(bundle) | pages.all_figures(bundle)).items():
        assert "nan" not in plain_text(fragment.html).split(), name


@pytest.mark.parametrize("lang", LANGUAGES)
def test_nothing_fails_for_an_entity_that_did_not_file(lang):
    made = pages.all_tables(pages.opened(pages.not_filed(), lang))
    said = {"zh": "未报送", "en": "No return filed"}[lang]
    assert said in repr(made["page_one"])
    assert pages.all_figures(pages.opened(pages.not_filed(), lang))["group_scores"].html == ""


def test_page_one_answers_who_when_and_in_which_state(zh):
    text = repr(zh["page_one"])
    for answer in ("山前区", "县区", "样例市", "2025年度", "TEST-2025-D1", "示例数据", "初步核算"):
        assert answer in text


def test_page_one_answers_how_good_and_compared_with_before(zh):
    text = repr(zh["page_one"])
    for answer in ("81.8", "比2024年提高1.5分", "第3位（共12个）", "良好", "暂定", "83.3 / 100"):
        assert answer in text


def test_page_one_shows_the_headline_rates_with_their_changes(zh):
    text = repr(zh["page_one"])
    assert "30,000.0 元/吨" in text and "比2020年上升50.0%" in text
    assert "65.0 %" in text and "比2024年上升5.0个百分点" in text


def test_too_little_data_is_said_in_place_of_the_index():
    text = repr(pages.all_tables(pages.opened(pages.without("gdp")))["page_one"])
    assert "数据不足，不予评级" in text
    assert "仅覆盖权重的40%" in text


def test_a_report_without_a_grade_says_why():
    made = builders.bundle(assessment={"reason": "statistical_basis"})
    text = repr(pages.all_tables(pages.opened(made))["page_one"])
    assert "未评级" in text and "统计调查" in text


def test_a_rank_among_few_is_for_reference_only():
    few = PeerTable(
        entity_type="district", audience="public", figures=(PeerFigure(code="UCDI", n=5, rank=2),)
    )
    text = repr(pages.all_tables(pages.opened(builders.bundle(peers=few)))["page_one"])
    assert "第2位（共5个）（仅供参考）" in text


def test_a_variant_is_marked():
    bundle = pages.opened()
    varied = bundle.with_framework(bundle.framework.with_weights(EFF=0.9))
    assert "试算稿" in repr(pages.all_tables(varied)["page_one"])


@pytest.mark.parametrize(
    ("learnt", "shown"),
    [
        ({"low": 1.0, "high": 9.0}, (9.0, 1.0)),
        ({"low": -2.0, "high": 3.0, "log_low": 5.0, "log_high": 70.0}, (70.0, 5.0)),
        ({"mean": 4.0, "sd": 2.0}, None),
    ],
)
def test_observed_ends_stand_where_a_score_does_not_rest_on_goalposts(learnt, shown):
    """Worst before best, less being better; in the indicator's unit, never in logarithms."""
    fitted = SimpleNamespace(constants={"X": {2024: learnt}})
    data = SimpleNamespace(entity=SimpleNamespace(industry=""), fitted=fitted)
    frame = SimpleNamespace(normalisation="z_score" if "mean" in learnt else "min_max")
    view = SimpleNamespace(bundle=SimpleNamespace(year=2024, framework=frame), data=data)
    posts = SimpleNamespace(by_industry={}, worst=50.0, best=0.0)  # of another method than its own
    indicator = SimpleNamespace(
        code="X", direction=-1, normalisation=None, goalposts_in=lambda year: posts
    )
    assert shown_ends(view, indicator) == shown


def test_values_that_do_not_apply_are_named_in_a_line_and_have_no_row(zh):
    text = repr(zh["values_table"])
    assert "不适用的变量（2项）：农膜使用量、农膜回收量" in text
    assert "observations.csv 第2–9行" in text


def test_estimated_values_carry_their_sign(zh):
    assert "300.0测" in repr(zh["values_table"])
    assert "测＝测算" in repr(zh["values_table"])


def test_the_formula_printed_is_the_formula_of_the_framework(zh):
    assert "gdp / materials" in repr(zh["indicators_table"])


def test_indicators_show_three_years_and_the_change(zh):
    cells = row(zh["indicators_table"], "固体废物利用率")
    assert cells[-6:-2] == ["40.0", "60.0", "65.0", "+5.0百分点"]


def test_scores_stand_between_their_goalposts(zh):
    assert row(zh["scores_table"], "主要资源产出率")[2:6] == [
        "10,000.0", "50,000.0", "30,000.0", "80.0",
    ]  # fmt: skip


def test_what_the_missing_rule_did_is_said(zh):
    assert "剔除并重分权重" in repr(zh["scores_table"])
    assert "剔除并重分权重" in repr(zh["data_quality"])


def test_contributions_add_up_to_the_index(zh):
    text = repr(zh["weights_table"])
    assert "81.8" in text.splitlines()[-3]
    adds = [float(row(zh["weights_table"], name)[-2]) for name in ("产出效率", "循环利用")]
    assert sum(adds) == pytest.approx(81.8, abs=0.051)


def test_the_progress_index_names_its_base_year(zh):
    text = repr(zh["progress_table"])
    assert "2020年=100" in text and "150.0" in text


def test_what_is_not_released_of_peers_is_marked(zh):
    assert "※" in row(zh["peers_table"], "城市循环发展指数")


def test_public_bodies_are_ranked_with_their_number(zh):
    assert "河西区" in repr(zh["siblings_table"]) and "共2个" in repr(zh["siblings_table"])
    assert "样例园区" in repr(zh["children_table"])


def test_a_body_that_did_not_file_has_words_for_an_index():
    line = PublicRow(place=builders.OTHER, status="not_filed")
    made = pages.all_tables(pages.opened(builders.bundle(siblings=(line,))))
    assert "未报送" in repr(made["siblings_table"])


def test_an_index_that_is_not_shown_though_the_body_returned_is_withheld_and_not_missing():
    line = PublicRow(place=builders.OTHER, headline={"waste_rate": 50.0})
    made = repr(pages.all_tables(pages.opened(builders.bundle(siblings=(line,))))["siblings_table"])
    assert "※" in made and "未报送" not in made and "不予公布" in made


def test_a_withheld_total_of_an_industry_is_marked():
    rows = (
        {"industry": "纺织", "variable": "v", "zh": "产值", "en": "Output", "unit": "t",
         "n": 12, "value": 1200.0},
        {"industry": "铝", "variable": "v", "zh": "产值", "en": "Output", "unit": "t",
         "n": None, "value": None},
    )  # fmt: skip
    text = repr(
        pages.all_tables(pages.opened(builders.bundle(industries=rows)))["industries_table"]
    )
    assert "纺织 12 1,200" in text and "铝 少于10 ※" in text


def test_targets_show_what_was_achieved_against_what_was_asked(zh):
    text = repr(zh["targets_table"])
    assert "≥16.0% 20.0% 125.0%" in text and "已完成" in text


@pytest.mark.parametrize(
    ("points", "said"), [(70.0, "differ from the points"), (None, "are withheld")]
)
def test_a_sum_of_credits_says_how_many_it_leaves_out(points, said):
    """The table prints the points of the rest, and page one those of all."""
    shown = builders.check("a", "甲", "A", status="partial", credit=0.5, value="4")
    hidden = builders.check("b", "乙", "B", status="partial", value="※")
    recorded = builders.check("c", "丙", "C", status="partial", value="※", unscored="no_yardstick")
    line = replace(builders.measure(), checks=(shown, hidden, recorded), scored=1, credit=0.5)
    whole = replace(line, system="other", checks=(shown,))
    made = Assessment(total=points, parts={"measures": points})
    bundle = builders.bundle(measures=(line, whole), assessment=made)
    table = pages.all_tables(pages.opened(bundle, "en"))["measures_table"]
    text = plain_text(table.html)
    assert "Total (without 1 withheld)" in text and text.count("without 1 withheld") == 2
    assert said in text
    assert row(table, "b").count("※") == 2  # the number and its credit
    chinese = plain_text(pages.all_tables(pages.opened(bundle))["measures_table"].html)
    assert "合计（不含不予公布的1项）" in chinese


def test_measures_show_checks_by_status_for_a_notebook_with_their_units(zh):
    every = tables.measures_table(pages.opened(), every=True)
    assert row(every, "M01")[2:] == ["发改委", "2", "1", "—", "1", "—", "—", "3", "83.3%"]
    assert row(zh["measures_table"], "parks")[1:] == [
        "1",
        "2",
        "1",
        "—",
        "1",
        "—",
        "—",
        "3",
        "83.3%",
    ]


def test_an_unchecked_veto_is_said_to_be_unchecked(zh):
    assert "重大事故 未核查" in repr(zh["assessment_box"])


def test_nothing_is_said_of_vetoes_where_the_plan_has_none(zh):
    without = builders.bundle(assessment=replace(builders.bundle().assessment, vetoes=()))
    assert "否决" in zh["assessment_box"].html
    assert "否决" not in tables.assessment_box(pages.opened(without)).html


@pytest.mark.parametrize(("n", "is_said"), [(3, False), (4, True)])
def test_removals_that_are_not_listed_are_said_to_be_elsewhere(n, is_said):
    removals = [
        RemovedIndicator(
            indicator=f"i{k}", zh=f"指标{k}", en=f"I{k}", mean_rank_shift=1, mean_index_shift=1
        )
        for k in range(n)
    ]
    firm = TypeRobustness(entity_type="park", entities=7, draws=512, removals=tuple(removals))
    table = repr(tables.robustness_table(pages.opened(builders.bundle(robustness=(firm,)))))
    assert table.count("指标") == 3 + 2 and ("其余见 result.json" in table) is is_said


def test_provenance_holds_both_hashes_whole(zh):
    assert "ab" * 32 in repr(zh["provenance"])
    assert pages.opened().framework.hash in repr(zh["provenance"])


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_print_as_they_are(name):
    made = pages.all_tables(pages.opened(pages.named(name)))
    assert "<script" not in "".join(f.html for f in made.values())
    assert " ".join(name.split()) in repr(made["page_one"])
    assert " ".join(name.split()) in repr(made["targets_table"])


def test_marks_that_turn_the_direction_of_writing_are_left_out():
    bundle = pages.opened(pages.named("甲\u202e乙\x07丙"))
    made = pages.all_tables(bundle) | pages.all_figures(bundle)
    assert "甲乙丙" in repr(made["page_one"])
    assert not any("\u202e" in f.html or "\x07" in f.html for f in made.values())


def test_equal_bundles_give_equal_pages(zh):
    again = pages.all_tables(pages.opened())
    assert {k: v.html for k, v in zh.items()} == {k: v.html for k, v in again.items()}


def test_english_pages_hold_no_chinese():
    bundle = pages.opened(lang="en")
    made = pages.all_tables(bundle) | pages.all_figures(bundle)
    text = "".join(plain_text(f.html) for f in made.values()).replace("发改委", "")
    assert not re.search(r"[\u4e00-\u9fff]", text)


@pytest.mark.parametrize("key", tables.SECTIONS)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_section_has_a_heading(key, lang):
    nodes = {c: FlowNode(en=c, zh=c, column=i) for i, c in enumerate("ab")}
    links = (FlowLink(start="a", end="b", codes=("energy",)),)
    card = StandardCard(id="S", zh="标准", en="Standard", source="s", tag="V", verdict="met")
    flow = FlowPicture(zh="流", en="Flow", unit="tce", nodes=nodes, links=links)
    data = builders.bundle().model_copy(update={"flows": {"f": flow}, "standards": (card,)})
    assert f'id="s-{key}"' in tables.heading(pages.opened(data, lang), key).html


def test_contents_link_to_the_headings_named():
    html = tables.contents(pages.opened(), "results", "method").html
    assert 'href="#s-results"' in html and 'href="#s-values"' not in html


def test_groups_stand_in_the_order_of_params_not_of_the_alphabet():
    rules = builders.framework()
    turned = rules.model_copy(update={"groups": dict(reversed(rules.groups.items()))})
    made = builders.bundle(framework=turned, framework_hash=turned.hash)
    text = repr(pages.all_tables(pages.opened(made))["groups_table"])
    assert text.index("循环利用") < text.index("产出效率")


def test_one_table_holds_value_goalposts_score_weight_and_what_it_adds(zh):
    text = repr(zh["results_table"])
    # from 50 and 60 to 65; 65 of 100 is 86 of 60-100, 84 before; weight 0.2: 0.2 x 86 = 17.2
    line = next(li for li in text.splitlines() if li.startswith("固体废物利用率"))
    shown = ["40.0", "60.0", "65.0", "▲", "+5.0百分点", "0.0", "100.0", "86.0", "◐", "20.0%"]
    assert line.split()[-12:] == [*shown, "17.20", "+0.40"]
    assert row(zh["results_table"], "城市循环发展指数")[-5:-1] == ["81.8", "◐", "100.0%", "81.80"]


def test_the_rating_of_a_place_needs_no_colour_and_no_score_gets_none():
    scale = builders.framework().scale
    signs = [rating.rated(Number(score), scale) for score in (100.0, 90.0, 80.0, 79.9, None)]
    assert [plain_text(str(sign)) for sign in signs] == ["●", "●", "◐", "○", ""]


def test_a_score_that_no_value_stood_behind_last_year_did_not_rise():
    floor, now = Number(60.0), Number(90.0)
    assert rating.moved_from(Number(40.0), now, floor) == "▲"
    assert rating.moved_from(Number(None), now, floor) == ""


def test_the_formula_executed_stands_beside_its_source_and_tags(zh):
    text = repr(zh["method_notes"])
    line = next(li for li in text.splitlines() if "gdp / materials" in li)
    assert re.search(r"[SVCMP] / [SVCMP]$", line)


@pytest.mark.parametrize(("word", "said"), [("calorific", "当量值"), ("equivalent", "等价值")])
def test_the_page_says_on_which_basis_energy_in_standard_coal_is_counted(word: str, said: str):
    record = builders.record()
    made = builders.bundle(
        record=record.model_copy(update={"codes": {"energy_basis": (word,) * len(record.years)}})
    )
    assert said in repr(pages.all_tables(pages.opened(made))["method_notes"])
    assert "折算" not in repr(pages.all_tables(pages.opened(builders.bundle()))["method_notes"])


@pytest.mark.parametrize(
    ("role", "base", "shown"),
    [("reference", 0.628, False), ("reference", 0.5, True), ("own", 0.628, True)],
)
def test_a_level_nearer_than_figures_are_sure_of_is_shown_without_a_share_of_the_way(
    role: str, base: float, shown: bool
):
    line = replace(
        builders.target(), type="level", unit="", level_unit="", value=0.65, actual=0.66, level=0.66,
        base=base, completion=1.455, role=role,
    )  # fmt: skip
    html = tables.targets_table(pages.opened(builders.bundle(targets=(line,)))).html
    assert ("145.5" in html) is shown


def test_a_dash_for_a_share_of_the_way_or_of_a_schedule_is_explained_by_name():
    near = replace(
        builders.target(), type="level", unit="", level_unit="", value=0.65, actual=0.66, level=0.66,
        base=0.628, completion=1.455, role="reference",
    )  # fmt: skip
    state = replace(near, base=0.5, role="own", schedule_carbon=None, counted_by="whole")
    timely = replace(state, schedule_carbon=1.02)
    said = {
        name: repr(tables.targets_table(pages.opened(builders.bundle(targets=(line,)))))
        for name, line in (("near", near), ("state", state), ("timely", timely))
    }
    assert f"{near.id}的目标离基期值不到目标值的5" in said["near"]
    assert f"{near.id}没有年度进度" in said["state"] and "没有年度进度" not in said["timely"]
    assert "离基期值" not in said["state"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_sign_behind_a_figure_is_explained_before_the_next_table(lang):
    made = pages.all_tables(pages.opened(builders.bundle(), lang))
    used = {}
    for name in PRINTED:
        fragment = made[name]
        for part in re.split(r"(?=<table)", fragment.html):
            table, _, below = part.partition("</table>")
            signs = set(re.findall(r"<sup>(\D+?)</sup>", table))
            used[name] = signs
            assert all(f"{sign} = " in below or f"{sign}＝" in below for sign in signs), name
    assert any(used.values())


def test_what_groups_add_is_together_the_index_and_its_change_also_in_a_geometric_mean():
    rules = builders.framework(aggregation="geometric_mean")
    made = pages.all_tables(pages.opened(builders.bundle(framework=rules)))
    parts = [row(made["results_table"], name)[-2:] for name in ("产出效率", "循环利用")]
    whole = row(made["results_table"], "城市循环发展指数")[-2:]
    for place in (0, 1):
        assert sum(float(p[place]) for p in parts) == pytest.approx(float(whole[place]), abs=0.011)


def test_only_what_the_figures_stand_on_is_printed_and_the_rest_counted():
    rules = builders.framework()
    unused = {"zh": "无关变量", "en": "Unused", "unit": "t"}
    more = builders.framework(
        variables={**{c: v.model_dump() for c, v in rules.variables.items()}, "unused": unused}
    )
    bundle = pages.opened(builders.bundle(framework=more, record=with_unused()))
    assert "无关变量" not in repr(tables.values_table(bundle))
    assert "其余1项" in repr(tables.values_table(bundle))
    assert "无关变量" in repr(tables.values_table(bundle, every=True))


def test_figures_of_a_returned_workbook_are_said_to_be_read_from_its_cells():
    record = builders.record()
    last = len(record.years) - 1
    codes = [code for code in record.source if code in builders.framework().variables][:2]
    places = {"B": codes[0], "AA": codes[1]}
    source = {
        **record.source,
        **{
            code: ("",) * last + (f"data/2024/observations_returns.csv:1{n} (年报.xlsx!表一!{c}5)",)
            for n, (c, code) in enumerate(places.items())
        },
    }
    bundle = pages.opened(builders.bundle(record=record.model_copy(update={"source": source})))
    text = plain_text(tables.values_table(bundle).html)
    assert "年报.xlsx!表一!B5–AA5" in text and "observations_returns.csv" not in text


def with_unused():
    found = builders.record()
    return found.model_copy(
        update={
            "values": {**found.values, "unused": (1.0,) * 6},
            "state": {**found.state, "unused": (0,) * 6},
            "flags": {**found.flags, "unused": (0,) * 6},
        }
    )


def test_a_carried_value_is_printed_with_the_year_it_is_from():
    rules = builders.framework()
    indicator = rules.indicators["waste_rate"].model_copy(update={"latest_within": 2})
    rules = rules.model_copy(update={"indicators": {**rules.indicators, "waste_rate": indicator}})
    found = builders.evaluated()
    status = ("reported",) * 5 + ("carried",)
    carried = tuple(
        s.model_copy(update={"status": status}) if s.code == "waste_rate" else s
        for s in found.indicators
    )
    made = pages.without("waste_recycled").model_copy(
        update={"framework": rules, "evaluated": found.model_copy(update={"indicators": carried})}
    )
    tables_made = pages.all_tables(pages.opened(made))
    line = row(tables_made["results_table"], "固体废物利用率")
    assert "60.02024" in line and "—" in line  # 60.0, the year above it; and no change
    assert "为2024年数值" in repr(tables_made["page_one"])
    assert "沿用右上角所注年份" in repr(tables_made["results_table"])


def test_an_entity_that_did_not_file_has_no_scores_of_the_floor():
    made = pages.all_tables(pages.opened(pages.not_filed()))
    for name in ("results_table", "weights_table", "groups_table", "peers_table", "page_one"):
        assert not re.search(r"\b60\.0(?!%)", repr(made[name])), name
    assert repr(made["values_table"]).startswith("本年度（2025年）未收到")
    assert made["reported_table"].html == "" and "未报送" in repr(made["progress_table"])


def test_findings_are_grouped_by_rule_and_settled_ones_listed_apart():
    values = {"value": 9.0, "low": 1.0, "high": 5.0, "unit": {"unit": "t"}}
    line = {"severity": "warning", "code": "usual_range", "values": values, "variable": "energy"}
    lines = [
        {**line, "year": 2024}, {**line, "year": 2025},
        {**line, "variable": "gdp", "year": 2025, "status": "confirmed"},
    ]  # fmt: skip
    text = repr(pages.all_tables(pages.opened(builders.bundle(findings=lines)))["data_quality"])
    assert "超出通常范围" in text and "2024、2025" in text
    assert "待核实2条，已确认1条" in text
    opened, settled = text.split("已订正和已确认的核查提示")
    assert "地区生产总值" not in opened and "地区生产总值" in settled


def settled_text(lang: str, **settled: str) -> str:
    values = {"before": 1.0, "now": 3.0, "ratio": 3.0, "low": -0.5, "high": 1.0}
    line = {"severity": "warning", "code": "year_on_year", "variable": "gdp", "year": 2025,
            "values": values, "status": "confirmed", "note": "新增生产线", "settled": settled}  # fmt: skip
    bundle = pages.opened(builders.bundle(findings=[line]), lang)
    return repr(pages.all_tables(bundle)["data_quality"])


def test_a_confirmed_finding_says_why_by_whom_when_and_until_when():
    said = {"name": "王某", "role": "统计负责人", "channel": "书面", "date": "2026-03-05"}
    text = settled_text("zh", **said, until="2027-03-05")
    assert "新增生产线" in text and "王某（统计负责人、书面）、2026-03-05、有效至2027-03-05" in text
    assert "[in Chinese: 王某 (统计负责人, 书面)], 2026-03-05" in settled_text("en", **said)


def test_a_correction_shows_what_the_source_said_and_what_it_became():
    line = {"severity": "warning", "code": "correction_set", "kind": "correction_set", "variable": "gdp",
            "year": 2025, "values": {"before": "a.csv row 3: 28000", "after": "2.8"},
            "status": "corrected", "note": "错位", "settled": {"name": "李某"}}  # fmt: skip
    text = repr(pages.all_tables(pages.opened(builders.bundle(findings=[line])))["data_quality"])
    assert "a.csv row 3: 28000 → 2.8" in text and "错位" in text and "李某" in text


def test_sections_that_a_workspace_does_not_know_leave_no_heading():
    bundle = pages.opened(pages.bare())
    for key in ("progress", "peers", "plan", "assessment"):
        assert tables.heading(bundle, key).html == ""
    assert "s-plan" not in tables.contents(bundle).html


def test_a_chart_alone_has_the_whole_width_and_two_share_it():
    from cescore.desk import figures

    both = figures.plan_bars(pages.opened())
    assert both.html.count("<figure") == 2
    assert figures.plan_bars(pages.opened(builders.bundle(targets=()))).html == ""
