"""What rules say of respondents themselves: what holds for each of them holds for their sums.

A hard rule fuel = coal + gas of every firm ties the unknown sums over the same firms together, also
where no body's figure does.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from cescore.disclosure.ledger.behind import Quantity
from cescore.disclosure.ledger.equated import CLOSE
from cescore.method.disclosure.inference import NOISE, Key, Statement, connected
from cescore.method.disclosure.linear_forms import NOT_APPLICABLE, Meaning, meaning

if TYPE_CHECKING:
    from cescore.disclosure.ledger.behind import Behind
    from cescore.method.disclosure.knowledge import RespondentCell

CellOf = Callable[[str, Quantity], "RespondentCell | None"]


class OfEach(NamedTuple):
    """A rule over some respondents whom no sum of its quantities tells apart: no printed figure."""

    zero: str
    year: int
    number: int


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
        for zero in self.zeros():
            for year in self.behind.read_years:
                terms = self._terms(zero, year)
                if len(terms) > 1:
                    yield from self._of_blocks(zero, year, terms)

    def zeros(self) -> tuple[str, ...]:
        """What is 0 for whoever returns: rules of all types of respondents that look at nobody else."""
        workspace = self.behind.yearly.workspace
        types = {e.entity_type for e in workspace.register if self.behind.is_respondent(e)}
        rules = (rule for rule in workspace.definitions.checks if types <= set(rule.entity_types))
        zeros = (rule.equated for rule in rules if types and not rule.looks_at_others)
        return tuple(dict.fromkeys(zero for zero in zeros if zero))

    def _terms(self, zero: str, year: int) -> Mapping[Quantity, float]:
        """Quantity -> what it is multiplied by; empty where the rule is not linear in returned values."""

        def look(code: str, in_year: int) -> Meaning:
            quantity = Quantity(code, in_year)
            total = math.fsum(self.behind.values(quantity).values())
            return Meaning.returned(quantity, total) if total else NOT_APPLICABLE

        found = meaning(zero, "1", year, self.behind.yearly.workspace.base_year, look)
        if not found.is_linear or found.numerator is None or found.denominator is None:
            return {}
        return found.numerator.times(1 / found.denominator.value).terms  # type: ignore[return-value]

    def _of_blocks(
        self, zero: str, year: int, terms: Mapping[Quantity, float]
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
            off, largest = abs(math.fsum(parts)), max(map(abs, parts))
            if len(made) > 1 and off <= CLOSE * largest:
                width = off + NOISE * largest
                name = OfEach(zero, year, number)
                yield Statement(name, made, -width, width, frozenset())
