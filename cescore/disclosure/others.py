"""Texts in which another respondent might be named: withheld whole where one is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from cescore.disclosure.gate import Gate
from cescore.intake.respondents import NamedRespondents

WITHHELD = "…"


@dataclass(frozen=True, eq=False)
class OtherRespondents:
    """Takes out of a report the texts that hold another respondent's id or name."""

    gate: Gate

    def without_others(self, text: str, entity_id: str) -> str:
        """A text as it is, or withheld whole where it names another respondent."""
        return WITHHELD if self.are_named_in(text, entity_id) else text

    def place(self, text: str, entity_id: str) -> str:
        """The same of a place in a file, of which each entity has hundreds in a few files."""
        return WITHHELD if self._named.are_named_in_place(text, entity_id) else text

    def are_named_in(self, text: str, entity_id: str) -> bool:
        """Whether a text holds the id or the name of another respondent."""
        return self._named.are_named_in(text, entity_id)

    @cached_property
    def _named(self) -> NamedRespondents:
        return NamedRespondents(self.gate.yearly.workspace.register, self.gate.is_public)
