"""What methods learnt from all entities, as far as one of them may know it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from cescore.disclosure.documents.bundle import FittedConstants
from cescore.method.column import Column
from cescore.method.index.normalisations import BY_ORDER
from cescore.method.index.outranking import AMONG_ALL

if TYPE_CHECKING:
    from cescore.definitions.model import Framework
    from cescore.method.index.evaluation import TypeEvaluation


def released_constants(evaluation: TypeEvaluation, row: int, *, withheld: bool) -> FittedConstants:
    """The constants that may be released to the entity of a row; ``withheld``: none of them.

    Constants learnt from respondents are not: an observed bound or mean can be solved for another's
    value. Their scores come as evaluated, and recomputation starts above them. The same goes for what
    is learnt from every single value, an order; and since a gap filled by row stands on every
    indicator's constants, then all are given or none.
    """
    framework, fitted = evaluation.framework, evaluation.fitted
    kept_back = set(_by_order(framework))
    by_row = any(framework.imputation_of(i).method.startswith("row_") for i in framework.scored())
    if withheld or (kept_back and by_row):
        kept_back |= set(fitted.constants)

    def own(column: Column) -> dict[int, float | None]:
        values = zip(evaluation.panel.years, column.values[row], strict=True)
        return {year: None if np.isnan(value) else float(value) for year, value in values}

    groups = evaluation.aggregation.groups
    return FittedConstants(
        constants={c: v for c, v in fitted.constants.items() if c not in kept_back},
        nowhere=fitted.nowhere,
        released_scores={c: own(evaluation.scores.column(c)) for c in sorted(kept_back)},
        released_groups={
            code: own(groups.column(code) if code else evaluation.aggregation.index)
            for code in ("", *framework.groups)
            if framework.mean_of(code)[0] in AMONG_ALL
        },
    )


def _by_order(framework: Framework) -> Iterator[str]:
    """The indicators whose scores are an order among all."""
    for code, indicator in framework.indicators.items():
        method = indicator.normalisation or framework.normalisation
        if indicator.group and method in BY_ORDER:
            yield code
