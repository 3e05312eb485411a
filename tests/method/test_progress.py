"""The progress index: base year = 100."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cescore.definitions.model import Framework, MissingRules
from cescore.method.column import Flag, State
from cescore.method.progress import progress_index

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
