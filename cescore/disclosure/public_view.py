"""A body's results as everybody may see them: recomputed from what the ledger releases.

The same steps as the build's run on a record in which withheld values are SUPPRESSED; what is
released although it stands on one of these comes as released, and so does a group or index above
withheld scores, unless it would give one away.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cescore.disclosure.bundle import Released, ReleasedSeries
from cescore.disclosure.ledger import Years
from cescore.disclosure.solvable import Beneath, Cell, ReleasedWholes
from cescore.errors import DataError, Sentence
from cescore.method.column import Column, Panel, State
from cescore.method.evaluation import Computed, TypeEvaluation, computed_from, evaluate
from cescore.method.fitting import Fitted
from cescore.method.mean_tree import index_tree, progress_tree
from cescore.method.missing import CASES
from cescore.method.withholding import hides_its_parts

if TYPE_CHECKING:
    from cescore.method.mean_tree import Tree

TOLERANCE = 1e-9  # relative
Wholes = Mapping[str, Mapping[int, float]]  # group, or "" for the index -> year -> value
Leaves = Mapping[str, Mapping[int, set[Cell]]]


@dataclass(frozen=True, eq=False)
class PublicView:
    """One body's evaluation with some of its figures withheld.

    ``withheld``: variables, accounts and indicators -> the years in which they are withheld.
    ``above``: accounts and indicators -> the years in which they are released although something
    that they stand on is withheld. ``fitted``: what the gate releases of the constants.
    """

    whole: TypeEvaluation
    row: int
    withheld: Years
    above: Years
    fitted: Fitted

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

    @cached_property
    def hidden(self) -> Years:
        """Everything of the body that is not shown: what is withheld, and what stands on it."""
        return self._hidden(only_numbers=True)

    @cached_property
    def _recomputed(self) -> Computed:
        """Accounts and indicators of the body, from what is released of it."""
        framework, base_year = self.whole.framework, self.whole.base_year
        return computed_from(self._as_released, framework, base_year=base_year)

    def _hidden(self, *, only_numbers: bool) -> Years:
        found: dict[str, set[int]] = {code: set(years) for code, years in self.withheld.items()}
        accounts, indicators = self._recomputed
        for now, whole in ((accounts, self.whole.accounts), (indicators, self.whole.indicators)):
            own = whole.alone(self.row)
            for code, column in now.columns.items():
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
            groups=self._wholes[0],
            progress=self._wholes[1],
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
    def _index_tree(self) -> Tree:
        return index_tree(self.whole.scored, self.whole.aggregation, self.whole.framework)

    @cached_property
    def _wholes(self) -> tuple[Wholes, Wholes | None]:
        """Groups and index, and those of the progress index: what is released above withheld figures."""
        equations = ReleasedWholes(Beneath(self.whole.framework, self.hidden))
        groups = self._above(self._index_tree, self._withheld_scores, equations)
        return groups, self._progress(equations)

    @property
    def _withheld_scores(self) -> Leaves:
        return {
            code: {year: {(code, year)} for year, case in years.items() if case == ""}
            for code, years in self._scores.items()
        }

    def _progress(self, equations: ReleasedWholes) -> Wholes | None:
        progress, years = self.whole.framework.progress, self.whole.panel.years
        tree = progress_tree(self.whole.progress, self.whole.framework)
        if progress is None or tree is None:
            return None
        base = self.whole.base_year
        hidden: dict[str, dict[int, set[Cell]]] = {}
        for group, members in progress.members.items():
            for code in members:
                own = self.hidden.get(code, frozenset())
                lost = years if base in own else tuple(sorted(own))
                if lost:
                    hidden[f"{group}.{code}"] = {
                        year: {(code, y) for y in (year, base) if y in own} for year in lost
                    }
        return self._above(tree, hidden, equations, says_nothing_in=base) if hidden else None

    def _above(
        self,
        tree: Tree,
        hidden: Leaves,
        equations: ReleasedWholes,
        says_nothing_in: int | None = None,
    ) -> Wholes:
        """The wholes above withheld leaves that give none of them away, with their values.

        ``hidden``: leaf -> year -> the withheld indicators that it is a function of.
        ``says_nothing_in``: a year in which every whole is a constant.
        """
        found: dict[str, dict[int, float]] = {}
        for j, year in enumerate(tree.years):
            unknown = {leaf: set(years[year]) for leaf, years in hidden.items() if year in years}
            for whole in reversed(list(tree.powers)):  # from the bottom up
                members = [m for m in tree.members[whole] if m in unknown]
                if not members:
                    continue
                shares = {m: float(tree.shares[m][self.row, j]) for m in members}
                value = float(tree.values[whole][self.row, j])
                cells = {cell for m in members if shares[m] > 0 for cell in unknown[m]}
                is_told = not cells or year == says_nothing_in
                if (
                    value == value
                    and hides_its_parts(list(shares.values()))
                    and (is_told or equations.admits(cells))
                ):
                    found.setdefault(whole, {})[year] = value
                else:
                    unknown[whole] = cells
        return found

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
            for year in self.withheld.get(code, ())
            if now.is_present[0, found.panel.years.index(year)]
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
