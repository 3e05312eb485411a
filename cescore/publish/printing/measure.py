"""How wide a text is in the fonts of the page, and how it breaks: nothing on a chart is cut short."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from unicodedata import combining, east_asian_width

from cescore.publish.fragment import CONTROL
from cescore.publish.printing.fonts import font_files

POINT = 25.4 / 72  # a point of type [mm]
LEADING = 1.22  # from line to line, in sizes of the type
OTHERS = 0.62  # em: a letter that our fonts lack and that is not as wide as it is high
NO_START = "、，。；：！？）〕》」』”’…%,.;:!?)]}"  # no line begins with these
NO_END = "（〔《「『“‘([{"  # and none ends with these
PIECE = re.compile(
    r"\s+|[\u2e80-\uffef]|[^\s\u2e80-\uffef]+?(?:[-/–](?=\w)|(?=[\s\u2e80-\uffef])|$)"
)


@lru_cache(maxsize=2)
def _advances(*, bold: bool) -> dict[int, float]:
    """Width of each letter that a face has, in em."""
    from fontTools.ttLib import TTFont

    regular, strong, *_ = font_files()
    with TTFont(strong if bold else regular, lazy=True) as face:
        em, widths = face["head"].unitsPerEm, face["hmtx"].metrics
        return {code: widths[glyph][0] / em for code, glyph in face.getBestCmap().items()}


def width_of(text: str, size: float, *, bold: bool = False) -> float:
    """Width of one line [mm] at a size of type [pt]."""
    known = _advances(bold=bold)
    return POINT * size * sum(known.get(ord(c), _width_elsewhere(c)) for c in text)


def _width_elsewhere(letter: str) -> float:
    if combining(letter):
        return 0.0
    return 1.0 if east_asian_width(letter) in "WF" else OTHERS


def lines_of(text: str, room: float, size: float, *, bold: bool = False) -> list[str]:
    """The text in lines of at most `room` [mm]: broken between words and between ideographs, a
    word that is wider than a line inside it. Nothing is left out but blanks at the breaks."""
    lines, line = [], ""
    for piece in _pieces(CONTROL.sub("", text)):
        if width_of((line + piece).rstrip(), size, bold=bold) <= room:
            line += piece
            continue
        if line.strip():
            lines.append(line.strip())
        line = ""
        for letter in piece.lstrip():
            if line and width_of(line + letter, size, bold=bold) > room:
                lines.append(line)
                line = ""
            line += letter
    return [*lines, line.strip()] if line.strip() else lines or [""]


def _pieces(text: str) -> Iterator[str]:
    """Parts between which a line may break, with the signs that stay with a neighbour."""
    held = ""
    for piece in PIECE.findall(text):
        joins = not held or held[-1] in NO_END or piece[0] in NO_START
        if joins:
            held += piece
            continue
        yield held
        held = piece
    if held:
        yield held


def height_of(lines: Sequence[str], size: float) -> float:
    """Height of a block of lines [mm]."""
    return POINT * size * LEADING * len(lines)


@dataclass(frozen=True)
class TextRows:
    """Lines of a bar chart one below the other, each as high as its name needs [mm]."""

    names: tuple[tuple[str, ...], ...]
    heights: tuple[float, ...]

    @property
    def height(self) -> float:
        return sum(self.heights)

    @property
    def centres(self) -> list[float]:
        """The middle of each row, counted from above."""
        return [sum(self.heights[:i]) + own / 2 for i, own in enumerate(self.heights)]


def rows_of(names: Sequence[str], room: float, size: float, least: float) -> TextRows:
    """Rows with their names broken to fit the room beside the bars."""
    broken = tuple(tuple(lines_of(name, room, size)) for name in names)
    return TextRows(broken, tuple(max(least, height_of(n, size) + 1.2) for n in broken))


def left_edge(centre: float, width: float, whole: float) -> float:
    """Where a text of a width begins so that it stands about a place and leaves no picture [mm]."""
    return min(max(centre - width / 2, 0.0), max(whole - width, 0.0))
