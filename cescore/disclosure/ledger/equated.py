"""What check rules equate, as equations of figures: everybody may read the rules.

A hard rule such as total = virgin + recycled holds for whatever is printed, and so does a rule that is
said to be an identity. Of another rule a report without a finding says that what it bounds lies within its
bounds, and no more. A rule may look at other years (an opening stock is last year's closing stock) and
at others inside (a city's figure is the sum over its districts).
"""

from __future__ import annotations

import ast
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from cescore.definitions.formulas.formula import looks_as_names, parse
from cescore.disclosure.ledger.behind import Quantity
from cescore.disclosure.ledger.equations import Equation
from cescore.disclosure.ledger.records import Records
from cescore.disclosure.ledger.statements import Figure, Returned, Statements
from cescore.intake.observations.across import Around
from cescore.method.column import Column, Panel
from cescore.method.disclosure.inference import NOISE
from cescore.method.disclosure.linear_forms import (
    ABSENT,
    NOT_APPLICABLE,
    LinearForm,
    Meaning,
    added,
    meaning,
)

if TYPE_CHECKING:
    from cescore.definitions.model import CheckRule

CLOSE = 0.02  # of the largest term: a rule that a record breaks by more tells nothing of it
WITHIN = " within"  # in the code of a sum over the respondents in a body; no variable is called so


@dataclass(frozen=True)
class Zero:
    """What a rule says to be 0 of the entities it is for: its text, and the looks at others in it.

    ``tolerance``: within which, as a formula; "": it is at most 0. ``unless``: conditions of which none
    may be the case for it to be told.
    """

    rule: CheckRule
    text: str
    looks: Mapping[str, ast.Call] = field(default_factory=dict)
    tolerance: str = ""
    unless: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Equated:
    """The equations that check rules make of bodies' returned figures."""

    statements: Statements

    def __iter__(self) -> Iterator[Equation]:
        behind = self.statements.behind
        zeros = list(_zeros(behind.yearly.workspace.definitions.checks))
        for body in behind.bodies:
            applying = [zero for zero in zeros if zero.rule.is_for(body.entity_type)]
            for year in behind.read_years:
                for zero in applying:
                    form = self._form(zero, body.entity_id, year)
                    if form is None:
                        continue
                    if zero.rule.equated and self._is_close(form, CLOSE, 0.0):
                        # everybody takes it to be 0, as nearly as the record has it
                        if len(form.terms) > 1:
                            yield Equation(_figures(form), _coefficients(form))
                    elif form.terms and (ends := self._ends(zero, form, body.entity_id, year)):
                        yield Equation(_figures(form), _coefficients(form), ends=ends)

    def _form(self, zero: Zero, body: str, year: int) -> LinearForm | None:
        """What is equated with 0, as a linear form of returned values; None where it is none."""

        def look(code: str, in_year: int) -> Meaning:
            if code in zero.looks:
                return self.of_others(zero.looks[code], body, in_year)
            return self.statements.of(Figure(body, code, in_year))

        return over_its_value(meaning(zero.text, "1", year, self.base_year, look))

    def _is_close(self, form: LinearForm, share: float, away: float) -> bool:
        """Whether a form is no more than a share of its largest term away from a value."""
        largest = max((abs(c) * self._value(a) for a, c in form.terms.items()), default=0.0)
        return abs(form.value - away) <= share * largest

    def _ends(
        self, zero: Zero, form: LinearForm, body: str, year: int
    ) -> tuple[float, float] | None:
        """Between which the terms of a form lie by a rule that the report has no finding of, or by one from
        one side that it has; None where they are so far from either end that it tells nobody anything."""
        record = _Record(self, body, year)
        within = record.number(zero.tolerance) if zero.tolerance else 0.0
        low, high = (-within if zero.tolerance else -math.inf), within
        near = self.statements.behind.p_percent / 100
        is_kept = low <= form.value <= high or any(
            self._is_close(form, NOISE, end) for end in (low, high)
        )
        if not is_kept:
            if zero.tolerance:
                return None  # off either way
            low, high = 0.0, math.inf
        largest = max(abs(c) * self._around_it(a) for a, c in form.terms.items())
        if not any(abs(form.value - end) <= near * largest for end in (low, high)):
            return None
        if not all(map(record.is_not_so, zero.unless)):
            return None  # nobody is sure which of the ways it is
        return low - form.constant, high - form.constant

    @property
    def base_year(self) -> int:
        return self.statements.behind.yearly.workspace.base_year

    @lru_cache(maxsize=1024)  # noqa: B019 - lives as long as its run
    def record_of(self, body: str) -> Panel:
        """A body's own row of what was returned and of accounts."""
        evaluation = self.statements.behind.yearly.evaluation_of(body)
        row = evaluation.panel.row(body)
        return evaluation.panel.alone(row).with_columns(evaluation.accounts.alone(row).columns)

    # --- looks at others ------------------------------------------------------------------------

    def of_others(self, call: ast.Call, body: str, year: int) -> Meaning:
        """What a look at others comes to; absent for what nobody can add up from pages."""
        function, entity_type, *inner = map(ast.unparse, (call.func, *call.args))
        if function == "count_of":
            return Meaning.number(float(len(self._inside(body, entity_type, year))))
        if function == "in_body":
            around = self._around(year).bodies(body)
            nearest = next((b for b in around if self._type_of(b) == entity_type), "")
            return self._read(inner[0], nearest, year) if nearest else NOT_APPLICABLE
        if function not in ("sum_over", "sum_known"):
            return ABSENT
        inside = self._inside(body, entity_type, year)
        if entity_type not in self.statements.behind.public_types:
            return self._of_respondents(inner[0], body, inside, year)
        parts = [self._read(inner[0], entity, year) for entity in inside]
        if function == "sum_known":
            parts = [part for part in parts if part.is_present]
        return added(parts) if parts else NOT_APPLICABLE

    def _read(self, text: str, entity: str, year: int) -> Meaning:
        def look(code: str, in_year: int) -> Meaning:
            return self.statements.of(Figure(entity, code, in_year))

        return meaning(text, "1", year, self.base_year, look)

    def _of_respondents(self, text: str, body: str, inside: Iterable[str], year: int) -> Meaning:
        """A sum over respondents inside a body, of what each of them returned."""
        members = list(inside)

        def look(code: str, in_year: int) -> Meaning:
            values = self.statements.behind.values(Quantity(code, in_year))
            total = sum(values.get(member, 0.0) for member in members)
            quantity = Quantity(f"{code}{WITHIN}", in_year)
            return Meaning.returned(Returned(body, quantity), total) if total else ABSENT

        return meaning(text, "1", year, self.base_year, look)

    def _inside(self, body: str, entity_type: str, year: int) -> Sequence[str]:
        """The entities of a type that a sum of a body adds up in a year."""
        return self._insides(entity_type, year).get(body, ())

    @lru_cache(maxsize=256)  # noqa: B019 - lives as long as its run
    def _insides(self, entity_type: str, year: int) -> Mapping[str, Sequence[str]]:
        around = self._around(year)
        found: dict[str, list[str]] = defaultdict(list)
        for entity in around.register:
            if entity.entity_type == entity_type and entity.is_valid_in(year):
                for body in around.bodies(entity.entity_id):
                    if around.adds_to(entity.entity_id, body):
                        found[body].append(entity.entity_id)
        return found

    @lru_cache(maxsize=64)  # noqa: B019 - lives as long as its run
    def _around(self, year: int) -> Around:
        return Around(self.statements.behind.yearly.workspace.register.as_of(year))

    def _type_of(self, entity: str) -> str:
        return self.statements.behind.yearly.workspace.register[entity].entity_type

    def _value(self, atom: object) -> float:
        assert isinstance(atom, Returned)
        behind, (code, year) = self.statements.behind, atom.quantity
        if not code.endswith(WITHIN):
            return abs(behind.figure(atom.body, atom.quantity) or 0.0)
        return self._within(Quantity(code.removesuffix(WITHIN), year)).get(atom.body, 0.0)

    def _around_it(self, atom: object) -> float:
        """A figure, or what one holding returned of its quantity in the bodies around, if that is more: a
        sum around less a small body's figure is a large firm's beside it, which wide bounds bound closely."""
        assert isinstance(atom, Returned)
        code, year = atom.quantity
        returned = Quantity(code.removesuffix(WITHIN), year)
        return max(self._value(atom), self.statements.behind.largest_around(atom.body, returned))

    @lru_cache(maxsize=4096)  # noqa: B019
    def _within(self, quantity: Quantity) -> Mapping[str, float]:
        """Body -> what the respondents in it returned [unit of the quantity]."""
        behind, found = self.statements.behind, defaultdict[str, float](float)
        for entity_id, value in behind.values(quantity).items():
            for body in behind.chain(entity_id, quantity.year):
                found[body] += value
        return found


def over_its_value(found: Meaning) -> LinearForm | None:
    """A number as a linear form. One sum over another is 0 where the first is, and on the same side of it;
    the second is put in as the number that it comes to. None of any other."""
    if found.numerator is None or found.denominator is None or not found.denominator.value:
        return None
    return found.numerator.times(1 / found.denominator.value)


@dataclass(frozen=True)
class _Record:
    """What conditions and formulas come to in a body's record of a year, as it is checked."""

    equated: Equated
    body: str
    year: int

    def number(self, text: str) -> float:
        """How far off a rule may be in a report without a finding; 0 where nobody says."""
        formula, records = self._read(parse(text, in_rule=True).tree)
        (found,) = records.numbers(formula)
        return 0.0 if math.isnan(found) else float(found)

    def is_not_so(self, condition: str) -> bool:
        """Whether a condition is known not to hold."""
        told, records = self._read(parse(condition, conditions=True).tree)
        return bool(records.have_none_of([told])[0])

    def _read(self, tree: ast.expr) -> tuple[str, Records]:
        """A formula with a name for each look at others, and the body's own row beside these."""
        text, looks = looks_as_names(tree)
        others = {n: self.equated.of_others(c, self.body, self.year) for n, c in looks.items()}
        own = self.equated.record_of(self.body)
        shape = (1, len(own.years))
        columns = {n: Column.of(np.full(shape, _number(found))) for n, found in others.items()}
        record = own.with_columns(columns) if columns else own
        behind = self.equated.statements.behind
        factors = behind.yearly.evaluation_of(self.body).framework.factor_values
        return text, Records(record, self.year, self.equated.base_year, factors)


def _zeros(rules: Iterable[CheckRule]) -> Iterator[Zero]:
    for rule in rules:
        for bound in rule.bounds:
            text, looks = looks_as_names(parse(bound.difference, in_rule=True).tree)
            yield Zero(rule, text, looks, bound.tolerance, bound.unless)


def _number(found: Meaning) -> float:
    """What a linear number comes to; NaN of what is none."""
    if found.numerator is None or found.denominator is None:
        return math.nan
    return found.numerator.value / found.denominator.value


def summed(figure: Figure, form: LinearForm) -> Equation:
    """The equation that a printed sum makes of what it stands on."""
    return Equation(_figures(form), beside=frozenset([figure]))


def is_within(figure: Figure) -> bool:
    """Whether a figure is the sum over the respondents in a body: what everybody may know of it, and
    no page prints."""
    return figure.code.endswith(WITHIN)


def _figures(form: LinearForm) -> Mapping[Figure, float]:
    off = abs(form.value)
    found: dict[Figure, float] = {}
    for atom, coefficient in form.terms.items():
        assert isinstance(atom, Returned)
        figure = Figure(atom.body, atom.quantity.code, atom.quantity.year)
        found[figure] = off / abs(coefficient)
    return found


def _coefficients(form: LinearForm) -> Mapping[Figure, float]:
    found: dict[Figure, float] = {}
    for atom, coefficient in form.terms.items():
        assert isinstance(atom, Returned)
        found[Figure(atom.body, atom.quantity.code, atom.quantity.year)] = coefficient
    return found
