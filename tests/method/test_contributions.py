"""Contributions add up to the index, effects to its change, whatever the means and the gaps."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cescore.definitions.model import Group, Indicator, Progress
from cescore.method.index.contributions import (
    Change,
    Decomposition,
    contributions,
    decompose,
    decompose_change,
)
from cescore.method.index.evaluation import TypeEvaluation, evaluate
from cescore.method.index.mean_tree import index_tree, progress_tree
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


def parts_of(done: TypeEvaluation) -> dict[str, np.ndarray]:
    return contributions(index_tree(done.scored, done.aggregation, done.framework))


def change_of(done: TypeEvaluation) -> Change:
    return decompose_change(index_tree(done.scored, done.aggregation, done.framework))


def of_year(done: TypeEvaluation, year: int = 2021) -> Decomposition:
    return decompose(index_tree(done.scored, done.aggregation, done.framework), year)


def test_in_an_arithmetic_tree_a_contribution_is_weight_times_score() -> None:
    done = evaluated({"a": [[8]], "b": [[4]], "c": [[2]]}, ("arithmetic_mean",) * 3)
    parts = parts_of(done)
    found = [parts[code].item() for code in "ABC"]
    assert found == pytest.approx([9 / 16 * 80, 3 / 16 * 40, 1 / 4 * 20])


def test_in_a_geometric_group_a_contribution_is_share_times_group() -> None:
    one = framework([indicator("A"), indicator("B")], [group("G", aggregation="geometric_mean")])
    done = evaluate(panel({"a": [[9]], "b": [[4]]}), one, base_year=2020, run_year=2020)
    parts = parts_of(done)
    assert [parts["A"].item(), parts["B"].item()] == pytest.approx([30, 30])


def test_in_an_arithmetic_tree_the_change_is_weight_times_change_of_score() -> None:
    done = evaluated({"a": [[5, 9]], "b": [[4, 4]], "c": [[6, 2]]}, ("arithmetic_mean",) * 3)
    change = change_of(done)
    assert [change.scores[code][0, 1] for code in "ABC"] == pytest.approx([22.5, 0, -10])
    assert change.total[0, 1] == pytest.approx(12.5)
    assert np.isnan(change.total[0, 0])


def test_a_geometric_group_is_split_by_the_logarithmic_mean() -> None:
    """From sqrt(10·40) = 20 to sqrt(40·40) = 40: all of it is A's; L = 20 / ln 2, half of ln 4."""
    one = framework([indicator("A"), indicator("B")], [group("G", aggregation="geometric_mean")])
    done = evaluate(panel({"a": [[1, 4]], "b": [[4, 4]]}), one, base_year=2020, run_year=2021)
    change = change_of(done)
    assert change.scores["A"][0, 1] == pytest.approx(20)
    assert change.scores["B"][0, 1] == 0
    both = evaluate(panel({"a": [[1, 2]], "b": [[4, 8]]}), one, base_year=2020, run_year=2021)
    halves = change_of(both).scores
    assert [halves["A"][0, 1], halves["B"][0, 1]] == pytest.approx([10, 10])


def test_a_member_that_begins_to_count_acts_through_its_share() -> None:
    done = evaluated({"a": [[5, 5]], "b": [[None, 1]], "c": [[5, 5]]}, ("arithmetic_mean",) * 3)
    change = change_of(done)
    assert change.total[0, 1] == pytest.approx(-7.5)  # H falls from 50 to 40; its share is 3/4
    assert [change.scores[code][0, 1] for code in "ABC"] == pytest.approx([0, 0, 0])
    assert change.weights["A"][0, 1] + change.weights["B"][0, 1] == pytest.approx(-7.5)


def test_a_group_that_nobody_reported_gives_its_change_to_its_indicators() -> None:
    """I (C, score 20, a quarter of the index) begins: H stands at 60 and falls to three quarters."""
    done = evaluated({"a": [[6, 6]], "b": [[6, 6]], "c": [[None, 2]]}, ("arithmetic_mean",) * 3)
    found = of_year(done)
    assert found.change.item() == pytest.approx(-10)
    assert sum(v.item() for v in found.changes.values()) == pytest.approx(-10)
    assert found.changes["C"].item() == found.by_weight["C"].item() < 0
    assert sum(v.item() for v in found.weights.values()) == pytest.approx(1)


@pytest.mark.parametrize("mean", MEANS)
def test_opposite_moves_that_cancel_are_told_apart(mean: str) -> None:
    """A and B change places in a group of equal weights: the index stays, each has its own effect."""
    one = framework([indicator("A"), indicator("B")], [group("G", aggregation=mean)])
    cells: dict[str, list[list[Cell]]] = {"a": [[3.3, 7.1]], "b": [[7.1, 3.3]]}
    found = of_year(evaluate(panel(cells), one, base_year=2020, run_year=2021))
    assert found.change.item() == pytest.approx(0, abs=1e-12)
    assert found.changes["A"].item() > 10
    assert found.changes["A"].item() == pytest.approx(-found.changes["B"].item(), rel=1e-9)


def test_the_progress_index_is_split_by_its_members_ratios() -> None:
    """A doubles, B halves from 2020 to 2021 in a group of two: 100 -> 125, of it +50 and -25."""
    progress = Progress(
        code="PI", groups=(group("K"),), members={"K": {"A": 1.0, "B": 1.0}}, base_floor={}
    )
    one = framework([indicator("A"), indicator("B")], progress=progress)
    cells: dict[str, list[list[Cell]]] = {"a": [[2, 4]], "b": [[8, 4]]}
    done = evaluate(panel(cells), one, base_year=2020, run_year=2021)
    tree = progress_tree(done.progress, one)
    assert tree is not None
    found = decompose(tree, 2021)
    assert {c: v.item() for c, v in found.contributions.items()} == {"K.A": 100, "K.B": 25}
    assert {c: v.item() for c, v in found.changes.items()} == {"K.A": 50, "K.B": -25}
    assert found.total.item() - found.change.item() == 100


# no score is a hair above 0: powers of it would leave the range of doubles
cell = st.one_of(st.none(), st.just(0.0), st.floats(1e-6, 10), st.floats(0, 10).map(round))


@st.composite
def nested(draw: st.DrawFn) -> TypeEvaluation:
    """Three entities over three years in a random tree of groups, with random weights and means."""
    weight = st.sampled_from([0.0, 0.3, 1.0, 2.5])
    groups: list[Group] = []
    for number in range(draw(st.integers(1, 5))):
        parent = draw(st.sampled_from(["", *(g.code for g in groups)]))
        mean = draw(st.sampled_from(MEANS))
        groups.append(group(f"G{number}", draw(weight), aggregation=mean, parent=parent))
    members: list[Indicator] = []
    cells: dict[str, list[list[Cell]]] = {}
    rows = st.lists(st.lists(cell, min_size=3, max_size=3), min_size=3, max_size=3)
    for one in groups:  # every group has an indicator of weight above zero, so none is empty
        for number in range(draw(st.integers(1, 3))):
            code = f"X{one.code}{number}"
            own = 1.0 if number == 0 else draw(weight)
            members.append(indicator(code, weight=own, group=one.code))
            cells[code.lower()] = draw(rows)
    rule = draw(st.sampled_from(["exclude", "floor"]))
    made = framework(
        members,
        groups,
        aggregation=draw(st.sampled_from(MEANS)),
        missing={
            "not_reported": rule,
            "nowhere_reported": "exclude",
            "min_available": draw(st.sampled_from([0.0, 0.6])),
        },
        progress=Progress(
            code="PI",
            aggregation=draw(st.sampled_from(MEANS)),
            groups=(group("K", aggregation=draw(st.sampled_from(MEANS))), group("L")),
            members={"K": {m.code: 1.0 for m in members}, "L": {members[0].code: 2.0}},
        ),
    )
    return evaluate(panel(cells), made, base_year=2020, run_year=2022)


@given(nested())
@settings(deadline=None, max_examples=100)
def test_nothing_is_left_over(done: TypeEvaluation) -> None:
    """Weights add up to 1, contributions to the index, changes to its change, of every year."""
    trees = [
        index_tree(done.scored, done.aggregation, done.framework),
        progress_tree(done.progress, done.framework),
    ]
    indices = [done.aggregation.index.values, done.progress.index.values]
    for tree, index in zip(trees, indices, strict=True):
        assert tree is not None
        for i, year in enumerate(done.panel.years):
            found = decompose(tree, year)
            nothing = np.zeros(len(done.panel.entities))
            whole = sum(found.contributions.values(), start=nothing)
            np.testing.assert_allclose(whole, index[:, i], rtol=1e-9, atol=1e-9)
            weights = sum(found.weights.values(), start=nothing)
            np.testing.assert_allclose(weights[~np.isnan(index[:, i])], 1, rtol=1e-12)
            moved = index[:, i] - index[:, i - 1] if i else nothing + np.nan
            np.testing.assert_array_equal(found.change, moved)
            effects = sum(found.changes.values(), start=nothing)
            np.testing.assert_allclose(effects, moved, rtol=1e-9, atol=1e-9)
            by_weight = sum(found.by_weight.values(), start=nothing)
            assert np.isnan(by_weight).tolist() == np.isnan(moved).tolist()
