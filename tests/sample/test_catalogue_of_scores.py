"""Each scored indicator of the shipped types measures something over all years of the sample."""

from __future__ import annotations

import pytest

from cescore.evaluation.yearly import YearlyEvaluation
from cescore.method.catalogue import LIMITS, catalogue

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
