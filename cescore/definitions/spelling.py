"""The word that was probably meant: every refusal of an unknown word names the nearest known one."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from cescore.errors import Sentence

OPPOSITES = (
    ("increase", "decrease"), ("more", "less"), ("min", "max"), ("best", "worst"),
    ("import", "export"), ("first", "last"), ("upper", "lower"),
)  # fmt: skip
ALIKE = 0.6  # share of characters in common, twice theirs over all, from which words are close


def nearest(word: str, known: Iterable[str], alike: float = ALIKE) -> str:
    """The known word closest to one that is not known, or nothing."""
    return next(iter(nearest_few(word, known, 1, alike)), "")


def nearest_few(word: str, known: Iterable[str], most: int, alike: float = ALIKE) -> list[str]:
    """The known words close to one that is not known, the closest first; one that differs in case
    alone is the word meant, and one that says the contrary is not near.

    Examples
    --------
    >>> nearest_few("cumulative_decrease", ["cumulative_increase", "cumulative_reduction"], 2)
    ['cumulative_reduction']
    """
    folded = {code.casefold(): code for code in known}
    if word.casefold() in folded:
        return [folded[word.casefold()]]
    candidates = [one for one in folded if not _is_opposite(word.casefold(), one)]
    close = difflib.get_close_matches(word.casefold(), candidates, n=most, cutoff=alike)
    return [folded[one] for one in close]


def _is_opposite(word: str, known: str) -> bool:
    """Whether a known word, however alike in letters, says the contrary: decrease and increase."""
    sides = ((a, b) for pair in OPPOSITES for a, b in (pair, pair[::-1]))
    return any(a in word and b in known and a not in known and b not in word for a, b in sides)


def best_first(direction: int) -> str:
    """Which end of a scale must lie above the other, in words."""
    return Sentence("best above worst") if direction == 1 else Sentence("best below worst")


def with_nearest(expected: str, word: str, known: Iterable[str]) -> str:
    """What was expected, and the nearest known word if there is one."""
    if not isinstance(expected, Sentence) and "{" not in expected:
        expected = Sentence(expected)  # so that it is said in the language of the terminal too
    close = nearest(word, known)
    return (
        Sentence("{expected}; nearest: {near}", expected=expected, near=close)
        if close
        else expected
    )
