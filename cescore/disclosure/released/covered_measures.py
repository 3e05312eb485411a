"""Checks of measures that state a withheld figure: their numbers and what gives these away are covered.

An inspector's number for a check with a formula is the body's own figure once more. Whether the check
is done stays: that is a band. Its credit stays where it is all or nothing; on the way to a goal, or
near the number of the years before, it is a function of the number, and goes with it. Two numbers
are printed above such credits: the points of measures, and inside the report the sum of the rest.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from cescore.definitions.model import Plan
from cescore.disclosure.ledger.few_withheld import WithheldMember, gives_one_away
from cescore.disclosure.ledger.ledger import Years
from cescore.disclosure.released.covering import CODE, Cover
from cescore.method.grading.measures import InspectedCheck, MeasureLine
from cescore.method.grading.yardsticks import INSPECTED, Unscored

COVERED = "※"  # as withheld figures are marked on pages
# why a check is recorded only, where that tells its number or how few cases there are
TELLING: tuple[Unscored, ...] = ("few_cases", "nothing_yet")
# what of codes, of these years, is withheld, and whose it is
StandsOn = Callable[[Collection[str], Collection[int]], WithheldMember]


@dataclass(frozen=True)
class CoveredMeasures:
    """Takes withheld figures out of a body's measures of a year; ``hidden``: code -> years."""

    plan: Plan | None
    hidden: Years
    year: int

    def lines(self, lines: Iterable[MeasureLine]) -> tuple[MeasureLine, ...]:
        """The measures as the body's readers may see them."""
        return tuple(map(self._line, lines)) if self.hidden else tuple(lines)

    def gives_a_credit_away(self, lines: Iterable[MeasureLine], stands_on: StandsOn) -> bool:
        """Whether the points of all measures, less the credits that are shown, tell a withheld one to
        somebody who knows another."""
        covered = [
            c for line in lines for c in line.checks if self._is_covered(c) and _is_graded(c)
        ]
        return gives_one_away(
            [
                stands_on(self._codes[c["id"]], self._years(c))._replace(points=c["credit"] or 0.0)
                for c in covered
            ]
        )

    def _line(self, line: MeasureLine) -> MeasureLine:
        if not any(map(self._is_covered, line.checks)):
            return line
        checks = tuple(_covered(c) if self._is_covered(c) else c for c in line.checks)
        credits = [c["credit"] for c in checks if c["credit"] is not None]
        return replace(line, checks=checks, scored=len(credits), credit=math.fsum(credits))

    def _is_covered(self, check: InspectedCheck) -> bool:
        codes = self._codes.get(check["id"], ())
        return Cover(self.hidden, self.year).hides(codes, self._years(check))

    def _years(self, check: InspectedCheck) -> set[int]:
        """The years whose numbers a check shows or is held against."""
        if self.plan is None or check["last"] is None:
            return {self.year, self.year - 1}
        if check["yardstick"] == "goal":  # the first number of the plan's years
            return {*range(self.plan.first_year, self.year + 1)}
        is_flow = check["quantity"] == "flow"
        before = self.plan.assessment.improves.years if is_flow else 1
        return {*range(self.year - before, self.year + 1)}

    @cached_property
    def _codes(self) -> Mapping[str, frozenset[str]]:
        """Check -> the codes that its formula stands on."""
        return dict(_codes(self.plan)) if self.plan is not None else {}


def is_credit_withheld(check: InspectedCheck) -> bool:
    """Whether a check, as its readers see it, is scored and does not say how."""
    is_scored = check["status"] in INSPECTED and not check["unscored"]
    return is_scored and check["credit"] is None and check["value"] == COVERED


def credits_withheld(lines: Iterable[MeasureLine]) -> int:
    """How many credits the sums of measures, as their readers see them, leave out [checks]."""
    return sum(is_credit_withheld(check) for line in lines for check in line.checks)


def _codes(plan: Plan) -> Iterator[tuple[str, frozenset[str]]]:
    for measure in plan.measures.values():
        for check in measure.checks:
            if check.formula:
                yield check.id, frozenset(CODE.findall(check.formula))


def _covered(check: InspectedCheck) -> InspectedCheck:
    credit = None if _is_graded(check) else check["credit"]
    value = COVERED if check["value"] else ""
    finding = COVERED if check["finding"] else ""
    unscored: Unscored = "no_yardstick" if check["unscored"] in TELLING else check["unscored"]
    shown = {"value": value, "finding": finding, "last": None, "credit": credit}
    return {**check, **shown, "unscored": unscored}  # type: ignore[typeddict-item]


def _is_graded(check: InspectedCheck) -> bool:
    """Whether a credit is a function of the number itself: short of a goal, near an earlier number."""
    is_between = check["status"] != "done" and check["credit"] not in (None, 0.0)
    return check["yardstick"] in ("goal", "improves") and is_between
