"""The usable rows of all files as one table: one row per entity, variable and year."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from cescore.intake.findings import FindingLog

if TYPE_CHECKING:
    from cescore.intake.grid import Grid
    from cescore.intake.parquet import Places

STATUSES = ("reported", "estimated", "not_applicable", "missing")
REPORTED, ESTIMATED, NOT_APPLICABLE, MISSING = range(4)
BASES = ("", "statistical", "administrative", "consented")


@dataclass(frozen=True, eq=False)
class Observations:
    """The rows that can be used, one per entity, variable and year.

    ``frame`` holds positions in ``entities``, ``variables`` and ``files``, the year, the value in
    the variable's unit, status and basis as positions in STATUSES and BASES, the flags of
    `method.column`, the line, the text of a code, and the source that the row names. Plain rows of
    Parquet files stand in ``grid`` instead, and ``places`` finds where; no cell is in both.
    """

    entities: tuple[str, ...]
    variables: tuple[str, ...]
    files: tuple[str, ...]
    frame: pd.DataFrame
    grid: Grid | None = None
    places: Places | None = None

    @property
    def received(self) -> tuple[int, ...]:
        """The years of which there is any row."""
        known = set(self.frame["year"].tolist())
        if self.grid is not None:
            known |= {year for year, count in self.grid.received.items() if count}
        return tuple(sorted(known))

    def with_rows_of(self, cells: Iterable[tuple[int, int, int]]) -> Observations:
        """The same, with the rows of some cells (entity, variable, year) in the frame."""
        grid, places = self.grid, self.places
        if grid is None or places is None:
            return self
        taken = {cell: row for cell in dict.fromkeys(cells) if (row := grid.take(*cell))}
        if not taken:
            return self
        keys = self.key_of(*(np.array(part) for part in zip(*taken, strict=True)))
        found, known = (
            places.of_keys(keys),
            set(zip(self.frame["file"], self.frame["line"], strict=True)),
        )
        rows = []
        for key, row in zip(keys.tolist(), taken.values(), strict=True):
            where = ((f, n, s) for _, f, n, s in found.between(key, key + 1) if (f, n) not in known)
            file, line, source = next(where)
            rows.append({**row, "file": file, "line": line, "source": source})
        added = pd.DataFrame(rows)[list(self.frame.columns)].astype(self.frame.dtypes.to_dict())
        frame = pd.concat([self.frame, added], ignore_index=True) if len(self.frame) else added
        frame = frame.sort_values(["file", "line"], kind="stable", ignore_index=True)
        return replace(self, frame=frame)

    @cached_property
    def key(self) -> NDArray[np.int64]:
        """One number per entity, variable and year."""
        return self.key_of(self.frame["entity"], self.frame["variable"], self.frame["year"])

    def key_of(self, entity: ArrayLike, variable: ArrayLike, year: ArrayLike) -> NDArray[np.int64]:
        """Keys for positions in ``entities`` and ``variables`` and years."""
        wide = np.asarray(entity, np.int64) * max(len(self.variables), 1)
        return (wide + np.asarray(variable, np.int64)) * 10_000 + np.asarray(year, np.int64)


def without_duplicates(observations: Observations, log: FindingLog) -> Observations:
    """One row per entity, variable and year: of equal rows the first, of others none."""
    frame = observations.frame
    twice = pd.Series(observations.key).duplicated(keep=False).to_numpy()
    if not twice.any():
        return observations
    drop: list[int] = []
    groups = pd.Series(np.flatnonzero(twice)).groupby(observations.key[twice])
    for _, positions in groups:
        rows = frame.iloc[positions.to_numpy()]
        same = rows[["value", "status", "text"]].drop_duplicates().shape[0] == 1
        drop.extend(rows.index[1:] if same else rows.index)
        _tell_duplicate(rows, same, observations, log)
    return replace(observations, frame=frame.drop(index=drop).reset_index(drop=True))


def _tell_duplicate(
    rows: pd.DataFrame, same: bool, observations: Observations, log: FindingLog
) -> None:
    first = rows.iloc[0]
    places = [
        f"{observations.files[f]} row {n}" for f, n in zip(rows["file"], rows["line"], strict=True)
    ]
    shown = [
        text or ("" if np.isnan(value) else f"{value:.15g}") or STATUSES[status]
        for text, value, status in zip(rows["text"], rows["value"], rows["status"], strict=True)
    ]
    found = "; ".join(f"{place}: {value}" for place, value in zip(places, shown, strict=True))
    log.add(
        "warning" if same else "error",
        "duplicate_row" if same else "conflicting_rows",
        file=observations.files[first["file"]],
        place=f"row {first['line']}",
        entity_id=observations.entities[first["entity"]],
        year=int(first["year"]),
        variable=observations.variables[first["variable"]],
        found=found,
        expected="one row; the first is used" if same else "one row; none of them is used",
    )
