"""Who moves, and how far, when a type is ranked under another setting than the official one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from cescore.method.disclosure.rules import ranks
from cescore.method.index.influence import correlation
from cescore.method.index.rescoring import Rescored

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Rows = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Moves:
    """Index and rank of each entity under the official setting and under another; arrays follow
    ``entities``, NaN where an index does not stand as a rating. Who is part of another entity of
    the type (``is_ranked`` false) has an index and no rank: it would stand twice."""

    entities: tuple[str, ...]
    names: tuple[str, ...]
    official: Floats
    index: Floats
    is_ranked: Bools

    @classmethod
    def between(
        cls, official: Rescored, other: Rescored, names: Sequence[str], is_ranked: Bools
    ) -> Moves:
        """The moves from one setting of a type to another."""
        entities = official.indicators.entities
        return cls(entities, tuple(names), official.rated, other.rated, is_ranked)

    @cached_property
    def official_rank(self) -> Floats:
        return self._places(self.official)

    @cached_property
    def rank(self) -> Floats:
        return self._places(self.index)

    @cached_property
    def places_up(self) -> Floats:
        """Places won (below 0: lost) against the official ranking; NaN without a rank in both."""
        return self.official_rank - self.rank

    @property
    def difference(self) -> Floats:
        """The index less the official one [points]."""
        return self.index - self.official

    @property
    def moved(self) -> int:
        """How many hold another rank."""
        return int(np.nansum(self.places_up != 0) - np.isnan(self.places_up).sum())

    @property
    def mean_shift(self) -> float:
        """Mean absolute difference of rank [ranks]; NaN where nobody has two."""
        both = self.places_up[np.isfinite(self.places_up)]
        return float(np.abs(both).mean()) if both.size else float("nan")

    @property
    def agreement(self) -> float:
        """Spearman's correlation of the two rankings."""
        return correlation(self.official_rank, self.rank)

    def by_rank(self, most: int) -> Rows:
        """Rows of the best, in the order of their rank here; those without one last."""
        return np.lexsort((self.official_rank, self.rank))[:most]

    def by_move(self, most: int) -> Rows:
        """Rows of those that move most, up or down; then by rank."""
        size = np.nan_to_num(np.abs(self.places_up), nan=-1.0)
        return np.lexsort((self.rank, -size))[:most]

    def _places(self, index: Floats) -> Floats:
        placed = ranks(np.where(self.is_ranked, index, np.nan), 1)
        return np.array([np.nan if rank is None else rank for rank in placed], float)
