"""The scored indicators of an entity as its index sees them: the means above each, and its scale."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from cescore.definitions.model import Indicator
from cescore.definitions.model.ends import ON_LOG
from cescore.method.evaluation import TypeEvaluation
from cescore.method.fitting import method_of
from cescore.method.grade_margin import OWN_YEARS, GradeLever
from cescore.method.mean_tree import Tree, index_tree
from cescore.method.next_step import best_movement
from cescore.method.normalisations import ON_ENDS
from cescore.method.normalise import ends_in

Floats = NDArray[np.float64]


def levers_of(evaluation: TypeEvaluation, entity_id: str) -> Iterator[GradeLever]:
    """The entity's scored indicators that have a value and stand on stated ends."""
    row, framework = evaluation.panel.row(entity_id), evaluation.framework
    tree = _tree(evaluation)
    if not tree.is_nest_of_means:
        return
    parent = {member: whole for whole, members in tree.members.items() for member in members}
    for indicator in framework.scored():
        ends = _ends(evaluation, indicator, row)
        series = evaluation.indicators.column(indicator.code).values[row]
        position = evaluation.indicators.year_position(evaluation.run_year)
        value = series[position]
        if ends is None or math.isnan(value):
            continue
        steps = _steps(tree, parent, indicator.code, row)
        if all(weight > 0 for weight, *_ in steps):
            method = method_of(indicator, framework)
            yield GradeLever(
                indicator.code, indicator.zh, indicator.en, indicator.unit, steps, float(value),
                *ends, floor=framework.scale.floor, top=framework.scale.top, method=method,
                movement=_movement(series[: position + 1], indicator.direction, method),
            )  # fmt: skip


def _movement(series: Floats, direction: int, method: str) -> float | None:
    """The largest improvement that the entity's own years brought; None with fewer than two values."""
    values = [None if math.isnan(value) else float(value) for value in series]
    if sum(value is not None for value in values) < 2:
        return None
    by_ratio = method == ON_LOG
    return best_movement(values, direction, years=OWN_YEARS, by_ratio=by_ratio) or 0.0


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
