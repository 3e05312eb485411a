"""Room above a member is what the index gains with that member at the top, whatever the mean."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cescore.method.index.aggregate import generalised_mean
from cescore.method.index.contributions import decompose, decompose_change
from cescore.method.index.mean_tree import Tree
from cescore.method.index.rooms import rooms

NAMES = {"arithmetic_mean": 1.0, "geometric_mean": 0.0, "harmonic_mean": -1.0}
scores = st.floats(1, 100)


def tree(power: float, *values: float, shares: tuple[float, ...] = ()) -> Tree:
    """An index over members a, b, c, ... of one entity in 2025, all alike unless shares are given."""
    weights = shares or (1 / len(values),) * len(values)
    members = tuple("abcdef"[: len(values)])
    cells = {m: np.array([[v]]) for m, v in zip(members, values, strict=True)}
    counted = {m: np.array([[w]]) for m, w in zip(members, weights, strict=True)}
    mean = 1.0 if np.isnan(power) else power
    index = generalised_mean([*cells.values()], [*counted.values()], power=mean)
    return Tree((2025,), {"": power}, {"": members}, counted, {"": index, **cells})


def test_in_an_arithmetic_mean_room_is_weight_times_distance_to_the_top() -> None:
    found = rooms(tree(1.0, 40.0, 90.0), 2025, 100.0)
    assert [found[code].item() for code in "ab"] == pytest.approx([30.0, 5.0])


def test_in_a_geometric_mean_the_lowest_member_has_most_room() -> None:
    found = rooms(tree(0.0, 25.0, 100.0), 2025, 100.0)
    assert [found[code].item() for code in "ab"] == pytest.approx([50.0, 0.0])


@pytest.mark.parametrize("power", NAMES.values(), ids=NAMES)
@given(values=st.tuples(scores, scores, scores))
def test_room_is_the_index_computed_anew_less_the_index(power, values) -> None:
    before = tree(power, *values)
    for place, code in enumerate("abc"):
        raised = tree(power, *(100.0 if i == place else v for i, v in enumerate(values)))
        gain = raised.values[""].item() - before.values[""].item()
        assert rooms(before, 2025, 100.0)[code].item() == pytest.approx(gain, abs=1e-9)


def test_a_member_of_a_group_is_followed_up_to_the_index() -> None:
    # index = mean(g, c), g = mean(a, b): a from 40 to 100 is 60 / 4
    values = {"a": 40.0, "b": 80.0, "g": 60.0, "c": 20.0, "": 40.0}
    nested = Tree(
        (2025,),
        {"": 1.0, "g": 1.0},
        {"": ("g", "c"), "g": ("a", "b")},
        {code: np.array([[0.5]]) for code in "abgc"},
        {code: np.array([[value]]) for code, value in values.items()},
    )
    found = rooms(nested, 2025, 100.0)
    assert {code: found[code].item() for code in "abgc"} == pytest.approx(
        {"a": 15.0, "b": 5.0, "g": 20.0, "c": 40.0}
    )


def test_a_member_that_takes_no_part_has_no_room() -> None:
    found = rooms(tree(1.0, 40.0, 90.0, shares=(0.0, 1.0)), 2025, 100.0)
    assert np.isnan(found["a"].item()) and found["b"].item() == pytest.approx(10.0)


def test_an_index_that_is_no_mean_has_none_to_tell() -> None:
    found = rooms(tree(np.nan, 40.0, 90.0), 2025, 100.0)
    assert all(np.isnan(room.item()) for room in found.values())


@given(st.lists(st.tuples(scores, scores), min_size=3, max_size=3))
def test_a_change_since_an_earlier_year_is_split_without_a_rest(rows) -> None:
    cells = {code: np.array([row]) for code, row in zip("abc", rows, strict=True)}
    counted = {code: np.full((1, 2), 1 / 3) for code in cells}
    index = generalised_mean([*cells.values()], [*counted.values()], power=0.0)
    values = {"": index, **cells}
    made = Tree((2020, 2025), {"": 0.0}, {"": ("a", "b", "c")}, counted, values)
    parts = decompose(made, 2025, since=2020)
    moved = sum(points.item() for points in parts.changes.values())
    assert moved == pytest.approx(index[0, 1] - index[0, 0], abs=1e-9)
    assert parts.change.item() == pytest.approx(decompose_change(made).total[0, 1])


def test_without_another_year_the_change_is_since_the_year_before() -> None:
    cells = {"a": np.array([[10.0, 20.0, 50.0]])}
    made = Tree(
        (2023, 2024, 2025),
        {"": 1.0},
        {"": ("a",)},
        {"a": np.ones((1, 3))},
        {"": cells["a"], **cells},
    )
    assert decompose(made, 2025).changes["a"].item() == 30.0
    assert decompose(made, 2025, since=2023).changes["a"].item() == 40.0
