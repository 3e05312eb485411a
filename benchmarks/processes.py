"""What processes hold, read from /proc (Linux)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Process:
    """A running process."""

    pid: int
    parent: int
    cpu: float  # seconds, with its children that have ended
    folder: str


@dataclass(frozen=True)
class Sample:
    """One look at a build: MB of proportional set size, open files of the driver."""

    seconds: float
    driver: float
    press: float
    workers: tuple[float, ...]
    open_files: int


def processes() -> Iterator[Process]:
    """Every process that can be read."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError, ValueError, IndexError):
                after = (entry / "stat").read_text().rpartition(")")[2].split()
                cpu = sum(map(int, after[11:15])) / TICKS
                yield Process(int(entry.name), int(after[1]), cpu, str((entry / "cwd").readlink()))


def tree(root: int) -> list[Process]:
    """The descendants of a process."""
    every = list(processes())
    found, known = list[Process](), {root}
    grown = True
    while grown:
        new = [p for p in every if p.parent in known and p.pid not in known]
        known.update(p.pid for p in new)
        found += new
        grown = bool(new)
    return found


def sample(driver: int, seconds: float) -> Sample:
    """The driver, the press that it started, and the report processes that the press forked."""
    below = tree(driver)
    presses = {p.pid for p in below if p.parent == driver}
    workers = (_pss(p.pid) for p in below if p.parent in presses)
    files = 0
    with suppress(OSError):
        files = len(os.listdir(f"/proc/{driver}/fd"))
    return Sample(
        seconds, _pss(driver), sum(map(_pss, presses)), tuple(w for w in workers if w), files
    )


def _pss(pid: int) -> float:
    """MB of memory, what is shared counted in shares; 0 for a process that has gone."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    return 0.0


def marked(name: str, value: str) -> list[int]:
    """Processes whose environment holds ``name=value``, this one left out."""
    wanted, found = f"{name}={value}".encode(), list[int]()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            with suppress(OSError):
                if wanted in (entry / "environ").read_bytes().split(b"\0"):
                    found.append(int(entry.name))
    return found
