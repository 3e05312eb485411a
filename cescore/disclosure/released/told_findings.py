"""Which findings of the data checks a report tells: none that would say something of what is withheld.

That a finding is there says on which side of its limits a figure lies, and so does its absence. So whether
one is left out does not rest on what is withheld: of a withheld figure no finding is told, whatever it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

from cescore.disclosure.released.covering import Cover
from cescore.disclosure.released.others import OtherRespondents
from cescore.intake import wording
from cescore.intake.address import NOWHERE
from cescore.intake.findings import Finding, Settlement

if TYPE_CHECKING:
    from cescore.disclosure.ledger.ledger import Years

# these count how many figures of a return repeat others: each tells of all
OF_A_WHOLE_RETURN = frozenset({"same_as_last_year", "return_repeated", "return_of_another"})
AMONG_OTHERS = frozenset(
    {"unusual_change", "peer_slip"}
)  # held against what all of a type returned
OF_ITSELF = frozenset(
    {"before", "now", "ratio"}
)  # what a change among others says of its own entity


@dataclass(frozen=True, eq=False)
class ToldFindings:
    """Chooses the findings that readers are told, and takes others' figures out of these.

    ``is_public``: for readers from whom bodies withhold figures; others are told all but what names
    another respondent.
    """

    others: OtherRespondents
    is_public: bool = True

    def of(self, findings: Iterable[Finding], hidden: Years) -> Iterator[Finding]:
        """The findings about an entity that withholds some figures."""
        for finding in findings:
            texts = wording.texts_of(finding.values)
            if any(self.others.are_named_in(text, finding.entity_id) for text in texts):
                continue
            if not self.is_public or not self._tells_of_withheld(finding, hidden):
                yield self._without_others(finding)

    def _tells_of_withheld(self, finding: Finding, hidden: Years) -> bool:
        year = self.others.gate.year if finding.year is None else finding.year
        if finding.code in OF_A_WHOLE_RETURN and self._withholds_any(finding, hidden, year):
            return True
        if _kind(finding) in AMONG_OTHERS and self.others.like_it_withhold(finding, year):
            return True
        cover = Cover(hidden, self.others.gate.year)
        texts = wording.texts_of(finding.values)
        return cover.hides_what_is_said(
            finding.variable, texts, finding.year
        ) or self.others.withheld_are_told_in(finding)

    def _withholds_any(self, finding: Finding, hidden: Years, year: int) -> bool:
        """Whether anything of a return is withheld, or of the one that it repeats."""
        years = {year - 1, year}
        other = dict(finding.values).get("other")
        beside = self.others.gate.ledger.of_body(other)[0] if isinstance(other, str) else {}
        return any(not years.isdisjoint(own) for own in (*hidden.values(), *beside.values()))

    def _without_others(self, finding: Finding) -> Finding:
        """A finding whose words name no other respondent, nor say what others returned."""
        entity_id = finding.entity_id
        settled = {
            one.name: self.others.without_others(getattr(finding.settled, one.name), entity_id)
            for one in fields(Settlement)
        }
        is_elsewhere = self.others.are_named_in(str(finding.at), entity_id)
        told = replace(
            finding,
            at=NOWHERE if is_elsewhere else finding.at,
            note=self.others.without_others(finding.note, entity_id),
            settled=Settlement(**settled),
        )
        return of_itself(told) if self.others.are_respondents_like(entity_id) else told


def _kind(finding: Finding) -> str:
    return finding.kind or finding.code


def of_itself(finding: Finding) -> Finding:
    """A finding without what it says of the changes of others: a median and limits made of quartiles,
    whoever and how few they are."""
    if finding.code != "unusual_change":
        return finding
    own = tuple((name, value) for name, value in finding.values if name in OF_ITSELF)
    return replace(finding, kind="change_of_its_own", values=own)
