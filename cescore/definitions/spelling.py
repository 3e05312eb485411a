"""The word that was probably meant: every refusal of an unknown word names the nearest known one."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word closest to one that is not known, or nothing."""
    folded = {code.casefold(): code for code in known}
    if word.casefold() in folded:
        return folded[word.casefold()]
    close = difflib.get_close_matches(word.casefold(), folded, n=1, cutoff=0.6)
    return folded[close[0]] if close else ""


def with_nearest(expected: str, word: str, known: Iterable[str]) -> str:
    """What was expected, and the nearest known word if there is one."""
    close = nearest(word, known)
    return f"{expected}; nearest: {close}" if close else expected
