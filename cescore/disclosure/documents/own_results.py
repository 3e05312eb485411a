"""What the evaluation of a type says of one of its entities: the part of a bundle that is its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cescore.disclosure.documents.bundle import Evaluated, Series
from cescore.method.column import Column, Panel, State, status_text

if TYPE_CHECKING:
    from cescore.method.index.evaluation import TypeEvaluation

PRESENT = int(State.PRESENT)  # asked of each value of each bundle


def evaluated(evaluation: TypeEvaluation, row: int, *, filed: bool = True) -> Evaluated:
    """One entity's results, over all years; ``filed``: whether a return was received for the last."""
    found, framework = evaluation.aggregation, evaluation.framework
    year = evaluation.panel.year_position(evaluation.run_year)
    scored, progress = evaluation.scored, evaluation.progress
    has_progress = framework.progress is not None
    of_progress = evaluation.progress_decomposition
    return Evaluated(
        index=_index_series(evaluation, row, filed=filed),
        coverage=tuple(_or_none(v) for v in found.coverage[row]),
        groups=_all(found.groups, row),
        scores=_all(scored.scores, row),
        indicators=_all(evaluation.indicators, row),
        accounts=tuple(
            _series(code, evaluation.accounts.column(code), row) for code in framework.accounts
        ),
        rungs={code: tuple(used[row].tolist()) for code, used in evaluation.rungs.items()},
        weights={code: float(w[row, year]) for code, w in sorted(found.weights.items())},
        missing_rule={
            code: str(words[row, year]) for code, words in scored.rule.items() if words[row, year]
        },
        progress_index=(
            _series(framework.progress.code, progress.index, row) if framework.progress else None
        ),
        progress_groups=_all(progress.groups, row) if has_progress else (),
        progress_members=_all(progress.members, row) if has_progress else (),
        contributions=evaluation.decomposition.of(row),
        progress_contributions=of_progress.of(row) if of_progress is not None else (),
    )


def _index_series(evaluation: TypeEvaluation, row: int, *, filed: bool) -> Series:
    """The index with the words of results.csv: of too few data it says so in every year."""
    series = _series(evaluation.framework.index.code, evaluation.aggregation.index, row)
    words = list(map(str, evaluation.index_status[row]))
    if not filed:
        words[evaluation.panel.year_position(evaluation.run_year)] = "not_filed"
    return series.model_copy(update={"status": tuple(words)})


def _series(code: str, column: Column, row: int) -> Series:
    words = zip(column.state[row].tolist(), column.flags[row].tolist(), strict=True)
    return Series(
        code=code,
        values=values_of(column, row),
        status=tuple(status_text(state, flags) for state, flags in words),
    )


def _all(panel: Panel, row: int) -> tuple[Series, ...]:
    return tuple(_series(code, column, row) for code, column in panel.columns.items())


def values_of(column: Column, row: int) -> tuple[float | None, ...]:
    """One entity's values; None wherever there is no number."""
    values, states = column.values[row].tolist(), column.state[row].tolist()
    return tuple([v if state == PRESENT else None for v, state in zip(values, states, strict=True)])


def _or_none(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
