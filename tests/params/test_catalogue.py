"""What every indicator, account and factor of the shipped params owes its reader."""

from __future__ import annotations

import re
from collections import Counter

import numpy as np
import pytest
from shipped import TYPES, liaoyuan, panel, value_of, with_accounts

from cescore.definitions.model import Account, Factor, Indicator
from cescore.method.column import STATE_NAMES
from cescore.method.index.formulas import names
from cescore.method.index.scaling import log_goalposts

KNOWN = liaoyuan()
INDICATORS = [
    pytest.param(indicator, id=f"{entity_type}-{indicator.code}")
    for entity_type in TYPES
    for indicator in KNOWN.frameworks[entity_type].indicators.values()
]
ACCOUNTS = [pytest.param(account, id=account.code) for account in KNOWN.accounts.values()]
EXAMPLES = [
    pytest.param(item.values[0], number, id=f"{item.id}-{number}")
    for item in [*INDICATORS, *ACCOUNTS]
    for number in range(len(item.values[0].examples))
]
WEAKEST_LAST = "SVCMP"


@pytest.mark.parametrize("item", [*INDICATORS, *ACCOUNTS])
def test_everything_computed_names_its_source_and_tag_in_both_languages(
    item: Account | Indicator,
) -> None:
    assert item.source
    assert item.tag in WEAKEST_LAST
    assert item.zh
    assert item.en


@pytest.mark.parametrize("indicator", INDICATORS)
def test_a_computed_indicator_has_examples_one_of_them_a_state_and_others_say_what_is_missing(
    indicator: Indicator,
) -> None:
    if not indicator.collected:
        assert indicator.definition
        assert not indicator.formula
        assert not indicator.group
        return
    assert indicator.decimals is not None
    expected = [example.expect for example in indicator.examples]
    assert len(expected) >= 2
    assert any(isinstance(e, float | int) for e in expected)
    if indicator.code != "R16":  # a true zero, to show that it is a number
        assert any(e in STATE_NAMES.values() for e in expected)


@pytest.mark.parametrize(("item", "number"), EXAMPLES)
def test_each_worked_example_comes_out_as_written(item: Account | Indicator, number: int) -> None:
    example = item.examples[number]
    found = value_of(item, with_accounts(example.given, names(item.executable)))[-1]
    expected = example.expect
    assert found == (expected if isinstance(expected, str) else pytest.approx(expected, rel=1e-6))


def test_the_cumulative_falls_are_positive_when_the_intensity_falls() -> None:
    falls = KNOWN.frameworks["district"].indicators
    energy = panel((2020, 2025), P01=[1.25, 1.0])
    assert value_of(falls["P01c"], energy) == pytest.approx([0.0, 20.0])
    rising = panel((2020, 2025), P01=[1.25, 1.375])
    assert value_of(falls["P01c"], rising) == pytest.approx([0.0, -10.0])
    for code in ("P02", "P03", "P04"):
        given = panel((2020, 2025), **{code: [50.0, 42.0]})
        assert value_of(falls[f"{code}c"], given)[1] == pytest.approx(16.0)


@pytest.mark.parametrize("factor", KNOWN.factors.values(), ids=lambda factor: factor.code)
def test_every_factor_names_its_source_and_tag(factor: Factor) -> None:
    assert factor.source
    assert factor.tag in WEAKEST_LAST


@pytest.mark.parametrize(
    "table", [a for a in KNOWN.accounts.values() if a.by], ids=lambda a: a.code
)
def test_every_line_of_a_table_has_a_source_and_is_of_a_product_that_has_a_name(
    table: Account,
) -> None:
    named = KNOWN.variables[table.by].words
    for word in table.values:
        line = table.line(word)
        assert line is not None and line.source and line.tag in WEAKEST_LAST
        assert named[word].zh and named[word].en
        assert line.tag != "M" or "待核实" in line.source


@pytest.mark.parametrize("indicator", [p for p in INDICATORS if p.values[0].group])
def test_goalposts_cover_the_plan_period_and_an_end_without_a_target_is_labelled_ours(
    indicator: Indicator,
) -> None:
    for year in range(2020, 2026):
        posts = indicator.goalposts_in(year)
        assert posts is not None
        assert indicator.direction * (posts.best - posts.worst) > 0
        assert posts.tag == "P"  # at least one end is a convention
        assert "本报告采用" in posts.source
    assert len(indicator.goalposts) == 1  # fixed over the plan period


def test_what_rests_on_a_value_from_memory_says_so_or_carries_the_tag() -> None:
    unsure = {code for code, factor in KNOWN.factors.items() if factor.tag == "M"}
    unsure |= {c for c, a in KNOWN.accounts.items() if "M" in {x.tag for x in a.values.values()}}
    for account in (a for a in KNOWN.accounts.values() if not a.by):
        if unsure & set(names(account.executable)):
            assert account.tag in "MP"
            assert "待核实" in account.note


@pytest.mark.parametrize("entity_type", TYPES)
def test_an_index_is_labelled_a_convention_and_holds_a_headline_of_its_own_indicators(
    entity_type: str,
) -> None:
    framework = KNOWN.frameworks[entity_type]
    assert framework.index.tag == "P"
    assert framework.index.note
    headline = framework.headline
    shown = [
        headline.resource_output_rate,
        headline.resource_recycling_rate,
        headline.recycled_input_share,
        *headline.beside,
    ]
    assert set(shown) <= set(framework.indicators)
    assert framework.progress is not None
    assert framework.progress.tag == "P"


def test_the_city_stands_on_the_scale_of_its_districts() -> None:
    city, district = KNOWN.frameworks["city"], KNOWN.frameworks["district"]
    assert city.groups == district.groups
    assert {i.code: i.goalposts for i in city.scored()} == {
        i.code: i.goalposts for i in district.scored()
    }
    assert (city.scale.floor, city.scale.top) == (60, 100)


def test_the_district_index_has_the_four_dimensions_of_the_method() -> None:
    district = KNOWN.frameworks["district"]
    assert {g.zh: g.weight for g in district.groups.values()} == {
        "资源产出": 0.30,
        "资源循环利用": 0.35,
        "减量减排": 0.20,
        "循环型产业与生活": 0.15,
    }
    scored = {code for group in district.groups for code, _ in district.members(group)}
    assert scored == {
        "R01",
        "R03",
        "R04",
        "R05",
        "R06",
        "R07",
        "R08",
        "R09",
        "R10",
        "R11",
        "R12",
        "I_ce",
        "I_nox",
        "I_voc",
        "I_cod",
        "I_iwv",
        "I_fill",
        "R13g",
        "P06",
        "P07",
        "NET",
    }


def codes_below(entity_type: str, code: str) -> set[str]:
    """Indicators and accounts that a code is made of, itself among them."""
    framework = KNOWN.frameworks[entity_type]
    computed = {**framework.accounts, **framework.indicators}
    if code not in computed:
        return set()
    used = names(computed[code].executable) if computed[code].executable else ()
    return {code}.union(*(codes_below(entity_type, name) for name in used))


@pytest.mark.parametrize("entity_type", ["city", "district"])
def test_a_level_stands_on_no_base_year_and_on_no_target_of_the_plan(entity_type: str) -> None:
    framework = KNOWN.frameworks[entity_type]
    computed = {**framework.accounts, **framework.indicators}
    below = set().union(*(codes_below(entity_type, i.code) for i in framework.scored()))
    assert [code for code in below if re.search(r"\bbase\(", computed[code].formula)] == []
    falls = {"P01", "P02", "P03", "P04"}  # what the plan sets falls for
    assert not falls & below


def test_a_target_of_the_plan_is_scored_once_and_is_no_end_of_the_level() -> None:
    assert KNOWN.plan is not None
    for target in KNOWN.plan.targets.values():
        scored = KNOWN.frameworks["city"].indicators[target.indicator]
        posts = scored.goalposts_in(2025)
        assert posts is None or target.value not in (posts.worst, posts.best), target.id


def test_an_end_that_only_brackets_the_bodies_says_so() -> None:
    scored = KNOWN.frameworks["district"].scored()
    ends = {i.code: i.goalposts[2020].source for i in scored}
    cited = re.compile(r"20\d\d 年|HJ 274|物理|tC/GJ")
    assert [c for c, text in ends.items() if not (cited.search(text) or "仅涵盖" in text)] == []


def test_every_end_is_found_by_a_rule_or_says_why_it_is_not() -> None:
    for code, quantity in KNOWN.ends.quantities.items():
        assert quantity.rule or quantity.reason, code
    for item in (p.values[0] for p in INDICATORS if p.values[0].group):
        assert all(posts.of or posts.reason for posts in item.goalposts.values()), item.code


def test_the_level_that_a_ratio_goes_by_earns_the_pass_mark_of_the_grades() -> None:
    assert KNOWN.plan is not None
    assessment = KNOWN.plan.assessment
    bands = [assessment.scales[scale].bands for scale in assessment.scale_of.values()]
    (passes,) = {min(b.least for b in of_type if b.least > 0) for of_type in bands}
    level = {(r.indicator, r.area, r.year, r.kind): r.value for r in KNOWN.references}
    for item in (p.values[0] for p in INDICATORS if p.values[0].group):
        posts = item.goalposts_in(2025)
        quantity = KNOWN.ends.quantities[posts.of]
        rule, wanted = KNOWN.ends.rules.get(quantity.rule), quantity.reference
        if rule is None or rule.kind != "ratio":
            continue
        assert item.normalisation == "log_goalposts"
        by = quantity.value or level[wanted.indicator, wanted.area, wanted.year, wanted.kind]
        (points,) = log_goalposts(np.array([by]), worst=posts.worst, best=posts.best)
        assert points == pytest.approx(passes), item.code


def test_parks_and_firms_are_scored_from_0_to_100_on_the_indicators_of_the_method() -> None:
    park, firm = KNOWN.frameworks["park"], KNOWN.frameworks["enterprise"]
    assert {i.code for i in park.scored()} == {
        "K_mat",
        "K_en",
        "K03",
        "K_wa",
        "K09",
        "K10",
        "K_recycled",
        *(f"K_{x}" for x in ("co2", "so2", "nox", "cod", "nh3n", "voc", "hw", "gw", "ww")),
    }
    assert {g.zh: g.weight for g in firm.groups.values()} == {
        "资源产出": 0.20,
        "资源消耗": 0.25,
        "资源循环利用": 0.30,
        "碳与污染物排放": 0.25,
    }
    rates = {"E01", "E05", "E07", "E09", "E11"}
    releases = {f"E_{x}" for x in ("co2", "so2", "nox", "cod", "nh3n", "voc", "hw", "gisw")}
    assert {i.code for i in firm.scored()} == rates | releases | {
        "E_en",
        "E_enlim",
        "E_wa",
        "E_walim",
    }
    for framework in (park, firm):
        assert (framework.scale.floor, framework.scale.top) == (0, 100)


def test_productivities_of_firms_are_judged_within_their_industry() -> None:
    nine = {
        "钢铁冶金建材",
        "装备制造矿山机械",
        "农产品与蛋品加工",
        "医药健康",
        "纺织袜业",
        "铝加工",
        "新能源汽车零部件",
        "电热气水",
        "化工包装其他",
    }
    have_no_material = {"E01": {"电热气水"}, "E11": set()}
    for code, without in have_no_material.items():
        posts = KNOWN.frameworks["enterprise"].indicators[code].goalposts_in(2025)
        assert posts is not None
        assert set(posts.by_industry) == nine - without


def test_grain_is_shown_but_does_not_enter_main_material_consumption() -> None:
    def below(code: str) -> set[str]:
        used = set(names(KNOWN.accounts[code].executable))
        return used.union(*(below(name) for name in used if name in KNOWN.accounts))

    used = below("mrc_total")
    assert "mf_timber_inflow" in used
    assert not {name for name in used if "grain" in name}
    assert "ac_grain" in KNOWN.accounts


# what the bracket holds is the substance: the name itself is that of a family
FAMILIES = ("主要污染物排放弹性系数", "Elasticity of pollutants")


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("entity_type", TYPES)
def test_no_two_indicators_of_a_framework_differ_in_brackets_alone(
    entity_type: str, lang: str
) -> None:
    every = [i.name(lang) for i in KNOWN.frameworks[entity_type].indicators.values()]
    bare = Counter(re.sub(r"[（(].*?[）)]", "", name).strip() for name in every)
    assert [name for name, n in bare.items() if n > 1 and name not in FAMILIES] == []
