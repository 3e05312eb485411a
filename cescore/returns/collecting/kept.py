"""The folder ``data/<year>/returns``: received files by content, readings, the record, what was written."""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from cescore.definitions.entries.json_text import json_document
from cescore.errors import DataError, JsonError, Problem, Sentence
from cescore.intake.findings import Finding
from cescore.intake.inert import csv_text
from cescore.intake.records.returned import RETURNED_MEASURES, RETURNED_OBSERVATIONS, RETURNS
from cescore.intake.sources.plain_files import is_plain_file
from cescore.returns.collecting.reading import SHORT, FileReading
from cescore.returns.collecting.submissions import SubmissionRecord
from cescore.returns.collecting.untaken import UNTAKEN, from_text

SUBMISSIONS, WRITTEN, READING, CHANGES = (
    "submissions.csv",
    "written.json",
    "reading.json",
    "changes.csv",
)
TABLES = (RETURNED_OBSERVATIONS, RETURNED_MEASURES)
EDITED = "edited"  # the folder that keeps tables that somebody edited
LINES_SHOWN = 10


@dataclass(frozen=True)
class KeptReturns:
    """What collecting left in a year's folder before."""

    root: Path
    year: int

    @property
    def year_folder(self) -> Path:
        return self.root / "data" / str(self.year)

    @property
    def folder(self) -> Path:
        return self.year_folder / RETURNS

    def name(self, *parts: str) -> str:
        """A path below the year's folder as findings name it."""
        return "/".join(("data", str(self.year), *parts))

    def record(self) -> SubmissionRecord:
        """The submissions so far; a new object each time, to be added to."""
        return SubmissionRecord.from_text(self._text(SUBMISSIONS), self.name(RETURNS, SUBMISSIONS))

    def untaken(self) -> tuple[Finding, ...]:
        """What is wrong with files that count for nobody."""
        return from_text(self._text(UNTAKEN), self.name(RETURNS, UNTAKEN))

    def reading(self, sha256: str) -> FileReading:
        """What was read of a file that is kept.

        Raises
        ------
        DataError
            It is not there, or not as it was written.
        """
        where = f"{sha256[:SHORT]}/{READING}"
        try:
            return FileReading.from_json(self._text(where), where)
        except (ValueError, KeyError, TypeError) as error:
            place = self.name(RETURNS, where)
            raise DataError(
                Sentence(
                    "{place}: no reading as collect writes it; collect its file again", place=place
                )
            ) from error

    def original(self, file: str, entity_id: str = "") -> Path | None:
        """The received file of a submission that counts, by the name that addresses give it; of equal
        names the entity's. None where none is kept."""
        found = [
            one
            for submissions in self.record().counting().values()
            for one in submissions
            if one.file == file
        ]
        mine = [one for one in found if one.entity_id == entity_id] or found
        if not mine:
            return None
        path = self.folder / mine[0].sha256[:SHORT] / kept_name(file)
        return path if is_plain_file(path) else None

    @cached_property
    def _written(self) -> dict[str, str]:
        text = self._text(WRITTEN)
        try:
            found: dict[str, str] = json_document(text, WRITTEN) if text else {}
        except JsonError as error:
            place = self.name(RETURNS, WRITTEN)
            raise DataError(
                Sentence("{place}: is no JSON; remove it and collect again", place=place)
            ) from error
        return found

    def edited(self) -> list[str]:
        """The tables that collecting writes and somebody else wrote, or changed since."""
        return [
            name
            for name in TABLES
            if (self.year_folder / name).exists()
            and self._written.get(name) != digest((self.year_folder / name).read_bytes())
        ]

    def refuse_edited(self, as_written: dict[str, bytes]) -> None:
        """Stop before a table that was edited by hand would be written over.

        Raises
        ------
        DataError
            With the lines that are not as collecting wrote them.
        """
        problems = [
            problem
            for name in self.edited()
            for problem in self._differences(name, as_written.get(name, b""))
        ]
        if problems:
            raise DataError(
                Sentence(
                    "{name}: a table that collect writes was edited by hand; nothing was changed.\nPut corrections into data/corrections.yml, or collect with --discard-edits, which keeps the edited table in {returns}/{edited}/",
                    name=self.name(),
                    returns=RETURNS,
                    edited=EDITED,
                ),
                problems,
            )

    def _differences(self, name: str, before: bytes) -> list[Problem]:
        now = (self.year_folder / name).read_text("utf-8", "backslashreplace").splitlines()
        old = before.decode("utf-8").splitlines()
        matcher = (
            difflib.SequenceMatcher(None, old, now, autojunk=False) if len(now) < 50_000 else None
        )
        changed = [] if matcher is None else [o for o in matcher.get_opcodes() if o[0] != "equal"]
        lines = [n for _, _, _, first, last in changed for n in range(first, max(last, first + 1))]
        return [
            Problem(
                f"{self.name(name)}:{n + 1}",
                "row",
                now[n] if n < len(now) else "nothing",
                "as collected",
            )
            for n in lines[:LINES_SHOWN]
        ] or [Problem(self.name(name), "table", "not as collect wrote it", "as collected")]

    def _text(self, name: str) -> str:
        path = self.folder / name
        return path.read_text("utf-8") if is_plain_file(path) else ""


def kept_name(file: str) -> str:
    """What a received file is called in the folder that keeps it: its name without its folders."""
    return file.rpartition("/")[2]


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def table_text(names: Sequence[str], rows: Sequence[object]) -> bytes:
    """Rows (objects with these attributes) as CSV in UTF-8."""
    lines = [[getattr(row, name) for name in names] for row in rows]
    return csv_text([names, *lines]).encode("utf-8", "backslashreplace")
