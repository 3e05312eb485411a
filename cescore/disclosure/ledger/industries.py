"""The industry table: respondents' totals by industry, as figures that the ledger weighs like any other.

It stands in the topmost public bodies alone: the same totals by district or park would let a reader
subtract one from another. A total of fewer contributors than the minimum, or unsafe by the p % rule,
is never printed; which others are withheld with it is the ledger's choice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from cescore.disclosure.ledger.behind import Quantity
from cescore.disclosure.ledger.equated import CLOSE
from cescore.disclosure.ledger.equations import Equation
from cescore.disclosure.ledger.headline import headline_inputs
from cescore.disclosure.ledger.statements import Figure
from cescore.method.disclosure.linear_forms import LinearForm, Meaning, meaning
from cescore.method.disclosure.rules import contributions, half_unit, is_safe, rounded

if TYPE_CHECKING:
    from cescore.definitions.model import Disclosure
    from cescore.disclosure.ledger.behind import Behind
    from cescore.intake.register.entities import Entity

OF_INDUSTRY = " @ "  # in the code of a figure; no variable is called so


@dataclass(frozen=True)
class IndustryTotal:
    """One cell of the table.

    Attributes
    ----------
    value
        The signed sum over all its members [unit of the variable].
    shown
        The same to the significant digits released: what is printed.
    half_width
        How far off that may be [unit of the variable].
    n
        Holdings that contribute.
    is_safe
        Whether it may be printed as far as it alone goes.
    """

    body: str
    industry: str
    quantity: Quantity
    value: float
    shown: float
    half_width: float
    n: int
    is_safe: bool

    @property
    def figure(self) -> Figure:
        return industry_figure(self.body, self.quantity.code, self.industry, self.quantity.year)


def industry_figure(body: str, code: str, industry: str, year: int) -> Figure:
    """The name of a total among the ledger's figures."""
    return Figure(body, f"{code}{OF_INDUSTRY}{industry}", year)


def is_of_industry(figure: Figure) -> bool:
    return OF_INDUSTRY in figure.code


@dataclass(frozen=True, eq=False)
class IndustryTable:
    """The totals of every year on pages, the one evaluated and those of editions before it."""

    behind: Behind

    @property
    def rules(self) -> Disclosure:
        return self.behind.yearly.workspace.definitions.disclosure

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """The variables totalled: those the bureau names, else the inputs of the headline rates."""
        if self.rules.industry_totals:
            return self.rules.industry_totals
        variables = self.behind.yearly.workspace.definitions.variables
        inputs = [
            code
            for entity_type, evaluation in self.behind.yearly.evaluations.items()
            if entity_type not in self.rules.public_types
            for code in headline_inputs(evaluation.framework)
        ]
        return tuple(dict.fromkeys(c for c in inputs if c in variables and variables[c].additive))

    @cached_property
    def totals(self) -> Mapping[Figure, IndustryTotal]:
        """Every cell, in the order of the table: by body, year, variable, industry."""
        made = (
            self._total(body, industry, Quantity(code, year), members)
            for body in self._topmost
            for year in self.behind.years
            for code in self.codes
            for industry, members in self._by_industry(body, year).items()
        )
        return {one.figure: one for one in made}

    @property
    def read(self) -> Mapping[Figure, IndustryTotal]:
        """The cells of the years whose pages are read."""
        years = self.behind.read_years
        return {f: one for f, one in self.totals.items() if one.quantity.year in years}

    def of(self, body: str, year: int) -> list[IndustryTotal]:
        """The rows of one body's table of a year."""
        return [t for t in self.totals.values() if (t.body, t.quantity.year) == (body, year)]

    def industry(self, entity_id: str, quantity: Quantity) -> str | None:
        """The industry that a respondent's value is totalled in; None where it stands in no total."""
        if quantity.code not in self.codes:
            return None
        return self._industries.get(quantity.year, {}).get(entity_id)

    @cached_property
    def hidden(self) -> frozenset[Figure]:
        """Totals that are unsafe by themselves, and so are in no edition."""
        return frozenset(f for f, one in self.totals.items() if one.n and not one.is_safe)

    def equations(self) -> Iterator[Equation]:
        """What hard rules of the respondents' own returns make of the totals: they add up as well.

        A rule that holds for each member holds for their sums; ``off`` is what the sums miss it by
        and what rounding takes from the others.
        """
        workspace = self.behind.yearly.workspace
        types = {e.entity_type for e in workspace.register if self.behind.is_respondent(e)}
        rules = [rule for rule in workspace.definitions.checks if all(map(rule.is_for, types))]
        sides = [rule.equated for rule in rules if rule.equated and not rule.looks_at_others]
        for body, industry, year in dict.fromkeys(
            (t.body, t.industry, t.quantity.year) for t in self.read.values()
        ):
            for left in sides:
                form = self._form(left, body, industry, year)
                if form is not None:
                    yield Equation(
                        self._off(form), {_figure_of(a): c for a, c in form.terms.items()}
                    )

    def _form(self, left: str, body: str, industry: str, year: int) -> LinearForm | None:
        """What a rule says to be 0, over totals of one industry; None where it says no such thing."""

        def look(code: str, in_year: int) -> Meaning:
            total = self.totals.get(industry_figure(body, code, industry, in_year))
            if total is None:
                return Meaning("absent")
            return Meaning.returned(total.figure, total.value)

        found = meaning(left, "1", year, self.behind.yearly.workspace.base_year, look)
        if not found.is_linear or found.numerator is None or found.denominator is None:
            return None
        form = found.numerator.times(1 / found.denominator.value)
        largest = max(
            (abs(c * self._total_of(a).value) for a, c in form.terms.items()), default=0.0
        )
        is_kept = abs(form.value) <= CLOSE * largest
        return form if len(form.terms) > 1 and is_kept else None

    def _off(self, form: LinearForm) -> Mapping[Figure, float]:
        widths = {a: abs(c) * self._total_of(a).half_width for a, c in form.terms.items()}
        whole = abs(form.value) + sum(widths.values())
        return {a: (whole - widths[a]) / abs(c) for a, c in form.terms.items()}  # type: ignore[misc]

    def _total_of(self, atom: object) -> IndustryTotal:
        return self.totals[_figure_of(atom)]

    # --- whose values ---------------------------------------------------------------------------

    @cached_property
    def _topmost(self) -> tuple[str, ...]:
        """The public bodies of the year that lie in no other."""
        register = self.behind.yearly.workspace.register
        year, is_respondent = self.behind.yearly.year, self.behind.is_respondent
        return tuple(
            e.entity_id
            for e in register.valid_in(year)
            if not is_respondent(e)
            and all(is_respondent(above) for above in register.ancestors(e.entity_id))
        )

    def _members(self, body: str, year: int) -> Iterator[Entity]:
        """The respondents inside a body whose returns of a year count."""
        workspace = self.behind.yearly.workspace
        is_this_year = year == workspace.year
        register = workspace.register.as_of(year)
        if body not in register:
            return
        for entity in register.members(body):
            kind, id_ = entity.entity_type, entity.entity_id
            if not self.behind.is_respondent(entity) or kind not in self.behind.yearly.evaluations:
                continue
            if not entity.is_valid_in(year):
                continue
            if is_this_year and (id_ in workspace.blocked or not workspace.filed(id_)):
                continue
            yield entity

    def _by_industry(self, body: str, year: int) -> Mapping[str, Sequence[Entity]]:
        found: dict[str, list[Entity]] = defaultdict(list)
        for entity in self._members(body, year):
            found[entity.industry].append(entity)
        return found

    @cached_property
    def _industries(self) -> Mapping[int, Mapping[str, str]]:
        """Year -> respondent -> the industry it is totalled in."""
        return {
            year: {
                e.entity_id: e.industry for body in self._topmost for e in self._members(body, year)
            }
            for year in self.behind.years
        }

    def _total(
        self, body: str, industry: str, quantity: Quantity, members: Sequence[Entity]
    ) -> IndustryTotal:
        values = np.array([self._value(e, quantity) for e in members], float)
        parts = contributions(values, [self.behind.holder(e.entity_id) for e in members])
        value, digits = float(np.nansum(values)), self.rules.significant_digits
        return IndustryTotal(
            body=body,
            industry=industry,
            quantity=quantity,
            value=value,
            shown=rounded(value, digits),
            half_width=half_unit(value, digits),
            n=len(parts),
            is_safe=is_safe(parts, self.rules),
        )

    def _value(self, entity: Entity, quantity: Quantity) -> float:
        """What a respondent returned [unit of the variable]; NaN without a value."""
        panel = self.behind.yearly.workspace.panels[entity.entity_type]
        column = panel.columns.get(quantity.code)
        if (
            column is None
            or quantity.year not in panel.years
            or entity.entity_id not in panel.entities
        ):
            return float("nan")
        at = panel.row(entity.entity_id), panel.year_position(quantity.year)
        return float(column.values[at]) if column.is_present[at] else float("nan")


def _figure_of(atom: object) -> Figure:
    assert isinstance(atom, Figure)
    return atom
