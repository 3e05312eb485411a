"""Characters that no font here draws, found before printing: each is set as its number, 〔U+20BB7〕.

Never a box, and never a font of the machine that happens to stand in. A compatible form that a font
draws stands in first: a radical (⽔) is set as its ideograph, a ligature (ﬁ) as its letters.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping

from cescore.publish.printing.fonts import covered

NUMBER = "〔U+"  # a character that is printed by its number begins so
BLANKS = {"Zs", "Zl", "Zp"}
UNSEEN = {"Cc", "Cf"}  # controls and joiners have no picture
# selectors of a variant form: the character before them is set in its usual form
SELECTORS = frozenset(map(chr, (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))


def lacking(text: str) -> frozenset[str]:
    """The characters of a text that our own fonts cannot draw."""
    known = covered()
    return frozenset(c for c in set(text) if ord(c) not in known and c not in "\n\r\t")


def stand_ins(lacking: Iterable[str], also_drawn: frozenset[int]) -> Mapping[int, str]:
    """For each character that no font draws what is printed in its place, by code point."""
    return {
        ord(c): _stand_in(c) for c in sorted(lacking) if ord(c) not in also_drawn or c in SELECTORS
    }


def _stand_in(character: str) -> str:
    kind, plain = unicodedata.category(character), unicodedata.normalize("NFKC", character)
    if plain != character and not lacking(plain):
        return plain
    if kind in UNSEEN or character in SELECTORS:
        return ""
    return " " if kind in BLANKS else f"{NUMBER}{ord(character):04X}〕"


def replaced(html: str, table: Mapping[int, str]) -> str:
    """A page with the stand-ins in its body; its title and metadata keep every character."""
    if not table:
        return html
    head, mark, body = html.partition("<body")
    return head + mark + body.translate(dict(table))


def named(table: Mapping[int, str]) -> list[str]:
    """The characters that are printed as a number, for a person to look at."""
    return [
        f"{chr(code)} (U+{code:04X})" for code, text in table.items() if text.startswith(NUMBER)
    ]
