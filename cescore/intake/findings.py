"""A finding: one thing the data checks have to say, with the place where a person can look."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Literal

Severity = Literal["error", "warning", "info"]
FindingStatus = Literal["open", "confirmed", "corrected"]

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")
LONGEST_QUOTE = 120  # characters of a cell repeated in a message
INFOS_SHOWN = 20  # of one kind and file; the rest is counted


@dataclass(frozen=True)
class Finding:
    """What was found where, and what was expected instead.

    An open error blocks its entity; a warning goes on and asks for a recorded confirmation; an
    info says what was normalised. ``file`` is relative to the workspace, ``place`` a row in it.
    """

    severity: Severity
    code: str
    file: str = ""
    place: str = ""
    entity_id: str = ""
    year: int | None = None
    variable: str = ""
    found: str = ""
    expected: str = ""
    status: FindingStatus = "open"
    note: str = ""

    @property
    def where(self) -> str:
        """File and place as one text, for example ``data/2024/observations.csv, row 14``."""
        return ", ".join(part for part in (self.file, self.place) if part)

    @property
    def is_open_error(self) -> bool:
        return self.severity == "error" and self.status == "open"

    @property
    def what(self) -> str:
        """Whose and which quantity: entity, year and variable as far as they are known."""
        year = "" if self.year is None else str(self.year)
        return " ".join(part for part in (self.entity_id, year, self.variable) if part)

    def __str__(self) -> str:
        tail = f", expected {self.expected}" if self.expected else ""
        head = "  ".join(part for part in (self.where, self.what, self.code) if part)
        return f"{head}: {self.found}{tail}"


COLUMNS: tuple[str, ...] = tuple(f.name for f in fields(Finding))


@dataclass
class FindingLog:
    """Collects findings while the data are read."""

    found: list[Finding] = field(default_factory=list)

    def add(self, severity: Severity, code: str, **details: object) -> None:
        self.found.append(Finding(severity, code, **details))  # type: ignore[arg-type]

    def extend(self, findings: Iterable[Finding]) -> None:
        self.found.extend(findings)

    def sorted(self) -> tuple[Finding, ...]:
        """Errors first, then by file and row."""
        return in_order(self.found)


TABLE_ENCODING = "utf-8-sig"  # with the mark without which a Chinese Excel takes it for GBK


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Errors first, then by file and row."""
    return tuple(sorted(findings, key=_order))


def quoted(text: object) -> str:
    """A cell's text for a message: visible line breaks, cut where it is long."""
    shown = str(text).replace("\r", "\\r").replace("\n", "\\n").replace("\0", "\\0")
    cut = shown if len(shown) <= LONGEST_QUOTE else shown[:LONGEST_QUOTE] + "…"
    return f"'{cut}'"


def write_findings(path: Path, findings: Sequence[Finding]) -> None:
    """findings.csv: one line per finding, its columns those of `Finding`."""
    with path.open("w", encoding=TABLE_ENCODING, errors="backslashreplace", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(COLUMNS)
        for finding in findings:
            row = [getattr(finding, name) for name in COLUMNS]
            writer.writerow(["" if cell is None else cell for cell in row])


def _order(finding: Finding) -> tuple[object, ...]:
    digits = "".join(c for c in finding.place.partition(",")[0] if c.isdigit())
    row = int(digits[:9]) if digits else 0
    return (
        SEVERITIES.index(finding.severity),
        finding.file,
        row,
        finding.entity_id,
        finding.year or 0,
        finding.variable,
        finding.code,
        finding.found,
    )


def shortened(findings: Iterable[Finding]) -> Iterator[Finding]:
    """The same findings, but of many infos of one kind and file the first ones and a count."""
    counts: dict[tuple[str, str], int] = defaultdict(int)
    last: dict[tuple[str, str], Finding] = {}
    for finding in findings:
        key = (finding.file, finding.code)
        if finding.severity != "info":
            yield finding
            continue
        counts[key] += 1
        last[key] = finding
        if counts[key] <= INFOS_SHOWN:
            yield finding
    for key, count in counts.items():
        if count > INFOS_SHOWN:
            rest = count - INFOS_SHOWN
            yield replace(
                last[key],
                place=f"and {rest} more, the last in {last[key].place}",
                entity_id="",
                year=None,
                variable="",
            )
