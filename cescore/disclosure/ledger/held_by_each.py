"""What rules say of respondents themselves: what holds for each of them holds for their sums.

A hard rule fuel = coal + gas of every firm ties the unknown sums over the same firms together, also
where no body's figure does; and where a hard rule says that a part is at most its whole, so are the sums.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from cescore.disclosure.ledger.behind import Quantity
from cescore.disclosure.ledger.equated import CLOSE, over_its_value
from cescore.method.disclosure.inference import NOISE, Key, Statement, connected
from cescore.method.disclosure.linear_forms import NOT_APPLICABLE, Meaning, meaning

if TYPE_CHECKING:
    from cescore.definitions.model import CheckRule
    from cescore.disclosure.ledger.behind import Behind
    from cescore.method.disclosure.knowledge import RespondentCell

CellOf = Callable[[str, Quantity], "RespondentCell | None"]


class OfEach(NamedTuple):
    """A rule over some respondents whom no sum of its quantities tells apart: no printed figure."""

    zero: str
    year: int
    number: int


class ZeroOfEach(NamedTuple):
    """What a rule says to be 0 of each respondent, or with ``is_bound`` at most 0."""

    text: str
    is_bound: bool = False


@dataclass(frozen=True, eq=False)
class HeldByEach:
    """The statements that rules make of cells.

    Attributes
    ----------
    cell_of
        A respondent and a quantity -> the cell that its value is in; None: in no sum.
    truth
        What each cell comes to [its unit].
    """

    behind: Behind
    cell_of: CellOf
    truth: Mapping[Key, float]

    def __iter__(self) -> Iterator[Statement]:
        for zero in (*self.zeros(), *self.at_most_zero()):
            for year in self.behind.read_years:
                terms = self._terms(zero.text, year)
                if len(terms) > 1:
                    yield from self._of_blocks(zero, year, terms)

    def zeros(self) -> tuple[ZeroOfEach, ...]:
        """What is 0 for whoever returns."""
        zeros = (ZeroOfEach(rule.equated) for rule in self._rules if rule.equated)
        return tuple(dict.fromkeys(zeros))

    def at_most_zero(self) -> tuple[ZeroOfEach, ...]:
        """What is at most 0 for whoever returns."""
        hard = (rule for rule in self._rules if rule.severity == "hard")
        bounds = (bound for rule in hard for bound in rule.bounds)
        # one of several ways may be another respondent's way
        texts = (b.difference for b in bounds if not b.tolerance and not b.unless)
        return tuple(dict.fromkeys(ZeroOfEach(text, is_bound=True) for text in texts))

    @property
    def _rules(self) -> Iterator[CheckRule]:
        """The rules of all types of respondents that look at nobody else."""
        workspace = self.behind.yearly.workspace
        types = {e.entity_type for e in workspace.register if self.behind.is_respondent(e)}
        for rule in workspace.definitions.checks:
            if types and all(map(rule.is_for, types)) and not rule.looks_at_others:
                yield rule

    def _terms(self, zero: str, year: int) -> Mapping[Quantity, float]:
        """Quantity -> what it is multiplied by; empty where the rule is neither linear in returned values nor
        a quotient of such."""

        def look(code: str, in_year: int) -> Meaning:
            quantity = Quantity(code, in_year)
            total = math.fsum(self.behind.values(quantity).values())
            return Meaning.returned(quantity, total) if total else NOT_APPLICABLE

        found = meaning(zero, "1", year, self.behind.yearly.workspace.base_year, look)
        form = over_its_value(found)
        return form.terms if form is not None else {}  # type: ignore[return-value]

    def _of_blocks(
        self, zero: ZeroOfEach, year: int, terms: Mapping[Quantity, float]
    ) -> Iterator[Statement]:
        """The rule over cells of the same respondents, as few of them at a time as can be."""
        cells: dict[str, list[RespondentCell]] = defaultdict(list)
        for quantity in terms:
            for respondent in self.behind.values(quantity):
                cell = self.cell_of(respondent, quantity)
                if cell is None:
                    return  # of that quantity there is no sum
                cells[respondent].append(cell)
        blocks = connected((), cells.values())
        for number, block in enumerate(sorted(blocks, key=lambda b: sorted(map(repr, b)))):
            made: dict[Key, float] = {c: terms[c.quantity] for c in sorted(block, key=repr)}  # type: ignore[attr-defined]
            parts = [c * self.truth[cell] for cell, c in made.items()]
            value, largest = math.fsum(parts), max(map(abs, parts))
            name = OfEach(zero.text, year, number)
            if zero.is_bound:
                near = self.behind.p_percent / 100
                if len(made) > 1 and -near * largest <= value <= NOISE * largest:
                    yield Statement(name, made, -math.inf, NOISE * largest, frozenset())
            elif len(made) > 1 and abs(value) <= CLOSE * largest:
                width = abs(value) + NOISE * largest
                yield Statement(name, made, -width, width, frozenset())
