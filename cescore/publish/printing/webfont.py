"""Our fonts inside a page: of each face only the characters that the page shows."""

from __future__ import annotations

import base64
import hashlib
import io
from collections.abc import Callable
from functools import lru_cache
from html.parser import HTMLParser

from cescore.definitions.shipped import FONTS
from cescore.publish.printing.fonts import SANS

HEAVY = frozenset(["h1", "h2", "h3", "th", "b", "summary"])  # set in bold by the page's styles
UNSEEN = frozenset(["script", "style"])
FACES = (("CESans-Regular.ttf", 400), ("CESans-Bold.ttf", 700))
RULE = (
    '@font-face {{ font-family: "{family}"; font-weight: {weight};'
    ' src: url("data:font/woff2;base64,{data}") format("woff2"); }}'
)


Kept = Callable[[str, Callable[[], str]], str]  # what it is made from, how -> the text


def made_anew(made_from: str, make: Callable[[], str]) -> str:
    """Keeps nothing: see `font_faces`."""
    return make()


def font_faces(html: str, kept: Kept = made_anew) -> str:
    """CSS that gives the page its characters, on a machine that has no Chinese font.

    ``kept`` gives what was made of the same characters before, or has it made: cutting a font down
    takes a second.
    """
    shown = _Shown()
    shown.feed(html)
    shown.close()
    texts = (frozenset(shown.plain | shown.bold), frozenset(shown.bold))
    return "\n".join(
        RULE.format(family=SANS, weight=weight, data=_kept(name, characters, kept))
        for (name, weight), characters in zip(FACES, texts, strict=True)
    )


def _kept(name: str, characters: frozenset[str], kept: Kept) -> str:
    made_from = f"{name} {_digest(name)} {''.join(sorted(characters))}"
    return kept(made_from, lambda: _embedded(name, characters))


@lru_cache(maxsize=4)
def _digest(name: str) -> str:
    return hashlib.sha256((FONTS / name).read_bytes()).hexdigest()


class _Shown(HTMLParser):
    """Collects the characters that a page shows, and those it shows in bold."""

    def __init__(self) -> None:
        super().__init__()
        self.plain: set[str] = set()
        self.bold: set[str] = set()
        self._open: list[str] = []  # of HEAVY and UNSEEN only: the others need no end tag

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in HEAVY | UNSEEN:
            self._open.append(tag)
        for _, value in attrs:  # placeholders, and labels that styles place before cells
            self.plain.update(value or "")

    def handle_endtag(self, tag: str) -> None:
        if self._open and self._open[-1] == tag:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if UNSEEN.intersection(self._open):  # signs that styles and scripts place on the page
            self.bold.update(c for c in data if not c.isascii())
        else:
            (self.bold if self._open else self.plain).update(data)


@lru_cache(maxsize=16)
def _embedded(name: str, characters: frozenset[str]) -> str:
    """A face cut down to some characters, as base64 of WOFF2; same characters, same bytes."""
    from fontTools import subset
    from fontTools.ttLib import TTFont

    options = subset.Options(
        hinting=False,
        layout_features=[],
        drop_tables=["GPOS", "GSUB", "GDEF"],
        name_IDs=[0, 1, 2, 13, 14],  # copyright and licence stay with the font
        notdef_outline=True,
        recalc_timestamp=False,
    )
    with TTFont(FONTS / name, lazy=True, recalcTimestamp=False) as font:
        worker = subset.Subsetter(options)
        worker.populate(text="".join(sorted(characters)))
        worker.subset(font)
        font.flavor = "woff2"
        buffer = io.BytesIO()
        font.save(buffer)
    return base64.b64encode(buffer.getvalue()).decode("ascii")
