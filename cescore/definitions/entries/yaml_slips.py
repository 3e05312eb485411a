"""What people who write YAML by hand most likely did where a parser cannot go on.

A parser names the place where it gave up, in its own words; the slip often stands lines above: a
full-width sign of a Chinese keyboard, a colon without its blank, a quote that is never closed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from cescore.errors import Sentence

LINES_ABOVE = 3  # of the parser's line, in which a colon's slip is looked for
_KEY = r"^\s*(?:- +)?[\w.\"'-]+"
_WIDE_COLON = re.compile(_KEY + r"\s*：")
_NO_BLANK = re.compile(_KEY + r":(?=[^\s/])")
_WIDE_IN_BRACKETS = re.compile(r"[\[{][^\]}]*([，：；、])")


class YamlSlip(NamedTuple):
    """A slip and its line, counted from 0."""

    line: int
    words: Sentence


def likely_slip(text: str, line: int, found: str) -> YamlSlip | None:
    """The slip that most likely made a parser give up at a line (from 0); None where none is seen.

    Parameters
    ----------
    text
        The whole file.
    line
        Where the parser gave up, counted from 0.
    found
        The parser's words.

    Examples
    --------
    >>> slip = likely_slip("year：2025\\nlang: zh\\n", 1, "mapping values are not allowed here")
    >>> slip.line, slip.words
    (0, "the full-width colon '：' after a key; write ': '")
    """
    lines = text.splitlines()
    return next(_slips(lines, min(line, len(lines) - 1), found), None) if lines else None


def _slips(lines: list[str], line: int, found: str) -> Iterator[YamlSlip]:
    near = [i for i in range(line, max(line - LINES_ABOVE, 0) - 1, -1) if not _is_comment(lines[i])]
    here = lines[line]
    if "\t" in here[: len(here) - len(here.lstrip())]:
        yield YamlSlip(line, Sentence("the line is indented with a tab; use blanks"))
    for i in near:
        if _WIDE_COLON.match(lines[i]):
            yield YamlSlip(i, Sentence("the full-width colon '：' after a key; write ': '"))
        wide = _WIDE_IN_BRACKETS.search(_unquoted(lines[i]))
        if wide:
            said = Sentence(
                "the full-width sign {sign!r} inside brackets; write ', ' or ': '",
                sign=wide.group(1),
            )
            yield YamlSlip(i, said)
        if _NO_BLANK.match(lines[i]):
            yield YamlSlip(i, Sentence("a colon without a blank after it; write ': '"))
    yield from _unclosed(lines, line)
    open_bracket = _open_bracket(lines, line)
    if open_bracket is not None:
        yield YamlSlip(open_bracket, Sentence("a bracket that is not closed"))
    if "mapping values" in found and _unquoted(here).count(": ") > 1:
        yield YamlSlip(line, Sentence("a text that holds ': ' and has no quotes"))
    if any(words in found for words in ("mapping values", "<block end>", "block mapping start")):
        yield YamlSlip(
            line,
            Sentence("the line begins in another column than the entries that it stands among"),
        )


def _open_bracket(lines: list[str], line: int) -> int | None:
    """The line above the parser's whose bracket is still open there; None without one."""
    opened: list[int] = []
    for i, text in enumerate(lines[:line]):
        for bracket in re.findall(r"[\[{\]}]", "" if _is_comment(text) else _unquoted(text)):
            if bracket in "[{":
                opened.append(i)
            elif opened:
                opened.pop()
    return opened[-1] if opened else None


def _unclosed(lines: list[str], line: int) -> Iterator[YamlSlip]:
    """The first line at or above the parser's whose quote is opened and not closed on it."""
    for i, text in enumerate(lines[: line + 1]):
        if _is_comment(text):
            continue
        for quote in ('"', "'"):
            opened = re.search(rf"(?:^|[:\[{{,-]\s*){quote}", _without(text, quote))
            if opened and _without(text, quote).count(quote) % 2:
                yield YamlSlip(i, Sentence("a text whose quote {quote} is not closed", quote=quote))


def _without(text: str, quote: str) -> str:
    """A line without what stands in the other kind of quotes, and without its comment."""
    other = "'" if quote == '"' else '"'
    return re.sub(rf"{other}[^{other}]*{other}", "", text).partition(" #")[0]


def _unquoted(text: str) -> str:
    return re.sub(r"\"[^\"]*\"|'[^']*'", "", text).partition(" #")[0]


def _is_comment(text: str) -> bool:
    return text.lstrip().startswith("#")
