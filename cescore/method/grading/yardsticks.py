"""What a yearly check of a measure is held against, and the share of its credit that it earns.

A check has a yardstick or none: the goal of the year, better than before, done or not.
Without one it is recorded and counted by status, and never scored.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

from cescore.definitions.frameworks.scored_elsewhere import WHERE, Where
from cescore.definitions.model import AssessmentRules, Check, Improvement
from cescore.method.grading.ladder_points import PointsLadder
from cescore.method.thresholds import is_equal, meets

CheckStatus = Literal["done", "partial", "not_done", "not_applicable", "not_inspected"]
STATUSES: tuple[CheckStatus, ...] = get_args(CheckStatus)
INSPECTED: tuple[CheckStatus, ...] = ("done", "partial", "not_done")
OPEN: tuple[CheckStatus, ...] = ("not_done", "partial")  # what is left to do, the gravest first
# why an inspected check is not scored
Unscored = Literal[
    Where, "no_yardstick", "no_goal_yet", "no_last_year", "few_cases", "nothing_yet", ""
]
UNSCORED: tuple[Unscored, ...] = (
    *WHERE, "no_yardstick", "no_goal_yet", "no_last_year", "few_cases", "nothing_yet", "",
)  # fmt: skip
# of those: nothing says how much would be right, so that a status is no verdict
RECORDED_ONLY: tuple[Unscored, ...] = (
    "no_yardstick", "no_goal_yet", "no_last_year", "few_cases", "nothing_yet",
)  # fmt: skip
# what differs between what was recorded and what counts
CheckNote = Literal[
    "no_evidence", "no_value", "no_first", "by_yardstick", "evidence_unstated", "self_inspected", ""
]
CHECK_NOTES: tuple[CheckNote, ...] = get_args(CheckNote)
PARTIAL_SHARE = 0.5  # [P] what a check half done counts, and one that stayed as it was
LEAST_PARTIAL = 0.5  # [P] share of its goal from which a check is partly done
WHOLE = 100.0  # per cent: a rate can be no better


@dataclass(frozen=True)
class HeldAgainst:
    """What a check's number is held against [unit of the check]; None without one.

    Attributes
    ----------
    goal
        Of the year.
    before
        Last year's number; of a flow the mean of the years before that have one.
    first
        The first number of the plan's years, before this one.
    """

    goal: float | None = None
    before: float | None = None
    first: float | None = None


@dataclass(frozen=True)
class JudgedCheck:
    """An inspected check as its yardstick has it.

    Attributes
    ----------
    status
        done, partial or not_done; where a number is held against something, by that number.
    share
        Share of the credit earned before evidence is graded [0-1]; None of one that is not scored.
    unscored
        Why it is not scored.
    note
        no_value where a number was due and none was recorded; no_first where nothing tells the way
        to a goal, and its share was taken of the goal itself.
    """

    status: CheckStatus
    share: float | None
    unscored: Unscored = ""
    note: CheckNote = ""


def judge(
    check: Check,
    status: CheckStatus,
    value: float | None,
    against: HeldAgainst,
    rules: AssessmentRules,
) -> JudgedCheck:
    """An inspected check held against its yardstick.

    * goal: a share turned into credit by the ladder of targets; done where the goal is met, partial
      from half of the share on [P]. Goals that lead somewhere over the years, and a goal of 0, are a
      way as a target is: (first - value) / (first - goal); where the first number met the goal
      already, 1 - |value - goal| / |goal|. A goal that is the same every year is a duty of the year:
      value / goal (goal / value where less is better), and so is one without a first number, which
      says so;
    * improves: half the credit where nothing changed, all of it from the plan's tolerance for the
      better, none from it for the worse, straight lines between [P]. A rate changes by percentage
      points, a count or amount by per cent of what it is held against, a flow by more of the mean
      that lies years back (`Improvement.flow`). A rate earns at least what 1 - gap / near gives,
      gap being what it lacks of its end, where it can be no better. Of few cases, now and before,
      one more or less decides, and where more is better nothing now and before is no success that
      could be held: both are recorded only;
    * done: as the inspector found it, partial counting half [P];
    * none: recorded only.

    A number that is due and was not recorded earns nothing. From nothing, any amount that is better
    is a rise beyond every tolerance. Without a first number a goal of 0 is met or not, and so is one
    below 0.

    Parameters
    ----------
    status
        As the inspector recorded it: done, partial or not_done.
    value
        This year's number [unit of the check]; None without one.
    rules
        Of the plan: ladder and tolerance.

    Examples
    --------
    >>> rate = Check(id="a", levels=("lake",), type="rate", better="more", goal={2021: 80.0})
    >>> judge(rate, "done", 72.0, HeldAgainst(goal=80.0), AssessmentRules())
    JudgedCheck(status='partial', share=0.9, unscored='', note='')
    >>> better = Check(id="b", levels=("lake",), type="rate", better="more", yardstick="improves")
    >>> judge(better, "done", 60.5, HeldAgainst(before=60.0), AssessmentRules()).share
    0.75
    """
    if check.yardstick == "none":
        return JudgedCheck(status, None, "no_yardstick")
    if check.yardstick == "done":
        share = {"done": 1.0, "partial": PARTIAL_SHARE}.get(status, 0.0)
        return JudgedCheck(status, share)
    if check.yardstick == "goal" and against.goal is None:
        return JudgedCheck(status, None, "no_goal_yet")
    if value is None:
        return JudgedCheck("partial" if status == "done" else status, 0.0, note="no_value")
    if check.yardstick == "goal" and against.goal is not None:
        return _against_goal(check, value, against, PointsLadder.of(rules))
    if against.before is None:
        return JudgedCheck(status, None, "no_last_year")
    if check.type == "count" and meets(max(value, against.before), "<", rules.improves.few):
        return JudgedCheck(status, None, "few_cases")
    if check.better != "less" and not value and not against.before:
        return JudgedCheck(status, None, "nothing_yet")
    return _against_before(check, value, against.before, rules.improves)


def _against_goal(
    check: Check, value: float, against: HeldAgainst, ladder: PointsLadder
) -> JudgedCheck:
    less, goal = check.better == "less", against.goal or 0.0
    if meets(value, "<=" if less else ">=", goal):
        return JudgedCheck("done", 1.0)
    is_way = check.is_on_a_way or (less and not goal)
    if is_way and against.first is not None:
        share = _way(value, goal, against.first, op="<=" if less else ">=")
    else:
        share = _part(value, goal, less)
    status: CheckStatus = "partial" if meets(share, ">=", LEAST_PARTIAL) else "not_done"
    note: CheckNote = "no_first" if is_way and against.first is None else ""
    return JudgedCheck(status, ladder.without_bonus.points(share), note=note)


def _part(value: float, goal: float, less: bool) -> float:
    """The share of a goal that a number comes to [0-1]."""
    over, under = (goal, value) if less else (value, goal)
    return max(over / under, 0.0) if under > 0 else 0.0


def _way(value: float, goal: float, first: float, *, op: Literal["<=", ">="]) -> float:
    """The share of the way from the first number to a goal that is not met, or of it that is held."""
    if not meets(first, op, goal):
        return max((first - value) / (first - goal), 0.0)
    return max(1 - abs(value - goal) / abs(goal), 0.0) if goal else 0.0


def _against_before(
    check: Check, value: float, before: float, tolerance: Improvement
) -> JudgedCheck:
    is_rate, sign = check.type == "rate", -1 if check.better == "less" else 1
    is_flow = check.quantity == "flow"
    change = _change(value, before, tolerance, is_rate=is_rate, is_flow=is_flow)
    share = 0.5 + 0.5 * sign * change
    if is_rate:
        gap = value if sign < 0 else WHOLE - value
        share = max(share, 1 - gap / tolerance.near)
    elif sign < 0 and meets(value, "<=", 0):
        share = 1.0
    if meets(share, ">=", 1):
        return JudgedCheck("done", 1.0)
    return JudgedCheck("partial", share) if share > 0 else JudgedCheck("not_done", 0.0)


def _change(
    value: float, before: float, tolerance: Improvement, *, is_rate: bool, is_flow: bool
) -> float:
    """How many times the tolerance a number has changed."""
    if bool(is_equal(value, before)):
        return 0.0
    if is_rate:
        return (value - before) / tolerance.rate
    per_cent = tolerance.flow if is_flow else tolerance.amount
    if not before:
        return math.copysign(math.inf, value)
    return (value - before) / abs(before) * WHOLE / per_cent
