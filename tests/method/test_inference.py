"""What follows from printed numbers about what is not printed."""

from __future__ import annotations

import math

import numpy as np
import pytest

from cescore.errors import MethodError
from cescore.method.disclosure.inference import NOISE, Bound, Statement, System, connected

TOTAL = Statement.of("total", {"a": 1.0, "b": 1.0}, 100.0)


def test_a_number_is_printed_by_its_name_or_known_from_others() -> None:
    assert TOTAL.printed == {"total"}
    assert Statement("x", {}, 0, 0, frozenset("yz")).printed == {"y", "z"}
    assert Statement("x", {}, 0, 0, frozenset()).printed == frozenset()


@pytest.mark.parametrize(("half_width", "width"), [(0.0, 100 * NOISE), (0.5, 0.5)])
def test_a_number_lies_within_its_rounding_and_never_nearer_than_programs_can_tell(
    half_width: float, width: float
) -> None:
    for value in (100.0, -100.0):
        made = Statement.of("t", {"a": 1.0}, value, half_width)
        assert (value - made.low, made.high - value) == pytest.approx((width, width))


def test_a_sum_lies_between_its_bounds_which_name_what_gives_them() -> None:
    system = System(
        {"a": 0.0, "b": 0.0, "c": 0.0},
        (TOTAL, Statement("part", {"b": 2.0}, 40.0, 60.0)),
        {"a": 75.0},
    )
    high, low = system.upper({"a": 2.0}), system.lower({"a": 2.0})
    assert (low.value, high.value) == pytest.approx((140, 160), abs=1e-3)
    assert low.proof == high.proof == {"total", "part"}
    assert high.point is not None
    assert high.point[:2] == pytest.approx([80, 20], abs=1e-3)
    assert system.upper({"c": 1.0}).value == math.inf
    assert system.upper({"c": 1.0}).proof == frozenset()
    assert system.lower({"c": 1.0}).value == 0


def test_what_an_observer_knows_raises_an_unknown_and_fixes_it_where_it_is_all_of_it() -> None:
    system = System({"a": 0.0, "b": 0.0}, (TOTAL,))
    assert system.upper({"b": 1.0}, {"a": 30.0}).value == pytest.approx(70, abs=1e-3)
    assert system.lower({"b": 1.0}, {"a": 30.0}).value == pytest.approx(0, abs=1e-3)
    assert system.lower({"b": 1.0}, {"a": 30.0}, ["a"]).value == pytest.approx(70, abs=1e-3)


def test_no_unknown_is_less_than_the_least_that_everybody_knows() -> None:
    assert System({"a": 20.0, "b": 5.0}, (TOTAL,)).upper({"b": 1.0}).value == pytest.approx(
        80, abs=1e-3
    )


def test_statements_that_contradict_one_another_are_an_error() -> None:
    system = System({"a": 0.0, "b": 0.0}, (TOTAL, Statement.of("more", {"a": 1.0}, 200.0)))
    with pytest.raises(MethodError, match="nothing follows from the printed numbers: kInfeasible"):
        system.upper({"b": 1.0})


def test_a_bound_is_asked_again_as_if_a_number_were_withheld_and_then_with_it() -> None:
    known = Statement("follows", {"a": 1.0}, 60.0, 60.0, frozenset(["part"]))
    system = System({"a": 0.0, "b": 0.0}, (TOTAL, Statement.of("part", {"a": 1.0}, 60.0), known))
    assert system.upper({"b": 1.0}).value == pytest.approx(40, abs=1e-3)
    with system.without() as withhold:
        withhold("nothing of the sort")
        withhold("part")
        assert system.upper({"b": 1.0}).value == pytest.approx(100, abs=1e-3)
        assert system.lower({"b": 1.0}, {"a": 30.0}).value == pytest.approx(0, abs=1e-3)
    assert system.upper({"b": 1.0}).value == pytest.approx(40, abs=1e-3)
    assert system.lower({"b": 1.0}, {"a": 30.0}).value == pytest.approx(40, abs=1e-3)


def test_one_point_reaches_as_far_as_is_wanted_of_each_and_is_remembered() -> None:
    system = System(
        {"a": 0.0, "b": 0.0},
        (Statement("t", {"a": 1.0, "b": 1.0}, 0.0, 100.0),),
        {"a": 10.0, "b": 10.0},
    )
    assert system.reached("a") == (10.0, 10.0)
    point = system.reaching({"a": 30.0, "b": 40.0}, {}, ())
    assert point[[system.place("a"), system.place("b")]] == pytest.approx([30, 40])
    assert system.reached("a") == pytest.approx((10, 30))
    system.lower({"a": 1.0})
    assert system.reached("a") == pytest.approx((0, 30))


def test_an_unknown_without_a_size_is_scaled_like_the_others() -> None:
    system = System(dict.fromkeys("abcd", 0.0), (TOTAL,), {"a": 8.0, "b": 2.0, "c": 0.0, "d": -5.0})
    assert system._scale.tolist() == [8.0, 2.0, 5.0, 5.0]
    assert System({"a": 0.0}, ())._scale.tolist() == [1.0]


def test_unknowns_hang_together_by_statements_and_further_sets() -> None:
    one, other = (Statement.of(k, {k: 1.0, k + k: 1.0}, 1.0) for k in "ab")
    third = Statement.of("c", {"c": 1.0}, 1.0)
    parts = connected((one, other, third), [("aa", "b"), ("d",), ()])
    assert parts == [{"a", "aa", "b", "bb"}, {"c"}, {"d"}]
    assert np.size(parts) == 3


def test_a_bound_is_its_value_and_proof_whatever_the_point_that_shows_it() -> None:
    one, other = (Bound(7.0, frozenset("a"), np.array([x, 7.0])) for x in (1.0, 2.0))
    assert one == other and "array" not in repr(one)
