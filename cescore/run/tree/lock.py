"""One at a time: a build per output folder, a collection per year."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from cescore.definitions.entries.json_text import json_document
from cescore.errors import RunError
from cescore.run.files import write_atomically

LOCK_NAME = ".lock"
HOLDER_NAME = ".lock-holder.json"


class HeldByAnother(RunError):
    """Another process holds the folder."""

    exit_status = 75  # EX_TEMPFAIL: try again later


@contextmanager
def locked(folder: Path, work: str = "building here") -> Iterator[None]:
    """Hold a folder; the lock ends with the process, however it ends. ``work``: what is done meanwhile.

    Raises
    ------
    HeldByAnother
        Another process holds it: the message names the process.
    """
    lock = FileLock(folder / LOCK_NAME)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise HeldByAnother(
            f"{folder}: {_holder(folder)} is {work}; wait for it, or end it"
        ) from None
    try:
        holder = {"pid": os.getpid(), "host": platform.node()}
        write_atomically(folder / HOLDER_NAME, json.dumps(holder).encode())
        yield
    finally:
        with suppress(FileNotFoundError):
            (folder / HOLDER_NAME).unlink()
        lock.release()


def _holder(folder: Path) -> str:
    try:
        holder = json_document((folder / HOLDER_NAME).read_bytes(), HOLDER_NAME)
        return f"process {holder['pid']} on {holder['host']}"
    except (OSError, ValueError, KeyError):
        return "another process"
