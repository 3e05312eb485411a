"""What the driver of a build spends on a report, by many reports with a stand-in for the page.

``python -m benchmarks.driver --firms 300 10000``: for each size a workspace, a build of it, the same
with one value changed, the same with nothing changed. What is the driver's own is told apart from its
helpers, which make the bundles, and from the reports' processes.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median

from benchmarks.measure import REPOSITORY, environment, said

STUB = "benchmarks.stub:render"


def own() -> float:
    """CPU seconds of this process so far."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def children() -> float:
    """CPU seconds of all processes so far that this one started and that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class Marks:
    """CPU seconds of this process when each phase of a build began."""

    def __init__(self) -> None:
        self.at: dict[str, float] = {}

    def __call__(self, *_: object) -> Callable[..., None]:
        return lambda phase, *more: self.at.__setitem__(phase, own())


def driven(root: Path, workers: int) -> dict[str, float]:
    """One build in this process, which must be a fresh one; CPU seconds by whose they are."""
    os.environ.update(environment())
    from rich.console import Console

    from cescore.cli.main import collect_rarely
    from cescore.run.asked import Asked
    from cescore.run.building import build as building
    from cescore.run.kept.unchanged import tell_unchanged
    from cescore.run.processes.executor import open_executor

    collect_rarely()  # as the command does
    asked, console = Asked(root, only="enterprise/*"), Console(file=io.StringIO())
    if tell_unchanged(asked, console):
        return {"driver": own(), "reports": 0.0, "others": children()}
    marks = Marks()
    building.phases = marks  # type: ignore[assignment, attr-defined]
    ended: list[float] = []
    write_index = building._Building.write_index

    def noted(*given: object) -> None:
        ended.append(own())
        write_index(*given)  # type: ignore[arg-type]

    building._Building.write_index = noted  # type: ignore[method-assign, assignment]
    with contextlib.closing(open_executor(workers, render=STUB)) as executor:
        status = building.build(asked, executor, console)
    if status:
        raise RuntimeError(f"the build ended with {status}")
    return {"driver": own(), "reports": ended[0] - marks.at["reports"], "others": children()}


def measured(root: Path, workers: int) -> dict[str, float]:
    """The same in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.driver", "--root", str(root)]
    done = subprocess.run(
        [*command, "--workers", str(workers)], cwd=REPOSITORY, env=environment(), check=True,
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def of_size(firms: int, workers: int, rounds: int) -> str:
    """The builds of one size, as a line of a table."""
    from benchmarks.builds import change_one  # no part of what a build loads
    from benchmarks.workspaces import make_workspace

    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "w"
        count = make_workspace(root, firms, only_firms=True)
        whole = measured(root, workers)
        nothing = [measured(root, workers)["driver"] for _ in range(rounds)]
        changes = []
        for _ in range(rounds):
            change_one(root)
            changes.append(measured(root, workers))
    each = 1000 * whole["reports"] / count
    rest = 1000 * whole["others"] / count
    changed = [one["driver"] + one["others"] for one in changes]
    shares = [1000 * one["reports"] / count for one in changes]
    return (
        f"| {count:,} | {whole['driver']:.1f} | **{each:.1f}** | {rest:.0f} | {said(changed, 1)} |"
        f" {median(shares):.1f} | {said(nothing)} |"
    )


def main() -> None:
    """Read the options, measure, print a table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.driver", description=__doc__)
    parser.add_argument("--firms", type=int, nargs="+", default=[300])
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--root", type=Path, help="one build of this workspace, as JSON")
    chosen = parser.parse_args()
    if chosen.root:
        print(json.dumps(driven(chosen.root, chosen.workers)))
        return
    print(
        "| reports | driver, CPU s | of it ms a report | helpers and stand-ins, ms a report |"
        " one value changed, CPU s | of it ms a report | nothing changed, CPU s |"
    )
    print("|---:|---:|---:|---:|---:|---:|---:|")
    for firms in chosen.firms:
        print(of_size(firms, chosen.workers, chosen.rounds), flush=True)


if __name__ == "__main__":
    main()
