"""Where a score stands on its scale, and how far along that is."""

from __future__ import annotations

from typing import Literal

from cescore.definitions.model import Scale

Reach = Literal["near", "middle", "far"]
REACHES: tuple[tuple[float, Reach], ...] = ((0.75, "near"), (0.50, "middle"), (0.0, "far"))  # [P]


def place_on(value: float, scale: Scale) -> float:
    """A value's place between floor (0) and top (1) of a scale; what lies beyond stands at its end.

    (x - floor) / (top - floor), both in the index's own points; 0 on a scale without length.

    Examples
    --------
    >>> place_on(70.0, Scale(floor=60, top=100)), place_on(120.0, Scale())
    (0.25, 1.0)
    """
    if scale.top <= scale.floor:
        return 0.0
    return min(max((value - scale.floor) / (scale.top - scale.floor), 0.0), 1.0)


def reach_of(value: float, scale: Scale) -> Reach:
    """Which part of its scale a score has come to: near the top from 0.75 on, middle from 0.50 [P].

    It rates a place between two goalposts, never an entity: only the assessment total is graded.
    What lies below the floor is far, what lies above the top near.

    Examples
    --------
    >>> [reach_of(points, Scale(floor=60, top=100)) for points in (95.0, 80.0, 65.0)]
    ['near', 'middle', 'far']
    """
    place = place_on(value, scale)
    return next(reach for least, reach in REACHES if place >= least)
