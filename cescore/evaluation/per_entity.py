"""What is known of each entity, worked out when somebody asks: half a million are never held at once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar

KEPT = 1 << 14  # entities whose answers are kept, the latest asked for: some 3 kB each

T = TypeVar("T")


class PerEntity(Mapping[str, T]):
    """A mapping from entities to what a function says of them; equal questions, equal answers."""

    def __init__(self, entities: Mapping[str, object], made: Callable[[str], T]) -> None:
        self._entities, self._made = entities, made
        self._kept: OrderedDict[str, T] = OrderedDict()

    def __getitem__(self, entity_id: str) -> T:
        if entity_id not in self._entities:
            raise KeyError(entity_id)
        if entity_id not in self._kept:
            self._kept[entity_id] = self._made(entity_id)
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return self._kept[entity_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._entities)

    def __len__(self) -> int:
        return len(self._entities)

    def __contains__(self, entity_id: object) -> bool:
        return entity_id in self._entities
