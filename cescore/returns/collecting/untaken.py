"""What was received and not taken over: it stands in the year's record until something better comes."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from cescore.definitions.json_text import json_document
from cescore.errors import DataError, Sentence
from cescore.intake.entities import Register
from cescore.intake.findings import Finding, in_order
from cescore.intake.returned import finding_from_plain
from cescore.returns.collecting.reading import FileReading

UNTAKEN = "not_taken.jsonl"
CONFLICT = "two_returns"  # of one entity at once
_SHORTEST_NAME = 2  # characters of an entity's name by which a file is told


@dataclass(frozen=True)
class Arrival:
    """What came with one collection besides readings: the names of all its files, and the refusals.

    ``register`` tells by their names whose files they are that cannot be read.
    """

    register: Register
    year: int
    files: frozenset[str] = frozenset()
    refused: tuple[Finding, ...] = ()


def untaken_now(
    arrival: Arrival, readings: Iterable[FileReading], conflicts: Iterable[Finding]
) -> tuple[Finding, ...]:
    """What is wrong with files of this collection that count for nobody, by whose they are where that
    can be told; ``conflicts`` are about returns that claim one place."""
    of_nobody = (
        finding
        for reading in readings
        if not reading.layout or not reading.entities
        for finding in reading.findings
        if finding.severity != "info"
    )
    named = (
        replace(finding, entity_id=owner_by_name(finding.file, arrival.register))
        for finding in (*arrival.refused, *of_nobody)
    )
    return tuple(replace(f, year=arrival.year) for f in in_order([*named, *conflicts]))


def standing(
    before: Iterable[Finding],
    now: Sequence[Finding],
    arrival: Arrival,
    settled: Collection[str],
    counting: Collection[str],
) -> tuple[Finding, ...]:
    """What stands after a collection, of this one and of those before it.

    What is known to be somebody's stands until a return of that entity is taken (``settled``: those of
    this collection) or a file of the same name comes; all else until the next collection. An entity of
    which an earlier return counts (``counting``) keeps its figures, and a refusal is a warning to be
    confirmed; a conflict is an error all the same.
    """
    found = [
        f
        for f in before
        if f.entity_id and f.entity_id not in settled and f.file not in arrival.files
    ]
    for finding in now:
        if finding.code == CONFLICT:
            found.append(finding)
        elif finding.entity_id in settled:  # a letter beside the return that it came with
            found.append(replace(finding, entity_id=""))
        else:
            is_soft = finding.entity_id in counting
            found.append(replace(finding, severity="warning") if is_soft else finding)
    return tuple(in_order(dict.fromkeys(found)))


def owner_by_name(file: str, register: Register) -> str:
    """The entity whose id or name a file's own name has, else its path; "" of none, or of several.

    A name within a longer one that is there too is not counted: 龙城区 in 龙城区工业园.
    """
    for text in (file.rpartition("/")[2], file):
        ids = {one for one in register.entities if _has_word(text, one)}
        names = {
            name: entity.entity_id
            for entity in register.entities.values()
            for name in (entity.name("zh"), entity.name("en"))
            if len(name) >= _SHORTEST_NAME and _has_word(text, name)
        }
        longest = {n for n in names if not any(n != m and n in m for m in names)}
        found = ids or {names[name] for name in longest}
        if found:
            return found.pop() if len(found) == 1 else ""
    return ""


def _has_word(text: str, word: str) -> bool:
    """Whether a text has a word; one of Latin letters and digits not within a longer one."""
    before, after = (r"(?<![0-9A-Za-z])", r"(?![0-9A-Za-z])")
    first = before if word[:1].isascii() else ""
    last = after if word[-1:].isascii() else ""
    return bool(word) and re.search(first + re.escape(word) + last, text, re.IGNORECASE) is not None


def from_text(text: str, where: str) -> tuple[Finding, ...]:
    """The findings of not_taken.jsonl.

    Raises
    ------
    DataError
        The file is not as it was written.
    """
    try:
        return tuple(finding_from_plain(json_document(line, where)) for line in text.splitlines())
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(
            Sentence("{where}: no findings as collect writes them; remove it", where=where)
        ) from error
