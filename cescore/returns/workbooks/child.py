"""The clean process that a limited child per file is forked from.

It is started once, imports the readers, holds no data, and takes files line by line from its standard
input. Each is read in a child of its own, within limits of memory, time and files written, which
answers with one line of JSON; a child that crashes or overruns is named and harms no other.
"""

from __future__ import annotations

import json
import os
import resource
import select
import signal
import sys
import time
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

from cescore.definitions.entries.json_text import json_document
from cescore.intake.wording import phrase, to_json
from cescore.returns.workbooks.limits import LIMITS, ReadingLimits
from cescore.returns.workbooks.read import read_workbook
from cescore.returns.workbooks.refusal import FileRefused
from cescore.returns.workbooks.sheet import to_plain

CHUNK = 1 << 16


def serve(orders: BinaryIO, answers: BinaryIO, limits: ReadingLimits = LIMITS) -> None:
    """Read files until the input ends; one answer per order, in order."""
    for line in orders:
        order = json_document(line, "order")
        answers.write(_answer(Path(order["path"]), order["file"], limits) + b"\n")
        answers.flush()


def _answer(path: Path, file: str, limits: ReadingLimits) -> bytes:
    """What a child says of a file, or what became of the child."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        _be_child(path, file, writing, limits)
    os.close(writing)
    try:
        said, is_late = _listen(reading, pid, limits)
    finally:
        os.close(reading)
        _, status = os.waitpid(pid, 0)
    if is_late or (os.WIFSIGNALED(status) and os.WTERMSIG(status) in (signal.SIGXCPU,)):
        return _refusal("takes_too_long", most=limits.cpu_seconds)
    if not os.WIFEXITED(status) or os.WEXITSTATUS(status) or not said or b"\n" in said:
        return _refusal("reader_crashed")
    return said


def _listen(handle: int, pid: int, limits: ReadingLimits) -> tuple[bytes, bool]:
    """All that a child writes; past the time or size allowed it is ended."""
    parts: list[bytes] = []
    size, end = 0, time.monotonic() + limits.seconds
    while True:
        ready, _, _ = select.select([handle], [], [], max(0.0, end - time.monotonic()))
        part = os.read(handle, CHUNK) if ready else b""
        size += len(part)
        if not ready or size > limits.answer_bytes:
            os.kill(pid, signal.SIGKILL)
            return b"", not ready
        if not part:
            return b"".join(parts), False
        parts.append(part)


def _be_child(path: Path, file: str, handle: int, limits: ReadingLimits) -> NoReturn:
    """Read one file within the limits, write what was read, and end."""
    try:
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):  # what a library prints is nobody's answer
            os.dup2(nowhere, stream)
        for what, most in (
            (resource.RLIMIT_AS, limits.memory_bytes),
            (resource.RLIMIT_CPU, limits.cpu_seconds),
            (resource.RLIMIT_FSIZE, 0),
            (resource.RLIMIT_CORE, 0),
        ):
            resource.setrlimit(what, (most, most))
        _write(handle, _read(path, file, limits))
        os._exit(0)
    except BaseException:  # the child ends here whatever happens; its parent names it
        os._exit(1)


def _read(path: Path, file: str, limits: ReadingLimits) -> bytes:
    try:
        plain = {"workbook": to_plain(read_workbook(path, file, limits))}
        return json.dumps(plain, separators=(",", ":")).encode("ascii")
    except FileRefused as refused:
        return json.dumps({"refused": to_json(refused.reason)}).encode("ascii")
    except MemoryError:
        return _refusal("takes_too_much_memory", most=limits.memory_bytes)
    except OSError as error:
        return _refusal("unreadable", error=error.strerror or "")


def _write(handle: int, content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[os.write(handle, view[:CHUNK]) :]


def _refusal(key: str, **values: Any) -> bytes:
    return json.dumps({"refused": to_json(phrase(key, **values))}).encode("ascii")


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who started this ends its input
    serve(sys.stdin.buffer, sys.stdout.buffer)
