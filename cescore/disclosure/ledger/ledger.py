"""The ledger: every figure on bodies' pages as a statement about respondents, audited as one system.

A figure is released or withheld everywhere at once. What is withheld is the least, by cost, after
which no respondent's value can be inferred too closely from all that is released together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING

from cescore.definitions.frameworks.order import closure
from cescore.disclosure.ledger.apart import audits_of
from cescore.disclosure.ledger.behind import Behind, Quantity
from cescore.disclosure.ledger.by_year import Choice, by_year
from cescore.disclosure.ledger.earlier import EarlierSums, size_of
from cescore.disclosure.ledger.few_withheld import WithheldMember
from cescore.disclosure.ledger.industries import IndustryTable, IndustryTotal, is_of_industry
from cescore.disclosure.ledger.kept_pattern import KeptPattern, basis_of, pattern_of
from cescore.disclosure.ledger.not_adding import of_too_few
from cescore.disclosure.ledger.printed_sums import PrintedSum, PrintedSums, is_earlier, is_implied
from cescore.disclosure.ledger.statements import Figure, Returned
from cescore.disclosure.ledger.taken_back import StillKnown, TakenBack
from cescore.method.disclosure.knowledge import most_of
from cescore.method.disclosure.protection import Breach, Protection
from cescore.method.disclosure.withholding import least_withheld

if TYPE_CHECKING:
    from cescore.definitions.kept_definitions import Keeping
    from cescore.definitions.model import Disclosure
    from cescore.disclosure.ledger.system_audit import SystemAudit
    from cescore.evaluation.yearly import YearlyEvaluation
    from cescore.method.disclosure.knowledge import RespondentCell

Years = Mapping[str, frozenset[int]]  # code -> years
Settled = tuple[set[Figure], set[str]]
Each = Callable[[Callable[["SystemAudit"], Settled], Sequence["SystemAudit"]], Iterable[Settled]]


@dataclass(frozen=True, eq=False)
class Ledger:
    """All figures of all bodies and years, and which of them are released to the public."""

    yearly: YearlyEvaluation
    known: Keeping | None = None  # what other commands chose, year by year; None: choose now
    only: frozenset[int] | None = None  # years whose pages are read; None: every year's
    since: KeptPattern | None = None  # of the edition to stand beside; None: that kept in data/

    @property
    def rules(self) -> Disclosure:
        return self.yearly.workspace.definitions.disclosure

    # --- what is released ---------------------------------------------------------------------

    @cached_property
    def withheld(self) -> frozenset[Figure]:
        """The figures that the public does not see."""
        return self.kept.withheld if self.is_kept else self._chosen.withheld

    @cached_property
    def _chosen(self) -> Choice:
        """What is withheld where the pattern kept in data/ does not fit."""
        if self.known is not None and self.rules.is_decided:
            return by_year(self.behind, self.kept, self.known, self._choice_of)
        return self.choice()

    def choice(self) -> Choice:
        """What to withhold, chosen now; of the years whose pages are read."""
        withheld = self._safe(self.kept.proven)
        return Choice(withheld, self._above(withheld))

    def _choice_of(self, years: frozenset[int] | None) -> tuple[Choice, tuple[SystemAudit, ...]]:
        """The choice of some years alone, and the systems that it rests on."""
        alone = replace(self, known=None, only=years)
        return alone.choice(), alone.audits

    def _safe(self, proven: Collection[str] = ()) -> frozenset[Figure]:
        """What to withhold so that nobody's value can be inferred too closely: what an earlier edition
        withheld, and what has to go beside it. ``proven``: parts that are not audited again."""
        if not self.rules.is_decided:
            return frozenset(f for f in self.sums.meanings if self.sums.is_summed(f))
        return self._of_too_few.union(*(self._safe_in(audit, proven) for audit in self.audits))

    def _safe_in(self, audit: SystemAudit, proven: Collection[str] = ()) -> set[Figure]:
        """The same of one system, beside what is withheld of it for itself."""
        before = self.kept.withheld & audit.costs.keys()
        chosen = least_withheld(audit.costs, partial(audit.proofs, proven=proven), before)
        chosen |= self._since_earlier.beside(audit, chosen)
        return chosen - _needless(audit.printed, chosen)

    @cached_property
    def _of_too_few(self) -> frozenset[Figure]:
        """What is withheld for itself alone; see `not_adding`."""
        return frozenset(of_too_few(self.behind, self.rules.min_contributors))

    @cached_property
    def above(self) -> frozenset[Figure]:
        """Accounts and indicators that are released although something they stand on is withheld.

        Others go with what they stand on: what is no sum or ratio of sums, and what nothing scored
        or in a headline rate stands on.
        """
        return self.kept.above if self.is_kept else self._chosen.above

    def _above(self, withheld: frozenset[Figure]) -> frozenset[Figure]:
        hidden = {Returned(f.entity_id, Quantity(f.code, f.year)) for f in withheld}
        return frozenset(
            printed.figure
            for printed in self.printed
            if printed.figure not in withheld
            and printed.atoms
            and not self.sums.is_returned(printed.figure)
            and printed.atoms & hidden
        )

    @property
    def is_kept(self) -> bool:
        """Whether the pattern kept in data/ was audited on exactly what is released now."""
        return self.kept.audited == self.basis

    @property
    def phase(self) -> str:
        """Which choice is still to be made, as whoever waits for it is told; "" where a kept one fits."""
        if self.is_kept:
            return ""
        return "withholding" if self.kept.audited else "withholding_first"

    def is_released(self, entity_id: str, code: str, year: int) -> bool:
        """Whether a body's variable, account or indicator of a year may be printed for everybody."""
        return Figure(entity_id, code, year) not in self.withheld

    def shows_total(self, total: IndustryTotal) -> bool:
        """Whether a total of the industry table may be printed."""
        return total.n > 0 and total.is_safe and total.figure not in self.withheld

    def beneath(self, entity_id: str, codes: Iterable[str], years: Iterable[int]) -> WithheldMember:
        """What of a body is withheld at or beneath some codes of some years, and whose most of it is."""
        expressions = self.yearly.evaluation_of(entity_id).framework.expressions
        cells = [(code, year) for code in closure(codes, expressions, own=True) for year in years]
        hidden = [cell for cell in cells if not self.is_released(entity_id, *cell)]
        returned = (self.behind.parts(entity_id, Quantity(*cell)) for cell in hidden)
        owners = {most_of(parts) for parts in returned if parts}
        return WithheldMember(
            frozenset(code for code, _ in hidden), owners.pop() if len(owners) == 1 else ""
        )

    def insider(self, entity_id: str, code: str, year: int) -> str:
        """The holding that returned most of a body's figure, which it knows nearly; "" where none did."""
        return most_of(self.behind.parts(entity_id, Quantity(code, year)))

    def of_body(self, entity_id: str) -> tuple[Years, Years]:
        """A body's own figures that are withheld, and those released above these: code -> years.

        Of who contains nobody no figure is a statement about others: nothing is looked for.
        """
        if not self.contains_others(entity_id):
            return {}, {}
        return _by_code(self.withheld, entity_id), _by_code(self.above, entity_id)

    def contains_others(self, entity_id: str) -> bool:
        """Whether an entity is a body, whose figures are statements about others."""
        return entity_id in self._bodies

    @cached_property
    def _bodies(self) -> frozenset[str]:
        return frozenset(body.entity_id for body in self.behind.bodies)

    @cached_property
    def kept(self) -> KeptPattern:
        """What an earlier edition withheld, which is preferred."""
        return pattern_of(self.yearly.workspace) if self.since is None else self.since

    @cached_property
    def basis(self) -> str:
        """A hash of all that the choice rests on."""
        return basis_of(self.yearly.workspace)

    def pattern(self, each: Each = map) -> KeptPattern:
        """What data/withheld.json is to keep of this edition, every part of it audited here and now.

        ``each``: what asks the systems, one after the other or side by side; the largest come first.
        """
        proven = set[str]()
        if self.rules.is_decided:
            largest_first = sorted(self.audits, key=lambda audit: -len(audit.printed))
            settled = list(each(self._settled, largest_first))
            withheld = self._of_too_few.union(*(figures for figures, _ in settled))
            proven.update(*(verdicts for _, verdicts in settled))
        else:
            withheld = self._safe()
        return KeptPattern(
            audited=self.basis,
            filed={year: self._returns_of(year) for year in self.behind.years},
            withheld=withheld,
            above=self._above(withheld),
            proven=frozenset(proven),
            taken_back=self._taken_back(withheld),
        )

    def _settled(self, audit: SystemAudit) -> Settled:
        """What is withheld of a system, and the verdicts on its parts (`proven.verdict_of`)."""
        withheld = self._safe_in(audit)
        hidden = self._of_too_few.union(withheld) & audit.figures
        return withheld, set(audit.verdicts(hidden))

    def _returns_of(self, year: int) -> EarlierSums:
        """Whose returns the sums of a year hold, as the next edition has to know them."""
        behind = self.behind
        ids = sorted(e for e in behind.respondents if behind.has_returned(e, year))
        quantities = (q for q in self.sums.unknowns.sums if q.year == year)
        values = {q.code: behind.values(q) for q in quantities}
        return EarlierSums(
            {e: behind.chain(e, year) for e in ids},
            {c: "".join(size_of(of.get(e, 0.0)) for e in ids) for c, of in values.items() if of},
        )

    # --- the audit ------------------------------------------------------------------------------

    def breaches(self, withheld: frozenset[Figure] = frozenset()) -> list[Breach]:
        """Whose value could be inferred too closely, by whom and from what, were all else released."""
        return [b for audit in self.audits for b in audit.breaches(withheld & audit.figures)]

    def breaches_beside_earlier(self, withheld: frozenset[Figure]) -> list[Breach]:
        """The same of what stands beside an earlier edition's sums over other respondents alone."""
        beside = (a for a in self.audits if any(is_earlier(p.figure) for p in a.printed))
        return [b for audit in beside for b in audit.breaches(withheld & audit.figures)]

    def still_known(self, withheld: frozenset[Figure] | None = None) -> tuple[StillKnown, ...]:
        """What gives somebody away to whoever kept an earlier edition, and cannot be taken back;
        ``withheld``: of what is printed of this edition, as the ledger has it where it is not given."""
        if not self.rules.is_decided:
            return ()
        hidden = self.withheld if withheld is None else withheld
        return tuple(self._since_earlier.still_known(hidden, self._taken_back(hidden)))

    def _taken_back(self, withheld: frozenset[Figure]) -> Mapping[Figure, int]:
        """Of what is withheld that which an earlier edition printed -> the year that it evaluated."""
        return self._since_earlier.among(withheld) if self.rules.is_decided else {}

    @cached_property
    def _since_earlier(self) -> TakenBack:
        return TakenBack(self.sums, self.audits)

    def protections(self) -> Iterator[Protection]:
        """The systems of everything that is released, or was by an edition that somebody kept."""
        hidden = self.withheld.difference(self._taken_back(self.withheld))
        for audit in self.audits:
            yield from map(audit.protection, audit.parts(hidden & audit.figures))

    @cached_property
    def audits(self) -> tuple[SystemAudit, ...]:
        """The systems that all statements fall into."""
        return audits_of(self.sums)

    # --- the statements -------------------------------------------------------------------------

    @cached_property
    def behind(self) -> Behind:
        return Behind(self.yearly, self.only)

    @cached_property
    def sums(self) -> PrintedSums:
        return PrintedSums(self.behind, self.kept)

    @property
    def printed(self) -> tuple[PrintedSum, ...]:
        """The sums that the figures give away."""
        return self.sums.every

    @property
    def industries(self) -> IndustryTable:
        return self.sums.industries

    def members(self, cell: RespondentCell) -> Mapping[str, float]:
        """The respondents of a cell and what each returned."""
        return self.sums.unknowns.members(cell)


def _needless(every: Iterable[PrintedSum], withheld: Collection[Figure]) -> set[Figure]:
    """Figures that follow from released ones of their own body: to withhold them hides nothing."""
    sums: dict[Figure, list[PrintedSum]] = defaultdict(list)
    for printed in every:
        sums[printed.figure].append(printed)
    released = sums.keys() - set(withheld)
    return {f for f in withheld if f in sums and all(is_implied(p, released) for p in sums[f])}


def _by_code(figures: Iterable[Figure], entity_id: str) -> Years:
    years: dict[str, set[int]] = defaultdict(set)
    for figure in figures:
        if figure.entity_id == entity_id and not is_of_industry(figure):
            years[figure.code].add(figure.year)
    return {code: frozenset(years[code]) for code in sorted(years)}
