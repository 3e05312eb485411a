"""Weights that people state: worked examples of the literature, and what cannot be used."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cescore.definitions.frameworks.judgement import ahp_weights, budget_allocation
from cescore.errors import MethodError


def test_three_criteria_can_be_checked_in_closed_form() -> None:
    """With c = a12·a23 / a13 = 7/15, λ = 1 + c^(1/3) + c^(-1/3); weights are geometric row means."""
    names = ["price", "quality", "service"]
    found = ahp_weights(names, [[1, 1 / 3, 5], [3, 1, 7], [1 / 5, 1 / 7, 1]])
    rows = np.cbrt([5 / 3, 21, 1 / 35])
    assert found.eigenvalue == pytest.approx(1 + np.cbrt(7 / 15) + np.cbrt(15 / 7))
    assert [*found.weights.values()] == pytest.approx((rows / rows.sum()).tolist())
    assert found.consistency_ratio == pytest.approx((found.eigenvalue - 3) / 2 / 0.58)
    assert found.is_consistent
    assert [*found.weights] == names


@given(st.lists(st.integers(1, 9), min_size=3, max_size=9))
def test_consistent_judgements_give_their_own_weights(parts: list[int]) -> None:
    own = np.array(parts, float)
    found = ahp_weights([*map(str, range(len(own)))], own[:, None] / own[None, :])
    assert np.array([*found.weights.values()]) == pytest.approx(own / own.sum())
    assert found.consistency_ratio == pytest.approx(0, abs=1e-9)


def test_judgements_that_contradict_each_other_are_refused() -> None:
    with pytest.raises(MethodError, match="1, 2 are 2 and 3, expected reciprocals"):
        ahp_weights("ab", [[1, 2], [3, 1]])


def test_every_expert_counts_alike() -> None:
    found = budget_allocation({"x": {"a": 1, "b": 1}, "y": {"a": 75, "b": 25}})
    assert found == {"a": 0.625, "b": 0.375}
    with pytest.raises(MethodError, match="by y"):
        budget_allocation({"x": {"a": 1, "b": 1}, "y": {"a": 0, "b": 0}})
