"""Markup for a screen made of the printer's: tables in frames that scroll, names for screen readers, colours that
follow a dark theme. What is read stays word for word the same."""

from __future__ import annotations

import re

from markupsafe import escape

from cescore.publish.fragment import words_of
from cescore.publish.screen.colours import as_variables

MANY = 18  # lines; a table of more scrolls in a frame of its own
_PART = re.compile(r"<(h[1-6])\b.*?</\1>|<table\b.*?</table>", re.DOTALL)
_CAPTION = re.compile(r"<caption>(.*?)</caption>", re.DOTALL)
_CHART = re.compile(r"<svg\b.*?</svg>", re.DOTALL)
_PAINT = re.compile(r'(?<=\s)((?:fill|stroke|stop-color)=")(#[0-9a-fA-F]{3,6}|white|black)(?=")')
_WORDS = {"white": "#ffffff", "black": "#000000"}
_CARD_NAME = '<p class="card-name'
_CARD_HEADING = '<p role="heading" aria-level="2" class="card-name'
_CONTENTS = '<p class="contents">'
_CONTENTS_READ = '<p class="contents" role="navigation">'


def for_screen(html: str, names: tuple[str, ...] = ()) -> str:
    """The markup of a page, or of a piece of it, as a screen shows it.

    Parameters
    ----------
    names
        What its tables are called, in their order; a table without a name or a caption has that of
        the heading above it.
    """
    given = iter(names)
    heading = ""

    def framed(found: re.Match[str]) -> str:
        nonlocal heading
        part = found.group()
        if found.group(1):
            heading = words_of(part)
            return part
        return _in_frame(part, next(given, ""), heading)

    html = _CHART.sub(lambda found: _painted(found.group()), _PART.sub(framed, html))
    return html.replace(_CARD_NAME, _CARD_HEADING).replace(_CONTENTS, _CONTENTS_READ)


def _in_frame(table: str, name: str, heading: str) -> str:
    """A table in a frame: as wide as its place, and no higher than a screen where it is long."""
    caption = _CAPTION.search(table)
    called = escape(name or (words_of(caption.group(1)) if caption else "") or heading)
    if not caption and called:
        table = table.replace("<table", f'<table aria-label="{called}"', 1)
    if table.count("<tr") <= MANY:
        return f'<div class="frame">{table}</div>'
    spoken = f' role="region" aria-label="{called}"' if called else ""
    return f'<div class="frame long" tabindex="0"{spoken}>{table}</div>'


def _painted(drawing: str) -> str:
    """A drawing whose colours follow the theme; what has none is drawn in that of the text."""
    shown = _PAINT.sub(lambda p: p.group(1) + as_variables(_WORDS.get(p[2], p[2])), drawing)
    return (
        shown.replace("<svg", '<svg fill="currentColor"', 1)
        if ' fill="' not in shown[: shown.index(">")]
        else shown
    )
