"""Time and peak memory of the evaluation by number of enterprises, each size in a process of its own.

``python -m benchmarks.evaluation --firms 500 5000 50000``; ``--tables`` also writes results and bands.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PYTHON = [sys.executable, "-m"]


STEPS = ("read and checked", "evaluated", "result rows")


class Stages:
    """CPU and wall seconds of each stage, and the peak of memory up to its end, by name."""

    def __init__(self) -> None:
        self.found: dict[str, float] = {}
        self._cpu, self._wall = time.process_time(), time.monotonic()

    def end(self, name: str) -> None:
        """Close the stage that has run since the last one; under its bare name stand CPU seconds."""
        cpu, wall = time.process_time(), time.monotonic()
        self.found |= {name: cpu - self._cpu, f"{name}, wall s": wall - self._wall}
        self.found |= {f"{name}, peak MB": peak_memory(), "peak MB": peak_memory()}
        print(f"{name}: {self.found[name]:.0f} CPU s, {peak_memory():.0f} MB", file=sys.stderr)
        self._cpu, self._wall = cpu, wall


def peak_memory() -> float:
    """The most memory this process has had resident [MB].

    From the kernel's own count of this program: `getrusage` would also count what the process was
    before it became this program.
    """
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


def measure(root: Path, tables: Path | None) -> dict[str, float]:
    """Each stage of the evaluation of a workspace in this process; with a folder also its tables."""
    from cescore.evaluation.yearly import evaluate_workspace
    from cescore.intake.workspace import Workspace
    from cescore.run.results.tables import write_tables

    stages = Stages()
    workspace = Workspace.load(root)
    stages.end(STEPS[0])
    yearly = evaluate_workspace(workspace)
    stages.end(STEPS[1])
    rows = sum(len(part) for part in yearly.results_in_parts())
    stages.end(STEPS[2])
    if tables is not None:
        write_tables(tables, yearly)
        stages.end("tables written")
    return {**stages.found, "rows": rows, "findings": len(workspace.findings)}


def main() -> None:
    """Measure each size and print what each stage took."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.evaluation", description=__doc__)
    parser.add_argument("--firms", type=int, nargs="+", default=[500, 5000])
    parser.add_argument("--root", type=Path, help="measure this workspace instead")
    parser.add_argument(
        "--tables",
        type=Path,
        help="write the tables as well: with --root into this folder, else aside",
    )
    chosen = parser.parse_args()
    if chosen.root:
        if chosen.tables:
            chosen.tables.mkdir(parents=True, exist_ok=True)
        print(json.dumps(measure(chosen.root, chosen.tables)))
        return
    for firms in chosen.firms:
        with tempfile.TemporaryDirectory() as folder:
            place, out = f"{folder}/w", f"{folder}/tables"
            size = ["--firms", str(firms), "--only-firms"]
            made = [*PYTHON, "benchmarks.workspaces", place, *size]
            subprocess.run(made, check=True, stdout=subprocess.DEVNULL)
            asked = [*PYTHON, "benchmarks.evaluation", "--root", place]
            asked += ["--tables", out] if chosen.tables else []
            done = subprocess.run(asked, check=True, stdout=subprocess.PIPE, text=True)
        found = json.loads(done.stdout)
        print(f"{firms} firms: " + ", ".join(f"{k} {v:,.1f}" for k, v in found.items()), flush=True)


if __name__ == "__main__":
    main()
