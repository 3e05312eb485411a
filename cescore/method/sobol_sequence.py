"""SciPy's scrambled Sobol sequence without the rest of ``scipy.stats``.

What draws bands needs three compiled functions of SciPy; the package around them, with all its
distributions, takes longer to load than any enterprise takes to evaluate. They are taken by
themselves from the exact version that they were read in; with another, or where ``scipy.stats`` is
loaded anyway, ``scipy.stats.qmc.Sobol`` draws. A test holds both to the same numbers.
"""

from __future__ import annotations

import sys
from functools import lru_cache
from importlib import import_module
from importlib.machinery import PathFinder
from importlib.util import module_from_spec
from types import ModuleType

import numpy as np
import scipy
from numpy.typing import NDArray

VERSION = "1.17.1"
PACKAGE, COMPILED = "scipy.stats", "scipy.stats._sobol"
MOST_DIMENSIONS = 21201
BITS = 30
Floats = NDArray[np.float64]


def scrambled_sobol(dimensions: int, draws: int, seed: int) -> Floats:
    """The first points of a scrambled Sobol sequence, each coordinate in 0-1: (draws, dimensions).

    Parameters
    ----------
    dimensions
        Up to `MOST_DIMENSIONS`.
    draws
        A power of 2.

    References
    ----------
    Joe and Kuo 2008, direction numbers; Matousek 1998, linear matrix scrambling with a digital shift;
    both as in ``scipy.stats.qmc.Sobol``.

    Examples
    --------
    >>> points = scrambled_sobol(2, 4, seed=1)
    >>> sorted((points[:, 1] * 4).astype(int).tolist())  # one point in every quarter
    [0, 1, 2, 3]
    """
    compiled = None if PACKAGE in sys.modules else _compiled()
    if compiled is None:
        from scipy.stats import qmc

        drawn: Floats = qmc.Sobol(dimensions, scramble=True, rng=seed).random(draws)
        return drawn
    own = np.random.default_rng(seed).spawn(1)[0]  # as SciPy takes one to reset
    return _drawn(compiled, dimensions, draws, own)


def _drawn(compiled: ModuleType, dimensions: int, draws: int, rng: np.random.Generator) -> Floats:
    """What ``qmc.Sobol`` does with the compiled functions, step by step."""
    directions = np.zeros((dimensions, BITS), dtype=np.uint32)
    compiled._initialize_v(directions, dim=dimensions, bits=BITS)
    digits = rng.integers(2, size=(dimensions, BITS), dtype=np.uint32)
    shift = np.dot(digits, 2 ** np.arange(BITS, dtype=np.uint32))
    matrices = np.tril(rng.integers(2, size=(dimensions, BITS, BITS), dtype=np.uint32))
    compiled._cscramble(dim=dimensions, bits=BITS, ltm=matrices, sv=directions)
    points = np.empty((draws, dimensions))
    points[0] = shift / 2**BITS
    if draws > 1:
        compiled._draw(
            n=draws - 1, num_gen=0, dim=dimensions, scale=2.0**-BITS,
            sv=directions, quasi=shift.copy(), sample=points[1:],
        )  # fmt: skip
    return points


@lru_cache(maxsize=1)
def _compiled() -> ModuleType | None:
    """The compiled module by itself; None where it is not the one that was read.

    It stays in its place among the loaded modules, where ``scipy.stats`` looks for it when that is
    loaded after all: a compiled module can be loaded once.
    """
    if scipy.__version__ != VERSION:
        return None
    if PACKAGE in sys.modules:
        return import_module(COMPILED)
    package = PathFinder.find_spec(PACKAGE, scipy.__path__)
    if package is None:
        return None
    sys.modules[PACKAGE] = module_from_spec(package)  # not executed: it only says where it lies
    try:
        module = import_module(COMPILED)
        # reads the table of direction numbers, a file of the package, once
        module._initialize_v(np.zeros((1, BITS), dtype=np.uint32), dim=1, bits=BITS)
    finally:
        del sys.modules[PACKAGE]
    return module
