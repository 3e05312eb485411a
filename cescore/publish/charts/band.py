"""How firm the index is, as a picture: its band on the scale, with the index as printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cescore.publish.charts.drawing import SMALL, Drawing
from cescore.publish.charts.frame import NONE, WIDE, sample_mark
from cescore.publish.charts.style import FAINT, FIELD, MAIN, QUIET, framed
from cescore.publish.fragment import Fragment
from cescore.publish.numbers import number
from cescore.publish.view import View, of_series

if TYPE_CHECKING:
    from cescore.disclosure.documents.opened import OpenBundle

EDGE = 8.0  # mm beside the scale, for the numbers of its ends
HEIGHT = 15.0


def band_chart(bundle: OpenBundle) -> Fragment:
    """The band of the index on the framework's scale; nothing where no band was found."""
    view, band = View(bundle), bundle.data.uncertainty
    index = of_series(bundle.data.evaluated.index, view.now).value
    if band is None or index is None or bundle.is_variant:
        return NONE
    floor, top = bundle.framework.scale.floor, bundle.framework.scale.top
    drawing = Drawing(WIDE, HEIGHT)

    def place(score: float) -> float:
        share = (min(max(score, floor), top) - floor) / (top - floor)
        return EDGE + share * (WIDE - 2 * EDGE)

    low, high, own = place(band.score_low), place(band.score_high), place(index)
    drawing.rect(EDGE, 6.0, WIDE - 2 * EDGE, 3.2, FIELD)
    drawing.rect(low, 6.0, max(high - low, 0.4), 3.2, QUIET)
    drawing.dot(own, 7.6, 1.3, MAIN, "white")
    drawing.text(own, 4.6, number(index), anchor="middle", colour=MAIN, bold=True)
    drawing.text(low, 12.2, number(band.score_low), anchor="end", size=SMALL)
    drawing.text(high, 12.2, number(band.score_high), size=SMALL)
    drawing.text(EDGE - 1.5, 8.6, f"{floor:g}", anchor="end", size=SMALL, colour=FAINT)
    drawing.text(WIDE - EDGE + 1.5, 8.6, f"{top:g}", size=SMALL, colour=FAINT)
    alt = view.t(
        "alt.band",
        index=view.name(bundle.framework.index.code), value=number(index),
        low=number(band.score_low), high=number(band.score_high),
        floor=f"{floor:g}", top=f"{top:g}",
    )  # fmt: skip
    return framed(drawing.svg(alt, sample_mark(view)))
