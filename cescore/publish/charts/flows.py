"""Flows as pictures: bands whose width is the quantity, from the left to the right of the page.

What is drawn is named in params/page.yml; the numbers are the bundle's own. A band that cannot be
known is left out and named below, never guessed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cescore.definitions.pictures import FlowLink, FlowPicture
from cescore.method.column import State
from cescore.publish.charts.drawing import Drawing, curve
from cescore.publish.charts.frame import NONE, WIDE, in_a_row, sample_mark
from cescore.publish.charts.style import MAIN, POINTS, framed, short
from cescore.publish.fragment import Fragment
from cescore.publish.numbers import decimals_for, number, unit_text
from cescore.publish.view import Number, View, by_code, of_series, recorded

if TYPE_CHECKING:
    from cescore.disclosure.opened import OpenBundle

BAND = {"plain": (MAIN, 0.28), "good": ("#009e73", 0.38), "poor": ("#d55e00", 0.34)}
SOLID = {"plain": MAIN, "good": "#007a59", "poor": "#d55e00"}
THICK = 2.2  # mm, of a node
GAP = 1.2  # mm between nodes of a column
LEAST = 3.1  # mm of height for a node, so that its name has a line of its own
MARGINS = {"zh": (32.0, 40.0), "en": (38.0, 50.0)}  # mm for the names on the left and right
HEAD = 6.5  # mm for the title
NOTHING_THERE = {State.NOT_APPLICABLE, State.NOT_COLLECTED}


@dataclass(frozen=True)
class Ribbon:
    """One link with its value in the picture's unit."""

    link: FlowLink
    value: float


def flows(bundle: OpenBundle) -> Fragment:
    """The pictures of the entity's type: those of full width below each other, small ones in a row."""
    view = View(bundle)
    if not bundle.data.filed:
        return NONE
    drawn = [(p.width, _picture(view, p)) for p in bundle.data.flows.values()]
    whole = [made for width, made in drawn if width == "whole"]
    return Fragment.join([*whole, in_a_row([made for width, made in drawn if width == "third"])])


def _picture(view: View, picture: FlowPicture) -> Fragment:
    found = [(link, _value(view, picture, link)) for link in picture.links]
    bands = [Ribbon(link, value) for link, value in found if value is not None and value > 0]
    if not bands:
        return NONE
    lost = [link for link, value in found if value is None or value < 0]
    is_wide = picture.width == "whole"
    title = view.t(
        "flow.title", name=picture.name(view.lang), year=view.bundle.year,
        unit=unit_text(picture.unit, view.lang),
    )  # fmt: skip
    drawing = _drawn(view, picture, bands, title)
    notes = [picture.note(view.lang)]
    if lost:
        names = view.join(dict.fromkeys(_link_words(view, picture, link) for link in lost))
        notes.append(view.t("flow.lost", names=names))
    said = view.join(
        view.t("alt.pair", name=_link_words(view, picture, b.link), value=_said(bands, b.value))
        for b in bands
    )
    svg = drawing.svg(view.t("alt.trend", name=title, list=said), sample_mark(view))
    return framed(svg, view.sentences(filter(None, notes)) if is_wide or lost else "")


def _value(view: View, picture: FlowPicture, link: FlowLink) -> float | None:
    """The sum of a link's codes; None where one is missing. What does not exist there adds nothing."""
    total, is_there = 0.0, False
    for one in link.codes:
        found = _found(view, one.removeprefix("-"))
        if found.value is None:
            if found.state in NOTHING_THERE:
                continue
            return None
        is_there = True
        total += -found.value if one.startswith("-") else found.value
    return total * picture.factor if is_there else 0.0


def _found(view: View, code: str) -> Number:
    if code in view.data.record.values:
        return recorded(view.data, code, view.now)
    return of_series(by_code(view.data.evaluated.accounts).get(code), view.now)


def _link_words(view: View, picture: FlowPicture, link: FlowLink) -> str:
    start, end = (picture.nodes[code].name(view.lang) for code in (link.start, link.end))
    return f"{start} → {end}"


def _said(bands: Sequence[Ribbon], value: float) -> str:
    return number(value, min(decimals_for("", [b.value for b in bands]), 1))


def _drawn(view: View, picture: FlowPicture, bands: Sequence[Ribbon], title: str) -> Drawing:
    is_wide = picture.width == "whole"
    width = WIDE if is_wide else WIDE / 3 - 1.5
    columns = _columns(picture, bands)
    height = _height(columns, is_wide)
    drawing = Drawing(width, HEAD + height + 3.5)
    drawing.text(0, 2.9, title, size=POINTS + 0.5, bold=True)
    left, right = MARGINS[view.lang] if is_wide else (17.5, 14.0)
    last = max(columns)
    scale = _scale(columns, height)
    x = {c: left + (width - left - right - THICK) * c / max(last, 1) for c in columns}
    place = _places(columns, height, scale)
    start, end = dict(place), dict(place)
    size = {code: value for nodes in columns.values() for code, value in nodes.items()}
    for band in _in_order(bands, place):
        kind = picture.nodes[band.link.end].kind
        kind = picture.nodes[band.link.start].kind if kind == "plain" else kind
        thick = max(band.value * scale, 0.25)
        x0 = x[picture.nodes[band.link.start].column] + THICK
        x1 = x[picture.nodes[band.link.end].column]
        y0, y1 = start[band.link.start], end[band.link.end]
        drawing.path(curve(x0, y0, x1, y1, thick, thick), *BAND[kind])
        start[band.link.start] += thick
        end[band.link.end] += thick
    for code, y in place.items():
        node = picture.nodes[code]
        drawing.rect(x[node.column], y, THICK, max(size[code] * scale, 0.3), SOLID[node.kind])
        middle = y + max(size[code] * scale, 0.3) / 2 + 0.95
        text = f"{short(node.name(view.lang), 17 if is_wide else 6)} {_said(bands, size[code])}"
        _label(drawing, x[node.column], middle, text, node.column)
    return drawing


def _label(drawing: Drawing, x: float, y: float, text: str, column: int) -> None:
    """A node's name outside the picture at its edges, right of the node within it."""
    if column == 0:
        drawing.text(x - 1, y, text, anchor="end", size=POINTS - 0.5)
    else:
        drawing.text(x + THICK + 1, y, text, size=POINTS - 0.5)


def _columns(picture: FlowPicture, bands: Sequence[Ribbon]) -> dict[int, dict[str, float]]:
    """The nodes that a band touches, by column, each with the larger of what enters and leaves."""
    columns: dict[int, dict[str, float]] = {}
    for code, node in picture.nodes.items():
        inward = sum(b.value for b in bands if b.link.end == code)
        outward = sum(b.value for b in bands if b.link.start == code)
        if inward or outward:
            columns.setdefault(node.column, {})[code] = max(inward, outward)
    return dict(sorted(columns.items()))


def _height(columns: Mapping[int, Mapping[str, float]], is_wide: bool) -> float:
    most = max(len(nodes) for nodes in columns.values())
    return max(7.4 * most, 28.0) if is_wide else 20.0


def _scale(columns: Mapping[int, Mapping[str, float]], height: float) -> float:
    """Millimetres for a unit, so that the fullest column fits; small nodes keep a line's height."""

    def fits(scale: float) -> bool:
        return all(_taken(nodes, scale) <= height for nodes in columns.values())

    low, high = 0.0, height / max(sum(nodes.values()) for nodes in columns.values())
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    return low


def _taken(nodes: Mapping[str, float], scale: float) -> float:
    return sum(max(value * scale, LEAST) for value in nodes.values()) + GAP * (len(nodes) - 1)


def _places(
    columns: Mapping[int, Mapping[str, float]], height: float, scale: float
) -> dict[str, float]:
    """The upper edge of each node; a column stands in the middle of the height."""
    found: dict[str, float] = {}
    for nodes in columns.values():
        y = HEAD + (height - _taken(nodes, scale)) / 2
        for code, value in nodes.items():
            room = max(value * scale, LEAST)
            found[code] = y + (room - max(value * scale, 0.3)) / 2
            y += room + GAP
    return found


def _in_order(bands: Sequence[Ribbon], place: Mapping[str, float]) -> list[Ribbon]:
    """Bands from above to below at both their ends, so that they cross as little as they can."""
    return sorted(bands, key=lambda b: (place[b.link.start], place[b.link.end]))
