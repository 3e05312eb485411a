"""One number for each cell: an entity, a variable and a year, packed in one place."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

_YEARS = 10_000


@dataclass(frozen=True)
class Keys:
    """Packs positions in the register and the dictionary, and a year, so that keys of one entity
    stand together."""

    variables: int

    def of(self, entity: ArrayLike, variable: ArrayLike, year: ArrayLike) -> NDArray[np.int64]:
        """The keys of some cells."""
        wide = np.asarray(entity, np.int64) * max(self.variables, 1)
        return (wide + np.asarray(variable, np.int64)) * _YEARS + np.asarray(year, np.int64)

    def one(self, entity: int, variable: int, year: int) -> int:
        """The key of one cell."""
        return (entity * max(self.variables, 1) + variable) * _YEARS + year

    def of_entity(self, entity: int) -> tuple[int, int]:
        """The first key of an entity, and the one after its last."""
        width = max(self.variables, 1) * _YEARS
        return entity * width, (entity + 1) * width

    def entity_of(self, key: int) -> int:
        return key // (max(self.variables, 1) * _YEARS)

    def cell(self, key: int) -> tuple[int, int, int]:
        """Entity, variable and year of a key."""
        rest, year = divmod(key, _YEARS)
        entity, variable = divmod(rest, max(self.variables, 1))
        return entity, variable, year
