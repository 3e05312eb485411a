"""Returned values as arrays, by entity type: what a plain row becomes.

A row of a long table takes some 100 bytes as a frame, a cell of an array eleven. Rows that need a
second look (a doubtful cell, a year outside the panel, a second row for one cell, a correction) are
no part of a grid: they stand in the frame of `Observations`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cescore.definitions.model import Variable
from cescore.intake.observations.keys import Keys
from cescore.intake.observations.statuses import ESTIMATED, MISSING, NOT_APPLICABLE
from cescore.intake.register.entities import Register
from cescore.method.column import LARGE, Flag, State
from cescore.method.shelf import Shelf

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

STATE_OF_STATUS = np.zeros(4, np.uint8)
STATE_OF_STATUS[NOT_APPLICABLE] = State.NOT_APPLICABLE
STATE_OF_STATUS[MISSING] = State.MISSING
_STATUS_OF_STATE = {State.NOT_APPLICABLE: NOT_APPLICABLE, State.MISSING: MISSING}


def holds(variable: Variable, entity_type: str) -> bool:
    """Whether a type's array has a row for a variable: a quantity that the type may return."""
    return variable.kind != "code" and (
        not variable.entity_types or entity_type in variable.entity_types
    )


@dataclass(frozen=True, eq=False)
class TypeGrid:
    """One entity type's cells: arrays of shape (codes, entities, years), and texts by code."""

    codes: tuple[str, ...]
    values: NDArray[np.float64]
    state: NDArray[np.uint8]
    flags: NDArray[np.uint8]
    has_row: Bools
    texts: dict[str, NDArray[np.object_]] = field(default_factory=dict)

    @classmethod
    def empty(cls, codes: Sequence[str], entities: int, years: int) -> TypeGrid:
        """No row yet; the arrays of a large type lie on a shelf."""
        shape = (len(codes), entities, years)
        full: Callable[..., NDArray[Any]] = np.full
        if len(codes) * entities * years > LARGE:
            full = Shelf().full
        return cls(
            tuple(codes),
            full(shape, np.nan, np.float64),
            full(shape, State.MISSING, np.uint8),
            full(shape, 0, np.uint8),
            full(shape, False, np.bool_),
        )


@dataclass(frozen=True)
class Rows:
    """Rows as positions and numbers, one array each."""

    entity: Ints
    variable: Ints
    year: Ints
    value: NDArray[np.float64]
    status: Ints
    basis: Ints
    text: NDArray[np.object_] | None = None  # of codes; None where no row is one

    def taken(self, at: Ints) -> Rows:
        """Some of the rows, in rising order; all of them are these rows themselves."""
        if len(at) == len(self.year):
            return self
        text = None if self.text is None else self.text[at]
        first = (self.entity[at], self.variable[at], self.year[at], self.value[at])
        return Rows(*first, self.status[at], self.basis[at], text)


class Grid:
    """The grids of all types over some years, and the strictest basis of each entity's values."""

    def __init__(
        self, register: Register, variables: Mapping[str, Variable], years: Sequence[int]
    ) -> None:
        self.years = tuple(years)
        self.variables = tuple(variables)
        self.types = register.types
        at = {entity_type: i for i, entity_type in enumerate(self.types)}
        self._type_of = np.array([at[e.entity_type] for e in register], np.int64)
        self._row_of = np.zeros(len(register), np.int64)
        sizes = np.zeros(len(self.types), np.int64)
        for i in range(len(self.types)):
            mine = self._type_of == i
            sizes[i] = mine.sum()
            self._row_of[mine] = np.arange(sizes[i])
        self._code_at = np.full((len(self.types), len(variables)), -1, np.int64)
        self._sizes, self._kinds = sizes, dict(variables)
        self._made: dict[str, TypeGrid] = {}
        self._basis = np.zeros((len(register), len(self.years)), np.uint8)
        self.received: dict[int, int] = {}  # rows by year

    def __len__(self) -> int:
        return sum(self.received.values())

    def of(self, entity_type: str) -> TypeGrid | None:
        """A type's cells; None where no plain row of it was read."""
        return self._made.get(entity_type)

    def accepts(self, rows: Rows) -> Bools:
        """Rows that have a cell here: a year of the panel, and no row there yet, nor in these rows."""
        inside = (
            (rows.year >= self.years[0]) & (rows.year <= self.years[-1])
            if self.years
            else (np.zeros(len(rows.year), bool))
        )
        key = Keys(len(self.variables)).of(rows.entity, rows.variable, rows.year)
        order = np.argsort(key, kind="stable")
        again = np.zeros(len(key), bool)
        again[order[1:]] = key[order[1:]] == key[order[:-1]]
        again[order[:-1]] |= key[order[1:]] == key[order[:-1]]
        free = inside & ~again
        for grid, use in self._by_type(rows, free):
            free[use] = ~self._taken(grid, rows, use)
        return free

    def put(self, rows: Rows) -> None:
        """Enter rows that `accepts` let through."""
        years, counts = np.unique(rows.year, return_counts=True)
        for year, count in zip(years.tolist(), counts.tolist(), strict=True):
            self.received[year] = self.received.get(year, 0) + count
        y = rows.year - (self.years[0] if self.years else 0)
        known = rows.status <= ESTIMATED
        np.maximum.at(self._basis, (rows.entity[known], y[known]), _STRICT[rows.basis[known]])
        for grid, use in self._by_type(rows, np.ones(len(y), bool)):
            self._enter(grid, rows, use, y)

    def take(self, entity: int, variable: int, year: int) -> dict[str, Any] | None:
        """Take one row out again, to be looked at or corrected; None where there is none."""
        grid = self._made.get(self.types[self._type_of[entity]])
        if grid is None or year not in self.years:
            return None
        i, j = int(self._row_of[entity]), self.years.index(year)
        v = int(self._code_at[self._type_of[entity], variable])
        text = ""
        if v < 0:
            texts = grid.texts.get(self.variables[variable])
            if texts is None or texts[i, j] is None:
                return None
            text, texts[i, j] = texts[i, j], None
            status, value = 0 if text else MISSING, np.nan
        else:
            if not grid.has_row[v, i, j]:
                return None
            state, value = State(int(grid.state[v, i, j])), float(grid.values[v, i, j])
            flags = int(grid.flags[v, i, j])
            status = _STATUS_OF_STATE.get(state, ESTIMATED if flags & Flag.ESTIMATED else 0)
            grid.has_row[v, i, j], grid.state[v, i, j] = False, State.MISSING
            grid.values[v, i, j], grid.flags[v, i, j] = np.nan, 0
        self.received[year] -= 1
        row = {"entity": entity, "variable": variable, "year": year, "value": value}
        basis = int(_LOOSE[self._basis[entity, j]])
        return row | {"status": status, "flags": 0, "basis": basis, "text": text}

    def has(self, entity: int, variable: int, year: int) -> bool:
        """Whether a row of a cell stands here."""
        grid = self._made.get(self.types[self._type_of[entity]])
        if grid is None or year not in self.years:
            return False
        i, j = int(self._row_of[entity]), self.years.index(year)
        v = int(self._code_at[self._type_of[entity], variable])
        if v < 0:
            texts = grid.texts.get(self.variables[variable])
            return texts is not None and texts[i, j] is not None
        return bool(grid.has_row[v, i, j])

    def mark(self, entity: int) -> bytes:
        """Bytes that are others whenever another cell of an entity has a row here."""
        grid = self._made.get(self.types[self._type_of[entity]])
        if grid is None:
            return b""
        row = int(self._row_of[entity])
        texts = {code: texts[row].tolist() for code, texts in grid.texts.items()}
        return grid.has_row[:, row].tobytes() + repr(texts).encode()

    def bases(self, year: int) -> NDArray[np.uint8]:
        """The strictest basis of each entity's values of a year, by its place in `_STRICT`'s order."""
        nothing = np.zeros(len(self._basis), np.uint8)
        return self._basis[:, self.years.index(year)] if year in self.years else nothing

    def is_of_survey(self, entity: int, year: int) -> bool:
        """Whether a value of an entity and year is of a statistical survey, the strictest basis."""
        return int(self.bases(year)[entity]) == int(_STRICT.max())

    def _grid(self, number: int) -> TypeGrid:
        entity_type = self.types[number]
        if entity_type not in self._made:
            codes = [c for c, v in self._kinds.items() if holds(v, entity_type)]
            for position, code in enumerate(codes):
                self._code_at[number, self.variables.index(code)] = position
            size = int(self._sizes[number])
            self._made[entity_type] = TypeGrid.empty(codes, size, len(self.years))
        return self._made[entity_type]

    def _by_type(self, rows: Rows, among: Bools) -> list[tuple[TypeGrid, Ints]]:
        """Each type's grid with the positions of its rows."""
        kind = self._type_of[rows.entity]
        present = np.unique(kind[among]).tolist()
        return [(self._grid(n), np.flatnonzero(among & (kind == n))) for n in present]

    def _cells(self, rows: Rows, use: Ints) -> tuple[Ints, Ints, Ints]:
        entity = rows.entity[use]
        v = self._code_at[self._type_of[entity], rows.variable[use]]
        return v, self._row_of[entity], rows.year[use] - self.years[0]

    def _taken(self, grid: TypeGrid, rows: Rows, use: Ints) -> Bools:
        v, i, j = self._cells(rows, use)
        taken = (v >= 0) & grid.has_row[np.maximum(v, 0), i, j] if grid.codes else v >= 0
        variable = rows.variable[use]
        for code in np.unique(variable[v < 0]).tolist() if grid.texts else ():
            mine, texts = (v < 0) & (variable == code), grid.texts.get(self.variables[code])
            if texts is not None:
                taken[mine] = has_text(texts[i[mine], j[mine]])
        return taken

    def _enter(self, grid: TypeGrid, rows: Rows, use: Ints, y: Ints) -> None:
        v, i, j = self._cells(rows, use)
        number = v >= 0
        at = (v[number], i[number], j[number])
        status = rows.status[use][number]
        state = STATE_OF_STATUS[status]
        present = state == State.PRESENT
        grid.values[at] = np.where(present, rows.value[use][number], np.nan)
        grid.state[at] = state
        grid.has_row[at] = True
        estimated = present & (
            status == ESTIMATED
        )  # elsewhere 0 already: such pages take no memory
        grid.flags[v[number][estimated], i[number][estimated], j[number][estimated]] = (
            Flag.ESTIMATED
        )
        if rows.text is None or number.all():
            return
        shape = (grid.has_row.shape[1], len(self.years))
        words, variable = rows.text[use], rows.variable[use]
        for code in np.unique(variable[~number]).tolist():
            mine = ~number & (variable == code)
            texts = grid.texts.setdefault(self.variables[code], np.full(shape, None, object))
            texts[i[mine], j[mine]] = words[mine]


def has_text(texts: NDArray[np.object_]) -> Bools:
    """Where there is a text, be it an empty one; elsewhere None stands."""
    found: Bools = texts != np.array(None, object)
    return found


# Places in ("", "administrative", "consented", "statistical"), the strictest last, for places in BASES.
_STRICT = np.array([0, 3, 1, 2], np.uint8)
_LOOSE = np.array([0, 2, 3, 1], np.uint8)
