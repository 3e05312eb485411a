"""Total, grade, vetoes, and when not to grade."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cescore.definitions.model import AssessmentRules, Plan, Scale
from cescore.method.grading.assessment import Assessment, Basis, Evidence, assess, reassess
from cescore.method.grading.grades import from_the_best, grade_of_bands
from cescore.method.grading.measures import MeasureLine
from cescore.method.grading.parts import given_weights, target_part, used_weights, worth_of_index
from cescore.method.grading.targets import TargetLine

from .builders import BANDS_A, plan, scale

HUNDRED = Scale()


def target(points: float | None, **changed: Any) -> TargetLine:
    base = TargetLine("T", "目标", "target", "level", "%", ">=", 1, "S", "own", scored=True)
    return replace(base, points=points, **changed)


def measure(done: int, not_done: int = 0, not_inspected: int = 0) -> MeasureLine:
    inspected = done + not_done
    return MeasureLine(
        "4.1", "", "", "4", (), {}, due=inspected + not_inspected, inspected=inspected,
        scored=inspected, credit=float(done),
    )  # fmt: skip


def with_veto(grade: str = "不合格") -> Plan:
    veto = {"id": "V1", "zh": "造假", "entity_types": ["lake"], "grade": grade}
    return plan(vetoes={"V1": veto | {"source": "made up", "tag": "P"}})


def assessed(made: Plan | None = None, **changed: Any) -> Assessment:
    """90 in every part unless told otherwise."""
    given: dict[str, Any] = {
        "index": 90.0,
        "scale": HUNDRED,
        "targets": [target(0.9)],
        "measures": [measure(9, 1)],
    }
    return assess(made or plan(), "lake", Evidence(**(given | changed)))


def test_the_total_is_the_weighted_mean_of_the_parts() -> None:
    found = assessed(index=80.0, targets=[target(1.0), target(0.8)], measures=[measure(1, 1)])
    assert found.parts == {"targets": 90, "index": 80, "measures": 50}
    assert found.total == pytest.approx((5 * 90 + 3 * 80 + 2 * 50) / 10)
    assert (found.grade_zh, found.grade_en, found.scale) == ("中", "fair", "A")


def test_without_targets_of_its_own_a_type_gives_their_weight_to_the_others() -> None:
    found = assessed(
        targets=[replace(target(None), scored=False)], index=80.0, measures=[measure(1)]
    )
    assert found.weights == pytest.approx({"index": 0.6, "measures": 0.4})
    assert found.total == pytest.approx(0.6 * 80 + 0.4 * 100)


@pytest.mark.parametrize(("n", "share"), [(1, 0.2), (4, 0.8), (5, 1.0), (12, 1.0)])
def test_measures_that_stand_on_few_checks_weigh_less_so_that_none_decides_more(
    n: int, share: float
) -> None:
    few = plan()
    rules = few.assessment.model_copy(update={"enough_checks": 5})
    found = assessed(few.model_copy(update={"assessment": rules}), measures=[measure(n)])
    whole = 0.8 + 0.2 * share
    assert found.weights == pytest.approx(
        {"targets": 0.5 / whole, "index": 0.3 / whole, "measures": 0.2 * share / whole}
    )
    assert found.weights["measures"] / n <= 0.2 / min(n, 5)


def comparing(**parts: float) -> Plan:
    made = plan()
    comparable = {"types": ("lake", "wood"), "parts": parts}
    rules = {**made.assessment.model_dump(), "comparable": comparable}
    return made.model_copy(update={"assessment": AssessmentRules.model_validate(rules)})


def test_the_comparable_total_is_of_the_parts_that_all_compared_types_have_and_grades_nobody() -> (
    None
):
    made = comparing(index=4, measures=1)
    whole = assessed(made, index=80.0, targets=[target(0.2)], measures=[measure(1, 1)])
    part = assessed(made, index=80.0, targets=[], measures=[measure(1, 1)])
    assert whole.comparable == part.comparable == pytest.approx((4 * 80 + 50) / 5)
    assert whole.total == pytest.approx(44) and whole.grade_zh == "不合格"
    assert assessed(index=80.0).comparable is None  # a plan that compares no types


def test_a_missing_or_withheld_part_leaves_no_comparable_total() -> None:
    made = comparing(index=4, measures=1)
    assert assessed(made, measures=[]).comparable is None
    found = assessed(made)
    assert replace(found, parts={**found.parts, "index": None}).comparable is None
    assert replace(found, total=None).comparable is None
    again = reassess(
        found, index=50.0, scale=HUNDRED, is_covered=True, targets=[target(0.9)],
        measures=[measure(9, 1)],
    )  # fmt: skip
    assert again.comparable == pytest.approx((4 * 50 + 90) / 5)


@pytest.mark.parametrize(
    ("total", "grade"),
    [
        (100, "优秀"),
        (90, "优秀"),
        (89.99, "良好"),
        (80, "良好"),
        (79.99, "中"),
        (70, "中"),
        (69.99, "合格"),
        (60, "合格"),
        (59.99, "不合格"),
        (89.96, "良好"),
        (-1, "不合格"),
    ],
)
def test_the_unrounded_total_is_graded(total: float, grade: str) -> None:
    assert grade_of_bands(total, from_the_best(plan().assessment.scales["A"])).zh == grade


def test_ninety_in_every_part_is_ninety() -> None:
    assert assessed().grade_zh == "优秀"


@given(st.floats(0, 100), st.floats(0, 100))
def test_a_better_total_never_has_a_worse_grade(one: float, other: float) -> None:
    order = [zh for zh, _, _ in BANDS_A]
    a, b = sorted([one, other])
    rungs = from_the_best(plan().assessment.scales["A"])
    assert order.index(grade_of_bands(b, rungs).zh) <= order.index(grade_of_bands(a, rungs).zh)


def test_the_index_enters_as_its_place_on_its_own_scale() -> None:
    found = assessed(index=90.0, scale=Scale(floor=60, top=100))
    assert found.parts["index"] == 75
    assert found.index_converted
    assert not assessed().index_converted


def test_a_standing_veto_decides_the_grade_whatever_the_score() -> None:
    record = {"V1": {"status": "standing", "document": "文号 1", "confirming_unit": "局"}}
    found = assessed(with_veto(), vetoes=record)
    assert (found.grade_zh, found.grade_en, found.reason) == ("不合格", "fail", "veto_standing")
    assert found.total == pytest.approx(90)
    assert found.vetoes[0].document == "文号 1"
    never_better = assessed(with_veto("良好"), vetoes=record, index=0.0, targets=[target(0.0)])
    assert never_better.grade_zh == "不合格"


def test_assessed_again_a_withheld_total_does_not_tell_whether_a_veto_decided() -> None:
    record = {"V1": {"status": "standing"}}
    found = assessed(with_veto(), vetoes=record)
    withheld = replace(found, total=None, parts={**found.parts, "index": None})
    now = {"index": 80.0, "scale": HUNDRED, "is_covered": True, "measures": [measure(9, 1)]}
    known, unknown = (
        reassess(one, **now, targets=[target(0.9)])  # type: ignore[arg-type]
        for one in (found, withheld)
    )
    assert (known.grade_zh, unknown.grade_zh) == ("不合格", "")
    assert known.total == unknown.total is not None


def test_a_veto_without_a_record_makes_the_grade_provisional() -> None:
    found = assessed(with_veto())
    assert (found.provisional, found.reason, found.graded) == (True, "vetoes_unchecked", True)
    clear = assessed(with_veto(), vetoes={"V1": {"status": "clear"}})
    assert (clear.provisional, clear.reason) == (False, "")


def test_few_inspected_checks_make_the_grade_provisional() -> None:
    found = assessed(measures=[measure(9, 1, not_inspected=10)])
    assert (found.provisional, found.reason) == (True, "measures_not_inspected")


def test_scores_of_a_real_body_on_the_sample_leave_its_grade_provisional() -> None:
    found = assessed(index=0.0, targets=[target(0.0)], basis=Basis(from_sample=7))
    assert (found.grade_zh, found.provisional) == ("不合格", True)
    assert (found.reason, found.doubts[0].n) == ("references_of_sample", 7)
    again = reassess(
        found, index=90.0, scale=HUNDRED, is_covered=True, targets=[target(0.0)],
        measures=[measure(9, 1)],
    )  # fmt: skip
    assert again.graded and again.provisional


def test_a_veto_that_fails_a_body_whatever_its_scores_is_final() -> None:
    standing = {"vetoes": {"V1": {"status": "standing"}}, "basis": Basis(from_sample=7)}
    assert not assessed(with_veto(), **standing).provisional
    fair = assessed(with_veto("合格"), **standing, index=0.0, targets=[target(0.0)])
    assert (fair.grade_zh, fair.provisional) == ("不合格", True)  # earned, not by the veto


def test_a_binding_target_not_met_is_a_veto_in_the_last_year_only() -> None:
    unmet = [target(0.9, binding=True, light="not_met")]
    bands = [("超额完成", "", 95), ("完成", "", 80), ("基本完成", "", 60), ("未完成", "", 0)]
    rules = plan().assessment.model_dump() | {"scales": {"A": scale("A", bands)}}
    made = plan(assessment=rules)
    high = {"index": 100.0, "measures": [measure(1)], "targets": [target(1, **vars_of(unmet[0]))]}
    assert assessed(made, **high, is_last_year=True).grade_zh == "未完成"
    assert assessed(made, **high).grade_zh == "超额完成"


def vars_of(line: TargetLine) -> dict[str, Any]:
    return {"binding": line.binding, "light": line.light}


@pytest.mark.parametrize(
    ("basis", "reason"),
    [
        (Basis(coverage=0.79), "insufficient_data"),
        (Basis(is_for_statistics_alone=True), "statistical_basis"),
        (Basis(filed=False), "not_filed"),
    ],
)
def test_what_may_not_be_graded_is_not_and_says_why(basis: Basis, reason: str) -> None:
    found = assessed(basis=basis)
    assert (found.graded, found.grade_zh, found.reason) == (False, "", reason)
    assert not found.provisional


def test_exactly_the_least_coverage_is_enough() -> None:
    assert assessed(basis=Basis(coverage=0.1 * 8 - 1e-16)).graded


def test_statistical_values_show_neither_total_nor_vetoes_nor_inspection() -> None:
    found = assessed(with_veto(), basis=Basis(is_for_statistics_alone=True))
    assert (found.total, found.vetoes, found.parts) == (None, (), {})


def test_an_index_that_is_not_there_is_not_given_to_the_others() -> None:
    found = assessed(index=None)
    assert (found.total, found.reason) == (None, "index_not_computable")
    found = assessed(index=None, basis=Basis(coverage=0.0))
    assert (found.total, found.reason) == (None, "insufficient_data")


def test_a_type_without_rules_is_not_assessed() -> None:
    found = assess(plan(), "hill", Evidence(index=90.0, scale=HUNDRED))
    assert (found.graded, found.reason) == (False, "no_rules")


def test_only_scored_targets_with_points_count_in_their_part() -> None:
    recorded, unknown = target(0.2, scored=False), target(None)
    assert target_part([target(0.6), target(0.8), recorded, unknown]) == pytest.approx(70)
    assert target_part([recorded, unknown]) is None


def test_a_part_without_a_value_or_a_weight_carries_nothing() -> None:
    given = {"targets": 0.5, "index": 0.3, "measures": 0.0}
    assert used_weights(given, {"targets": None, "index": 70.0, "measures": 50.0}) == {"index": 1.0}
    assert used_weights(given, {}) == {}
    assert given_weights(plan().assessment, "hill", 3) == {}
    assert worth_of_index({"targets": 1.0}, HUNDRED) is None


def test_a_grade_is_called_as_its_readers_speak() -> None:
    best = from_the_best(plan().assessment.scales["A"])[0]
    assert (best.name("zh"), best.name("en")) == ("优秀", "excellent")


def test_bonuses_make_up_for_other_targets_but_never_beyond_a_hundred() -> None:
    assert assessed(targets=[target(1.2), target(0.6)]).parts["targets"] == pytest.approx(90)
    assert assessed(targets=[target(1.2)]).parts["targets"] == 100
