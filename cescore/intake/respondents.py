"""Texts in which another respondent might be named."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from operator import add

from cescore.intake.entities import Entity, Register

WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")


@dataclass(frozen=True, eq=False)
class NamedRespondents:
    """Knows every respondent's id and names; ``is_public`` says who is none."""

    register: Register
    is_public: Callable[[Entity], bool]

    def are_named_in(self, text: str, entity_id: str) -> bool:
        """Whether a text holds the id or the name of another respondent than one."""
        if not text:
            return False
        named = {word.rstrip(".-") for word in WORD.findall(text)} & self._ids
        names = any(name in text for name in self._names_in(entity_id, text))
        return bool(named - {entity_id}) or names

    @cached_property
    def _restricted(self) -> tuple[Entity, ...]:
        return tuple(e for e in self.register if not self.is_public(e))

    @cached_property
    def _ids(self) -> frozenset[str]:
        return frozenset(e.entity_id for e in self._restricted)

    @cached_property
    def _names(self) -> Mapping[str, frozenset[str]]:
        """Respondents' names by their first two characters."""
        found: dict[str, set[str]] = defaultdict(set)
        for entity in self._restricted:
            for name in (entity.name_zh, entity.name_en):
                if len(name) > 1:
                    found[name[:2]].add(name)
        return {start: frozenset(names) for start, names in found.items()}

    @cached_property
    def _starts(self) -> frozenset[str]:
        """How respondents' names begin: asked of every place a value was read from."""
        return frozenset(self._names)

    def _names_in(self, entity_id: str, text: str) -> set[str]:
        """Names of other respondents that might stand in a text."""
        entity = self.register[entity_id]
        starts = self._starts.intersection(map(add, text, text[1:]))
        found = {name for start in starts for name in self._names[start]}
        return found - {entity.name_zh, entity.name_en}
