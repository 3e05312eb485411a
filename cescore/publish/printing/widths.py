"""Widths of table columns: as given, unless a figure needs more and another column can spare it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import unescape

from cescore.publish.printing.measure import width_of

PAGE = 172.0  # mm, the text width of the page
BESIDE_GRADE = 82.0  # mm of it for the parts of the total
TYPE = 8.0  # pt, of a table's cells
HEAD = 7.4  # pt, of its heads
MARK = 7.0  # pt, of the small signs behind a figure and the units behind a name
PADDING = 2.1  # mm beside the text of a cell
BAR = 10.5  # mm of the bar of a score
SWATCH = 2.8  # mm of a patch of colour in a head
LEAST_TEXT = 0.62  # share of its own width that a column of text keeps
SMALL = re.compile(r"<(sup|small|i class=\"u\")>(.*?)</(?:sup|small|i)>", re.DOTALL)
SCORE_BAR = '<i class="sb">'
TAG = re.compile(r"<[^>]*>")
BREAK = re.compile(r"\s+")


def needed(cells: Iterable[str], size: float = TYPE) -> float:
    """Width that figures need to stand in one line [mm]; cells are markup."""
    return max((_line(cell, size) for cell in cells), default=0.0)


def _line(cell: str, size: float) -> float:
    small = sum(_of(text, MARK) for _, text in SMALL.findall(cell))
    rest = SMALL.sub("", cell)
    bar = BAR if SCORE_BAR in cell else 0.0
    return PADDING + bar + small + _of(rest, size)


def _of(markup: str, size: float, *, bold: bool = False) -> float:
    return width_of(unescape(TAG.sub("", markup)), size, bold=bold)


def head_needed(head: str) -> float:
    """Width of the longest word of a head, which breaks between words [mm]."""
    swatch = SWATCH if 'class="sw' in head else 0.0
    words = BREAK.split(TAG.sub("", head.replace("<br>", " ")))
    return (
        PADDING
        + swatch
        + max((_of(word, HEAD, bold=True) for word in words if not _is_han(word)), default=0.0)
    )


def _is_han(word: str) -> bool:
    return any(ord(letter) > 0x2E7F for letter in TAG.sub("", word))


def fitted(widths: Sequence[float], needs: Sequence[float | None], whole: float) -> list[float]:
    """The widths in per cent, changed where a column needs more millimetres than it has.

    `needs` has None for columns of text, which break their lines: these give first, down to a share
    of what they had, then columns of figures what they do not need. Nothing changes where all fit.
    """
    given = [width / 100 * whole for width in widths]
    lack = [max(need - own, 0.0) if need else 0.0 for need, own in zip(needs, given, strict=True)]
    if not any(lack):
        return list(widths)
    spare = [
        own * (1 - LEAST_TEXT) if need is None else 0.0
        for own, need in zip(given, needs, strict=True)
    ]
    others = [
        max(own - (own if need is None else need), 0.0)
        for own, need in zip(given, needs, strict=True)
    ]
    wanted, given_by_text = sum(lack), sum(spare)
    if wanted > given_by_text:
        spare = [a + b for a, b in zip(spare, others, strict=True)]
    found = min(wanted, sum(spare))
    part = found / sum(spare) if sum(spare) else 0.0
    met = found / wanted
    result = [
        own + more * met - less * part for own, more, less in zip(given, lack, spare, strict=True)
    ]
    return [100 * width / whole for width in result]


def too_narrow(widths: Sequence[float], needs: Sequence[float | None], whole: float) -> list[bool]:
    """The columns of figures that still have no room for their longest: these may break it."""
    return [
        need is not None and need > width / 100 * whole + 0.2
        for width, need in zip(widths, needs, strict=True)
    ]
