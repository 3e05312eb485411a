"""The sequence that bands are drawn from is SciPy's, to the last bit, however it was loaded."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from scipy.stats import qmc

from cescore.method import sobol_sequence
from cescore.method.sobol_sequence import MOST_DIMENSIONS, scrambled_sobol


def scipys(dimensions: int, draws: int, seed: int) -> sobol_sequence.Floats:
    drawn: sobol_sequence.Floats = qmc.Sobol(dimensions, scramble=True, rng=seed).random(draws)
    return drawn


@pytest.mark.parametrize(
    "asked", [(1, 2, 0), (3, 1, 4), (2, 8, 1), (60, 1024, 2021), (MOST_DIMENSIONS, 2, 3)]
)
def test_it_is_drawn_as_scipy_draws_it(asked: tuple[int, int, int]) -> None:
    dimensions, draws, seed = asked
    compiled = sobol_sequence._compiled()
    assert compiled is not None, "the version that was read in is the one that is locked"
    own = np.random.default_rng(seed).spawn(1)[0]
    drawn = sobol_sequence._drawn(compiled, dimensions, draws, own)
    assert np.array_equal(drawn, scipys(*asked))


def test_scipy_itself_draws_where_it_is_another_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sobol_sequence, "VERSION", "0")
    sobol_sequence._compiled.cache_clear()
    monkeypatch.delitem(sys.modules, "scipy.stats")
    assert np.array_equal(scrambled_sobol(5, 16, 7), scipys(5, 16, 7))
    sobol_sequence._compiled.cache_clear()


def test_without_the_package_it_is_the_same_and_the_package_loads_after_it() -> None:
    code = (
        "import sys; from cescore.method.sobol_sequence import scrambled_sobol as s;"
        "drawn = s(6, 64, 9); assert 'scipy.stats' not in sys.modules;"
        "from scipy import stats; assert stats.norm.ppf(0.5) == 0;"
        "assert (drawn == stats.qmc.Sobol(6, rng=9).random(64)).all(); print('same')"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ran.stdout.split() == ["same"], ran.stderr
