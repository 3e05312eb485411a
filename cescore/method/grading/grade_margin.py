"""How near a total is to the next grade, and what would by itself lift it there.

Each turn is one change alone, all else as it stands: a target, an indicator, or the checks of the
measures, with the value that would be enough. They do not add up: two half turns are no turn.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from cescore.definitions.bilingual import Bilingual
from cescore.definitions.model import Scale
from cescore.method.grading.assessment import Assessment
from cescore.method.grading.grades import grade_of_bands
from cescore.method.grading.ladder_points import PointsLadder
from cescore.method.grading.measures import MeasureLine
from cescore.method.grading.schedules import schedule
from cescore.method.grading.targets import TargetLine, is_rise
from cescore.method.index.normalisations import value_at
from cescore.method.thresholds import meets

TurnKind = Literal["target", "measures", "indicator"]
HUNDRED = 100.0
MOST_MOVES = 5  # [P] indicators that a body can work at in one year


@dataclass(frozen=True)
class GradeTurn(Bilingual):
    """One change that by itself lifts the grade.

    Attributes
    ----------
    kind, code
        A target or indicator by its code; measures, code "".
    now, needed
        Value of the year and the one that would be enough [``unit``]: of a target in the measure of
        its own value; of measures the checks that are not fully met, and how many of them would
        have to be, those that lack most first.
    """

    kind: TurnKind
    code: str
    zh: str
    en: str
    now: float
    needed: float
    unit: str


@dataclass(frozen=True)
class GradeMargin:
    """Where a total stands between two grades.

    Attributes
    ----------
    next_zh, next_en, missing
        The next better grade and the points that it takes; "" and None at the best.
    in_hand
        Points above the least of the grade earned; None at the lowest.
    turns
        What would by itself bring the points missing.
    path
        The indicators, `MOST_MOVES` at most, that together bring them at least cost, as far as each
        can be moved within a year (params/movable.yml) and has itself been moved of late [P]; empty
        where they do not, or where gains do not add up.
    is_out_of_reach
        Whether no such path and no turn exists though one was looked for: not within a year.
    """

    next_zh: str = ""
    next_en: str = ""
    missing: float | None = None
    in_hand: float | None = None
    turns: tuple[GradeTurn, ...] = ()
    path: tuple[GradeTurn, ...] = ()
    is_out_of_reach: bool = False


@dataclass(frozen=True)
class GradeLever(Bilingual):
    """An indicator as the index sees it, for the way back from a needed index to its value.

    Attributes
    ----------
    steps
        From the top down: (weight of the member, power of the mean, value of the whole, of the
        member) of each mean between index and indicator; weights with others' together 1.
    value, worst, best
        Of the indicator in the year, and the ends of its scale [``unit``].
    floor, top
        Of the scale of scores.
    method
        Of `normalisations.ON_ENDS`: how the score is made of the value.
    within
        How far it may be asked to come within a year (`next_step.within_reach`).
    """

    code: str
    zh: str
    en: str
    unit: str
    steps: tuple[tuple[float, float, float, float], ...]
    value: float
    worst: float
    best: float
    floor: float
    top: float
    method: str = "goalposts"
    within: float = math.inf

    @property
    def farthest(self) -> float:
        """The value that may be asked for within a year, an end of the scale at most [its unit]."""
        if self.best > self.worst:
            return min(self.value + self.within, max(self.best, self.value))
        return max(self.value - self.within, min(self.best, self.value))


def grade_margin(
    assessed: Assessment,
    *,
    targets: Sequence[TargetLine],
    measures: Sequence[MeasureLine],
    ladder: PointsLadder,
    levers: Sequence[GradeLever] = (),
) -> GradeMargin | None:
    """The margin of a total that was graded by its points; None of any other.

    Missing points are those of the total before it is cut at 100, parts and extra points as they
    enter it. A turn is solved exactly: the ladder of points, the schedule of the target, the nest of
    means and the scale of the indicator are gone back one after the other.
    """
    total = assessed.total
    if total is None or not assessed.graded or assessed.reason == "veto_standing":
        return None
    own = grade_of_bands(total, assessed.bands)
    place = assessed.bands.index(own)
    in_hand = total - own.least if place < len(assessed.bands) - 1 else None
    if not place:
        return GradeMargin(in_hand=in_hand)
    better = assessed.bands[place - 1]
    missing = better.least - total
    turns = (
        *_targets(assessed, targets, ladder, missing),
        *_measures(assessed, measures, missing),
        *_indicators(assessed, levers, missing),
    )
    return GradeMargin(better.zh, better.en, missing, in_hand, turns)


def _needed_part(assessed: Assessment, part: str, missing: float) -> float | None:
    """The value of a part that alone brings the points [0-100]; None where it cannot."""
    value, weight = assessed.parts.get(part), assessed.weights.get(part)
    if value is None or not weight:
        return None
    needed = value + missing / weight
    return needed if meets(needed, "<=", HUNDRED) else None


def _targets(
    assessed: Assessment, targets: Sequence[TargetLine], ladder: PointsLadder, missing: float
) -> Iterator[GradeTurn]:
    needed = _needed_part(assessed, "targets", missing)
    scored = [line for line in targets if line.scored and line.points is not None]
    if needed is None:
        return
    lacking = len(scored) * needed / HUNDRED - math.fsum(line.points or 0.0 for line in scored)
    for line in scored:
        value = _value_of_target(line, (line.points or 0.0) + lacking, ladder)
        if value is not None and line.actual is not None:
            yield GradeTurn("target", line.id, line.zh, line.en, line.actual, value, line.unit)


def _value_of_target(line: TargetLine, points: float, ladder: PointsLadder) -> float | None:
    """What a target would have to be for a share of its points [measure of its value]."""
    if line.counted_by == "state":
        return line.value if meets(points, "<=", 1) else None
    is_held = line.counted_by == "held"
    share = (ladder.without_bonus if is_held else ladder).completion(points)
    if share is None or line.base is None:
        return None
    if is_held:
        sign = -1 if line.op == ">=" else 1
        return line.value + sign * (1 - share) * abs(line.value)
    if line.type == "level" and line.counted_by in ("whole", "steps"):
        due = line.elapsed or 0.0 if line.counted_by == "steps" else 1.0
        return line.base - share * due * (line.base - line.value)
    return _change(line, share)


def _change(line: TargetLine, share: float) -> float | None:
    """The fall or rise, or the level that it leads to, which is a share of what counts."""
    base = line.base or 0.0
    sign = -1.0 if is_rise(line.type, line.op) else 1.0
    whole = 1 - line.value / base if line.type == "level" else sign * line.value / HUNDRED
    due = whole if line.counted_by == "whole" else schedule(whole, line.elapsed or 0.0)
    fall = share * due
    if fall >= 1:
        return None  # nothing falls by more than all of it
    return base * (1 - fall) if line.type == "level" else sign * fall * HUNDRED


def _measures(
    assessed: Assessment, measures: Sequence[MeasureLine], missing: float
) -> Iterator[GradeTurn]:
    needed = _needed_part(assessed, "measures", missing)
    scored = sum(line.scored for line in measures)
    credits = [c["credit"] for line in measures for c in line.checks if c["credit"] is not None]
    if needed is None or not credits:
        return
    lacking = scored * needed / HUNDRED - math.fsum(credits)
    gains = sorted((1 - credit for credit in credits if credit < 1), reverse=True)
    reached = 0.0
    for number, gain in enumerate(gains, start=1):
        reached += gain
        if meets(reached, ">=", lacking):
            yield GradeTurn("measures", "", "", "", float(len(gains)), float(number), "count")
            return


def _indicators(
    assessed: Assessment, levers: Sequence[GradeLever], missing: float
) -> Iterator[GradeTurn]:
    needed = _needed_part(assessed, "index", missing)
    if needed is None:
        return
    for lever in levers:
        index = lever.floor + needed / HUNDRED * (lever.top - lever.floor)
        score = needed_member(lever.steps, index)
        if score is None or not meets(score, "<=", lever.top) or score < lever.floor:
            continue
        value = _value_of_score(lever, score)
        if not meets(abs(value - lever.value), "<=", lever.within):
            continue  # no step of one year
        yield GradeTurn("indicator", lever.code, lever.zh, lever.en, lever.value, value, lever.unit)


def _value_of_score(lever: GradeLever, score: float) -> float:
    """The indicator's value that has a score on its own scale [its unit]."""
    scale = Scale(floor=lever.floor, top=lever.top)
    ends = (lever.worst, lever.best)
    direction = 1 if lever.best > lever.worst else -1
    return value_at(min(score, lever.top), lever.method, ends, direction=direction, scale=scale)


def needed_member(steps: Sequence[tuple[float, float, float, float]], whole: float) -> float | None:
    """The value at the bottom of a nest of power means that makes the top one ``whole``.

    Level by level M^p = w·x^p + rest, so that x = (x_0^p + (M^p - M_0^p) / w)^(1/p), with logarithms
    at p = 0; M_0 and x_0 are the values as they stand, w the member's share in the mean.

    Returns
    -------
    float or None
        None where no value does: of a mean that a zero decides, or beyond what the others leave.

    Examples
    --------
    >>> needed_member([(0.5, 1.0, 50.0, 20.0)], 60.0)  # of 20 and 80
    40.0
    >>> round(needed_member([(0.5, 0.0, 40.0, 20.0)], 60.0), 9)  # geometric, of 20 and 80
    45.0
    """
    needed = whole
    for weight, power, value, member in steps:
        if weight <= 0:
            return None
        if power == 1:
            needed = member + (needed - value) / weight
        elif min(needed, value, member) <= 0:
            return None  # a zero decides the whole, or nothing does
        elif power == 0:
            needed = member * math.pow(needed / value, 1 / weight)
        else:
            raised = member**power + (needed**power - value**power) / weight
            if raised <= 0:
                return None
            needed = raised ** (1 / power)
    return needed
