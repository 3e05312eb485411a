"""What rules say of respondents themselves: what holds for each of them holds for their sums.

A hard rule fuel = coal + gas of every firm ties the unknown sums over the same firms together, also
where no body's figure does; and where a hard rule says that a part is at most its whole, so are the sums.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from cescore.disclosure.ledger.behind import Quantity
from cescore.disclosure.ledger.equated import CLOSE, over_its_value
from cescore.method.disclosure.inference import NOISE, Key, Statement, connected
from cescore.method.disclosure.linear_forms import NOT_APPLICABLE, Meaning, meaning
from cescore.method.index.formulas import holds

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
    """What a rule says to be 0 of each respondent, or with ``is_bound`` at most 0.

    ``of_types``: of which entity types, none named: of all. ``unless``: conditions of which none may be
    the case of whom it is told.
    """

    text: str
    of_types: tuple[str, ...] = ()
    is_bound: bool = False
    unless: tuple[str, ...] = ()


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
        rules = (rule for rule in self._rules if rule.equated)
        equated = (ZeroOfEach(rule.equated, rule.entity_types) for rule in rules)
        return tuple(dict.fromkeys((*equated, *self._bounds(has_tolerance=True))))

    def at_most_zero(self) -> tuple[ZeroOfEach, ...]:
        """What is at most 0 for whoever returns."""
        return tuple(dict.fromkeys(self._bounds(has_tolerance=False)))

    def _bounds(self, *, has_tolerance: bool) -> Iterator[ZeroOfEach]:
        """What hard rules bound, within a tolerance either way or from one side alone."""
        for rule in self._rules:
            for bound in rule.bounds if rule.severity == "hard" else ():
                if bool(bound.tolerance) is has_tolerance:
                    told = bound.difference, rule.entity_types, not has_tolerance, bound.unless
                    yield ZeroOfEach(*told)

    @property
    def _rules(self) -> Iterator[CheckRule]:
        """The rules of respondents that look at nobody else."""
        workspace = self.behind.yearly.workspace
        types = {e.entity_type for e in workspace.register if self.behind.is_respondent(e)}
        for rule in workspace.definitions.checks:
            if any(map(rule.is_for, types)) and not rule.looks_at_others:
                yield rule

    def _is_told_of(self, zero: ZeroOfEach, respondent: str, year: int) -> bool:
        """Whether a rule says it of a respondent, who has none of its other ways."""
        entity_type = self.behind.yearly.workspace.register[respondent].entity_type
        if zero.of_types and entity_type not in zero.of_types:
            return False
        return not zero.unless or respondent in self._with_none_of(zero.unless, entity_type, year)

    @lru_cache(maxsize=1024)  # noqa: B019 - lives as long as its run
    def _with_none_of(
        self, conditions: tuple[str, ...], entity_type: str, year: int
    ) -> frozenset[str]:
        """Of whom each of some conditions is known not to hold."""
        yearly = self.behind.yearly
        evaluation = yearly.evaluations[entity_type]
        panel = evaluation.panel.with_columns(evaluation.accounts.columns)
        factors = evaluation.framework.factor_values
        found = [
            holds(one, panel, base_year=yearly.workspace.base_year, factors=factors)
            for one in conditions
        ]
        place = panel.year_position(year)
        are_not = np.all([known[:, place] & ~true[:, place] for true, known in found], axis=0)
        return frozenset(
            entity for entity, is_not in zip(panel.entities, are_not, strict=True) if is_not
        )

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
            inside = [r for r, own in cells.items() if not block.isdisjoint(own)]
            if not all(self._is_told_of(zero, respondent, year) for respondent in inside):
                continue
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
