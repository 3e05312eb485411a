"""Returns taken in: a folder read, the year's tables written, everything checked and said."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Collection as Some
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from rich.console import Console

from cescore.definitions.load import load_definitions
from cescore.errors import DataError, RunError, Sentence
from cescore.intake.findings import (
    Finding,
    FindingLog,
    each_word_once,
    in_order,
    shortened,
    write_findings,
)
from cescore.intake.records.returned import RETURNS
from cescore.intake.register.register_file import read_register
from cescore.intake.sources.inventory import OBSERVATIONS
from cescore.intake.sources.plain_files import is_plain_file
from cescore.intake.wording import Phrase
from cescore.intake.workspace import REGISTER, Workspace
from cescore.publish.terminal_words import error_told
from cescore.publish.words import label
from cescore.returns.collecting.collection import (
    ROW_COLUMNS,
    Collection,
    collected,
    tables_of,
)
from cescore.returns.collecting.counting import CellCount, JudgedRows, count_cells, judged
from cescore.returns.collecting.folder import REFUSED, received_files, refused_file, same_file
from cescore.returns.collecting.kept import EDITED, KeptReturns, digest
from cescore.returns.collecting.reading import FileReading, owner_of
from cescore.returns.collecting.recognise import take
from cescore.returns.collecting.repeated import repeated
from cescore.returns.collecting.submissions import Circumstances
from cescore.returns.collecting.untaken import Arrival
from cescore.returns.layouts.asked import Expected
from cescore.returns.layouts.definition import Layout
from cescore.returns.layouts.load import BUILT_IN, load_layouts
from cescore.returns.layouts.preview import PreviewWords, preview_of
from cescore.returns.layouts.taken import ReturnRow, Taken
from cescore.returns.marked.answers import is_list_alone
from cescore.returns.workbooks.readers import Readers, ReceivedFile
from cescore.returns.workbooks.sheet import Workbook
from cescore.run.asked import Asked
from cescore.run.commands.answering import Answering
from cescore.run.commands.collect_telling import CollectTelling
from cescore.run.files import make_private, write_atomically
from cescore.run.job import Outcome
from cescore.run.telling.progress import RETURN, display
from cescore.run.telling.runs import FINDINGS_SHOWN, say
from cescore.run.tree.lock import locked

FINDINGS = "findings.csv"
MARK = b"cescore.collect"  # in the metadata of a Parquet file that collecting wrote


@dataclass(frozen=True)
class CollectOptions:
    """How a folder is collected, beyond what every command asks."""

    folder: Path
    layout: str = ""  # of all files; without it each is read by the one that fits
    into: Path | None = None  # a Parquet file instead of the year's table of observations
    circumstances: Circumstances = field(default_factory=Circumstances)
    jobs: int = 0
    is_preview: bool = False
    discards_edits: bool = False


def collect(asked: Asked, options: CollectOptions, console: Console) -> int:
    """Take a folder of returns in; the exit status: 0 all taken over without an error, 1 errors were
    found (each named), 2 nothing could be taken.

    Raises
    ------
    CescoreError
        params/ or a layout contradict themselves, there is no register, the folder is none, a table
        that collecting writes was edited by hand, or another process is collecting: nothing is changed
        then.
    """
    expected = _expected(asked)
    if options.is_preview:
        return _collected(asked, options, expected, console)
    place = asked.root / "output" / f"collect-{expected.year}"  # of every language
    make_private(place)
    with locked(place, f"collecting returns of {expected.year}"):
        return _collected(asked, options, expected, console)


def _collected(asked: Asked, options: CollectOptions, expected: Expected, console: Console) -> int:
    began = time.monotonic()
    layouts = load_layouts(asked.root, expected)
    _refuse_unknown(asked, options, layouts)
    kept = KeptReturns(asked.root, expected.year)
    if not options.discards_edits and not options.is_preview:
        kept.refuse_edited(_as_written(kept))
    log = FindingLog()
    files = received_files(options.folder, log)
    job = _Taking(expected, layouts, options, console, asked)
    came = len(files) + len(log.found)  # with those that are none, each of which is told
    if not came:
        raise RunError(
            Sentence(
                "{folder}: an empty folder, expected one with received returns",
                folder=options.folder,
            )
        )
    readings = job.read(files, log)
    arrival = job.arrival(files, log)
    collection = collected(readings, kept, options.circumstances, arrival)
    if options.is_preview:
        used = (
            r.of_entities({*r.filed} - collection.unused.get(r.file, frozenset()))
            for r in readings.values()
        )
        log.extend(repeated(used, expected))
        found = job.of_collection(readings.values(), collection, log)
        job.tell(readings.values(), collection, found)
        job.preview(collection)
        say(console, label("collect.previewed", asked.spoken, folder=job.output / "preview"))
        return _status(found, readings)
    before = job.year_findings() if collection.resubmissions else None
    _write(collection, kept, options)
    findings = job.checked(readings.values(), collection, log)
    job.tell(readings.values(), collection, findings)
    for line in job.telling.submissions(collection, before, job.now):
        say(console, line)
    for line in job.telling.unknown_ids(findings):
        say(console, line)
    for line in () if job.answering.is_empty else job.answering.read().lines():
        say(console, line)
    is_apart = options.into is not None and not job.is_into_the_year
    seconds = time.monotonic() - began
    fates = job.fates(came, len(readings), arrival, log)
    say(console, label("collect.end", asked.spoken, **fates, seconds=f"{seconds:.0f}"))
    last = "unchecked" if is_apart else "next"
    say(console, label(f"collect.{last}", asked.spoken, file=options.into, year=expected.year))
    return _status(findings, readings)


def _expected(asked: Asked) -> Expected:
    definitions = load_definitions(asked.root / "params", asked.year)
    register, _ = read_register(asked.root / REGISTER, REGISTER, FindingLog())
    year = definitions.run.year
    return Expected(definitions, register.as_of(year), year)


def _refuse_unknown(asked: Asked, options: CollectOptions, layouts: Mapping[str, Layout]) -> None:
    if not options.folder.is_dir():
        raise RunError(
            Sentence(
                "{folder}: no folder, expected one with received returns", folder=options.folder
            )
        )
    own = (asked.root / "data").resolve()
    folder = options.folder.resolve()
    if own == folder or own in folder.parents or folder in own.parents:
        raise RunError(
            Sentence(
                "{folder}: is, holds or lies in the workspace's own data/, expected a folder of received returns alone",
                folder=options.folder,
            )
        )
    known = (*BUILT_IN, *layouts)
    if options.layout and options.layout not in known:
        raise RunError(
            Sentence(
                "--layout {layout}: expected one of {known}",
                layout=options.layout,
                known=", ".join(known),
            )
        )
    into = options.into
    if into is not None and into.suffix.lower() not in (".parquet", ".pq"):
        raise RunError(Sentence("--into {into}: expected a name that ends in .parquet", into=into))
    if into is not None and into.exists() and not _is_ours(into):
        raise RunError(
            Sentence(
                "--into {into}: is there, and no file that collect wrote; nothing was changed",
                into=into,
            )
        )


def _is_ours(path: Path) -> bool:
    try:
        return MARK in (pq.read_schema(path).metadata or {})
    except (pa.ArrowException, OSError):
        return False


def _as_written(kept: KeptReturns) -> dict[str, bytes]:
    """The tables as collecting wrote them last, from the readings that are kept."""
    counting = kept.record().counting()
    readings = [
        kept.reading(sha256).of_entities(one.entity_id for one in mine)
        for sha256, mine in counting.items()
    ]
    return tables_of(sorted(readings, key=lambda reading: (reading.file, reading.sha256)))


@dataclass
class _Taking:
    """Reads the files of one collection and says what became of them."""

    expected: Expected
    layouts: Mapping[str, Layout]
    options: CollectOptions
    console: Console
    asked: Asked
    rows: dict[str, JudgedRows] = field(default_factory=dict)  # by the hash of the file
    shown: list[tuple[Workbook, Taken, FileReading]] = field(default_factory=list)  # of a preview
    answers: int = 0  # files that hold answers alone

    def __post_init__(self) -> None:
        self.answering = Answering(self.asked)
        self.telling = CollectTelling(self.expected, self.asked.spoken)
        self.now: tuple[Finding, ...] | None = None  # by all rules, once the tables are written

    @property
    def output(self) -> Path:
        return self.asked.output(f"collect-{self.expected.year}")

    def read(self, files: Sequence[ReceivedFile], log: FindingLog) -> dict[Path, FileReading]:
        """What each file says; refused ones, and one content under two names, are told."""
        found: dict[Path, FileReading] = {}
        seen: dict[str, str] = {}
        hashes = {file.path: _hash(file.path) for file in files}
        shown = display(len(files), self.console, self.asked.progress, self.asked.spoken)
        with Readers(self.options.jobs) as readers, shown as show:
            for read in readers.read(files):
                name, sha256 = read.received.name, hashes[read.received.path]
                if read.workbook is None:
                    reason = read.refused or Phrase("reader_crashed")
                    log.add(refused_file(name, reason))
                    show(Outcome(name, RETURN, "failed", cause=self._why(log.found[-1])))
                    continue
                self.answering.take(read.workbook)
                if is_list_alone(read.workbook):  # of answers, which are said apart
                    self.answers += 1
                    show(Outcome(name, RETURN, "built"))
                    continue
                if sha256 in seen:
                    log.add(same_file(name, seen[sha256]))
                else:
                    seen[sha256] = name
                    found[read.received.path] = self._take(read.workbook, sha256)
                show(Outcome(name, RETURN, "built"))
        return found

    def _why(self, refusal: Finding) -> str:
        return refusal.said(self.asked.spoken).found

    def arrival(self, files: Sequence[ReceivedFile], log: FindingLog) -> Arrival:
        """What came besides readings; refusals are told with whose they may be, so they leave the log."""
        refused = tuple(finding for finding in log.found if finding.code == REFUSED)
        names = frozenset([*(file.name for file in files), *(f.file for f in refused)])
        log.found[:] = [finding for finding in log.found if finding.code != REFUSED]
        return Arrival(self.expected, names, refused, self.rows)

    def fates(self, came: int, read: int, arrival: Arrival, log: FindingLog) -> Mapping[str, int]:
        """How many files came, and what became of them."""
        counts = Counter(finding.code for finding in log.found)
        return {
            "n": came,
            "read": read,
            "refused": len(arrival.refused),
            "same": counts["same_file_twice"],
            "answers": self.answers,
            "ignored": counts["file_ignored"],
        }

    def _take(self, book: Workbook, sha256: str) -> FileReading:
        taken = take(book, self.layouts, self.expected, self.options.layout)
        reading = FileReading.of(taken, sha256)
        self.rows[sha256] = judged(reading, self.expected, taken.id_cells)
        if self.options.is_preview:
            self.shown.append((book, taken, reading))
        return reading

    def preview(self, collection: Collection) -> None:
        """A copy of each workbook, coloured by what would become of each cell."""
        folder = self.output / "preview"
        make_private(folder)
        words = PreviewWords(self.asked.lang, self.expected)
        for book, taken, reading in self.shown:
            rows = self.rows[reading.sha256]
            taken.log.extend(rows.told)
            about = [f for f in collection.findings if f.file == book.file]
            unused = collection.unused.get(book.file, frozenset())
            taken.refuse_rows(_not_counting(rows, unused))
            name = book.file.replace("/", "_")
            write_atomically(folder / f"{name}.xlsx", preview_of(book, taken, about, words))

    def of_collection(
        self, readings: Iterable[FileReading], collection: Collection, log: FindingLog
    ) -> tuple[Finding, ...]:
        """What was found wrong with files, their cells and their rows, each with whose it may be."""
        told = {_about(finding) for finding in collection.findings}
        own = [
            f for reading in readings for f in (*reading.findings, *self.rows[reading.sha256].told)
        ]
        about = [f for f in (*log.found, *own) if _about(f) not in told]
        return in_order(dict.fromkeys([*about, *collection.findings]))

    def checked(
        self, readings: Iterable[FileReading], collection: Collection, log: FindingLog
    ) -> tuple[Finding, ...]:
        """Everything that is wrong with what was collected: with files, cells, rows, and by all rules."""
        now = list(readings)
        files = {reading.file for reading in now}
        entities = {entity_id for reading in now for entity_id in reading.entities if entity_id}
        about = self.of_collection(now, collection, log)
        told = {_about(finding) for finding in about}
        self.now = self.year_findings(is_told=True)
        further = [
            f
            for f in self.now or ()
            if _about(f) not in told
            and (
                f.file in files
                or (f.entity_id in entities and f.year in (None, self.expected.year))
            )
        ]
        return in_order(dict.fromkeys([*about, *further]))

    def year_findings(self, *, is_told: bool = False) -> tuple[Finding, ...] | None:
        """What all checks say of the year as its tables are now; None where they cannot be asked."""
        if self.options.into is not None and not self.is_into_the_year:
            return None
        try:
            return Workspace.load(self.asked.root, self.expected.year).findings
        except DataError as error:
            if is_told:
                say(self.console, error_told(error, self.asked.spoken))
            return None

    @property
    def is_into_the_year(self) -> bool:
        """Whether the values go into a file that is read with the year's tables: all rules can be asked."""
        into = self.options.into
        folder = self.asked.root / "data" / str(self.expected.year)
        return (
            into is not None
            and into.resolve().parent == folder.resolve()
            and re.fullmatch(OBSERVATIONS, into.name) is not None
        )

    def tell(
        self, readings: Iterable[FileReading], collection: Collection, findings: Sequence[Finding]
    ) -> None:
        """Findings, then a line a file that accounts for its cells."""
        shown = list(each_word_once(tuple(shortened(findings))).values())
        for finding in shown[:FINDINGS_SHOWN]:
            for line in self.telling.finding(finding):
                say(self.console, line)
        make_private(self.output)
        write_findings(self.output / FINDINGS, findings, self.asked.lang)
        by_file: Counter[tuple[str, str]] = Counter((f.file, f.severity) for f in findings)
        for reading in readings:
            unused = collection.unused.get(reading.file, frozenset())
            count = count_cells(reading, self.rows[reading.sha256], unused)
            say(self.console, self._counted(reading, count, by_file))

    def _counted(
        self, reading: FileReading, count: CellCount, by_file: Counter[tuple[str, str]]
    ) -> str:
        lang = self.asked.spoken
        return label(
            "collect.file", lang, file=reading.file, layout=reading.layout or "?",
            values=count.values, accepted=count.accepted, refused=count.refused, blank=count.blank,
            other=count.other, unread=count.unread,
            errors=by_file[reading.file, "error"], warnings=by_file[reading.file, "warning"],
        )  # fmt: skip


def _not_counting(rows: JudgedRows, unused: Some[str]) -> Callable[[ReturnRow], bool]:
    """Whether a row is refused by the rules of rows, or its entity's return does not count."""
    return lambda row: row.source in rows.refused or owner_of(row.entity_id) in unused


def _about(finding: Finding) -> tuple[object, ...]:
    """Place and matter of a finding, whosever it may be said to be."""
    return finding.at, finding.code, finding.variable, finding.values


def _status(findings: Iterable[Finding], readings: Mapping[Path, FileReading]) -> int:
    if not any(reading.layout for reading in readings.values()):
        return 2
    return 1 if any(finding.is_open_error for finding in findings) else 0


def _write(collection: Collection, kept: KeptReturns, options: CollectOptions) -> None:
    """Write what has changed: originals first, the tables last, so that no row is without its file."""
    folder = kept.year_folder
    (folder / RETURNS).mkdir(parents=True, exist_ok=True)
    _keep_edited(kept)
    for name, path in collection.originals.items():
        _keep_original(path, folder / name)
    tables: list[tuple[str, bytes]] = []
    others: list[tuple[str, bytes]] = []
    for name, content in collection.files.items():
        (others if name.startswith(f"{RETURNS}/") else tables).append((name, content))
    if options.into is not None:
        _write_parquet(options.into, collection.rows)
        tables = [
            (name, content) for name, content in tables if not name.startswith("observations")
        ]
    for name, content in (*others, *tables):
        _write_if_changed(folder / name, content)


def _keep_edited(kept: KeptReturns) -> None:
    """Tables that somebody edited are kept before they are written anew."""
    for name in kept.edited():
        content = (kept.year_folder / name).read_bytes()
        place = kept.folder / EDITED
        place.mkdir(exist_ok=True)
        write_atomically(place / f"{digest(content)[:16]}-{name}", content)


def _keep_original(path: Path, target: Path) -> None:
    """A received file, as it came, kept read-only under its content's name."""
    if is_plain_file(target):
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.part")
    shutil.copyfile(path, part)
    if not _hash(part).startswith(target.parent.name):
        part.unlink()
        raise RunError(Sentence("{path}: changed while it was read; collect again", path=path))
    part.chmod(0o444)
    os.replace(part, target)


def _write_if_changed(path: Path, content: bytes) -> None:
    if path.is_file() and path.read_bytes() == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, content)


def _write_parquet(path: Path, rows: Sequence[ReturnRow]) -> None:
    """All rows as a Parquet table with the columns of observations, each text as it was written."""
    columns = {
        name: pa.array([getattr(row, name) for row in rows], pa.string()) for name in ROW_COLUMNS
    }
    table = pa.table(columns).replace_schema_metadata({MARK: b"1"})
    part = path.with_name(f".{path.name}.part")
    pq.write_table(table, part, compression="zstd")
    os.replace(part, path)


def _hash(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
