"""Lines on a terminal: broken between words, of Chinese between characters that may part; nothing in
them steers the terminal."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

CLOSING = "，。、；：！？）》」』】〉’”…—％·)]}>,.;:!?%"  # begin no line
OPENING = "（《「『【〈‘“"  # end no line
_HAN = r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]"
_UNIT = re.compile(
    rf"[{re.escape(OPENING)}]*(?:{_HAN}|(?:(?!{_HAN})[^\s{re.escape(OPENING)}])+|\S)[{re.escape(CLOSING)}]*|\s+"
)
# of C0 and C1 all but tab and line feed, and what turns the direction of writing
_STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def inert(text: str) -> str:
    r"""The text with characters written out that would steer a terminal, or hide what stands there.

    Names, cells and paths come from others: what clears a screen or turns a line around is shown as
    it would be typed.

    Examples
    --------
    >>> inert("a\x1b[2Jb\u202ec\td")
    'a\\x1b[2Jb\\u202ec\td'
    """
    return _STEERING.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


class Terminal(Console):
    """A console that also breaks Chinese where it may be broken, and nothing in a file or pipe."""

    def render_str(self, text: str, **options: Any) -> Text:
        """The text as it is shown; of markup the library itself counts what is visible."""
        text, options = inert(text), {**options, "emoji": False}  # :books: in a name stays a name
        if self.is_terminal and not options.get("markup", True):
            text = "\n".join(
                line for part in text.split("\n") for line in wrapped(part, self.width)
            )
        return super().render_str(text, **options)


def wrapped(text: str, width: int) -> Iterator[str]:
    """The text in lines of at most `width` columns, a Chinese character taking two.

    It is broken at blanks and beside Chinese characters, never within a word, number or path of
    Latin letters; no line begins with closing or ends with opening punctuation. What follows the
    first line is indented as it is. A word that is wider than a line stands alone and runs over.
    """
    indent = text[: len(text) - len(text.lstrip(" "))]
    line, filled = indent, cell_len(indent)
    for unit in _UNIT.findall(text[len(indent) :]):
        size = cell_len(unit.rstrip())
        if size and filled + size > width and line.strip():
            yield line.rstrip()
            line, filled = indent, cell_len(indent)
        if unit.strip() or line.strip():
            line, filled = line + unit, filled + cell_len(unit)
    yield line.rstrip()
