"""Reads many files at once in limited processes, in the order in which they were named."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType
from typing import Self

import cescore
from cescore.definitions.entries.json_text import json_document
from cescore.definitions.processors import usable_processors
from cescore.intake.wording import Phrase, from_json, phrase
from cescore.returns.workbooks.sheet import Workbook, from_plain

AHEAD = 4  # files read before they are asked for, per process


@dataclass(frozen=True)
class ReceivedFile:
    """A file of the folder that is collected; ``name`` is its path within that folder."""

    path: Path
    name: str


@dataclass(frozen=True)
class ReadFile:
    """What became of a received file: a workbook, or the reason why it is refused."""

    received: ReceivedFile
    workbook: Workbook | None
    refused: Phrase | None = None


class Readers:
    """Processes that read workbooks; leaving the context ends them."""

    def __init__(self, jobs: int = 0) -> None:
        self.jobs = jobs or usable_processors()

    def __enter__(self) -> Self:
        self._free: SimpleQueue[_Process] = SimpleQueue()
        for _ in range(self.jobs):
            self._free.put(_Process())
        self._threads = ThreadPoolExecutor(self.jobs)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._threads.shutdown(cancel_futures=True)
        while not self._free.empty():
            self._free.get().end()

    def read(self, files: Iterable[ReceivedFile]) -> Iterator[ReadFile]:
        """Each file once, in order; a few are read ahead, so that memory stays what it is."""
        waiting: deque[Future[ReadFile]] = deque()
        for received in files:
            waiting.append(self._threads.submit(self._one, received))
            if len(waiting) > AHEAD * self.jobs:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()

    def _one(self, received: ReceivedFile) -> ReadFile:
        process = self._free.get()
        try:
            answer = process.ask(received)
        except (OSError, ValueError):  # the process itself has ended, or speaks no JSON
            process.end()
            process, answer = _Process(), {"refused": _CRASHED}
        finally:
            self._free.put(process)
        if "workbook" in answer:
            return ReadFile(received, from_plain(answer["workbook"]))  # type: ignore[arg-type]
        reason = from_json(answer["refused"])
        return ReadFile(
            received, None, reason if isinstance(reason, Phrase) else phrase("reader_crashed")
        )


_CRASHED = {"phrase": "reader_crashed", "values": {}}


class _Process:
    """One process of `workbooks.child`."""

    def __init__(self) -> None:
        package = str(Path(cescore.__file__).parents[1])
        paths = os.pathsep.join(filter(None, (package, os.environ.get("PYTHONPATH", ""))))
        self._process = subprocess.Popen(
            [sys.executable, "-m", "cescore.returns.workbooks.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": paths},
        )

    def ask(self, received: ReceivedFile) -> dict[str, object]:
        """What is read of a file."""
        orders, answers = self._process.stdin, self._process.stdout
        assert orders is not None and answers is not None  # both are pipes
        order = {"path": str(received.path.absolute()), "file": received.name}
        orders.write(json.dumps(order).encode("ascii") + b"\n")
        orders.flush()
        answer: dict[str, object] = json_document(answers.readline(), received.name)
        return answer

    def end(self) -> None:
        """End the process; its input's end is what it waits for."""
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with suppress(OSError):
                    stream.close()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
