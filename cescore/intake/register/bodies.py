"""The bodies that the register's rows lie in: known, no circles, still there; old codes read as new."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from cescore.intake.findings import Context
from cescore.intake.notation import nearest
from cescore.intake.register.entities import Entity, Register
from cescore.intake.register.stages import Lines
from cescore.intake.wording import shortened

BODIES = ("parent_id", "counted_in", "same_as")
AT_LAST = 9999  # the year of a row without an end


def by_current_ids(register: Register, lines: Lines, context: Context) -> Register:
    """The register in which codes that entities had before are read as those they have now.

    A former code that is in use, or is claimed twice, is an error: nobody can tell whose it is.
    """
    current: dict[str, str] = {}
    for entity in (e for e in register if e.former_ids):
        here = context.row(lines[entity.entity_id, entity.valid_from])
        here = here.of(entity_id=entity.entity_id, variable="former_ids")
        for old in entity.former_ids:
            owner = old if old in register else current.get(old, "")
            if owner:
                here.error("former_id_in_use", text=old, other=owner)
            else:
                current[old] = entity.entity_id
    if not current:
        return register

    def translated(state: Entity) -> Entity:
        origins = tuple(replace(o, entity_id=_of(o.entity_id, current)) for o in state.formed_from)
        bodies = {column: _of(getattr(state, column), current) for column in BODIES}
        known = tuple(old for old in state.former_ids if current.get(old) == state.entity_id)
        moved = replace(state, formed_from=origins, former_ids=known)
        return replace(moved, **bodies)  # type: ignore[arg-type]

    return _changed(register, translated)


def _of(entity_id: str, current: Mapping[str, str]) -> str:
    return current.get(entity_id, entity_id)


def with_sound_bodies(register: Register, lines: Lines, context: Context) -> Register:
    """The register with unknown bodies and circles of bodies named and cut, in every year.

    A row that holds longer than the body it lies in is told.
    """
    register = _without_unknown(register, lines, context)
    register = _without_circles(register, lines, context)
    _tell_ended(register, lines, context)
    return register


def _without_unknown(register: Register, lines: Lines, context: Context) -> Register:
    wrong: set[tuple[str, str, str]] = set()
    for entity in register:
        for state in register.states(entity.entity_id):
            for column in BODIES:
                other = getattr(state, column)
                key = (entity.entity_id, column, other)
                if other and (other not in register or other == entity.entity_id):
                    here = context.row(lines[state.entity_id, state.valid_from])
                    here = here.of(entity_id=entity.entity_id, variable=column)
                    near = nearest(other, register.entities)
                    if key not in wrong:
                        here.error("unknown_parent", text=shortened(other), near=near)
                    wrong.add(key)
    return _without(register, wrong)


def _without_circles(register: Register, lines: Lines, context: Context) -> Register:
    wrong: set[tuple[str, str, str]] = set()
    for column in BODIES:
        for year in (0, *register.turns):
            entities = register.as_of(year).entities
            for circle in _circles(entities, column):
                for entity_id in circle:
                    key = (entity_id, column, getattr(entities[entity_id], column))
                    if key not in wrong:
                        here = context.row(lines[entity_id, entities[entity_id].valid_from])
                        here = here.of(entity_id=entity_id, variable=column)
                        here.error("parent_circle", circle=" → ".join([*circle, circle[0]]))
                    wrong.add(key)
    return _without(register, wrong)


def _tell_ended(register: Register, lines: Lines, context: Context) -> None:
    """Rows that hold in years in which the body they lie in is no longer there."""
    for entity in register:
        for state in register.states(entity.entity_id):
            for column in BODIES:
                body = register.entities.get(getattr(state, column))
                if body is None or body.valid_to is None:
                    continue
                if (state.valid_to or AT_LAST) > body.valid_to:
                    here = context.row(lines[state.entity_id, state.valid_from])
                    here = here.of(entity_id=state.entity_id, variable=column)
                    here.warning("body_ended", text=body.entity_id, last=body.valid_to)


def _without(register: Register, wrong: set[tuple[str, str, str]]) -> Register:
    """The register without some bodies of some entities: (entity, column, body)."""
    if not wrong:
        return register

    def cut(state: Entity) -> Entity:
        blank = {c: "" for c in BODIES if (state.entity_id, c, getattr(state, c)) in wrong}
        return replace(state, **blank) if blank else state  # type: ignore[arg-type]

    return _changed(register, cut)


def _changed(register: Register, change: Callable[[Entity], Entity]) -> Register:
    """The register with every state of every entity changed alike."""
    entities = {entity_id: change(entity) for entity_id, entity in register.entities.items()}
    stages = {e: tuple(map(change, states)) for e, states in register.stages.items()}
    return Register(entities, stages)


def _circles(entities: Mapping[str, Entity], column: str) -> Iterator[tuple[str, ...]]:
    """Each circle in which parents lead back to where they began, once."""
    seen: Counter[str] = Counter()
    for start in entities:
        path: list[str] = []
        here = start
        while here and here not in seen:
            seen[here] += 1
            path.append(here)
            here = getattr(entities[here], column)
        if here in path:
            yield tuple(path[path.index(here) :])
