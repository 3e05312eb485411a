"""The evaluation at growing numbers of enterprises: what `benchmarks.evaluation` finds, in one table."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.evaluation import STEPS
from benchmarks.measure import REPOSITORY, spent
from benchmarks.report import Report
from benchmarks.workspaces import size_of


def measure(sizes: Sequence[int], work: Path, report: Report) -> None:
    """Generate, read and evaluate a workspace of each size; a table and a plot."""
    found = [_one(size, work / "scale") for size in sizes]
    report.heading("The evaluation, by number of entities")
    report.table(
        ("entities", "data MB", *(f"{step}, CPU s" for step in STEPS), "ms each", "peak MB"),
        [
            (
                f"{one['entities']:,.0f}",
                f"{one['data_mb']:.0f}",
                *(f"{one[step]:.1f}" for step in STEPS),
                f"{1000 * sum(one[step] for step in STEPS) / one['entities']:.2f}",
                f"{one['peak MB']:.0f}",
            )
            for one in found
        ],
    )
    report.keep("scale", {str(one["entities"]): one for one in found})
    report.plot("scale", "Seconds of reading and evaluating by number of entities", _lines(found))


def _one(size: int, root: Path) -> dict[str, Any]:
    options = ["--firms", str(size), "--only-firms"]
    spent([sys.executable, "-m", "benchmarks.workspaces", str(root), *options], REPOSITORY)
    command = [sys.executable, "-m", "benchmarks.evaluation", "--root", str(root)]
    done = spent(command, REPOSITORY)
    found: dict[str, Any] = {"entities": size, **json.loads(done.output.splitlines()[-1])}
    found["data_mb"] = size_of(root / "data") / 1e6
    shutil.rmtree(root)
    return found


def _lines(found: Sequence[dict[str, Any]]) -> Any:
    def draw(axes: Any) -> None:
        sizes = [one["entities"] for one in found]
        for step, colour in zip(STEPS, ("#9fb4bf", "#005b82", "#d55e00"), strict=True):
            axes.loglog(sizes, [one[step] for one in found], "o-", color=colour, label=step)
        axes.minorticks_off()
        axes.xaxis.set_major_formatter("{x:,g}")  # figures as they are said, not as powers of ten
        axes.yaxis.set_major_formatter("{x:g}")
        axes.set_xlabel("entities")
        axes.set_ylabel("CPU seconds")
        axes.legend(frameon=False)

    return draw
