"""Reading and evaluating a workspace at growing numbers of entities, each in a process of its own.

``python -m benchmarks.scaling ROOT`` prints what one workspace took, as JSON.
"""

from __future__ import annotations

import json
import resource
import shutil
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.measure import REPOSITORY, spent
from benchmarks.report import Report
from benchmarks.workspaces import size_of


def measure(sizes: Sequence[int], work: Path, report: Report) -> None:
    """Generate, read and evaluate a workspace of each size; a table and a plot."""
    found = [_one(size, work / "scale") for size in sizes]
    report.heading("The evaluation, by number of entities")
    report.table(
        ("entities", "data MB", "read s", "evaluate s", "ms an entity", "peak memory MB"),
        [
            (
                f"{one['entities']:,}", f"{one['data_mb']:.0f}", f"{one['read']:.1f}",
                f"{one['evaluate']:.1f}",
                f"{1000 * (one['read'] + one['evaluate']) / one['entities']:.2f}",
                f"{one['peak_mb']:.0f}",
            )
            for one in found
        ],
    )  # fmt: skip
    report.keep("scale", {str(one["entities"]): one for one in found})
    report.plot("scale", "Seconds of reading and evaluating by number of entities", _lines(found))


def _one(size: int, root: Path) -> dict[str, Any]:
    options = ["--firms", str(size), "--only-firms"]
    spent([sys.executable, "-m", "benchmarks.workspaces", str(root), *options], REPOSITORY)
    done = spent([sys.executable, "-m", "benchmarks.scaling", str(root)], REPOSITORY)
    found: dict[str, Any] = json.loads(done.output.splitlines()[-1])
    found["data_mb"] = size_of(root / "data") / 1e6
    shutil.rmtree(root)
    return found


def _lines(found: Sequence[dict[str, Any]]) -> Any:
    def draw(axes: Any) -> None:
        sizes = [one["entities"] for one in found]
        axes.loglog(sizes, [one["read"] for one in found], "o-", color="#9fb4bf", label="read")
        values = [one["evaluate"] for one in found]
        axes.loglog(sizes, values, "o-", color="#005b82", label="evaluate")
        axes.xaxis.set_major_formatter("{x:,g}")  # figures as they are said, not as powers of ten
        axes.yaxis.set_major_formatter("{x:g}")
        axes.set_xlabel("entities")
        axes.set_ylabel("seconds")
        axes.legend(frameon=False)

    return draw


def main(root: Path) -> None:
    """Read and evaluate one workspace."""
    from cescore.workspace import Workspace
    from cescore.yearly import evaluate_workspace

    began = time.perf_counter()
    workspace = Workspace.load(root, None)
    read = time.perf_counter() - began
    evaluated = evaluate_workspace(workspace)
    whole = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    said = {
        "entities": len(evaluated.entities),
        "read": read,
        "evaluate": whole - read,
        "peak_mb": peak,
    }
    print(json.dumps(said))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
