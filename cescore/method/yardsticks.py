"""What a yearly check of a measure is held against, and the share of its credit that it earns.

A check has a yardstick or none: the goal of the year, more (or less) than last year, done or not.
Without one it is recorded and counted by status, and never scored.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from cescore.definitions.model import Check
from cescore.definitions.scored_elsewhere import WHERE, Where
from cescore.method.ladder_points import PointsLadder
from cescore.method.thresholds import is_equal, meets

CheckStatus = Literal["done", "partial", "not_done", "not_applicable", "not_inspected"]
STATUSES: tuple[CheckStatus, ...] = get_args(CheckStatus)
INSPECTED: tuple[CheckStatus, ...] = ("done", "partial", "not_done")
OPEN: tuple[CheckStatus, ...] = ("not_done", "partial")  # what is left to do, the gravest first
# why an inspected check is not scored
Unscored = Literal[Where, "no_yardstick", "no_goal_yet", "no_last_year", ""]
UNSCORED: tuple[Unscored, ...] = (*WHERE, "no_yardstick", "no_goal_yet", "no_last_year", "")
# what differs between what was recorded and what counts
CheckNote = Literal[
    "no_evidence", "no_value", "by_yardstick", "evidence_unstated", "self_inspected", ""
]
CHECK_NOTES: tuple[CheckNote, ...] = get_args(CheckNote)
PARTIAL_SHARE = 0.5  # [P] what a check half done counts, and one that stayed as it was
LEAST_PARTIAL = 0.5  # [P] share of its goal from which a check is partly done
WHOLE = 100.0  # per cent: a rate can be no better


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
        no_value where a number was due and none was recorded.
    """

    status: CheckStatus
    share: float | None
    unscored: Unscored = ""
    note: CheckNote = ""


def judge(
    check: Check,
    status: CheckStatus,
    *,
    value: float | None,
    last: float | None,
    goal: float | None,
    ladder: PointsLadder,
) -> JudgedCheck:
    """An inspected check held against its yardstick.

    * goal: value / goal (goal / value where less is better) as a share of the way, turned into
      credit by the ladder of targets; done where the goal is met, partial from half of it on [P];
    * improves: all where the value is better than last year's, or a rate is at its end, half where
      it is the same, none where it is worse [P];
    * done: as the inspector found it, partial counting half [P];
    * none: recorded only.

    A number that is due and was not recorded earns nothing. A goal of 0 or less is met or not.

    Parameters
    ----------
    status
        As the inspector recorded it: done, partial or not_done.
    value, last
        This year's number and last year's [unit of the check]; None without one.
    goal
        Of the year [unit of the check]; None before the first one.

    Examples
    --------
    >>> rate = Check(id="a", levels=("lake",), type="rate", better="more", goal={2021: 80.0})
    >>> judge(rate, "done", value=72.0, last=None, goal=80.0, ladder=PointsLadder())
    JudgedCheck(status='partial', share=0.9, unscored='', note='')
    """
    if check.yardstick == "none":
        return JudgedCheck(status, None, "no_yardstick")
    if check.yardstick == "done":
        share = {"done": 1.0, "partial": PARTIAL_SHARE}.get(status, 0.0)
        return JudgedCheck(status, share)
    if check.yardstick == "goal" and goal is None:
        return JudgedCheck(status, None, "no_goal_yet")
    if value is None:
        return JudgedCheck("partial" if status == "done" else status, 0.0, note="no_value")
    if check.yardstick == "goal" and goal is not None:
        return _against_goal(check, value, goal, ladder)
    if last is None:
        return JudgedCheck(status, None, "no_last_year")
    return _against_last_year(check, value, last)


def _against_goal(check: Check, value: float, goal: float, ladder: PointsLadder) -> JudgedCheck:
    less = check.better == "less"
    if meets(value, "<=" if less else ">=", goal):
        return JudgedCheck("done", 1.0)
    over, under = (goal, value) if less else (value, goal)
    share = max(over / under, 0.0) if under > 0 else 0.0
    status: CheckStatus = "partial" if meets(share, ">=", LEAST_PARTIAL) else "not_done"
    return JudgedCheck(status, ladder.without_bonus.points(share))


def _against_last_year(check: Check, value: float, last: float) -> JudgedCheck:
    less = check.better == "less"
    is_at_end = meets(value, "<=", 0) if less else check.type == "rate" and value >= WHOLE
    if bool(is_equal(value, last)):
        return JudgedCheck("done", 1.0) if is_at_end else JudgedCheck("partial", PARTIAL_SHARE)
    is_better = value < last if less else value > last
    return JudgedCheck("done", 1.0) if is_better or is_at_end else JudgedCheck("not_done", 0.0)
