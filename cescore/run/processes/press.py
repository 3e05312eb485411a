"""The clean parent that report processes are forked from.

A process of its own, started before any data are read: it imports everything a report needs once,
never holds the panel, takes jobs line by line from its standard input, forks one child per report,
and writes one outcome per line to its standard output. The end of its input ends it and them.

Why not the standard library's forkserver, as a cluster's workers use it: a press is the subreaper of
all that its reports start, ends what overran without a thread per report, and imports no main module
again in each child. A worker lives on through many runs, where one
server that is started once costs less than a press for each of them.
"""

from __future__ import annotations

import errno
import gc
import importlib
import json
import os
import selectors
import signal
import sys
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from cescore.definitions.entries.json_text import json_document
from cescore.errors import CescoreError
from cescore.publish.stages import collector_paused
from cescore.run.job import RESULT_NAME, Job, Limits, Outcome
from cescore.run.processes.child import (
    EXIT_DISK_FULL,
    Render,
    be_report,
    left_running,
    load_render,
    run_job,
)
from cescore.run.processes.ending import adopt_orphans, end_group, end_orphans
from cescore.run.processes.rehearsing import Rehearsals

READY = b"ready\n"
DISK_FULL, QUOTA_USED = os.strerror(errno.ENOSPC), os.strerror(errno.EDQUOT)
NOTEBOOKS_IMPORT = (
    "cescore.desk.documents",
    "cescore.desk.reviews",
    "IPython.core.completer",
    "IPython.core.pylabtools",
    "encodings.utf_8_sig",
    "matplotlib_inline.backend_inline",
)  # so that no child imports them again


@dataclass(frozen=True)
class Running:
    """A child at work."""

    job: Job
    pid: int
    handle: int  # process file descriptor, readable when the child has ended
    began: float


class Press:
    """Forks children from this process, so many at a time, and reports what became of each."""

    def __init__(self, render: Render, workers: int, limits: Limits) -> None:
        self.render, self.workers, self.limits = render, workers, limits
        self.waiting: deque[Job] = deque()
        self.running: dict[int, Running] = {}
        self.overdue: set[int] = set()
        self.selector = selectors.DefaultSelector()
        self.pid = os.getpid()
        self.rehearsals = Rehearsals.of(render)

    def serve(self, source: int, sink: int) -> None:
        """Take jobs until the source ends; then end what is still running."""
        os.set_blocking(source, False)
        self.selector.register(source, selectors.EVENT_READ)
        unread = b""
        try:
            while True:
                self._start(sink, source)
                for key, _ in self.selector.select(self._patience()):
                    if key.fd in self.running:
                        self._tell(sink, key.fd)
                        continue
                    piece = os.read(source, 1 << 16)
                    if not piece:
                        return
                    *lines, unread = (unread + piece).split(b"\n")
                    self.waiting.extend(Job.from_line(line) for line in lines)
                self._end_overdue()
        finally:
            self._end_all()

    def _start(self, sink: int, source: int) -> None:
        while self.waiting and len(self.running) < self.workers:
            job = self.rehearsals.before(self.waiting[0]) or self.waiting.popleft()
            pid = os.fork()
            if pid == 0:
                self._be_child(job, sink, source)
            with suppress(ProcessLookupError, PermissionError):
                os.setpgid(pid, pid)  # here and in the child: whichever comes first
            handle = os.pidfd_open(pid)
            self.running[handle] = Running(job, pid, handle, time.monotonic())
            self.selector.register(handle, selectors.EVENT_READ)

    def _be_child(self, job: Job, sink: int, source: int) -> NoReturn:
        """The forked child: never returns."""

        def make() -> int:
            for handle in (source, sink, *self.running):
                os.close(handle)
            self.selector.close()
            if self.rehearsals.is_specimen(job):
                return self.rehearsals.make(job, self.limits)
            return run_job(job, self.render, self.limits)

        be_report(self.pid, make)

    def _patience(self) -> float | None:
        """Seconds until the next child is overdue; None while there is none."""
        if not self.running:
            return None
        oldest = min(running.began for running in self.running.values())
        return max(oldest + self.limits.seconds - time.monotonic(), 0.01)

    def _end_overdue(self) -> None:
        now = time.monotonic()
        for running in self.running.values():
            if now - running.began > self.limits.seconds and running.pid not in self.overdue:
                self.overdue.add(running.pid)
                end_group(running.pid)

    def _tell(self, sink: int, handle: int) -> None:
        """Say what became of a child's report; a specimen is learnt from."""
        job = self.running[handle].job
        outcome = self._finished(handle)
        if self.rehearsals.is_specimen(job):
            self.rehearsals.learn(job, outcome.cause)
            return
        left = self.rehearsals.page_left(job) if outcome.status == "built" else ""
        _write_all(sink, outcome.to_line())  # whose folder is the driver's from now on
        if left:
            self.rehearsals.learn_again(job, left)

    def _finished(self, handle: int) -> Outcome:
        running = self.running.pop(handle)
        self.selector.unregister(handle)
        _, status = os.waitpid(running.pid, 0)
        os.close(handle)
        end_orphans([other.pid for other in self.running.values()])  # of one that was killed
        seconds = time.monotonic() - running.began
        if running.pid in self.overdue:
            self.overdue.discard(running.pid)
            return overran(running.job, seconds, self.limits)
        return outcome_of(running.job, os.waitstatus_to_exitcode(status), seconds)

    def _end_all(self) -> None:
        for running in self.running.values():
            end_group(running.pid)
        for running in self.running.values():
            with suppress(ChildProcessError):
                os.waitpid(running.pid, 0)
            if self.rehearsals.is_specimen(running.job):
                self.rehearsals.forget(running.job)
        end_orphans(())


def overran(job: Job, seconds: float, limits: Limits) -> Outcome:
    """The outcome of a job that did not end in time."""
    cause = f"not done after {limits.seconds:g} s; its processes were ended"
    return Outcome(job.entity_id, job.entity_type, "failed", cause, seconds, may_retry=True)


def outcome_of(job: Job, code: int, seconds: float, left: int = 0) -> Outcome:
    """What the exit status of a report's process and its result file say; a negative status is a signal.

    ``left``: processes that it left running, which have been ended; a report that does so is failed.
    """
    entity = (job.entity_id, job.entity_type)
    if code < 0:
        cause = f"its process was ended by {_signal_name(-code)}"
        return Outcome(*entity, "failed", cause, seconds, may_retry=-code == signal.SIGKILL)
    try:
        result = json_document((Path(job.work) / RESULT_NAME).read_bytes(), RESULT_NAME)
    except (OSError, ValueError):
        result = {"cause": f"its process ended with status {code} and left no result"}
    if left and "cause" not in result:
        result = {"cause": left_running(left)}
    if code == EXIT_DISK_FULL:
        result = {"cause": DISK_FULL}
    if "cause" in result:
        cause = result["cause"] or "no cause was given"
        is_full = DISK_FULL in cause or QUOTA_USED in cause  # a cell's or a library's words for it
        return Outcome(*entity, "failed", cause, seconds, is_disk_full=is_full)
    return Outcome(*entity, "built", seconds=seconds, record=result["record"])


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _write_all(sink: int, data: bytes) -> None:
    while data:
        data = data[os.write(sink, data) :]


def main() -> None:
    """``python -m cescore.run.processes.press RENDER WORKERS LIMITS``; standard output carries outcomes only."""
    name, workers, limits = sys.argv[1:4]
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the build decides; it closes our input
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    adopt_orphans()
    source, sink = os.dup(0), os.dup(1)
    os.dup2(2, 1)  # whatever is printed on import is no outcome
    with suppress(BrokenPipeError):
        try:
            with (
                collector_paused()
            ):  # all of it lives to the end: looking is a twelfth of the start
                render = loaded(name)
        except CescoreError as error:
            _write_all(sink, json.dumps(str(error)).encode() + b"\n")
            sys.exit(1)
        gc.collect()
        gc.freeze()  # shared pages stay shared
        _write_all(sink, READY)
        Press(render, int(workers), Limits(**json_document(limits, "limits"))).serve(source, sink)
    os._exit(0)  # nothing is left to tidy up, and unloading all that was imported takes its time


def loaded(name: str) -> Render:
    """The render function, with everything imported and read that every report needs."""
    render = load_render(name)
    if name.startswith("cescore."):
        for module in NOTEBOOKS_IMPORT:
            importlib.import_module(module)
    preload = getattr(sys.modules[name.partition(":")[0]], "preload", None)
    if preload is not None:
        preload()
    return render


if __name__ == "__main__":
    main()
