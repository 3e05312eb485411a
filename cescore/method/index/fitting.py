"""What a method learns from all entities, once: constants that are then frozen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from cescore.definitions.model import Framework, Indicator
from cescore.method.column import Panel, State
from cescore.method.index import outliers
from cescore.method.index.normalisations import BY_ORDER, learn
from cescore.method.index.preparing import has_data, learn_gaps, settle

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Withheld:
    """What of one entity's results is withheld, and what stands above it and is released.

    Attributes
    ----------
    scores
        Indicator -> year -> the rule's case its score falls under: "" where it has a value of its
        own, else a word of `missing.CASES`.
    groups
        Group ("" for the index) -> year -> its value, where it may be shown.
    progress
        The same of the progress index and its groups; None: none of its members is withheld.
    """

    scores: Mapping[str, Mapping[int, str]] = field(default_factory=dict)
    groups: Mapping[str, Mapping[int, float]] = field(default_factory=dict)
    progress: Mapping[str, Mapping[int, float]] | None = None


@dataclass(frozen=True)
class Fitted:
    """What the methods learnt from all entities, frozen.

    Attributes
    ----------
    constants
        Indicator -> year -> name -> value [unit of the treated values]: ``low``, ``high`` (min_max
        and its kin; ``reference`` too) or ``mean``, ``sd`` (z_score); ``win_low``, ``win_high`` or
        ``log_low``, ``log_high``, ``log_mirrored`` (outliers); ``fill:<group>``, or ``row_low``,
        ``row_high`` of all indicators (imputation).
    nowhere
        Year -> indicators that apply to somebody and that no entity reports.
    released_scores
        Indicator -> year -> one entity's score, where the constants are withheld.
    distributions
        Indicator -> year -> all values in rising order, which ranking needs; they are respondents'
        figures and never leave the evaluation.
    released_groups
        Group ("" for the index) -> year -> one entity's value, of groups aggregated by looking at
        everybody.
    withheld
        Of one entity, what recomputation cannot know and must not make up.
    """

    constants: Mapping[str, Mapping[int, Mapping[str, float]]] = field(default_factory=dict)
    nowhere: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    released_scores: Mapping[str, Mapping[int, float | None]] = field(default_factory=dict)
    distributions: Mapping[str, Mapping[int, Floats]] = field(default_factory=dict)
    released_groups: Mapping[str, Mapping[int, float | None]] = field(default_factory=dict)
    withheld: Withheld = field(default_factory=Withheld)


def method_of(indicator: Indicator, framework: Framework) -> str:
    """The normalisation an indicator is scored by: its own, else the framework's."""
    return indicator.normalisation or framework.normalisation


def fit(
    indicators: Panel,
    framework: Framework,
    run_years: Sequence[int] | None = None,
    *,
    among: Bools | None = None,
) -> Fitted:
    """The constants that the framework's methods take from the reference set, year by year.

    Learnt from the reference set alone: the entities that have a value of their own that year, are
    not screened out and are ``among`` those that may teach. Others may be scored with the
    constants. In the order of COINr: gaps are filled, entities screened, outliers treated, and the
    ends of the scale are those of the treated values, of the year or of all years together. Where
    an indicator has no two different values it has no ends, so nobody is scored on it.

    Parameters
    ----------
    indicators
        As computed (entities, years).
    run_years
        Years to learn from; None: all of the panel.
    among
        (entities, years): who may teach; None: all.

    Returns
    -------
    Fitted
        Empty constants where every method stands on stated ends and nothing is imputed or treated.
    """
    years = [y for y in indicators.years if run_years is None or y in run_years]
    own = has_data(indicators, framework)
    candidates = own if among is None else own & among
    constants, members = learn_gaps(indicators, framework, years, candidates)
    distributions: dict[str, dict[int, Floats]] = {}
    prepared = settle(indicators, framework, constants)
    for indicator in framework.scored():
        method, treatment = method_of(indicator, framework), framework.treatment_of(indicator)
        learnt = {
            year: outliers.learn(_present(prepared, indicator.code, year, members), treatment)
            for year in years
        }
        all_values = np.concatenate([np.empty(0), *(treated.values for treated in learnt.values())])
        for year, treated in learnt.items():
            compared = all_values if framework.observed_over == "all_years" else treated.values
            reference = _reference(prepared, indicator, framework, year)
            reference = outliers.apply(reference, treated.constants, treatment)
            learnt_constants = {**treated.constants, **learn(compared, method, float(reference[0]))}
            if learnt_constants:
                constants.setdefault(indicator.code, {}).setdefault(year, {}).update(
                    learnt_constants
                )
            if method in BY_ORDER:
                distributions.setdefault(indicator.code, {})[year] = np.sort(compared)
    return Fitted(constants, _nowhere(indicators, framework, members), {}, distributions)


def _nowhere(panel: Panel, framework: Framework, members: Bools) -> dict[int, tuple[str, ...]]:
    """Indicators that apply to somebody and that nobody of the reference set reports, by year."""
    result = {}
    for i, year in enumerate(panel.years):
        codes = []
        for indicator in framework.scored():
            state = panel.column(indicator.code).state[:, i]
            if (
                not ((state == State.PRESENT) & members[:, i]).any()
                and (state == State.MISSING).any()
            ):
                codes.append(indicator.code)
        result[year] = tuple(codes)
    return result


def _present(panel: Panel, code: str, year: int, members: Bools) -> Floats:
    """The values of an indicator that the reference set of a year has [unit of the indicator]."""
    column = panel.column(code)
    i = panel.year_position(year)
    return column.values[:, i][column.is_present[:, i] & members[:, i]]


def _reference(panel: Panel, indicator: Indicator, framework: Framework, year: int) -> Floats:
    """The value of the entity that others are measured against; NaN where there is none."""
    entity = indicator.reference or framework.reference
    if entity not in panel.entities:
        return np.array([np.nan])
    column, i = panel.column(indicator.code), panel.year_position(year)
    return column.values[[panel.row(entity)], i]
