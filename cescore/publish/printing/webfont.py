"""Our fonts inside a page: of each face only the characters that the page shows."""

from __future__ import annotations

import base64
import hashlib
import io
import re
from collections.abc import Callable
from functools import lru_cache
from html import unescape

from cescore.definitions.shipped import FONTS
from cescore.publish.printing.fonts import SANS

ELEMENT = r"<(?P<name>{names})\b[^>]*>(?P<content>.*?)</(?P=name)>"
HEAVY = "h1|h2|h3|th|b|summary"  # set in bold by the page's styles
HEAVY_ELEMENTS = re.compile(ELEMENT.format(names=HEAVY), re.DOTALL)
UNSEEN_ELEMENTS = re.compile(ELEMENT.format(names="script|style"), re.DOTALL)
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
    bold = _bold(html)
    texts = (bold.union(unescape(html)), bold)
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


def _bold(html: str) -> frozenset[str]:
    """The characters that a page shows in bold, and those that it may: what styles and scripts place.

    A face may have a character too many: a large page is looked through, not parsed.
    """
    found = frozenset[str]()
    for element in HEAVY_ELEMENTS.finditer(html):
        found = found.union(unescape(element["content"]))
    for element in UNSEEN_ELEMENTS.finditer(html):
        found = found.union(c for c in element["content"] if not c.isascii())
    return found


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
