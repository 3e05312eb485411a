"""Lists of what was decided on record about returns: entries of a YAML file, read as they are written."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeGuard

from cescore.definitions.entries.located import Node, read
from cescore.errors import DataError, Problem, Sentence
from cescore.intake.dates import read_date
from cescore.intake.findings import Context
from cescore.intake.notation import MISSING_MARKS, clean
from cescore.intake.sources.plain_files import is_there
from cescore.intake.wording import Phrase, phrase, shortened

PERSON = ("name", "role")  # of whoever answers for an entry


@dataclass(frozen=True)
class EntryList:
    """A file of entries: the one key its list may stand below, and the keys an entry may have."""

    key: str
    keys: Collection[str]

    def read(self, path: Path, context: Context) -> Sequence[Node]:
        """The entries, be they usable or not; none where there is no file.

        Raises
        ------
        DataError
            The file is no YAML list: nobody can tell what it meant to record.
        """
        if not is_there(path):
            return ()
        problems: list[Problem] = []
        entries = self._entries(read(path, context.at.file, problems, may_be_list=True), problems)
        # a number that is none is its entry's fault, and told there
        problems = [p for p in problems if p.what.partition(".")[0] not in self.keys]
        if problems:
            raise DataError(
                Sentence(
                    "{file}: not readable as YAML, as a list of {key}",
                    file=context.at.file,
                    key=self.key,
                ),
                problems,
            )
        return entries

    def _entries(self, top: Node, problems: list[Problem]) -> Sequence[Node]:
        entries = top
        if isinstance(top.value, dict):
            for key, node in top.value.items():
                if key != self.key:
                    problems.append(
                        Problem(node.where, key, "a key", Sentence("a list of {key}", key=self.key))
                    )
            entries = top.get(self.key) or Node([], top.where)
        if not isinstance(entries.value, list | None):
            expected = Sentence("a list of {key}", key=self.key)
            problems.append(Problem(entries.where, "file", entries.kind, expected))
        return entries.value if isinstance(entries.value, list) else ()

    def unknown_keys(self, entry: Node) -> list[Phrase]:
        """The keys of an entry that none has."""
        strange = (key for key in entry.entries() if key not in self.keys)
        return [phrase("unknown_key", text=shortened(key)) for key in strange]


def line_of(entry: Node) -> int:
    """The line of the file on which an entry begins."""
    return int(entry.where.rpartition(":")[2])


def word(entry: Node, key: str) -> str:
    """A value as it is written: the id 0012 is no number, and the name NO no answer."""
    node = entry.get(key)
    return "" if node is None else node.raw.strip()


def value_of(entry: Node, key: str) -> object:
    """A value as YAML understands it; None where there is none."""
    node = entry.get(key)
    return None if node is None else node.value


def is_year(value: object) -> bool:
    """Whether a value is a year that returns can be of."""
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    return is_whole and 1900 <= value <= 2100  # type: ignore[operator]


def is_number(value: object) -> TypeGuard[float]:
    """Whether a value is a finite number, and no answer to yes or no."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def is_finite_number(text: str) -> bool:
    """Whether a text is a finite number as a program writes one."""
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def says_something(text: str) -> bool:
    """Whether a text holds more than a mark for nothing: — or 无 is no reason and nobody's name."""
    return any(c.isalnum() for c in text) and clean(text).text not in MISSING_MARKS


def day_of(entry: Node, key: str) -> date | None:
    """The day an entry names; None where it names none. A serial number is no day in writing."""
    found = read_date(word(entry, key))
    return None if found.is_serial else found.day


def written_day(entry: Node, key: str) -> str:
    """The day an entry names as 2026-03-05, however it is written; empty where it names none."""
    day = day_of(entry, key)
    return "" if day is None else day.isoformat()


def wrong_day(entry: Node, key: str, path: str = "") -> list[Phrase]:
    """What keeps a date of an entry from being one; nothing where there is none."""
    text = word(entry, key)
    if not text or day_of(entry, key) is not None:
        return []
    return [phrase("no_date", key=path or key, text=shortened(text))]


def wrong_reason(entry: Node) -> list[Phrase]:
    """What keeps the reason of an entry from being one."""
    return [] if says_something(word(entry, "reason")) else [phrase("no_reason")]


def wrong_statement(entry: Node, key: str, parts: Sequence[str]) -> list[Phrase]:
    """What is wrong with a mapping that says on whose word something is so, part by part."""
    node = entry.get(key)
    if node is None or not isinstance(node.value, dict):
        return [_names_nobody(key, parts, parts)]
    wrong = [
        phrase("unknown_key", text=shortened(f"{key}.{inner}"))
        for inner in node.entries()
        if inner not in parts
    ]
    blank = tuple(part for part in parts if not says_something(word(node, part)))
    wrong += [_names_nobody(key, blank, parts)] if blank else []
    return wrong + (wrong_day(node, "date", f"{key}.date") if "date" in parts else [])


def in_current_codes(entry: Node, current: Mapping[str, Mapping[str, str]]) -> Node:
    """An entry under the codes of today: of each key named, code that it had before -> code now."""
    found = dict(entry.entries())
    for key, codes in current.items():
        node = found.get(key)
        if node is not None and node.raw.strip() in codes:
            code = codes[node.raw.strip()]
            found[key] = Node(code, node.where, code)
    return entry if found == entry.entries() else Node(found, entry.where, entry.raw)


def _names_nobody(key: str, blank: Iterable[str], parts: Iterable[str]) -> Phrase:
    """What is not said of a person, and how it is written."""
    shape = ", ".join(f"{part}: …" for part in parts)
    return phrase("names_nobody", key=key, parts=tuple(blank), shape=f"{key}: {{{shape}}}")
