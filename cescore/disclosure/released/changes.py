"""What happened to an entity over the years, as far as its own report may name others."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from cescore.definitions.model import Named
from cescore.disclosure.documents.bundle import EntityChange, Place
from cescore.intake.observations.carrying import has_history

if TYPE_CHECKING:
    from cescore.disclosure.released.gate import Gate
    from cescore.intake.register.entities import Entity, Register


def changes_of(entity_id: str, register: Register, year: int, gate: Gate) -> Iterator[EntityChange]:
    """The changes of an entity up to a year: codes, names, bodies, origins; the oldest first.

    Bodies that may not be named are left out; those it was formed from are no strangers to it.
    """
    found = [
        *_recoded(register[entity_id]),
        *_of_states(register.states(entity_id), register, gate),
    ]
    for formation in gate.formations.get(entity_id, ()):
        places = tuple(gate.place(register[origin]) for origin in formation.shares)
        change = EntityChange(
            year=formation.year,
            kind=formation.kind,
            places=places,
            shares=tuple(formation.shares.values()),
            has_history=has_history(formation),
        )
        found.append(change)
    for heir in register.successors.get(entity_id, ()):
        goes_on = register[entity_id].is_valid_in(heir.valid_from or 0)
        if goes_on and heir.valid_from is not None:
            place = (gate.place(heir),) if gate.is_public(heir) else ()
            found.append(EntityChange(year=heir.valid_from, kind="gave_off", places=place))
    known = (change for change in found if change.year is None or change.year <= year)
    yield from sorted(known, key=lambda change: change.year or 0)


def _recoded(entity: Entity) -> Iterator[EntityChange]:
    for old in entity.former_ids:
        before, after = Named(zh=old, en=old), Named(zh=entity.entity_id, en=entity.entity_id)
        yield EntityChange(year=None, kind="recoded", before=before, after=after)


def _of_states(
    states: tuple[Entity, ...], register: Register, gate: Gate
) -> Iterator[EntityChange]:
    """Names and bodies that changed from one state to the next."""
    for one, other in pairwise(states):
        if (one.name_zh, one.name_en) != (other.name_zh, other.name_en):
            before, after = (Named(zh=s.name("zh"), en=s.name("en")) for s in (one, other))
            yield EntityChange(year=other.valid_from, kind="renamed", before=before, after=after)
        if one.parent_id != other.parent_id:
            before, after = (_body(s, register, gate) for s in (one, other))
            yield EntityChange(year=other.valid_from, kind="moved", before=before, after=after)
        if one.industry != other.industry:
            before, after = (Named(zh=s.industry, en=s.industry) for s in (one, other))
            yield EntityChange(year=other.valid_from, kind="industry", before=before, after=after)


def _body(state: Entity, register: Register, gate: Gate) -> Named:
    """The body a state lies in, where it may be named."""
    if state.parent_id not in register or not gate.is_public(register[state.parent_id]):
        return Named()
    place: Place = gate.place(register.as_of(state.valid_from or 0)[state.parent_id])
    return Named(zh=place.name_zh, en=place.name_en)
