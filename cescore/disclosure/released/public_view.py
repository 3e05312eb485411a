"""A body's results as everybody may see them: recomputed from what the ledger releases.

The same steps as the build's run on a record in which withheld values are SUPPRESSED; what is
released although it stands on one of these comes as released, and so does a group or index above
withheld scores, unless it would give one away.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from cescore.disclosure.documents.bundle import Released, ReleasedSeries
from cescore.disclosure.ledger.ledger import Years
from cescore.disclosure.released.shown_wholes import InsiderOf, ShownWholes
from cescore.errors import DataError, Sentence
from cescore.method.column import Column, Panel, State
from cescore.method.index.evaluation import FormulaValues, TypeEvaluation, computed_from, evaluate
from cescore.method.index.fitting import Fitted
from cescore.method.index.missing import CASES

TOLERANCE = 1e-9  # relative


@dataclass(frozen=True, eq=False)
class PublicView:
    """One body's evaluation with some of its figures withheld.

    ``withheld``: variables, accounts and indicators -> the years in which they are withheld.
    ``above``: accounts and indicators -> the years in which they are released although something
    that they stand on is withheld. ``fitted``: what the gate releases of the constants.
    ``p_percent``: how near nobody may come to a withheld figure from either side [%]. ``insider_of``:
    see `shown_wholes.InsiderOf`.
    """

    whole: TypeEvaluation
    row: int
    withheld: Years
    above: Years
    fitted: Fitted
    p_percent: float
    insider_of: InsiderOf

    @cached_property
    def evaluation(self) -> TypeEvaluation:
        """The body alone, as its own notebook computes it.

        Raises
        ------
        DataError
            A number is not what the evaluation of all found, or a withheld one follows from others.
        """
        found = evaluate(
            self._as_released,
            self.whole.framework,
            base_year=self.whole.base_year,
            run_year=self.whole.run_year,
            fitted=replace(self.fitted, withheld=self.released.withheld()),
            computed=self._recomputed,
        )
        self._refuse_another(found)
        return replace(found, panel=self._record)

    def hides_a_score(self, year: int) -> bool:
        """Whether an index of a year, where it is shown, stands above a withheld score."""
        return any(cases.get(year) == "" for cases in self._scores.values())

    def shows_every_whole(self, year: int) -> bool:
        """Whether index and groups of a year, those that there are, are all shown."""
        found = self.evaluation.aggregation
        at = self.evaluation.panel.year_position(year)
        columns = (found.index, *found.groups.columns.values())
        return all(column.state[0, at] != State.SUPPRESSED for column in columns)

    @cached_property
    def hidden(self) -> Years:
        """Everything of the body that is not shown: what is withheld, and what stands on it."""
        return self._hidden(only_numbers=True)

    @cached_property
    def _recomputed(self) -> FormulaValues:
        """Accounts and indicators of the body, from what is released of it."""
        framework, base_year = self.whole.framework, self.whole.base_year
        return computed_from(self._as_released, framework, base_year=base_year)

    def _hidden(self, *, only_numbers: bool) -> Years:
        of_panel = set(self.whole.panel.years)
        found = {code: of_panel.intersection(years) for code, years in self.withheld.items()}
        accounts, indicators = self._recomputed.accounts, self._recomputed.indicators
        for now, whole in ((accounts, self.whole.accounts), (indicators, self.whole.indicators)):
            own = whole.alone(self.row)
            for code, column in now.columns.items():
                if now is accounts and code in indicators.columns:
                    continue  # what is released of it, which in other years its formula gives
                lost = column.state == State.SUPPRESSED
                if only_numbers:
                    lost &= own.column(code).is_present
                if lost.any():
                    years = np.array(now.years)[lost[0]].tolist()
                    found.setdefault(code, set()).update(years)
        return {code: frozenset(years) for code, years in found.items()}

    @cached_property
    def released(self) -> Released:
        """What recomputation starts from."""
        return Released(
            computed=self._computed,
            scores=self._scores,
            groups=self._wholes.groups,
            progress=self._wholes.progress,
        )

    @cached_property
    def _record(self) -> Panel:
        """The body's returned values, SUPPRESSED where they are withheld."""
        panel = self.whole.panel.alone(self.row)
        columns = {
            code: _without(panel.columns[code], panel.years, years)
            for code, years in self.withheld.items()
            if code in panel.columns
        }
        return panel.with_columns(columns)

    @cached_property
    def _as_released(self) -> Panel:
        columns = {series.code: series.column() for series in self._computed}
        return self._record.with_columns(columns) if columns else self._record

    @cached_property
    def _computed(self) -> tuple[ReleasedSeries, ...]:
        """Accounts and indicators that are released although what they stand on is withheld."""
        return tuple(
            self._series(panel.alone(self.row).column(code), code)
            for panel, codes in (
                (self.whole.accounts, self.whole.framework.accounts),
                (self.whole.indicators, self.whole.framework.indicators),
            )
            for code in codes
            if self.above.get(code)
        )

    def _series(self, column: Column, code: str) -> ReleasedSeries:
        years = np.array([year in self.above[code] for year in self.whole.panel.years])
        shown = years & column.is_present[0]
        values = np.where(shown, column.values[0], np.nan).tolist()
        return ReleasedSeries(
            code=code,
            values=tuple(None if v != v else v for v in values),
            flags=tuple(np.where(shown, column.flags[0], 0).tolist()),
        )

    @cached_property
    def _scores(self) -> Mapping[str, Mapping[int, str]]:
        """The scored indicators that are withheld, with the case each score falls under; also where
        there is no number to withhold, which recomputation cannot know."""
        words = ("", *CASES)
        years, hidden = self.whole.panel.years, self._hidden(only_numbers=False)
        return {
            i.code: {
                year: words[int(self.whole.scored.case[i.code][self.row, years.index(year)])]
                for year in sorted(hidden[i.code])
            }
            for i in self.whole.framework.scored()
            if hidden.get(i.code)
        }

    @cached_property
    def _wholes(self) -> ShownWholes:
        """What is released of groups and index, and of those of the progress index."""
        withheld = {
            code: {year: {(code, year)} for year, case in years.items() if case == ""}
            for code, years in self._scores.items()
        }
        return ShownWholes(
            self.whole, self.row, self.hidden, withheld, self.p_percent, self.insider_of
        )

    def _refuse_another(self, found: TypeEvaluation) -> None:
        pairs: list[tuple[str, Column, Column]] = []
        for name in ("accounts", "indicators"):
            now, true = getattr(found, name), getattr(self.whole, name).alone(self.row)
            pairs += [(c, now.column(c), true.column(c)) for c in now.columns if c in true.columns]
        groups = self.whole.aggregation.groups.alone(self.row)
        pairs += [(c, col, groups.column(c)) for c, col in found.aggregation.groups.columns.items()]
        wrong = [code for code, now, true in pairs if not _agree(now.values, true.values)]
        seen = [
            code
            for code, now, _ in pairs
            for j, year in enumerate(found.panel.years)
            if year in self.withheld.get(code, ()) and now.is_present[0, j]
        ]
        if wrong or seen:
            entity = found.panel.entities[0]
            raise DataError(
                Sentence(
                    "{entity}: recomputed from released figures {codes} differ from the evaluation",
                    entity=entity,
                    codes=", ".join(dict.fromkeys((*wrong, *seen))),
                )
            )


def _agree(now: NDArray[np.float64], true: NDArray[np.float64]) -> bool:
    """Whether every number there is is the true one."""
    there = ~np.isnan(now)
    return bool(np.isclose(now[there], true[there], rtol=TOLERANCE, atol=0).all())


def _without(column: Column, years: Sequence[int], hidden: frozenset[int]) -> Column:
    """A column with some years withheld."""
    where = np.array([[year in hidden for year in years]]) & column.is_present
    return column.where(~where, Column.empty(column.shape, State.SUPPRESSED))
