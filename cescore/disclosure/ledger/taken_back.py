"""Figures that an earlier edition printed and that are withheld since: whoever kept it has them still.

What they give away no choice can take back. So a choice looks first whether something that has never
been out can be withheld beside them; what is left is named, figure by figure.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from cescore.disclosure.ledger.printed_sums import EARLIER, PrintedSums, is_earlier
from cescore.disclosure.ledger.statements import Figure
from cescore.disclosure.ledger.system_audit import SystemAudit
from cescore.method.disclosure.withholding import Proofs, least_withheld


@dataclass(frozen=True)
class StillKnown:
    """A figure from which, with what else is out, somebody's value follows to whoever kept an edition.

    ``edition``: the year that this edition evaluated. ``targets``: the holdings whose values follow.
    """

    figure: Figure
    edition: int
    targets: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class TakenBack:
    """What is withheld of bodies' figures after an edition had printed it."""

    sums: PrintedSums
    audits: Sequence[SystemAudit]

    def among(self, withheld: Collection[Figure]) -> Mapping[Figure, int]:
        """Of some figures those that an earlier edition printed -> the year that it evaluated."""
        kept = self.sums.kept
        return {
            figure: kept.taken_back.get(figure, kept.edition)
            for figure in sorted(withheld)
            if figure in kept.taken_back or self.sums.was_printed(figure)
        }

    def beside(self, audit: SystemAudit, withheld: Collection[Figure]) -> set[Figure]:
        """What to withhold beside in a system, of figures that have never been out, so that those that
        were taken back give away as little as they can."""
        known = self.among(withheld)
        if audit.figures.isdisjoint(known):
            return set()
        healing = _Healing(audit, self._out, known)
        return least_withheld(audit.costs, healing.proofs, audit.costs.keys() & withheld)

    def still_known(
        self, withheld: frozenset[Figure], taken_back: Mapping[Figure, int]
    ) -> Iterator[StillKnown]:
        """The figures that give somebody away to whoever kept an earlier edition, with all else that
        is printed: taken back since, or sums over other respondents than now."""
        targets: dict[Figure, set[str]] = defaultdict(set)
        for audit in self.audits:
            for breach in audit.known_since(withheld & audit.figures, taken_back):
                for figure in breach.proof:
                    if isinstance(figure, Figure) and (figure in taken_back or is_earlier(figure)):
                        own = figure._replace(code=figure.code.removeprefix(EARLIER))
                        targets[own].add(breach.target)
        for figure, some in sorted(targets.items()):
            edition = taken_back.get(figure, self.sums.kept.edition)
            yield StillKnown(figure, edition, tuple(sorted(some)))

    @cached_property
    def _out(self) -> frozenset[Figure]:
        """All that has been printed, withheld by now or not."""
        costs = self.sums.costs
        return frozenset(filter(self.sums.was_printed, costs)) | self.sums.kept.taken_back.keys()


@dataclass(frozen=True, eq=False)
class _Healing:
    """One system's breaches as what may still be withheld against each."""

    audit: SystemAudit
    out: frozenset[Figure]
    known: Mapping[Figure, int]

    def proofs(self, withheld: frozenset[Figure]) -> Proofs[Any]:
        """Of each breach the figures that have never been out; breaches without any are past help."""
        breaches = self.audit.known_since(withheld, self.known)
        open_ = (frozenset(breach.proof) - self.out for breach in breaches)
        open_ = (frozenset(p for p in proof if not is_earlier(p)) for proof in open_)
        return list({proof: None for proof in open_ if proof})
