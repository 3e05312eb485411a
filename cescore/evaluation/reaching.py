"""The cheapest way of an entity to a grade: which indicators to move, and how far.

The total of an assessment, seen along one indicator, is made of straight pieces and steps (scores cut
at goalposts, points by schedule or by ladder). They are worked out where the total adds up, as for the
page (`ways.exact_gains`), else measured by evaluating the entity with the value moved; the cheapest of
them together (`cheapest_path.cheapest`) are evaluated once more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cescore.definitions.model import GradeBand
from cescore.definitions.spelling import with_nearest
from cescore.errors import DataError, Sentence
from cescore.evaluation.ways import NOISE, TRIES, IndicatorWay, curves_of, exact_gains, ways_of
from cescore.evaluation.what_if import EntityStanding, ReplacedValue, WhatIf, standings
from cescore.evaluation.yearly import YearlyEvaluation
from cescore.method.grading.cheapest_path import CurveSampler, GainCurve, cheapest

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class PathMove:
    """One indicator moved [its own unit]; ``cost`` as in params/movable.yml."""

    code: str
    before: float
    after: float
    cost: float


@dataclass(frozen=True, repr=False)
class PathToGrade:
    """The cheapest moves that reach a grade, or how near all of them together come.

    Attributes
    ----------
    grade
        Asked for (zh, en), and the least total that earns it.
    moves
        None needed: empty. Not reachable: every lever moved as far as it goes.
    total, reached
        Of the assessment with these moves [points], and its grade.
    is_reachable
        Whether the moves lead to the grade or a better one.
    is_cheapest
        Whether nothing cheaper reaches it, proved: false under means that are not arithmetic, where
        the effects of moves do not add up.
    why
        What stands in the way, whatever is moved: a reason of the assessment, "" otherwise.
    """

    entity_id: str
    grade: tuple[str, str]
    least: float
    before: float | None
    total: float | None
    reached: tuple[str, str]
    moves: tuple[PathMove, ...] = ()
    is_reachable: bool = False
    is_cheapest: bool = False
    why: str = ""

    @property
    def cost(self) -> float:
        """Of all moves together."""
        return float(sum(move.cost for move in self.moves))

    def to_frame(self) -> pd.DataFrame:
        """A row per move: indicator, before, after, cost."""
        import pandas as pd

        columns = ["code", "before", "after", "cost"]
        return pd.DataFrame([vars(move) for move in self.moves], columns=columns).set_index("code")

    def __repr__(self) -> str:
        verdict = "reached" if self.is_reachable else f"not reachable, short by {self.short_by}"
        head = f"{self.entity_id} → {' '.join(self.grade)}: {verdict}, cost {self.cost:g}"
        return f"{head}\n{self.to_frame().to_string()}" if self.moves else head

    @property
    def short_by(self) -> float | None:
        """Points that the total lacks; 0 where it is reached."""
        return None if self.total is None else max(0.0, self.least - self.total)


def path_to_grade(yearly: YearlyEvaluation, entity_id: str, grade: str) -> PathToGrade:
    """The cheapest changes of indicators by which an entity reaches a grade, by either of its names.

    Each indicator that enters score or targets can be moved for the better, as far as
    ``params/movable.yml`` says; one computed from other indicators follows them. Everything else
    stays: measures, vetoes, bonus, other entities.

    Raises
    ------
    DataError
        The entity has no evaluation, its type no assessment, or there is no such grade.
    """
    band = _band(yearly, entity_id, grade)
    now = _ask(yearly, entity_id, [{}])[0]
    start = PathToGrade(entity_id, (band.zh, band.en), band.least, now.total, now.total, now.grade)
    if _is_reached(yearly, entity_id, now, band):
        return replace(start, is_reachable=True, is_cheapest=True)
    ways = ways_of(yearly, entity_id, now.values)
    farthest = {way.code: 1.0 for way in ways}
    best = _ask(yearly, entity_id, [_values(ways, farthest)])[0]
    utmost = replace(start, total=best.total, reached=best.grade, moves=_moves(ways, farthest))
    if now.total is None or not _is_reached(yearly, entity_id, best, band):
        is_short = best.total is not None and best.total < band.least
        return replace(utmost, why="" if is_short else yearly.assessments[entity_id].reason)
    curves = _curves(yearly, entity_id, ways, now.total)
    wanted = band.least - now.total + NOISE
    for attempt in range(TRIES):
        shares = cheapest(curves, wanted)
        if shares is None:
            break
        found = _ask(yearly, entity_id, [_values(ways, shares)])[0]
        if _is_reached(yearly, entity_id, found, band):
            is_exact = attempt == 0 and all(curve.is_exact for curve in curves)
            return replace(
                start,
                total=found.total,
                reached=found.grade,
                moves=_moves(ways, shares),
                is_reachable=True,
                is_cheapest=is_exact and _adds_up(curves, shares, now.total, found.total),
            )
        wanted += max(band.least - (found.total or 0.0), NOISE)
    return replace(utmost, is_reachable=True)


def _band(yearly: YearlyEvaluation, entity_id: str, grade: str) -> GradeBand:
    """The band of a grade on the scale of the entity's type."""
    register, plan = yearly.workspace.register, yearly.workspace.definitions.plan
    if entity_id not in yearly.assessments or plan is None:
        expected = with_nearest("an entity with an assessment", entity_id, yearly.assessments)
        raise DataError(
            Sentence(
                "{entity_id!r} has no assessment in {year}, expected {expected}",
                entity_id=entity_id,
                year=yearly.year,
                expected=expected,
            )
        )
    entity_type = register[entity_id].entity_type
    scale = plan.assessment.scales.get(plan.assessment.scale_of.get(entity_type, ""))
    if scale is None or entity_type not in plan.assessment.weights:
        raise DataError(
            Sentence(
                "{entity_type} has no grades in plan {id}", entity_type=entity_type, id=plan.id
            )
        )
    named = {name: band for band in scale.bands for name in (band.zh, band.en)}
    if grade not in named:
        listed = ", ".join(f"{band.zh} {band.en}" for band in scale.bands)
        raise DataError(
            Sentence("no grade {grade!r}, expected one of {listed}", grade=grade, listed=listed)
        )
    return named[grade]


def _ask(
    yearly: YearlyEvaluation, entity_id: str, cases: Sequence[Mapping[str, float]]
) -> list[EntityStanding]:
    """The entity's standing with some of its indicators at other values, case by case."""
    questions = [
        WhatIf(entity_id, tuple(ReplacedValue(yearly.year, c, v) for c, v in case.items()))
        for case in cases
    ]
    return standings(yearly, questions)


def _is_reached(
    yearly: YearlyEvaluation, entity_id: str, found: EntityStanding, band: GradeBand
) -> bool:
    """Whether a standing has the grade or a better one."""
    steps = yearly.assessments[entity_id].bands or ()
    order = [step.zh for step in steps]
    return found.grade[0] in order and order.index(found.grade[0]) <= order.index(band.zh)


def _curves(
    yearly: YearlyEvaluation, entity_id: str, ways: Sequence[IndicatorWay], now: float
) -> list[GainCurve]:
    """What each way brings: worked out where the total adds up, else measured by evaluating it."""
    gains = exact_gains(yearly, entity_id, ways)
    if gains is not None:
        return curves_of(ways, gains)
    samplers = {way: CurveSampler(way.code, way.cost) for way in ways}
    while pending := [(way, share) for way, s in samplers.items() for share in s.wanted()]:
        cases = [{way.code: way.at(share)} for way, share in pending]
        for (way, share), found in zip(pending, _ask(yearly, entity_id, cases), strict=True):
            samplers[way].gains[share] = 0.0 if found.total is None else found.total - now
        for sampler in samplers.values():
            sampler.close()
    return [sampler.curve() for sampler in samplers.values()]


def _adds_up(
    curves: Sequence[GainCurve], shares: Mapping[str, float], now: float, total: float | None
) -> bool:
    """Whether the moves' gains, each taken alone, add up to what all together gain."""
    gain = sum(curve.at(shares[curve.code]) for curve in curves if curve.code in shares)
    return total is not None and abs(now + gain - total) < 1e-6


def _values(ways: Sequence[IndicatorWay], shares: Mapping[str, float]) -> dict[str, float]:
    return {way.code: way.at(shares[way.code]) for way in ways if way.code in shares}


def _moves(ways: Sequence[IndicatorWay], shares: Mapping[str, float]) -> tuple[PathMove, ...]:
    return tuple(
        PathMove(way.code, way.start, way.at(shares[way.code]), way.cost * shares[way.code])
        for way in ways
        if shares.get(way.code)
    )
