"""Chinese names as they are typed without a Chinese keyboard: full pinyin and initials."""

from __future__ import annotations

import unicodedata
from functools import lru_cache


def folded(text: str) -> str:
    """The text as a search compares it: one width, one case."""
    return unicodedata.normalize("NFKC", text).lower()


@lru_cache(maxsize=1 << 14)  # of each name, to sort it and to find it by
def syllables(text: str) -> tuple[str, ...]:
    """A syllable for each Chinese character, any other character as it is; blanks and signs go.

    A character with several readings gets the one it has in the word it stands in, the commonest
    where the dictionary has no such word; ü is v.
    """
    from pypinyin import lazy_pinyin

    # what is not Chinese comes as runs, which a list takes apart; the types know of texts only
    read = lazy_pinyin(folded(text), errors=list)  # type: ignore[arg-type]
    return tuple(part for part in read if part.isalnum())


def sort_key(text: str) -> str:
    """What a name is sorted by: its pinyin, so that Chinese stands in the order of a dictionary."""
    return " ".join(syllables(text))


def search_text(*texts: str) -> str:
    """All that a search finds an entry by: the texts, their full pinyin and their initials."""
    found = [folded(text) for text in texts if text]
    for text in texts:
        read = syllables(text)
        found += ["".join(read), "".join(part[0] for part in read)]
    return " ".join(dict.fromkeys(filter(None, found)))
