"""What each figure on a body's pages says of returned values: variables, accounts, indicators."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from cescore.disclosure.ledger.behind import Behind, Quantity
from cescore.method.column import Column, Flag, State
from cescore.method.disclosure.linear_forms import ABSENT, NOT_APPLICABLE, Meaning, added, meaning

if TYPE_CHECKING:
    from cescore.definitions.model import Account, Framework, Indicator
    from cescore.method.index.evaluation import TypeEvaluation


PRESENT, NO_CASE = int(State.PRESENT), int(State.NOT_APPLICABLE)
CARRIED = int(Flag.CARRIED)
_Number = tuple[int, float, int]  # state, value, flags


class Figure(NamedTuple):
    """One number of a body: a variable, an account or an indicator of a year.

    Whatever is printed of it (in tables, charts, attachments, on others' pages, its score) is
    released or withheld with it.
    """

    entity_id: str
    code: str
    year: int


class Returned(NamedTuple):
    """A body's returned quantity, as formulas stand on it."""

    body: str
    quantity: Quantity


@dataclass(frozen=True, eq=False)
class Statements:
    """Reads the figures of all bodies as statements about what was returned."""

    behind: Behind
    _known: dict[Figure, Meaning] = field(default_factory=dict, init=False)

    def __iter__(self) -> Iterator[tuple[Figure, Meaning]]:
        """Every figure that stands on a quantity that respondents return, with what it says."""
        for body in self.behind.bodies:
            evaluation = self.behind.yearly.evaluation_of(body.entity_id)
            framework = evaluation.framework
            codes = (*evaluation.panel.columns, *framework.accounts, *framework.indicators)
            for code in dict.fromkeys(codes):
                for year in self.behind.read_years:
                    found = self.of(Figure(body.entity_id, code, year))
                    if found.inputs:
                        yield Figure(body.entity_id, code, year), found

    def of(self, figure: Figure) -> Meaning:
        """What a figure says; absent where there is no number."""
        if figure not in self._known:
            self._known[figure] = ABSENT  # of a figure that stands on itself
            self._known[figure] = self._read(figure)
        return self._known[figure]

    def _read(self, figure: Figure) -> Meaning:
        number = self._series(figure.entity_id, figure.code).get(figure.year)
        if number is None:
            return ABSENT
        state, value, flags = number
        if state != PRESENT:
            return NOT_APPLICABLE if state == NO_CASE else ABSENT
        framework = self._framework(figure.entity_id)
        if figure.code in framework.indicators:
            return self._of_indicator(figure, framework.indicators[figure.code], value, flags)
        if figure.code in framework.accounts:
            return self._computed(figure, framework.accounts[figure.code], value)
        quantity = Quantity(figure.code, figure.year)
        is_beside = figure.code in self._beside(framework.entity_type)
        if not (is_beside or self.behind.is_about_respondents(quantity)):
            return Meaning.number(value)
        return Meaning.returned(Returned(figure.entity_id, quantity), value)

    @lru_cache(maxsize=65536)  # noqa: B019 - lives as long as its run
    def _series(self, entity_id: str, code: str) -> Mapping[int, _Number]:
        """A body's numbers of a code by year; empty where there is no such column."""
        evaluation = self.behind.yearly.evaluation_of(entity_id)
        column = _column(evaluation, code)
        if column is None:
            return {}
        row = evaluation.panel.row(entity_id)
        arrays = (column.state[row], column.values[row], column.flags[row])
        numbers = zip(*(array.tolist() for array in arrays), strict=True)
        return dict(zip(evaluation.panel.years, numbers, strict=True))

    @lru_cache(maxsize=4096)  # noqa: B019
    def _framework(self, entity_id: str) -> Framework:
        return self.behind.yearly.evaluation_of(entity_id).framework

    @lru_cache(maxsize=256)  # noqa: B019
    def _beside(self, entity_type: str) -> frozenset[str]:
        """Variables that nobody's secret is in, which an account or a rule that everybody can rely on
        ties to one that holds one: the secret follows from them, or to withhold them keeps it."""
        found: set[str] = set()
        for own in self._tied(entity_type):
            secret = {
                name
                for name in own
                for year in self.behind.years
                if self.behind.is_about_respondents(Quantity(name, year))
            }
            found |= own - secret if secret else set()
        return frozenset(found)

    def _tied(self, entity_type: str) -> Iterator[set[str]]:
        """The variables that stand together in an account, or in a rule that equates or bounds them."""
        framework = self.behind.yearly.evaluations[entity_type].framework
        for account in framework.accounts.values():
            if account.expression:
                yield {name for name in account.expression.own_names if name in framework.variables}
        definitions = self.behind.yearly.workspace.definitions
        for rule in definitions.checks:
            if rule.is_for(entity_type) and (rule.equated or rule.bounds):
                known = definitions.variables
                names = (name for name in rule.expression.own_names if name in known)
                additive = {name for name in names if known[name].additive}
                if len(additive) > 1:
                    yield additive

    def _of_indicator(
        self, figure: Figure, indicator: Indicator, value: float, flags: int
    ) -> Meaning:
        if flags & CARRIED:
            for back in range(1, indicator.latest_within + 1):
                earlier = self.of(figure._replace(year=figure.year - back))
                if earlier.is_present:
                    return earlier
        return self._computed(figure, indicator, value)

    def _computed(self, figure: Figure, computed: Account | Indicator, value: float) -> Meaning:
        framework = self._framework(figure.entity_id)
        base_year = self.behind.yearly.workspace.base_year

        def look(code: str, year: int) -> Meaning:
            if code in framework.factors:
                return Meaning.number(framework.factors[code].value)
            return self.of(Figure(figure.entity_id, code, year))

        text = computed.executable or computed.formula
        if not text:  # a table of params: nobody's figure is in it
            return Meaning.number(value)
        found = meaning(text, computed.factor, figure.year, base_year, look)
        if found.is_present:
            return found if found.inputs else Meaning.number(value)
        parts = [self.of(figure._replace(entity_id=b)) for b in self._parts(figure)]
        summed = added(part for part in parts if part.is_present)
        return summed if summed.inputs else Meaning.number(value)

    def _parts(self, figure: Figure) -> Iterator[str]:
        """The bodies directly inside one, over which an account that it lacks is summed."""
        body, _, year = figure
        register = self.behind.yearly.workspace.register.as_of(year)
        for other in self.behind.inside(body, year):
            if register[other].parent_id == body:
                yield other


def _column(evaluation: TypeEvaluation, code: str) -> Column | None:
    for panel in (evaluation.indicators, evaluation.accounts, evaluation.panel):
        if code in panel.columns:
            return panel.columns[code]
    return None
