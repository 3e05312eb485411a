"""One report on a cluster worker: a process of its own from the standard library's forkserver.

A worker has threads, and forking from it is unsafe; the forkserver is a clean process beside it that
has imported everything and forks a child per report. A worker holds bundles, never the panel.
"""

from __future__ import annotations

import io
import json
import multiprocessing
import os
import signal
import tarfile
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from multiprocessing.connection import wait
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

from distributed import get_worker

from cescore.definitions.entries.json_text import json_document
from cescore.run.inputs.fingerprint import differences, fingerprint
from cescore.run.job import BUNDLE_NAME, PAGES_NAME, RENDER_NAME, Job, Limits, Outcome
from cescore.run.processes.child import surroundings
from cescore.run.processes.cluster_child import be_report_of_worker
from cescore.run.processes.ending import end_group
from cescore.run.processes.press import outcome_of, overran

PRELOAD = [
    "cescore.run.processes.preloaded",
    "cescore.run.processes.cluster_child",
    "dask.__main__",  # a worker's own main module
]

LOG_NAME = "log"  # in the folder that a report is made in
MADE_PREFIX, MADE_IN = "made-", "made in"  # such a folder where it is shared; where it is told

Files = Mapping[str, bytes]  # path below the work folder -> content

_starting = threading.Lock()
_at_work: dict[int, str] = {}  # process id -> run


@dataclass(frozen=True)
class Told:
    """What comes with every task, as JSON: the job as the driver knows it, and what it must match."""

    run: str
    job: Mapping[str, Any]
    limits: Mapping[str, Any]
    render: str
    fingerprint: Mapping[str, str]
    is_shared: bool

    def to_bytes(self) -> bytes:
        return json.dumps(vars(self)).encode()

    @classmethod
    def from_bytes(cls, content: bytes) -> Told:
        return cls(**json_document(content, "task"))


def make_report(
    told: bytes, bundle: bytes, notebook: bytes, templates: bytes
) -> tuple[bytes, Files]:
    """The task: one report. Returns the outcome as JSON and the report's files.

    In a shared folder the files stay where they were made, and the folder's name comes back for
    them: one of its own below the job's, because a worker that has lost the scheduler, and not the
    folder, may still be making a report that another was given since. A worker that would not make
    the driver's bytes makes nothing and says what differs.
    """
    task = Told.from_bytes(told)
    odd = differences(task.fingerprint, own_fingerprint())
    if odd:
        return _refusal(odd), {}
    job, limits = Job(**task.job), Limits(**task.limits)
    if task.is_shared:
        if not Path(job.work).is_dir():
            return _refusal([f"{job.work} is not seen there; without --shared it need not be"]), {}
        folder = tempfile.mkdtemp(prefix=MADE_PREFIX, dir=job.work)
        local = _laid_out(job, Path(folder), bundle, notebook, templates)
        return _made(local, limits, task).to_line(), {MADE_IN: folder.encode()}
    with tempfile.TemporaryDirectory(prefix="cescore-") as folder:
        local = _laid_out(job, Path(folder), bundle, notebook, templates)
        outcome = _made(local, limits, task)
        return outcome.to_line(), _collected(local)


def _refusal(odd: Sequence[str]) -> bytes:
    with suppress(ValueError):  # called by no worker
        odd = [f"worker {get_worker().address}: {one}" for one in odd]
    return json.dumps({"refused": odd}).encode()


@lru_cache(maxsize=1)
def own_fingerprint() -> Mapping[str, str]:
    """This worker's; read once, as its modules are."""
    return fingerprint()


def end_reports(run: str) -> None:
    """End every report of a run that this worker has at work."""
    for pid, its_run in list(_at_work.items()):
        if its_run == run:
            end_group(pid)


def _laid_out(job: Job, work: Path, bundle: bytes, notebook: bytes, templates: bytes) -> Job:
    """The job with its bundle, notebook, templates and log where this worker has them."""
    (work / PAGES_NAME).mkdir(parents=True, exist_ok=True)
    (work / BUNDLE_NAME).write_bytes(bundle)
    given = work / "given"
    given.mkdir()
    where = given / Path(job.notebook).name
    where.write_bytes(notebook)
    if templates:
        with tarfile.open(fileobj=io.BytesIO(templates)) as archive:
            archive.extractall(given / "templates", filter="data")
    return replace(
        job,
        work=str(work),
        notebook=str(where),
        log=str(work / LOG_NAME),
        templates=str(given / "templates") if templates else "",
    )


def _collected(job: Job) -> Files:
    """The pages made and the log, for the driver."""
    work = Path(job.work)
    found = {
        f"{PAGES_NAME}/{path.name}": path.read_bytes()
        for path in sorted((work / PAGES_NAME).iterdir())
        if path.is_file()
    }
    with suppress(OSError):
        found[LOG_NAME] = Path(job.log).read_bytes()
    return found


def _made(job: Job, limits: Limits, task: Told) -> Outcome:
    """Run a job in a process of its own, with the outcomes of the local press."""
    process = _started(job, limits, task.render)  # returns once the forkserver has imported all
    began = time.monotonic()
    pid = process.pid or 0
    _at_work[pid] = task.run
    try:
        is_over = not wait([process.sentinel], limits.seconds)
        end_group(pid)  # the report where it overran, and whatever it left behind
        with suppress(OSError):
            os.kill(pid, signal.SIGKILL)  # one that had no group yet
        wait([process.sentinel])
        with (
            _starting
        ):  # elsewhere the same status could be read by two threads, and by one in vain
            process.join()
    finally:
        _at_work.pop(pid, None)
    seconds = time.monotonic() - began
    if is_over:
        return overran(job, seconds, limits)
    return outcome_of(job, process.exitcode or 0, seconds)


def _started(job: Job, limits: Limits, render: str) -> ForkServerProcess:
    context = multiprocessing.get_context("forkserver")
    with _starting:
        # a worker under a nanny is daemonic, which multiprocessing lets have no children
        multiprocessing.current_process()._config["daemon"] = False  # type: ignore[attr-defined]
        _ensure_server(context, render)
        process = context.Process(
            target=be_report_of_worker, args=(job.to_line(), vars(limits), render)
        )
        process.daemon = True  # ends with the worker
        process.start()
    return process


def _ensure_server(context: Any, render: str) -> None:
    """Start the forkserver in a report's surroundings; it keeps them for every child."""
    from multiprocessing import forkserver

    before = dict(os.environ)
    context.set_forkserver_preload(PRELOAD)
    os.environ.update(surroundings() | {RENDER_NAME: render})
    try:
        forkserver.ensure_running()
    finally:
        os.environ.clear()
        os.environ.update(before)
