"""The small trend beside a large number: a line over the years, its ends named."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from cescore.publish.charts.drawing import SMALL, Drawing
from cescore.publish.charts.frame import sample_mark
from cescore.publish.charts.spans import span_of
from cescore.publish.charts.style import FAINT, MAIN, QUIET
from cescore.publish.numbers import number
from cescore.publish.view import Number, View

EDGE = 1.2  # mm left free at each side, for half a dot


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
    _ends(drawing, place(*points[0]), points, decimals)
    said = view.join(
        view.t("alt.pair", name=str(year), value=number(value, decimals)) for year, value in points
    )
    return Markup(drawing.svg(view.t("alt.trend", name=title, list=said), sample_mark(view)))


def _ends(
    drawing: Drawing,
    start: tuple[float, float],
    points: Sequence[tuple[int, float]],
    decimals: int,
) -> None:
    """First and last year below, the first value above its dot; the last stands large beside it."""
    (first, old), (last, _) = points[0], points[-1]
    foot, width = drawing.height - 0.3, drawing.width
    drawing.text(0, foot, first, size=SMALL, colour=FAINT)
    drawing.text(width, foot, last, anchor="end", size=SMALL, colour=FAINT)
    above = start[1] - 1.3 if start[1] - 1.3 > 2.2 else start[1] + 3.2
    drawing.text(0, above, number(old, decimals), size=SMALL)
