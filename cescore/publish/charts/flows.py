"""Flows as pictures: bands whose width is the quantity, from the left to the right of the page.

What is drawn is named in params/page.yml; the numbers are the bundle's own. A band that cannot be
known is left out and named below, never guessed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cescore.definitions.formulas.unit_names import unit_text
from cescore.definitions.pictures import FlowLink, FlowPicture
from cescore.method.column import State
from cescore.publish.charts.drawing import Drawing, curve
from cescore.publish.charts.frame import NONE, WIDE, in_a_row, sample_mark
from cescore.publish.charts.style import LEAST as TYPE
from cescore.publish.charts.style import MAIN, TITLE, framed
from cescore.publish.fragment import Fragment, paragraph
from cescore.publish.numbers import decimals_for, number, rounded
from cescore.publish.printing.measure import height_of, lines_of, width_of
from cescore.publish.view import Number, View, by_code, of_series, recorded

if TYPE_CHECKING:
    from cescore.disclosure.documents.opened import OpenBundle

# told apart by lightness as well as hue: pale, middle and dark also where no colour is printed
BAND = {"plain": (MAIN, 0.20), "good": ("#007a59", 0.48), "poor": ("#c04f00", 0.78)}
SOLID = {"plain": MAIN, "good": "#007a59", "poor": "#d55e00"}
THICK = 2.2  # mm, of a node
GAP = 1.2  # mm between nodes of a column
LEAST = 3.1  # mm of height for a node, so that its name has a line of its own
MARGINS = {"zh": (32.0, 40.0), "en": (38.0, 50.0)}  # mm for the names on the left and right
UNEVEN = 0.005  # share by which more may leave a node than enters it: rounding of what was returned
TEN_THOUSANDS = "10k "
MOST_PLAIN = 100.0  # ten thousands: a figure of seven digits is no longer read at a glance
MOST_DECIMALS = 4
UNEVEN_PRINT = 0.1  # share by which a printed size may be off
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
    picture = _by_size(view, picture)
    found = [(link, _value(view, picture, link)) for link in picture.links]
    bands = [Ribbon(link, value) for link, value in found if value is not None and value > 0]
    if not bands:
        return NONE
    lost = [link for link, value in found if value is None or value < 0]
    if _lacks_a_source(picture, [link for link, value in found if value is None]):
        names = view.join(dict.fromkeys(_link_words(view, picture, link) for link in lost))
        title = picture.name(view.lang)
        return paragraph(view.t("flow.not_drawn", name=title, names=names), "note")
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
    nowhere = [picture.nodes[code].name(view.lang) for code in _from_nowhere(picture, bands)]
    if nowhere:
        notes.append(view.t("flow.from_nowhere", names=view.join(nowhere)))
    said = view.join(
        view.t("alt.pair", name=_link_words(view, picture, b.link), value=_said(bands, b.value))
        for b in bands
    )
    svg = drawing.svg(view.t("alt.trend", name=title, list=said), sample_mark(view))
    return framed(svg, view.sentences(filter(None, notes)) if is_wide or lost or nowhere else "")


def _by_size(view: View, picture: FlowPicture) -> FlowPicture:
    """The picture in the plain unit where its ten thousands are too large for what it holds."""
    known = [value for link in picture.links if (value := _value(view, picture, link))]
    if not picture.unit.startswith(TEN_THOUSANDS) or not known:
        return picture
    if min(known) >= 1 or max(known) >= MOST_PLAIN:
        return picture
    unit = picture.unit.removeprefix(TEN_THOUSANDS)
    return picture.model_copy(update={"unit": unit, "factor": picture.factor * 10_000})


def _lacks_a_source(picture: FlowPicture, unknown: Sequence[FlowLink]) -> bool:
    """Whether something of unknown size would enter the picture: it may be the largest branch, and
    the others would pass for the whole."""
    entered = {link.end for link in picture.links}
    return any(link.start not in entered for link in unknown)


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
    """A size with the decimals of the largest, one at most; more where it would be off by a tenth."""
    least = min(decimals_for("", [b.value for b in bands]), 1)
    for decimals in range(least, MOST_DECIMALS):
        if abs(float(rounded(value, decimals)) - value) <= UNEVEN_PRINT * value:
            return number(value, decimals)
    return number(value, MOST_DECIMALS)


@dataclass(frozen=True)
class DrawnNode:
    """A node with its size in the picture's unit, and its name in lines."""

    column: int
    kind: str
    size: float
    lines: tuple[str, ...]

    @property
    def least(self) -> float:
        """The height that its name needs [mm]."""
        return max(LEAST, height_of(self.lines, TYPE) + 0.3)


def _drawn(view: View, picture: FlowPicture, bands: Sequence[Ribbon], title: str) -> Drawing:
    is_wide = picture.width == "whole"
    width = WIDE if is_wide else WIDE / 3 - 1.5
    left, right = MARGINS[view.lang] if is_wide else (17.5, 14.0)
    sizes = _sizes(picture, bands)
    last = max(picture.nodes[code].column for code in sizes)
    apart = (width - left - right - THICK) / max(last, 1)
    rooms = {0: left - 1.5, last: right - 1.5}
    nodes = {
        code: _node(view, picture, bands, code, size, rooms, apart - THICK - 2)
        for code, size in sizes.items()
    }
    heading = lines_of(title, width - 1, TITLE, bold=True)
    head = height_of(heading, TITLE) + 2.6
    height = _height(nodes, is_wide)
    drawing = Drawing(width, head + height + 4.5)
    for i, line in enumerate(heading):
        drawing.text(0, 2.9 + height_of(heading[:i], TITLE), line, size=TITLE, bold=True)
    scale = _scale(nodes, height)
    place = {code: head + y for code, y in _places(nodes, height, scale).items()}
    x = {code: left + apart * node.column for code, node in nodes.items()}
    start, end = dict(place), dict(place)
    for band in _in_order(bands, place):
        thick = max(band.value * scale, 0.25)
        tail, tip = band.link.start, band.link.end
        outline = curve(x[tail] + THICK, start[tail], x[tip], end[tip], thick, thick)
        drawing.path(outline, *BAND[_kind(nodes, band)])
        start[tail] += thick
        end[tip] += thick
    for code, node in nodes.items():
        tall = max(node.size * scale, 0.3)
        drawing.rect(x[code], place[code], THICK, tall, SOLID[node.kind])
        _label(drawing, x[code], place[code] + tall / 2, node, is_inside=0 < node.column < last)
    return drawing


def _node(
    view: View,
    picture: FlowPicture,
    bands: Sequence[Ribbon],
    code: str,
    size: float,
    rooms: Mapping[int, float],
    inside: float,
) -> DrawnNode:
    """A node with its name and size broken to fit the room beside it."""
    node = picture.nodes[code]
    text = f"{node.name(view.lang)} {_said(bands, size)}"
    lines = lines_of(text, rooms.get(node.column, inside), TYPE)
    return DrawnNode(node.column, node.kind, size, tuple(lines))


def _kind(nodes: Mapping[str, DrawnNode], band: Ribbon) -> str:
    """A band is of the kind of what it leads to, else of what it comes from."""
    kind = nodes[band.link.end].kind
    return nodes[band.link.start].kind if kind == "plain" else kind


def _label(drawing: Drawing, x: float, middle: float, node: DrawnNode, *, is_inside: bool) -> None:
    """A node's name outside the picture at its edges; within it right of the node, on a pale
    ground, since bands run there."""
    tall = height_of(node.lines, TYPE)
    if is_inside:
        wide = max(width_of(line, TYPE) for line in node.lines)
        drawing.rect(x + THICK + 0.6, middle - tall / 2, wide + 0.8, tall, "#ffffff", opacity=0.78)
    for i, line in enumerate(node.lines):
        y = middle - tall / 2 + height_of(node.lines[:i], TYPE) + 0.78 * height_of([line], TYPE)
        if node.column == 0:
            drawing.text(x - 1, y, line, anchor="end", size=TYPE)
        else:
            drawing.text(x + THICK + 1, y, line, size=TYPE)


def _sizes(picture: FlowPicture, bands: Sequence[Ribbon]) -> dict[str, float]:
    """The nodes that a band touches, each with the larger of what enters and leaves."""
    found = {code: max(_sums(bands, code)) for code in picture.nodes}
    return {code: size for code, size in found.items() if size}


def _sums(bands: Sequence[Ribbon], code: str) -> tuple[float, float]:
    """What enters a node and what leaves it."""
    entering = sum(b.value for b in bands if b.link.end == code)
    leaving = sum(b.value for b in bands if b.link.start == code)
    return entering, leaving


def _from_nowhere(picture: FlowPicture, bands: Sequence[Ribbon]) -> list[str]:
    """The nodes within the picture that more leaves than enters."""
    found = []
    for code, node in picture.nodes.items():
        entering, leaving = _sums(bands, code)
        if node.column > 0 and leaving > entering * (1 + UNEVEN):
            found.append(code)
    return found


def _in_columns(nodes: Mapping[str, DrawnNode]) -> list[list[DrawnNode]]:
    columns: dict[int, list[DrawnNode]] = {}
    for node in nodes.values():
        columns.setdefault(node.column, []).append(node)
    return list(columns.values())


def _height(nodes: Mapping[str, DrawnNode], is_wide: bool) -> float:
    """Height of the picture below its title [mm]: room for every name, and not flat."""
    columns = _in_columns(nodes)
    names = max(sum(n.least + GAP for n in column) for column in columns)
    if not is_wide:
        return max(20.0, names)
    return max(7.4 * max(map(len, columns)), 28.0, 1.4 * names)


def _scale(nodes: Mapping[str, DrawnNode], height: float) -> float:
    """Millimetres for a unit, so that the fullest column fits; small nodes keep their names' height."""
    columns = _in_columns(nodes)

    def fits(scale: float) -> bool:
        return all(_taken(column, scale) <= height for column in columns)

    low, high = 0.0, height / max(sum(n.size for n in column) for column in columns)
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    return low


def _taken(column: Sequence[DrawnNode], scale: float) -> float:
    return sum(max(n.size * scale, n.least) for n in column) + GAP * (len(column) - 1)


def _places(nodes: Mapping[str, DrawnNode], height: float, scale: float) -> dict[str, float]:
    """The upper edge of each node; a column stands in the middle of the height."""
    found: dict[str, float] = {}
    for column in {node.column for node in nodes.values()}:
        own = {code: node for code, node in nodes.items() if node.column == column}
        y = (height - _taken(list(own.values()), scale)) / 2
        for code, node in own.items():
            room = max(node.size * scale, node.least)
            found[code] = y + (room - max(node.size * scale, 0.3)) / 2
            y += room + GAP
    return found


def _in_order(bands: Sequence[Ribbon], place: Mapping[str, float]) -> list[Ribbon]:
    """Bands from above to below at both their ends, so that they cross as little as they can."""
    return sorted(bands, key=lambda b: (place[b.link.start], place[b.link.end]))
