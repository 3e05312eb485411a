"""The output tree: what stands in it, what is out of date, how a report gets there whole."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from cescore.run.job import (
    BUNDLE_NAME,
    DOCUMENT_FILES,
    IN_PROCESS,
    PAGES_NAME,
    Job,
    Outcome,
    report_name,
)

JOURNAL_NAME = ".journal.jsonl"
MANIFEST_NAME = "manifest.json"
INDEX_PAGE = "index.html"
WORK_NAME = ".work"
LOGS_NAME = "logs"
STALE_NAME = "stale"  # reports of entities that are not in the year any more
PART = ".part"  # how the name of a file ends that is being written
NOTEBOOK_NAME = "scorecard.ipynb"
FAILED_NAME = "FAILED.txt"
EXPECTED = ("scorecard.pdf", "scorecard.html", NOTEBOOK_NAME, "result.json")

ENTRY_FIELDS = ("key", "outputs", "record")

Key = Mapping[str, str]  # what made a report: name of the input -> hash of its bytes


@dataclass(frozen=True)
class Entry:
    """What the journal says of a finished report."""

    key: Key
    outputs: Mapping[str, str]
    record: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class Store:
    """The folder of one run; only its builder writes there, and each file appears whole."""

    folder: Path
    expected: tuple[str, ...] = EXPECTED
    entries: dict[str, Entry] = field(default_factory=dict)
    _work: Path | None = None

    @classmethod
    def open(cls, folder: Path, expected: tuple[str, ...] = EXPECTED) -> Store:
        """The store with what its journal says; does not write."""
        return cls(folder, expected, _read_journal(folder / JOURNAL_NAME))

    def path(self, entity_type: str, entity_id: str) -> Path:
        return self.folder / entity_type / entity_id

    def reasons_to_build(self, entity_type: str, entity_id: str, key: Key) -> tuple[str, ...]:
        """Why a report must be built; none: it stands there, made from the same inputs."""
        entry = self.entries.get(report_name(entity_type, entity_id))
        if entry is None:
            return ("not built yet",)
        changed = [n for n in {**entry.key, **key} if entry.key.get(n) != key.get(n)]
        if changed:
            return tuple(f"{name} changed" for name in sorted(changed))
        folder = self.path(entity_type, entity_id)
        return tuple(
            f"{name} {'was altered' if (folder / name).exists() else 'is not there'}"
            for name, digest in sorted(entry.outputs.items())
            if file_hash(folder / name) != digest
        )

    def new_job(
        self,
        entity_type: str,
        entity_id: str,
        bundle: bytes,
        notebook: Path,
        lang: str,
        templates: str,
        engine: str = IN_PROCESS,
    ) -> Job:
        """A job with its bundle in a fresh work folder."""
        work = self._work_folder(entity_type, entity_id)
        shutil.rmtree(work, ignore_errors=True)
        (work / PAGES_NAME).mkdir(parents=True)
        (work / BUNDLE_NAME).write_bytes(bundle)
        log = (self.folder / LOGS_NAME / entity_type / f"{entity_id or entity_type}.log").resolve()
        return Job(
            entity_id,
            entity_type,
            str(work),
            str(notebook.resolve()),
            lang,
            str(log),
            templates,
            engine,
        )

    def _work_folder(self, entity_type: str, entity_id: str) -> Path:
        """A report's work folder, which no process of a build that was cut off knows of."""
        if self._work is None:
            (self.folder / WORK_NAME).mkdir(exist_ok=True)
            self._work = Path(tempfile.mkdtemp(dir=self.folder / WORK_NAME)).resolve()
        return self._work / entity_type / entity_id

    def renewed(self, job: Job) -> Job:
        """The same job with its work folder as it was before it ran."""
        work = Path(job.work)
        bundle = (work / BUNDLE_NAME).read_bytes()
        self._put_away(work)
        (work / PAGES_NAME).mkdir(parents=True)
        (work / BUNDLE_NAME).write_bytes(bundle)
        return job

    def publish(self, job: Job, outcome: Outcome, key: Key) -> Outcome:
        """Put a finished report in place, whole, and write it into the journal.

        A report that lacks a file, or whose files are not those that its process looked through, is
        failed. Whatever moment this is cut off at, the folder never holds files of two reports and
        the journal never names a report that does not stand there: the next run builds it again.
        """
        made = Path(job.work) / PAGES_NAME
        outputs = {path.name: file_hash(path) for path in sorted(made.iterdir()) if path.is_file()}
        expected = DOCUMENT_FILES.get(job.entity_type, self.expected)
        cause = _unsound(outputs, expected, outcome.record.get("outputs"))
        if cause:
            return self.keep_failed(job, replace(outcome, status="failed", cause=cause))
        for path in [path for path in made.iterdir() if path.name not in outputs]:
            shutil.rmtree(path)
        self.forget(outcome.name)
        self._put_in_place(made, self.path(job.entity_type, job.entity_id))
        shutil.rmtree(job.work, ignore_errors=True)
        kept = {name: value for name, value in outcome.record.items() if name != "seconds"}
        self._append(outcome.name, Entry(key, outputs, kept))  # the same, however long it took
        return replace(outcome, outputs=outputs)

    def keep_failed(self, job: Job, outcome: Outcome) -> Outcome:
        """Leave the notebook as far as it was executed, marked as failed, and no page of before."""
        folder, work = self.path(job.entity_type, job.entity_id), Path(job.work)
        kept = work / "failed"
        kept.mkdir(parents=True)
        for notebook in (work / PAGES_NAME).glob("*.ipynb"):
            os.replace(notebook, kept / notebook.name)
        log = os.path.relpath(job.log, folder)
        (kept / FAILED_NAME).write_text(f"{outcome.cause}\nLog: {log}\n", encoding="utf-8")
        self.forget(outcome.name)
        self._put_in_place(kept, folder)
        shutil.rmtree(work, ignore_errors=True)
        return replace(outcome, outputs={})

    def block(self, entity_type: str, entity_id: str, cause: str) -> None:
        """Take away the report of an entity whose data cannot be evaluated, and say why."""
        work = self._work_folder(entity_type, entity_id)
        work.mkdir(parents=True)
        (work / FAILED_NAME).write_text(f"{cause}\n", encoding="utf-8")
        self.forget(report_name(entity_type, entity_id))
        self._put_in_place(work, self.path(entity_type, entity_id))

    def _put_in_place(self, made: Path, folder: Path) -> None:
        """Rename a folder to where the old one stands, which goes away."""
        folder.parent.mkdir(parents=True, exist_ok=True)
        if folder.exists():
            self._put_away(folder)
        os.replace(made, folder)

    def _put_away(self, folder: Path) -> None:
        """Remove a folder at once, whoever still writes there."""
        assert self._work is not None
        before = Path(tempfile.mkdtemp(dir=self._work))
        os.replace(folder, before / "before")
        shutil.rmtree(before, ignore_errors=True)

    def set_aside(self, known: Iterable[str], types: Iterable[str]) -> list[str]:
        """Move reports of entities that are not in the year any more out of the tree; their names."""
        kept, moved = set(known), []
        folders = {*types, *(name.partition("/")[0] for name in self.entries)}
        found = {
            f"{path.parent.name}/{path.name}": path
            for entity_type in folders
            for path in (self.folder / entity_type).glob("*")
            if path.is_dir()
        }
        for name in sorted(set(found) - kept):
            target = self.folder / STALE_NAME / name
            shutil.rmtree(target, ignore_errors=True)
            target.parent.mkdir(parents=True, exist_ok=True)
            self.forget(name)
            os.replace(found[name], target)
            moved.append(name)
        return moved

    def prepare(self) -> None:
        """Begin to write: the journal without what was overwritten, nothing of a build cut off."""
        shutil.rmtree(self.folder / WORK_NAME, ignore_errors=True)
        for part in self.folder.glob(f".*{PART}"):
            part.unlink()
        self._write_journal()

    def finish(self) -> None:
        """Leave nothing of the work behind, and the journal as it is whichever way was taken."""
        self._write_journal()
        shutil.rmtree(self.folder / WORK_NAME, ignore_errors=True)
        self._work = None

    def _write_journal(self) -> None:
        lines = b"".join(_line(name, entry) for name, entry in sorted(self.entries.items()))
        write_atomically(self.folder / JOURNAL_NAME, lines)

    def forget(self, name: str) -> None:
        if self.entries.pop(name, None) is not None:
            self._write(json.dumps({"name": name}).encode() + b"\n")

    def _append(self, name: str, entry: Entry) -> None:
        self.entries[name] = entry
        self._write(_line(name, entry))

    def _write(self, line: bytes) -> None:
        with (self.folder / JOURNAL_NAME).open("ab") as journal:
            journal.write(line)


def _unsound(
    outputs: Mapping[str, str], expected: Iterable[str], verified: Mapping[str, str] | None
) -> str:
    """What is wrong with the files of a report that was made; "" where they are as they must be."""
    absent = [name for name in expected if name not in outputs]
    if absent:
        return f"the report has no {', '.join(absent)}"
    odd = [name for name, digest in (verified or {}).items() if outputs.get(name) != digest]
    return f"not as it was verified: {', '.join(sorted(odd))}" if odd else ""


def make_private(folder: Path) -> None:
    """A folder that only its owner can read: it holds respondents' figures."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.chmod(0o700)


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file so that a reader finds the old one or the new one, never a part."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=PART)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.replace(temporary, path)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(temporary)
        raise


def file_hash(path: Path) -> str:
    """SHA-256 of a file; "" where there is none."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (FileNotFoundError, IsADirectoryError):
        return ""


def tree_hashes(folder: Path, *patterns: str) -> dict[str, str]:
    """The hash of every file below a folder that one of the patterns names, by relative path."""
    found = {p for pattern in patterns for p in folder.rglob(pattern) if p.is_file()}
    wanted = (p for p in found if not any(part in IGNORED for part in p.relative_to(folder).parts))
    return {p.relative_to(folder).as_posix(): file_hash(p) for p in sorted(wanted)}


IGNORED = frozenset(["__pycache__", ".ipynb_checkpoints", ".DS_Store"])


def combined(hashes: Mapping[str, str]) -> str:
    """One hash over many."""
    return hashlib.sha256(json.dumps(dict(sorted(hashes.items()))).encode()).hexdigest()


def _line(name: str, entry: Entry) -> bytes:
    fields = {"name": name, "key": dict(entry.key), "outputs": dict(entry.outputs)}
    return json.dumps({**fields, "record": dict(entry.record)}, sort_keys=True).encode() + b"\n"


def _read_journal(path: Path) -> dict[str, Entry]:
    """The last word on each report; a line that was cut off counts as not written."""
    entries: dict[str, Entry] = {}
    try:
        lines = path.read_bytes().splitlines()
    except FileNotFoundError:
        return entries
    for line in lines:
        try:
            fields = json.loads(line)
            name = str(fields["name"])
            made = "key" in fields and Entry(*(dict(fields[n]) for n in ENTRY_FIELDS))
        except (ValueError, KeyError, TypeError):  # cut off, or written by nobody of ours
            continue
        if made:
            entries[name] = made
        else:
            entries.pop(name, None)
    return entries
