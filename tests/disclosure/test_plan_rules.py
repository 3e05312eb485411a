"""What a bundle says of the plan is enough to assess its entity again, and nothing but that."""

from __future__ import annotations

import pytest
from evaluation.test_yearly import PLAN
from intake.test_workspace import workspace  # noqa: F401
from method.test_bonus import BONUS
from method.test_bonus import PLAN as PARK_PLAN

from cescore.disclosure.documents.bundle import Bundle
from cescore.disclosure.documents.opened import OpenBundle
from cescore.disclosure.making.bundles import make_bundle
from cescore.disclosure.making.plan_rules import rules_for
from cescore.evaluation.yearly import evaluate_workspace
from cescore.method.grading.assessment import Evidence, assess
from cescore.method.grading.parts import index_part
from cescore.method.grading.targets import assess_targets
from cescore.method.index.indicators import compute_indicators

WITH_PLAN = {"params/plans/p.yml": PLAN, "params/runs/2024.yml": "year: 2024\nplan: p\n"}


@pytest.fixture
def bundle(workspace) -> Bundle:  # noqa: F811
    return make_bundle(evaluate_workspace(workspace(**WITH_PLAN)), "D1")


def test_a_bundle_s_own_rules_give_its_targets_and_total_again(bundle: Bundle) -> None:
    opened = OpenBundle(bundle, "", "zh", bundle.framework)
    base, rules = opened.base_year, bundle.rules
    assert rules is not None
    indicators = compute_indicators(opened.record, bundle.framework, base_year=base)
    lines = assess_targets(rules, indicators, bundle.framework, year=2024, base_year=base)["D1"]
    assert lines == bundle.targets
    index = bundle.evaluated.index.values[-1]
    found = assess(rules, "district", Evidence(index, bundle.framework.scale, lines))
    assert (found.total, found.grade_zh) == (bundle.assessment.total, bundle.assessment.grade_zh)
    assert found.parts["index"] == index_part(index, bundle.framework.scale)


def test_it_holds_no_measure_and_nothing_of_other_types(bundle: Bundle) -> None:
    rules = bundle.rules
    assert rules is not None and not rules.measures and not rules.systems
    other = rules_for(rules, "city", {})
    assert not other.targets and not other.vetoes and not other.assessment.weights


def test_constants_of_extra_points_are_written_into_their_rules() -> None:
    priced = BONUS.items["A"].model_copy(update={"executable": "links >= least * 2"})
    bonus = BONUS.model_copy(update={"items": {"A": priced}})
    rules = PARK_PLAN.assessment.model_copy(update={"bonus": {"park": bonus}})
    plan = PARK_PLAN.model_copy(update={"assessment": rules})
    cut = rules_for(plan, "park", {"least": 5.0, "links_of_old": 1.0})
    assert cut.assessment.bonus["park"].items["A"].executable == "links >= (5.0) * 2"
