"""Sobol indices: bit by bit those of SALib's own analysis, and the shares of a sum that can be told in the head."""

from __future__ import annotations

import numpy as np
import pytest
from SALib.analyze import sobol

from cescore.method.uncertainty.sequences import Floats, saltelli
from cescore.method.uncertainty.sobol_indices import DesignAnswers

SEED, PAIRS = 2021, 256


def ishigami(rows: Floats) -> Floats:
    x = np.pi * (2 * rows - 1)
    answers: Floats = (
        np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])
    )
    return answers


def answered(rows: Floats) -> Floats:
    """Three answers to each row: a curved one, a sum, one that never varies."""
    return np.stack([ishigami(rows), rows @ [3.0, 2.0, 1.0], np.full(len(rows), 7.5)], axis=1)


def test_the_indices_and_their_intervals_are_those_of_the_library() -> None:
    values = ishigami(saltelli(3, PAIRS, SEED))
    names = ["x1", "x2", "x3"]
    problem = {"num_vars": 3, "names": names, "bounds": [[0.0, 1.0]] * 3}
    theirs = sobol.analyze(problem, values, calc_second_order=False, num_resamples=100, seed=SEED)
    ours = DesignAnswers.of(values, 3)
    first, total = ours.half_widths(SEED)
    found = {
        "S1": ours.first_orders(), "ST": ours.total_orders(), "S1_conf": first, "ST_conf": total
    }  # fmt: skip
    for name, values in found.items():
        np.testing.assert_array_equal(values, theirs[name], name)


def test_of_many_answers_each_is_judged_by_itself() -> None:
    values = answered(saltelli(3, PAIRS, SEED))
    together = DesignAnswers.of(values, 3)
    for i in range(2):
        alone = DesignAnswers.of(values[:, i], 3)
        np.testing.assert_allclose(together.first_orders()[:, i], alone.first_orders(), rtol=1e-12)
        np.testing.assert_allclose(together.total_orders()[:, i], alone.total_orders(), rtol=1e-12)
    assert not together.first_orders()[:, 2].any() and not together.total_orders()[:, 2].any()


@pytest.mark.parametrize("order", ["first_orders", "total_orders"])
def test_of_a_sum_each_term_has_the_share_of_its_square(order: str) -> None:
    ours = DesignAnswers.of(answered(saltelli(3, 4096, SEED))[:, 1], 3)
    np.testing.assert_allclose(getattr(ours, order)(), [9 / 14, 4 / 14, 1 / 14], atol=0.01)
