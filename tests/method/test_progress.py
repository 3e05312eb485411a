"""The progress index: base year = 100."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cescore.definitions.model import Framework, MissingRules
from cescore.method.column import Flag, State
from cescore.method.index.progress import progress_index

from .builders import framework, group, indicator, panel

POSITIVE = st.floats(0.1, 1e6)


def progressing(**changed: Any) -> Framework:
    """Intensity (less is better) alone in one group, two rates in another."""
    entry = {
        "groups": [group("INT"), group("USE")],
        "members": {"INT": {"E": 1}, "USE": {"R": 1, "S": 1}},
    }
    return framework(
        [indicator("E", ends=(10, 0)), indicator("R"), indicator("S")],
        progress=entry | changed,
    )


def test_ratios_groups_and_index_by_hand() -> None:
    data = panel({"E": [[2, 1]], "R": [[50, 60]], "S": [[10, 16]]})
    found = progress_index(data, progressing(), base_year=2020)
    assert found.members.columns["E"].values.tolist() == [[100, 200]]
    assert found.members.columns["S"].values.tolist() == [[100, 160]]
    assert found.groups.columns["USE"].values.tolist() == [[100, 140]]
    assert found.index.values.tolist() == [[100, 170]]


@given(st.tuples(POSITIVE, POSITIVE, POSITIVE))
def test_the_base_year_is_exactly_one_hundred(values: tuple[float, float, float]) -> None:
    data = panel({code: [[v, v * 2]] for code, v in zip("ERS", values, strict=True)})
    assert progress_index(data, progressing(), base_year=2020).index.values[0, 0] == 100


@given(POSITIVE, POSITIVE, st.floats(1.01, 5), st.floats(0.001, 1000))
def test_worsening_a_member_lowers_it_and_a_change_of_unit_does_not(
    x0: float, xt: float, worse: float, unit: float
) -> None:
    def index(e: float, k: float = 1) -> float:
        data = panel({"E": [[x0 * k, e * k]], "R": [[50, 60]], "S": [[10, 16]]})
        return progress_index(data, progressing(), base_year=2020).index.values[0, 1]

    assert index(xt * worse) < index(xt)
    assert index(xt, unit) == pytest.approx(index(xt), rel=1e-9)


def test_no_member_is_ever_infinite() -> None:
    data = panel({"E": [[2, 0]], "R": [[0, 60]], "S": [[10, 16]]})
    found = progress_index(data, progressing(), base_year=2020)
    assert found.members.columns["E"].state.tolist() == [[0, State.NOT_COMPUTABLE]]
    assert (found.members.columns["R"].state == State.NOT_COMPUTABLE).all()
    assert found.index.values.tolist() == [[100, 160]]
    assert found.index.flags[0, 1] == Flag.PARTIAL


def test_a_rate_that_starts_too_low_is_not_computable() -> None:
    data = panel({"E": [[2, 2]], "R": [[5, 60]], "S": [[10, 16]]})
    found = progress_index(data, progressing(base_floor={"R": 10}), base_year=2020)
    assert found.members.columns["R"].state.tolist() == [[State.NOT_COMPUTABLE] * 2]
    assert found.groups.columns["USE"].values[0, 1] == 160


MEASURED = {"base_floor": {"R": 25}, "below_base_floor": "measure_from_floor"}


def measured_rate(base: float, now: float, floor: float = 25) -> float:
    """The ratio of a rate that goes from one value to another, measured against the floor."""
    data = panel({"E": [[2, 2]], "R": [[base, now]], "S": [[10, 16]]})
    changed = {**MEASURED, "base_floor": {"R": floor}}
    found = progress_index(data, progressing(**changed), base_year=2020)
    assert found.members.columns["R"].values[0, 0] == 100
    return float(found.members.columns["R"].values[0, 1])


def test_the_change_of_a_small_base_is_measured_against_the_floor() -> None:
    assert measured_rate(5, 15) == 140  # ten points of 25, and no 300
    assert measured_rate(0, 10) == 140  # where there was nothing it counts as well
    assert measured_rate(50, 60) == 120  # a base above the floor counts as ever


@given(st.floats(0.01, 24.99), st.floats(0, 100), st.floats(0.001, 1000))
def test_a_ratio_measured_from_a_floor_is_positive_rises_and_knows_no_unit(
    base: float, now: float, unit: float
) -> None:
    ratio = measured_rate(base, now)
    assert 0 < ratio < measured_rate(base, now + 1)
    assert measured_rate(base * unit, now * unit, 25 * unit) == pytest.approx(ratio, rel=1e-9)


@given(st.floats(0.01, 60))
def test_nothing_jumps_where_a_base_passes_the_floor(now: float) -> None:
    assert measured_rate(25 * (1 - 1e-7), now) == pytest.approx(measured_rate(25, now), abs=1e-3)


GEOMETRIC = [group("INT"), group("USE", aggregation="geometric_mean")]


@given(st.tuples(POSITIVE, POSITIVE, POSITIVE), st.floats(1.01, 5), st.floats(0.001, 1000))
def test_geometric_groups_are_100_in_the_base_year_fall_with_any_member_and_know_no_unit(
    values: tuple[float, float, float], worse: float, unit: float
) -> None:
    def index(**factor: float) -> list[float]:
        cells = {c: [[v, v * 2 * factor.get(c, 1)]] for c, v in zip("ERS", values, strict=True)}
        scaled = {c: [[x * factor.get("unit", 1) for x in row[0]]] for c, row in cells.items()}
        frame = progressing(groups=GEOMETRIC)
        return progress_index(panel(scaled), frame, base_year=2020).index.values[0].tolist()

    base, now = index()
    assert base == pytest.approx(100, rel=1e-12)
    assert index(E=worse)[1] < now
    assert index(R=1 / worse)[1] < now
    assert index(unit=unit)[1] == pytest.approx(now, rel=1e-9)


def test_in_a_geometric_group_one_member_carries_less_than_in_an_arithmetic_one() -> None:
    data = panel({"E": [[2, 2]], "R": [[10, 40]], "S": [[50, 50]]})
    plain = progress_index(data, progressing(), base_year=2020)
    geometric = progress_index(data, progressing(groups=GEOMETRIC), base_year=2020)
    assert plain.groups.columns["USE"].values[0, 1] == 250
    assert geometric.groups.columns["USE"].values[0, 1] == pytest.approx(200)


def test_a_member_not_returned_drops_out_only_while_enough_of_the_weight_is_there() -> None:
    data = panel({"E": [[2, 1]], "R": [[50, None]], "S": [[10, 16]]})
    strict = progress_index(data, progressing(), base_year=2020)
    assert strict.groups.columns["USE"].state[0, 1] == State.MISSING
    assert strict.index.state[0, 1] == State.MISSING
    lenient = progressing().model_copy(update={"missing": MissingRules(min_weight_covered=0.5)})
    found = progress_index(data, lenient, base_year=2020)
    assert found.groups.columns["USE"].values[0, 1] == 160
    assert found.groups.columns["USE"].flags[0, 1] == Flag.PARTIAL


def test_without_the_base_year_there_is_no_progress() -> None:
    data = panel({"E": [[2]], "R": [[50]], "S": [[10]]})
    assert progress_index(data, progressing(), base_year=2015).index.state.tolist() == [[2]]


def test_a_framework_without_a_progress_index_has_none() -> None:
    found = progress_index(panel({"X": [[1]]}), framework([indicator("X")]), base_year=2020)
    assert found.index.state.tolist() == [[State.NOT_COLLECTED]]
    assert not found.members.columns


def test_weights_of_groups_and_members_count() -> None:
    frame = progressing(
        groups=[group("INT", 3), group("USE", 1)],
        members={"INT": {"E": 1}, "USE": {"R": 0, "S": 2}},
    )
    data = panel({"E": [[2, 1]], "R": [[50, 1]], "S": [[10, 16]]})
    found = progress_index(data, frame, base_year=2020)
    np.testing.assert_allclose(found.index.values, [[100, 0.75 * 200 + 0.25 * 160]])


def test_a_ratio_beyond_any_number_is_not_computable() -> None:
    data = panel({"E": [[2, 1]], "R": [[1e-320, 60]], "S": [[10, 16]]})
    found = progress_index(data, progressing(), base_year=2020)
    assert found.members.columns["R"].state[0].tolist()[1] == State.NOT_COMPUTABLE
    assert found.groups.columns["USE"].values[0, 1] == 160
