"""A piece of the page: markup for the printed page, plain text for a terminal; values are escaped."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import unescape

from markupsafe import Markup, escape

# no page may hold these, and a name that turns the direction of writing would turn its neighbours
CONTROL = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe\uffff]"
)
BLOCK_END = re.compile(r"</(?:tr|p|h[1-6]|div|caption|li|header)>")
CELL_END = re.compile(r"</(?:td|th|span|b|i)>|<br>")
HIDDEN = re.compile(r"<svg.*?</svg>", re.DOTALL)
TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True)
class Fragment:
    """Markup that is safe to place on the page."""

    html: str

    @classmethod
    def join(cls, parts: Sequence[Fragment]) -> Fragment:
        return cls("\n".join(part.html for part in parts if part.html))

    def _repr_html_(self) -> str:
        return self.html

    def __html__(self) -> str:
        return self.html

    def __repr__(self) -> str:
        return plain_text(self.html)


def plain_text(html: str) -> str:
    """What a reader sees of the markup, a line per block; a chart gives its alternative text."""
    shown = HIDDEN.sub(_alt_of, html)
    shown = TAG.sub("", CELL_END.sub("\t", BLOCK_END.sub("\n", shown)))
    lines = (re.sub(r"\s+", " ", unescape(line)).strip() for line in shown.splitlines())
    return "\n".join(line for line in lines if line)


def _alt_of(svg: re.Match[str]) -> str:
    found = re.search(r"<title>(.*?)</title>", svg.group(0), re.DOTALL)
    return f"{found.group(1)}</p>" if found else ""


def clean(text: str) -> str:
    """The text without control characters and marks that turn the direction of writing."""
    return CONTROL.sub("", text)


def two_lines(first: object, second: object) -> Markup:
    """A cell with a smaller second line."""
    if not second:
        return escape(first)
    return Markup("{}<br><small>{}</small>").format(first, second)


def paragraph(text: object, kind: str = "note") -> Fragment:
    """A paragraph of a class."""
    return Fragment(f'<p class="{escape(kind)}">{escape(clean(str(text)))}</p>')
