"""The fonts of the page: our own files under private family names, for charts and print alike."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from cescore.definitions.shipped import FONTS

SANS = "CE Sans"
SERIF = "CE Serif"
FACES = ("CESans-Regular.ttf", "CESans-Bold.ttf", "CESerif-Bold.ttf")


def font_files() -> tuple[Path, ...]:
    """The committed faces, regular first."""
    return tuple(FONTS / name for name in FACES)


@lru_cache(maxsize=1)
def register_with_matplotlib() -> None:
    """Let matplotlib measure text with the fonts the page is printed in; once a process."""
    from matplotlib.font_manager import fontManager

    for path in font_files():
        fontManager.addfont(path)


@lru_cache(maxsize=1)
def covered() -> frozenset[int]:
    """Code points that the regular face can draw."""
    from matplotlib.ft2font import FT2Font

    return frozenset(FT2Font(str(FONTS / FACES[0])).get_charmap())


def uncovered(text: str) -> str:
    """The printable characters of a text that our fonts lack, each once, in order of code.

    They fall back to a font of the system: worth a warning, since it may have none either.
    """
    return "".join(sorted({c for c in text if c.isprintable() and ord(c) not in covered()}))
