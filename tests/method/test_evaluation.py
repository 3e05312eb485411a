"""The whole evaluation: found again in exact fractions, and how it answers to changes."""

from __future__ import annotations

import random
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cescore.definitions.model import Framework, Scale
from cescore.method.column import Panel, State
from cescore.method.index.evaluation import TypeEvaluation, evaluate
from cescore.method.index.result_rows import RESULT_COLUMNS

from .builders import Cell, framework, group, indicator, panel

# code -> (numerator, denominator), worst, best, weight, group
RATES: Mapping[str, tuple[str, str, int, int, int, str]] = {
    "I1": ("a", "b", 0, 4, 1, "A1"),
    "I2": ("b", "c", 3, 0, 3, "A1"),
    "I3": ("c", "d", 0, 5, 2, "A2"),
    "I4": ("d", "a", 6, 1, 1, "A3"),
    "I5": ("b", "d", 1, 2, 0, "A3"),
    "I6": ("a", "d", 0, 3, 7, "A3"),
    "I7": ("c", "a", 0, 2, 1, "B"),
}
# code -> weight, parent, mean
GROUPS: Mapping[str, tuple[int, str, str]] = {
    "A": (2, "", "arithmetic_mean"),
    "A1": (1, "A", "arithmetic_mean"),
    "A2": (3, "A", "harmonic_mean"),
    "A3": (5, "A2", "arithmetic_mean"),
    "B": (1, "", "arithmetic_mean"),
}
SCALE = Scale(floor=20, top=100)


def three_levels() -> Framework:
    """I3 beside group A3 inside A2, A2 inside A: groups to three levels."""
    entries = [
        indicator(code, f"{over} / {under}", ends=(worst, best), weight=weight, group=home)
        for code, (over, under, worst, best, weight, home) in RATES.items()
    ]
    groups = [
        group(code, weight, parent=parent, aggregation=mean)
        for code, (weight, parent, mean) in GROUPS.items()
    ]
    progress = {"groups": [group("P")], "members": {"P": {"I1": 1, "I2": 2}}}
    return framework(entries, groups, scale=SCALE, progress=progress)


def exact_score(code: str, row: Mapping[str, Cell]) -> Fraction | str:
    """A score, or the reason why there is none."""
    over, under, worst, best, _, _ = RATES[code]
    x, y = row[over], row[under]
    if "na" in (x, y):
        return "exclude"
    if x is None or y is None:
        return Fraction(int(SCALE.floor))
    if y == 0:
        return "exclude"
    share = (Fraction(x) / Fraction(y) - worst) / (best - worst)  # type: ignore[arg-type]
    return 20 + 80 * min(max(share, Fraction(0)), Fraction(1))


def exact(code: str, row: Mapping[str, Cell]) -> Fraction | str:
    """A group's value (the index for ""), by recursion over the tables above."""
    below = [
        (c, Fraction(w), exact(c, row)) for c, (w, parent, _) in GROUPS.items() if parent == code
    ]
    below += [
        (c, Fraction(entry[4]), exact_score(c, row))
        for c, entry in RATES.items()
        if entry[5] == code
    ]
    members = [(w, v) for _, w, v in below if w and isinstance(v, Fraction)]
    if not members:
        return "exclude"
    whole = sum((w for w, _ in members), Fraction(0))
    if code and GROUPS[code][2] == "harmonic_mean":
        return whole / sum((w / v for w, v in members), Fraction(0))
    return sum((w * v for w, v in members), Fraction(0)) / whole


def random_cells(seed: int, entities: int, years: int = 3) -> dict[str, list[list[Cell]]]:
    rng = random.Random(seed)

    def cell() -> Cell:
        return rng.choice([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, None, "na"])

    return {code: [[cell() for _ in range(years)] for _ in range(entities)] for code in "abcd"}


def run(data: Panel, frame: Framework | None = None) -> TypeEvaluation:
    return evaluate(data, frame or three_levels(), base_year=2020, run_year=data.years[-1])


@pytest.mark.parametrize("seed", range(8))
def test_the_index_and_every_group_are_found_again_in_exact_fractions(seed: int) -> None:
    cells = random_cells(seed, 25)
    found = run(panel(cells)).aggregation
    compared = 0
    for i in range(25):
        for year in range(3):
            row = {code: cells[code][i][year] for code in "abcd"}
            for code in GROUPS:
                again = exact(code, row)
                value = found.groups.columns[code].values[i, year]
                assert (
                    np.isnan(value)
                    if again == "exclude"
                    else value == pytest.approx(float(again), rel=1e-12)
                )
            index = found.index.values[i, year]
            if found.coverage[i, year] > 0:
                assert index == pytest.approx(float(exact("", row)), rel=1e-12)
                compared += 1
            else:
                assert np.isnan(index)
    assert compared > 40


def test_one_entity_alone_has_the_same_bits_as_among_all() -> None:
    data = panel(random_cells(99, 20))
    together = run(data)
    for i, entity in enumerate(data.entities):
        alone = evaluate(
            data.only([entity]),
            three_levels(),
            base_year=2020,
            run_year=2022,
            fitted=together.fitted,
        )
        for mine, all_ in (
            (alone.aggregation.index, together.aggregation.index),
            (alone.progress.index, together.progress.index),
        ):
            assert mine.values.tobytes() == all_.values[[i]].tobytes()
            assert mine.state.tolist() == all_.state[[i]].tolist()


def test_the_order_of_entities_changes_nothing() -> None:
    data = panel(random_cells(7, 12))
    order = list(data.entities)
    random.Random(1).shuffle(order)
    shuffled = run(data.only(order)).aggregation.index.values
    expected = run(data).aggregation.index.values[[data.row(e) for e in order]]
    assert shuffled.tobytes() == expected.tobytes()


@settings(max_examples=40)
@given(
    st.lists(st.integers(1, 50), min_size=4, max_size=4),
    st.sampled_from(list(RATES)),
    st.floats(0, 2),
)
def test_improving_one_indicator_never_lowers_the_index(
    values: list[int], code: str, step: float
) -> None:
    cells = {name: [[v]] for name, v in zip("abcd", values, strict=True)}
    frame = three_levels()
    better = frame.indicators[code].model_copy(
        update={
            "formula": f"{frame.indicators[code].formula} + {frame.indicators[code].direction} * z"
        }
    )
    changed = frame.model_copy(update={"indicators": {**frame.indicators, code: better}})
    before = run(panel(cells), frame).aggregation.index.values[0, 0]
    after = run(panel(cells | {"z": [[step]]}), changed).aggregation.index.values[0, 0]
    assert after >= before * (1 - 1e-12)


@settings(max_examples=20)
@given(st.floats(1e-3, 1e3))
def test_the_unit_of_the_returns_changes_nothing(unit: float) -> None:
    data = panel({"a": [[3, 4]], "b": [[2, 2]], "c": [[1, 5]], "d": [[4, 4]]})
    scaled = panel({c: (col.values * unit).tolist() for c, col in data.columns.items()})
    np.testing.assert_allclose(
        run(scaled).aggregation.index.values, run(data).aggregation.index.values, rtol=1e-12
    )


@settings(max_examples=20)
@given(st.floats(0.01, 100))
def test_only_the_ratio_of_weights_within_a_group_counts(k: float) -> None:
    frame = three_levels()
    scaled = frame.with_weights(I1=1 * k, I2=3 * k, A=2 * k, B=1 * k)
    data = panel(random_cells(3, 8))
    np.testing.assert_allclose(
        run(data, scaled).aggregation.index.values, run(data).aggregation.index.values, rtol=1e-12
    )


def test_a_weight_of_zero_is_the_same_as_leaving_the_indicator_out() -> None:
    frame = three_levels()
    without = frame.model_copy(
        update={"indicators": {c: i for c, i in frame.indicators.items() if c != "I5"}}
    )
    data = panel(random_cells(4, 15))
    with_zero, left_out = run(data).aggregation, run(data, without).aggregation
    assert with_zero.index.values.tobytes() == left_out.index.values.tobytes()
    assert (with_zero.weights["I5"] == 0).all()


def test_effective_weights_add_up_to_one_wherever_anything_takes_part() -> None:
    found = run(panel(random_cells(5, 30)))
    whole = sum(found.aggregation.weights.values())
    active = np.logical_or.reduce([a & (RATES[c][4] > 0) for c, a in found.scored.active.items()])
    np.testing.assert_allclose(whole, active.astype(float), atol=1e-12)


def test_results_hold_every_kind_with_unit_and_status() -> None:
    data = panel({"a": [[3, None]], "b": [[2, 2]], "c": [[1, 5]], "d": [[4, 4]]})
    frame = three_levels()
    found = run(data, frame).results(units={"a": "t"})
    assert tuple(found.columns) == RESULT_COLUMNS
    kinds = set(found["kind"])
    parts = ("weight", "contribution", "contribution_to_change", "contribution_to_change_by_weight")
    assert kinds == {
        *("variable", "indicator", "score", "group", "index", "progress_index"),
        *parts,
        *(f"progress_{part}" for part in parts),
    }
    now = found[found["year"] == 2021].set_index(["kind", "code"])
    assert now.loc[("variable", "a"), ["unit", "status"]].tolist() == ["t", "missing"]
    assert now.loc[("score", "I1"), ["value", "unit", "status"]].tolist() == [20, "20-100", "floor"]
    assert now.loc[("index", "LI"), "status"] == "insufficient"
    assert now.loc[("progress_index", "CEDI.P.I2"), "unit"] == "2020=100"
    assert {"CEDI", "CEDI.P", "CEDI.P.I1"} <= set(found["code"])
    assert len(run(data, frame).results(years=[2021])) == (found["year"] == 2021).sum()


def test_an_entity_that_did_not_file_has_no_index() -> None:
    cells: dict[str, Any] = {c: [[None, 1], [1, 1]] for c in "abcd"}
    found = run(panel(cells))
    assert found.aggregation.index.state[0, 0] == State.MISSING
    assert not found.is_sufficient[0, 0]
    assert found.is_sufficient[1, 0]
