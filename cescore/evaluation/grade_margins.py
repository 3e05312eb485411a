"""The margin of an entity's grade from its evaluation: what the method needs, laid out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from cescore.evaluation.levers import levers_of
from cescore.evaluation.ways import cheapest_of, exact_gains, values_of, ways_of
from cescore.evaluation.yearly import YearlyEvaluation
from cescore.method.assessment import Assessment
from cescore.method.grade_margin import GradeMargin, GradeTurn, grade_margin
from cescore.method.ladder_points import PointsLadder
from cescore.method.targets import TargetLine


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
    levers = tuple(levers_of(yearly.evaluation_of(entity_id), entity_id)) if with_indicators else ()
    margin = grade_margin(
        assessed,
        targets=targets,
        measures=yearly.measures.get(entity_id, ()),
        ladder=PointsLadder.of(plan.assessment),
        levers=levers,
    )
    if margin is None or margin.missing is None or not with_indicators:
        return margin
    return replace(margin, path=tuple(_path(yearly, entity_id, margin.missing)))


def _path(yearly: YearlyEvaluation, entity_id: str, missing: float) -> Iterator[GradeTurn]:
    """The indicators that together bring the points missing at least cost, with the values needed.

    None of a type with too many entities to work it out for each, and of one whose gains do not add up.
    """
    framework = yearly.evaluation_of(entity_id).framework
    if yearly.is_large(framework.entity_type):
        return
    ways = {way.code: way for way in ways_of(yearly, entity_id, values_of(yearly, entity_id))}
    gains = exact_gains(yearly, entity_id, list(ways.values()))
    for code, share in (cheapest_of(ways, gains, missing) if gains else {}).items():
        indicator, way = framework.indicators[code], ways[code]
        names = indicator.zh, indicator.en
        yield GradeTurn("indicator", code, *names, way.start, way.at(share), indicator.unit)
