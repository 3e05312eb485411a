"""An executor without processes, the command in a forked child, a build killed at a chosen step."""

from __future__ import annotations

import os
import signal
import sys
import time
import traceback
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path

from cescore.cli import main as cli
from cescore.run.job import BUNDLE_NAME, PAGES_NAME, Job, Outcome
from cescore.run.processes import executor
from tests.run.stub_renders import render

STEPS = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate"}  # replace is a rename
FAILED = 3


class InThisProcess:
    """Makes each report where it is asked to, with the stand-in for the page."""

    note = ""

    def run(self, jobs: Iterable[Job]) -> Iterator[Outcome]:
        """See `cescore.run.processes.executor.Executor`."""
        for job in jobs:
            with chdir(job.work):
                record = render(
                    Path(BUNDLE_NAME), Path(PAGES_NAME), job.lang, notebook=Path(job.notebook)
                )
            yield Outcome(job.entity_id, job.entity_type, "built", record=record)

    def close(self) -> None:
        """Nothing is at work."""


@dataclass
class Forked:
    """The command under way in a child of this process, which has imported all it needs.

    As `subprocess.Popen`, as far as the tests need it; a tenth of a fresh process's work.
    """

    pid: int
    said: Path
    complaint: Path
    returncode: int | None = None

    def poll(self) -> int | None:
        """The exit status, once it has ended."""
        if self.returncode is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self.returncode = os.waitstatus_to_exitcode(status) if pid else None
        return self.returncode

    def communicate(self, timeout: float = 600) -> tuple[bytes, bytes]:
        """What it printed and complained of, when it has ended [s]."""
        deadline = time.monotonic() + timeout
        while self.poll() is None:
            if time.monotonic() > deadline:
                self.kill()
                raise TimeoutError(f"the command goes on after {timeout} s")
            time.sleep(0.01)
        return self.said.read_bytes(), self.complaint.read_bytes()

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def forked(arguments: Sequence[str], folder: Path, render: str = "") -> Forked:
    """Start the command, with a stand-in for the page where one is named."""
    said, complaint = folder / "said.txt", folder / "complaint.txt"
    pid = os.fork()
    if pid:
        return Forked(pid, said, complaint)
    status = FAILED
    try:
        _print_into(said, complaint)
        # an interrupt may fall between the opening of a file and the block that closes it
        warnings.filterwarnings("ignore", "unclosed file", ResourceWarning)
        if render:
            opened = executor.open_executor
            executor.open_executor = lambda n, **options: opened(n, **{**options, "render": render})
        cli.main(arguments)
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _print_into(said: Path, complaint: Path) -> None:
    for number, path in ((1, said), (2, complaint)):
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(handle, number)
        os.close(handle)
    sys.stdout, sys.stderr = (open(n, "w", closefd=False) for n in (1, 2))  # noqa: SIM115


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
