"""Time and peak memory of the evaluation by number of enterprises, each size in a process of its own.

``python -m benchmarks.evaluation --firms 500 5000 50000``
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.workspaces import make_workspace

STEPS = ("read and checked", "evaluated", "result rows")


def measure(root: Path) -> dict[str, float]:
    """CPU seconds of each step, rows of results, and peak memory in MB, in this process."""
    from cescore.workspace import Workspace
    from cescore.yearly import evaluate_workspace

    found, began = {}, time.process_time()
    workspace = Workspace.load(root)
    found[STEPS[0]] = time.process_time() - began
    yearly = evaluate_workspace(workspace)
    found[STEPS[1]] = time.process_time() - began - sum(found.values())
    found["rows"] = float(sum(len(part) for part in yearly.results_in_parts()))
    steps = found[STEPS[0]] + found[STEPS[1]]
    found[STEPS[2]] = time.process_time() - began - steps
    found["findings"] = float(len(workspace.findings))
    found["peak MB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return found


def main() -> None:
    """Measure each size and print one line for it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.evaluation", description=__doc__)
    parser.add_argument("--firms", type=int, nargs="+", default=[500, 5000])
    parser.add_argument("--root", type=Path, help="measure this workspace instead")
    chosen = parser.parse_args()
    if chosen.root:
        print(json.dumps(measure(chosen.root)))
        return
    for firms in chosen.firms:
        with tempfile.TemporaryDirectory() as folder:
            make_workspace(Path(folder) / "w", firms, only_firms=True)
            command = [sys.executable, "-m", "benchmarks.evaluation", "--root", f"{folder}/w"]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
        found = json.loads(done.stdout)
        print(f"{firms} firms: " + ", ".join(f"{k} {v:,.1f}" for k, v in found.items()), flush=True)


if __name__ == "__main__":
    main()
