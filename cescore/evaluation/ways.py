"""How far an entity's indicators can be moved, what that costs, and what each brings to its total."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from cescore.definitions.model import Framework, Indicator, Scale
from cescore.evaluation.levers import levers_of
from cescore.evaluation.yearly import YearlyEvaluation
from cescore.method.grading.cheapest_path import GainCurve, cheapest, sampled
from cescore.method.grading.grade_margin import GradeLever
from cescore.method.index.fitting import method_of
from cescore.method.index.normalisations import on_ends

NOISE = 1e-7  # points asked for beyond a threshold, so that rounding does not miss it
TRIES = 6  # of an answer that falls short
STRAIGHT = ("goalposts", "efficacy")  # scores that lie on straight lines


@dataclass(frozen=True)
class IndicatorWay:
    """One indicator's way from its value to the farthest it can be moved [its unit], and what it costs
    in all (params/movable.yml)."""

    code: str
    start: float
    end: float
    cost: float

    def at(self, share: float) -> float:
        return self.start + share * (self.end - self.start)


@dataclass(frozen=True)
class Gain:
    """What a way brings to the total: its shares -> points; ``is_bent`` where that is nowhere straight."""

    of: Callable[[Sequence[float]], list[float]]
    is_bent: bool

    def at(self, share: float) -> float:
        return self.of([share])[0]


def values_of(yearly: YearlyEvaluation, entity_id: str) -> dict[str, float]:
    """The entity's indicators of the year that have a value [their units]."""
    evaluation = yearly.evaluation_of(entity_id)
    columns = evaluation.indicators.columns
    at = evaluation.panel.row(entity_id), evaluation.indicators.year_position(yearly.year)
    found = {code: column.number_at(*at) for code, column in columns.items()}
    return {code: value for code, value in found.items() if value is not None}


def ways_of(
    yearly: YearlyEvaluation, entity_id: str, values: Mapping[str, float]
) -> list[IndicatorWay]:
    """The ways of the indicators with a value that are not computed from others and can be moved.

    A way is the lever's share of the distance between the goalposts, on a logarithmic scale of the
    distance there and no more than the factor that params allow, so that no value is asked to rise many
    times over; without goalposts of the value.
    One that a scored indicator has under another name is moved as that one.
    """
    evaluation = yearly.evaluation_of(entity_id)
    framework, entity_type = evaluation.framework, evaluation.framework.entity_type
    row, ways = evaluation.panel.row(entity_id), []
    industry = evaluation.panel.attributes.get("industry", ("",) * (row + 1))[row]
    renamed = {name for i in framework.scored() if (name := _other_name(i))}
    for code, indicator in framework.indicators.items():
        lever = yearly.workspace.definitions.movable.lever(entity_type, code)
        uses = _used_of(indicator, framework)
        if code not in values or lever.most == 0 or uses or code in renamed:
            continue
        start = values[code]
        ends, most = indicator.ends_in(yearly.year, industry), lever.most
        if ends and start > 0 and method_of(indicator, framework) == "log_goalposts":
            most = _within(yearly.workspace.definitions.movable.factor, ends, most)
            end = start * (ends[1] / ends[0]) ** most
        else:
            span = abs(ends[1] - ends[0]) if ends else abs(start)
            end = start + indicator.direction * most * span
            if start >= 0 > end:  # nothing is less than nothing
                end, most = 0.0, start / span
        if end != start:
            ways.append(IndicatorWay(code, start, end, lever.cost * most))
    return ways


def _within(factor: float | None, ends: tuple[float, float], most: float) -> float:
    """The share of a logarithmic scale that can be moved, where no more than a factor is."""
    length = abs(math.log(ends[1] / ends[0]))
    return most if factor is None else min(most, math.log(factor) / length)


def exact_gains(
    yearly: YearlyEvaluation, entity_id: str, ways: Sequence[IndicatorWay]
) -> dict[str, Gain] | None:
    """What each way brings to the total, where that adds up: share of the way -> points.

    The index must be arithmetic means of scores on stated ends, no scored indicator computed from
    others, and no target scored. None where it is not so, and only an evaluation tells. Ways that
    bring nothing, whatever their share, are left out.
    """
    evaluation, assessed = yearly.evaluation_of(entity_id), yearly.assessments[entity_id]
    framework, weight = evaluation.framework, assessed.weights.get("index")
    is_targeted = any(line.scored for line in yearly.targets.get(entity_id, ()))
    is_linked = any(_used_of(indicator, framework) for indicator in framework.scored())
    if assessed.total is None or weight is None or is_targeted or is_linked:
        return None
    levers = {lever.code: lever for lever in levers_of(evaluation, entity_id)}
    scored = {indicator.code for indicator in framework.scored()}
    gains: dict[str, Gain] = {}
    for way in ways:
        lever = levers.get(way.code)
        if lever is None and way.code in scored:
            return None
        if lever is not None:
            if any(power != 1 for _, power, *_ in lever.steps):
                return None
            gains[way.code] = _gain(lever, way, weight)
    return gains


def curves_of(ways: Sequence[IndicatorWay], gains: Mapping[str, Gain]) -> list[GainCurve]:
    """The curves of gains that are known at every share."""
    return [
        sampled(way.code, way.cost, gains[way.code].of, is_bent=gains[way.code].is_bent)
        for way in ways
        if way.code in gains
    ]


def cheapest_of(
    ways: Mapping[str, IndicatorWay], gains: Mapping[str, Gain], wanted: float
) -> dict[str, float]:
    """The shares of the ways that together gain what is wanted [points] at least cost; empty: none do.

    Lines that only come close to a gain may leave a little of it out, which is asked for in addition.
    """
    curves, asked = curves_of(list(ways.values()), gains), wanted + NOISE
    for _ in range(TRIES):
        shares = cheapest(curves, asked)
        if shares is None:
            return {}
        lacking = wanted - math.fsum(gains[code].at(share) for code, share in shares.items())
        if lacking <= 0:
            return shares
        asked += lacking + NOISE
    return {}


def _gain(lever: GradeLever, way: IndicatorWay, weight: float) -> Gain:
    scale, direction = (
        Scale(floor=lever.floor, top=lever.top),
        1 if lever.best > lever.worst else -1,
    )
    ends = np.array([lever.worst]), np.array([lever.best])
    factor = weight * math.prod(w for w, *_ in lever.steps) / (lever.top - lever.floor) * 100
    now = lever.steps[-1][-1]

    def of(shares: Sequence[float]) -> list[float]:
        values = np.array([way.at(share) for share in shares])
        scores = on_ends(values, lever.method, ends, direction=direction, scale=scale)
        return [factor * (score - now) for score in scores.tolist()]

    return Gain(of, lever.method not in STRAIGHT)


def _used_of(indicator: Indicator, framework: Framework) -> set[str]:
    """The indicators of the framework that an indicator is computed from; all, if nothing is known."""
    if indicator.expression is None:
        return set(framework.indicators)
    if _other_name(indicator):
        return set()
    return set(indicator.expression.names) & set(framework.indicators)


def _other_name(indicator: Indicator) -> str:
    """The code that a formula only gives another name; "" of any other formula."""
    tree = indicator.expression.tree if indicator.expression is not None else None
    return tree.id if isinstance(tree, ast.Name) else ""
