"""Contributions add up to the index, effects to its change, whatever the means and the gaps."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cescore.method.contributions import contributions, decompose_change
from cescore.method.evaluation import TypeEvaluation, evaluate
from tests.method.builders import Cell, framework, group, indicator, panel

MEANS = ("arithmetic_mean", "geometric_mean", "harmonic_mean")


def evaluated(cells: dict[str, list[list[Cell]]], means: tuple[str, ...]) -> TypeEvaluation:
    """Index over H (A, B) and I (C): means of the index, of H and of I."""
    groups = [group("H", 3, aggregation=means[1]), group("I", 1, aggregation=means[2])]
    made = framework(
        [
            indicator("A", weight=3, group="H"),
            indicator("B", group="H"),
            indicator("C", group="I"),
        ],
        groups,
        aggregation=means[0],
        missing={"not_reported": "exclude", "nowhere_reported": "exclude"},
    )
    return evaluate(panel(cells), made, base_year=2020, run_year=2021)


def test_in_an_arithmetic_tree_a_contribution_is_weight_times_score() -> None:
    done = evaluated({"a": [[8]], "b": [[4]], "c": [[2]]}, ("arithmetic_mean",) * 3)
    parts = contributions(done.scored, done.aggregation, done.framework)
    found = [parts[code].item() for code in "ABC"]
    assert found == pytest.approx([9 / 16 * 80, 3 / 16 * 40, 1 / 4 * 20])


def test_in_a_geometric_group_a_contribution_is_share_times_group() -> None:
    one = framework([indicator("A"), indicator("B")], [group("G", aggregation="geometric_mean")])
    done = evaluate(panel({"a": [[9]], "b": [[4]]}), one, base_year=2020, run_year=2020)
    parts = contributions(done.scored, done.aggregation, one)
    assert [parts["A"].item(), parts["B"].item()] == pytest.approx([30, 30])


def test_in_an_arithmetic_tree_the_change_is_weight_times_change_of_score() -> None:
    done = evaluated({"a": [[5, 9]], "b": [[4, 4]], "c": [[6, 2]]}, ("arithmetic_mean",) * 3)
    change = decompose_change(done.scored, done.aggregation, done.framework)
    assert [change.scores[code][0, 1] for code in "ABC"] == pytest.approx([22.5, 0, -10])
    assert change.total[0, 1] == pytest.approx(12.5)
    assert np.isnan(change.total[0, 0])


def test_a_geometric_group_is_split_by_the_logarithmic_mean() -> None:
    """From sqrt(10·40) = 20 to sqrt(40·40) = 40: all of it is A's; L = 20 / ln 2, half of ln 4."""
    one = framework([indicator("A"), indicator("B")], [group("G", aggregation="geometric_mean")])
    done = evaluate(panel({"a": [[1, 4]], "b": [[4, 4]]}), one, base_year=2020, run_year=2021)
    change = decompose_change(done.scored, done.aggregation, one)
    assert change.scores["A"][0, 1] == pytest.approx(20)
    assert change.scores["B"][0, 1] == 0
    both = evaluate(panel({"a": [[1, 2]], "b": [[4, 8]]}), one, base_year=2020, run_year=2021)
    halves = decompose_change(both.scored, both.aggregation, one).scores
    assert [halves["A"][0, 1], halves["B"][0, 1]] == pytest.approx([10, 10])


def test_a_member_that_begins_to_count_acts_through_its_share() -> None:
    done = evaluated({"a": [[5, 5]], "b": [[None, 1]], "c": [[5, 5]]}, ("arithmetic_mean",) * 3)
    change = decompose_change(done.scored, done.aggregation, done.framework)
    assert change.total[0, 1] == pytest.approx(-7.5)  # H falls from 50 to 40; its share is 3/4
    assert [change.scores[code][0, 1] for code in "ABC"] == pytest.approx([0, 0, 0])
    assert change.weights["A"][0, 1] + change.weights["B"][0, 1] == pytest.approx(-7.5)


cell = st.one_of(st.none(), st.floats(0, 10).map(lambda v: round(v, 3)))
row = st.lists(cell, min_size=3, max_size=3)


@given(
    st.tuples(*(st.lists(row, min_size=2, max_size=2) for _ in "ABC")),
    st.tuples(*(st.sampled_from(MEANS) for _ in range(3))),
)
@settings(deadline=None, max_examples=150)
def test_nothing_is_left_over(cells: tuple[list[list[Cell]], ...], means: tuple[str, ...]) -> None:
    done = evaluated(dict(zip("abc", cells, strict=True)), means)
    index = done.aggregation.index
    parts = contributions(done.scored, done.aggregation, done.framework)
    zero = np.zeros(index.shape)
    whole = sum(parts.values(), start=zero)
    np.testing.assert_allclose(whole, index.values, rtol=1e-9, atol=1e-9)
    change = decompose_change(done.scored, done.aggregation, done.framework)
    effects = sum((*change.scores.values(), *change.weights.values()), start=zero)
    np.testing.assert_allclose(effects, change.total, rtol=1e-9, atol=1e-7)
    moved = index.values[:, 1:] - index.values[:, :-1]
    np.testing.assert_array_equal(change.total[:, 1:], moved)
