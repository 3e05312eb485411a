"""Between which values withheld members of a shown mean lie, worked out by hand for each kind of mean."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping

import numpy as np
import pytest

from cescore.method.disclosure.mean_bounds import Extent, MeanBounds
from cescore.method.index.mean_tree import Tree

HALVES = {"a": 0.5, "b": 0.5}
POINTS = Extent(0.0, 100.0)
Ends = Mapping[str, tuple[float, float]]


def beneath(
    powers: Mapping[str, float],
    members: Mapping[str, Mapping[str, float]],
    shown: Mapping[str, float],
    hidden: Collection[str],
    ends: Extent = POINTS,
) -> Ends:
    """What is known of the leaves beneath the whole "", in the second row and second year of a tree."""

    def placed(value: float) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
        return np.array([[1.0, 1.0], [1.0, value]])

    tree = Tree(
        (2024, 2025),
        powers,
        {whole: tuple(shares) for whole, shares in members.items()},
        {m: placed(share) for shares in members.values() for m, share in shares.items()},
        {code: placed(value) for code, value in shown.items()},
    )
    return dict(MeanBounds(tree, 1, 1, hidden, ends).beneath(""))


def two(power: float, mean: float, ends: Extent = POINTS) -> tuple[float, float]:
    """Of two withheld halves, what is known of each."""
    found = beneath({"": power}, {"": HALVES}, {"": mean}, "ab", ends)
    assert found["a"] == found["b"]
    return found["a"]


def test_the_larger_a_share_the_closer_its_member_is_known() -> None:
    """3/4 a + 1/4 b = 80: a is at least (80 - 25) / (3/4), b at least (80 - 75) / (1/4)."""
    found = beneath({"": 1}, {"": {"a": 0.75, "b": 0.25}}, {"": 80}, "ab")
    assert found == {"a": pytest.approx((220 / 3, 100)), "b": pytest.approx((20, 100))}


def test_a_shown_member_is_taken_off_and_a_last_withheld_one_is_known() -> None:
    shares = {"a": 0.5, "b": 0.25, "c": 0.25}
    assert beneath({"": 1}, {"": shares}, {"": 40, "a": 30, "b": 50}, "c") == {
        "c": pytest.approx((50, 50))
    }


def test_a_member_without_a_share_says_nothing_and_nothing_is_said_of_it() -> None:
    found = beneath({"": 1}, {"": {"a": 1.0, "b": 0.0}}, {"": 40}, "ab")
    assert found == {"a": pytest.approx((40, 40))}


@pytest.mark.parametrize(
    ("power", "mean", "ends", "expected"),
    [
        (1, 10, POINTS, (0, 20)),
        (1, 60, POINTS, (20, 100)),
        (1, 0.25, POINTS, (0, 0.5)),
        (1, 60, Extent(0, math.inf), (0, 120)),
        (0, 40, Extent(20, 100), (20, 80)),
        (0, 40, Extent(0.5, 1e4), (0.5, 3200)),
        (0, 40, Extent(0, 50), (32, 50)),  # beside nothing the other would be anything
        (0, 40, Extent(10, math.inf), (10, 160)),
        (-1, 40, Extent(30, 100), (30, 60)),
        (-1, 40, Extent(0, 100), (25, 100)),
        (-1, 40, Extent(10, 100), (25, 100)),  # 2/40 - 1/10 < 0: no other makes so large a mean
        (-1, 40, Extent(20, 100), (25, 100)),  # 2/40 - 1/20 = 0: only an infinite one does
        (-1, 1, Extent(0.75, 100), (0.75, 1.5)),
        (-1, 40, Extent(0, math.inf), (20, math.inf)),
        (2, 50, Extent(14, 100), (14, math.sqrt(2 * 50**2 - 14**2))),
        (-2, 40, Extent(30, 100), (30, math.sqrt(7200))),  # 2/1600 - 1/900 = 1/7200
    ],
)
def test_each_of_two_halves_is_bounded_by_the_ends_of_the_other(
    power: float, mean: float, ends: Extent, expected: tuple[float, float]
) -> None:
    assert two(power, mean, ends) == pytest.approx(expected)


@pytest.mark.parametrize("power", [0, -1])
def test_a_mean_of_nothing_tells_that_its_last_withheld_member_is_nothing(power: float) -> None:
    assert beneath({"": power}, {"": HALVES}, {"": 0, "b": 50}, "a") == {"a": (0, 0)}


def test_a_geometric_mean_says_nothing_of_a_member_of_hardly_a_share() -> None:
    found = beneath({"": 0}, {"": {"a": 0.001, "b": 0.999}}, {"": 50}, "ab", Extent(1, 1e6))
    assert found["a"] == (1, 1e6)


def test_of_what_is_no_mean_nothing_is_said() -> None:
    assert beneath({"": math.nan}, {"": HALVES}, {"": 80}, "ab") == {}


NESTED = {"": {"g": 0.5, "c": 0.5}, "g": HALVES}


def test_a_withheld_group_beside_a_shown_one_is_as_good_as_shown() -> None:
    found = beneath({"": 1, "g": 1}, NESTED, {"": 70, "c": 60}, {"g", "a", "b"})
    assert found == {m: pytest.approx((60, 100)) for m in "ab"}


@pytest.mark.parametrize(
    ("power", "b", "of_c"),
    [
        (1, 40, (30, 80)),  # g is between 20 and 70
        (0, 25, (50, 100)),  # between 0 and 50
        (-1, 25, (60, 100)),  # between 0 and 40
    ],
)
def test_a_withheld_group_can_be_no_more_than_its_members_make_of_it(
    power: float, b: float, of_c: tuple[float, float]
) -> None:
    """g is a, withheld, and b; the mean of it and c is 50."""
    found = beneath({"": 1, "g": power}, NESTED, {"": 50, "b": b}, {"g", "a", "c"})
    assert found == {"a": pytest.approx((0, 100)), "c": pytest.approx(of_c)}


def test_what_a_whole_leaves_of_a_group_bounds_its_members() -> None:
    """The mean of g and c is 90: g is at least 80, and a beside b = 100 at least 60."""
    found = beneath({"": 1, "g": 1}, NESTED, {"": 90, "b": 100}, {"g", "a", "c"})
    assert found == {"a": pytest.approx((60, 100)), "c": pytest.approx((80, 100))}


def test_a_group_without_an_upper_end_leaves_the_other_its_lower() -> None:
    found = beneath(
        {"": 1, "g": 1}, NESTED, {"": 50, "b": 60}, {"g", "a", "c"}, Extent(0, math.inf)
    )
    assert found == {"a": pytest.approx((0, 140)), "c": pytest.approx((0, 70))}


def test_a_withheld_group_that_is_no_mean_may_be_anything() -> None:
    found = beneath({"": 1, "g": math.nan}, NESTED, {"": 90}, {"g", "a", "b", "c"})
    assert found == {"c": pytest.approx((80, 100))}
