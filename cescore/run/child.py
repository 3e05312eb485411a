"""One report in a process of its own: limits, log, work folder, then `render`.

Used by the forked child of `press`, and as a command (``python -m cescore.run.child``) where a
process cannot be forked.
"""

from __future__ import annotations

import dataclasses
import importlib
import json
import os
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from cescore.errors import CescoreError
from cescore.run.job import BUNDLE_NAME, PAGES_NAME, RESULT_NAME, Job, Limits

Render = Callable[..., Any]
EXIT_FAILED = 3  # the cause is in the result file
LONGEST_CAUSE = 2000  # characters

# The same surroundings on every machine, so that the same inputs give the same bytes, and no
# threads before a fork.
SURROUNDINGS = {
    "PYTHONHASHSEED": "0",
    "TZ": "UTC",
    "LC_ALL": "C.UTF-8",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "MPLBACKEND": "Agg",
    "SOURCE_DATE_EPOCH": "946684800",  # 2000-01-01: whatever still asks the clock gets this
}


def load_render(name: str) -> Render:
    """The function that a ``module:function`` names."""
    module, _, function = name.partition(":")
    found: Render = getattr(importlib.import_module(module), function)
    return found


def run_job(job: Job, render: Render, limits: Limits) -> int:
    """Make one report; what came of it stands in the work folder. Returns the exit status."""
    _redirect(Path(job.log))
    _limit(limits)
    os.chdir(job.work)  # so that the paths a page could print are the same wherever it is built
    try:
        record = render(
            Path(BUNDLE_NAME),
            Path(PAGES_NAME),
            job.lang,
            notebook=Path(job.notebook),
            **({"templates": Path(job.templates)} if job.templates else {}),
        )
        _write({"record": _plain(record)})
        return 0
    except CescoreError as error:
        cause = str(error)
    except MemoryError:
        cause = f"needs more than {limits.memory_mb} MB of memory"
    except Exception as error:
        cause = cause_of(error)
        with suppress(OSError):  # the log itself may be what went wrong
            traceback.print_exc()
    _write({"cause": cause[:LONGEST_CAUSE]})
    with suppress(OSError):
        print(cause, file=sys.stderr, flush=True)
    return EXIT_FAILED


def cause_of(error: BaseException) -> str:
    """An error in words, with the file and line that raised it where no message of ours explains it."""
    if isinstance(error, CescoreError):
        return str(error)
    frame = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{Path(frame.filename).name}, line {frame.lineno}"
    return f"{type(error).__name__}: {error} ({where})"


def _plain(record: Any) -> dict[str, Any]:
    if dataclasses.is_dataclass(record) and not isinstance(record, type):
        return dataclasses.asdict(record)
    return dict(record or {})


def _write(result: dict[str, Any]) -> None:
    Path(RESULT_NAME).write_text(json.dumps(result, default=str), encoding="utf-8")


def _redirect(log: Path) -> None:
    """Standard output and error into the entity's log; nothing to read."""
    log.parent.mkdir(parents=True, exist_ok=True)
    sys.stdout.flush()
    sys.stderr.flush()
    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(file, 1)
    os.dup2(file, 2)


def _limit(limits: Limits) -> None:
    try:
        import resource
    except ImportError:  # no such limits on this platform; the wall-time limit holds
        return
    for kind, megabytes in (
        (resource.RLIMIT_AS, limits.memory_mb),
        (resource.RLIMIT_FSIZE, limits.file_mb),
        (resource.RLIMIT_CORE, None),
    ):
        if megabytes != 0:
            _, most = resource.getrlimit(kind)
            least = 0 if megabytes is None else megabytes * 1024 * 1024
            allowed = least if most == resource.RLIM_INFINITY else min(least, most)
            resource.setrlimit(kind, (allowed, most))


def main() -> int:
    """``python -m cescore.run.child RENDER LIMITS JOB``: one report in a fresh process."""
    render, limits, job = sys.argv[1:4]
    return run_job(Job.from_line(job.encode()), load_render(render), Limits(**json.loads(limits)))


if __name__ == "__main__":
    sys.exit(main())
