"""An executor without processes, and a way to kill a build at a step of its own choosing."""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import chdir
from pathlib import Path

from cescore.run.job import BUNDLE_NAME, PAGES_NAME, Job, Outcome
from tests.run.stub_renders import render

STEPS = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate"}  # replace is a rename
FAILED = 3


class InThisProcess:
    """Makes each report where it is asked to, with the stand-in for the page."""

    note = ""

    def run(self, jobs: Iterable[Job]) -> Iterator[Outcome]:
        """See `cescore.run.executor.Executor`."""
        for job in jobs:
            with chdir(job.work):
                record = render(
                    Path(BUNDLE_NAME), Path(PAGES_NAME), job.lang, notebook=Path(job.notebook)
                )
            yield Outcome(job.entity_id, job.entity_type, "built", record=record)

    def close(self) -> None:
        """Nothing is at work."""


def killed_at(step: int, folder: Path, work: Callable[[], object]) -> bool:
    """Do the work in a forked child that kills itself right before its n-th step in a folder.

    Whether it came so far; else it did all of its work.
    """
    pid = os.fork()
    if pid == 0:
        try:
            _kill_at(step, str(folder))
            work()
            os._exit(0)
        except BaseException:
            traceback.print_exc()
            os._exit(FAILED)
    _, status = os.waitpid(pid, 0)
    code = os.waitstatus_to_exitcode(status)
    assert code in (0, -signal.SIGKILL), code
    return code != 0


def _kill_at(step: int, folder: str) -> None:
    left = step

    def count(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal left
        if _is_step(event, arguments, folder):
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(count)


def _is_step(event: str, arguments: tuple[object, ...], folder: str) -> bool:
    if event == "open":
        path, _, flags = arguments
        writes = isinstance(flags, int) and bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))
        return writes and _is_below(path, folder)
    return event in STEPS and any(_is_below(path, folder) for path in arguments)


def _is_below(path: object, folder: str) -> bool:
    text = os.fsdecode(path) if isinstance(path, str | bytes | os.PathLike) else ""
    return text.startswith(folder) or (bool(text) and not os.path.isabs(text))
