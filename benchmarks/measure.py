"""CPU of whole commands and of forked children, by the operating system's own account."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

REPOSITORY = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Spent:
    """What a command took: seconds of CPU (user and system, its children's included) and of wall."""

    cpu: float
    wall: float
    output: str = ""


def environment(**more: str) -> dict[str, str]:
    """The surroundings of every command measured: this repository first, one thread, no clock.

    Modules once compiled are kept, as they are for who uses the program: else each start compiles
    hundreds of ours, that of the naive chain's kernel too.
    """
    scripts = str(Path(sys.executable).parent)
    kept = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    return {
        **kept,
        "PATH": os.pathsep.join((scripts, os.environ.get("PATH", ""))),
        "PYTHONPATH": str(REPOSITORY),
        "PYTHONHASHSEED": "0",
        "OMP_NUM_THREADS": "1",
        "MPLBACKEND": "Agg",
        "LC_ALL": "C.UTF-8",
        **more,
    }


def spent(
    command: Sequence[str], folder: Path, allowed: Collection[int] = (0,), **more: str
) -> Spent:
    """Run a command to its end.

    Parameters
    ----------
    allowed
        Exit statuses that are no failure.
    more
        Of the environment.

    Raises
    ------
    RuntimeError
        It failed; the message holds the end of what it said.
    """
    before, began = _children(), time.perf_counter()
    done = subprocess.run(
        command, cwd=folder, env=environment(**more), text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
    )  # fmt: skip
    wall, cpu = time.perf_counter() - began, _children() - before
    if done.returncode not in allowed:
        raise RuntimeError(f"{' '.join(command)}: status {done.returncode}\n{done.stdout[-2000:]}")
    return Spent(cpu, wall, done.stdout)


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def ratios(many: Sequence[float], few: Sequence[float]) -> list[float]:
    """Pair by pair: the machine's speed drifts, both halves of a pair see the same."""
    return [a / b for a, b in zip(many, few, strict=True)]


def said(values: Sequence[float], digits: int = 2) -> str:
    """The median, and the lowest and highest."""
    middle, low, high = (round(v, digits) for v in (median(values), min(values), max(values)))
    return f"{middle} ({low}–{high})"
