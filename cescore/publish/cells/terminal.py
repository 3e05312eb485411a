"""Text as a terminal leaves it: what a progress line wrote over is gone, colours are kept."""

# mypy: allow-untyped-calls
# (nbconvert is not typed)
from __future__ import annotations

import re
from collections.abc import Iterator

from markupsafe import Markup
from nbconvert.filters.ansi import ansi2html

# an escape sequence, or one character
PIECE = re.compile(
    r"(\x1b\[[0-9;:?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[@-Z\\^_])|(.)"
)
COLOUR, ERASE = "m", "K"
PLAIN = "\x1b[0m"


def terminal_html(text: str) -> Markup:
    """The text as markup, its colours as classes of spans."""
    return Markup(ansi2html(settled(text)))  # escapes the text itself


def settled(text: str) -> str:
    """What is left on the screen: carriage returns, backspaces and erasures done, and of all
    escape sequences only the colours kept."""
    if not any(sign in text for sign in "\r\b\x1b"):
        return text
    return "\n".join(map(_line, text.replace("\r\n", "\n").split("\n")))


def without_colours(text: str) -> str:
    """The settled text alone."""
    return PIECE.sub(lambda piece: piece.group(2) or "", settled(text))


def _line(line: str) -> str:
    shown: list[tuple[str, str]] = []  # style, character
    style, at = "", 0
    for escape, character in PIECE.findall(line):
        if escape.endswith(COLOUR) and escape.startswith("\x1b["):
            style = "" if escape in (PLAIN, "\x1b[m") else style + escape
        elif escape.endswith(ERASE):
            shown = [] if escape == "\x1b[2K" else shown[:at]
        elif character == "\r":
            at = 0
        elif character == "\b":
            at = max(at - 1, 0)
        elif character:
            shown += [("", " ")] * (at - len(shown))
            shown[at : at + 1] = [(style, character)]
            at += 1
    return "".join(_written(shown))


def _written(shown: list[tuple[str, str]]) -> Iterator[str]:
    """The characters, with an escape sequence wherever the style changes."""
    before = ""
    for style, character in shown:
        if style != before:
            yield (PLAIN if before else "") + style
            before = style
        yield character
    if before:
        yield PLAIN
