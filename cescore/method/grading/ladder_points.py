"""Points for a completion: the ladder of target-responsibility schemes, by steps or without them.

Completions and points are fractions throughout: 1 is the whole target and all its points.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from cescore.definitions.model import AssessmentRules, LadderForm
from cescore.method.thresholds import meets


@dataclass(frozen=True)
class PointsLadder:
    """How many points a completion earns.

    Attributes
    ----------
    rungs
        Pairs of the least completion [%] and the share of the points it earns [0-1], in any order;
        without any the share of the points is the share completed.
    form
        ``steps``: the highest rung reached counts, so that 99.9 % earns what 90 % earns.
        ``continuous``: straight lines from rung to rung, and from the lowest one to 0 points at 0 %.
    bonus_step, bonus_most
        Bonus for each 10 % beyond 100 %, and all of it at most [shares of the points]. By steps
        only full tens count; continuous, every part of one.
    """

    rungs: Sequence[tuple[float, float]] = ()
    form: LadderForm = "steps"
    bonus_step: float = 0.0
    bonus_most: float = 0.0

    @classmethod
    def of(cls, rules: AssessmentRules) -> PointsLadder:
        """The ladder of a plan."""
        return cls(rules.ladder, rules.ladder_form, rules.bonus_step, rules.bonus_most)

    @property
    def without_bonus(self) -> PointsLadder:
        """The same with all points at most."""
        return PointsLadder(self.rungs, self.form)

    def points(self, completion: float) -> float:
        """Share of the points that a completion earns, 0 to 1 + ``bonus_most``.

        Below the lowest rung, by steps, and from 0 down in either form nothing is earned; what
        equals a rung but for rounding noise reaches it (`thresholds.meets`).

        Parameters
        ----------
        completion
            Completion [fraction], negative where the quantity went the other way.

        References
        ----------
        Steps: the 40-point ladder of several municipal energy schemes: 40, 36, 32 … points from
        100, 90, 80 … % on, none below 50 %, 3 points for each full 10 % beyond, 9 at most
        (methodology 9.2). Continuous: ours, through the same points [P].

        Examples
        --------
        >>> rungs = [(100, 1.0), (90, 0.9), (80, 0.8), (70, 0.7), (60, 0.6), (50, 0.5)]
        >>> steps, smooth = PointsLadder(rungs), PointsLadder(rungs, "continuous")
        >>> [steps.points(c) for c in (1.0, 0.999, 0.5, 0.499, -0.1)]
        [1.0, 0.9, 0.5, 0.0, 0.0]
        >>> [round(smooth.points(c), 3) for c in (1.0, 0.999, 0.5, 0.499, -0.1)]
        [1.0, 0.999, 0.5, 0.499, 0.0]
        >>> round(PointsLadder(rungs, "steps", 0.075, 0.225).points(1.29), 3)
        1.15
        """
        return self._share(completion) + self._bonus(completion)

    def completion(self, points: float) -> float | None:
        """The least completion that earns a share of the points; None where none does.

        The inverse of `points`: exact on straight lines, by steps the rung that is needed. 0 for
        no points at all.

        Examples
        --------
        >>> rungs = [(100, 1.0), (90, 0.9), (50, 0.5)]
        >>> steps = PointsLadder(rungs, "steps", 0.075, 0.225)
        >>> steps.completion(0.95), steps.completion(1.1), steps.completion(1.3)
        (1.0, 1.2, None)
        >>> round(PointsLadder(rungs, "continuous").completion(0.95), 6)
        0.95
        """
        if meets(points, "<=", 0):
            return 0.0
        knots = self._knots()
        if meets(points, "<=", max(share for _, share in knots)):
            return self._reaching(points, knots)
        beyond = points - self._share(1.0)
        if not self.bonus_step or not meets(beyond, "<=", self.bonus_most):
            return None
        tens = beyond / self.bonus_step
        return 1 + (_whole_from_below(tens) if self.form == "steps" else tens) / 10

    def _share(self, completion: float) -> float:
        percent = completion * 100
        if not self.rungs:
            return min(max(completion, 0.0), 1.0)
        if self.form == "steps":
            reached = (share for least, share in self.rungs if meets(percent, ">=", least))
            return float(max(reached, default=0.0))
        knots = self._knots()
        if percent < knots[0][0]:
            return 0.0
        pairs = pairwise(knots)
        line = next(((a, b) for a, b in pairs if percent < b[0]), None)
        return knots[-1][1] if line is None else _between(*line, percent)

    def _bonus(self, completion: float) -> float:
        tens = (completion - 1) * 10
        if self.form == "steps":
            tens = _whole_from_above(tens)
        return min(max(tens, 0.0) * self.bonus_step, self.bonus_most)

    def _knots(self) -> list[tuple[float, float]]:
        """The rungs from the lowest up [% completed, share of the points], beginning at 0 %."""
        if not self.rungs:
            return [(0.0, 0.0), (100.0, 1.0)]
        rungs = sorted((float(least), float(share)) for least, share in self.rungs)
        return rungs if rungs[0][0] <= 0 or self.form == "steps" else [(0.0, 0.0), *rungs]

    def _reaching(self, points: float, knots: Sequence[tuple[float, float]]) -> float:
        """The completion at which points up to those of the best rung are reached."""
        if self.form == "steps" and self.rungs:
            return min(least for least, share in knots if meets(share, ">=", points)) / 100
        at = next(i for i, (_, share) in enumerate(knots) if meets(share, ">=", points))
        if at == 0:
            return knots[0][0] / 100
        (low, less), (high, more) = knots[at - 1], knots[at]
        return (low + (points - less) / (more - less) * (high - low)) / 100


def _between(start: tuple[float, float], end: tuple[float, float], x: float) -> float:
    """The height of the straight line between two points at x."""
    return start[1] + (x - start[0]) / (end[0] - start[0]) * (end[1] - start[1])


def _whole_from_above(number: float) -> float:
    """The whole number reached, also where only rounding noise is missing."""
    whole = math.floor(number)
    return whole + 1 if meets(number, ">=", whole + 1) else whole


def _whole_from_below(number: float) -> float:
    """The least whole number that is enough, also where rounding noise goes beyond it."""
    whole = math.ceil(number)
    return whole - 1 if meets(number, "<=", whole - 1) else whole
