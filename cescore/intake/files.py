"""Which files of data/ hold observations, and of which year."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cescore.intake.findings import FindingLog

_IGNORED = re.compile(r"^(~\$.*|\..*|.*\.tmp|.*~|Thumbs\.db|desktop\.ini)$", re.IGNORECASE)
_OBSERVATIONS = re.compile(r"^observations.*\.(csv|parquet)$", re.IGNORECASE)
_KNOWN = frozenset(["measures.csv", "vetoes.csv", "entities.csv", "corrections.yml", "readme.md"])


@dataclass(frozen=True)
class Source:
    """A file of observations; ``year`` is its folder's, None where it holds several years."""

    path: Path
    file: str
    year: int | None


def find_sources(data: Path, last_year: int, log: FindingLog, prefix: str = "data") -> list[Source]:
    """The files of observations up to a year: in data/ and in its year folders, in order."""
    folders: list[tuple[Path, str, int | None]] = [(data, prefix, None)]
    folders += [
        (data / str(year), f"{prefix}/{year}", year) for year in year_folders(data, last_year)
    ]
    return [source for folder in folders for source in _in_folder(*folder, log)]


def year_folders(data: Path, last_year: int) -> list[int]:
    """The years up to one that have a folder in data/."""
    names = [f.name for f in data.iterdir() if f.is_dir()] if data.is_dir() else []
    years = [int(name) for name in names if re.fullmatch(r"[0-9]{4}", name)]
    return sorted(year for year in years if year <= last_year)


def _in_folder(folder: Path, name: str, year: int | None, log: FindingLog) -> Iterator[Source]:
    for path in sorted(folder.iterdir()) if folder.is_dir() else []:
        file = f"{name}/{path.name}"
        if path.is_dir():
            if _OBSERVATIONS.match(path.name):
                log.add("error", "file_refused", file=file, found="a folder", expected="a file")
            continue
        if _IGNORED.match(path.name):
            log.add("info", "file_ignored", file=file, found="a temporary or system file")
        elif _OBSERVATIONS.match(path.name):
            yield Source(path, file, year)
        elif path.name.lower() not in _KNOWN:
            log.add(
                "warning",
                "file_not_read",
                file=file,
                found="a file with another name",
                expected="observations*.csv, observations*.parquet, measures.csv, vetoes.csv",
            )
