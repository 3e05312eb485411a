"""Figures set sign by sign: known of a font that sets each sign of a figure alike beside any others.

A page shows hundreds of figures, hardly two the same, of a dozen and a half signs. Where pango has set
every three signs beside each other and each sign had one glyph and one width throughout, nothing of
a figure depends on its neighbours: its measure is the sum of its signs', its glyphs are theirs.
"""

# mypy: allow-untyped-calls
# (the library has no types)
from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

SIGNS = "0123456789.,%+−-–/"  # none has a direction of its own
_SIGNS = frozenset(SIGNS)
# A glyph in the text of a PDF page, and by how much the next one is moved.
_GLYPH = re.compile(r"([0-9a-f]{4})(?:>(-?\d+)<?)?")


def is_figure(text: str) -> bool:
    """Whether a text is made of signs of figures alone."""
    return _SIGNS.issuperset(text)


class Glyph(NamedTuple):
    """A glyph and what drawing it tells its font."""

    font: Any  # its key among a document's
    number: int
    meant: str  # the characters it stands for
    used: float  # its width there [1/1000 em]
    own: float | None  # the same, where it was shown there first


class DrawnText(NamedTuple):
    """What drawing a text wrote: the calls to the page's stream, and its glyphs."""

    calls: tuple[tuple[str, tuple[Any, ...]], ...]
    glyphs: tuple[Glyph, ...]


@dataclass
class Figures:
    """How a style sets figures: the width of each sign [CSS px], and what a line of them is like."""

    widths: Mapping[str, float]
    height: float
    baseline: float
    direction: int
    drawn: dict[str, tuple[str, Glyph]] = field(default_factory=dict)
    size: tuple[Any, ...] = ()  # what the stream is told before glyphs of this style

    def extent(self, text: str) -> tuple[float, float, float]:
        """Width, height and baseline of a figure [CSS px]."""
        return sum(map(self.widths.__getitem__, text)), self.height, self.baseline

    @property
    def is_complete(self) -> bool:
        """Whether every sign has been drawn."""
        return len(self.drawn) == len(self.widths)

    def learn(self, text: str, drawn: DrawnText) -> None:
        """Keep what each sign of a figure that has been drawn looked like."""
        pieces = _pieces(drawn)
        if len(pieces) != len(text):
            return
        self.size = drawn.calls[0][1]
        glyphs = {glyph.meant: glyph for glyph in drawn.glyphs}
        for sign, piece in zip(text, pieces, strict=True):
            known = self.drawn.get(sign)
            if sign in glyphs and (known is None or known[1].own is None):
                self.drawn[sign] = piece, glyphs[sign]

    def draw(self, text: str) -> DrawnText | None:
        """What drawing a figure writes, unless a sign of it has not been drawn."""
        if not self.drawn.keys() >= set(text):
            return None
        signs = [self.drawn[sign] for sign in text]
        line = "<" + "".join(piece for piece, _ in signs)
        shown = line[:-1] if line[-1] == "<" else f"{line}>"
        calls = (("set_font_size", self.size), ("show_text", (shown,)))
        return DrawnText(calls, tuple(dict.fromkeys(glyph for _, glyph in signs)))


def _pieces(drawn: DrawnText) -> list[str]:
    """The text of a line by glyph; nothing where more than one line of glyphs was written."""
    if [name for name, _ in drawn.calls] != ["set_font_size", "show_text"]:
        return []
    (line,) = drawn.calls[1][1]
    found = list(_GLYPH.finditer(line))
    if "".join(match.group() for match in found) != line[1:].removesuffix(">"):
        return []
    return [number if not moved else f"{number}>{moved}<" for number, moved in map(_parts, found)]


def _parts(match: re.Match[str]) -> tuple[str, str]:
    return match.group(1), match.group(2) or ""


def figures_of(style: Any, context: Any) -> Figures | None:
    """How a style sets figures, if it sets each sign alike whatever stands beside it."""
    from weasyprint.text import line_break

    text = every_three()
    layout = line_break.create_layout(text, style, context, None, 0)
    line, further = layout.get_first_line()
    widths = widths_of(text, list(_glyphs_of(line))) if further is None else None
    width, height = line_break.line_size(line, style)
    baseline = line_break.pango.pango_layout_get_baseline(layout.layout) * line_break.FROM_UNITS
    layout.deactivate()
    if widths is None:
        return None
    pixels = {sign: units * line_break.FROM_UNITS for sign, units in widths.items()}
    made = Figures(pixels, height, baseline, layout.first_line_direction)
    return made if made.extent(text)[0] == width else None


def widths_of(text: str, glyphs: Sequence[SetGlyph]) -> dict[str, int] | None:
    """The width of each sign of a text, if each has one glyph of one font and one width throughout."""
    if len(glyphs) != len(text) or len({glyph.font for glyph in glyphs}) > 1:
        return None
    ways: dict[str, tuple[int, int]] = {}
    place = 0
    for sign, glyph in zip(text, glyphs, strict=True):
        way = glyph.number, glyph.width
        if glyph.place != place or not glyph.is_plain or ways.setdefault(sign, way) != way:
            return None
        place += len(sign.encode())
    return {sign: width for sign, (_, width) in ways.items()}


class SetGlyph(NamedTuple):
    """A glyph as pango has set it."""

    font: int
    number: int
    width: int  # in pango's units
    place: int  # of its characters among the bytes of the text
    is_plain: bool  # neither moved nor missing, from left to right


def _glyphs_of(line: Any) -> Iterator[SetGlyph]:
    from weasyprint.text.ffi import ffi, pango

    run = line.runs[0]
    while run != ffi.NULL:
        item, glyphs = run.data.item, run.data.glyphs
        run = run.next
        font = int(ffi.cast("uintptr_t", item.analysis.font))
        for number, info in enumerate(glyphs.glyphs[0 : glyphs.num_glyphs]):
            shape = info.geometry
            is_known = not info.glyph & pango.PANGO_GLYPH_UNKNOWN_FLAG
            is_plain = is_known and info.glyph != pango.PANGO_GLYPH_EMPTY
            is_plain &= not (shape.x_offset or shape.y_offset or item.analysis.level % 2)
            place = item.offset + glyphs.log_clusters[number]
            yield SetGlyph(font, info.glyph, shape.width, place, is_plain)


@lru_cache(maxsize=1)
def every_three() -> str:
    """A text in which any three signs stand beside each other somewhere."""
    seen: set[str] = set()
    text = SIGNS[0] * 2
    # the greedy walk of a de Bruijn sequence: the last sign that makes a new three
    while sign := next((s for s in reversed(SIGNS) if text[-2:] + s not in seen), ""):
        seen.add(text[-2:] + sign)
        text += sign
    return text
