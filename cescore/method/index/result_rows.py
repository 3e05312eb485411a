"""Rows of results.csv as they come out of an evaluation: a column of numbers with what all of it shares.

Half a million entities have 590 million rows; made as a table each, their texts cost more than their
numbers. A column keeps each text once, and whoever writes it lays it out as the file wants it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

RESULT_COLUMNS = (
    "entity_type",
    "entity_id",
    "year",
    "kind",
    "code",
    "value",
    "unit",
    "status",
)
Row = tuple[object, ...]  # in the order of RESULT_COLUMNS


@dataclass(frozen=True, eq=False)
class Cells:
    """Whose rows, of which years: the same object for all columns that lie over the same cells."""

    entity_type: str
    entity_id: NDArray[np.object_]
    year: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.year)


@lru_cache(maxsize=32)  # so that the columns of a type still lie over the same cells
def _in_year(cells: Cells, year: int | None) -> tuple[NDArray[np.bool_], Cells]:
    """Which cells are a year's, and these; none of no year."""
    chosen = cells.year == year if year is not None else np.zeros(len(cells), bool)
    return chosen, replace(cells, entity_id=cells.entity_id[chosen], year=cells.year[chosen])


@dataclass(frozen=True, eq=False)
class ResultColumn:
    """Rows of one kind and code: a value and a status for each cell."""

    cells: Cells
    kind: str
    code: str
    unit: str
    value: NDArray[np.float64]
    status: NDArray[np.object_]

    def __len__(self) -> int:
        return len(self.cells)

    @property
    def entity_type(self) -> str:
        return self.cells.entity_type

    def of(self, year: int, kinds: Collection[str]) -> ResultColumn:
        """The rows of a year, where the kind is among those named; else none."""
        chosen, cells = _in_year(self.cells, year if self.kind in kinds else None)
        value, status = self.value[chosen], self.status[chosen]
        return replace(self, cells=cells, value=value, status=status)

    def frame(self) -> pd.DataFrame:
        """The rows as a table with the columns `RESULT_COLUMNS`."""
        import pandas as pd  # of use where a table is asked for alone

        shared: dict[str, Any] = {"entity_id": self.cells.entity_id, "year": self.cells.year}
        own = {name: getattr(self, name) for name in RESULT_COLUMNS if name not in shared}
        return pd.DataFrame({name: (shared | own)[name] for name in RESULT_COLUMNS})


@dataclass(frozen=True, eq=False)
class ResultRecords:
    """Rows of one entity type that were made entity by entity, of any kind."""

    entity_type: str
    rows: Sequence[Row] = field(repr=False)

    def __len__(self) -> int:
        return len(self.rows)

    def of(self, year: int, kinds: Collection[str]) -> ResultRecords:
        """The rows of a year and of the kinds named."""
        at_year, at_kind = RESULT_COLUMNS.index("year"), RESULT_COLUMNS.index("kind")
        kept = [row for row in self.rows if row[at_year] == year and row[at_kind] in kinds]
        return replace(self, rows=kept)

    def frame(self) -> pd.DataFrame:
        """The rows as a table with the columns `RESULT_COLUMNS`."""
        import pandas as pd  # of use where a table is asked for alone

        table = pd.DataFrame(list(self.rows), columns=list(RESULT_COLUMNS))
        return table.assign(value=table["value"].astype(float))


ResultPart = ResultColumn | ResultRecords


def as_frame(parts: Collection[ResultPart]) -> pd.DataFrame:
    """All rows in one table; with the columns even where there are none."""
    import pandas as pd

    frames = [part.frame() for part in parts if len(part)]
    if not frames:
        return pd.DataFrame({name: pd.Series(dtype=object) for name in RESULT_COLUMNS})
    return pd.concat(frames, ignore_index=True)
