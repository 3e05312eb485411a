"""The usable rows of all sources: one row per entity, variable and year."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cescore.intake.address import Address, of_row
from cescore.intake.findings import Context, FindingLog
from cescore.intake.observations.arrays import Grid
from cescore.intake.observations.keys import Keys
from cescore.intake.observations.loose_rows import LooseRows
from cescore.intake.observations.places import Places
from cescore.intake.observations.statuses import BASES, STATUSES
from cescore.intake.wording import Phrase, phrase


@dataclass(frozen=True, eq=False)
class Observations:
    """The rows that can be used, one per entity, variable and year.

    Plain rows stand in ``grid``, and ``places`` finds where each was read. ``frame`` holds the rows
    that needed a second look, as positions in ``entities``, ``variables`` and ``files``, the year,
    the value in the variable's unit, status and basis as positions in STATUSES and BASES, the flags
    of `method.column`, the line, the text of a code, and the source that the row names. No cell is
    in both.
    """

    entities: tuple[str, ...]
    variables: tuple[str, ...]
    files: tuple[str, ...]
    frame: LooseRows
    grid: Grid
    places: Places

    @property
    def received(self) -> tuple[int, ...]:
        """The years of which there is any row."""
        known = set(self.frame["year"].tolist())
        known |= {year for year, count in self.grid.received.items() if count}
        return tuple(sorted(known))

    @property
    def keys(self) -> Keys:
        return Keys(len(self.variables))

    @cached_property
    def key(self) -> NDArray[np.int64]:
        """The key of each row of the frame."""
        return self.keys.of(self.frame["entity"], self.frame["variable"], self.frame["year"])

    def is_of_survey(self, entity: int, year: int) -> bool:
        """Whether any of an entity's rows of a year was returned under a statistical survey."""
        mine = (self.frame["entity"] == entity) & (self.frame["year"] == year)
        is_survey = bool((self.frame["basis"][mine] == BASES.index("statistical")).any())
        return is_survey or self.grid.is_of_survey(entity, year)

    def with_rows_of(self, cells: Iterable[tuple[int, int, int]]) -> Observations:
        """The same, with the rows of some cells (entity, variable, year) in the frame."""
        taken = {cell: row for cell in dict.fromkeys(cells) if (row := self.grid.take(*cell))}
        if not taken:
            return self
        keys = self.keys.of(*(np.array(part) for part in zip(*taken, strict=True)))
        found = self.places.of_keys(keys)
        known = set(zip(self.frame["file"].tolist(), self.frame["line"].tolist(), strict=True))
        rows = []
        for key, row in zip(keys.tolist(), taken.values(), strict=True):
            where = ((f, n, s) for _, f, n, s in found.between(key, key + 1) if (f, n) not in known)
            file, line, source = next(where)
            rows.append({**row, "file": file, "line": line, "source": source})
        frame = LooseRows.joined([self.frame, LooseRows.of_rows(rows)])
        return replace(self, frame=frame.sorted_by("file", "line"))


def without_duplicates(observations: Observations, log: FindingLog) -> Observations:
    """One row per entity, variable and year: of equal rows the first, of others none."""
    frame = observations.frame
    order = np.argsort(observations.key, kind="stable")
    _, begins, counts = np.unique(observations.key[order], return_index=True, return_counts=True)
    drop: list[int] = []
    for begin, n in zip(begins[counts > 1].tolist(), counts[counts > 1].tolist(), strict=True):
        positions = order[begin : begin + n]
        rows = frame.taken(positions)
        same = all(_is_same_throughout(rows[name]) for name in ("value", "status", "text"))
        drop.extend(positions[1:].tolist() if same else positions.tolist())
        _tell_duplicate(rows, same, observations, log)
    return replace(observations, frame=frame.without(drop)) if drop else observations


def _is_same_throughout(column: NDArray[Any]) -> bool:
    """Whether all cells say the same, be it no number at all."""
    first = column[0]
    is_nothing = isinstance(first, float) and np.isnan(first)
    return bool(np.isnan(column).all() if is_nothing else (column == first).all())


def place_and_value(at: Address, value: str) -> Phrase:
    """Where a row stands, and its value."""
    if at.sheet:
        return phrase("cell_value", place=str(at), value=value)
    return phrase("row_value", file=at.file, n=at.row, value=value)


def shown_value(text: str, value: float, status: int) -> str:
    """A value as a finding shows it; what has none by its status."""
    return text or ("" if np.isnan(value) else f"{value:.15g}") or STATUSES[status]


def _tell_duplicate(
    rows: LooseRows, same: bool, observations: Observations, log: FindingLog
) -> None:
    first = rows.row(0)
    shown = [
        shown_value(text, value, status)
        for text, value, status in zip(rows["text"], rows["value"], rows["status"], strict=True)
    ]
    told = tuple(
        place_and_value(of_row(observations.files[f], int(n), source), value)
        for f, n, source, value in zip(
            rows["file"], rows["line"], rows["source"], shown, strict=True
        )
    )
    here = Context(
        log,
        of_row(observations.files[first["file"]], int(first["line"]), first["source"]),
        observations.entities[first["entity"]],
        int(first["year"]),
        observations.variables[first["variable"]],
    )
    if same:
        here.warning("duplicate_row", rows=told)
    else:
        here.error("conflicting_rows", rows=told)
