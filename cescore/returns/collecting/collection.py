"""What a collection makes of a year: which submissions count now, and every file that is written."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path

from cescore.intake.address import Address
from cescore.intake.findings import Context, Finding, FindingLog, in_order
from cescore.intake.notation import clean
from cescore.intake.records.returned import (
    RETURNED_FINDINGS,
    RETURNED_MEASURES,
    RETURNED_OBSERVATIONS,
    RETURNS,
    findings_text,
)
from cescore.intake.wording import Phrase, code, phrase
from cescore.returns.collecting.compare import CellChange, changes_between, changes_text
from cescore.returns.collecting.kept import (
    CHANGES,
    READING,
    SUBMISSIONS,
    WRITTEN,
    KeptReturns,
    digest,
    kept_name,
    table_text,
)
from cescore.returns.collecting.reading import FileReading
from cescore.returns.collecting.submissions import (
    Circumstances,
    Slot,
    Submission,
    SubmissionRecord,
)
from cescore.returns.collecting.untaken import (
    CONFLICT,
    UNTAKEN,
    Arrival,
    standing,
    untaken_now,
)
from cescore.returns.layouts.taken import SHOWN, CheckRow, ReturnRow

ROW_COLUMNS = tuple(one.name for one in fields(ReturnRow))
CHECK_COLUMNS = tuple(one.name for one in fields(CheckRow))


@dataclass(frozen=True)
class Resubmission:
    """A submission that replaced another one, with what it changed."""

    submission: Submission
    changes: tuple[CellChange, ...]
    before: FileReading
    after: FileReading


@dataclass(frozen=True)
class Collection:
    """The state of a year after a collection.

    ``files`` are the contents to be written, by path below the year's folder; ``originals`` the
    received files to be kept there; ``findings`` are about submissions (those of readings are theirs)
    and about files of this collection that count for nobody.
    """

    readings: tuple[FileReading, ...]  # that count, each with the entities for which it does
    files: Mapping[str, bytes]
    originals: Mapping[str, Path]
    findings: tuple[Finding, ...]
    resubmissions: tuple[Resubmission, ...]
    added: tuple[Submission, ...]  # that hold anything usable
    unheard: tuple[str, ...] = ()  # entities of which files came now, and nothing can be used
    # file -> whose it is in vain
    unused: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def rows(self) -> tuple[ReturnRow, ...]:
        """All rows of observations, file by file."""
        return tuple(row for reading in self.readings for row in reading.rows)


@dataclass
class _Entering:
    """Enters what was read now into the record of what came before."""

    kept: KeptReturns
    record: SubmissionRecord
    circumstances: Circumstances
    arrival: Arrival
    log: FindingLog = field(default_factory=FindingLog)
    added: list[tuple[Submission, FileReading]] = field(default_factory=list)
    settled: set[str] = field(
        default_factory=set
    )  # entities of which a return counts that came now

    def enter(self, fresh: Sequence[FileReading]) -> None:
        """Every reading for each entity it is about; two that claim one place are both refused."""
        by_slot: dict[Slot, list[FileReading]] = {}
        for reading in fresh:
            for entity_id in self.arrival.filed(reading):
                by_slot.setdefault((entity_id, reading.layout), []).append(reading)
        for slot, readings in by_slot.items():
            if len(readings) == 1:
                self._one(slot, readings[0])
                continue
            files = tuple(reading.file for reading in readings)
            differences = _differences(readings, slot[0])
            for reading in readings:
                here = Context(self.log, Address(reading.file), slot[0])
                here.error("two_returns", files=files, differences=differences)

    def _one(self, slot: Slot, reading: FileReading) -> None:
        here = Context(self.log, Address(reading.file), slot[0])
        current = self.record.current(slot)
        if current is not None and current.sha256 == reading.sha256:
            self.settled.add(slot[0])
            self.record.give_reason(slot, self.circumstances.reason)
            return
        earlier = self.record.with_content(slot, reading.sha256)
        if earlier is not None and current is not None:
            here.warning("replaced_already", number=earlier.number, current=current.number)
            return
        before = current if current is not None and self._was_usable(current) else None
        one = self.record.add(slot, reading.file, reading.sha256, self.circumstances, before)
        self.added.append((one, reading))
        self.settled.add(slot[0])

    def _was_usable(self, one: Submission) -> bool:
        return self.arrival.is_usable(self.kept.reading(one.sha256), one.entity_id)


def collected(
    fresh: Mapping[Path, FileReading],
    kept: KeptReturns,
    circumstances: Circumstances,
    arrival: Arrival,
) -> Collection:
    """The year after what was read now (by the path of its file) joined what is kept."""
    record = kept.record()
    entering = _Entering(kept, record, circumstances, arrival)
    entering.enter(list(fresh.values()))
    told = entering.log.sorted()
    conflicts = [finding for finding in told if finding.code == CONFLICT]
    now = untaken_now(arrival, fresh.values(), conflicts)
    by_hash = {reading.sha256: reading for reading in fresh.values()}
    counting = record.counting()
    count_now = [one for mine in counting.values() for one in mine]
    open_now = standing(kept.untaken(), now, arrival, entering.settled, count_now)
    used = {sha256: by_hash.get(sha256) or kept.reading(sha256) for sha256 in counting}
    readings = sorted(
        (used[sha].of_entities(one.entity_id for one in mine) for sha, mine in counting.items()),
        key=lambda reading: (reading.file, reading.sha256),
    )
    resubmissions = _resubmissions(entering.added, record, kept)
    vain = {one.entity_id for one, of in entering.added if not arrival.is_usable(of, one.entity_id)}
    heard = {one.entity_id for one in count_now} - vain
    paths = {reading.sha256: path for path, reading in fresh.items()}
    entered = dict.fromkeys(reading.sha256 for _, reading in entering.added)
    entered.update(dict.fromkeys(sha for sha in counting if sha in by_hash))
    return Collection(
        readings=tuple(readings),
        files=_files(readings, record, [by_hash[sha] for sha in entered], resubmissions, open_now),
        originals={
            f"{RETURNS}/{by_hash[sha].folder}/{kept_name(by_hash[sha].file)}": paths[sha]
            for sha in entered
        },
        findings=tuple(dict.fromkeys([*(f for f in told if f.code != CONFLICT), *now])),
        unheard=tuple(sorted({*(f.entity_id for f in now if f.entity_id), *vain} - heard)),
        unused=_unused(fresh.values(), record, arrival),
        resubmissions=resubmissions,
        added=tuple(one for one, _ in entering.added if one.entity_id not in vain),
    )


def _differences(readings: Iterable[FileReading], entity_id: str) -> Phrase:
    """Which values of an entity are not the same in all returns of it, for whoever must choose one."""
    stated: dict[str, list[str]] = {}
    for reading in readings:
        for row in reading.of_entities([entity_id]).rows:
            stated.setdefault(clean(row.variable).text, []).append(row.value or row.status)
    told = tuple(
        phrase("value_differs", variable=code(name), values=tuple(values))
        for name, values in stated.items()
        if len(set(values)) > 1
    )
    return phrase("values_differ", values=told[:SHOWN]) if told else phrase("values_alike")


def _unused(
    fresh: Iterable[FileReading], record: SubmissionRecord, arrival: Arrival
) -> dict[str, frozenset[str]]:
    """The entities for which a file came now and does not count."""
    found: dict[str, set[str]] = {}
    for reading in fresh:
        for entity_id in arrival.filed(reading):
            current = record.current((entity_id, reading.layout))
            if current is None or current.sha256 != reading.sha256:
                found.setdefault(reading.file, set()).add(entity_id)
    return {file: frozenset(entities) for file, entities in found.items()}


def _resubmissions(
    added: Sequence[tuple[Submission, FileReading]], record: SubmissionRecord, kept: KeptReturns
) -> tuple[Resubmission, ...]:
    found = []
    for one, reading in added:
        before = next((s for s in record.by_slot[one.slot] if str(s.number) == one.replaces), None)
        if before is not None:
            old = kept.reading(before.sha256)
            changes = changes_between(old, reading, one.entity_id)
            found.append(Resubmission(one, changes, old, reading))
    return tuple(found)


def _files(
    readings: Sequence[FileReading],
    record: SubmissionRecord,
    entered: Sequence[FileReading],
    resubmissions: Sequence[Resubmission],
    untaken: Sequence[Finding],
) -> dict[str, bytes]:
    """Every file of the year that collecting writes."""
    tables = tables_of(readings)
    findings = in_order(
        [*_of_record(record), *untaken, *(f for reading in readings for f in reading.findings)]
    )
    written = {name: digest(content) for name, content in tables.items()}
    found = {
        **tables,
        f"{RETURNS}/{SUBMISSIONS}": record.to_text().encode(),
        f"{RETURNS}/{RETURNED_FINDINGS}": findings_text(findings).encode(),
        f"{RETURNS}/{UNTAKEN}": findings_text(untaken).encode(),
        f"{RETURNS}/{WRITTEN}": (json.dumps(written, indent=1, sort_keys=True) + "\n").encode(),
    }
    for reading in entered:
        found[f"{RETURNS}/{reading.folder}/{READING}"] = reading.to_json().encode()
    by_file: dict[str, list[CellChange]] = {}
    for one in resubmissions:
        by_file.setdefault(one.submission.sha256, []).extend(one.changes)
    folders = {reading.sha256: reading.folder for reading in entered}
    for sha256, changes in by_file.items():
        found[f"{RETURNS}/{folders[sha256]}/{CHANGES}"] = changes_text(changes).encode()
    return found


def tables_of(readings: Sequence[FileReading]) -> dict[str, bytes]:
    """The tables that all else reads; a table without rows is not written."""
    rows = [row for reading in readings for row in reading.rows]
    checks = [row for reading in readings for row in reading.checks]
    found = {RETURNED_OBSERVATIONS: table_text(ROW_COLUMNS, rows)} if rows else {}
    if checks:
        found[RETURNED_MEASURES] = table_text(CHECK_COLUMNS, checks)
    return found


def _of_record(record: SubmissionRecord) -> list[Finding]:
    """What is to be said of submissions that count: one that replaced another without a reason."""
    log = FindingLog()
    for submissions in record.counting().values():
        for one in submissions:
            if one.replaces and not one.reason:
                here = Context(log, Address(one.file), one.entity_id)
                here.warning("replaced_without_reason", number=one.number, before=one.replaces)
    return log.found
