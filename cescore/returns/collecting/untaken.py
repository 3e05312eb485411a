"""What was received and not taken over: it stands in the year's record until something better comes."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from cescore.definitions.entries.json_text import json_document
from cescore.errors import DataError, Sentence
from cescore.intake.findings import OF_IDS, Finding, in_order
from cescore.intake.records.returned import finding_from_plain
from cescore.intake.register.entities import Register
from cescore.returns.collecting.counting import JudgedRows, judged
from cescore.returns.collecting.reading import FileReading, owner_of
from cescore.returns.collecting.submissions import Submission
from cescore.returns.layouts.asked import Expected

UNTAKEN = "not_taken.jsonl"
CONFLICT = "two_returns"  # of one entity at once
_SHORTEST_NAME = 2  # characters of an entity's name by which a file is told


@dataclass(frozen=True)
class Arrival:
    """What came with one collection besides readings: the names of all its files, and the refusals.

    ``expected`` has the register that tells by their names whose files they are that cannot be read;
    ``rows`` is what the rules of rows make of each reading, by the hash of its file.
    """

    expected: Expected
    files: frozenset[str] = frozenset()
    refused: tuple[Finding, ...] = ()
    rows: Mapping[str, JudgedRows] = field(default_factory=dict)

    def filed(self, reading: FileReading) -> tuple[str, ...]:
        """The entities of the register of which a reading states figures, usable or not."""
        known = self.expected.dictionary.entity_at
        return tuple(e for e in reading.filed if e in known) if reading.layout else ()

    def is_usable(self, reading: FileReading, entity_id: str) -> bool:
        """Whether a reading has anything of an entity that can be used."""
        rows = self.rows.get(reading.sha256) or judged(reading, self.expected)
        return bool(rows.usable.get(entity_id))


def untaken_now(
    arrival: Arrival, readings: Iterable[FileReading], conflicts: Iterable[Finding]
) -> tuple[Finding, ...]:
    """What is wrong with files of this collection that count for nobody, or for others alone, by whose it
    is where that can be told; ``conflicts`` are about returns that claim one place."""
    of_nobody = (finding for reading in readings for finding in _uncounted(arrival, reading))
    named = (
        replace(finding, entity_id=_owner(finding, arrival.expected))
        for finding in (*arrival.refused, *of_nobody)
    )
    return tuple(replace(f, year=arrival.expected.year) for f in in_order([*named, *conflicts]))


def _uncounted(arrival: Arrival, reading: FileReading) -> Iterator[Finding]:
    """What is wrong with what a reading says of no entity of which it can be a return."""
    filed = arrival.filed(reading)
    rows = arrival.rows.get(reading.sha256)
    of_rows = rows.told if rows is not None else ()
    yield from (f for f in of_rows if f.severity != "info" and owner_of(f.entity_id) not in filed)
    for finding in reading.findings:
        is_of_file = bool(filed) and not finding.entity_id
        if finding.severity != "info" and not is_of_file and finding.entity_id not in filed:
            yield finding


def _owner(finding: Finding, expected: Expected) -> str:
    """The entity of the register that a finding is about: by its id, by the id that lost its zeros, by
    the name of the file."""
    meant = dict(finding.values).get("whole", "") if finding.code in OF_IDS else ""
    ids = (one for one in (finding.entity_id, meant) if one in expected.register)
    return str(next(ids, "")) or owner_by_name(finding.file, expected.register)


def standing(
    before: Iterable[Finding],
    now: Sequence[Finding],
    arrival: Arrival,
    settled: Collection[str],
    counting: Collection[Submission],
) -> tuple[Finding, ...]:
    """What stands after a collection, of this one and of those before it.

    What is known to be somebody's stands until a return of that entity is taken (``settled``: those of
    this collection) or a file of the same name comes; what is nobody's until then too where its file
    counts for others (``counting``: the submissions that count now), else until the next collection. An
    entity of which an earlier return counts keeps its figures, and a refusal is a warning to be
    confirmed; a conflict is an error all the same.
    """
    files, entities = {one.file for one in counting}, {one.entity_id for one in counting}
    found = [
        f
        for f in before
        if f.file not in arrival.files
        and (f.entity_id not in settled if f.entity_id else f.file in files)
    ]
    for finding in now:
        if finding.code == CONFLICT:
            found.append(finding)
        elif finding.entity_id in settled:  # a letter beside the return that it came with
            found.append(replace(finding, entity_id=""))
        else:
            is_soft = finding.entity_id in entities
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
