"""Texts in which another respondent might be named: withheld whole where one is."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Set
from dataclasses import dataclass
from functools import cached_property
from operator import add
from typing import TYPE_CHECKING

from cescore.disclosure.gate import Gate

if TYPE_CHECKING:
    from cescore.intake.entities import Entity

WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
WITHHELD = "…"


@dataclass(frozen=True, eq=False)
class OtherRespondents:
    """Knows every respondent's id and names, and takes out of a report the texts that hold them."""

    gate: Gate

    def without_others(self, text: str, entity_id: str) -> str:
        """A text as it is, or withheld whole where it names another respondent."""
        return WITHHELD if self.are_named_in(text, entity_id) else text

    def are_named_in(self, text: str, entity_id: str) -> bool:
        """Whether a text holds the id or the name of another respondent.

        Those that an entity was formed from are no others: it is their heir.
        """
        if not text:
            return False
        own = {entity_id, *self.gate.yearly.workspace.register.lineage(entity_id)}
        named = {word.rstrip(".-") for word in WORD.findall(text)} & self._restricted_ids
        return bool(named - own) or bool(self._restricted_names(own, text))

    @cached_property
    def _restricted(self) -> tuple[Entity, ...]:
        return tuple(e for e in self.gate.yearly.workspace.register if not self.gate.is_public(e))

    @cached_property
    def _restricted_ids(self) -> frozenset[str]:
        return frozenset(e.entity_id for e in self._restricted)

    @cached_property
    def _names(self) -> Mapping[str, frozenset[str]]:
        """Respondents' names by their first two characters, each with its entity's id."""
        found: dict[str, set[str]] = defaultdict(set)
        register = self.gate.yearly.workspace.register
        for state in (s for e in self._restricted for s in register.states(e.entity_id)):
            for name in (state.name_zh, state.name_en):
                if len(name) > 1:
                    found[name[:2]].add(name)
        return {start: frozenset(names) for start, names in found.items()}

    @cached_property
    def _starts(self) -> frozenset[str]:
        """How respondents' names begin: asked of every place a value was read from."""
        return frozenset(self._names)

    def _restricted_names(self, own: Set[str], text: str) -> set[str]:
        """Names of other respondents that stand in a text; of entities' own states all are theirs."""
        register = self.gate.yearly.workspace.register
        starts = self._starts.intersection(map(add, text, text[1:]))
        found = {name for start in starts for name in self._names[start] if name in text}
        if not found:
            return found
        mine = (state for e in own if e in register for state in register.states(e))
        return found - {name for state in mine for name in (state.name_zh, state.name_en)}
