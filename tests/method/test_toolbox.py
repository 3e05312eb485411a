"""The toolbox by its usual names: published examples, properties, and pymcdm as an oracle."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pymcdm.methods as oracle_methods
import pymcdm.weights as oracle
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from pymcdm.normalizations import vector_normalization

from cescore.errors import MethodError
from cescore.method.aggregate import (
    arithmetic_mean,
    generalised_mean,
    geometric_mean,
    harmonic_mean,
)
from cescore.method.outranking import copeland, outranking_matrix, topsis
from cescore.method.relative import (
    borda,
    distance_to_maximum,
    distance_to_reference,
    fraction_of_maximum,
    percentile_rank,
    ranks,
)
from cescore.method.weighing import (
    critic_weights,
    entropy_weights,
    pca_weights,
    shangzhi_weights,
)

TABLES = arrays.arrays(
    float,
    st.tuples(st.integers(4, 12), st.integers(2, 5)),
    elements=st.integers(1, 1000).map(float),
).filter(lambda t: bool((np.ptp(t, axis=0) > 0).all()))


def frame(table: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame(table, columns=[f"x{i}" for i in range(table.shape[1])])


@given(TABLES)
def test_entropy_weights_are_pymcdm_s(table: np.ndarray) -> None:
    expected = oracle.entropy_weights(table)
    assert entropy_weights(frame(table)).to_numpy() == pytest.approx(expected, rel=1e-6, abs=1e-9)


@given(TABLES)
def test_critic_weights_are_pymcdm_s(table: np.ndarray) -> None:
    expected = oracle.critic_weights(table)
    if np.isfinite(expected).all():  # columns that all move together have no conflict
        found = critic_weights(frame(table)).to_numpy()
        assert found == pytest.approx(expected, rel=1e-6, abs=1e-9)


@pytest.mark.filterwarnings("ignore:Alternatives with indices:UserWarning")  # it advises
@given(TABLES, st.data())
def test_topsis_is_pymcdm_s(table: np.ndarray, data: st.DataObject) -> None:
    n = table.shape[1]
    weights = np.array(data.draw(st.lists(st.integers(1, 9), min_size=n, max_size=n)), float)
    method = oracle_methods.TOPSIS(vector_normalization)
    expected = method(table, weights / weights.sum(), np.ones(n))
    found = topsis(frame(table), dict(zip(frame(table), weights, strict=True)))
    assert found.to_numpy() == pytest.approx(expected, rel=1e-9)


def test_entropy_counts_the_shares_of_an_indicator_by_hand() -> None:
    """Shares 1/4 and 3/4 have entropy 0.811 bits of 1; shares 1/2 and 1/2 have 1."""
    found = entropy_weights(pd.DataFrame({"a": [1.0, 3.0], "b": [5.0, 5.0], "c": [2.0, 6.0]}))
    assert found.tolist() == pytest.approx([0.5, 0, 0.5])


def test_shangzhi_differs_from_entropy_on_raw_shares() -> None:
    """104 to 106 are almost even shares; scaled by min-max first they are as uneven as 1 to 3."""
    table = pd.DataFrame({"a": [1.0, 2.0, 3.0], "b": [104.0, 105.0, 106.0]})
    assert shangzhi_weights(table).tolist() == pytest.approx([0.5, 0.5])
    assert entropy_weights(table)["a"] > 0.99


def test_shangzhi_looks_at_the_direction() -> None:
    table = pd.DataFrame({"a": [0.0, 0.0, 1.0], "b": [0.0, 0.0, 1.0]})
    found = shangzhi_weights(table, directions=[1, -1])
    assert found["a"] > found["b"]


@pytest.mark.parametrize("method", [entropy_weights, shangzhi_weights, critic_weights])
def test_a_constant_column_weighs_nothing(method: object) -> None:
    table = pd.DataFrame({"a": [1.0, 2.0, 4.0], "b": [7.0, 7.0, 7.0], "c": [3.0, 1.0, 1.0]})
    found = method(table)  # type: ignore[operator]
    assert found["b"] == 0
    assert found.sum() == pytest.approx(1)


@pytest.mark.parametrize("method", [entropy_weights, shangzhi_weights, critic_weights])
def test_a_missing_value_is_refused_by_name(method: object) -> None:
    with pytest.raises(MethodError, match="missing in b"):
        method(pd.DataFrame({"a": [1.0, 2.0], "b": [np.nan, 1.0]}))  # type: ignore[operator]


def test_principal_components_of_few_entities_are_refused() -> None:
    with pytest.raises(MethodError, match="19 entities, expected 20"):
        pca_weights(pd.DataFrame({"a": range(19), "b": range(19)}))


def test_columns_that_move_together_share_the_first_component() -> None:
    x = np.arange(20.0)
    found = pca_weights(pd.DataFrame({"a": x, "b": -x, "noise": np.tile([1.0, -1.0], 10)}))
    assert found["a"] == pytest.approx(found["b"])
    assert found["noise"] < 0.02
    assert found.sum() == pytest.approx(1)


numbers = st.lists(st.integers(1, 1000).map(float), min_size=2, max_size=6)


@given(numbers)
def test_the_generalised_mean_holds_the_others_and_rises_with_its_power(x: list[float]) -> None:
    ones = [1.0] * len(x)
    for power, mean in ((1, arithmetic_mean), (0, geometric_mean), (-1, harmonic_mean)):
        assert generalised_mean(x, ones, power=power) == pytest.approx(mean(x, ones))
    rising = [float(generalised_mean(x, ones, power=p)) for p in (-2, -1, 0, 0.5, 1, 3)]
    assert rising == pytest.approx(sorted(rising))


def test_copeland_prefers_the_winner_of_the_duels() -> None:
    """x wins two of three indicators against both, though z leads by far on the third."""
    scores = pd.DataFrame({"a": [3, 2, 1], "b": [3, 2, 1], "c": [0, 0, 100]}, index=["x", "y", "z"])
    assert copeland(scores, {"a": 1, "b": 1, "c": 1}).to_dict() == {"x": 2, "y": 0, "z": -2}
    assert copeland(scores, {"a": 1, "b": 1, "c": 3}).to_dict() == {"x": 0, "y": -2, "z": 2}


def test_a_missing_score_counts_in_no_duel() -> None:
    scores = pd.DataFrame({"a": [1.0, 2.0], "b": [9.0, np.nan]}, index=["x", "y"])
    assert outranking_matrix(scores, {"a": 1, "b": 5}).loc["y", "x"] == 1


@given(TABLES)
def test_duels_are_zero_sum(table: np.ndarray) -> None:
    found = copeland(frame(table), dict.fromkeys(frame(table), 1.0))
    assert found.sum() == 0


def test_weights_are_matched_by_name() -> None:
    scores = pd.DataFrame({"a": [1.0, 2.0], "b": [3.0, 1.0]})
    assert topsis(scores, {"b": 1, "a": 3}).equals(topsis(scores, {"a": 3, "b": 1}))
    with pytest.raises(MethodError, match="different indicators: c"):
        topsis(scores, {"a": 1, "b": 1, "c": 1})


distinct = st.lists(st.integers(1, 10**6), min_size=2, unique=True).map(
    lambda v: pd.Series(v, dtype=float)
)


@given(distinct)
def test_the_worst_and_the_best_are_the_ends_of_each_method(x: pd.Series) -> None:
    for method in (percentile_rank, distance_to_maximum):
        found = method(x)
        assert (found.min(), found.max(), found.idxmax()) == (0, 100, x.idxmax())
    assert fraction_of_maximum(x).max() == 100
    assert (borda(x) + ranks(x)).tolist() == [len(x)] * len(x)


@given(distinct)
def test_the_direction_turns_the_order_round(x: pd.Series) -> None:
    for method in (ranks, borda, percentile_rank, distance_to_maximum):
        assert method(x, direction=-1).tolist() == pytest.approx(method(-x).tolist())


def test_missing_values_stay_missing_and_are_not_counted() -> None:
    x = pd.Series([1.0, np.nan, 3.0])
    for method in (ranks, borda, percentile_rank, distance_to_maximum, fraction_of_maximum):
        assert method(x).isna().tolist() == [False, True, False]
    assert percentile_rank(x)[2] == 100


def test_beyond_the_reference_is_more_than_100_unless_cut() -> None:
    x = pd.Series({"a": 0.0, "b": 2.0, "c": 3.0})
    assert distance_to_reference(x, reference="b")["c"] == 150
    assert distance_to_reference(x, reference="b", cap=True)["c"] == 100
    with pytest.raises(MethodError, match="do not differ"):
        distance_to_reference(x, reference="a")
    with pytest.raises(MethodError, match="has no value"):
        distance_to_reference(x, reference="z")
