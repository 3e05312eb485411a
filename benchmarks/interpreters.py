"""The same reports by several Pythons, in turn.

``python -m benchmarks.interpreters .venv/bin/python OTHER/bin/python ...`` takes the interpreters of
environments that hold the packages of requirements.lock, the one to compare with first. Reports are of the
sample; those of all interpreters are made by turns in parents that stay, and compared pair by pair.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
from contextlib import ExitStack
from pathlib import Path

from benchmarks.chain import notebook_of
from benchmarks.forked import Forked
from benchmarks.measure import ratios, said
from benchmarks.report import Report
from benchmarks.run import QUICK, Bench

TYPES = ("enterprise", "district")
BUILT = """
import platform, sysconfig
guided = "--enable-optimizations" in (sysconfig.get_config_var("CONFIG_ARGS") or "")
print(platform.python_version(), "profile-guided" if guided else "plainly built")
"""


def rounds_of(pythons: list[str], bundle: Path, folder: Path, rounds: int) -> list[list[float]]:
    """CPU seconds of a report by interpreter and round; one more round before is not counted."""
    found: list[list[float]] = [[] for _ in pythons]
    with ExitStack() as stack:
        parents = [stack.enter_context(Forked(python)) for python in pythons]
        for number in range(rounds + 1):
            turn = list(zip(found, parents, strict=True))
            for seconds, parent in turn if number % 2 else turn[::-1]:
                seconds.append(parent.cpu("ours", bundle, notebook_of(bundle), folder))
    return [seconds[1:] for seconds in found]


def main() -> None:
    """Print a line per interpreter and type of entity."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.interpreters", description=__doc__)
    parser.add_argument("pythons", nargs="+", help="interpreters, the one to compare with first")
    parser.add_argument("--rounds", type=int, default=7)
    chosen = parser.parse_args()
    built = [subprocess.check_output([p, "-c", BUILT], text=True).strip() for p in chosen.pythons]
    print("| Python | report | CPU s, median (lowest–highest) | of the first, pair by pair |")
    print("|---|---|---:|---:|")
    with tempfile.TemporaryDirectory() as work:
        bench = Bench(Path(work), QUICK, Report(Path(work)))
        for kind in TYPES:
            (bundle,) = bench.bundles(kind, 1)
            found = rounds_of(chosen.pythons, bundle, Path(work) / "made", chosen.rounds)
            for name, seconds in zip(built, found, strict=True):
                print(f"| {name} | {kind} | {said(seconds)} | {said(ratios(seconds, found[0]))} |")


if __name__ == "__main__":
    main()
