"""Histories of entities that were formed from others: what their origins returned before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cescore.intake.register.entities import Register
from cescore.intake.register.succession import Formation, formation_of
from cescore.method.column import Flag, State

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class LineBack:
    """An entity's line back to its origins, in rows of its type's arrays.

    ``origins``: row and share [0-1] of each. ``there``: (origins, years), in which years before the
    formation each origin has figures of its own, or of its own origins. ``said``: how a value is made.
    """

    entity_id: str
    row: int
    origins: tuple[tuple[int, float], ...]
    there: Bools
    said: str

    @property
    def is_one_whole(self) -> bool:
        """Whether it is one entity whole under another id, so that its rates hold as they are."""
        return len(self.origins) == 1 and self.origins[0][1] == 1.0


def has_history(formation: Formation) -> bool:
    """Whether an entity's years before its formation are those of its origins.

    Not where it existed before, nor where it is not known how much of an origin went there: a
    history without it would be another entity's.
    """
    is_known = None not in formation.shares.values()
    return formation.kind != "taken_over" and bool(formation.shares) and is_known


def lines_back(
    register: Register, row_of: Mapping[str, int], years: Sequence[int]
) -> tuple[LineBack, ...]:
    """The lines of the entities given, those formed first before those formed from them."""
    known = (formation_of(entity_id, register) for entity_id in row_of)
    formed = {f.entity_id: f for f in known if f is not None and has_history(f)}
    ordered = sorted(formed.values(), key=lambda f: f.year)
    return tuple(
        _line(f, formed, register, row_of, years)
        for f in ordered
        if all(origin in row_of for origin in f.shares)
    )


def _line(
    formation: Formation,
    formed: Mapping[str, Formation],
    register: Register,
    row_of: Mapping[str, int],
    years: Sequence[int],
) -> LineBack:
    def has_figures(origin: str, year: int) -> bool:
        begun = register[origin].valid_from
        is_before = origin in formed and begun is not None and year < begun
        return year < formation.year and (is_before or register[origin].is_valid_in(year))

    shares = {origin: share for origin, share in formation.shares.items() if share is not None}
    there = np.array([[has_figures(o, y) for y in years] for o in shares], bool)
    parts = [o if share == 1 else f"{share:g} × {o}" for o, share in shares.items()]
    said = f"sum of {', '.join(parts)}" if len(parts) > 1 else parts[0]
    origins = tuple((row_of[o], share) for o, share in shares.items())
    return LineBack(formation.entity_id, row_of[formation.entity_id], origins, there, said)


@dataclass(frozen=True, eq=False)
class Amounts:
    """Values with states and flags of all variables: arrays of shape (variables, entities, years)."""

    values: Floats
    state: NDArray[np.uint8]
    flags: NDArray[np.uint8]


def carry_back(line: LineBack, amounts: Amounts, is_additive: Bools, is_free: Bools) -> Bools:
    """Write an entity's history into its row: Σ share · value of its origins, year by year.

    A year has a value where every origin that was there has one; what applies to none of them does
    not apply. Rates and other variables that cannot be added are carried from one whole origin
    alone. A share below 1 makes an estimate, several origins a sum; both are flagged.

    Parameters
    ----------
    is_additive
        (variables,): which of them add up.
    is_free
        (variables, years): cells of the entity without a row of its own; the others are kept.

    Returns
    -------
    array
        (variables, years): the cells that were written.
    """
    rows = [row for row, _ in line.origins]
    shares = np.array([share for _, share in line.origins])[None, :, None]
    state, flags = amounts.state[:, rows], amounts.flags[:, rows]
    applies = line.there[None] & (state != State.NOT_APPLICABLE)
    is_known: Bools = (~applies | (state == State.PRESENT)).all(axis=1)
    can_be = is_additive[:, None] if not line.is_one_whole else np.ones((len(is_additive), 1), bool)
    is_there: Bools = np.asarray(line.there.any(axis=0))
    take: Bools = is_free & is_known & can_be & is_there[None]
    total = np.where(applies, np.nan_to_num(amounts.values[:, rows]) * shares, 0.0).sum(axis=1)
    is_present = take & applies.any(axis=1)
    joined = np.bitwise_or.reduce(np.where(applies, flags, np.uint8(0)), axis=1) | _flags(line)
    row = line.row
    kept = amounts.values[:, row], amounts.state[:, row], amounts.flags[:, row]
    found = np.where(is_present, State.PRESENT, State.NOT_APPLICABLE).astype(np.uint8)
    amounts.values[:, row] = np.where(take, np.where(is_present, total, np.nan), kept[0])
    amounts.state[:, row] = np.where(take, found, kept[1])
    amounts.flags[:, row] = np.where(take, np.where(is_present, joined, np.uint8(0)), kept[2])
    return take


def _flags(line: LineBack) -> np.uint8:
    flag = Flag.AGGREGATED if len(line.origins) > 1 else Flag.NONE
    if any(share < 1 for _, share in line.origins):
        flag |= Flag.ESTIMATED
    return np.uint8(flag)
