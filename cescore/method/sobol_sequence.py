"""Scrambled Sobol sequences, point by point those of `scipy.stats.qmc.Sobol`.

Importing SciPy's statistics takes longer than everything that is drawn with them, so the sequence
is made here from SciPy's own direction numbers.

References
----------
S. Joe, F. Y. Kuo, SIAM J. Sci. Comput. 30 (2008): direction numbers; P. Bratley, B. L. Fox, ACM TOMS 14
(1988), algorithm 659: recurrence and Gray code; J. Matoušek, J. Complexity 14 (1998): linear
scrambling with a digital shift.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bits = NDArray[np.uint32]

BITS = 30  # of each coordinate
MOST_DIMENSIONS = 21201  # of the table of direction numbers
_POWERS = np.uint32(1) << np.arange(BITS, dtype=np.uint32)


def scrambled_sobol(dimensions: int, draws: int, seed: int) -> Floats:
    """The first points of a scrambled Sobol sequence in the unit cube, (draws, dimensions).

    x_n = x_(n-1) XOR v_c, with c the lowest zero bit of n - 1 and v the direction numbers, their
    bits multiplied by a random lower triangular matrix; x_0 is a random shift.

    Parameters
    ----------
    dimensions
        From 1 to `MOST_DIMENSIONS`.
    draws
        A power of 2.
    seed
        Of matrix and shift: equal arguments give equal points.

    Examples
    --------
    >>> points = scrambled_sobol(2, 4, seed=1)
    >>> sorted((points[:, 1] * 4).astype(int).tolist())  # one point in every quarter
    [0, 1, 2, 3]
    """
    (random,) = np.random.default_rng(seed).spawn(1)
    drawn = random.integers(0, 2, size=(dimensions, BITS), dtype=np.uint32)
    shift = drawn @ _POWERS
    matrices = np.tril(random.integers(0, 2, size=(dimensions, BITS, BITS), dtype=np.uint32))
    matrices[:, range(BITS), range(BITS)] = 1
    vectors = _multiplied(matrices, direction_numbers(dimensions))
    numbers = np.arange(draws - 1)
    lowest_zero = np.bitwise_count(numbers ^ (numbers + 1)).astype(np.int64) - 1
    steps = np.vstack([shift, vectors[:, lowest_zero].T])
    return np.bitwise_xor.accumulate(steps, axis=0) / float(1 << BITS)


def _multiplied(matrices: Bits, vectors: Bits) -> Bits:
    """Matrices over GF(2), (n, bits, bits), times the bits of numbers, (n, numbers), the highest first."""
    falling = _POWERS[::-1]
    bits = (vectors[:, :, None] & falling != 0).astype(np.float32)
    odd = (bits @ matrices.transpose(0, 2, 1).astype(np.float32)).astype(np.uint32) & 1
    product: Bits = odd @ falling
    return product


@lru_cache(maxsize=16)
def direction_numbers(dimensions: int) -> Bits:
    """SciPy's direction numbers of the first dimensions, (dimensions, bits), as fractions of 2^bits.

    v_j = v_(j-m) XOR 2 a_1 v_(j-1) XOR … XOR 2^m a_m v_(j-m), with a_1 … a_m the coefficients of a
    dimension's primitive polynomial of degree m, from its m initial numbers.
    """
    polynomials, initial = (column[:dimensions] for column in _table())
    degrees = np.frexp(polynomials)[1] - 1
    numbers = np.zeros((len(polynomials), BITS), np.uint32)
    numbers[0] = 1
    for degree in range(1, int(degrees.max()) + 1):
        rows = degrees == degree
        own, polynomial = numbers[rows], polynomials[rows]
        own[:, :degree] = initial[rows, :degree]
        for j in range(degree, BITS):
            own[:, j] = own[:, j - degree]
            for k in range(degree):
                has = (polynomial >> (degree - 1 - k)) & 1
                own[:, j] ^= has.astype(np.uint32) * (own[:, j - k - 1] << np.uint32(k + 1))
        numbers[rows] = own
    return numbers * _POWERS[::-1]


@lru_cache(maxsize=1)
def _table() -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Polynomials and initial numbers, a row per dimension, as SciPy ships them."""
    shipped = files("scipy") / "stats" / "_sobol_direction_numbers.npz"
    with shipped.open("rb") as file, np.load(file) as table:
        return table["poly"], table["vinit"]
