"""The pace of every kind of target: how fast it moves, how fast it must, and in which direction."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cescore.method.grading.pace import Pace
from cescore.method.grading.targets import TargetLine, assess_targets

from .builders import framework, indicator, panel, plan

FALL = {"type": "cumulative_reduction", "value": 19, "unit": "%", "op": ">="}
RISE = {"type": "cumulative_increase", "value": 21, "unit": "%", "op": ">="}
DOWN = {"type": "level", "value": 81, "unit": "ratio", "op": "<="}
UP = {"type": "level", "value": 60, "unit": "ratio", "op": ">=", "has_schedule": False}
levels = st.floats(1, 1000)


def line(
    target: dict[str, Any], base: float | None, level: float | None, *, year: int = 2021
) -> TargetLine:
    """A plan from 2020 to 2022, looked at in 2021 unless told otherwise."""
    made = plan({"T": target}, last_year=2022)
    data = panel({"P01": [[base, *[level] * (year - 2020)]]})
    [found] = assess_targets(made, data, framework([indicator("P01")]), year=year, base_year=2020)[
        "A"
    ]
    return found


def pace(target: dict[str, Any], base: float | None, level: float, *, year: int = 2021) -> Pace:
    found = line(target, base, level, year=year).pace
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("target", "base", "level", "expected"),
    [
        (FALL, 100, 90, ("fall", "percent", -10, -10)),
        (FALL, 100, 95, ("fall", "percent", -5, 100 * (81 / 95 - 1))),
        (FALL, 100, 110, ("fall", "percent", 10, 100 * (81 / 110 - 1))),
        (FALL, 100, 80, ("fall", "percent", -20, 0)),
        (RISE, 100, 110, ("rise", "percent", 10, 10)),
        (RISE, 100, 90, ("rise", "percent", -10, 100 * (121 / 90 - 1))),
        (DOWN, 100, 90, ("level_down", "percent", -10, -10)),
        (DOWN, 100, 103, ("level_down", "percent", 3, 100 * (81 / 103 - 1))),
        (UP, 50, 55, ("level_up", "unit", 5, 5)),
        (UP, 50, 52, ("level_up", "unit", 2, 8)),
        (UP, 50, 48, ("level_up", "unit", -2, 12)),
        (UP, 50, 50, ("level_up", "unit", 0, 10)),
        (UP, 50, 61, ("level_up", "unit", 11, 0)),
    ],
)
def test_every_kind_of_target_has_its_own_pace(
    target: dict[str, Any], base: float, level: float, expected: tuple[Any, ...]
) -> None:
    found = pace(target, base, level)
    kind, measure, so_far, needed = expected
    assert (found.kind, found.measure) == (kind, measure)
    assert found.so_far == pytest.approx(so_far)
    assert found.needed == pytest.approx(needed)


def test_what_must_rise_is_never_said_to_need_a_fall() -> None:
    """The sign of what is needed is the direction of the target, whatever its kind."""
    for target in (RISE, UP):
        assert not pace(target, 50, 40).must_fall and pace(target, 50, 40).needed > 0
    for target in (FALL, DOWN):
        assert pace(target, 100, 120).must_fall and pace(target, 100, 120).needed < 0


def test_in_the_last_year_nothing_is_needed_any_more() -> None:
    missed, reached = pace(UP, 50, 58, year=2022), pace(UP, 50, 60, year=2022)
    assert (missed.needed, reached.needed) == (None, 0)


def test_without_a_base_value_a_level_knows_what_it_needs_and_not_where_it_comes_from() -> None:
    found = pace(UP, None, 55)
    assert (found.so_far, found.needed) == (None, 5)
    assert line(FALL, None, 90).pace is None


def test_in_the_base_year_nothing_has_moved() -> None:
    found = pace(UP, 50, 50, year=2020)
    assert (found.so_far, found.needed) == (None, 5)


def test_without_a_level_there_is_no_pace() -> None:
    assert line(UP, 50, None).pace is None


@given(base=levels, level=levels)
@pytest.mark.parametrize("target", [FALL, RISE, DOWN, UP])
def test_what_is_needed_reaches_the_target(
    target: dict[str, Any], base: float, level: float
) -> None:
    found = pace(target, base, level)
    assume(found.needed != 0)
    goal = {"fall": base * 0.81, "rise": base * 1.21, "level_down": 81, "level_up": 60}[found.kind]
    assert found.needed is not None
    arrives = (
        level * (1 + found.needed / 100) if found.measure == "percent" else level + found.needed
    )
    assert arrives == pytest.approx(goal)


@pytest.mark.parametrize(("base", "level"), [(1e-300, 1e308), (1e-300, 1e9)])
def test_a_pace_beyond_numbers_is_none(base: float, level: float) -> None:
    assert line(DOWN, base, level).pace is None
