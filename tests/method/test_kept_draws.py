"""Draws that an earlier run kept: the same bits as if all were drawn, and drawn anew whatever moves them."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest

from cescore.method.column import Panel
from cescore.method.uncertainty.design import Design
from cescore.method.uncertainty.monte_carlo import Sampling, Uncertainty, uncertainty
from cescore.method.uncertainty.sequences import quasi_random, saltelli
from tests.method.test_uncertainty import evaluated, many, two_groups

ENTITIES = 25
FRAMEWORKS: dict[str, dict[str, Any]] = {
    "goalposts": {},
    "min_max, imputed and treated": {
        "normalisation": "min_max",
        "imputation": {"method": "mean"},
        "treatment": {"method": "skew_kurtosis", "winsorise_max": 1},
    },
    "percentile_rank": {"normalisation": "percentile_rank"},
    "copeland": {"aggregation": "copeland"},
}


class Shelf(dict[str, bytes]):
    """Pieces in memory."""

    def piece(self, name: str) -> bytes | None:
        return self.get(name)

    def keep_piece(self, name: str, content: bytes) -> None:
        self[name] = content


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many entities each call of `Design.evaluate` drew for."""
    counts: list[int] = []
    whole = Design.evaluate

    def noted(self: Design, *given: Any) -> Any:
        index = whole(self, *given)
        counts.append(index.shape[1])
        return index

    monkeypatch.setattr(Design, "evaluate", noted)
    return counts


def with_value(cells: Panel, code: str, row: int, value: float) -> Panel:
    column = cells.columns[code]
    values = column.values.copy()
    values[row] = value
    return replace(cells, columns={**cells.columns, code: replace(column, values=values)})


def asked(cells: Panel, how: dict[str, Any], shelf: Shelf | None) -> Uncertainty:
    done = evaluated(cells, two_groups(**how))
    return uncertainty(done, sampling=Sampling(draws=64), pieces=shelf)


def assert_same(left: Uncertainty, right: Uncertainty) -> None:
    for name in (field.name for field in fields(Uncertainty)):
        one, other = getattr(left, name), getattr(right, name)
        if name == "sensitivity":
            np.testing.assert_array_equal(one.first_of, other.first_of)
            np.testing.assert_array_equal(one.total, other.total)
        elif isinstance(one, np.ndarray):
            np.testing.assert_array_equal(one, other)
        else:
            assert one == other, name


@pytest.mark.parametrize("how", FRAMEWORKS.values(), ids=FRAMEWORKS)
@pytest.mark.parametrize("value", [5.5, 900.0, np.nan], ids=["usual", "extreme", "none"])
def test_after_a_change_draws_are_to_the_bit_those_of_a_run_from_nothing(
    how: dict[str, Any], value: float
) -> None:
    cells, shelf = many(ENTITIES, gaps=True, estimates=True), Shelf()
    asked(cells, how, shelf)
    changed = with_value(cells, "b", 3, value)
    if np.isnan(value):
        changed.columns["b"].state[3] = 2
    assert_same(asked(changed, how, shelf), asked(changed, how, None))


def test_only_who_moved_is_drawn_again_and_everybody_where_what_all_have_in_common_moved(
    drawn: list[int],
) -> None:
    cells, shelf = many(ENTITIES, estimates=True), Shelf()
    asked(cells, {}, shelf)
    asked(cells, {}, shelf)
    asked(with_value(cells, "a", 3, 5.5), {}, shelf)
    asked(
        with_value(cells, "a", 3, 900.0), {}, shelf
    )  # the highest of all: min-max is an alternative
    assert drawn == [ENTITIES, 1, ENTITIES]


def test_draws_where_each_stands_on_all_others_are_drawn_anew_whoever_moved(
    drawn: list[int],
) -> None:
    cells, shelf, how = many(ENTITIES), Shelf(), FRAMEWORKS["copeland"]
    asked(cells, how, shelf)
    asked(with_value(cells, "a", 3, 5.5), how, shelf)
    assert drawn == [ENTITIES, ENTITIES]


def test_a_piece_of_another_length_is_not_read(drawn: list[int]) -> None:
    cells, shelf = many(ENTITIES), Shelf()
    asked(cells, {}, shelf)
    for name in shelf:
        shelf[name] = shelf[name][:-1]
    assert_same(asked(cells, {}, shelf), asked(cells, {}, None))
    assert drawn == [ENTITIES] * 3


def test_points_are_read_where_they_were_kept_and_made_where_others_lie_there() -> None:
    shelf = Shelf()
    made = [quasi_random(3, 8, 1), saltelli(2, 4, 1)]
    for _ in range(2):  # the second time they are read
        for before, now in zip(made, points_of(shelf), strict=True):
            np.testing.assert_array_equal(now, before)
    names = set(shelf)
    assert len(names) == 2
    for name in names:
        shelf[name] = shelf[name][:-8]
    for before, now in zip(made, points_of(shelf), strict=True):
        np.testing.assert_array_equal(now, before)
    quasi_random(3, 8, 2, shelf)
    assert len(shelf) == 3  # another seed's are other points


def points_of(shelf: Shelf) -> list[Any]:
    return [quasi_random(3, 8, 1, shelf), saltelli(2, 4, 1, shelf)]
