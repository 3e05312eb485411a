"""Runs jobs in isolated processes: forked from a press where possible, fresh ones elsewhere."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import asdict
from typing import Protocol

from cescore.definitions.entries.json_text import json_document
from cescore.errors import RunError, Sentence
from cescore.run.job import RENDER, Job, Limits, Outcome
from cescore.run.processes.child import surroundings
from cescore.run.processes.ending import end_group, end_marked
from cescore.run.processes.press import READY, outcome_of, overran

GRACE = 5.0  # seconds a press has to end after its input has
MARK = "CESCORE_REPORT"  # in the environment of a report's process and of all it starts


class Executor(Protocol):
    """Something that runs jobs, each in a process of its own."""

    note: str  # for the summary; empty where there is nothing to say

    def run(self, jobs: Iterable[Job]) -> Iterator[Outcome]:
        """Outcomes as they come; jobs are taken only as room is found for them."""

    def close(self) -> None:
        """End every process still at work, at once."""


def open_executor(
    workers: int,
    *,
    render: str = RENDER,
    limits: Limits | None = None,
    fork: bool | None = None,
    scheduler: str = "",
    is_shared: bool = False,
) -> Executor:
    """The executor for this platform; ``fork`` forces one. Call it before any data are read.

    With a ``scheduler`` its workers make the reports; ``is_shared``: they see this machine's output
    folder under the same path, and write their pages there.
    """
    if scheduler:
        from cescore.run.processes.cluster import (
            Cluster,  # loads dask, which one machine does not need
        )

        return Cluster(scheduler, render, limits or Limits(), is_shared=is_shared)
    able = can_fork() if fork is None else fork
    return (Forking if able else Fresh)(workers, render, limits or Limits())


class Deferred:
    """An executor that is opened when it is begun, or when the first jobs come."""

    note = ""

    def __init__(self, opening: Callable[[], Executor]) -> None:
        self._opening = opening
        self._opened: Executor | None = None

    def begin(self) -> Executor:
        """Open it, if it is not open."""
        self._opened = self._opened or self._opening()
        return self._opened

    def run(self, jobs: Iterable[Job]) -> Iterator[Outcome]:
        """See `Executor`; opened before the first job is made."""
        return self.begin().run(jobs)

    def close(self) -> None:
        if self._opened is not None:
            self._opened.close()


def can_fork() -> bool:
    """Whether processes can be forked and watched safely here (Linux)."""
    if not sys.platform.startswith("linux") or not hasattr(os, "pidfd_open"):
        return False
    try:
        os.close(os.pidfd_open(os.getpid()))
    except OSError:
        return False
    return True


class Forking:
    """A press: one clean process that has imported everything and forks a child per report."""

    note = ""

    def __init__(self, workers: int, render: str, limits: Limits) -> None:
        self.workers = workers
        command = [sys.executable, "-m", "cescore.run.processes.press", render, str(workers)]
        self._process = subprocess.Popen(
            [*command, json.dumps(asdict(limits))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=surroundings(),
            start_new_session=True,  # the terminal's Ctrl-C is for the build, which tells the press
        )
        self._ready = False

    def run(self, jobs: Iterable[Job]) -> Iterator[Outcome]:
        """See `Executor`.

        Raises
        ------
        RunError
            The press ended by itself, or could not start.
        """
        waiting, at_work = iter(jobs), 0
        while True:
            while at_work < self.workers * 2 and (job := next(waiting, None)) is not None:
                self._send(job)
                at_work += 1
            if not at_work:
                return
            yield self._receive()
            at_work -= 1

    def _send(self, job: Job) -> None:
        self._await_ready()
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(job.to_line())
            self._process.stdin.flush()
        except BrokenPipeError:
            raise self._gone() from None

    def _receive(self) -> Outcome:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line.endswith(b"\n"):
            raise self._gone()
        return Outcome.from_line(line)

    def _await_ready(self) -> None:
        if not self._ready:
            assert self._process.stdout is not None
            line = self._process.stdout.readline()
            if line != READY:
                raise RunError(json_document(line, "answer")) if line else self._gone()
            self._ready = True

    def _gone(self) -> RunError:
        status = self._process.wait()
        return RunError(
            Sentence(
                "the process that reports are forked from ended with status {status}", status=status
            )
        )

    def close(self) -> None:
        assert self._process.stdin is not None and self._process.stdout is not None
        with suppress(BrokenPipeError):
            self._process.stdin.close()
        try:
            self._process.wait(GRACE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()


class Fresh:
    """A fresh Python process per report: slower, works wherever Python does."""

    note = "terminal.forked"

    def __init__(self, workers: int, render: str, limits: Limits) -> None:
        self.workers, self.render, self.limits = workers, render, limits
        self._pool = ThreadPoolExecutor(workers)
        self._processes: dict[subprocess.Popen[bytes], str] = {}  # with the mark of each
        self._number = itertools.count()

    def run(self, jobs: Iterable[Job]) -> Iterator[Outcome]:
        """See `Executor`."""
        waiting = iter(jobs)
        at_work: set[Future[Outcome]] = set()
        while True:
            while len(at_work) < self.workers and (job := next(waiting, None)) is not None:
                at_work.add(self._pool.submit(self._one, job))
            if not at_work:
                return
            done, at_work = wait(at_work, return_when=FIRST_COMPLETED)
            for future in done:
                yield future.result()

    def _one(self, job: Job) -> Outcome:
        began, mark = time.monotonic(), f"{os.getpid()}-{next(self._number)}"
        command = [sys.executable, "-m", "cescore.run.processes.child", self.render]
        process = subprocess.Popen(
            [*command, json.dumps(asdict(self.limits)), job.to_line().decode()],
            stdin=subprocess.DEVNULL,
            env={**surroundings(), MARK: mark},
            start_new_session=True,
        )
        self._processes[process] = mark
        try:
            code = process.wait(self.limits.seconds)
        except subprocess.TimeoutExpired:
            return overran(job, time.monotonic() - began, self.limits)
        finally:
            left = self._end(process)
            self._processes.pop(process, None)
        return outcome_of(job, code, time.monotonic() - began, left)

    def _end(self, process: subprocess.Popen[bytes]) -> int:
        """End a report's process and all that it started; how many it left running."""
        if process.poll() is None and hasattr(os, "killpg"):
            end_group(process.pid)
        elif process.poll() is None:
            process.kill()
        process.wait()
        return end_marked(MARK, self._processes[process]) if process in self._processes else 0

    def close(self) -> None:
        for process in tuple(self._processes):
            self._end(process)
        self._pool.shutdown(wait=True, cancel_futures=True)
