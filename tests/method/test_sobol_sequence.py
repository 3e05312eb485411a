"""The sequence that bands are drawn from is SciPy's, number by number."""

import subprocess
import sys

import numpy as np
import pytest
from scipy.stats import qmc

from cescore.method import sobol_sequence
from cescore.method.sobol_sequence import MOST_DIMENSIONS, scrambled_sobol


@pytest.mark.parametrize(
    ("dimensions", "draws", "seed"),
    [(1, 4, 0), (2, 1, 3), (6, 512, 2021), (66, 512, 7), (300, 64, 1), (3000, 8, 2)],
)
def test_points_are_those_of_scipy(dimensions: int, draws: int, seed: int) -> None:
    expected = qmc.Sobol(dimensions, scramble=True, rng=seed).random(draws)
    np.testing.assert_array_equal(scrambled_sobol(dimensions, draws, seed), expected)


def test_the_table_of_direction_numbers_is_as_long_as_scipys() -> None:
    assert MOST_DIMENSIONS == qmc.Sobol.MAXDIM == len(sobol_sequence._table()[0])


def test_bands_are_drawn_without_loading_scipys_statistics() -> None:
    code = (
        "import sys, cescore.method.bands; from cescore.method.design import quasi_random;"
        "quasi_random(6, 512, 2021); print(*sys.modules)"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert not {"scipy.stats", "SALib"} & set(loaded.stdout.split())
