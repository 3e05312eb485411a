"""Runs jobs on the workers of a dask.distributed scheduler: the same task, bundles and results.

The driver sends each task one bundle as bytes and gets bytes back; no worker sees the panel, and of
all reports only those under way are in the driver's memory. A report that fails, hangs or is killed
ends as on one machine. When a worker itself is lost, the scheduler hands its reports to others; one
whose workers were lost again and again is tried once more, alone, like any that was killed.
"""

from __future__ import annotations

import io
import logging
import os
import queue
import tarfile
import time
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import dask
from distributed import Client, Future
from distributed.comm.addressing import normalize_address
from distributed.scheduler import KilledWorker
from distributed.security import Security

from cescore.definitions.entries.json_text import json_document
from cescore.errors import RunError, Sentence
from cescore.run.inputs.fingerprint import differences, fingerprint
from cescore.run.job import BUNDLE_NAME, PAGES_NAME, Job, Limits, Outcome
from cescore.run.processes import cluster_worker
from cescore.run.processes.cluster_worker import LOG_NAME, MADE_IN, Told, make_report

CONNECT_SECONDS = 15.0
WORKERS_SECONDS = 120.0  # until the first worker joins: a queue of jobs has to start it
PATIENCE = 5.0  # between looks at whether scheduler and workers are still there
ALONE_SECONDS = 300.0  # without any worker, before the run gives up
TLS_SETTINGS = ("ca-file", "client.cert", "client.key")  # of dask, for a client
GONE = ("cancelled", "lost")  # states of a task whose result nobody has
MOST_AGAIN = 3  # times that a report is sent again because a worker died holding it
AHEAD = 2  # tasks sent per report that can be made at once, so that no worker waits


@dataclass(frozen=True)
class Waits:
    """How long the driver waits for the scheduler, for a first worker, and without any worker."""

    connect: float = CONNECT_SECONDS
    workers: float = WORKERS_SECONDS
    alone: float = ALONE_SECONDS


class Cluster:
    """An executor (see `cescore.run.processes.executor`) whose processes run wherever workers are.

    Raises
    ------
    RunError
        No scheduler answers, no worker joins, or a worker would make other bytes than this machine.
    """

    def __init__(
        self,
        address: str,
        render: str,
        limits: Limits,
        *,
        is_shared: bool = False,
        waits: Waits | None = None,
    ) -> None:
        self.address, self.render, self.limits, self.is_shared = address, render, limits, is_shared
        self.note = f"reports were made by the workers of {address}"
        self.waits, self.run_id = waits or Waits(), uuid.uuid4().hex
        self.fingerprint = fingerprint()
        self._client = _connected(address, self.waits.connect)
        self._done: queue.SimpleQueue[Future] = queue.SimpleQueue()
        self._jobs: dict[str, Job] = {}
        self._futures: dict[str, Future] = {}
        self._again: Counter[tuple[str, str]] = Counter()
        self._slots, self._asked = 1, float("-inf")
        try:
            self._check_workers()
        except BaseException:
            self.close()
            raise

    def run(self, jobs: Iterable[Job]) -> Iterator[Outcome]:
        """See `cescore.run.processes.executor.Executor`.

        Raises
        ------
        RunError
            The scheduler or all workers were lost, or a worker differs from this machine.
        """
        waiting = iter(jobs)
        while True:
            while len(self._jobs) < self._room() and (job := next(waiting, None)) is not None:
                self._send(job)
            if not self._jobs:
                return
            future = self._next_done()
            job = self._jobs.pop(future.key)
            del self._futures[future.key]
            if self._died_with_it(job, future):
                future.release()
                self._send(job)
                continue
            outcome = self._outcome(job, future)
            future.release()  # nothing of a report stays with scheduler or workers
            yield outcome

    def close(self) -> None:
        """End every report still at work, at once, and leave the cluster as it was."""
        futures = list(self._futures.values())
        with suppress(Exception):
            self._client.cancel(futures, force=True)
        if futures and self._client.status == "running":
            with suppress(Exception):
                self._client.run(cluster_worker.end_reports, self.run_id, on_error="ignore")
        with suppress(Exception):
            self._client.close(timeout=PATIENCE)

    def _check_workers(self) -> None:
        """Wait for a worker, and refuse those that would make other bytes, all by name at once."""
        try:
            self._client.wait_for_workers(1, timeout=self.waits.workers)
        except TimeoutError:
            raise RunError(
                Sentence(
                    "scheduler {address}: no worker joined within {workers:g} s",
                    address=self.address,
                    workers=self.waits.workers,
                )
            ) from None
        found: dict[str, Any] = self._client.run(_own_fingerprint, on_error="return")
        refused = []
        for worker, theirs in sorted(found.items()):
            if isinstance(theirs, BaseException):
                refused.append(f"worker {worker}: {type(theirs).__name__}: {theirs}")
                continue
            refused += [f"worker {worker}: {odd}" for odd in differences(self.fingerprint, theirs)]
        if refused:
            raise _refusal(refused)

    def _room(self) -> int:
        """How many tasks may be under way; workers come and go, so it is asked now and then."""
        now = time.monotonic()
        if now - self._asked > PATIENCE:
            self._asked = now
            with suppress(OSError, TimeoutError):
                self._slots = sum(self._client.nthreads().values())
        return AHEAD * max(self._slots, 1)

    def _send(self, job: Job) -> None:
        told = Told(
            self.run_id,
            asdict(job),
            asdict(self.limits),
            self.render,
            self.fingerprint,
            self.is_shared,
        )
        key = f"{job.entity_type}-{job.entity_id}-{uuid.uuid4().hex}"
        content = (Path(job.work) / BUNDLE_NAME).read_bytes()
        notebook, templates = _file(job.notebook), _packed(job.templates)
        self._jobs[key] = job
        future = self._client.submit(
            make_report, told.to_bytes(), content, notebook, templates, key=key, pure=False
        )
        self._futures[key] = future
        future.add_done_callback(self._done.put)

    def _next_done(self) -> Future:
        """The next task that has ended; looks now and then whether there is anyone to end one."""
        alone_since: float | None = None
        while True:
            try:
                future = self._done.get(timeout=PATIENCE)
            except queue.Empty:
                alone_since = self._look(alone_since)
                continue
            if future.key in self._jobs:
                return future

    def _look(self, alone_since: float | None) -> float | None:
        """Since when there has been no worker; None while there is one."""
        if self._client.status != "running":
            raise self._lost()
        try:
            is_alone = not self._client.nthreads()
        except (OSError, TimeoutError):
            return alone_since
        if not is_alone:
            return None
        now = time.monotonic()
        if alone_since is not None and now - alone_since > self.waits.alone:
            raise RunError(
                Sentence(
                    "scheduler {address}: no worker left for {alone:g} s",
                    address=self.address,
                    alone=self.waits.alone,
                )
            )
        return alone_since or now

    def _died_with_it(self, job: Job, future: Future) -> bool:
        """Whether a worker died holding what it had finished while the scheduler goes on: the report
        is sent again, so many times."""
        if future.status not in GONE or self._client.status != "running":
            return False
        self._again[job.entity_type, job.entity_id] += 1
        return self._again[job.entity_type, job.entity_id] <= MOST_AGAIN

    def _outcome(self, job: Job, future: Future) -> Outcome:
        """What a task brought back; its files now lie in the job's work folder."""
        entity = (job.entity_id, job.entity_type)
        if future.status in GONE:
            raise self._lost()
        error = future.exception() if future.status == "error" else None
        if isinstance(error, KilledWorker):
            worker = getattr(error.last_worker, "address", "")
            cause = f"the workers that were making it were lost, the last one {worker}"
            return Outcome(*entity, "failed", cause, may_retry=True)
        if error is not None:
            return Outcome(*entity, "failed", f"on its worker: {type(error).__name__}: {error}")
        line, files = future.result()
        if b'"refused"' in line[:12]:
            raise _refusal(json_document(line, "task")["refused"])
        if MADE_IN in files:
            _take_over(Path(files[MADE_IN].decode()), job)
            return Outcome.from_line(line)
        for name, content in files.items():
            path = Path(job.log) if name == LOG_NAME else Path(job.work) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return Outcome.from_line(line)

    def _lost(self) -> RunError:
        return RunError(
            Sentence(
                "scheduler {address}: it was lost while reports were being made; the same command goes on where it stopped",
                address=self.address,
            )
        )


def _connected(address: str, seconds: float) -> Client:
    """A client of a scheduler by address, or by the file that the scheduler wrote."""
    for name in ("distributed", "distributed.client"):  # dask gives each a level of its own
        logging.getLogger(name).setLevel(logging.CRITICAL)  # what is lost is told by us
    is_file = address.endswith(".json")
    if is_file and not Path(address).is_file():
        raise RunError(Sentence("--scheduler {address}: there is no such file", address=address))
    try:
        _check_encryption(_address_in(Path(address)) if is_file else address)
        if is_file:
            return Client(scheduler_file=address, timeout=seconds, set_as_default=False)
        return Client(address, timeout=seconds, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        told = " ".join(str(error).split())
        raise RunError(
            Sentence(
                "--scheduler {address}: no dask scheduler answers within {seconds:g} s ({name}: {told}); expected an address such as tcp://host:8786",
                address=address,
                seconds=seconds,
                name=type(error).__name__,
                told=told,
            )
        ) from None


def _address_in(scheduler_file: Path) -> str:
    """The address in the file that a scheduler wrote; "" where it holds none, as dask will say."""
    with suppress(ValueError, AttributeError):
        return str(json_document(scheduler_file.read_bytes(), scheduler_file).get("address", ""))
    return ""


def _check_encryption(address: str) -> None:
    """Refuse what dask's settings do not allow before a client is begun.

    One that has no certificate ends half a minute later, with a traceback.
    """
    if not address:
        return
    is_encrypted = normalize_address(address).startswith("tls://")
    if dask.config.get("distributed.comm.require-encryption") and not is_encrypted:
        raise RunError(
            Sentence(
                "--scheduler {address}: dask's settings require encryption; use tls://…",
                address=address,
            )
        )
    if not is_encrypted:
        return
    names = [dask.config.get(f"distributed.comm.tls.{name}", None) for name in TLS_SETTINGS]
    try:
        has_own = Security().get_connection_args("client").get("ssl_context") is not None
    except OSError as error:
        told = ", ".join(str(name) for name in names if name)
        raise RunError(
            Sentence(
                "--scheduler {address}: cannot use {told}: {error}",
                address=address,
                told=told,
                error=error,
            )
        ) from None
    if not has_own:
        raise RunError(
            Sentence(
                "--scheduler {address}: no certificate for this machine; expected {tls_settings} in dask's settings, under distributed.comm.tls",
                address=address,
                tls_settings=", ".join(TLS_SETTINGS),
            )
        )


def _own_fingerprint() -> dict[str, str]:
    return dict(cluster_worker.own_fingerprint())


def _refusal(lines: Iterable[str]) -> RunError:
    told = "\n".join(f"  {line}" for line in lines)
    return RunError(
        Sentence("workers that would not make the same bytes as this machine:\n{told}", told=told)
    )


def _take_over(made: Path, job: Job) -> None:
    """Move what a worker made in the shared folder to where the job has it."""
    pages, log = Path(job.work) / PAGES_NAME, Path(job.log)
    pages.rmdir()
    os.replace(made / PAGES_NAME, pages)
    log.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileNotFoundError):  # it was ended before it had one
        os.replace(made / LOG_NAME, log)


@lru_cache(maxsize=64)
def _file(path: str) -> bytes:
    return Path(path).read_bytes()


@lru_cache(maxsize=4)
def _packed(folder: str) -> bytes:
    """A workspace's own templates as an archive; nothing where it uses the repository's."""
    if not folder:
        return b""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for path in sorted(Path(folder).rglob("*")):
            archive.add(path, path.relative_to(folder).as_posix(), recursive=False)
    return buffer.getvalue()
