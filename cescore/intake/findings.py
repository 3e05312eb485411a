"""A finding: one thing the data checks have to say, with the place where a person can look."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal, Self

from cescore.errors import Problem
from cescore.intake import wording
from cescore.intake.address import NOWHERE, Address
from cescore.intake.inert import InertWriter
from cescore.intake.wording import Naming, Said, Value, Values, as_written

Severity = Literal["error", "warning", "info"]
FindingStatus = Literal["open", "confirmed", "corrected"]

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")
OF_IDS = frozenset(["bad_id", "leading_zeros_lost", "unknown_entity"])
OF_WORDS = OF_IDS | {"unknown_variable"}
INFOS_SHOWN = 20  # of one kind and file; the rest is counted
TABLE_ENCODING = "utf-8-sig"  # with the mark without which a Chinese Excel takes it for GBK
COLUMNS = (
    "severity",
    "code",
    "file",
    "place",
    "entity_id",
    "year",
    "variable",
    "found",
    "expected",
    "status",
    "note",
    "by",
    "date",
)


@dataclass(frozen=True)
class Settlement:
    """On whose word a finding is settled: who, how it reached the bureau, when, and until when it
    holds. Dates as 2026-03-05; what is not stated is empty."""

    name: str = ""
    role: str = ""
    channel: str = ""
    date: str = ""
    until: str = ""

    def by(self, lang: str) -> str:
        """The person with role and channel, as tables and pages name them."""
        about = tuple(part for part in (self.role, self.channel) if part)
        if not about:
            return self.name
        return wording.text("by", lang).format(self.name, wording.joined(about, lang))


NOBODY = Settlement()


@dataclass(frozen=True)
class Finding:
    """What was found where, and what was expected instead, as values; `said` makes the sentence.

    An open error blocks its entity; a warning goes on and asks for a recorded confirmation; an
    info says what was normalised. ``code`` is what a confirmation names; ``kind`` is the entry of the
    catalogue that words it, where that is another one: rules of a workspace have codes of their own.
    """

    severity: Severity
    code: str
    at: Address = NOWHERE
    entity_id: str = ""
    year: int | None = None
    variable: str = ""
    values: Values = ()
    status: FindingStatus = "open"
    note: str = ""
    kind: str = ""
    more: int = 0  # findings like this one that are counted only
    settled: Settlement = NOBODY  # on whose word its status is no longer open

    def said(self, lang: str, naming: Naming = as_written) -> Said:
        """What was found and expected, in a language."""
        return wording.said(self.kind or self.code, self.values, lang, naming)

    def where(self, lang: str) -> str:
        """File and place as one text, for example ``data/2024/observations.csv, row 14``."""
        return wording.where(self.at, lang, self.more)

    @property
    def file(self) -> str:
        return self.at.file

    @property
    def place(self) -> str:
        """The place within the file, in English."""
        return wording.place_of(self.at, "en", self.more)

    @property
    def found(self) -> str:
        """What was found, in English, for whoever reads findings in Python."""
        return self.said("en").found

    @property
    def expected(self) -> str:
        """What was expected, in English."""
        return self.said("en").expected

    @property
    def is_open_error(self) -> bool:
        return self.severity == "error" and self.status == "open"

    @property
    def what(self) -> str:
        """Whose and which quantity: entity, year and variable as far as they are known."""
        year = "" if self.year is None else str(self.year)
        return " ".join(part for part in (self.entity_id, year, self.variable) if part)

    def line(self, lang: str, naming: Naming = as_written) -> str:
        """The whole finding as one line."""
        one = self.said(lang, naming)
        head = "  ".join(part for part in (self.where(lang), self.what, self.code) if part)
        key = "line" if one.expected else "line_found"
        return wording.text(key, lang).format(head=head, found=one.found, expected=one.expected)

    def __str__(self) -> str:
        return self.line("en")


@dataclass(frozen=True)
class FoundProblem(Problem):
    """A finding among the problems of an error, still to be said in the language of the reader."""

    finding: Finding = field(kw_only=True)

    @classmethod
    def of(cls, finding: Finding) -> Self:
        """The problem that a finding is."""
        said = finding.said("en")
        return cls(finding.where("en"), finding.code, said.found, said.expected, finding=finding)


@dataclass
class FindingLog:
    """Collects findings while the data are read."""

    found: list[Finding] = field(default_factory=list)

    def add(self, finding: Finding) -> None:
        self.found.append(finding)

    def extend(self, findings: Iterable[Finding]) -> None:
        self.found.extend(findings)

    def sorted(self) -> tuple[Finding, ...]:
        """Errors first, then by file and row."""
        return in_order(self.found)


@dataclass(frozen=True)
class Context:
    """Where the reading is just now: what is found from here on is of this place, entity and year."""

    log: FindingLog
    at: Address = NOWHERE
    entity_id: str = ""
    year: int | None = None
    variable: str = ""

    def of(self, *, entity_id: str = "", year: int | None = None, variable: str = "") -> Context:
        """The same place, of an entity, year or variable that is known now."""
        known = self.year if year is None else year
        whose = entity_id or self.entity_id
        return Context(self.log, self.at, whose, known, variable or self.variable)

    def file(self, file: str) -> Context:
        """A file of the workspace, as a whole."""
        return Context(self.log, Address(file))

    def row(self, row: int) -> Context:
        """A row of the same file."""
        return self.place(Address(self.at.file, row))

    def place(self, at: Address) -> Context:
        """Another place, of the same entity, year and variable."""
        return Context(self.log, at, self.entity_id, self.year, self.variable)

    def error(self, code: str, **values: Value) -> None:
        self._add("error", code, values)

    def warning(self, code: str, **values: Value) -> None:
        self._add("warning", code, values)

    def info(self, code: str, **values: Value) -> None:
        self._add("info", code, values)

    def tell(self, severity: Severity, code: str, **values: Value) -> None:
        """A finding whose severity depends on the case."""
        self._add(severity, code, values)

    def repaired(self, repairs: Iterable[str], raw: str, cleaned: str) -> None:
        """What was normalised in a cell: each kind of repair is told."""
        for repair in repairs:
            shown = wording.shortened(raw), wording.shortened(cleaned)
            self.info(repair, raw=shown[0], cleaned=shown[1])

    def _add(self, severity: Severity, code: str, values: dict[str, Value]) -> None:
        about = (self.at, self.entity_id, self.year, self.variable)
        self.log.add(Finding(severity, code, *about, tuple(values.items())))


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Errors first, then by file and row."""
    return tuple(sorted(findings, key=_order))


def _order(finding: Finding) -> tuple[object, ...]:
    at = finding.at
    return (
        SEVERITIES.index(finding.severity),
        at.file,
        at.sheet or at.table,
        at.row,
        finding.entity_id,
        finding.year or 0,
        finding.variable,
        finding.code,
        repr(finding.values),
    )


@dataclass(frozen=True)
class FurtherColumns:
    """Columns of findings.csv after those that every finding has: names, and a row per finding."""

    names: tuple[str, ...] = ()
    rows: Iterable[tuple[str, ...]] = ()


def write_findings(
    path: Path,
    findings: Sequence[Finding],
    lang: str,
    naming: Naming = as_written,
    further: FurtherColumns | None = None,
) -> None:
    """findings.csv: one line per finding, UTF-8 with the mark that spreadsheets need."""
    names, rows = ((), [()] * len(findings)) if further is None else (further.names, further.rows)
    with path.open("w", encoding=TABLE_ENCODING, errors="backslashreplace", newline="") as stream:
        writer = InertWriter(stream)
        writer.writerow((*COLUMNS, *names))
        for one, more in zip(findings, rows, strict=True):
            words = one.said(lang, naming)
            place = wording.place_of(one.at, lang, one.more)
            year = "" if one.year is None else one.year
            first = (one.severity, one.code, one.at.file, place, one.entity_id, year, one.variable)
            last = (one.status, one.note, one.settled.by(lang), one.settled.date, *more)
            writer.writerow([*first, words.found, words.expected, *last])


def each_word_once(findings: Sequence[Finding]) -> Mapping[int, Finding]:
    """Position -> finding as it is said, where a word that nobody knows is said once a sheet, with how
    often it stands there.

    Of numbers that lost the zeros in front the first is said for all: one column was formatted wrongly.
    """
    words = [_word(finding) for finding in findings]
    counts = Counter(word for word in words if word is not None)
    said: dict[int, Finding] = {}
    for n, (word, finding) in enumerate(zip(words, findings, strict=True)):
        if word is None or counts[word] == 1:
            said[n] = finding
        elif word in counts:
            said[n] = replace(finding, year=None, variable="", more=counts.pop(word) - 1)
    return said


def _word(finding: Finding) -> tuple[object, ...] | None:
    """File, sheet and word of a finding about a word that nobody knows; None of any other one."""
    if finding.code not in OF_WORDS:
        return None
    values = () if finding.code == "leading_zeros_lost" else finding.values
    return (finding.file, finding.at.sheet, finding.code, finding.status, values)


def shortened(findings: Iterable[Finding]) -> Iterator[Finding]:
    """The same findings, but of many infos of one kind and file the first ones and a count."""
    rest: dict[tuple[str, str], list[Finding]] = {}
    counts = Counter[tuple[str, str]]()
    for finding in findings:
        key = (finding.file, finding.code)
        counts[key] += finding.severity == "info"
        if finding.severity != "info" or counts[key] <= INFOS_SHOWN:
            yield finding
        else:
            rest.setdefault(key, []).append(finding)
    for left in rest.values():
        yield replace(left[0], entity_id="", year=None, variable="", more=len(left) - 1)
