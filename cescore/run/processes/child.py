"""One report in a process of its own: limits, log, work folder, then `render`.

Used by the processes that `press` and a cluster worker's forkserver fork, and as a command (``python -m cescore.run.processes.child``) where a
process cannot be forked.
"""

from __future__ import annotations

import dataclasses
import errno
import gc
import importlib
import json
import os
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

from cescore.definitions.entries.json_text import json_document
from cescore.definitions.formulas.held_back import held_back
from cescore.definitions.shipped import PACKAGE
from cescore.errors import CescoreError
from cescore.run.job import (
    BUNDLE_NAME,
    IN_PROCESS,
    PAGES_NAME,
    RENDER,
    RESULT_NAME,
    SPECIMEN_RENDER,
    TEMPORARY_NAME,
    Job,
    Limits,
)
from cescore.run.processes.ending import adopt_orphans, be_first_to_go, end_orphans, end_with
from cescore.run.processes.fence import Fence

Render = Callable[..., Any]
EXIT_FAILED = 3  # the cause is in the result file
EXIT_BROKEN = 70  # EX_SOFTWARE: it did not even come so far
EXIT_DISK_FULL = 74  # EX_IOERR: not even the result file could be written
NO_SPACE = (errno.ENOSPC, errno.EDQUOT)
LONGEST_CAUSE = 2000  # characters

# jsonschema, under nbformat, imports it for addresses that no notebook's schema speaks of; compiling
# its grammar takes a second, a quarter of what a press needs to start.
SLOW_GRAMMAR = "rfc3987_syntax"

# The same surroundings on every machine, so that the same inputs give the same bytes, and no
# threads before a fork.
SURROUNDINGS = {
    "PYTHONHASHSEED": "0",
    "TZ": "UTC",
    "LC_ALL": "C.UTF-8",
    "PYTHONIOENCODING": "utf-8:backslashreplace",  # of logs, whatever the terminal's is
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "MPLBACKEND": "Agg",
    "SOURCE_DATE_EPOCH": "946684800",  # 2000-01-01: whatever still asks the clock gets this
}


def surroundings() -> dict[str, str]:
    """The environment of report processes, in which this package is found from any folder."""
    here = str(PACKAGE.parent)
    path = os.pathsep.join(p for p in (here, os.environ.get("PYTHONPATH", "")) if p)
    return {**os.environ, **SURROUNDINGS, "PYTHONPATH": path}


def load_render(name: str) -> Render:
    """The function that a ``module:function`` names."""
    module, _, function = name.partition(":")
    with held_back(SLOW_GRAMMAR):
        found: Render = getattr(importlib.import_module(module), function)
    return found


def be_report(parent: int, make: Callable[[], int]) -> NoReturn:
    """What a process does that was forked for one report: leads a group of its own, ends with its
    parent, is the first to go where memory runs out, makes the report and exits with its status.

    It collects no garbage: a walk over all that a report left would only precede the end of it all.
    """
    status = EXIT_BROKEN
    try:
        gc.disable()
        with suppress(PermissionError):
            os.setpgid(0, 0)
        end_with(parent)
        be_first_to_go()
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        status = make()
        with suppress(OSError):
            sys.stdout.flush()
    except BaseException as error:
        with suppress(BaseException):
            print(f"{type(error).__name__}: {error}", file=sys.stderr, flush=True)
    finally:
        os._exit(status)


def run_job(job: Job, render: Render, limits: Limits) -> int:
    """Make one report; what came of it stands in the work folder. Returns the exit status."""
    try:
        _redirect(Path(job.log))
        _limit(limits)
        os.chdir(job.work)  # so that the paths a page could print are the same wherever it is built
        _keep_temporary_files_here()
        adopt_orphans()
        fence = _fenced(job, render)
        result = _result_of(job, render, limits)
        return _told(result if fence is None else _with_what_was_tried(result, fence))
    except OSError as error:
        if error.errno in NO_SPACE:
            return EXIT_DISK_FULL
        raise


def _fenced(job: Job, render: Render) -> Fence | None:
    """The fence, put up, if it is our own render and it runs the cells here.

    A kernel is a process of another program: neither Python's hook nor the folders listed for ours fit.
    """
    is_ours = f"{render.__module__}:{render.__name__}" in (RENDER, SPECIMEN_RENDER)
    if not is_ours or job.engine != IN_PROCESS:
        return None
    templates = Path(job.templates) if job.templates else None
    fence = Fence.around(Path(job.work), Path(job.notebook), templates)
    fence.close()
    return fence


def _with_what_was_tried(result: dict[str, Any], fence: Fence) -> dict[str, Any]:
    """The result with what the notebook tried beyond its fence, be it that it went on."""
    tried = fence.warnings()
    if tried and "record" in result:
        record = result["record"]
        return {"record": {**record, "warnings": [*record.get("warnings", ()), *tried]}}
    return result


def _result_of(job: Job, render: Render, limits: Limits) -> dict[str, Any]:
    """What `render` returned, or the cause of its failure in a sentence."""
    try:
        record = render(
            Path(BUNDLE_NAME),
            Path(PAGES_NAME),
            job.lang,
            notebook=Path(job.notebook),
            **({"templates": Path(job.templates)} if job.templates else {}),
            **({"engine": job.engine} if job.engine != IN_PROCESS else {}),
        )
        # Asked here and not by who forked this process: reports that end at the same moment leave
        # orphans to one parent, which cannot tell whose they were.
        left = end_orphans(())
        return {"cause": left_running(left)} if left else {"record": _plain(record)}
    except CescoreError as error:
        cause = str(error)
    except MemoryError:
        cause = f"needs more than {limits.memory_mb} MB of memory"
    except (Exception, SystemExit) as error:
        if isinstance(error, OSError) and error.errno in NO_SPACE:
            raise
        cause = cause_of(error)
        with suppress(OSError):  # the log itself may be what went wrong
            traceback.print_exc()
    return {"cause": cause[:LONGEST_CAUSE]}


def _told(result: dict[str, Any]) -> int:
    """Write the result; a failure's cause into the log as well."""
    Path(RESULT_NAME).write_text(json.dumps(result, default=str), encoding="utf-8")
    if "cause" not in result:
        return 0
    with suppress(OSError):
        print(result["cause"], file=sys.stderr, flush=True)
    return EXIT_FAILED


def left_running(count: int) -> str:
    """The cause of a report that started processes and left them running."""
    return f"left {count} process{'es' * (count > 1)} running, which had to be ended"


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


def _redirect(log: Path) -> None:
    """Standard output and error into the entity's log; nothing to read."""
    log.parent.mkdir(parents=True, exist_ok=True)
    sys.stdout.flush()
    sys.stderr.flush()
    log.unlink(missing_ok=True)  # a process of a build that was killed may still hold the old one
    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(file, 1)
    os.dup2(file, 2)


def _keep_temporary_files_here() -> None:
    """Temporary files go into the work folder, so that none is left of a process that is killed.

    By relative names, because a socket's name may not be long: a kernel's are kept there too.
    """
    Path(TEMPORARY_NAME).mkdir(exist_ok=True)
    os.environ["TMPDIR"] = tempfile.tempdir = str(Path(TEMPORARY_NAME).resolve())
    os.environ["JUPYTER_RUNTIME_DIR"] = TEMPORARY_NAME


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
    """``python -m cescore.run.processes.child RENDER LIMITS JOB``: one report in a fresh process."""
    name, limits, job = sys.argv[1:4]
    render = load_render(name)
    preload = getattr(sys.modules[render.__module__], "preload", None)
    if preload is not None:
        preload()  # libraries look around when they are first used, which the fence would refuse
    return run_job(Job.from_line(job.encode()), render, Limits(**json_document(limits, "limits")))


if __name__ == "__main__":
    sys.exit(main())
