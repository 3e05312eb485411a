"""A type evaluated portion by portion: the same numbers in every array, whatever its methods learn."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cescore.method.column import Column, Panel, State
from cescore.method.index import portions
from cescore.method.index.evaluation import TypeEvaluation, computed_beside, evaluate
from cescore.method.index.portions import in_portions
from tests.method.builders import framework, group, indicator

ENTITIES, YEARS = 53, (2020, 2021, 2022)
METHODS: dict[str, dict[str, Any]] = {
    "stated ends": {},
    "min_max, imputed and treated": {
        "normalisation": "min_max",
        "imputation": {"method": "mean"},
        "treatment": {"method": "skew_kurtosis", "winsorise_max": 1},
    },
    "z_score": {"normalisation": "z_score"},
    "rank": {"normalisation": "rank"},
    "weights that are learnt": {"normalisation": "min_max", "weighting": {"method": "critic"}},
    "everybody against everybody": {"aggregation": "copeland"},
}


def returned(seed: int) -> Panel:
    """Values of two kinds, some missing, some not applicable, a year without any of one variable."""
    draw = np.random.default_rng(seed)
    shape = (ENTITIES, len(YEARS))
    columns = {}
    for code in ("a", "b", "c", "d"):
        state = draw.choice(
            [State.PRESENT, State.MISSING, State.NOT_APPLICABLE], shape, p=(0.8, 0.15, 0.05)
        )
        values = np.where(state == State.PRESENT, draw.lognormal(1, 1, shape).round(1), np.nan)
        flags = np.where(state == State.PRESENT, draw.integers(0, 2, shape), 0)
        columns[code] = Column(values, state.astype(np.uint8), flags.astype(np.uint8))
    columns["c"].values[:, 1] = np.nan
    columns["c"].state[:, 1], columns["c"].flags[:, 1] = State.MISSING, 0
    names = tuple(f"E{i}" for i in range(ENTITIES))
    return Panel(names, YEARS, columns, {"industry": ("x", "y", *[""] * (ENTITIES - 2))})


def evaluated(cells: Panel, **settings: Any) -> TypeEvaluation:
    codes = {"I1": "a / b", "I2": "sum_of_two / d", "I3": "c - lag(c)", "I4": "b"}
    entries = [
        indicator(code, text, group="G" if code < "I3" else "H") for code, text in codes.items()
    ]
    progress = {"groups": [group("P")], "members": {"P": {"I1": 1, "I2": 2}}}
    lake = framework(
        entries,
        [group("G"), group("H", 2)],
        accounts={"sum_of_two": "a + b"},
        progress=progress,
        **settings,
    )
    return evaluate(cells, lake, base_year=YEARS[0], run_year=YEARS[-1])


def arrays(found: object) -> dict[str, Any]:
    return dict(portions._arrays_in(found, ""))


@pytest.fixture
def by_seven(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(portions, "AT_ONCE", 7)
    monkeypatch.setattr(portions, "LARGE", 1)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("seed", [1, 2])
def test_portions_give_the_very_numbers_of_the_whole(
    method: str, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    cells = returned(seed)
    whole = evaluated(cells, **METHODS[method])
    monkeypatch.setattr(portions, "AT_ONCE", 7)
    monkeypatch.setattr(portions, "LARGE", 1)
    parts = evaluated(cells, **METHODS[method])
    ours, theirs = arrays(parts), arrays(whole)
    assert list(ours) == list(theirs)
    for name, array in theirs.items():
        assert ours[name].dtype == array.dtype, name
        np.testing.assert_array_equal(ours[name], array, err_msg=name)
    assert parts.framework == whole.framework
    assert parts.scores.entities == cells.entities
    assert parts.results().equals(whole.results())


def test_a_framework_beside_is_computed_in_portions_of_the_same_rows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = evaluated(returned(3))
    whole = computed_beside(found, found.framework)
    monkeypatch.setattr(portions, "AT_ONCE", 7)
    monkeypatch.setattr(portions, "LARGE", 1)
    parts = computed_beside(found, found.framework)
    assert parts.accounts is found.accounts
    for code, column in whole.indicators.columns.items():
        np.testing.assert_array_equal(parts.indicators.columns[code].values, column.values)


def test_a_small_panel_is_asked_once_and_a_large_one_in_equal_portions(by_seven: None) -> None:
    cells = returned(4)
    asked: list[slice] = []

    def step(portion: slice) -> dict[str, Any]:
        asked.append(portion)
        return {"row": np.arange(portion.start, portion.stop)}

    assert in_portions(step, cells)["row"].tolist() == list(range(ENTITIES))
    assert {portion.stop - portion.start for portion in asked} == {6, 7}
    asked.clear()
    in_portions(step, cells, is_whole=True)
    assert asked == [slice(0, ENTITIES)]


def test_an_array_of_one_value_takes_no_room_until_a_portion_differs(by_seven: None) -> None:
    def step(portion: slice) -> dict[str, Any]:
        size = portion.stop - portion.start
        late = np.full((size, 2), 3, np.uint8) if portion.stop == ENTITIES else _nothing(size)
        return {"never": _nothing(size), "late": late}

    found = in_portions(step, returned(5))
    assert found["never"].strides == (0, 0)
    assert found["never"].shape == (ENTITIES, 2)
    assert found["late"][:, 0].tolist() == [0] * (ENTITIES - 7) + [3] * 7


def _nothing(rows: int) -> Any:
    return np.broadcast_to(np.uint8(0), (rows, 2))


def test_neighbouring_rows_of_a_choice_of_rows_are_the_rows_chosen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("cescore.method.column.LARGE", 1)
    cells = returned(6)
    chosen = cells.only([e for n, e in enumerate(cells.entities) if n not in (3, 20)])
    chosen = chosen.with_columns({"e": chosen.column("a")})
    for rows in (slice(0, 3), slice(1, 9), slice(25, 51)):
        some = chosen.some(rows)
        assert some.entities == chosen.entities[rows]
        assert list(some.columns) == list(chosen.columns)
        assert some.attributes["industry"] == chosen.attributes["industry"][rows]
        for code in chosen.columns:
            np.testing.assert_array_equal(
                some.column(code).values, chosen.column(code).values[rows]
            )
