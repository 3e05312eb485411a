"""Forms made, filled in and collected: ``python -m benchmarks.returns [--firms 124] [--keep DIR]``.

A generated workspace sends forms to its enterprises, has them filled in with its own figures, and
takes them in again. Making and collecting are timed by the clock and by the operating system's
account of processor time, children included; filling in is the respondents' work and is not.
"""

from __future__ import annotations

import argparse
import io
import os
import resource
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from rich.console import Console

from benchmarks.workspaces import make_workspace
from cescore.run.asked import Asked
from cescore.run.commands.collect import CollectOptions, collect
from cescore.run.commands.forms import make_forms
from sample.returns import fill_form, rows_of

YEAR = 2025


def timed(what: str, count: int, act: Callable[[], object]) -> None:
    """Do something and print what it took."""
    began, before = time.perf_counter(), _processor_time()
    act()
    seconds, cpu = time.perf_counter() - began, _processor_time() - before
    print(
        f"{what}: {count} workbooks in {seconds:.1f} s, {cpu:.1f} s of processor time", flush=True
    )


def _processor_time() -> float:
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(u.ru_utime + u.ru_stime for u in map(resource.getrusage, kinds))


def run(work: Path, firms: int, jobs: int) -> None:
    """The whole way once, in a folder."""
    root, filled, console = work / "workspace", work / "filled", Console(file=io.StringIO())
    make_workspace(root, firms, file_format="csv")
    data = root / "data" / str(YEAR)
    returned = rows_of(sorted(data.glob("observations*.csv")), "variable")
    checked = rows_of(data.glob("measures.csv"), "check_id")
    asked = Asked(root, YEAR, "enterprise/*", progress="quiet")
    forms = work / "forms"
    timed("made", firms, lambda: make_forms(asked, forms, jobs, console))
    for form in sorted(forms.rglob("*.xlsx")):
        fill_form(form, filled / form.name, returned, checked)
    for path in (*data.glob("observations*.csv"), data / "measures.csv"):
        path.unlink(missing_ok=True)
    options = CollectOptions(filled, jobs=jobs)
    timed("collected and checked", firms, lambda: collect(asked, options, console))


def main() -> None:
    """Read the options and run."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.returns", description=__doc__)
    parser.add_argument("--firms", type=int, default=124)
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--keep", type=Path, help="a folder for what is made; else a passing one")
    chosen = parser.parse_args()
    work = chosen.keep or Path(tempfile.mkdtemp(prefix="returns-"))
    try:
        run(work, chosen.firms, chosen.jobs)
    finally:
        if chosen.keep is None:
            shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    main()
