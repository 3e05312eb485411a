"""How far along its scale a score stands, as a sign that needs no colour, and whether it improved."""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup

from cescore.definitions.model import Scale
from cescore.method.disclosure.rules import PeerFigure
from cescore.method.grading.targets import ROLES
from cescore.method.index.scale import Reach, place_on, reach_of
from cescore.publish.numbers import PrintedNumber, number
from cescore.publish.pages.scorecard.evidence import NOTABLE
from cescore.publish.view import Number, View

SIGNS: Mapping[Reach, str] = {"near": "●", "middle": "◐", "far": "○"}


def rated(score: Number, scale: Scale) -> Markup | str:
    """The sign of the band a score falls into, "" where there is none."""
    if score.value is None:
        return ""
    reach = reach_of(score.value, scale)
    return Markup('<b class="r-{}">{}</b>').format(reach, SIGNS[reach])


def bar(score: Number, scale: Scale) -> PrintedNumber | str:
    """The score's number with a bar of its place on the scale before it."""
    if score.value is None:
        return ""
    width = f"{100 * place_on(score.value, scale):.0f}"
    drawn = Markup('<i class="sb"><i style="width:{}%"></i></i>').format(width)
    return number(score.value, 1).after(drawn)


def course_sign(view: View, code: str) -> Markup | str:
    """The arrow of the plan's target that an indicator measures, the entity's own target first."""
    lines = [line for line in view.data.targets if code in line.indicators and line.course]
    if not lines:
        return ""
    course = min(lines, key=lambda line: ROLES.index(line.role)).course
    return Markup('<b class="c-{}">{}</b>').format(course, view.t(f"course.{course}"))


def standing_sign(view: View, figure: PeerFigure | None) -> Markup | str:
    """Whether an indicator is a strength or a weakness beside the peers, as far as released."""
    if figure is None or not figure.standing:
        return ""
    sign = view.t(f"standing.{figure.standing}")
    return Markup('<b class="p-{}">{}</b>').format(figure.standing, sign)


def moved(new: Number, old: Number) -> str:
    """▲ where a score rose, ▼ where it fell; the sign of the value may be the other way round."""
    if new.value is None or old.value is None or new.taken:
        return ""
    change = new.value - old.value
    return "" if abs(change) < NOTABLE else "▲" if change > 0 else "▼"


def moved_from(value: Number, new: Number, old: Number) -> str:
    """`moved`, where the score of last year had a value behind it: what was not returned scored at
    the floor, and being returned is no rise."""
    return "" if value.value is None else moved(new, old)
