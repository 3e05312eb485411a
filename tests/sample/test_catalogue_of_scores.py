"""Each scored indicator of the shipped types measures something over all years of the sample."""

from __future__ import annotations

import numpy as np
import pytest

from cescore.evaluation.yearly import YearlyEvaluation
from cescore.method.column import Column
from cescore.method.index.catalogue import LIMITS, catalogue
from cescore.method.index.evaluation import TypeEvaluation
from cescore.method.index.progress import progress_index

TYPES = ("city", "district", "park", "enterprise")


@pytest.mark.parametrize("entity_type", TYPES)
def test_no_scored_indicator_is_beyond_a_limit_without_a_stated_reason(
    yearly: YearlyEvaluation, entity_type: str
) -> None:
    evaluation = yearly.evaluations[entity_type]
    indicators = evaluation.framework.indicators
    found = {
        s.code: set(s.beyond()) - set(indicators[s.code].accepted)
        for s in catalogue(evaluation.scores, evaluation.framework)
    }
    assert {code: limits for code, limits in found.items() if limits} == {}


@pytest.mark.parametrize("entity_type", TYPES)
def test_every_scored_indicator_has_scores_of_its_own(
    yearly: YearlyEvaluation, entity_type: str
) -> None:
    evaluation = yearly.evaluations[entity_type]
    statistics = catalogue(evaluation.scores, evaluation.framework)
    assert [s.code for s in statistics if s.scores == 0] == []
    assert [s.code for s in statistics] == [i.code for i in evaluation.framework.scored()]


def test_the_limits_are_those_that_a_reason_can_be_given_for() -> None:
    assert list(LIMITS) == ["at_floor", "at_top", "spread", "rank_stability", "redundancy"]


@pytest.mark.parametrize("entity_type", TYPES)
def test_every_type_has_the_progress_index_built_alike(
    yearly: YearlyEvaluation, entity_type: str
) -> None:
    rules = yearly.evaluations[entity_type].framework.progress
    assert rules is not None and rules.below_base_floor == "measure_from_floor" and rules.base_floor
    assert {group.aggregation for group in rules.groups} == {"geometric_mean"}
    assert rules.aggregation == "arithmetic_mean"


@pytest.mark.parametrize("entity_type", ["city", "district", "enterprise"])
def test_every_member_of_the_progress_index_has_moved_somewhere(
    yearly: YearlyEvaluation, entity_type: str
) -> None:
    members = yearly.evaluations[entity_type].progress.members
    latest = {code: column.values[:, -1] for code, column in members.columns.items()}
    assert [c for c, v in latest.items() if np.nanmax(np.abs(v - 100)) < 1] == []


def rise_without(evaluation: TypeEvaluation, code: str) -> np.ndarray:
    """The progress index of the last year less 100, were one member still where it began."""
    column = evaluation.indicators.column(code)
    base = np.repeat(column.values[:, :1], column.shape[1], axis=1)
    still = evaluation.indicators.with_columns({code: Column(base, column.state, column.flags)})
    found = progress_index(still, evaluation.framework, base_year=evaluation.base_year)
    return found.index.values[:, -1] - 100


@pytest.mark.parametrize("entity_type", ["city", "district"])
def test_no_member_carries_a_third_of_the_rise_of_the_progress_index(
    yearly: YearlyEvaluation, entity_type: str
) -> None:
    evaluation = yearly.evaluations[entity_type]
    rise = evaluation.progress.index.values[:, -1] - 100
    carried = {
        code: 1 - rise_without(evaluation, code) / rise
        for code in evaluation.progress.members.columns
    }
    assert {code: share for code, share in carried.items() if np.nanmax(share) > 1 / 3} == {}
