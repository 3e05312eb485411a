"""Weights down the tree and means up the tree."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cescore.errors import MethodError
from cescore.method.aggregate import MEANS, arithmetic_mean, geometric_mean, harmonic_mean
from cescore.method.evaluation import evaluate
from cescore.method.weight import effective_weights, group_weights

from .builders import framework, group, indicator, panel

MEMBERS = st.lists(st.tuples(st.floats(0.01, 100), st.floats(0.01, 10)), min_size=1, max_size=8)
ALL = {code: np.array([[True]]) for code in "XYZ"}


@given(MEMBERS)
def test_harmonic_is_below_geometric_is_below_arithmetic(
    members: list[tuple[float, float]],
) -> None:
    x, w = zip(*members, strict=True)
    low, middle, high = harmonic_mean(x, w), geometric_mean(x, w), arithmetic_mean(x, w)
    assert low <= middle * (1 + 1e-9) <= high * (1 + 1e-9) ** 2
    assert min(x) * (1 - 1e-9) <= low


@given(MEMBERS, st.floats(0.01, 100))
def test_only_the_ratio_of_weights_counts(members: list[tuple[float, float]], k: float) -> None:
    x, w = zip(*members, strict=True)
    for mean in MEANS.values():
        assert mean(x, [k * v for v in w]) == pytest.approx(mean(x, w), rel=1e-9)


@pytest.mark.parametrize("mean", MEANS.values())
def test_a_weight_of_zero_drops_a_member_even_without_a_value(mean: object) -> None:
    assert mean([5.0, np.nan], [1, 0]) == pytest.approx(5)  # type: ignore[operator]
    assert np.isnan(mean([5.0, np.nan], [1, 1]))  # type: ignore[operator]


def test_a_zero_pulls_the_geometric_and_harmonic_mean_to_zero() -> None:
    assert geometric_mean([0.0, 100.0], [1, 1]) == 0
    assert harmonic_mean([0.0, 100.0], [1, 1]) == 0
    assert np.isnan(harmonic_mean([-1.0, 100.0], [1, 1]))


def test_series_are_matched_by_label_never_by_position() -> None:
    x = pd.Series({"water": 10.0, "energy": 40.0})
    w = pd.Series({"energy": 3.0, "water": 1.0})
    assert arithmetic_mean(x, w) == 32.5
    with pytest.raises(MethodError, match="land"):
        arithmetic_mean(x, pd.Series({"energy": 3.0, "land": 1.0}))
    with pytest.raises(MethodError, match="2 values and 1 weights"):
        arithmetic_mean([1.0, 2.0], [1.0])


def nested() -> object:
    return framework(
        [
            indicator("X", group="A1", weight=1),
            indicator("Y", group="A1", weight=3),
            indicator("Z", group="B", weight=2),
        ],
        [group("A", 0.6), group("A1", 5, parent="A"), group("B", 0.4)],
    )


def test_effective_weights_are_the_products_down_the_tree_and_add_up_to_one() -> None:
    weights = effective_weights(nested(), ALL)
    assert {c: w[0, 0] for c, w in weights.items()} == pytest.approx(
        {"X": 0.15, "Y": 0.45, "Z": 0.4}
    )
    assert group_weights(nested(), ALL)["A1"][0, 0] == pytest.approx(0.6)


def test_the_weight_of_an_absent_member_goes_to_the_others_of_its_group_first() -> None:
    without_x = ALL | {"X": np.array([[False]])}
    found = {c: w[0, 0] for c, w in effective_weights(nested(), without_x).items()}
    assert found == pytest.approx({"X": 0, "Y": 0.6, "Z": 0.4})
    without_a = without_x | {"Y": np.array([[False]])}
    assert effective_weights(nested(), without_a)["Z"][0, 0] == 1
    nobody = {code: np.array([[False]]) for code in "XYZ"}
    assert sum(w[0, 0] for w in effective_weights(nested(), nobody).values()) == 0


def test_a_group_without_members_is_refused_by_name() -> None:
    frame = framework([indicator("X")], [group("G"), group("EMPTY")])
    with pytest.raises(MethodError, match="EMPTY"):
        evaluate(panel({"x": [[1]]}), frame, base_year=2020, run_year=2020)


def test_groups_may_use_other_means_than_the_index() -> None:
    frame = framework(
        [indicator("X", group="A"), indicator("Y", group="A"), indicator("Z", group="B")],
        [group("A", aggregation="harmonic_mean"), group("B")],
        aggregation="geometric_mean",
    )
    data = panel({"x": [[5]], "y": [[10]], "z": [[6]]})
    found = evaluate(data, frame, base_year=2020, run_year=2020).aggregation
    assert found.groups.columns["A"].values[0, 0] == pytest.approx(200 / 3)
    assert found.index.values[0, 0] == pytest.approx((200 / 3 * 60) ** 0.5)
