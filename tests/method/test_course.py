"""Whether a quantity is on course for its target, whatever kind of target it is."""

from __future__ import annotations

from typing import Any

import pytest

from cescore.definitions.frameworks.scored_elsewhere import indicators_of_target
from cescore.method.grading.course import course_of
from cescore.method.grading.targets import TargetLine, assess_targets

from .builders import framework, indicator, panel, plan

FALL = {"type": "cumulative_reduction", "value": 15, "unit": "%", "op": ">="}
RISE = {"type": "cumulative_increase", "value": 15, "unit": "%", "op": ">="}
LEVEL_UP = {"type": "level", "value": 120, "unit": "t", "op": ">=", "has_schedule": False}
LEVEL_DOWN = {"type": "level", "value": 80, "unit": "t", "op": "<=", "has_schedule": False}


def line(cells: list[Any], year: int, target: dict[str, Any]) -> TargetLine:
    """The line of one target for an indicator in t with the yearly values given, from 2020 on."""
    frame = framework([indicator("P01", "x", unit="t", ends=(10, 0))])
    data = panel({"P01": [cells]})
    return assess_targets(plan({"T": target}), data, frame, year=year, base_year=2020)["A"][0]


@pytest.mark.parametrize(
    ("target", "reached", "slow", "away"),
    [(FALL, 84, 98, 101), (RISE, 116, 102, 99), (LEVEL_UP, 121, 102, 99), (LEVEL_DOWN, 79, 98, 101)],
    ids=["fall", "rise", "level up", "level down"],
)  # fmt: skip
@pytest.mark.parametrize("year", [2023, 2025])
def test_each_kind_of_target_knows_its_course(target, reached, slow, away, year) -> None:
    def course(level: float) -> str:
        return line([100] + [level] * (year - 2020), year, target).course

    assert [course(reached), course(slow), course(away)] == ["on_track", "too_slow", "away"]


def test_a_level_without_a_schedule_is_on_track_if_it_arrives_by_going_on_as_it_did() -> None:
    assert (
        line([100, 104, 108, 112], 2023, LEVEL_UP).course == "on_track"
    )  # 12 of 20 in 3 of 5 years
    assert line([100, 104, 108, 111.9], 2023, LEVEL_UP).course == "too_slow"


def test_a_level_that_does_not_move_is_not_too_slow_but_away() -> None:
    assert line([100] * 6, 2025, LEVEL_UP).course == "away"


def test_a_level_that_met_its_target_in_the_base_year_and_does_not_now_went_away() -> None:
    assert line([130] + [110] * 5, 2025, LEVEL_UP).course == "away"


@pytest.mark.parametrize("cells", [[100, None, None, None, None, None], [None] + [110] * 5])
def test_without_the_level_or_its_base_value_there_is_no_course(cells) -> None:
    assert line(cells, 2025, FALL).course == ""


def test_a_level_below_its_target_without_a_base_value_has_no_course() -> None:
    assert line([None] + [110] * 5, 2025, LEVEL_UP).course == ""


def test_before_anything_is_due_there_is_no_course() -> None:
    assert line([100], 2020, FALL).course == ""


def test_rounding_noise_is_no_movement_away() -> None:
    words = {"elapsed": 0.6, "has_schedule": False}
    assert course_of("not_met", completion=0.6 - 1e-13, **words) == "on_track"


def test_an_indicator_made_from_the_one_of_the_target_alone_measures_the_same() -> None:
    frame = framework(
        [
            indicator("P01", "x", unit="t", ends=(10, 0)),
            indicator("cut", "1 - P01 / base(P01)", unit="ratio", ends=(0, 1)),
            indicator("other", "P01 / x", unit="ratio", ends=(0, 1)),
        ]
    )
    assert indicators_of_target("P01", frame) == ("P01", "cut")
    assert indicators_of_target("nothing", frame) == ()
