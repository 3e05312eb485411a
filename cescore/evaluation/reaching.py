"""The cheapest way of an entity to a grade: which indicators to move, and how far.

The total of an assessment, seen along one indicator, is made of straight pieces and steps (scores cut
at goalposts, points by schedule or by ladder). The pieces are measured by evaluating the entity with
the value moved, and put into a mixed-integer programme; what it answers is evaluated once more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from cescore.definitions.model import GradeBand, Indicator
from cescore.definitions.spelling import with_nearest
from cescore.errors import DataError, MethodError, Sentence
from cescore.evaluation.what_if import EntityStanding, ReplacedValue, WhatIf, standings
from cescore.evaluation.yearly import YearlyEvaluation

if TYPE_CHECKING:
    import pandas as pd

FLAT = 1e-8  # points by which a piece may depart from a straight line
FINEST = 1e-7  # of a lever's way: a shorter piece is a step
COARSE = 6  # points looked at first along a lever's way
WITHIN = 0.4142135623730951  # where within a piece it is looked at, no round share of it
MOST = 80  # points looked at along a way that has no end of bends
TRIES = 6  # of a programme whose answer falls short where pieces do not add up
MARGIN = 1e-7  # points above the threshold, so that noise does not miss it


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


@dataclass(frozen=True)
class _Way:
    """One indicator's way from its value to the farthest it can be moved, and what it costs in all."""

    code: str
    start: float
    end: float
    cost: float

    def at(self, share: float) -> float:
        return self.start + share * (self.end - self.start)


class _Measured:
    """Totals along a way at some shares of it, looked at until the pieces between them are straight."""

    def __init__(self, way: _Way, now: float) -> None:
        self.way = way
        self.totals: dict[float, float] = {0.0: now}
        self.open = {(float(a), float(b)) for a, b in pairwise(np.linspace(0, 1, COARSE))}
        self.is_straight = True  # false where there was no end to looking

    def wanted(self) -> list[float]:
        """Shares to look at next: within each open piece one, and its ends."""
        asked = {share for a, b in self.open for share in (a, b, self._within(a, b))}
        return sorted(asked - set(self.totals))

    def close(self) -> None:
        """Take the pieces for straight that are so, and part the others where they are bent."""
        still: set[tuple[float, float]] = set()
        for a, b in self.open:
            middle = self._within(a, b)
            if abs(self._line(a, b, middle) - self.totals[middle]) <= FLAT or b - a <= FINEST:
                continue
            bend = self._bend(a, b)
            place = middle if bend is None else bend
            still |= {(a, place), (place, b)}
        if len(self.totals) > MOST:
            self.is_straight, still = not still, set()
        self.open = still

    def _within(self, a: float, b: float) -> float:
        return a + WITHIN * (b - a)

    def _line(self, a: float, b: float, share: float) -> float:
        low, high = self.totals[a], self.totals[b]
        return low + (high - low) * (share - a) / (b - a)

    def _bend(self, a: float, b: float) -> float | None:
        """Where the straight pieces on both sides would meet; None where they do not within."""
        shares = sorted(self.totals)
        left = [s for s in shares if s <= a][-2:]
        right = [s for s in shares if s >= b][:2]
        if len(left) < 2 or len(right) < 2:
            return None
        up = (self.totals[a] - self.totals[left[0]]) / (a - left[0])
        on = (self.totals[right[1]] - self.totals[b]) / (right[1] - b)
        if up == on:
            return None
        place = (self.totals[b] - self.totals[a] + up * a - on * b) / (up - on)
        return place if a + FINEST < place < b - FINEST else None


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
    ways = _ways(yearly, entity_id, now)
    farthest = {way.code: 1.0 for way in ways}
    best = _ask(yearly, entity_id, [_values(ways, farthest)])[0]
    utmost = replace(start, total=best.total, reached=best.grade, moves=_moves(ways, farthest))
    if now.total is None or not _is_reached(yearly, entity_id, best, band):
        is_short = best.total is not None and best.total < band.least
        return replace(utmost, why="" if is_short else yearly.assessments[entity_id].reason)
    measured = _measure(yearly, entity_id, ways, now.total)
    wanted = band.least + MARGIN
    for attempt in range(TRIES):
        shares = _cheapest(measured, now.total, wanted)
        if shares is None:
            break
        found = _ask(yearly, entity_id, [_values(ways, shares)])[0]
        if _is_reached(yearly, entity_id, found, band):
            is_exact = attempt == 0 and all(m.is_straight for m in measured)
            return replace(
                start,
                total=found.total,
                reached=found.grade,
                moves=_moves(ways, shares),
                is_reachable=True,
                is_cheapest=is_exact and _adds_up(measured, shares, now.total, found.total),
            )
        wanted += max(band.least - (found.total or 0.0), MARGIN)
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


def _ways(yearly: YearlyEvaluation, entity_id: str, now: EntityStanding) -> list[_Way]:
    """The ways of the indicators that are not computed from others of them, and can be moved."""
    evaluation = yearly.evaluation_of(entity_id)
    framework, entity_type = evaluation.framework, evaluation.framework.entity_type
    row, ways = evaluation.panel.row(entity_id), []
    industry = evaluation.panel.attributes.get("industry", ("",) * (row + 1))[row]
    for code, indicator in framework.indicators.items():
        lever = yearly.workspace.definitions.movable.lever(entity_type, code)
        uses = (
            set(indicator.expression.names) if indicator.expression else set(framework.indicators)
        )
        if code not in now.values or lever.most == 0 or uses & set(framework.indicators):
            continue
        start = now.values[code]
        span = _span(indicator, yearly.year, industry) or abs(start)
        end = start + indicator.direction * lever.most * span
        if end != start:
            ways.append(
                _Way(code, start, max(end, 0.0) if start >= 0 else end, lever.cost * lever.most)
            )
    return ways


def _span(indicator: Indicator, year: int, industry: str) -> float:
    """The distance between an indicator's goalposts [its unit]; 0 where it has none."""
    posts = indicator.goalposts_in(year)
    if posts is None:
        return 0.0
    worst, best = posts.by_industry.get(industry, (posts.worst, posts.best))
    return abs(best - worst)


def _measure(
    yearly: YearlyEvaluation, entity_id: str, ways: Sequence[_Way], now: float
) -> list[_Measured]:
    """Totals along each way, as finely as they need to be for straight pieces between them."""
    measured = [_Measured(way, now) for way in ways]
    while True:
        pending = [(m, share) for m in measured for share in m.wanted()]
        if not pending:
            return [m for m in measured if max(m.totals.values()) > now + FLAT]
        cases = [{m.way.code: m.way.at(share)} for m, share in pending]
        for (m, share), found in zip(pending, _ask(yearly, entity_id, cases), strict=True):
            m.totals[share] = now if found.total is None else found.total
        for m in measured:
            m.close()


def _cheapest(measured: Sequence[_Measured], now: float, wanted: float) -> dict[str, float] | None:
    """The shares of the ways that together gain what is wanted at least cost; None: none do.

    min Σ cost·(a·z + (b-a)·t) over pieces [a, b] of each way, with z binary, at most one piece a
    way, 0 ≤ t ≤ z, and Σ gain(a)·z + (gain(b) - gain(a))·t ≥ wanted - now.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp

    pieces = [(m, a, b) for m in measured for a, b in _pieces(m.totals)]
    if not pieces:
        return None
    n = len(pieces)
    cost, gain = np.zeros(2 * n), np.zeros(2 * n)
    one_piece = np.zeros((len(measured), 2 * n))
    within = np.zeros((n, 2 * n))
    for i, (m, a, b) in enumerate(pieces):
        cost[i], cost[n + i] = m.way.cost * a, m.way.cost * (b - a)
        gain[i], gain[n + i] = m.totals[a] - now, m.totals[b] - m.totals[a]
        one_piece[measured.index(m), i] = 1
        within[i, i], within[i, n + i] = -1, 1
    found = milp(
        cost,
        constraints=[
            LinearConstraint(gain[None, :], lb=wanted - now),
            LinearConstraint(one_piece, ub=1),
            LinearConstraint(within, ub=0),
        ],
        integrality=np.concatenate([np.ones(n), np.zeros(n)]),
        bounds=Bounds(0, 1),
        options={"mip_rel_gap": 0},
    )
    if found.status == 2:
        return None
    if found.x is None:
        raise MethodError(Sentence("no path could be worked out: {message}", message=found.message))
    shares = {}
    for i, (m, a, b) in enumerate(pieces):
        if found.x[i] > 0.5:
            shares[m.way.code] = a + float(found.x[n + i]) * (b - a)
    return {code: share for code, share in shares.items() if share > 0}


def _pieces(totals: Mapping[float, float]) -> list[tuple[float, float]]:
    """Straight pieces, neighbours on one line joined."""
    shares = sorted(totals)
    pieces = [(shares[0], shares[1])]
    for b, c in pairwise(shares[1:]):
        a = pieces[-1][0]
        on_line = totals[a] + (totals[c] - totals[a]) * (b - a) / (c - a)
        if abs(on_line - totals[b]) <= FLAT:
            pieces[-1] = (a, c)
        else:
            pieces.append((b, c))
    return pieces


def _adds_up(
    measured: Sequence[_Measured], shares: Mapping[str, float], now: float, total: float | None
) -> bool:
    """Whether the moves' gains, each taken alone, add up to what all together gain."""
    gain = 0.0
    for m in measured:
        if m.way.code in shares:
            known = sorted(m.totals)
            gain += float(np.interp(shares[m.way.code], known, [m.totals[s] for s in known])) - now
    return total is not None and abs(now + gain - total) < 1e-6


def _values(ways: Sequence[_Way], shares: Mapping[str, float]) -> dict[str, float]:
    return {way.code: way.at(shares[way.code]) for way in ways if way.code in shares}


def _moves(ways: Sequence[_Way], shares: Mapping[str, float]) -> tuple[PathMove, ...]:
    return tuple(
        PathMove(way.code, way.start, way.at(shares[way.code]), way.cost * shares[way.code])
        for way in ways
        if shares.get(way.code)
    )
