"""The register of entities: who is evaluated, what contains what, and what held in which year."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise

from cescore.definitions.bilingual import name_in
from cescore.definitions.model import AskedBody


@dataclass(frozen=True, slots=True)
class Predecessor:
    """An entity that another was formed from, and the share of it that went there."""

    entity_id: str
    share: float | None = None  # 0-1; None: not stated


@dataclass(frozen=True, slots=True)
class Entity:
    """An entity as a row of entities.csv describes it. Years are inclusive; None: no limit."""

    entity_id: str
    entity_type: str
    name_zh: str = ""
    name_en: str = ""
    parent_id: str = ""  # the smallest body that contains it
    counted_in: str = ""  # its figures are already in that entity's
    same_as: str = ""  # the same place as another kind of body, stated at one of the two
    holding_id: str = ""
    industry: str = ""
    valid_from: int | None = None
    valid_to: int | None = None
    is_synthetic: bool = False
    formed_from: tuple[Predecessor, ...] = ()  # whose business it took over when the row begins
    former_ids: tuple[str, ...] = ()  # codes it had before: the same entity
    absent: tuple[tuple[int, int], ...] = ()  # spans between its rows, in which it did not exist

    def name(self, lang: str) -> str:
        """The name in a language, the other's where it is missing, the id where both are."""
        return name_in(lang, self.name_zh, self.name_en) or self.entity_id

    @property
    def as_asked(self) -> AskedBody:
        """What checks of a plan may be asked by."""
        return AskedBody(self.entity_id, self.industry)

    def is_valid_in(self, year: int) -> bool:
        """Whether the entity belongs to a year: begun by then, not ended before it, and not away."""
        begun = self.valid_from is None or self.valid_from <= year
        if not begun or (self.valid_to is not None and self.valid_to < year):
            return False
        return not any(first <= year <= last for first, last in self.absent)


@dataclass(frozen=True)
class Register:
    """All entities by id, in the order of the file, as they are in one year.

    ``stages`` keeps, of an entity that was renamed, moved or merged, each of its states with that
    state's own years, the oldest first; `as_of` looks at the whole register in another year.
    """

    entities: Mapping[str, Entity] = field(default_factory=dict)
    stages: Mapping[str, tuple[Entity, ...]] = field(default_factory=dict)

    def __contains__(self, entity_id: object) -> bool:
        return entity_id in self.entities

    def __getitem__(self, entity_id: str) -> Entity:
        return self.entities[entity_id]

    def __iter__(self) -> Iterator[Entity]:
        return iter(self.entities.values())

    def __len__(self) -> int:
        return len(self.entities)

    @cached_property
    def types(self) -> tuple[str, ...]:
        """Entity types in the order in which they first appear."""
        return tuple(dict.fromkeys(entity.entity_type for entity in self))

    @cached_property
    def _children(self) -> Mapping[str, tuple[Entity, ...]]:
        below: dict[str, list[Entity]] = defaultdict(list)
        for entity in self:
            if entity.parent_id:
                below[entity.parent_id].append(entity)
        return {parent: tuple(children) for parent, children in below.items()}

    @cached_property
    def _as_of(self) -> dict[int, Register]:
        return {}

    @cached_property
    def turns(self) -> tuple[int, ...]:
        """The years in which some entity begins to be another than before, in order."""
        states = (state for stages in self.stages.values() for state in stages[1:])
        return tuple(sorted({state.valid_from for state in states if state.valid_from is not None}))

    @cached_property
    def successors(self) -> Mapping[str, tuple[Entity, ...]]:
        """Entity -> those that were formed from it, each in the state that says so."""
        found: dict[str, list[Entity]] = defaultdict(list)
        for entity in self:
            for state in self.states(entity.entity_id):
                for origin in state.formed_from:
                    found[origin.entity_id].append(state)
        return {entity_id: tuple(states) for entity_id, states in found.items()}

    @cached_property
    def current_ids(self) -> Mapping[str, str]:
        """Code that an entity had before -> the code it has now."""
        return {old: e.entity_id for e in self for old in e.former_ids}

    def states(self, entity_id: str) -> tuple[Entity, ...]:
        """Every state of an entity with its own years, the oldest first."""
        return self.stages.get(entity_id) or (self.entities[entity_id],)

    def as_of(self, year: int) -> Register:
        """The register as it is in a year.

        Of an entity that changed, the last state that had begun by then (the first, where none
        had), over all years of the entity.
        """
        if not self.stages:
            return self
        turn = bisect_right(self.turns, year)
        if turn not in self._as_of:
            entities = dict(self.entities)
            for entity_id, states in self.stages.items():
                entities[entity_id] = _whole(_state_in(states, year), states)
            self._as_of[turn] = replace(self, entities=entities)
        return self._as_of[turn]

    def epochs(self, years: Sequence[int]) -> Iterator[tuple[Register, tuple[int, ...]]]:
        """Runs of years in which no entity changes, each with the register that holds in it."""
        grouped: dict[int, list[int]] = defaultdict(list)
        for year in years:
            grouped[bisect_right(self.turns, year)].append(year)
        for same in grouped.values():
            yield self.as_of(same[0]), tuple(same)

    def of_type(self, entity_type: str, year: int | None = None) -> tuple[Entity, ...]:
        """Entities of a type; with a year, only those that belong to it."""
        return tuple(
            e
            for e in self
            if e.entity_type == entity_type and (year is None or e.is_valid_in(year))
        )

    def valid_in(self, year: int) -> tuple[Entity, ...]:
        """Entities that belong to a year."""
        return tuple(entity for entity in self if entity.is_valid_in(year))

    def whole_of(self, entity_id: str) -> str:
        """The body of the same type in whose figures an entity's are already, or nothing.

        The part is shown beside its whole (其中) and never ranked with it: it would stand twice.
        """
        entity = self.entities[entity_id]
        whole = self.entities.get(entity.counted_in)
        is_alike = whole is not None and whole.entity_type == entity.entity_type
        return entity.counted_in if is_alike else ""

    def ancestors(self, entity_id: str) -> tuple[Entity, ...]:
        """The bodies that contain an entity, from the smallest up."""
        found: list[Entity] = []
        parent = self.entities[entity_id].parent_id
        while parent in self.entities and all(parent != e.entity_id for e in found):
            found.append(self.entities[parent])
            parent = self.entities[parent].parent_id
        return tuple(found)

    def children(self, entity_id: str) -> tuple[Entity, ...]:
        """The entities directly inside a body."""
        return self._children.get(entity_id, ())

    def members(self, entity_id: str) -> tuple[Entity, ...]:
        """All entities inside a body, however deep; each once, the upper before the lower."""
        found: dict[str, Entity] = {}
        queue = list(self.children(entity_id))
        while queue:
            entity = queue.pop(0)
            if entity.entity_id not in found and entity.entity_id != entity_id:
                found[entity.entity_id] = entity
                queue.extend(self.children(entity.entity_id))
        return tuple(found.values())

    def lineage(self, entity_id: str) -> frozenset[str]:
        """Every entity that one was formed from, however long ago."""
        found: set[str] = set()
        queue = [entity_id]
        while queue:
            states = self.states(queue.pop())
            origins = {o.entity_id for state in states for o in state.formed_from} - found
            found |= origins
            queue.extend(origins & self.entities.keys())
        return frozenset(found - {entity_id})


def _state_in(states: Sequence[Entity], year: int) -> Entity:
    begun = [s for s in states if s.valid_from is None or s.valid_from <= year]
    return begun[-1] if begun else states[0]


def _whole(state: Entity, states: Sequence[Entity]) -> Entity:
    """A state over all years of its entity."""
    if len(states) == 1 and len(state.former_ids) < 2 and not state.absent:
        return state
    return replace(
        state,
        valid_from=states[0].valid_from,
        valid_to=states[-1].valid_to,
        former_ids=tuple(dict.fromkeys(old for s in states for old in s.former_ids)),
        absent=tuple(_gaps(states)),
    )


def whole_life(states: Sequence[Entity]) -> Entity:
    """An entity in its last state, over all its years."""
    return _whole(states[-1], states)


def _gaps(states: Sequence[Entity]) -> Iterator[tuple[int, int]]:
    """The spans of years between rows that do not follow each other."""
    for one, other in pairwise(states):
        if one.valid_to is not None and other.valid_from is not None:
            first, last = one.valid_to + 1, other.valid_from - 1
            if first <= last:
                yield first, last
