"""The small charts of the index page: plain SVG, every value written beside what it stands for."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from statistics import median

from markupsafe import Markup, escape

from cescore.definitions.model import Scale
from cescore.method.index.scale import place_on
from cescore.publish.numbers import number
from cescore.publish.printing.measure import POINT, lines_of, width_of
from cescore.publish.words import label

WIDTH = 440  # all sizes in units of the drawing, which a page scales to its column
NAME, VALUE = 190, 46  # most room left of the bars, and room right of them
TYPE = 12  # size of the page's type in units of the drawing
SURE = 1.06  # a browser may set another font, a little wider
ROW, BAR, LINE = 23, 14, 15
MOST_BINS = 10
STEPS = (1, 2, 2.5, 5, 10)  # widths of bins that a reader can follow, times a power of ten
TALL = 120  # of the highest column


def bars(items: Sequence[tuple[str, float]], scale: Scale, title: str, lang: str) -> Markup:
    """A bar for each entity, in the order given, on the whole scale of the index."""
    rows = [_lines(name, NAME - 12) for name, _ in items]
    begin = max(_width(line) for lines in rows for line in lines) + 12
    tall = [max(ROW, LINE * len(lines) + 5) for lines in rows]
    end, base = WIDTH - VALUE, sum(tall)
    drawn = [_line(x, 0, x, base + 4, "rule") for x in (begin, end)]
    for i, (_, value) in enumerate(items):
        middle, length = sum(tall[:i]) + tall[i] / 2, (end - begin) * place_on(value, scale)
        first = middle - LINE * (len(rows[i]) - 1) / 2
        drawn += [_text(begin - 8, first + LINE * n, t, "end") for n, t in enumerate(rows[i])]
        drawn += [
            _box(begin, middle - BAR / 2, length, BAR, "bar"),
            _text(begin + length + 6, middle, number(value), "start", "value"),
        ]
    ends = ((begin, scale.floor), (end, scale.top))
    drawn += [_text(x, base + 13, f"{at:g}", "middle", "tick") for x, at in ends]
    said = _listed(((name, number(value)) for name, value in items), lang)
    return _svg(base + 22, drawn, label("page_index.alt", lang, title=title, list=said))


def histogram(values: Sequence[float], scale: Scale, title: str, lang: str) -> Markup:
    """How many entities lie in each part of the scale; a value on an edge counts above it."""
    counts = binned(values, scale)
    edges, most = [low for low, _, _ in counts] + [counts[-1][1]], max(n for _, _, n in counts)
    width = (WIDTH - 20) / len(counts)
    top = 18
    drawn = [_line(10, top + TALL, WIDTH - 10, top + TALL, "axis")]
    for i, (_, _, count) in enumerate(counts):
        height, x = TALL * count / max(most, 1), 10 + width * i
        drawn.append(_box(x + 1.5, top + TALL - height, width - 3, height, "bar"))
        if count:
            drawn.append(
                _text(x + width / 2, top + TALL - height - 8, str(count), "middle", "value")
            )
    for i, edge in enumerate(edges):
        drawn.append(_text(10 + width * i, top + TALL + 12, f"{edge:g}", "middle", "tick"))
    said = _listed(((f"{low:g}–{high:g}", str(n)) for low, high, n in counts), lang)
    return _svg(top + TALL + 22, drawn, label("page_index.alt", lang, title=title, list=said))


def _width(text: str) -> float:
    """Width in units of the drawing, in the type of the page (12 units high)."""
    return width_of(text, TYPE) / POINT * SURE


def _lines(text: str, room: float) -> list[str]:
    """A text in lines that fit so many units of the drawing."""
    return lines_of(text, room * POINT / SURE, TYPE)


def binned(values: Iterable[float], scale: Scale) -> list[tuple[float, float, int]]:
    """Lower edge, upper edge and count of each bin of a scale."""
    step = _step((scale.top - scale.floor) / MOST_BINS)
    n = max(math.ceil((scale.top - scale.floor) / step - 1e-9), 1)
    counts = [0] * n
    for value in values:
        counts[min(max(int((value - scale.floor) / step + 1e-9), 0), n - 1)] += 1
    return [
        (scale.floor + step * i, min(scale.floor + step * (i + 1), scale.top), count)
        for i, count in enumerate(counts)
    ]


def _step(least: float) -> float:
    """The smallest readable width that is not below another."""
    power: float = 10 ** math.floor(math.log10(least))
    return next(s * power for s in STEPS if s * power >= least * (1 - 1e-9))


def middle(values: Sequence[float]) -> str:
    """The median, as it is printed."""
    return number(median(values))


def stacked(
    rows: Sequence[tuple[str, Mapping[str, int]]], grades: Sequence[str], title: str, lang: str
) -> Markup:
    """One bar a type, its parts the grades from best to worst; below it their names and counts."""
    drawn: list[Markup] = []
    told: list[tuple[str, str]] = []
    y = 0.0
    for name, counts in rows:
        total, x = sum(counts.values()), 0.0
        parts = [(grade, counts[grade]) for grade in grades if counts.get(grade)]
        for line in (heading := _lines(f"{name} {total}", WIDTH)):
            drawn.append(_text(0, y + 8, line, "start", "name"))
            y += LINE
        y -= LINE * min(len(heading), 1)
        for grade, count in parts:
            width = WIDTH * count / total
            kind = f"grade-{shade(grade, grades)}"
            drawn.append(_box(x, y + 18, width, BAR + 4, kind))
            if width > 9 * len(str(count)) + 4:
                drawn.append(
                    _text(x + width / 2, y + 18 + BAR / 2 + 2, str(count), "middle", f"on-{kind}")
                )
            x += width
        said = _listed(((grade, str(count)) for grade, count in parts), lang)
        for line in _lines(said, WIDTH):
            drawn.append(_text(0, y + 48, line, "start", "tick"))
            y += LINE
        told.append((name, said))
        y += 66 - LINE
    return _svg(y - 6, drawn, label("page_index.alt", lang, title=title, list=_listed(told, lang)))


SHADES = 5


def shade(grade: str, grades: Sequence[str]) -> str:
    """Which of the page's shades a grade has, 0 the best; "none" for the last, which is no grade."""
    place, graded = grades.index(grade), len(grades) - 1
    if place == graded:
        return "none"
    return str(round(place * (SHADES - 1) / max(graded - 1, 1)))


def _listed(pairs: Iterable[tuple[str, str]], lang: str) -> str:
    told = (label("alt.pair", lang, name=name, value=value) for name, value in pairs)
    return label("page_index.join", lang).join(told)


def _svg(height: float, drawn: Iterable[Markup], alt: str) -> Markup:
    return Markup('<svg viewBox="0 0 {} {:g}" role="img"><title>{}</title>{}</svg>').format(
        WIDTH, height, alt, Markup("").join(drawn)
    )


def _box(x: float, y: float, width: float, height: float, kind: str) -> Markup:
    return Markup('<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>').format(
        kind, x, y, max(width, 0.0), height
    )


def _line(x1: float, y1: float, x2: float, y2: float, kind: str) -> Markup:
    return Markup('<line class="{}" x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}"/>').format(
        kind, x1, y1, x2, y2
    )


def _text(x: float, y: float, text: str, anchor: str, kind: str = "") -> Markup:
    return Markup(
        '<text class="{}" x="{:.1f}" y="{:.1f}" text-anchor="{}" dominant-baseline="central">{}</text>'
    ).format(kind, x, y, anchor, escape(text))
