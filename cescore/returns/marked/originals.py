"""The received files of a year, as collecting keeps them: by content, each submission on record."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from cescore.errors import DataError
from cescore.intake.inventory import is_plain_file
from cescore.intake.returned import RETURNS

RECORD = "submissions.csv"
SHORT = 16  # places of a hash that name a folder


@dataclass(frozen=True)
class Original:
    """A received file: what it was called, where it is kept, and what it held."""

    file: str
    path: Path
    sha256: str

    def fault(self) -> str:
        """Why it cannot be used; "" where it is there as it was received."""
        if not is_plain_file(self.path):
            return f"{self.path}: not there any more"
        with self.path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        return "" if digest == self.sha256 else f"{self.path}: altered since it was received"


@dataclass(frozen=True)
class Originals:
    """The submissions that count in a year: files by name, and each entity's."""

    by_file: Mapping[str, Original]
    file_of: Mapping[str, str]

    @classmethod
    def of(cls, root: Path, year: int) -> Originals:
        """What was collected for a year; nothing where nothing was.

        Raises
        ------
        DataError
            The record of submissions is not as collecting writes it.
        """
        folder = root / "data" / str(year) / RETURNS
        record = folder / RECORD
        if not is_plain_file(record):
            return cls({}, {})
        by_file: dict[str, Original] = {}
        file_of: dict[str, str] = {}
        with record.open(encoding="utf-8", newline="") as stream:
            for n, row in enumerate(csv.DictReader(stream), 2):  # a later number stands below
                try:
                    entity_id, file, digest = row["entity_id"], row["file"], row["sha256"]
                    place = folder / digest[:SHORT] / PurePosixPath(file).name
                except (KeyError, TypeError) as error:
                    where = f"data/{year}/{RETURNS}/{RECORD}, row {n}"
                    raise DataError(f"{where}: no submission as collect writes it") from error
                by_file[file] = Original(file, place, digest)
                file_of[entity_id] = file
        return cls(by_file, file_of)
