"""The scored indicators of an entity as its index sees them: the means above each, and its scale."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from cescore.definitions.model import Indicator
from cescore.intake.checks.doubted import DatedFinding, without_doubted
from cescore.method.grading.grade_margin import GradeLever
from cescore.method.grading.next_step import within_reach
from cescore.method.index.evaluation import TypeEvaluation
from cescore.method.index.fitting import method_of
from cescore.method.index.mean_tree import Tree, index_tree
from cescore.method.index.normalisations import ON_ENDS
from cescore.method.index.normalise import ends_in

Floats = NDArray[np.float64]


def levers_of(
    evaluation: TypeEvaluation, entity_id: str, findings: Sequence[DatedFinding] = ()
) -> Iterator[GradeLever]:
    """The entity's scored indicators that have a value and stand on stated ends.

    ``findings``: those of its data, whose years set no pace.
    """
    row, framework = evaluation.panel.row(entity_id), evaluation.framework
    tree = _tree(evaluation)
    if not tree.is_nest_of_means:
        return
    parent = {member: whole for whole, members in tree.members.items() for member in members}
    for indicator in framework.scored():
        ends = _ends(evaluation, indicator, row)
        position = evaluation.indicators.year_position(evaluation.run_year)
        value = evaluation.indicators.column(indicator.code).values[row, position]
        if ends is None or math.isnan(value):
            continue
        steps = _steps(tree, parent, indicator.code, row)
        if all(weight > 0 for weight, *_ in steps):
            method = method_of(indicator, framework)
            own = _own_series(evaluation, indicator, row, findings)
            yield GradeLever(
                indicator.code, indicator.zh, indicator.en, indicator.unit, steps, float(value),
                *ends, floor=framework.scale.floor, top=framework.scale.top, method=method,
                within=within_reach(float(value), ends, method, own),
            )  # fmt: skip


def _own_series(
    evaluation: TypeEvaluation, indicator: Indicator, row: int, findings: Sequence[DatedFinding]
) -> list[float | None]:
    """An indicator's values up to the year evaluated, without those of doubted years."""
    until = evaluation.indicators.year_position(evaluation.run_year) + 1
    values = evaluation.indicators.column(indicator.code).values[row][:until].tolist()
    series = [None if math.isnan(value) else value for value in values]
    years = evaluation.indicators.years[:until]
    return without_doubted(series, years, findings, indicator, evaluation.framework)


def _ends(evaluation: TypeEvaluation, indicator: Indicator, row: int) -> tuple[float, float] | None:
    """Worst and best end of an indicator's scale at an entity; None of a scale without stated ends."""
    framework = evaluation.framework
    if method_of(indicator, framework) not in ON_ENDS:
        return None
    if framework.treatment_of(indicator).method != "none":
        return None
    ends = _all_ends(evaluation, indicator.code)
    return None if ends is None else (float(ends[0][row]), float(ends[1][row]))


@lru_cache(maxsize=8)  # of each type, once for all its entities
def _tree(evaluation: TypeEvaluation) -> Tree:
    """The index of the year evaluated as a nest of means, of all entities of a type."""
    tree = index_tree(evaluation.scored, evaluation.aggregation, evaluation.framework)
    return tree.at((evaluation.run_year,))


@lru_cache(maxsize=512)  # of each indicator of each type
def _all_ends(evaluation: TypeEvaluation, code: str) -> tuple[Floats, Floats] | None:
    indicator = evaluation.framework.indicators[code]
    return ends_in(indicator, evaluation.indicators, evaluation.run_year)


def _steps(
    tree: Tree, parent: dict[str, str], code: str, row: int
) -> tuple[tuple[float, float, float, float], ...]:
    """From the index down: weight, power, value of the whole and of the member of each mean."""
    steps = []
    member = code
    while member:
        whole = parent[member]
        together = math.fsum(float(tree.shares[m][row, 0]) for m in tree.members[whole])
        weight = float(tree.shares[member][row, 0]) / together if together else 0.0
        values = (float(tree.values[whole][row, 0]), float(tree.values[member][row, 0]))
        steps.append((weight, tree.powers[whole], *values))
        member = whole
    return tuple(reversed(steps))
