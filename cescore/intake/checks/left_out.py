"""Variables that a return leaves out, though the same body stated a value the year before."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

import numpy as np

from cescore.definitions.model import Variable
from cescore.intake.findings import Finding
from cescore.intake.observations.panel import Cube
from cescore.intake.wording import code
from cescore.method.column import State

Cell = tuple[str, int | None, str]  # entity, year, variable


def left_out(
    cubes: Iterable[Cube],
    variables: Mapping[str, Variable],
    refused: Collection[Cell] = frozenset(),
) -> Iterator[Finding]:
    """A warning for each return of the last year that is silent on values of the year before.

    A status (missing, not_applicable) is an answer, and so is a value that was refused as it was
    read (``refused``: it has a finding of its own). Required variables are told by themselves, and a
    body that returned nothing at all is not asked here.
    """
    for cube in cubes:
        if len(cube.years) > 1 and cube.entities:
            yield from _of_type(cube, variables, refused)


def _of_type(
    cube: Cube, variables: Mapping[str, Variable], refused: Collection[Cell]
) -> Iterator[Finding]:
    before, year = cube.years[-2:]
    is_asked = np.array([not variables[one].required for one in cube.codes], bool)[:, None]
    was = (cube.state[:, :, -2] == State.PRESENT) & cube.has_row[:, :, -2]
    silent = was & is_asked & ~cube.has_row[:, :, -1] & (cube.state[:, :, -1] == State.MISSING)
    filed = cube.has_row[:, :, -1].any(axis=0)
    for e in np.flatnonzero(filed & silent.any(axis=0)).tolist():
        entity_id = cube.entities[e].entity_id
        codes = [cube.codes[v] for v in np.flatnonzero(silent[:, e]).tolist()]
        absent = tuple(code(one) for one in codes if (entity_id, year, one) not in refused)
        if absent and cube.entities[e].is_valid_in(year):
            yield Finding(
                "warning",
                "left_out",
                entity_id=entity_id,
                year=year,
                values=(("n", len(absent)), ("codes", absent), ("last", before)),
            )
