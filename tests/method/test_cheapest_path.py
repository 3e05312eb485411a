"""The cheapest moves that bring a gain: best first where gains flatten, a programme where they do not."""

from __future__ import annotations

import math
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cescore.method.grading.cheapest_path import GainCurve, cheapest, sampled

STRAIGHT = ((0.0, 0.0), (1.0, 4.0))
FLATTENS = ((0.0, 0.0), (0.5, 3.0), (1.0, 4.0))
STEEPENS = ((0.0, 0.0), (0.5, 1.0), (1.0, 4.0))


def cost(curves: list[GainCurve], shares: dict[str, float]) -> float:
    return sum(curve.cost * shares.get(curve.code, 0.0) for curve in curves)


def test_the_best_gain_for_its_price_goes_first_and_the_last_is_taken_in_part() -> None:
    curves = [GainCurve("dear", 3.0, STRAIGHT), GainCurve("cheap", 1.0, STRAIGHT)]
    assert cheapest(curves, 3.0) == {"cheap": 0.75}
    assert cheapest(curves, 6.0) == {"cheap": 1.0, "dear": 0.5}
    assert cheapest(curves, 8.5) is None


def test_of_a_way_that_flattens_its_first_half_may_be_enough() -> None:
    curves = [GainCurve("flattens", 2.0, FLATTENS), GainCurve("straight", 2.0, STRAIGHT)]
    assert cheapest(curves, 4.0) == pytest.approx({"flattens": 0.5, "straight": 0.25})


def test_a_way_that_gets_steeper_is_worth_going_to_its_end() -> None:
    curves = [GainCurve("steepens", 1.0, STEEPENS), GainCurve("straight", 1.2, STRAIGHT)]
    found = cheapest(curves, 4.0)
    assert found == pytest.approx({"steepens": 1.0})
    assert cheapest(curves, 2.0) == pytest.approx({"straight": 0.5})  # 0.6 against 0.667


@settings(max_examples=25)
@given(
    st.lists(
        st.tuples(st.sampled_from([STRAIGHT, FLATTENS, STEEPENS]), st.floats(0.5, 3)),
        min_size=1, max_size=3,
    ),
    st.floats(0.5, 12),
)  # fmt: skip
def test_nothing_on_a_grid_of_shares_is_cheaper(ways: list, wanted: float) -> None:
    curves = [GainCurve(f"w{i}", price, gains) for i, (gains, price) in enumerate(ways)]
    found = cheapest(curves, wanted)
    grid = [
        dict(zip((c.code for c in curves), shares, strict=True))
        for shares in product([i / 8 for i in range(9)], repeat=len(curves))
    ]
    enough = [s for s in grid if sum(c.at(s[c.code]) for c in curves) >= wanted]
    if found is None:
        assert enough == []
        return
    assert sum(c.at(found.get(c.code, 0.0)) for c in curves) >= wanted - 1e-6
    assert all(cost(curves, found) <= cost(curves, shares) + 1e-6 for shares in enough)


def test_a_gain_with_a_bend_is_found_exactly_and_one_that_is_bent_everywhere_closely() -> None:
    cut = sampled("cut", 1.0, lambda shares: [min(share, 0.3) for share in shares])
    assert cut.is_exact
    assert [share for share, _ in cut.gains] == pytest.approx([0.0, 0.3, 1.0])
    bent = sampled("bent", 1.0, lambda shares: [math.log1p(9 * s) for s in shares], is_bent=True)
    assert not bent.is_exact
    for share in (0.01, 0.2, 0.77):
        assert bent.at(share) == pytest.approx(math.log1p(9 * share), abs=2e-3)
