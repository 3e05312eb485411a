"""Whose figures an earlier edition's sums held: who, where each lay, and about how large they were.

A final edition less a preliminary one tells what came in between: a late return, a figure added to
one, a slip of the unit put right, a firm that was counted elsewhere before, or is counted no more.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from string import ascii_letters, digits

SIZES = digits + ascii_letters  # one after the other 10^(1/4) times as large
STEPS = 4  # to a power of ten
SMALLEST = -3  # power of ten of the first
NOTHING = "."
ROUNDED = 10 ** (0.5 / STEPS)  # how far off, as a factor, a size may be


def size_of(value: float) -> str:
    """A character for about how large a value is.

    Examples
    --------
    >>> [size_of(value) for value in (0, 1, 100, 120, 1e30)]
    ['.', 'c', 'k', 'k', 'Z']
    """
    if not value:
        return NOTHING
    place = round(STEPS * (math.log10(abs(value)) - SMALLEST))
    return SIZES[min(max(place, 0), len(SIZES) - 1)]


def value_of(size: str) -> float:
    """About the value that a character stands for; 0 for none."""
    return 0.0 if size == NOTHING else float(10 ** (SIZES.index(size) / STEPS + SMALLEST))


@dataclass(frozen=True)
class EarlierSums:
    """What an edition's sums of a year held.

    Attributes
    ----------
    chains
        Respondent -> the bodies that it counted in, in the order of the ids; none where the edition
        did not keep them.
    sizes
        Code -> a character a respondent, in that order, for about how much it had returned.
    """

    chains: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sizes: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, respondents: Iterable[str]) -> EarlierSums:
        """Those of whom nothing else was kept."""
        return cls(dict.fromkeys(sorted(respondents), ()))

    def renamed(self, ids: Mapping[str, str], codes: Mapping[str, str]) -> EarlierSums:
        """The same of entities and quantities that have another code since: old code -> new."""
        chains = {
            ids.get(e, e): tuple(ids.get(body, body) for body in chain)
            for e, chain in self.chains.items()
        }
        return EarlierSums(chains, {codes.get(c, c): size for c, size in self.sizes.items()})

    def returned(self, code: str) -> Mapping[str, float]:
        """About what each respondent had returned; NaN where the edition did not keep it."""
        sizes = self.sizes.get(code)
        if sizes is None:
            return dict.fromkeys(self.chains, math.nan)
        return dict(zip(self.chains, map(value_of, sizes), strict=True))
