"""Texts that tell of others: of another respondent by name, of another body what it does not print."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from cescore.definitions.formulas.language import ACROSS
from cescore.disclosure.released.covering import codes_in, years_in
from cescore.disclosure.released.gate import Gate
from cescore.intake import wording
from cescore.intake.register.respondents import NamedRespondents

if TYPE_CHECKING:
    from cescore.intake.findings import Finding

WITHHELD = "…"
OF_THOSE_INSIDE = frozenset({"mix_differs"})  # findings that state what firms inside return


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

    def withheld_are_told_in(self, finding: Finding) -> bool:
        """Whether a finding tells of what is withheld of another body, one that it names or one inside
        or around over which its formula looks; or states a sum over the respondents inside."""
        if finding.code in OF_THOSE_INSIDE:
            return True
        texts, entity_id = wording.texts_of(finding.values), finding.entity_id
        codes = codes_in(finding.variable, texts)
        behind, ledger = self.gate.ledger.behind, self.gate.ledger
        named = {text for text in texts if text != entity_id and ledger.contains_others(text)}
        if not named and codes.isdisjoint(ACROSS):
            return False
        year = self.gate.year if finding.year is None else finding.year
        others = {*named, *behind.inside(entity_id, year), *behind.chain(entity_id, year)}
        asked = codes, years_in(codes, year)
        return any(
            ledger.beneath(b, *asked).figures for b in filter(ledger.contains_others, others)
        )

    def like_it_withhold(self, finding: Finding, year: int) -> bool:
        """Whether a body of the same type withholds what a finding of a year holds against that of others."""
        ledger, workspace = self.gate.ledger, self.gate.yearly.workspace
        own_type = workspace.register[finding.entity_id].entity_type
        codes = codes_in(finding.variable, wording.texts_of(finding.values))
        return any(
            ledger.beneath(body.entity_id, codes, range(year - 1, year + 1)).figures
            for body in ledger.behind.bodies
            if body.entity_type == own_type
        )

    def are_respondents_like(self, entity_id: str) -> bool:
        """Whether the entities of somebody's type may not be named."""
        register = self.gate.yearly.workspace.register
        return entity_id in register and not self.gate.is_public(register[entity_id])

    @cached_property
    def _named(self) -> NamedRespondents:
        return NamedRespondents(self.gate.yearly.workspace.register, self.gate.is_public)
