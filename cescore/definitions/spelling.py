"""The word that was probably meant: every refusal of an unknown word names the nearest known one."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from cescore.errors import Sentence

ALIKE = 0.6  # share of characters in common, twice theirs over all, from which words are close


def nearest(word: str, known: Iterable[str], alike: float = ALIKE) -> str:
    """The known word closest to one that is not known, or nothing."""
    return next(iter(nearest_few(word, known, 1, alike)), "")


def nearest_few(word: str, known: Iterable[str], most: int, alike: float = ALIKE) -> list[str]:
    """The known words close to one that is not known, the closest first; one that differs in case
    alone is the word meant."""
    folded = {code.casefold(): code for code in known}
    if word.casefold() in folded:
        return [folded[word.casefold()]]
    close = difflib.get_close_matches(word.casefold(), folded, n=most, cutoff=alike)
    return [folded[one] for one in close]


def best_first(direction: int) -> str:
    """Which end of a scale must lie above the other, in words."""
    return Sentence("best above worst") if direction == 1 else Sentence("best below worst")


def with_nearest(expected: str, word: str, known: Iterable[str]) -> str:
    """What was expected, and the nearest known word if there is one."""
    close = nearest(word, known)
    return (
        Sentence("{expected}; nearest: {near}", expected=expected, near=close)
        if close
        else expected
    )
