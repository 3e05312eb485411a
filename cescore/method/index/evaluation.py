"""The whole evaluation of one entity type, from returned values to the index, in one pass."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cescore.definitions.model import Framework
from cescore.method.column import Column, Panel, State, status_text
from cescore.method.index.aggregate import Aggregation, aggregate, looks_at_all
from cescore.method.index.contributions import Decomposition, decompose
from cescore.method.index.coverage import is_sufficient, stands
from cescore.method.index.indicators import compute_accounts, compute_indicators, has_same_accounts
from cescore.method.index.ladder import place_of, rungs
from cescore.method.index.learning import learns_weights, with_learnt_weights
from cescore.method.index.mean_tree import index_tree, progress_tree
from cescore.method.index.missing import Scored, apply_missing_rules
from cescore.method.index.normalise import Fitted, fit, normalise
from cescore.method.index.portions import in_portions
from cescore.method.index.progress import ProgressResult, progress_index
from cescore.method.index.result_rows import Cells, ResultColumn, as_frame
from cescore.method.shelf import put_down

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
ROWS_AT_ONCE = 250_000  # of results made together
STATUS_WORDS = np.array(
    [[status_text(state, flags) for flags in range(32)] for state in range(max(State) + 1)],
    object,
)


@dataclass(frozen=True, eq=False)
class TypeEvaluation:
    """Every step of one type's evaluation: arrays of (entities, years), by code.

    Attributes
    ----------
    panel
        What was returned.
    accounts
        The panel with the accounts added [declared units].
    indicators
        Computed indicators [declared units].
    scores, scored
        Scores before the missing-data rules; ``scored.scores`` after them [points of the scale].
    aggregation
        Groups, index, effective weights and coverage.
    progress
        The progress index [base year = 100], beside the index and never part of it.
    fitted
        Constants learnt of the reference set, frozen.
    framework
        With the weights that were learnt from data, where it learns any.
    base_year, run_year
        Of constant prices and progress, and the year evaluated.
    """

    panel: Panel
    accounts: Panel
    indicators: Panel
    scores: Panel
    scored: Scored
    aggregation: Aggregation
    progress: ProgressResult
    fitted: Fitted
    framework: Framework
    base_year: int
    run_year: int

    @property
    def is_sufficient(self) -> NDArray[np.bool_]:
        """Whether enough of the weight is covered for a grade (entities, years), see `coverage`."""
        return is_sufficient(self.aggregation.coverage, self.framework.missing)

    @property
    def stands(self) -> NDArray[np.bool_]:
        """Where the index is a rating (entities, years); see `coverage.stands`."""
        return stands(self.aggregation, self.framework.missing, self.scored.returned)

    @cached_property
    def in_reference_set(self) -> NDArray[np.bool_]:
        """Who others are compared with: returned something scored, and is not screened out."""
        returned, has_data = self.scored.returned, self.aggregation.coverage > 0
        return has_data if returned is None else has_data & returned

    def learners_in(self, year: int) -> Panel:
        """The indicators, all years, of the set that a year's constants were learnt from."""
        members = np.flatnonzero(self.in_reference_set[:, self.panel.year_position(year)]).tolist()
        return self.indicators.only(self.panel.entities[row] for row in members)

    @cached_property
    def rungs(self) -> Mapping[str, NDArray[np.object_]]:
        """The rung each account with a ladder stands on (entities, years), see `ladder.rungs`."""
        return rungs(self.accounts, self.framework, base_year=self.base_year)

    @cached_property
    def decomposition(self) -> Decomposition:
        """The year's index and its change since last year, by indicator.

        See `contributions.decompose`. There is a change only between two years in which the index
        stands.
        """
        tree = index_tree(self.scored, self.aggregation, self.framework)
        return decompose(tree, self.run_year, stands=self.stands)

    @cached_property
    def progress_decomposition(self) -> Decomposition | None:
        """The same of the progress index, by ``group.indicator``; None without one."""
        tree = progress_tree(self.progress, self.framework)
        return None if tree is None else decompose(tree, self.run_year)

    def results(
        self,
        years: Collection[int] | None = None,
        *,
        units: Mapping[str, str] | None = None,
    ) -> pd.DataFrame:
        """The rows of results.csv for this type, full precision, all years or those named.

        One row per entity, year, kind and code, columns `RESULT_COLUMNS`. Weights, contributions
        and contributions to change are those of the year evaluated. A score that the rules set to
        the floor has status ``floor``; an index below the least coverage ``insufficient``.

        Parameters
        ----------
        years
            Years to give; None: all of the panel.
        units
            Units of variables that the framework does not use.
        """
        where = np.ones(self.panel.shape, bool)
        if years is not None:
            where &= np.array([year in years for year in self.panel.years], bool)
        return as_frame(list(self.results_in_parts(units=units or {}, where=where)))

    def results_in_parts(
        self,
        *,
        units: Mapping[str, str],
        where: NDArray[np.bool_],
        silent: NDArray[np.bool_] | None = None,
    ) -> Iterator[ResultColumn]:
        """The same rows column by column, of the entities and years named by ``where``.

        Parameters
        ----------
        units
            Code -> unit of variables that the framework does not use.
        where
            (entities, years): which cells have rows.
        silent
            (entities,): whose index of the run's year has status not_filed.

        Yields
        ------
        ResultColumn
            Rows of one kind and code, at most `ROWS_AT_ONCE` of them.
        """
        rows, years = np.nonzero(where)
        entities = np.array(self.panel.entities, object)
        portions = [
            (slice_, self._cells(entities[rows[slice_]], np.array(self.panel.years)[years[slice_]]))
            for slice_ in _portions(len(rows))
        ]
        for kind, code, unit, column, status in self._columns(units):
            words = (_status(column) if status is None else status)[rows, years]
            if kind == "index" and silent is not None:
                unfiled = silent[rows] & (years == self.panel.year_position(self.run_year))
                words = np.where(unfiled, "not_filed", words)
            values = column.values[rows, years]
            for portion, cells in portions:
                yield ResultColumn(cells, kind, code, unit, values[portion], words[portion])
            put_down()
        now = np.flatnonzero(where[:, self.panel.year_position(self.run_year)])
        of_year = [
            (
                now[slice_],
                self._cells(entities[now[slice_]], np.full(len(now[slice_]), self.run_year)),
            )
            for slice_ in _portions(len(now))
        ]
        for kind, code, unit, values, words in self._parts() if of_year else ():
            for some, cells in of_year:
                yield ResultColumn(cells, kind, code, unit, values[some], words[some])

    def beside_in_parts(self) -> Iterator[ResultColumn]:
        """The year's index, groups and scores of an evaluation that stands beside the graded one.

        Codes: the framework's id, then id.group and id.indicator; kind ``beside``.
        """
        framework, scale = self.framework, self.framework.scale
        unit, year = f"{scale.floor:g}-{scale.top:g}", self.panel.year_position(self.run_year)
        entities = np.array(self.panel.entities, object)
        columns = {**self.aggregation.groups.columns, **self.scored.scores.columns}
        for some in _portions(len(entities)):
            ids = entities[some]
            cells = self._cells(ids, np.full(len(ids), self.run_year))
            index, words = self.aggregation.index.values[some, year], self.index_status[some, year]
            yield ResultColumn(cells, "beside", framework.id, unit, index, words)
            for code, column in columns.items():
                words = STATUS_WORDS[column.state[some, year], column.flags[some, year]]
                values = column.values[some, year]
                yield ResultColumn(cells, "beside", f"{framework.id}.{code}", unit, values, words)

    def _cells(self, entities: NDArray[np.object_], years: NDArray[np.int64]) -> Cells:
        return Cells(self.framework.entity_type, entities, years)

    def _columns(
        self, units: Mapping[str, str]
    ) -> Iterator[tuple[str, str, str, Column, NDArray[np.object_] | None]]:
        """Kind, code, unit, column and, where it is not the column's own, status."""
        framework, scale = self.framework, self.framework.scale
        on_scale = f"{scale.floor:g}-{scale.top:g}"
        for code, column in self.panel.columns.items():
            known = framework.variables.get(code)
            yield (
                "variable",
                code,
                known.unit if known else units.get(code, ""),
                column,
                None,
            )
        for code, account in framework.accounts.items():
            yield "account", code, account.unit, self.accounts.column(code), None
        for code, used in self.rungs.items():
            place = Column.of(place_of(framework.accounts[code], used))
            yield "rung", code, "", place, used
        for code, indicator in framework.indicators.items():
            yield "indicator", code, indicator.unit, self.indicators.column(code), None
        for code, column in self.scored.scores.columns.items():
            yield "score", code, on_scale, column, self._score_status(code)
        for code, column in self.aggregation.groups.columns.items():
            yield "group", code, on_scale, column, None
        index = self.aggregation.index
        yield "index", framework.index.code, on_scale, index, self.index_status
        yield from self._progress_columns()

    def _progress_columns(
        self,
    ) -> Iterator[tuple[str, str, str, Column, NDArray[np.object_] | None]]:
        progress = self.framework.progress
        if progress is None:
            return
        kind, unit = "progress_index", f"{self.base_year}=100"
        yield kind, progress.code, unit, self.progress.index, None
        for group in progress.groups:
            name = f"{progress.code}.{group.code}"
            yield kind, name, unit, self.progress.groups.column(group.code), None
            for code in progress.members.get(group.code, {}):
                yield (
                    kind,
                    f"{name}.{code}",
                    unit,
                    self.progress.members.column(code),
                    None,
                )

    def _parts(self) -> Iterator[tuple[str, str, str, Floats, NDArray[np.object_]]]:
        """Kind, code, unit, values and status (entities) of what stands behind index and progress."""
        year, progress = self.panel.year_position(self.run_year), self.framework.progress
        of_progress = self.progress_decomposition
        yield from _decomposed("", "", self.decomposition, self.index_status[:, year])
        if progress is not None and of_progress is not None:
            words = _status(self.progress.index)[:, year]
            yield from _decomposed("progress_", f"{progress.code}.", of_progress, words)

    def _score_status(self, code: str) -> NDArray[np.object_]:
        column = self.scored.scores.column(code)
        filled = column.is_present & (self.scored.rule_of(code) == "floor")
        return np.where(filled, "floor", _status(column))

    @cached_property
    def index_status(self) -> NDArray[np.object_]:
        """The words for each index (entities, years): of its values, or ``insufficient``."""
        index = self.aggregation.index
        return np.where(index.is_present & ~self.is_sufficient, "insufficient", _status(index))


@dataclass(frozen=True, eq=False)
class FormulaValues:
    """What the formulas of a framework give: accounts beside what was returned, and indicators."""

    accounts: Panel
    indicators: Panel


def computed_from(panel: Panel, framework: Framework, *, base_year: int) -> FormulaValues:
    """Accounts and indicators of a panel, see `indicators`."""

    def step(portion: slice) -> FormulaValues:
        accounts = compute_accounts(panel.some(portion), framework, base_year=base_year)
        indicators = compute_indicators(accounts, framework, base_year=base_year)
        own = {code: accounts.columns[code] for code in framework.accounts}
        return FormulaValues(replace(accounts, columns=own), indicators)

    found = in_portions(step, panel)
    return FormulaValues(panel.with_columns(found.accounts.columns), found.indicators)


def computed_beside(graded: TypeEvaluation, framework: Framework) -> FormulaValues:
    """The same for what a type was evaluated on, under a further framework; accounts that both define
    alike are taken as they stand."""
    accounts, base_year = graded.accounts, graded.base_year
    if not has_same_accounts(framework, graded.framework):
        return computed_from(graded.panel, framework, base_year=base_year)

    def step(portion: slice) -> Panel:
        return compute_indicators(accounts.some(portion), framework, base_year=base_year)

    return FormulaValues(accounts, in_portions(step, accounts))


@dataclass(frozen=True, eq=False)
class _FromIndicators:
    """What an evaluation gives beyond its indicators; see `TypeEvaluation`."""

    scores: Panel
    scored: Scored
    aggregation: Aggregation
    progress: ProgressResult


def evaluate(
    panel: Panel,
    framework: Framework,
    *,
    base_year: int,
    run_year: int,
    fitted: Fitted | None = None,
    computed: FormulaValues | None = None,
) -> TypeEvaluation:
    """Evaluate all entities of a type, or one alone with constants fitted on all.

    accounts → indicators → (imputation, screening, outliers) → scores → missing-data rules →
    weights → groups → index, and beside it progress since the base year. Every array has the shape
    (entities, years). Weights that the framework learns from the data are in the ``framework`` of
    what is returned.

    Parameters
    ----------
    panel
        What was returned, one type's entities, all years.
    base_year
        Of progress, and of ``base(x)`` in formulas.
    run_year
        The year evaluated: weights are learnt from it, constants from the years up to it.
    fitted
        Constants from an earlier evaluation; None: learnt from this panel, from those that returned
        anything for the year themselves: a value carried over from an earlier year is no return.
    computed
        Accounts and indicators of this very panel and framework, where they are known already.

    Raises
    ------
    MethodError
        Weights are to be learnt from fewer entities than the framework asks, or a group has no
        members.

    Examples
    --------
    >>> from cescore.definitions.model import Goalposts, Group, Indicator
    >>> named = {"source": "made up", "tag": "P"}
    >>> posts = {2020: Goalposts(worst=0, best=10, **named)}
    >>> lake = Framework.model_validate(
    ...     {
    ...         "entity_type": "lake",
    ...         "version": "1",
    ...         "source": "made up",
    ...         "index": {"code": "LI"},
    ...         "groups": {"G": Group(code="G", weight=1)},
    ...         "indicators": {
    ...             code: Indicator(
    ...                 code=code,
    ...                 unit="ratio",
    ...                 formula=code.lower(),
    ...                 direction=1,
    ...                 group="G",
    ...                 weight=weight,
    ...                 goalposts=posts,
    ...                 **named,
    ...             )
    ...             for code, weight in (("A", 3), ("B", 1))
    ...         },
    ...     }
    ... )
    >>> returned = {
    ...     "a": Column.of(np.array([[4.0], [8.0]])),
    ...     "b": Column.of(np.array([[8.0], [np.nan]])),
    ... }
    >>> panel = Panel(("L1", "L2"), (2020,), returned)
    >>> result = evaluate(panel, lake, base_year=2020, run_year=2020)
    >>> result.aggregation.index.values[:, 0].tolist()  # B of L2 was not returned: floor 0
    [50.0, 60.0]
    >>> result.aggregation.coverage[:, 0].tolist(), result.is_sufficient[:, 0].tolist()
    ([1.0, 0.75], [True, False])
    """
    returned = returned_in(panel)
    computed = computed or computed_from(panel, framework, base_year=base_year)
    indicators, learns = computed.indicators, fitted is None and learns_weights(framework)
    if fitted is None:
        fitted = fit(indicators, framework, _up_to(panel.years, run_year), among=returned)
    if learns:
        scores = normalise(indicators, framework, fitted)
        scored = apply_missing_rules(scores, indicators, framework, fitted, returned)
        framework = with_learnt_weights(scored, framework, run_year)
    found = _from_indicators(indicators, framework, fitted, returned, base_year)
    return TypeEvaluation(
        panel=panel,
        accounts=computed.accounts,
        indicators=indicators,
        scores=found.scores,
        scored=found.scored,
        aggregation=found.aggregation,
        progress=found.progress,
        fitted=fitted,
        framework=framework,
        base_year=base_year,
        run_year=run_year,
    )


def _from_indicators(
    indicators: Panel,
    framework: Framework,
    fitted: Fitted,
    returned: NDArray[np.bool_],
    base_year: int,
) -> _FromIndicators:
    """Scores, index and progress, entity by entity with the constants of all."""

    def step(portion: slice) -> _FromIndicators:
        some = indicators.some(portion)
        scores = normalise(some, framework, fitted)
        scored = apply_missing_rules(scores, some, framework, fitted, returned[portion])
        released = fitted.withheld.progress
        return _FromIndicators(
            scores,
            scored,
            aggregate(scored, framework),
            progress_index(some, framework, base_year=base_year, released=released),
        )

    return in_portions(step, indicators, is_whole=looks_at_all(framework))


def _decomposed(
    prefix: str, path: str, decomposition: Decomposition, of_index: NDArray[np.object_]
) -> Iterator[tuple[str, str, str, Floats, NDArray[np.object_]]]:
    """The parts of an index, kind by kind; where there are none, the index's status says why."""
    for kind, unit, parts in decomposition.by_kind():
        for code, values in parts.items():
            left_out = np.where(decomposition.weights[code] == 0, "excluded", "reported")
            has_no_index = np.isnan(decomposition.total) | (of_index == "insufficient")
            without_value = np.where(has_no_index, of_index, "not_computable")
            status = np.where(np.isnan(values), without_value, left_out)
            yield f"{prefix}{kind}", f"{path}{code}", unit, values, status.astype(object)


def returned_in(panel: Panel) -> NDArray[np.bool_]:
    """Where an entity has a figure of the year among what was returned (entities, years)."""
    has_figure = np.zeros(panel.shape, bool)
    for column in panel.columns.values():
        has_figure |= column.is_present
    return has_figure


def _up_to(years: Sequence[int], last: int) -> tuple[int, ...]:
    return tuple(year for year in years if year <= last)


def _portions(count: int) -> Iterator[slice]:
    return (slice(start, start + ROWS_AT_ONCE) for start in range(0, count, ROWS_AT_ONCE))


def _status(column: Column) -> NDArray[np.object_]:
    words: NDArray[np.object_] = STATUS_WORDS[column.state, column.flags]
    return words
