"""The toolbox by its usual names: published examples, properties, and pymcdm as an oracle."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pymcdm.methods as oracle_methods
import pymcdm.weights as oracle
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from pymcdm.normalizations import vector_normalization

from cescore.definitions.model import Scale
from cescore.errors import MethodError
from cescore.method.disclosure.rules import ranks
from cescore.method.index.aggregate import (
    arithmetic_mean,
    generalised_mean,
    geometric_mean,
    harmonic_mean,
)
from cescore.method.index.normalisations import (
    BY_CONSTANTS,
    BY_ORDER,
    by_constants,
    by_order,
    learn,
)
from cescore.method.index.outranking import copeland, topsis
from cescore.method.index.scaling import (
    borda,
    distance_to_maximum,
    distance_to_reference,
    distance_to_target,
    fraction_of_maximum,
    min_max,
    percentile_rank,
    rank_scores,
    t_score,
)
from cescore.method.index.weighing import (
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


def test_where_no_member_has_a_weight_nobody_is_close_to_anything() -> None:
    values = np.array([[[4.0, 3.0], [4.0, 3.0]]])  # one member, two rows, two entities
    found = topsis(values, np.array([[[0.0, 0.0], [1.0, 1.0]]]))
    assert np.isnan(found[0]).all()
    assert found[1].tolist() == [1.0, 0.0]


@pytest.mark.filterwarnings("ignore:Alternatives with indices:UserWarning")  # it advises
@given(TABLES, st.data())
def test_topsis_is_pymcdm_s(table: np.ndarray, data: st.DataObject) -> None:
    n = table.shape[1]
    weights = np.array(data.draw(st.lists(st.integers(1, 9), min_size=n, max_size=n)), float)
    method = oracle_methods.TOPSIS(vector_normalization)
    expected = method(table, weights / weights.sum(), np.ones(n))
    found = topsis(table.T, np.broadcast_to(weights[:, None], table.T.shape))
    assert found == pytest.approx(expected, rel=1e-9)


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


THREE = np.array([[3.0, 2, 1], [3, 2, 1], [0, 0, 100]])  # members of x, y, z


def by_duels(scores: np.ndarray, weights: list[float]) -> list[float]:
    """Duels won less duels lost."""
    counts = np.broadcast_to(np.array(weights)[:, None], scores.shape)
    return list((copeland(scores, counts) * 2 - 1) * (scores.shape[1] - 1))


def test_copeland_prefers_the_winner_of_the_duels() -> None:
    """x wins two of three indicators against both, though z leads by far on the third."""
    assert by_duels(THREE, [1, 1, 1]) == [2, 0, -2]
    assert by_duels(THREE, [1, 1, 3]) == [0, -2, 2]


def test_a_missing_score_counts_in_no_duel() -> None:
    scores = np.array([[1.0, 2.0], [9.0, np.nan]])
    assert copeland(scores, np.array([[1.0, 1.0], [5.0, 0.0]])).tolist() == [0, 1]


def test_scores_that_differ_by_noise_are_a_tie() -> None:
    assert copeland(np.array([[0.1 + 0.2, 0.3]]), np.ones((1, 2))).tolist() == [0.5, 0.5]


@given(TABLES)
def test_duels_are_zero_sum(table: np.ndarray) -> None:
    assert sum(by_duels(table.T, [1.0] * table.shape[1])) == pytest.approx(0, abs=1e-9)


distinct = st.lists(st.integers(1, 10**6), min_size=2, unique=True).map(
    lambda v: pd.Series(v, dtype=float)
)


@given(distinct)
def test_the_worst_and_the_best_are_the_ends_of_each_method(x: pd.Series) -> None:
    for method in (percentile_rank, distance_to_maximum):
        found = method(x, direction=1)
        assert (found.min(), found.max(), found.idxmax()) == (0, 100, x.idxmax())
    assert fraction_of_maximum(x, direction=1).max() == 100
    places = ranks(x.to_numpy(), 1)
    assert (borda(x, direction=1) + places).tolist() == [len(x)] * len(x)


@given(distinct)
def test_the_direction_turns_the_order_round(x: pd.Series) -> None:
    for method in (rank_scores, borda, percentile_rank, distance_to_maximum):
        turned = method(-x, direction=1)
        assert method(x, direction=-1).tolist() == pytest.approx(turned.tolist())
    assert ranks(x.to_numpy(), -1) == ranks(-x.to_numpy(), 1)


def test_missing_values_stay_missing_and_are_not_counted() -> None:
    x = pd.Series([1.0, np.nan, 3.0])
    for method in (borda, percentile_rank, rank_scores, distance_to_maximum, fraction_of_maximum):
        assert method(x, direction=1).isna().tolist() == [False, True, False]
    assert percentile_rank(x, direction=1)[2] == 100
    assert ranks(x.to_numpy(), 1) == [2, None, 1]


def test_beyond_the_reference_is_more_than_the_top() -> None:
    x = pd.Series([0.0, 2.0, 3.0])
    assert distance_to_reference(x, reference=2.0, direction=1)[2] == 150
    with pytest.raises(MethodError, match="better than the worst"):
        distance_to_reference(x, reference=0.0, direction=1)
    with pytest.raises(MethodError, match="reference is nan"):
        distance_to_reference(x, reference=np.nan, direction=1)


# --- at zero, below zero, all equal, one alone -----------------------------------------------------

OBSERVED = [
    min_max,
    distance_to_maximum,
    fraction_of_maximum,
    t_score,
    rank_scores,
    percentile_rank,
]
GRADED = [min_max, distance_to_maximum, t_score, rank_scores, percentile_rank]
amounts = st.lists(st.integers(0, 50), min_size=2, unique=True).map(
    lambda v: pd.Series(v, dtype=float)
)


@given(amounts)
@pytest.mark.parametrize("direction", [1, -1])
@pytest.mark.parametrize("method", OBSERVED)
def test_the_best_value_has_the_best_score_also_where_it_is_0(
    method: Any, direction: int, x: pd.Series
) -> None:
    found = method(x, direction=direction)
    assert found.notna().all()
    assert found.idxmax() == (x * direction).idxmax()
    assert (found.rank(method="max") >= (x * direction).rank(method="max")).all()


def test_beside_a_best_of_0_everything_else_is_nothing() -> None:
    x = pd.Series([0.0, 1.0, 50.0])
    assert fraction_of_maximum(x, direction=-1).tolist() == [100, 0, 0]
    assert distance_to_target(x, target=0, direction=-1).tolist() == [100, 0, 0]


@pytest.mark.parametrize("direction", [1, -1])
@pytest.mark.parametrize("method", GRADED)
def test_negative_values_are_values_like_others(method: Any, direction: int) -> None:
    x = pd.Series([-7.0, -3.0, 2.0])
    moved = method(x + 100, direction=direction).tolist()
    assert method(x, direction=direction).tolist() == pytest.approx(moved)


def test_a_fraction_of_negative_values_is_refused_where_it_means_nothing() -> None:
    assert fraction_of_maximum(pd.Series([-2.0, 0.0, 4.0]), direction=1).tolist() == [0, 0, 100]
    for x, direction in (([-2.0, 4.0], -1), ([-4.0, -2.0], 1), ([-4.0, 0.0], 1)):
        with pytest.raises(MethodError, match="no fraction"):
            fraction_of_maximum(pd.Series(x), direction=direction)


@pytest.mark.parametrize("values", [[0.3, 0.1 + 0.2, 0.3], [5.0], [0.0, 0.0]])
@pytest.mark.parametrize("name", [*BY_CONSTANTS, *BY_ORDER])
def test_equal_values_and_one_alone_are_never_called_worst_or_best(
    name: str, values: list[float]
) -> None:
    """Nothing is said of them; the rank method puts equals in the middle."""
    x, how = np.array(values), {"direction": -1, "scale": Scale()}
    if name in BY_ORDER:
        found = by_order(x, name, np.sort(x), **how)
    else:
        found = by_constants(x, name, learn(x, name, reference=values[0]), **how)
    nothing = np.isnan(found).all()
    assert nothing or (name == "rank" and len(values) > 1 and found.tolist() == [50] * len(values))
