"""Sobol indices of the sources of a design: which share of a variance each of them explains.

Bit by bit what SALib's analysis gives, without the second that it takes to load.

References
----------
A. Saltelli et al., Comput. Phys. Commun. 181 (2010), table 2: the estimators (b) of the first order and
(f), after Jansen, of the total; G. Archer, A. Saltelli, I. Sobol, J. Stat. Comput. Simul. 58 (1997): their
intervals by resampling.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
RESAMPLES = 100
Z_95 = 1.959963984540054  # the normal distribution's 97.5 %


@dataclass(frozen=True, eq=False)
class DesignAnswers:
    """What a design in blocks of (a, a with one column of b each, b) was answered with.

    Attributes
    ----------
    a, b
        (pairs, …): of each pair's two points.
    between
        For each source, (pairs, …): of a with the source's number of b.
    """

    a: Floats
    between: tuple[Floats, ...]
    b: Floats

    @classmethod
    def of(cls, values: Floats, sources: int) -> DesignAnswers:
        """Values by row of the design, (rows, …), each centred and of variance 1 over all rows; what
        never varies is 0."""
        spread = values.std(axis=0)
        standard = (values - values.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
        blocks = standard.reshape(-1, sources + 2, *values.shape[1:])
        between = tuple(blocks[:, 1 + i] for i in range(sources))
        return cls(blocks[:, 0], between, blocks[:, -1])

    def first_orders(self) -> Floats:
        """What each source explains by itself [shares of the variance], (sources, …)."""
        return np.array([_first_order(self.a, ab, self.b) for ab in self.between])

    def total_orders(self) -> Floats:
        """What each source explains with all it acts together with, (sources, …)."""
        return np.array([_total_order(self.a, ab, self.b) for ab in self.between])

    def half_widths(self, seed: int) -> tuple[Floats, Floats]:
        """Half-widths of 95 % intervals of both, from 100 resamples of the pairs; of one value a row."""
        pairs = len(self.a)
        drawn = np.random.default_rng(seed).integers(pairs, size=(pairs, RESAMPLES))
        a, b = self.a[drawn], self.b[drawn]
        between = [ab[drawn] for ab in self.between]
        first = [Z_95 * _first_order(a, ab, b).std(ddof=1) for ab in between]
        total = [Z_95 * _total_order(a, ab, b).std(ddof=1) for ab in between]
        return np.array(first), np.array(total)


def _first_order(a: Floats, ab: Floats, b: Floats) -> Floats:
    """mean(b · (ab - a)) / variance(a, b)."""
    return _share(np.mean(b * (ab - a), axis=0), a, b)


def _total_order(a: Floats, ab: Floats, b: Floats) -> Floats:
    """mean((a - ab)²) / 2 / variance(a, b)."""
    return _share(0.5 * np.mean((a - ab) ** 2, axis=0), a, b)


def _share(explained: Floats, a: Floats, b: Floats) -> Floats:
    """Of the variance of all independent rows; 0 where there is none."""
    variance = np.var(np.concatenate([a, b]), axis=0)
    varies = variance > np.finfo(float).eps
    share: Floats = np.divide(explained, variance, out=np.zeros_like(variance), where=varies)
    return share
