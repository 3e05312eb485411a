"""Points that draws are taken from: scrambled Sobol sequences, and Saltelli's design of them.

They stand on numbers alone (how many, from which seed), and the libraries that make them take a second
to load: where pieces of work are kept from run to run, points are read.

References
----------
A. Saltelli et al., Comput. Phys. Commun. 181 (2010): the design of rows that indices are estimated from.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Pieces(Protocol):
    """Where pieces of work are kept from run to run, by a text that says what each is."""

    def piece(self, name: str) -> bytes | None:
        """What was kept last, if it is there as it was written."""

    def keep_piece(self, name: str, content: bytes) -> None:
        """Keep it for the next run."""


def quasi_random(dimensions: int, draws: int, seed: int, pieces: Pieces | None = None) -> Floats:
    """Numbers in 0-1, (draws, dimensions): a scrambled Sobol sequence.

    Dimensions beyond SciPy's most are pseudo-random numbers of the same seed. Equal
    arguments give equal numbers. The balance of the sequence (``scipy.stats.qmc.Sobol``) needs a
    power of 2 as the number of draws. ``pieces``: where points are kept from run to run.

    Examples
    --------
    >>> points = quasi_random(2, 8, seed=1)
    >>> points.shape, bool((points >= 0).all() and (points < 1).all())
    ((8, 2), True)
    >>> sorted((points[:, 0] * 8).astype(int).tolist())  # one point in every eighth
    [0, 1, 2, 3, 4, 5, 6, 7]
    """
    shape = draws, dimensions
    return _kept(pieces, f"sequence {shape} {seed}", shape, lambda: _sobol(*shape, seed))


def saltelli(sources: int, pairs: int, seed: int, pieces: Pieces | None = None) -> Floats:
    """Saltelli's design on pairs of points (a, b) in 0-1, (pairs · (sources + 2), sources).

    In blocks of a row each: a; for each source a with its column of b; b. ``pieces``: as above.
    """
    shape = pairs * (sources + 2), sources
    return _kept(pieces, f"design {shape} {seed}", shape, lambda: _designed(sources, pairs, seed))


def _kept(
    pieces: Pieces | None, name: str, shape: tuple[int, int], make: Callable[[], Floats]
) -> Floats:
    """Points as they were kept; made where there are none, or another number of them."""
    if pieces is None:
        return make()
    content = pieces.piece(name)
    if content is not None and len(content) == 8 * shape[0] * shape[1]:
        return np.frombuffer(content, np.float64).reshape(shape)
    points = np.ascontiguousarray(make())
    pieces.keep_piece(name, points.tobytes())
    return points


def _sobol(draws: int, dimensions: int, seed: int) -> Floats:
    from scipy.stats import qmc  # half a second that only drawing needs

    used = min(dimensions, qmc.Sobol.MAXDIM)
    first: Floats = qmc.Sobol(used, scramble=True, rng=seed).random(draws)
    if used == dimensions:
        return first
    rest = np.random.default_rng(seed).random((draws, dimensions - used))
    return np.hstack([first, rest])


def _designed(sources: int, pairs: int, seed: int) -> Floats:
    from SALib.sample import sobol  # a second, with SciPy

    names = [f"{i}" for i in range(sources)]
    problem = {"num_vars": sources, "names": names, "bounds": [[0.0, 1.0]] * sources}
    points: Floats = sobol.sample(problem, pairs, calc_second_order=False, seed=seed)
    return points
