"""What a press holds when it forks."""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
from pathlib import Path

from publish import builders

from cescore.run.processes.child import be_report

ROOT = Path(__file__).parents[2]
LATE = """
import json, os, sys
from pathlib import Path
from cescore.run.processes import press

bundle, out, notebook = map(Path, sys.argv[1:])
render = press.loaded("cescore.publish.render:render")
before = set(sys.modules)
os.chdir(bundle.parent)
render(bundle, out, "zh", notebook=notebook)
print(json.dumps(sorted(set(sys.modules) - before)))
"""


def test_a_report_imports_nothing_that_its_parent_does_not_hold(tmp_path: Path) -> None:
    """Each child would import it again; and a search through sys.path reads folders it may not."""
    bundle = builders.write_bundle(tmp_path)
    notebook = ROOT / "notebooks" / "district.ipynb"
    said = subprocess.run(
        [sys.executable, "-c", LATE, str(bundle), str(tmp_path / "out"), str(notebook)],
        capture_output=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert json.loads(said.stdout.splitlines()[-1]) == []


def test_a_reports_process_collects_no_garbage() -> None:
    """Switched on again as a report ends, the collector would walk over all that is about to go."""
    parent = os.getpid()
    pid = os.fork()
    if pid == 0:
        be_report(parent, lambda: 1 if gc.isenabled() else 0)
    assert gc.isenabled()
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
