"""The sums that figures on pages give away, as statements about what respondents returned."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from cescore.disclosure.ledger.behind import Behind, Quantity
from cescore.disclosure.ledger.costs import costs, weights_of
from cescore.disclosure.ledger.industries import OF_INDUSTRY, IndustryTable, IndustryTotal
from cescore.disclosure.ledger.kept_pattern import KeptPattern
from cescore.disclosure.ledger.statements import Figure, Returned, Statements
from cescore.disclosure.ledger.unknowns import Unknowns, is_late
from cescore.method.disclosure.inference import NOISE, Key, Statement
from cescore.method.disclosure.knowledge import RespondentCell
from cescore.method.disclosure.linear_forms import LinearForm
from cescore.method.disclosure.rules import contributions, half_unit, is_safe, rounded

if TYPE_CHECKING:
    from cescore.definitions.model import Disclosure
    from cescore.method.disclosure.linear_forms import Meaning

EARLIER = "earlier edition: "


@dataclass(frozen=True)
class PrintedSum:
    """One sum that a figure gives away; ``atoms``: the returned quantities it is made of."""

    figure: Figure
    statement: Statement
    atoms: frozenset[Returned]


@dataclass(frozen=True, eq=False)
class PrintedSums:
    """Reads every figure of all bodies and years; ``kept``: what an earlier edition withheld."""

    behind: Behind
    kept: KeptPattern

    @property
    def rules(self) -> Disclosure:
        return self.behind.yearly.workspace.definitions.disclosure

    @cached_property
    def statements(self) -> Statements:
        """What each figure says of returned values."""
        return Statements(self.behind)

    @cached_property
    def meanings(self) -> Mapping[Figure, Meaning]:
        """Every figure that stands on a quantity that respondents return."""
        return dict(self.statements)

    @cached_property
    def every(self) -> tuple[PrintedSum, ...]:
        """The sums that the figures give away."""
        now = tuple(
            PrintedSum(figure, statement, frozenset(form.terms))  # type: ignore[arg-type]
            for figure, meaning in self.meanings.items()
            if self.is_weighed(figure)
            for form in meaning.sums
            if (statement := self._statement(figure, form)) is not None
        )
        return (*now, *self._printed_totals(), *self._printed_earlier())

    @cached_property
    def unknowns(self) -> Unknowns:
        """What the figures are sums of."""
        quantities = {a.quantity: None for m in self.meanings.values() for a in m.inputs}  # type: ignore[attr-defined]
        quantities |= {total.quantity: None for total in self.industries.read.values()}
        return Unknowns(self.behind, self.industries, self.kept.filed, quantities)

    @cached_property
    def industries(self) -> IndustryTable:
        return IndustryTable(self.behind)

    @cached_property
    def costs(self) -> Mapping[Figure, float]:
        """What it costs to withhold each figure; see `costs.costs`.

        One of nobody's values says nothing by itself, and others follow from it by a rule all the same.
        """
        sums = [(p.figure, abs(p.statement.high)) for p in self.every if not is_earlier(p.figure)]
        known = {figure for figure, _ in sums}
        for figure in self.meanings:
            if figure not in known and self.is_returned(figure):
                quantity = Quantity(figure.code, figure.year)
                sums.append((figure, abs(self.behind.figure(figure.entity_id, quantity) or 0.0)))
        return costs(sums, self.behind, self.kept.withheld, self.was_printed)

    # --- which figures ------------------------------------------------------------------------

    def is_summed(self, figure: Figure) -> bool:
        """Whether a returned figure was made by adding up others' figures."""
        quantity = Quantity(figure.code, figure.year)
        return self.is_returned(figure) and self.behind.is_summed(figure.entity_id, quantity)

    def is_weighed(self, figure: Figure) -> bool:
        """Whether a figure is released or withheld for itself: returned quantities and what counts.

        Other accounts and indicators go with what they stand on, which they say again.
        """
        return self.is_returned(figure) or figure.code in self._counting[figure.entity_id]

    def is_returned(self, figure: Figure) -> bool:
        """Whether a figure is a variable as it was returned."""
        evaluation = self.behind.yearly.evaluation_of(figure.entity_id)
        return figure.code in evaluation.panel.columns and (
            figure.code not in evaluation.framework.accounts
        )

    @cached_property
    def _counting(self) -> Mapping[str, Collection[str]]:
        """Body -> codes of what is scored, in a headline rate, or what these stand on."""
        by_type = {t: weights_of(e.framework) for t, e in self.behind.yearly.evaluations.items()}
        return {b.entity_id: by_type[b.entity_type] for b in self.behind.bodies}

    def was_printed(self, figure: Figure) -> bool:
        """Whether an earlier edition printed a figure, as far as its pattern tells: it was of this body,
        held these quantities, and was not withheld."""
        filed = self.kept.filed.get(figure.year)
        if filed is None or figure in self.kept.withheld:
            return False
        is_known_body = (
            not any(filed.chains.values()) or figure.entity_id in self._bodies_then[figure.year]
        )
        atoms = self.meanings[figure].inputs if figure in self.meanings else ()
        codes = {a.quantity.code for a in atoms if a.quantity.year == figure.year}  # type: ignore[attr-defined]
        codes = codes or {figure.code.partition(OF_INDUSTRY)[0]}
        return is_known_body and (not filed.sizes or codes <= filed.sizes.keys())

    @cached_property
    def _bodies_then(self) -> Mapping[int, frozenset[str]]:
        """Year -> the bodies in which somebody counted in the earlier edition."""
        filed = self.kept.filed.items()
        return {y: frozenset(b for chain in one.chains.values() for b in chain) for y, one in filed}

    # --- the statements -----------------------------------------------------------------------

    def _printed_totals(self) -> Iterator[PrintedSum]:
        """The industry table, this year's and those of editions before it."""
        for figure, total in self.industries.read.items():
            if total.n and total.is_safe:
                made = self._total_statement(figure, total, total.shown, total.half_width)
                if made is not None:
                    yield PrintedSum(figure, made, frozenset())

    def _total_statement(
        self, name: Key, total: IndustryTotal, value: float, off: float
    ) -> Statement | None:
        """What a total known to lie so far ``off`` a value says of protected respondents.

        What unprotected ones and the signs of negative values add is known, and taken off.
        """
        keys = self.unknowns.totalled.get((total.body, total.industry, total.quantity), ())
        if not keys:
            return None
        known = total.value - math.fsum(self.unknowns.truth[key] for key in keys)
        return Statement.of(name, dict.fromkeys(keys, 1.0), value - known, off)

    def _printed_earlier(self) -> Iterator[PrintedSum]:
        """Sums that an earlier edition printed over other respondents: they cannot be taken back.

        Whoever has both editions can subtract one from the other; what late ones returned, or those
        who were counted elsewhere or nowhere, must not be left over. A value revised since counts as
        it is now, unless it was next to nothing.
        """
        yield from self._totalled_earlier()
        yield from self._above_earlier()
        for quantity, bodies in self.unknowns.sums.items():
            if not self.unknowns.has_changed(quantity):
                continue
            for body in bodies:
                figure = Figure(body, quantity.code, quantity.year)
                if figure not in self.kept.withheld:
                    atom = Returned(body, quantity)
                    yield from self._earlier(figure, LinearForm({atom: 1.0}))

    def _above_earlier(self) -> Iterator[PrintedSum]:
        """Accounts and rates that an earlier edition printed although something below them was withheld."""
        for figure in sorted(self.kept.above):
            for form in self.meanings[figure].sums if figure in self.meanings else ():
                quantities = (atom.quantity for atom in form.terms)  # type: ignore[attr-defined]
                if any(map(self.unknowns.has_changed, quantities)):
                    yield from self._earlier(figure, form)

    def _earlier(self, figure: Figure, form: LinearForm) -> Iterator[PrintedSum]:
        """What a figure was the sum of in the earlier edition; nothing where it was of nobody."""
        name = figure._replace(code=f"{EARLIER}{figure.code}")
        made = self._stated(name, form, self.unknowns.held_earlier)
        if made is not None:
            yield PrintedSum(name, made, frozenset())

    def _totalled_earlier(self) -> Iterator[PrintedSum]:
        for figure, total in self.industries.read.items():
            cells = self.unknowns.totalled.get((total.body, total.industry, total.quantity), ())
            early = [cell for cell in cells if not is_late(cell)]
            if not early or len(early) == len(cells) or figure in self.kept.withheld:
                continue
            if not self._was_safe(total.quantity, cells):  # it was never printed
                continue
            name = figure._replace(code=f"{EARLIER}{figure.code}")
            late = math.fsum(self.unknowns.truth[cell] for cell in cells if is_late(cell))
            known = total.value - math.fsum(self.unknowns.truth[cell] for cell in cells)
            shown = rounded(total.value - late, self.rules.significant_digits)
            off = half_unit(total.value - late, self.rules.significant_digits)
            made = Statement.of(name, dict.fromkeys(early, 1.0), shown - known, off)
            yield PrintedSum(name, made, frozenset())

    def _was_safe(self, quantity: Quantity, cells: Iterable[RespondentCell]) -> bool:
        """Whether the earlier edition could print a total, by what each had returned: of those whose values
        were next to nothing about that, and of others what it is now."""
        before = self.kept.filed[quantity.year].returned(quantity.code)
        values, holders = list[float](), list[str]()
        for cell in cells:
            for entity_id, value in self.unknowns.members(cell).items():
                values.append(before.get(entity_id, 0.0) if is_late(cell) else value)
                holders.append(self.behind.holder(entity_id))
        return is_safe(contributions(np.array(values), holders), self.rules)

    def _statement(self, figure: Figure, form: LinearForm) -> Statement | None:
        """A linear form over bodies' quantities as one over cells and rests; None: of nobody."""
        return self._stated(figure, form, self.unknowns.of)

    def _stated(
        self, name: Figure, form: LinearForm, held: Callable[[Returned], Iterable[Key]]
    ) -> Statement | None:
        """The same; ``held``: the cells and rests that a body's quantity adds up, or did."""
        terms: dict[Key, float] = defaultdict(float)
        for atom, coefficient in form.terms.items():
            for key in held(atom):  # type: ignore[arg-type]
                terms[key] += coefficient
        terms = {key: c for key, c in terms.items() if c}
        if not terms:
            return None
        parts = [c * self.unknowns.truth[key] for key, c in terms.items()]
        noise = NOISE * math.fsum(map(abs, parts))
        return Statement.of(name, terms, math.fsum(parts), noise)


def is_implied(printed: PrintedSum, released: Collection[Figure]) -> bool:
    """Whether a sum follows from released quantities of its own body, one by one."""
    own = {Figure(a.body, a.quantity.code, a.quantity.year) for a in printed.atoms}
    is_of_one_body = {figure.entity_id for figure in own} == {printed.figure.entity_id}
    return is_of_one_body and printed.figure not in own and own.issubset(released)


def is_earlier(name: Key) -> bool:
    """Whether a name is that of a sum in an earlier edition, which cannot be taken back."""
    return isinstance(name, Figure) and name.code.startswith(EARLIER)
