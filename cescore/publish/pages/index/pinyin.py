"""Chinese names as they are typed without a Chinese keyboard: full pinyin and initials."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Collection, Mapping
from functools import lru_cache

from cescore.definitions.entries.json_text import json_document

Syllables = tuple[str, ...]


def folded(text: str) -> str:
    """The text as a search compares it: one width, one case."""
    return unicodedata.normalize("NFKC", text).lower()


@lru_cache(maxsize=1 << 14)  # of each name, to sort it and to find it by
def syllables(text: str) -> Syllables:
    """A syllable for each Chinese character, any other character as it is; blanks and signs go.

    A character with several readings gets the one it has in the word it stands in, the commonest
    where the dictionary has no such word; ü is v.
    """
    plain = folded(text)
    if plain.isascii():
        return tuple(sign for sign in plain if sign.isalnum())
    from pypinyin import lazy_pinyin  # its dictionaries are only for what is Chinese

    # what is not Chinese comes as runs, which a list takes apart; the types know of texts only
    read = lazy_pinyin(plain, errors=list)  # type: ignore[arg-type]
    return tuple(part for part in read if part.isalnum())


class Readings:
    """How texts are read, of a page that shows the same names as the last."""

    def __init__(self, known: Mapping[str, Syllables] | None = None) -> None:
        self._known = known or {}

    @classmethod
    def of(cls, texts: Collection[str], kept: Callable[[str, Callable[[], str]], str]) -> Readings:
        """The readings of all texts at once; ``kept`` gives what was made of the same, or has it made."""
        chinese = sorted({text for text in texts if not folded(text).isascii()})

        def made() -> str:
            return json.dumps({text: syllables(text) for text in chinese})

        known = json_document(kept("pinyin " + json.dumps(chinese), made), "pinyin")
        return cls({text: tuple(read) for text, read in known.items()})

    def syllables(self, text: str) -> Syllables:
        """See `syllables`."""
        known = self._known.get(text)
        return syllables(text) if known is None else known

    def sort_key(self, text: str) -> str:
        """What a name is sorted by: its pinyin, so that Chinese stands in the order of a dictionary."""
        return " ".join(self.syllables(text))

    def search_text(self, *texts: str) -> str:
        """All that a search finds an entry by: the texts, their full pinyin and their initials."""
        found = [folded(text) for text in texts if text]
        for text in texts:
            read = self.syllables(text)
            found += ["".join(read), "".join(part[0] for part in read)]
        return " ".join(dict.fromkeys(filter(None, found)))
