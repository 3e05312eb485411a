"""Search in the site's own pages, for languages that put no blanks between words.

A run of Chinese characters is indexed by each of them and each pair of neighbours, and a query is cut
into the same pairs, all of which a page must hold. So any piece of a text finds it, whatever a
dictionary of words would have made of it; this is how search engines treat Chinese (bigrams).
"""

from __future__ import annotations

import re

from sphinx.search.en import SearchEnglish

_WORD = re.compile(r"[\u3400-\u9fff]+|(?:(?![\u3400-\u9fff])\w)+")
SPLIT_QUERY = """
const _HAN = /[\\u3400-\\u9fff]/;
var splitQuery = (query) =>
  (query.match(/[\\u3400-\\u9fff]+|(?:(?![\\u3400-\\u9fff])[\\p{Letter}\\p{Number}_])+/gu) || [])
    .flatMap((word) =>
      _HAN.test(word) && word.length > 2
        ? Array.from({ length: word.length - 1 }, (_, i) => word.slice(i, i + 2))
        : [word],
    );
"""


def pieces(text: str) -> list[str]:
    """What a text is found by: its words, of Chinese every character and every pair of neighbours."""
    found: list[str] = []
    for word in _WORD.findall(text):
        if "\u3400" <= word[0] <= "\u9fff":
            found += [*word, *(word[i : i + 2] for i in range(len(word) - 1))]
        else:
            found.append(word)
    return found


class English(SearchEnglish):
    """English pages, in which Chinese terms stand beside the English ones."""

    js_splitter_code = SPLIT_QUERY

    def split(self, input: str) -> list[str]:
        return pieces(input)


class Chinese(English):
    """Chinese pages, in which codes and commands are English."""

    lang = "zh"  # its name stays English: so is its stemmer called
