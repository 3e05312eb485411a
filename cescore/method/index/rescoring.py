"""One year of a type under another framework, worked again only from the step that the framework changes.

A desk that answers while a weight is moved cannot compute every year's accounts anew.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cescore.definitions.model import Framework
from cescore.method.column import Column, Panel
from cescore.method.index.aggregate import Aggregation, aggregate
from cescore.method.index.coverage import stands
from cescore.method.index.evaluation import TypeEvaluation, returned_in
from cescore.method.index.indicators import compute_accounts, compute_indicators
from cescore.method.index.learning import learns_weights, with_learnt_weights
from cescore.method.index.missing import Scored, apply_missing_rules
from cescore.method.index.normalise import Fitted, fit, normalise

Floats = NDArray[np.float64]
# What constants are learnt by, beside each indicator's own settings.
_LEARNT_BY = (
    "normalisation",
    "observed_over",
    "reference",
    "imputation",
    "treatment",
    "missing",
    "scale",
)
_LEARNT_BY_INDICATOR = (
    "direction",
    "normalisation",
    "reference",
    "imputation",
    "treatment",
    "group",
)


@dataclass(frozen=True, eq=False)
class Rescored:
    """A type in one year under a framework; arrays of (entities, 1).

    Attributes
    ----------
    framework
        As asked for.
    indicators
        Of all years [declared units]: constants may be learnt from them.
    fitted
        Constants learnt of the reference set.
    scored, aggregation
        Scores after the missing-data rules, and groups and index [points of the scale].
    weighted
        The framework with the weights it learns.
    """

    framework: Framework
    year: int
    indicators: Panel
    fitted: Fitted
    scored: Scored
    aggregation: Aggregation
    weighted: Framework

    @property
    def index(self) -> Floats:
        """The index of each entity [points]; NaN where there is none (entities,)."""
        return self.aggregation.index.values[:, 0]

    @cached_property
    def rated(self) -> Floats:
        """The index of those whose index stands as a rating; NaN of the others (entities,)."""
        standing = stands(self.aggregation, self.framework.missing, self.scored.returned)
        return np.where(standing[:, 0], self.index, np.nan)


def rescored(
    evaluation: TypeEvaluation, framework: Framework, before: Rescored | None = None
) -> Rescored:
    """The year evaluated of a type under another framework.

    The numbers are those that `evaluation.evaluate` gives for that year. Indicators are taken from
    the evaluation unless a formula differs; constants from `before` unless something they are
    learnt by differs.

    Parameters
    ----------
    before
        An earlier answer of the same type and year; None: nothing is known.

    Raises
    ------
    MethodError
        The framework's constants or weights cannot be learnt from these entities.
    """
    year = evaluation.run_year
    indicators = _indicators(evaluation, framework, before)
    returned = returned_in(evaluation.panel)
    place = evaluation.panel.year_position(year)
    if (
        before is not None
        and before.indicators is indicators
        and _learns_alike(framework, before.framework)
    ):
        fitted = before.fitted
    else:
        years = tuple(y for y in evaluation.panel.years if y <= year)
        fitted = fit(indicators, framework, years, among=returned)
    of_year = in_year(indicators, year)
    here = returned[:, place : place + 1]
    scores = normalise(of_year, framework, fitted)
    scored = apply_missing_rules(scores, of_year, framework, fitted, here)
    weighted = framework
    if learns_weights(framework):
        weighted = with_learnt_weights(scored, framework, year)
        scored = apply_missing_rules(scores, of_year, weighted, fitted, here)
    return Rescored(
        framework, year, indicators, fitted, scored, aggregate(scored, weighted), weighted
    )


def in_year(panel: Panel, year: int) -> Panel:
    """One year of a panel, as views of its arrays."""
    place = panel.year_position(year)
    cut = slice(place, place + 1)
    columns = {
        code: Column(c.values[:, cut], c.state[:, cut], c.flags[:, cut])
        for code, c in panel.columns.items()
    }
    codes = {code: texts[:, cut] for code, texts in panel.codes.items()}
    return replace(panel, years=(year,), columns=columns, codes=codes)


def _indicators(evaluation: TypeEvaluation, framework: Framework, before: Rescored | None) -> Panel:
    """The indicators under the framework's formulas: known ones, or computed anew."""
    known = [(evaluation.framework, evaluation.indicators)]
    if before is not None:
        known.append((before.framework, before.indicators))
    for other, indicators in known:
        if _formulas(other) == _formulas(framework):
            return indicators
    accounts = compute_accounts(evaluation.panel, framework, base_year=evaluation.base_year)
    return compute_indicators(accounts, framework, base_year=evaluation.base_year)


def _formulas(framework: Framework) -> tuple[Any, ...]:
    """All that indicators are computed by."""
    indicators = {c: (i.formula, i.unit, i.latest_within) for c, i in framework.indicators.items()}
    return indicators, framework.accounts, framework.factors


def _learns_alike(one: Framework, other: Framework) -> bool:
    """Whether two frameworks with the same formulas learn the same constants."""
    if any(getattr(one, name) != getattr(other, name) for name in _LEARNT_BY):
        return False
    return _settings(one) == _settings(other)


def _settings(framework: Framework) -> dict[str, tuple[Any, ...]]:
    return {
        i.code: tuple(getattr(i, name) for name in _LEARNT_BY_INDICATOR) for i in framework.scored()
    }
