"""Whether a quantity is on course for its target: at the pace so far, too slowly, or away from it."""

from __future__ import annotations

from typing import Literal

from cescore.method.thresholds import at_least, at_most

Course = Literal["on_track", "too_slow", "away", ""]
REACHED = ("met", "on_schedule")
UNKNOWN = ("", "not_computable")


def course_of(
    light: str, *, completion: float | None, elapsed: float | None, has_schedule: bool
) -> Course:
    """The course of a target from its light and the share of the way covered since the base year.

    on_track
        It is met or on schedule; without a schedule, the way covered, (x0 - x) / (x0 - x*), is at
        least the share of the period gone by: a level that goes on as it did arrives in time.
    away
        The way covered is negative or none: the level is no nearer to the target than in the base
        year, or was within it then and is outside now (``completion`` None).
    too_slow
        Nearer than in the base year, and behind its schedule.
    "" (none)
        Nothing is known, or nothing is due yet.

    Parameters
    ----------
    light
        See `schedules.Light`.
    completion, elapsed
        Share of the way covered and share of the period gone by [fractions].
    has_schedule
        Whether the light was held against a schedule.

    References
    ----------
    The trend arrows of the SDG Index (Sustainable Development Report, methodology, "dashboard
    trends"), which hold the yearly change so far against the one that the target needs; its two
    grades of too slow are one here. [P]

    Examples
    --------
    >>> course_of("behind", completion=0.5, elapsed=0.8, has_schedule=True)
    'too_slow'
    >>> course_of("not_met", completion=0.5, elapsed=0.4, has_schedule=False)
    'on_track'
    >>> course_of("behind", completion=-0.1, elapsed=0.4, has_schedule=True)
    'away'
    """
    if light in UNKNOWN:
        return ""
    if light in REACHED:
        return "on_track"
    if completion is None or at_most(completion, 0.0):
        return "away"
    if not has_schedule and elapsed is not None and elapsed < 1 and at_least(completion, elapsed):
        return "on_track"
    return "too_slow"
