"""The register of editions: what was released when and by whom, a line each, none ever changed.

Each line holds the hash of the line before it, so that a line altered, left out or put between breaks
the chain. Who writes the whole chain anew is found by an anchor: a line kept elsewhere.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

from cescore.definitions.entries.json_text import json_document
from cescore.errors import RunError, Sentence
from cescore.release.remarks import ReleaseRemark, remark

REGISTER_NAME = "register.jsonl"
PRIVATE = 0o600
FIRST = "0" * 64  # what the first line has for the hash of a line before it
MAKES = ("draft", "reviewed", "final", "corrected")  # steps that make an edition
OFFICIAL = ("final", "corrected")
_EDITION = re.compile(r"(?!\.)[^/\\\0]+/(?!\.)[^/\\\0]+")  # two folders, neither hidden nor above
_ANCHOR = re.compile(
    r"cescore (?P<edition>\S+) manifest (?P<manifest>[0-9a-f]{64})"
    r" line (?P<number>\d+) (?P<line>[0-9a-f]{64})"
)


@dataclass(frozen=True)
class Signed:
    """Who signed off, as the register and the pages name it."""

    who: str = ""
    role: str = ""
    date: str = ""
    sha256: str = ""  # of the sign-off file, or of the record of signatures


@dataclass(frozen=True)
class RegisterEntry:
    """A line of the register.

    ``step``: draft, reviewed, final, corrected, signed, published or withdrawn; ``run``: the year's folder,
    as 2025 or 2025-en; ``manifest``: SHA-256 of the edition's manifest.json.
    """

    number: int  # of the line, from 1
    at: str  # UTC
    step: str
    run: str
    edition: str  # its folder below release/
    manifest: str
    signed: Signed = Signed()
    reason: str = ""
    embargo: str = ""
    access: tuple[str, ...] = ()  # who may see it before
    previous: str = FIRST

    @property
    def line(self) -> bytes:
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True).encode()

    @property
    def hash(self) -> str:
        return hashlib.sha256(self.line).hexdigest()

    @property
    def anchor(self) -> str:
        """The line to keep elsewhere: it holds the edition and all of the register before it."""
        return f"cescore {self.edition} manifest {self.manifest} line {self.number} {self.hash}"

    @classmethod
    def from_line(cls, line: bytes) -> Self:
        """The entry of a line.

        Raises
        ------
        ValueError, KeyError, TypeError, AttributeError
            The line is none that this program wrote.
        """
        fields: dict[str, Any] = json_document(line, REGISTER_NAME)
        signed, access = Signed(**fields.pop("signed")), tuple(fields.pop("access"))
        entry = cls(**fields, signed=signed, access=access)
        others = {**vars(entry), **vars(signed)}
        texts = [v for name, v in others.items() if name not in ("number", "signed", "access")]
        if not isinstance(entry.number, int) or not all(
            isinstance(t, str) for t in (*texts, *access)
        ):
            raise TypeError(fields)
        if not _EDITION.fullmatch(entry.edition):
            raise ValueError(entry.edition)
        "".join((*texts, *access)).encode()
        return entry


@dataclass(frozen=True)
class ReleaseRegister:
    """All entries in their order, and what is wrong with the file they stand in."""

    folder: Path  # release/
    entries: tuple[RegisterEntry, ...] = ()
    problems: tuple[ReleaseRemark, ...] = ()
    hashes: Sequence[str] = field(default=())  # of the lines as they stand

    @classmethod
    def read(cls, folder: Path) -> Self:
        """The register of a release folder; without a file it is empty."""
        path = folder / REGISTER_NAME
        lines = path.read_bytes().splitlines() if path.is_file() else []
        entries, problems, previous = list[RegisterEntry](), list[ReleaseRemark](), FIRST
        for number, line in enumerate(lines, start=1):
            try:
                entry = RegisterEntry.from_line(line)
            except (ValueError, KeyError, TypeError, AttributeError):
                problems.append(remark("register_line", n=number))
            else:
                is_whole = entry.line == line and entry.number == number
                if not is_whole or entry.previous != previous:
                    problems.append(remark("register_chain", n=number))
                entries.append(entry)
            previous = hashlib.sha256(line).hexdigest()
        hashes = [hashlib.sha256(line).hexdigest() for line in lines]
        return cls(folder, tuple(entries), tuple(problems), tuple(hashes))

    def append(self, entry: RegisterEntry) -> RegisterEntry:
        """Add a line; the entry as written, with its number and what it follows.

        Raises
        ------
        RunError
            The register is damaged: nothing may be added before that is looked into.
        """
        if self.problems:
            raise RunError(
                Sentence(
                    "{folder}: the chain of its lines is broken", folder=self.folder / REGISTER_NAME
                )
            )
        previous = self.hashes[-1] if self.hashes else FIRST
        fields = {**vars(entry), "number": len(self.hashes) + 1, "previous": previous}
        written, path = RegisterEntry(**fields), self.folder / REGISTER_NAME
        handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, PRIVATE)
        with os.fdopen(handle, "ab") as file:
            file.write(written.line + b"\n")
            file.flush()
            os.fsync(file.fileno())
        return written

    def of(self, run: str) -> tuple[RegisterEntry, ...]:
        return tuple(entry for entry in self.entries if entry.run == run)

    def made(self, run: str) -> tuple[RegisterEntry, ...]:
        """The entries that made an edition, the oldest first."""
        return tuple(e for e in self.of(run) if e.step in MAKES)

    def find(self, edition: str) -> RegisterEntry | None:
        """The entry that made an edition."""
        named = (e for e in self.entries if e.edition == edition)
        return next((e for e in named if e.step in MAKES), None)

    def in_force(self, run: str) -> RegisterEntry | None:
        """The official edition that holds: the newest, unless it was withdrawn."""
        official = [e for e in self.made(run) if e.step in OFFICIAL]
        return (
            official[-1] if official and not self.has(official[-1].edition, "withdrawn") else None
        )

    def has(self, edition: str, step: str) -> RegisterEntry | None:
        """The entry of a step taken with an edition."""
        return next((e for e in self.entries if (e.edition, e.step) == (edition, step)), None)

    def state(self, entry: RegisterEntry) -> str:
        """What became of an edition: its stage, or superseded or withdrawn."""
        if self.has(entry.edition, "withdrawn"):
            return "withdrawn"
        if entry.step in OFFICIAL:
            newest = [e for e in self.made(entry.run) if e.step in OFFICIAL][-1]
            return entry.step if newest.edition == entry.edition else "superseded"
        return entry.step

    def against_anchors(self, text: str) -> Iterator[ReleaseRemark]:
        """Where lines kept elsewhere do not agree with the register."""
        found = list(_ANCHOR.finditer(text))
        if not found:
            yield remark("anchor_none")
        for anchor in found:
            number, edition = int(anchor["number"]), anchor["edition"]
            is_there = number <= len(self.hashes) and self.hashes[number - 1] == anchor["line"]
            if not is_there:
                yield remark("anchor_line", edition=edition, n=number)
            entry = self.find(edition)
            if entry is None or entry.manifest != anchor["manifest"]:
                yield remark("anchor_manifest", edition=edition)
