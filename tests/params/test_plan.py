"""The plan as params: targets once, measures whole, nothing ours shown as official."""

from __future__ import annotations

import csv

import pytest
from independent_plan import REPEATED
from shipped import TYPES, liaoyuan

from cescore.definitions.frameworks.scored_elsewhere import scored_elsewhere
from cescore.definitions.model import NUMERIC, Check, Measure, Plan
from cescore.definitions.shipped import REPOSITORY

KNOWN = liaoyuan()


def the_plan() -> Plan:
    assert KNOWN.plan is not None
    return KNOWN.plan


PLAN = the_plan()
MEASURES = list(PLAN.measures.values())
CHECKS = [check for measure in MEASURES for check in measure.checks]


def test_the_seven_targets_are_the_citys_and_energy_intensity_is_scored_once() -> None:
    targets = PLAN.targets
    assert list(targets) == ["T1a", "T1b", "T2", "T3", "T4", "T5", "T6"]
    scored = [t for t in targets.values() if t.scored and t.indicator == "P01"]
    assert [t.id for t in scored] == ["T1a"]
    assert targets["T1b"].consistent_with == "T1a"
    assert all(t.applies_to == ("city",) for t in targets.values())
    assert not any(t.binding for t in targets.values())  # the draft marks none


def test_the_two_forms_of_the_energy_target_imply_one_base_value() -> None:
    level, fall = PLAN.targets["T1b"].value, PLAN.targets["T1a"].value
    assert level / (1 - fall / 100) == pytest.approx(1.2331, abs=5e-5)


def test_the_plan_gives_no_schedule_for_its_levels() -> None:
    assert {t.id for t in PLAN.targets.values() if not t.has_schedule} == {
        "T1b",
        "T5",
        "T6",
    }


def test_no_target_is_invented_for_what_the_plan_leaves_open() -> None:
    followed = {t.indicator for t in PLAN.targets.values()}
    assert followed == {"P01", "P02", "P03", "P04", "P05", "P06"}


def test_the_plan_is_cited_as_a_draft_of_liaoyuan_in_jilin() -> None:
    assert PLAN.status == "征求意见稿"
    assert "征求意见稿" in PLAN.source
    assert KNOWN.run.place.zh == "吉林省辽源市"
    assert KNOWN.run.status == "sample"


def test_every_measure_is_there_with_all_checks_of_the_source_list_and_the_gaps_closed() -> None:
    assert len(MEASURES) == 39
    checks = [check for measure in MEASURES for check in measure.checks]
    own = [c for c in checks if not c.id.endswith(".m")]
    # of one firm a share of units connected, and of projects reviewed, is yes or no: 4.1.1.d, 4.4.1.e
    assert len(own) == 114 + 6 + 2
    words = " ".join(c.zh for c in checks)
    for gap in ("标准地膜", "可降解塑料", "高值化", "改造提升计划", "奖惩机制"):
        assert gap in words
    assert len({c.id for c in checks}) == len(checks)


@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.id)
def test_a_check_belongs_to_its_measure_and_to_levels_of_it(measure: Measure) -> None:
    assert measure.units
    assert set(measure.levels) <= set(TYPES)
    for check in measure.checks:
        assert check.id.startswith(measure.id + ".")
        assert check.levels
        assert set(check.levels) <= set(measure.levels)
        assert check.zh
        assert check.en
        if check.type in {"count", "rate", "amount"}:
            assert check.better in {"more", "less"}


@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.id)
def test_the_city_answers_for_what_its_bureaus_do_themselves(measure: Measure) -> None:
    assert any(check.levels == ("city",) for check in measure.checks)


def test_what_changed_names_no_body_but_the_city() -> None:
    """Prose passes no audit: a number beside a body's name could be one that its report withholds."""
    register = (REPOSITORY / "data/entities.csv").read_text("utf-8-sig").splitlines()
    rows = [row for row in csv.DictReader(register) if row["entity_type"] in ("district", "park")]
    bodies = {row[name] for row in rows for name in ("entity_id", "name_zh", "name_en")}
    histories = [framework.history for framework in KNOWN.frameworks.values()]
    texts = [f"{t.zh} {t.en}" for one in (PLAN.history, *histories) for t in one.values()]
    assert bodies and texts
    assert not {body for body in bodies for text in texts if body in text}


def test_responsible_units_are_spelt_one_way() -> None:
    units = {unit for measure in MEASURES for unit in measure.units}
    slips = {"市农业农村", "市市场监督管理局", "市机关事务局"}
    assert not units & slips


def test_fewer_fires_and_cases_and_no_plastic_landfill_are_better() -> None:
    checks = {c.id: c for m in MEASURES for c in m.checks}
    assert {checks[i].better for i in ("4.2.2.b", "4.5.2.c", "5.5.b")} == {"less"}
    assert [checks["5.5.b"].goal_in(year) for year in (2021, 2025)] == [0, 0]
    assert [checks["4.3.2.m"].goal_in(year) for year in (2021, 2025)] == [2, 10]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_every_check_says_what_it_is_scored_by_and_why(check: Check) -> None:
    assert check.tag in {"S", "P"}
    if check.type not in NUMERIC:
        assert check.yardstick == "done" or (check.yardstick == "none" and check.source)
    else:
        assert check.source  # where a goal is from, or why there is none
    if check.yardstick == "goal":
        assert check.goal_in(2021) is not None


def test_a_number_that_is_to_get_better_says_whether_it_is_a_stock_or_a_flow() -> None:
    counted = [c for c in CHECKS if c.yardstick == "improves" and c.type != "rate"]
    assert [c.id for c in counted if not c.quantity] == []
    flows = {c.id for c in counted if c.quantity == "flow"}
    assert {"4.2.2.b", "4.4.2.b"} <= flows  # fires and kilowatt-hours of a year
    assert all("存量" in c.source or "累计" in c.source or "余额" in c.source or c.id == "4.5.3.c"
               for c in counted if c.quantity == "stock")  # fmt: skip


def test_a_goal_is_the_plans_own_only_where_the_plan_has_the_number() -> None:
    assert {c.id for c in CHECKS if c.tag == "S"} == {"4.2.3.a", "4.3.2.m"}
    last = {c.id: c.goal_in(2025) for c in CHECKS if c.tag == "S"}
    assert last == {"4.2.3.a": PLAN.targets["T6"].value, "4.3.2.m": PLAN.commitments["C1"].value}


def test_who_inspects_is_kept_apart_from_who_answers() -> None:
    assert PLAN.units_of == "city"
    for measure in MEASURES:  # of each measure somebody can inspect who does not answer for it
        assert set(PLAN.inspectors) - set(measure.units)


def test_points_of_targets_have_no_cliff() -> None:
    assert PLAN.assessment.ladder_form == "continuous"


def test_an_all_or_none_word_is_our_reading() -> None:
    tags = {c.id: c.tag for c in PLAN.commitments.values()}
    assert tags == {"C1": "S", **{f"C{n}": "P" for n in range(2, 8)}}


def test_weights_of_the_assessment_are_ours_and_each_type_has_a_scale() -> None:
    rules = PLAN.assessment
    assert rules.tag == "P"
    assert set(rules.weights) == set(rules.scale_of) == set(TYPES)
    for weights in rules.weights.values():
        assert sum(weights.values()) == pytest.approx(1)
    assert rules.scale_of["park"] == "A"
    meant: dict[str, set[tuple[float, float]]] = {}  # a grade's name -> the totals it stands for
    for code in set(rules.scale_of.values()):
        bands = rules.scales[code].bands
        for above, band in zip((None, *bands), bands, strict=False):
            meant.setdefault(band.zh, set()).add((band.least, above.least if above else 100.0))
    assert [name for name, totals in meant.items() if len(totals) > 1] == []
    assert [band.zh for band in rules.scales["A4"].bands] == [
        "优秀",
        "良好",
        "合格",
        "不合格",
    ]


@pytest.mark.parametrize("entity_type", TYPES)
def test_nothing_is_scored_twice(entity_type: str) -> None:
    found = scored_elsewhere(PLAN, KNOWN.frameworks[entity_type])
    assert {check: other.code for check, other in found.items()} == REPEATED[entity_type]


@pytest.mark.parametrize("entity_type", PLAN.assessment.weights)
def test_measures_carry_what_their_yardsticks_can_bear(entity_type: str) -> None:
    """40 % of the share held against a number, and half of that of the yes-or-no checks."""
    repeated = REPEATED[entity_type]  # recorded only
    checks = [c for c in CHECKS if entity_type in c.levels]
    own = [c.model_copy(update={"yardstick": "none"}) if c.id in repeated else c for c in checks]
    by_number = sum(c.yardstick in ("goal", "improves") for c in own) / len(own)
    yes_or_no = sum(c.yardstick == "done" for c in own) / len(own)
    weight = PLAN.assessment.weights[entity_type]["measures"]
    assert abs(weight - 0.4 * (by_number + yes_or_no / 2)) <= 0.025


def test_a_city_and_its_districts_compare_by_the_parts_that_both_are_weighed_on() -> None:
    rules, compared = PLAN.assessment, PLAN.assessment.comparable
    assert set(compared.types) == {"city", "district"}
    shared = set.intersection(
        *({p for p, w in rules.weights[t].items() if w} for t in compared.types)
    )
    assert set(compared.parts) == shared
    assert compared.parts == rules.weights["district"]  # so that a district's stays its total


def test_only_types_with_targets_of_their_own_are_weighed_on_targets() -> None:
    with_targets = {t for target in PLAN.targets.values() for t in target.applies_to}
    weighed = {t for t, weights in PLAN.assessment.weights.items() if weights.get("targets")}
    assert weighed == with_targets


def test_a_veto_cites_its_source_or_says_that_it_is_ours_and_leads_to_a_grade_of_the_scale() -> (
    None
):
    for veto in PLAN.vetoes.values():
        is_cited = any(word in veto.source for word in ("办法", "考核措施", "验收", "法（"))
        assert is_cited or (veto.source.endswith("为本报告采用") and veto.tag == "P")
        for entity_type in veto.entity_types:
            scale = PLAN.assessment.scales[PLAN.assessment.scale_of[entity_type]]
            assert veto.grade in [band.zh for band in scale.bands]


def register() -> dict[str, dict[str, str]]:
    with (REPOSITORY / "data/entities.csv").open(encoding="utf-8", newline="") as file:
        return {row["entity_id"]: row for row in csv.DictReader(file)}


BODIES = {i: r for i, r in register().items() if r["entity_type"] in ("district", "park")}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_a_check_whose_text_names_a_place_asks_that_place_alone(check: Check) -> None:
    named = {i for i, row in BODIES.items() if row["name_zh"] in check.zh}
    inside = {i for i, row in BODIES.items() if row["parent_id"] in named}
    assert not named or named <= set(check.entities) <= named | inside


def test_the_bodies_that_checks_name_are_in_the_register_and_of_the_types_asked() -> None:
    for check in CHECKS:
        assert all(BODIES[e]["entity_type"] in check.levels for e in check.entities)


def test_a_firm_is_asked_for_no_rate_of_projects_that_it_has_one_or_two_of() -> None:
    reviews = [c for c in CHECKS if c.formula == "energy_reviews_done / energy_reviews_due"]
    assert [c.levels for c in reviews] == [("district", "park")]
