"""The output tree: what stands in it, what is out of date, how a report gets there whole."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import tempfile
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from cescore.definitions.processors import usable_processors
from cescore.disclosure.documents.kinds import KINDS
from cescore.run.files import IGNORED, PART, file_hash, write_atomically
from cescore.run.job import BUNDLE_NAME, PAGES_NAME, Job, Outcome
from cescore.run.order import Key, Order
from cescore.run.tree.journal import JOURNAL_NAME, JournalEntry, line_of, read_journal

MANIFEST_NAME = "manifest.json"
INDEX_PAGE = "index.html"
WORK_NAME = ".work"
LOGS_NAME = "logs"
STALE_NAME = "stale"  # reports of entities that are not in the year any more
EVIDENCE_NAME = "evidence"  # what was found altered or out of place, and had to make room
BEGUN_NAME = ".begun"  # stands there while a build goes on
FAILED_NAME = "FAILED.txt"


@dataclass
class Store:
    """The folder of one run; only its builder writes there, and each file appears whole."""

    folder: Path
    entries: dict[str, JournalEntry] = field(default_factory=dict)
    made_from: str = ""  # hash over all that the build under way is made from
    written_ns: int = 0  # when the journal was written that was read
    was_cut_off: bool = False  # the build before this one
    kept: list[str] = field(default_factory=list)  # what was put among the evidence
    _altered: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _work: Path | None = None

    @classmethod
    def open(cls, folder: Path) -> Store:
        """The store with what its journal says; does not write."""
        journal = folder / JOURNAL_NAME
        written = journal.stat().st_mtime_ns if journal.is_file() else 0
        was_cut_off = (folder / BEGUN_NAME).exists()
        entries = read_journal(journal)
        return cls(folder, entries, written_ns=written, was_cut_off=was_cut_off)

    def path(self, name: str) -> Path:
        """The folder of a report or document by its name, ``type/id``."""
        return self.folder / name

    def reasons_to_build(self, name: str, key: Key) -> tuple[str, ...]:
        """Why a report must be built; none: it stands there, made from the same inputs."""
        entry = self.entries.get(name)
        if entry is None:
            return ("not built yet",)
        lost = [file for file in sorted(entry.outputs) if not (self.path(name) / file).exists()]
        return self.changed_inputs(name, key) or (
            *(f"{file} was altered" for file in self.altered(name)),
            *(f"{file} is not there" for file in lost),
        )

    def changed_inputs(self, name: str, key: Key) -> tuple[str, ...]:
        """Which inputs of a report that stands there are others now."""
        known = self.entries[name].key
        changed = [one for one in {**known, **key} if known.get(one) != key.get(one)]
        return tuple(f"{one} changed" for one in sorted(changed))

    def altered(self, name: str) -> tuple[str, ...]:
        """The files of a report that are not as they were written; each is read once."""
        if name not in self._altered:
            folder, outputs = self.path(name), self.entries[name].outputs
            self._altered[name] = tuple(
                file
                for file, digest in sorted(outputs.items())
                if (folder / file).exists() and file_hash(folder / file) != digest
            )
        return self._altered[name]

    @contextmanager
    def looking_through(self, names: Iterable[str]) -> Iterator[None]:
        """Find what is altered of many reports beside what is done meanwhile: to read files and hash them
        keeps no other thread waiting. At the end all are read."""
        with ThreadPoolExecutor(usable_processors()) as readers:
            found = readers.map(self.altered, names)
            try:
                yield
                deque(found, maxlen=0)
            finally:
                readers.shutdown(wait=True, cancel_futures=True)

    def strange(self, name: str) -> tuple[str, ...]:
        """What lies in a report's folder and is none of its files."""
        folder, entry = self.path(name), self.entries.get(name)
        found = sorted(folder.iterdir()) if folder.is_dir() else []
        known = {*IGNORED, *(entry.outputs if entry else _of_failure(found))}
        return tuple(f"{p.name}{'/' * p.is_dir()}" for p in found if p.name not in known)

    def is_of_these_inputs(self, name: str) -> bool:
        """Whether the very same data, params, notebooks and code were last compared with a report."""
        return bool(self.made_from) and self.entries[name].inputs == self.made_from

    def is_of_origin(self, name: str, origin: str) -> bool:
        """Whether the bundle that a report stands of was made from the very same."""
        entry = self.entries.get(name)
        return bool(origin) and entry is not None and entry.origin == origin

    def confirm(self, name: str, origin: str = "") -> None:
        """A report is as these inputs would make it."""
        entry = self.entries[name]
        self.entries[name] = replace(entry, inputs=self.made_from, origin=origin)

    def new_job(self, order: Order) -> Job:
        """A job with its bundle in a work folder of its own."""
        subject, manner = order.subject, self.laid_out(order).manner
        work = self._work_folder(order.name)
        log = self.folder / LOGS_NAME / subject.folder / f"{subject.id or subject.folder}.log"
        return Job(
            entity_id=subject.id,
            entity_type=subject.folder,
            work=str(work),
            notebook=str(order.notebook.resolve()),
            lang=manner.lang,
            log=str(log.resolve()),
            templates=manner.templates,
            engine=manner.engine,
            kind=subject.kind.name,
        )

    def laid_out(self, order: Order) -> Order:
        """The order with its bundle in a fresh work folder, be it that a helper has put it there."""
        if order.is_laid_out:
            return order
        work = self._work_folder(order.name)
        shutil.rmtree(work, ignore_errors=True)
        (work / PAGES_NAME).mkdir(parents=True)
        (work / BUNDLE_NAME).write_bytes(order.bundle)
        return replace(order, bundle=b"", is_laid_out=True)

    def _work_folder(self, name: str) -> Path:
        """A report's work folder, which no process of a build that was cut off knows of."""
        return self.work_place() / name

    def work_place(self) -> Path:
        """Where all work folders of this build are: asked before helpers are forked, it is theirs too."""
        if self._work is None:
            (self.folder / WORK_NAME).mkdir(exist_ok=True)
            self._work = Path(tempfile.mkdtemp(dir=self.folder / WORK_NAME)).resolve()
        return self._work

    def renewed(self, job: Job) -> Job:
        """The same job with its work folder as it was before it ran."""
        work = Path(job.work)
        bundle = (work / BUNDLE_NAME).read_bytes()
        self._put_away(work)
        (work / PAGES_NAME).mkdir(parents=True)
        (work / BUNDLE_NAME).write_bytes(bundle)
        return job

    def publish(self, job: Job, outcome: Outcome, key: Key, origin: str = "") -> Outcome:
        """Put a finished report in place, whole, and write it into the journal.

        A report that lacks a file, or whose files are not those that its process looked through, is
        failed. Whatever moment this is cut off at, the folder never holds files of two reports and
        the journal never names a report that does not stand there: the next run builds it again.
        """
        made = Path(job.work) / PAGES_NAME
        outputs = {path.name: file_hash(path) for path in sorted(made.iterdir()) if path.is_file()}
        cause = _unsound(outputs, KINDS[job.kind].files, outcome.record.get("outputs"))
        if cause:
            return self.keep_failed(job, replace(outcome, status="failed", cause=cause))
        for path in [path for path in made.iterdir() if path.name not in outputs]:
            shutil.rmtree(path)
        self._keep_evidence(outcome.name)
        self.forget(outcome.name)
        self._put_in_place(made, self.path(outcome.name))
        shutil.rmtree(job.work, ignore_errors=True)
        kept = {name: value for name, value in outcome.record.items() if name != "seconds"}
        self._append(
            outcome.name, JournalEntry(key, outputs, kept, self.made_from, origin)
        )  # the same, however long it took
        return replace(outcome, outputs=outputs)

    def keep_failed(self, job: Job, outcome: Outcome) -> Outcome:
        """Leave the notebook as far as it was executed, marked as failed, and no page of before."""
        folder, work = self.path(outcome.name), Path(job.work)
        kept = work / "failed"
        kept.mkdir(parents=True)
        executed = ""
        for notebook in (work / PAGES_NAME).glob("*.ipynb"):
            os.replace(notebook, kept / notebook.name)
            executed = str(folder / notebook.name)
        log = os.path.relpath(job.log, folder)
        (kept / FAILED_NAME).write_text(f"{outcome.cause}\nLog: {log}\n", encoding="utf-8")
        self._keep_evidence(outcome.name)
        self.forget(outcome.name)
        self._put_in_place(kept, folder)
        shutil.rmtree(work, ignore_errors=True)
        return replace(outcome, outputs={}, notebook=executed)

    def block(self, name: str, cause: str) -> None:
        """Take away the report of an entity whose data cannot be evaluated, and say why."""
        work = self._work_folder(name)
        work.mkdir(parents=True)
        (work / FAILED_NAME).write_text(f"{cause}\n", encoding="utf-8")
        self._keep_evidence(name)
        self.forget(name)
        self._put_in_place(work, self.path(name))

    def _keep_evidence(self, name: str) -> None:
        """Put aside what a report's folder holds that was not written there as it is."""
        altered = self.altered(name) if name in self.entries else ()
        for file in (*altered, *self.strange(name)):
            self.keep(f"{name}/{file}")

    def keep(self, path: str) -> None:
        """Move a file or folder of the tree among the evidence; nothing there is overwritten."""
        place = self.folder / EVIDENCE_NAME / path
        for number in itertools.count(2):
            if not os.path.lexists(place):
                break
            whole = self.folder / EVIDENCE_NAME / path
            place = whole.with_name(f"{whole.stem} ({number}){whole.suffix}")
        place.parent.mkdir(parents=True, exist_ok=True)
        os.replace(self.folder / path, place)
        self.kept.append(place.relative_to(self.folder).as_posix())

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
        (self.folder / BEGUN_NAME).touch()
        self._write_journal()

    def finish(self) -> None:
        """Leave nothing of the work behind, and the journal as it is whichever way was taken."""
        self._write_journal()
        shutil.rmtree(self.folder / WORK_NAME, ignore_errors=True)
        (self.folder / BEGUN_NAME).unlink(missing_ok=True)
        self._work = None

    def doubt(self) -> None:
        """Nobody can say any more of which inputs the reports that stand are."""
        self.entries = {n: replace(e, inputs="", origin="") for n, e in self.entries.items()}

    def _write_journal(self) -> None:
        lines = b"".join(line_of(name, entry) for name, entry in sorted(self.entries.items()))
        write_atomically(self.folder / JOURNAL_NAME, lines)

    def forget(self, name: str) -> None:
        """From now on the report is not known to stand there."""
        self._altered.pop(name, None)
        if self.entries.pop(name, None) is not None:
            self._write(json.dumps({"name": name}).encode() + b"\n")

    def _append(self, name: str, entry: JournalEntry) -> None:
        self.entries[name] = entry
        self._write(line_of(name, entry))

    def _write(self, line: bytes) -> None:
        with (self.folder / JOURNAL_NAME).open("ab") as journal:
            journal.write(line)


def _of_failure(found: Iterable[Path]) -> list[str]:
    """Of what lies in a folder that the journal does not know, what is no stranger: all of it, but
    where a failure was told there, for a build may have been cut off."""
    names = [path.name for path in found]
    is_failed = FAILED_NAME in names
    return [n for n in names if not is_failed or n == FAILED_NAME or n.endswith(".ipynb")]


def _unsound(
    outputs: Mapping[str, str], expected: Iterable[str], verified: Mapping[str, str] | None
) -> str:
    """What is wrong with the files of a report that was made; "" where they are as they must be."""
    absent = [name for name in expected if name not in outputs]
    if absent:
        return f"the report has no {', '.join(absent)}"
    odd = [name for name, digest in (verified or {}).items() if outputs.get(name) != digest]
    return f"not as it was verified: {', '.join(sorted(odd))}" if odd else ""
