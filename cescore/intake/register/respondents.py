"""Texts in which another respondent might be named."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass
from functools import cached_property
from operator import add

from cescore.intake.register.entities import Entity, Register

MOST_KEPT = 4096  # files and entities of which it is kept whether one is named
WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
JOINT = re.compile(r"([_.-])")  # what the parts of a file's name are joined by


@dataclass(frozen=True, eq=False)
class NamedRespondents:
    """Knows every respondent's id and names; ``is_public`` says who is none."""

    register: Register
    is_public: Callable[[Entity], bool]

    def are_named_in(self, text: str, entity_id: str) -> bool:
        """Whether a text holds the id or the name of another respondent than one.

        Those that an entity was formed from are no others: it is their heir.
        """
        if not text:
            return False
        own = {entity_id, *self.register.lineage(entity_id)}
        named = {called for word in WORD.findall(text) for called in self._ids_in(word, own)}
        return bool(named - own) or bool(self._names_in(own, text))

    def _ids_in(self, word: str, own: Set[str]) -> Iterator[str]:
        """The ids that a word is, or that it is put together from as a file's name may be.

        Of those that begin at one place the longest; digits alone are a number within a word.
        """
        bare = word.rstrip(".-")
        if bare in self._ids or bare.isalnum():
            yield from {bare} & self._ids
            return
        parts, start = JOINT.split(bare), 0
        while start < len(parts):
            ends = range(len(parts), start, -1)
            runs = {end: "".join(parts[start:end]) for end in ends}
            end = next((e for e, run in runs.items() if run in self._ids or run in own), 0)
            if end and not runs[end].isdigit():
                yield runs[end]
            start = end or start + 1

    def are_named_in_place(self, text: str, entity_id: str) -> bool:
        """The same of the address of a row, ``file:line``: its file is looked at once.

        A line's number can be a respondent's id or name, or the end of one that holds a colon; then
        each address is looked at by itself.
        """
        file, _, line = text.rpartition(":")
        if not file or not (line.isascii() and line.isdigit()) or self._reach_into_lines:
            return self.are_named_in(text, entity_id)
        known = file, entity_id
        if known not in self._files:
            if len(self._files) > MOST_KEPT:
                self._files.clear()
            self._files[known] = self.are_named_in(f"{file}:", entity_id)
        return self._files[known]

    @cached_property
    def _files(self) -> dict[tuple[str, str], bool]:
        return {}

    @cached_property
    def _reach_into_lines(self) -> bool:
        """Whether a respondent's id or name could stand, in part or whole, in the number of a line."""
        names = (name for every in self._names.values() for name in every)
        return any(":" in name or name.isdigit() for name in (*self._ids, *names))

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
        states = (s for e in self._restricted for s in self.register.states(e.entity_id))
        for state in states:
            for name in (state.name_zh, state.name_en):
                if len(name) > 1:
                    found[name[:2]].add(name)
        return {start: frozenset(names) for start, names in found.items()}

    @cached_property
    def _starts(self) -> frozenset[str]:
        """How respondents' names begin: asked of every place a value was read from."""
        return frozenset(self._names)

    def _names_in(self, own: Set[str], text: str) -> set[str]:
        """Names of other respondents that stand in a text; of entities' own states all are theirs."""
        starts = self._starts.intersection(map(add, text, text[1:]))
        found = {name for start in starts for name in self._names[start] if name in text}
        if not found:
            return found
        mine = (state for e in own if e in self.register for state in self.register.states(e))
        return found - {name for state in mine for name in (state.name_zh, state.name_en)}
