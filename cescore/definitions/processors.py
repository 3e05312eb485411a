"""How many processors this process may use."""

from __future__ import annotations

import os
import re
from pathlib import Path

UNTOLD = 2  # where the system does not say: few, since each process takes half a gigabyte

GROUPS = Path("/sys/fs/cgroup")  # where Linux keeps what a container may use


def usable_processors() -> int:
    """How many processes can run side by side at full speed.

    The processors that this process is bound to, or fewer where its container may use less of them
    (``docker --cpus``, a pod's limit), rounded up to a whole one.
    """
    if not hasattr(os, "sched_getaffinity"):
        return UNTOLD
    return max(1, min(len(os.sched_getaffinity(0)), _allowed(GROUPS)))


def _allowed(groups: Path) -> int:
    """Processors that a container's limit comes to: cgroups of version 2, else of version 1."""
    quota = _said(groups / "cpu.max") or _said(
        groups / "cpu/cpu.cfs_quota_us", groups / "cpu/cpu.cfs_period_us"
    )
    found = re.fullmatch(r"(\d+) ([1-9]\d*)", quota)  # "max" and -1: no limit
    return -(-int(found[1]) // int(found[2])) if found else 10**6


def _said(*files: Path) -> str:
    """What small files say, beside each other; nothing where one cannot be read."""
    try:
        return " ".join(file.read_text("ascii").strip() for file in files)
    except (OSError, UnicodeDecodeError):
        return ""
