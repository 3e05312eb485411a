"""The margin of an entity's grade from its evaluation: what the method needs, laid out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from cescore.evaluation.levers import levers_of
from cescore.evaluation.ways import IndicatorWay, cheapest_of, exact_gains, values_of, ways_of
from cescore.evaluation.yearly import YearlyEvaluation
from cescore.method.grading.assessment import Assessment
from cescore.method.grading.grade_margin import (
    MOST_MOVES,
    GradeLever,
    GradeMargin,
    GradeTurn,
    grade_margin,
)
from cescore.method.grading.ladder_points import PointsLadder
from cescore.method.grading.targets import TargetLine


def margin_of(
    yearly: YearlyEvaluation,
    entity_id: str,
    assessed: Assessment,
    targets: Sequence[TargetLine],
    *,
    with_indicators: bool,
) -> GradeMargin | None:
    """How near an entity's grade is to the next; ``assessed`` and ``targets`` as its readers see them.

    ``with_indicators``: whether its own indicators may be gone back to, which is not so where some
    of them are withheld from its readers.
    """
    plan = yearly.workspace.definitions.plan
    if plan is None:
        return None
    levers = _levers(yearly, entity_id) if with_indicators else ()
    margin = grade_margin(
        assessed,
        targets=targets,
        measures=yearly.measures.get(entity_id, ()),
        ladder=PointsLadder.of(plan.assessment),
        levers=levers,
    )
    if margin is None or margin.missing is None or not with_indicators:
        return margin
    path = _path(yearly, entity_id, margin.missing, levers)
    if path is None:
        return margin
    return replace(margin, path=path, is_out_of_reach=not path and not margin.turns)


def _levers(yearly: YearlyEvaluation, entity_id: str) -> tuple[GradeLever, ...]:
    findings = yearly.findings_about.get(entity_id, ())
    return tuple(levers_of(yearly.evaluation_of(entity_id), entity_id, findings))


def _path(
    yearly: YearlyEvaluation, entity_id: str, missing: float, levers: Sequence[GradeLever]
) -> tuple[GradeTurn, ...] | None:
    """The few indicators that together bring the points missing at least cost, with the values needed.

    None of a type with too many entities to work it out for each, and where gains do not add up;
    empty where as many as a body can work at, each as far as it moved of late, do not bring them.
    """
    framework = yearly.evaluation_of(entity_id).framework
    if yearly.is_large(framework.entity_type):
        return None
    every = ways_of(yearly, entity_id, values_of(yearly, entity_id))
    farthest = {lever.code: lever.farthest for lever in levers}
    ways = {w.code: w for way in every if (w := _within(way, farthest)) is not None}
    gains = exact_gains(yearly, entity_id, list(ways.values()))
    if gains is None:
        return None
    shares = cheapest_of(ways, gains, missing)
    if len(shares) > MOST_MOVES:  # dearer ones that bring more may be fewer
        most = sorted(gains, key=lambda code: -gains[code].at(1.0))[:MOST_MOVES]
        shares = cheapest_of({code: ways[code] for code in most}, gains, missing)
    return tuple(
        GradeTurn(
            "indicator", code, framework.indicators[code].zh, framework.indicators[code].en,
            ways[code].start, ways[code].at(share), framework.indicators[code].unit,
        )
        for code, share in shares.items()
    )  # fmt: skip


def _within(way: IndicatorWay, farthest: Mapping[str, float]) -> IndicatorWay | None:
    """A way no farther than a year reaches; None where there is none so far."""
    end = farthest.get(way.code, way.end)
    part = (end - way.start) / (way.end - way.start)
    if part <= 0:
        return None
    return way if part >= 1 else replace(way, end=end, cost=way.cost * part)
