"""The small trend beside a large number: a line over the years, its ends named."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from markupsafe import Markup

from cescore.publish.charts.drawing import SMALL, Drawing
from cescore.publish.charts.frame import sample_mark
from cescore.publish.charts.spans import span_of
from cescore.publish.charts.style import FAINT, MAIN, QUIET
from cescore.publish.numbers import number
from cescore.publish.printing.measure import width_of
from cescore.publish.view import Number, View

EDGE = 1.2  # mm left free at each side, for half a dot
CLEAR = 1.2  # mm between the first value and the line
LEAST_TOP = 1.9  # mm, of the base line of a label below the upper edge


def spark(
    view: View,
    title: str,
    series: Sequence[Number],
    *,
    unit: str = "index",
    decimals: int = 1,
    level: float | None = None,
    width: float = 40.0,
    height: float = 13.0,
) -> Markup:
    """A line without axes, every value in its alternative text; nothing below two values.

    ``level``: drawn as a dashed line (the base of an index of progress).
    """
    points = [
        (year, n.value) for year, n in zip(view.years, series, strict=True) if n.value is not None
    ]
    if len(points) < 2:
        return Markup("")
    drawing = Drawing(width, height)
    held = [value for _, value in points] + ([] if level is None else [level])
    low, high = span_of(held, unit)
    first, last = points[0][0], points[-1][0]
    top, bottom = 3.4, height - 3.4

    def place(year: int, value: float) -> tuple[float, float]:
        x = EDGE + (year - first) / (last - first) * (width - 2 * EDGE)
        share = (value - low) / (high - low) if high > low else 0.5
        return x, bottom - share * (bottom - top)

    if level is not None:
        y = place(first, level)[1]
        drawing.line([(EDGE, y), (width - EDGE, y)], QUIET, 0.6, "2 2")
    drawing.line([place(*point) for point in points], MAIN, 1.4)
    for point in points:
        drawing.dot(*place(*point), 0.5 if point is not points[-1] else 0.9, MAIN)
    _ends(drawing, [place(*point) for point in points], points, decimals)
    said = view.join(
        view.t("alt.pair", name=str(year), value=number(value, decimals)) for year, value in points
    )
    return Markup(drawing.svg(view.t("alt.trend", name=title, list=said), sample_mark(view)))


def _ends(
    drawing: Drawing,
    places: Sequence[tuple[float, float]],
    points: Sequence[tuple[int, float]],
    decimals: int,
) -> None:
    """First and last year below, the first value above its dot and clear of the line, which may rise
    beside it; the last stands large beside the picture."""
    (first, old), (last, _) = points[0], points[-1]
    foot, width = drawing.height - 0.3, drawing.width
    drawing.text(0, foot, first, size=SMALL, colour=FAINT)
    drawing.text(width, foot, last, anchor="end", size=SMALL, colour=FAINT)
    text, start = number(old, decimals), places[0][1]
    right = width_of(text, SMALL) + CLEAR
    highest = min(y for x, y in _as_far_as(right, places))
    above = highest - CLEAR
    drawing.text(0, above if above > LEAST_TOP else start + 3.2, text, size=SMALL)


def _as_far_as(
    right: float, places: Sequence[tuple[float, float]]
) -> Iterator[tuple[float, float]]:
    """The points of a line from its begin to a place on the right, where it is cut."""
    yield places[0]
    for (x0, y0), (x1, y1) in pairwise(places):
        if x0 >= right:
            return
        share = min((right - x0) / (x1 - x0), 1.0)
        yield x0 + share * (x1 - x0), y0 + share * (y1 - y0)
