"""Each step of the method as one call.

The steps are the functions of `cescore.method` that the build runs; here they take the opened
bundle, so that a cell reads like the step of a worked solution.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from cescore.desk.terms import termed
from cescore.disclosure.documents.opened import OpenBundle
from cescore.method.column import Panel
from cescore.method.index import aggregate as _aggregate
from cescore.method.index import contributions as _contributions
from cescore.method.index import coverage as _coverage
from cescore.method.index import indicators as _indicators
from cescore.method.index import mean_tree as _mean_tree
from cescore.method.index import missing as _missing
from cescore.method.index import normalise as _normalise
from cescore.method.index import progress as _progress
from cescore.method.index import weight as _weight
from cescore.method.index.aggregate import Aggregation
from cescore.method.index.contributions import Decomposition
from cescore.method.index.missing import Scored
from cescore.method.index.progress import ProgressResult


def compute_accounts(bundle: OpenBundle) -> Panel:
    """The returned values with the framework's accounts added."""
    return termed(bundle.with_accounts, bundle.framework, bundle.lang)


def compute_indicators(bundle: OpenBundle) -> Panel:
    """The framework's indicators, each in its own unit."""
    found = _indicators.compute_indicators(
        bundle.with_accounts, bundle.framework, base_year=bundle.base_year
    )
    return termed(found, bundle.framework, bundle.lang)


def normalise(bundle: OpenBundle, indicators: Panel) -> Panel:
    """Indicators as scores on the framework's scale, more is better."""
    scores = _normalise.normalise(indicators, bundle.framework, bundle.fitted)
    return termed(scores, bundle.framework, bundle.lang, unit=_scale(bundle))


def apply_missing_rules(bundle: OpenBundle, scores: Panel, indicators: Panel) -> Scored:
    """Scores with the framework's rule applied to each that has no value."""
    return _missing.apply_missing_rules(scores, indicators, bundle.framework, bundle.fitted)


def effective_weights(bundle: OpenBundle, scored: Scored) -> dict[str, NDArray[np.float64]]:
    """Each indicator's weight in the index, year by year; together 1."""
    return _weight.effective_weights(bundle.framework, scored.active)


def aggregate(bundle: OpenBundle, scored: Scored) -> Aggregation:
    """Groups and index."""
    result = _aggregate.aggregate(scored, bundle.framework)
    groups = termed(result.groups, bundle.framework, bundle.lang, unit=_scale(bundle))
    return replace(result, groups=groups)


def progress_index(bundle: OpenBundle, indicators: Panel) -> ProgressResult:
    """Progress since the base year, which is 100."""
    return _progress.progress_index(
        indicators,
        bundle.framework,
        base_year=bundle.base_year,
        released=bundle.fitted.withheld.progress,
    )


def decompose(bundle: OpenBundle, scored: Scored, result: Aggregation) -> Decomposition:
    """What each indicator adds to the year's index, and to its change since last year."""
    tree = _mean_tree.index_tree(scored, result, bundle.framework)
    stands = _coverage.stands(result, bundle.framework.missing, scored.returned)
    return _contributions.decompose(tree, bundle.year, stands=stands)


def _scale(bundle: OpenBundle) -> str:
    """The scale of scores, as a unit."""
    return f"{bundle.framework.scale.floor:g}-{bundle.framework.scale.top:g}"


def decompose_progress(bundle: OpenBundle, progress: ProgressResult) -> Decomposition | None:
    """The same of the progress index; None where the framework has none, or a member is withheld."""
    if bundle.fitted.withheld.progress is not None:
        return None
    tree = _mean_tree.progress_tree(progress, bundle.framework)
    return None if tree is None else _contributions.decompose(tree, bundle.year)
