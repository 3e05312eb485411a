"""Observations laid out as one panel per entity type, sums over bodies named as such."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from cescore.definitions.model import Variable
from cescore.intake.address import Address, of_row
from cescore.intake.observations.arrays import STATE_OF_STATUS, Grid, TypeGrid, has_text, holds
from cescore.intake.observations.carrying import Amounts, carry_back, lines_back
from cescore.intake.observations.observations import Observations
from cescore.intake.observations.statuses import ESTIMATED
from cescore.intake.register.entities import Entity, Register
from cescore.method.column import Column, Flag, Panel, State

_WHERE = ("file", "line", "source")
SUM_OF = "sum of "  # begins the source of a value that adds up others
_BASIS_RANK = ("", "administrative", "consented", "statistical")  # the strictest counts


@dataclass(frozen=True)
class SumCheck:
    """A body's own figure beside the sum of the bodies in it."""

    entity_id: str
    year: int
    variable: str
    own: float
    total: float
    parts: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Cube:
    """All variables of one entity type: arrays of shape (variables, entities, years)."""

    entities: tuple[Entity, ...]
    codes: tuple[str, ...]
    years: tuple[int, ...]
    values: NDArray[np.float64]
    state: NDArray[np.uint8]
    flags: NDArray[np.uint8]
    has_row: NDArray[np.bool_]  # a row was received, be it to say that there is no value

    @cached_property
    def row_of(self) -> Mapping[str, int]:
        return {entity.entity_id: i for i, entity in enumerate(self.entities)}

    @cached_property
    def code_at(self) -> Mapping[str, int]:
        return {code: i for i, code in enumerate(self.codes)}


Place = tuple[int, int, str]  # file, line, the source that the row names


class Sources:
    """Where each value stands: file and line, the source the row names, or how it was made."""

    def __init__(
        self, observations: Observations, made: Mapping[str, Mapping[tuple[str, int], str]]
    ) -> None:
        self._observations, self._made = observations, made
        self._order = np.argsort(observations.key, kind="stable")
        self._keys = observations.key[self._order]
        self._entity = {entity_id: i for i, entity_id in enumerate(observations.entities)}
        self._variable = {code: i for i, code in enumerate(observations.variables)}
        columns = ("variable", "year", *_WHERE)
        self._columns = {name: observations.frame[name] for name in columns}

    def __call__(self, entity_id: str, variable: str, year: int) -> str:
        """``data/2025/observations.csv:14 (the row's own source)``; "" where there is none."""
        made = self._made.get(entity_id, {}).get((variable, year), "")
        cell = self._cell(entity_id, variable, year)
        if made or cell is None:
            return made
        place = self._in_frame(cell)
        if place is None and self._observations.grid.has(*cell):
            key = self._observations.keys.one(*cell)
            found = self._observations.places.of_entity(cell[0])
            place = next(((f, n, s) for k, f, n, s in found if k == key), None)
        return "" if place is None else self._text(*place)

    def with_made(self, texts: Mapping[str, Mapping[tuple[str, int], str]]) -> Sources:
        """The same, with words for values that were made and not returned."""
        entities = {*self._made, *texts}
        made = {e: {**self._made.get(e, {}), **texts.get(e, {})} for e in entities}
        return Sources(self._observations, made)

    def has(self, entity_id: str, variable: str, year: int) -> bool:
        """Whether it is known where a value stands."""
        cell = self._cell(entity_id, variable, year)
        if cell is None:
            return False
        return self._observations.grid.has(*cell) or bool(self(entity_id, variable, year))

    def addresses(self, cells: Sequence[tuple[str, str, int]]) -> list[Address]:
        """Where many values (entity, variable, year) stand, in one pass over large files; an empty
        address of a value that was made, or of none."""
        found = [Address()] * len(cells)
        wanted: dict[int, list[int]] = {}
        for n, (entity_id, variable, year) in enumerate(cells):
            cell = self._cell(entity_id, variable, year)
            if cell is None or (variable, year) in self._made.get(entity_id, {}):
                continue
            place = self._in_frame(cell)
            if place is not None:
                found[n] = of_row(self._observations.files[place[0]], int(place[1]), str(place[2]))
            elif self._observations.grid.has(*cell):
                wanted.setdefault(self._observations.keys.one(*cell), []).append(n)
        if wanted:
            rows = self._observations.places.of_keys(np.array(list(wanted), np.int64))
            for key, numbers in wanted.items():
                _, file, line, source = next(rows.between(key, key + 1))
                for n in numbers:
                    found[n] = of_row(self._observations.files[file], line, source)
        return found

    def of(self, entity_id: str) -> Mapping[tuple[str, int], str]:
        """Every value's place of one entity, by variable and year."""
        rows = self._rows(entity_id)
        variable, year, file, line, source = (self._columns[c][rows] for c in self._columns)
        names = self._observations.variables
        places = {
            (names[v], int(y)): self._text(f, n, s)
            for v, y, f, n, s in zip(variable, year, file, line, source, strict=True)
        }
        return {**self._in_grid(entity_id), **places, **self._made.get(entity_id, {})}

    def table(
        self, entity_id: str, variables: Iterable[str], years: Sequence[int]
    ) -> dict[str, tuple[str, ...]]:
        """Places of some variables, one per year: the ``source`` of a bundle's record."""
        places = self.of(entity_id)
        return {code: tuple(places.get((code, year), "") for year in years) for code in variables}

    def mark(self, entity_id: str) -> bytes:
        """Bytes that are others whenever a place of one of an entity's values is another, found
        without wording any; the register, the dictionary and the order of both being the same."""
        at, made = self._entity.get(entity_id), self._made.get(entity_id, {})
        parts = [repr(sorted(made.items())).encode()]
        if at is not None:
            files, rows = self._observations.files, self._rows(entity_id)
            own = [self._columns[name][rows].tolist() for name in self._columns]
            parts.append(repr([files[f] for f in own[2]]).encode() + repr(own).encode())
            parts.extend(self._observations.places.mark(at, files))
            parts.append(self._observations.grid.mark(at))
        return b"\0".join(parts)

    def _cell(self, entity_id: str, variable: str, year: int) -> tuple[int, int, int] | None:
        entity, code = self._entity.get(entity_id), self._variable.get(variable)
        return None if entity is None or code is None else (entity, code, year)

    def _in_frame(self, cell: tuple[int, int, int]) -> Place | None:
        key = self._observations.keys.one(*cell)
        first = int(np.searchsorted(self._keys, key))
        if first == len(self._keys) or self._keys[first] != key:
            return None
        file, line, source = (self._columns[c][self._order[first]] for c in _WHERE)
        return int(file), int(line), source

    def _in_grid(self, entity_id: str) -> dict[tuple[str, int], str]:
        """Places of the values that stand in the grid; a file may hold rows that are not used."""
        at, found = self._entity.get(entity_id), dict[tuple[str, int], str]()
        if at is None:
            return found
        keys, names = self._observations.keys, self._observations.variables
        for key, file, line, source in self._observations.places.of_entity(at):
            cell = keys.cell(key)
            known = names[cell[1]], cell[2]
            if known not in found and self._observations.grid.has(*cell):
                found[known] = self._text(file, line, source)
        return found

    def _text(self, file: int, line: int, source: str) -> str:
        at = f"{self._in_file(file)}{line}"
        return f"{at} ({source})" if source else at

    @lru_cache(maxsize=256)  # noqa: B019 - lives as long as its workspace
    def _in_file(self, file: int) -> str:
        """How the addresses of a file's rows begin."""
        return str(Address(self._observations.files[file], 1)).removesuffix("1")

    def _rows(self, entity_id: str) -> NDArray[np.int64]:
        at = self._entity.get(entity_id)
        if at is None:
            return np.zeros(0, np.int64)
        first, last = np.searchsorted(self._keys, self._observations.keys.of_entity(at))
        return self._order[first:last]


@dataclass(frozen=True, eq=False)
class PanelLayout:
    """The panels by entity type, the cubes they were made from, and what was summed on the way."""

    panels: Mapping[str, Panel]
    cubes: Mapping[str, Cube]
    sources: Sources
    sum_checks: tuple[SumCheck, ...]
    summed: Mapping[str, tuple[str, ...]]  # body -> the bodies in its sums of the last year


def build_panels(
    register: Register,
    observations: Observations,
    variables: Mapping[str, Variable],
    years: Sequence[int],
    tiled_by: Mapping[str, str] | None = None,
) -> PanelLayout:
    """Panels of all entity types of the register over the years given.

    An absent row is MISSING. A variable that adds up and for which a body has no row is the sum
    over the bodies that tile it (see `tiling`), where all of them have it.
    """
    tiles = tiling(register) if tiled_by is None else tiled_by
    cubes: dict[str, Cube] = {}
    sums: dict[str, dict[tuple[str, int], str]] = {}
    checks: list[SumCheck] = []
    for entity_type in _parts_first(register.types, tiles):
        part = cubes.get(tiles.get(entity_type, ""))
        cube = _cube(entity_type, register, observations, variables, tuple(years), part)
        cube, carried = _carried(cube, register, variables)
        sums.update(carried)
        if part is not None:
            cube, found, texts = _summed(cube, part, register, variables)
            checks.extend(found)
            for entity_id, made in texts.items():
                sums[entity_id] = {**sums.get(entity_id, {}), **made}
        cubes[entity_type] = cube
    basis = _bases(observations, years[-1])
    panels = {
        t: _panel(cubes[t], t, variables, _codes(cubes[t], observations, variables), basis)
        for t in register.types
    }
    summed = {
        whole: tuple(x for x, there in tiles_of(whole, register, years[-1:]).items() if there)
        for whole, texts in sums.items()
        if any(year == years[-1] for _, year in texts)
    }
    return PanelLayout(panels, cubes, Sources(observations, sums), tuple(checks), summed)


def tiling(register: Register, respondents: Iterable[str] = ()) -> dict[str, str]:
    """Which entity type makes up which: a type whose bodies hold, directly, one other type only.

    A district that holds parks and firms is not their sum (it also has households and small
    firms), nor is anything the sum of ``respondents``, of which a register lists only some.
    """
    inside: dict[str, set[str]] = {}
    for entity in register:
        for parent in {state.parent_id for state in register.states(entity.entity_id)}:
            if parent in register:
                inside.setdefault(register[parent].entity_type, set()).add(entity.entity_type)
    tiles = {whole: next(iter(parts)) for whole, parts in inside.items() if len(parts) == 1}
    barred = set(respondents)
    return {whole: part for whole, part in tiles.items() if part != whole and part not in barred}


def _parts_first(types: Sequence[str], tiles: Mapping[str, str]) -> tuple[str, ...]:
    """Entity types so that each follows the one it is the sum of."""
    ordered: list[str] = []

    def visit(entity_type: str, above: tuple[str, ...]) -> None:
        part = tiles.get(entity_type)
        if part in types and part not in above:
            visit(str(part), (*above, entity_type))
        if entity_type not in ordered:
            ordered.append(entity_type)

    for entity_type in types:
        visit(entity_type, ())
    return tuple(ordered)


def _cube(
    entity_type: str,
    register: Register,
    observations: Observations,
    variables: Mapping[str, Variable],
    years: tuple[int, ...],
    part: Cube | None,
) -> Cube:
    """The type's observations as arrays; with a part, also room for what only the part holds."""
    grid = observations.grid
    passed_up = set(part.codes) if part else set()
    codes = tuple(
        code
        for code, variable in variables.items()
        if holds(variable, entity_type) or (code in passed_up and variable.additive)
    )
    entities = register.of_type(entity_type)
    shape = (len(codes), len(entities), len(years))
    made = _started(grid, grid.of(entity_type), codes, shape, years)
    values, state, flags, has_row = made
    frame = observations.frame
    v = _positions(observations.variables, codes)[frame["variable"]]
    e = _positions(observations.entities, [x.entity_id for x in entities])[frame["entity"]]
    y = frame["year"] - years[0]
    use = (v >= 0) & (e >= 0) & (y >= 0) & (y < len(years))
    at = (v[use], e[use], y[use])
    status = frame["status"][use]
    values[at] = frame["value"][use]
    state[at] = STATE_OF_STATUS[status]
    has_value = state[at] == State.PRESENT
    estimated = np.where(status == ESTIMATED, np.uint8(Flag.ESTIMATED), np.uint8(0))
    flags[at] = np.where(has_value, frame["flags"][use] | estimated, np.uint8(0))
    has_row[at] = True
    return Cube(entities, codes, years, values, state, flags, has_row)


def _started(
    grid: Grid,
    cells: TypeGrid | None,
    codes: tuple[str, ...],
    shape: tuple[int, int, int],
    years: tuple[int, ...],
) -> tuple[NDArray[np.float64], NDArray[np.uint8], NDArray[np.uint8], NDArray[np.bool_]]:
    """The arrays of a cube with what a grid holds: the very arrays of it where they fit."""
    if cells is not None and (cells.codes, grid.years) == (codes, years):
        return cells.values, cells.state, cells.flags, cells.has_row
    values, flags = np.full(shape, np.nan), np.zeros(shape, np.uint8)
    state, has_row = np.full(shape, State.MISSING, np.uint8), np.zeros(shape, bool)
    if cells is None:
        return values, state, flags, has_row
    there = [years.index(y) for y in grid.years if y in years]
    here = [grid.years.index(y) for y in grid.years if y in years]
    for i, code in enumerate(codes):
        if code in cells.codes:
            v = cells.codes.index(code)
            values[i][:, there] = cells.values[v][:, here]
            state[i][:, there] = cells.state[v][:, here]
            flags[i][:, there] = cells.flags[v][:, here]
            has_row[i][:, there] = cells.has_row[v][:, here]
    return values, state, flags, has_row


def _carried(
    cube: Cube, register: Register, variables: Mapping[str, Variable]
) -> tuple[Cube, dict[str, dict[tuple[str, int], str]]]:
    """The cube with histories that entities have from those they were formed from, and how."""
    lines = lines_back(register, cube.row_of, cube.years)
    if not lines:
        return cube, {}
    amounts = Amounts(cube.values.copy(), cube.state.copy(), cube.flags.copy())
    kinds = [variables[code] for code in cube.codes]
    additive = np.array([v.additive and v.kind != "flag" for v in kinds], bool)
    texts: dict[str, dict[tuple[str, int], str]] = {}
    for line in lines:
        taken = carry_back(line, amounts, additive, ~cube.has_row[:, line.row])
        present = taken & (amounts.state[:, line.row] == State.PRESENT)
        texts[line.entity_id] = {
            (cube.codes[v], cube.years[y]): line.said for v, y in np.argwhere(present).tolist()
        }
    return replace(cube, values=amounts.values, state=amounts.state, flags=amounts.flags), texts


def _positions(known: Sequence[str], wanted: Sequence[str]) -> NDArray[np.int64]:
    """For each known code its position among the wanted, or -1."""
    at = {code: i for i, code in enumerate(wanted)}
    return np.array([at.get(code, -1) for code in known], np.int64)


def _summed(
    cube: Cube, part: Cube, register: Register, variables: Mapping[str, Variable]
) -> tuple[Cube, list[SumCheck], dict[str, dict[tuple[str, int], str]]]:
    """The cube with sums where a body has no row, and own figures beside their sums."""
    both = [c for c in cube.codes if c in part.code_at and variables[c].additive]
    here = np.array([cube.code_at[c] for c in both], np.int64)
    there = np.array([part.code_at[c] for c in both], np.int64)
    values, state, flags = cube.values.copy(), cube.state.copy(), cube.flags.copy()
    checks: list[SumCheck] = []
    texts: dict[str, dict[tuple[str, int], str]] = {}
    for i, entity in enumerate(cube.entities):
        parts = tiles_of(entity.entity_id, register, part.years)
        parts = {x: years for x, years in parts.items() if x in part.row_of}
        if not parts or not both:
            continue
        total = _total(part, there, parts)
        own = cube.has_row[here, i, :]
        known = total.state != State.MISSING
        fill = known & ~own
        for target, source in ((values, total.values), (state, total.state), (flags, total.flags)):
            target[here, i, :] = np.where(fill, source, target[here, i, :])
        names = {y: tuple(x for x, years in parts.items() if y in years) for y in cube.years}
        is_sum = fill & (total.state == State.PRESENT)
        texts[entity.entity_id] = {
            (both[v], cube.years[y]): SUM_OF + ", ".join(names[cube.years[y]])
            for v, y in np.argwhere(is_sum).tolist()
        }
        beside = (cube.state[here, i, :] == State.PRESENT) & (total.state == State.PRESENT)
        for v, y in np.argwhere(beside).tolist():
            year, figure = cube.years[y], float(cube.values[here[v], i, y])
            whole = float(total.values[v, y])
            checks.append(SumCheck(entity.entity_id, year, both[v], figure, whole, names[year]))
    return replace(cube, values=values, state=state, flags=flags), checks, texts


def tiles_of(whole: str, register: Register, years: Sequence[int]) -> dict[str, frozenset[int]]:
    """The bodies a body is the sum of, and in which years each is part of it.

    One counted in another is already in that one's figures.
    """
    found: dict[str, frozenset[int]] = {}
    for then, same in register.epochs(years):
        for entity in then.children(whole):
            if not entity.counted_in:
                there = frozenset(year for year in same if entity.is_valid_in(year))
                found[entity.entity_id] = found.get(entity.entity_id, frozenset()) | there
    return found


def _total(part: Cube, codes: NDArray[np.int64], parts: Mapping[str, frozenset[int]]) -> Column:
    """Sum over bodies: all that belong to the year must have it, save where it does not apply."""
    rows = [part.row_of[x] for x in parts]
    values, state, flags = (a[codes][:, rows, :] for a in (part.values, part.state, part.flags))
    belongs = np.array([[y in there for y in part.years] for there in parts.values()], bool)[None]
    applies = belongs & (state != State.NOT_APPLICABLE)
    complete = (~applies | (state == State.PRESENT)).all(axis=1) & belongs.any(axis=1)
    has_some = applies.any(axis=1)
    total = np.where(applies, np.nan_to_num(values), 0.0).sum(axis=1)
    kinds = np.bitwise_or.reduce(np.where(applies, flags, np.uint8(0)), axis=1)
    partial = (belongs & (state == State.NOT_APPLICABLE)).any(axis=1)
    kinds = (
        kinds | np.uint8(Flag.AGGREGATED) | np.where(partial, np.uint8(Flag.PARTIAL), np.uint8(0))
    )
    found = np.where(has_some, State.PRESENT, State.NOT_APPLICABLE)
    result = np.where(complete, found, State.MISSING).astype(np.uint8)
    is_present = result == State.PRESENT
    return Column(
        np.where(is_present, total, np.nan), result, np.where(is_present, kinds, np.uint8(0))
    )


def _codes(
    cube: Cube, observations: Observations, variables: Mapping[str, Variable]
) -> dict[str, NDArray[np.object_]]:
    """Variables that are a code: text by entity and year, "" where none was returned."""
    frame = observations.frame
    text = frame.taken(frame["text"] != "")
    e = _positions(observations.entities, list(cube.row_of))[text["entity"]]
    y = text["year"] - cube.years[0]
    use = (e >= 0) & (y >= 0) & (y < len(cube.years))
    found = {
        code: np.full((len(cube.entities), len(cube.years)), "", object)
        for code, v in variables.items()
        if v.kind == "code" and (not v.entity_types or _type_of(cube) in v.entity_types)
    }
    grid = observations.grid
    for code, texts in _texts_of(grid, _type_of(cube)).items():
        if code in found:
            for j, year in enumerate(grid.years):
                if year in cube.years:
                    column = np.where(has_text(texts[:, j]), texts[:, j], "")
                    found[code][:, cube.years.index(year)] = column
    for v, i, j, word in zip(text["variable"][use], e[use], y[use], text["text"][use], strict=True):
        code = observations.variables[v]
        if code in found:
            found[code][i, j] = word
    return found


def _texts_of(grid: Grid, entity_type: str) -> Mapping[str, NDArray[np.object_]]:
    cells = grid.of(entity_type)
    return cells.texts if cells else {}


def _type_of(cube: Cube) -> str:
    return cube.entities[0].entity_type if cube.entities else ""


def _bases(observations: Observations, year: int) -> dict[str, str]:
    """The legal basis of each entity's values of the year: the strictest of them."""
    order = np.array(
        [_BASIS_RANK.index(b) for b in ("", "statistical", "administrative", "consented")]
    )
    frame = observations.frame
    now = frame.taken((frame["year"] == year) & (frame["status"] <= ESTIMATED))
    rank = observations.grid.bases(year).astype(np.int64)
    np.maximum.at(rank, now["entity"], order[now["basis"]])
    return {x: _BASIS_RANK[r] for x, r in zip(observations.entities, rank.tolist(), strict=True)}


def _panel(
    cube: Cube,
    entity_type: str,
    variables: Mapping[str, Variable],
    codes: Mapping[str, NDArray[np.object_]],
    basis: Mapping[str, str],
) -> Panel:
    columns = {
        code: Column(cube.values[i], cube.state[i], cube.flags[i])
        for i, code in enumerate(cube.codes)
        if holds(variables[code], entity_type)
    }
    texts = (
        "entity_type",
        "industry",
        "parent_id",
        "holding_id",
        "counted_in",
        "name_zh",
        "name_en",
    )
    attributes = {name: tuple(getattr(e, name) for e in cube.entities) for name in texts}
    attributes["is_synthetic"] = tuple("true" if e.is_synthetic else "" for e in cube.entities)
    attributes["basis"] = tuple(basis[e.entity_id] for e in cube.entities)
    ids = tuple(e.entity_id for e in cube.entities)
    return Panel(ids, cube.years, columns, attributes, codes)
