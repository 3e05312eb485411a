"""Rows of observations that needed a second look, column by column.

They are few beside the plain rows of a grid: a table of arrays, for which no library of tables is loaded.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

TYPES: Mapping[str, type[np.generic]] = {
    "entity": np.int32,
    "variable": np.int32,
    "year": np.int32,
    "value": np.float64,
    "status": np.int8,
    "flags": np.uint8,
    "basis": np.int8,
    "file": np.int32,
    "line": np.int64,
    "text": np.object_,
    "source": np.object_,
}


@dataclass(frozen=True, eq=False)
class LooseRows:
    """Columns of equal length, by name and of a type each as `TYPES` says."""

    columns: Mapping[str, NDArray[Any]]

    @classmethod
    def of(cls, columns: Mapping[str, NDArray[Any]]) -> Self:
        """A table of these columns, each in its type."""
        return cls({name: columns[name].astype(kind) for name, kind in TYPES.items()})

    @classmethod
    def of_rows(cls, rows: Sequence[Mapping[str, Any]]) -> Self:
        """A table of rows, each by column."""
        return cls(
            {name: np.array([row[name] for row in rows], kind) for name, kind in TYPES.items()}
        )

    @classmethod
    def joined(cls, tables: Iterable[Self]) -> Self:
        """The rows of all tables, one table after the other."""
        known = [cls.of_rows(()), *tables]
        return cls({name: np.concatenate([t.columns[name] for t in known]) for name in TYPES})

    def __len__(self) -> int:
        return len(self.columns["line"])

    def __getitem__(self, name: str) -> NDArray[Any]:
        return self.columns[name]

    def taken(self, rows: NDArray[np.bool_] | NDArray[np.int64]) -> Self:
        """Some of the rows, by a mask or by their positions."""
        return type(self)({name: column[rows] for name, column in self.columns.items()})

    def without(self, rows: Sequence[int]) -> Self:
        """All rows but those at some positions."""
        kept = np.ones(len(self), bool)
        kept[np.array(rows, np.int64)] = False
        return self.taken(kept)

    def sorted_by(self, *names: str) -> Self:
        """In the order of some columns, the first above the next; of equal ones as they stood."""
        return self.taken(np.lexsort([self.columns[name] for name in reversed(names)]))

    def row(self, at: int) -> dict[str, Any]:
        """The cells of one row by column."""
        return {name: column[at : at + 1].tolist()[0] for name, column in self.columns.items()}
