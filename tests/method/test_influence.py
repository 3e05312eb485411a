"""Effective weights against nominal ones, on numbers that can be checked in the head."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cescore.method.index.influence import correlation, correlations, influences

scores = st.lists(
    st.tuples(*[st.integers(0, 100)] * 3), min_size=3, max_size=12, unique_by=lambda row: sum(row)
)


@given(scores)
def test_with_arithmetic_means_the_effective_weights_are_together_one(rows):
    table = np.array(rows, float)
    weights = {code: np.full(len(rows), w) for code, w in zip("abc", (0.5, 0.3, 0.2), strict=True)}
    columns = {code: table[:, i] for i, code in enumerate("abc")}
    index = sum(weights[code] * columns[code] for code in "abc")
    if np.ptp(index) > 1e-6:
        found = influences(columns, weights, index)
        assert sum(one.effective for one in found) == pytest.approx(1)


def test_an_indicator_that_does_not_vary_has_no_influence():
    index, half = np.array([10.0, 20.0, 30.0]), np.full(3, 0.5)
    flat, steep = influences(
        {"a": np.full(3, 40.0), "b": 2 * index - 40}, {"a": half, "b": half}, index
    )
    assert (flat.nominal, flat.effective) == (0.5, 0.0)
    assert np.isnan(flat.correlation)
    assert (round(steep.effective, 12), round(steep.correlation, 12)) == (1.0, 1.0)


def test_where_all_are_alike_or_few_nothing_is_claimed():
    for index in (np.full(5, 7.0), np.array([1.0, 2.0]), np.full(3, np.nan)):
        (one,) = influences({"a": index}, {"a": np.ones(len(index))}, index)
        assert np.isnan(one.effective)
        assert np.isnan(one.correlation)


def test_a_pair_is_correlated_over_whoever_has_both():
    a, b = np.array([1.0, 2.0, 3.0, np.nan]), np.array([3.0, 2.0, 1.0, 9.0])
    assert correlation(a, b) == pytest.approx(-1)
    matrix = correlations({"a": a, "b": b}, ["a", "b"])
    np.testing.assert_allclose(matrix, [[1, -1], [-1, 1]])
