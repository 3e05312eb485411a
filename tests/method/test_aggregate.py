"""Weights down the tree and means up the tree."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cescore.definitions.model import Scale
from cescore.errors import MethodError
from cescore.method.column import Column, Flag, State
from cescore.method.index.aggregate import (
    MEANS,
    aggregate,
    arithmetic_mean,
    combine,
    generalised_mean,
    geometric_mean,
    harmonic_mean,
    method_named,
    with_released,
)
from cescore.method.index.evaluation import evaluate
from cescore.method.index.weight import effective_weights, group_weights

from .builders import Cell, column, framework, group, indicator, panel

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


# --- of members with and without a value --------------------------------------------------------


def combined(
    cells: dict[str, Cell],
    weights: dict[str, float],
    left_out: str = "",
    flags: dict[str, int] | None = None,
) -> tuple[float, State, int]:
    """Value, state and flags of the mean of one entity's members in one year."""
    columns = {}
    for code, cell in cells.items():
        made = column([[cell]])
        flag = np.full((1, 1), (flags or {}).get(code, 0), np.uint8)
        columns[code] = Column(made.values, made.state, flag)
    taking_part = {code: np.array([[code not in left_out]]) for code in cells}
    made = combine(columns, list(weights.items()), taking_part, arithmetic_mean)
    return float(made.values[0, 0]), State(int(made.state[0, 0])), int(made.flags[0, 0])


def test_a_member_of_weight_zero_gives_a_mean_neither_value_nor_state_nor_flag() -> None:
    found = combined({"X": 10, "Y": None}, {"X": 1, "Y": 0}, flags={"X": 1, "Y": 2})
    assert found == (10.0, State.PRESENT, Flag.ESTIMATED)


def test_where_no_member_has_a_weight_the_mean_is_not_computable() -> None:
    value, state, flags = combined({"X": 10, "Y": 20}, {"X": 0, "Y": 0}, flags={"X": 1})
    assert np.isnan(value) and (state, flags) == (State.NOT_COMPUTABLE, 0)


def test_a_mean_has_the_flags_of_all_members_that_take_part_and_of_no_other() -> None:
    cells, weights, flags = (
        {"X": 10, "Y": 20, "Z": 90},
        {"X": 1, "Y": 1, "Z": 1},
        {"X": 1, "Y": 2, "Z": 8},
    )
    assert combined(cells, weights, left_out="Z", flags=flags) == (15.0, State.PRESENT, 3)


def test_a_mean_has_the_highest_state_of_the_members_that_take_part() -> None:
    cells: dict[str, Cell] = {"X": None, "Y": "withheld", "Z": "na", "V": 3}
    value, state, flags = combined(cells, dict.fromkeys(cells, 1.0), left_out="Z", flags={"V": 1})
    assert np.isnan(value) and (state, flags) == (State.SUPPRESSED, 0)


def test_where_no_member_takes_part_it_has_the_highest_state_of_all() -> None:
    value, state, _ = combined({"X": None, "Y": "na"}, {"X": 1, "Y": 1}, left_out="XY")
    assert np.isnan(value) and state == State.NOT_APPLICABLE


def test_a_released_value_stands_in_for_a_withheld_member_s_mean_and_for_no_other() -> None:
    made = column([["withheld", "withheld", None, 7]])
    found = with_released(made, {2020: 5.0, 2022: 5.0, 2023: 5.0}, (2020, 2021, 2022, 2023))
    assert found.state.tolist() == [[State.PRESENT, State.SUPPRESSED, State.MISSING, State.PRESENT]]
    assert np.nan_to_num(found.values, nan=-1).tolist() == [[5, -1, -1, 7]]


def test_places_among_all_lie_between_the_floor_and_the_top_of_the_scale() -> None:
    """Of three entities in one year the first is better than both others, the last than none."""
    scores = [np.array([[90.0], [50.0], [10.0]]), np.array([[80.0], [60.0], [40.0]])]
    taking_part = [np.full((3, 1), 1.0)] * 2
    for scale, places in (
        (Scale(floor=0, top=100), [100, 50, 0]),
        (Scale(floor=60, top=80), [80, 70, 60]),
    ):
        found = method_named("copeland", 0, scale)(scores, taking_part)
        assert found[:, 0].tolist() == pytest.approx(places)


def test_a_power_mean_of_a_negative_value_is_missing_and_so_are_others_of_it() -> None:
    assert np.isnan(generalised_mean([-1.0, 4.0], [1, 1], power=2))
    assert generalised_mean([-1.0, 5.0], [1, 1], power=1) == 2
    assert generalised_mean([4.0, 9.0], [1, 1], power=0) == pytest.approx(6)
    assert generalised_mean([30.0, 60.0], [1, 1], power=-1) == pytest.approx(40)


def test_who_returned_nothing_has_no_place_among_all_and_is_nobody_s_rival() -> None:
    frame = framework([indicator("X")], [group("G", aggregation="copeland")])
    scored = evaluate(panel({"x": [[9], [5], [1]]}), frame, base_year=2020, run_year=2020).scored
    some = aggregate(replace(scored, returned=np.array([[True], [False], [True]])), frame)
    found = some.groups.columns["G"]
    assert found.state[:, 0].tolist() == [State.PRESENT, State.MISSING, State.PRESENT]
    assert found.values[[0, 2], 0].tolist() == [100, 0]


@pytest.mark.parametrize("weights", [(0.5, 0.45, 0.66), (0.97, 0.44, 0.98), (0.1, 0.2, 0.7)])
def test_no_more_than_all_of_an_index_is_covered(weights: tuple[float, ...]) -> None:
    """The first two sets of shares add up to the number that follows 1 in binary."""
    frame = framework([indicator(c, weight=w) for c, w in zip("XYZ", weights, strict=True)])
    data = panel({"x": [[5]], "y": [[10]], "z": [[6]]})
    coverage = evaluate(data, frame, base_year=2020, run_year=2020).aggregation.coverage[0, 0]
    assert 1 - 1e-12 < coverage <= 1


def test_names_that_differ_are_listed_in_order_and_without_labels_places_count() -> None:
    x = pd.Series(dict.fromkeys("abcdefgh", 10.0))
    with pytest.raises(MethodError, match="a, b, c, d, e, f, g, z"):
        arithmetic_mean(x, pd.Series({"h": 1.0, "z": 1.0}))
    assert arithmetic_mean(pd.Series({"a": 10.0, "b": 40.0}), [1, 3]) == 32.5
    assert arithmetic_mean([10.0, 40.0], pd.Series({"b": 1.0, "a": 3.0})) == 32.5


@given(MEMBERS, st.sampled_from([-2.0, -1.0, 0.0, 0.5, 1.0, 3.0]), st.floats(0.1, 10))
def test_a_power_mean_is_in_the_unit_of_its_members_and_of_equal_ones_their_value(
    members: list[tuple[float, float]], power: float, unit: float
) -> None:
    x, w = zip(*members, strict=True)
    mean = generalised_mean(x, w, power=power)
    assert generalised_mean([unit * v for v in x], w, power=power) == pytest.approx(unit * mean)
    assert min(x) * (1 - 1e-9) <= mean <= max(x) * (1 + 1e-9)
    assert generalised_mean([7.0] * len(w), w, power=power) == pytest.approx(7)


@pytest.mark.parametrize("power", [-1.0, 0.0, 0.5, 2.0])
def test_of_values_of_no_merit_a_mean_is_nothing_or_no_number(power: float) -> None:
    assert np.isnan(generalised_mean([-1.0, 4.0], [1, 1], power=power))
    zero = float(generalised_mean([0.0, 4.0], [1, 1], power=power))
    assert (zero == 0) is (power <= 0) and zero >= 0


def test_an_index_of_no_value_is_missing_and_of_too_few_members_too() -> None:
    """A has X and Y, B has Z: coverage counts what applies."""
    frame = framework(
        [indicator("X", group="A"), indicator("Y", group="A"), indicator("Z", group="B")],
        [group("A"), group("B")],
    )
    cells: dict[str, list[list[Cell]]] = {
        "x": [[5], [None], [None], ["na"]],
        "y": [[10], [10], [None], ["na"]],
        "z": [[6], [None], [None], [6]],
    }
    scored = evaluate(panel(cells), frame, base_year=2020, run_year=2020).scored
    found = aggregate(scored, frame)
    assert found.coverage[:, 0].tolist() == pytest.approx([1, 0.25, 0, 1])
    assert found.index.state[:, 0].tolist() == [0, 0, State.MISSING, 0]
    few = replace(scored, too_few={"": np.array([[False], [True], [False], [False]])})
    assert aggregate(few, frame).index.state[:, 0].tolist() == [
        0, State.MISSING, State.MISSING, 0,
    ]  # fmt: skip
    no_b = replace(scored, too_few={"B": np.array([[True], [False], [False], [False]])})
    assert aggregate(no_b, frame).groups.columns["B"].state[0, 0] == State.MISSING
    assert aggregate(no_b, frame).index.values[0, 0] == found.groups.columns["A"].values[0, 0]
