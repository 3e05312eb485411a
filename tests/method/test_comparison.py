"""The difference of two indices, split without a rest whatever differs between them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cescore.method.index.comparison import shapley, split_difference
from cescore.method.index.evaluation import evaluate
from cescore.method.index.mean_tree import Tree, index_tree
from tests.method.builders import framework, group, indicator, panel

MEANS = ("arithmetic_mean", "geometric_mean", "harmonic_mean", "generalised_mean")
CODES = ("A", "B", "C", "D")

means = st.tuples(*[st.sampled_from(MEANS)] * 3)
scores = st.lists(st.sampled_from([0.0, 0.5, 2.0, 5.0, 7.5, 10.0, None]), min_size=4, max_size=4)
weights = st.lists(st.sampled_from([0.0, 1.0, 2.5]), min_size=4, max_size=4)
kept = st.sets(st.sampled_from(CODES), min_size=2)
sides = st.tuples(scores, means, weights, kept)


def tree_of(
    values: list[float | None], how: tuple[str, ...], counts: list[float], members: set[str]
) -> Tree:
    """Index over H (A, B) and I (C, D) of one year, with the members named."""
    codes = [code for code in CODES if code in members]
    groups = [group("H", 3, aggregation=how[1], power=0.5), group("I", aggregation=how[2], power=2)]
    wholes = {"H" if code in "AB" else "I" for code in codes}
    frame = framework(
        [
            indicator(c, weight=counts[CODES.index(c)], group="H" if c in "AB" else "I")
            for c in codes
        ],
        [g for g in groups if g.code in wholes],
        aggregation=how[0],
        power=-0.5,
        missing={"not_reported": "exclude", "nowhere_reported": "exclude"},
    )
    cells = {code.lower(): [[values[CODES.index(code)]]] for code in codes}
    done = evaluate(panel(cells), frame, base_year=2020, run_year=2020)
    return index_tree(done.scored, done.aggregation, frame)


@settings(max_examples=60)
@given(sides, sides)
def test_all_causes_together_are_the_difference(first, second) -> None:
    a, b = tree_of(*first), tree_of(*second)
    found = split_difference(a, b)
    assert found is not None
    parts = [*found.by_score.values(), *found.by_weight.values(), found.by_mean]
    total = b.values[""][0, 0] - a.values[""][0, 0]
    assert sum(part[0] for part in parts) == pytest.approx(total, abs=1e-9, nan_ok=True)
    if np.isfinite(total):
        assert np.isfinite(parts).all()


def test_where_only_scores_differ_weights_and_means_do_nothing() -> None:
    one = (["arithmetic_mean"] * 3, [1.0] * 4, set(CODES))
    found = split_difference(tree_of([5, 5, 5, 5], *one), tree_of([7, 5, 5, 5], *one))
    assert found is not None
    # A: score from 50 to 70, half of H, which is three quarters of the index
    assert found.by_score["A"][0] == pytest.approx(20 * 0.5 * 0.75)
    assert {code: part[0] for code, part in found.by_weight.items()} == dict.fromkeys(CODES, 0)
    assert found.by_mean[0] == 0


def test_where_only_the_mean_differs_it_did_all() -> None:
    values, rest = [2.0, 5.0, 7.5, 10.0], ([1.0] * 4, set(CODES))
    before, after = ("arithmetic_mean",) * 3, ("geometric_mean",) * 3
    found = split_difference(tree_of(values, before, *rest), tree_of(values, after, *rest))
    assert found is not None
    assert found.by_mean[0] == pytest.approx(found.total[0])
    assert max(abs(part[0]) for part in found.by_score.values()) == 0


def test_an_index_that_ranks_has_no_parts() -> None:
    one = tree_of([5, 5, 5, 5], ("arithmetic_mean",) * 3, [1.0] * 4, set(CODES))
    ranked = tree_of([5, 5, 5, 5], ("copeland",) * 3, [1.0] * 4, set(CODES))
    assert split_difference(one, ranked) is None


@given(st.dictionaries(st.sampled_from("abc"), st.floats(-5, 5), min_size=3))
def test_shapley_values_add_up_and_give_each_of_a_sum_its_own(worth: dict[str, float]) -> None:
    effects = shapley("abc", lambda those: np.array([sum(worth[c] for c in those)]))
    for cause, effect in effects.items():
        assert effect[0] == pytest.approx(worth[cause], abs=1e-12)
