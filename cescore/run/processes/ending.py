"""Ends whatever a report started, however it tried to get away; Linux gives the means.

A report's process leads a process group, which one signal ends. What left the group (``setsid``) or
lost its parent is handed by the kernel to the nearest *subreaper* above it: the report's process,
which looks for such before it ends; of one that was killed, the press, which finds among its own
children one that it did not fork.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path

import psutil

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36  # linux/prctl.h
MOST_ROUNDS = 1000  # of looking for orphans that start others while they are ended
FIRST_TO_GO = "1000"  # linux: ended before any other where memory runs out

_prctl = getattr(ctypes.CDLL(None), "prctl", None) if sys.platform.startswith("linux") else None


def adopt_orphans() -> None:
    """Become the parent of every process below this one whose own parent has gone."""
    if _prctl is not None:
        _prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def end_with(parent: int) -> None:
    """End this process as soon as its parent has ended, be it by ``kill -9``."""
    if _prctl is not None:
        _prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:  # it has gone already
            os._exit(1)


def be_first_to_go() -> None:
    """Where memory runs out it is a report that ends, not the build."""
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(FIRST_TO_GO)


def end_group(pid: int) -> None:
    """Kill a report's processes, be it that they ignore every other signal."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def end_orphans(known: Collection[int]) -> int:
    """Kill and bury the children of this process that are not known, and theirs.

    Returns how many of them were still running.
    """
    if _prctl is None:  # nothing is handed to this process there
        return 0
    running = 0
    for _ in range(MOST_ROUNDS):
        orphans = [pid for pid in children() if pid not in known]
        if not orphans:
            break
        running += sum(map(_runs, orphans))
        for pid in orphans:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        for pid in orphans:
            with suppress(ChildProcessError):
                os.waitpid(pid, 0)
    return running


def _runs(pid: int) -> bool:
    """Whether a process is more than an entry in the table that nobody has asked after."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:
        return False
    return stat.rpartition(b")")[2].split()[0] != b"Z"


def end_marked(name: str, value: str) -> int:
    """Kill every process whose environment has a variable of this value, on any platform; how many."""
    ended = 0
    for _ in range(MOST_ROUNDS):
        found = [one for one in psutil.process_iter() if _is_marked(one, name, value)]
        if not found:
            break
        ended += len(found)
        for process in found:
            with suppress(psutil.Error):
                process.kill()
        psutil.wait_procs(found, timeout=1)
    return ended


def _is_marked(process: psutil.Process, name: str, value: str) -> bool:
    try:
        return bool(process.environ().get(name) == value)
    except (psutil.Error, OSError):  # ended meanwhile, or another user's
        return False


def children() -> list[int]:
    """The processes whose parent this one is."""
    try:
        lists = [task / "children" for task in Path("/proc/self/task").iterdir()]
        return [int(pid) for path in lists for pid in path.read_bytes().split()]
    except FileNotFoundError:  # a kernel built without these lists
        own = os.getpid()
        return [pid for pid, parent in _parents() if parent == own]


def _parents() -> Iterator[tuple[int, int]]:
    """Each process with its parent."""
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            with suppress(OSError):  # ended meanwhile
                stat = Path(entry.path, "stat").read_bytes()
                yield int(entry.name), int(stat.rpartition(b")")[2].split()[1])
