"""Several rows of one id in the register: the states of an entity that changed, one after the other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields

from cescore.intake.findings import Context
from cescore.intake.register.entities import Entity, whole_life

Row = tuple[int, Entity]  # line of the file, what it says
Lines = Mapping[tuple[str, int | None], int]  # id and first year of a state -> its row


@dataclass(frozen=True)
class StagedRows:
    """The entities that rows describe: each in its last state, over all its years."""

    entities: dict[str, Entity]
    stages: dict[str, tuple[Entity, ...]]  # of those with several states, the oldest first
    lines: Lines  # each state's row
    accepted: int


def in_stages(rows: Iterable[Row], context: Context) -> StagedRows:
    """Rows by id, compared without case, as file systems do.

    Rows of one id and type whose years do not overlap are one entity that changed: a name, a park.
    Of other rows of one id the first stays, so that its observations have an owner, and where they
    contradict each other an error blocks it. Years between two rows, in which none holds, are told.
    """
    kept: dict[str, list[Row]] = defaultdict(list)
    for line, entity in rows:
        known = kept[entity.entity_id.casefold()]
        if not known or _continues(known, line, entity, context):
            known.append((line, entity))
    entities: dict[str, Entity] = {}
    stages: dict[str, tuple[Entity, ...]] = {}
    lines: dict[tuple[str, int | None], int] = {}
    for known in kept.values():
        ordered = sorted(known, key=lambda row: row[1].valid_from or 0)
        states = tuple(entity for _, entity in ordered)
        lines |= {(state.entity_id, state.valid_from): line for line, state in ordered}
        whole = entities[states[0].entity_id] = whole_life(states)
        if len(states) > 1:
            stages[whole.entity_id] = states
        for first, last in whole.absent:
            after = next(line for line, s in ordered if s.valid_from == last + 1)
            here = context.row(after).of(entity_id=whole.entity_id, variable="valid_from")
            here.warning("entity_gap", first=first, last=last)
    return StagedRows(entities, stages, lines, len(lines))


def _continues(known: Iterable[Row], line: int, entity: Entity, context: Context) -> bool:
    """Whether a further row of an id is another state of its entity; told either way."""
    known = sorted(known, key=lambda row: row[1].valid_from or 0)
    here = context.row(line).of(entity_id=known[0][1].entity_id)
    for earlier, other in known:
        if other == entity:
            here.warning("duplicate_entity", row=earlier)
            return False
        is_same = (other.entity_id, other.entity_type) == (entity.entity_id, entity.entity_type)
        if not is_same or _overlap(other, entity):
            here.error("conflicting_entity", row=earlier)
            return False
    before, other = max((row for row in known), key=lambda row: _nearness(row[1], entity))
    changed = tuple(_changed(other, entity)) or ("valid_from",)
    here.info("entity_changed", row=before, changed=changed)
    return True


def _overlap(one: Entity, other: Entity) -> bool:
    """Whether two rows hold in one year; a row without an end holds for good."""
    first, last = sorted((one, other), key=lambda entity: entity.valid_from or 0)
    if first.valid_to is None or last.valid_from is None:
        return True
    return last.valid_from <= first.valid_to


def _nearness(other: Entity, entity: Entity) -> tuple[bool, int]:
    """Orders rows so that the last one before a row comes out on top, else the first after it."""
    begun, own = other.valid_from or 0, entity.valid_from or 0
    return begun <= own, begun if begun <= own else -begun


def _changed(one: Entity, other: Entity) -> Iterator[str]:
    """The columns in which two states of an entity differ."""
    for column in fields(Entity):
        is_content = column.name not in ("valid_from", "valid_to", "absent")
        if is_content and getattr(one, column.name) != getattr(other, column.name):
            yield column.name
