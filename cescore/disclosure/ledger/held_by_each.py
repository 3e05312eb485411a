"""What rules say of respondents themselves: what holds for each of them holds for their sums.

A hard rule fuel = coal + gas of every firm ties the unknown sums over the same firms together, also
where no body's figure does; and where a hard rule says that a part is at most its whole, so are the sums.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from cescore.disclosure.ledger.behind import Quantity
from cescore.disclosure.ledger.equated import CLOSE, over_its_value
from cescore.disclosure.ledger.records import Records
from cescore.method.disclosure.inference import NOISE, Key, Statement, connected
from cescore.method.disclosure.linear_forms import NOT_APPLICABLE, Meaning, meaning

if TYPE_CHECKING:
    from cescore.definitions.model import CheckRule
    from cescore.disclosure.ledger.behind import Behind
    from cescore.method.disclosure.knowledge import RespondentCell

CellOf = Callable[[str, Quantity], "RespondentCell | None"]


class ZeroOfEach(NamedTuple):
    """What a rule says to be 0 of each respondent.

    ``of_types``: of which entity types, none named: of all. ``tolerance``: within which, as a formula;
    "": it is at most 0. ``unless``: conditions of which none may be the case of whom it is told.
    """

    text: str
    of_types: tuple[str, ...] = ()
    tolerance: str = ""
    unless: tuple[str, ...] = ()


class OfEach(NamedTuple):
    """A rule over some respondents whom no sum of its quantities tells apart: no printed figure."""

    zero: ZeroOfEach
    year: int
    number: int


class _Block(NamedTuple):
    """What a rule comes to over cells of the same respondents."""

    respondents: Sequence[str]
    terms: Mapping[Key, float]  # cell -> what it is multiplied by
    value: float
    largest: float  # of the parts that it is the sum of, by magnitude
    around: float  # the same, or what one holding returned in the bodies around if that is more


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
        return tuple(dict.fromkeys(self._bounds(has_tolerance=True)))

    def at_most_zero(self) -> tuple[ZeroOfEach, ...]:
        """What is at most 0 for whoever returns."""
        return tuple(dict.fromkeys(self._bounds(has_tolerance=False)))

    def _bounds(self, *, has_tolerance: bool) -> Iterator[ZeroOfEach]:
        """What certain rules bound, within a tolerance either way or from one side alone."""
        for rule in self._rules:
            for bound in rule.bounds if rule.is_certain else ():
                if bool(bound.tolerance) is has_tolerance:
                    told = bound.difference, rule.entity_types, bound.tolerance, bound.unless
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
        records = self._records(entity_type, year)
        are_not = zip(records.panel.entities, records.have_none_of(conditions), strict=True)
        return frozenset(entity for entity, is_not in are_not if is_not)

    @lru_cache(maxsize=1024)  # noqa: B019
    def _numbers(self, formula: str, entity_type: str, year: int) -> Mapping[str, float]:
        """What a formula comes to for each respondent of a type; NaN where it has no value."""
        records = self._records(entity_type, year)
        return dict(zip(records.panel.entities, records.numbers(formula).tolist(), strict=True))

    @lru_cache(maxsize=256)  # noqa: B019
    def _records(self, entity_type: str, year: int) -> Records:
        evaluation = self.behind.yearly.evaluations[entity_type]
        panel = evaluation.panel.with_columns(evaluation.accounts.columns)
        base_year = self.behind.yearly.workspace.base_year
        return Records(panel, year, base_year, evaluation.framework.factor_values)

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
            if len(made) > 1 and (ends := self._ends(zero, year, self._block(inside, made))):
                yield Statement(OfEach(zero, year, number), made, *ends, frozenset())

    def _block(self, respondents: Sequence[str], terms: Mapping[Key, float]) -> _Block:
        parts = {cell: c * self.truth[cell] for cell, c in terms.items()}
        largest = max(map(abs, parts.values()))
        beside = (
            abs(c) * self.behind.largest_around(one, cell.quantity)  # type: ignore[attr-defined]
            for one in respondents
            for cell, c in terms.items()
        )
        return _Block(respondents, terms, math.fsum(parts.values()), largest, max(largest, *beside))

    def _ends(self, zero: ZeroOfEach, year: int, block: _Block) -> tuple[float, float] | None:
        """Between which a sum over respondents lies as each keeps a rule; None where that tells nobody
        anything, be it of a large firm beside them."""
        noise, near = NOISE * block.largest, self.behind.p_percent / 100 * block.around
        if not zero.tolerance:
            return (-math.inf, noise) if -near <= block.value <= noise else None
        off = abs(block.value)
        if off <= CLOSE * block.largest:
            return -off - noise, off + noise
        within = math.fsum(self._tolerance(zero, one, year) for one in block.respondents)
        # nothing is told of whom the rule could not be checked: NaN is near to nothing
        return (-within, within) if within - near <= off <= within + noise else None

    def _tolerance(self, zero: ZeroOfEach, respondent: str, year: int) -> float:
        entity_type = self.behind.yearly.workspace.register[respondent].entity_type
        return self._numbers(zero.tolerance, entity_type, year).get(respondent, math.nan)
