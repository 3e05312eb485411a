"""A second way of setting a page: tried when it is asked for, or at once in a process beside this one."""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any, Protocol, TypeVar

from cescore.errors import PublishError

File_co = TypeVar("File_co", covariant=True)


class LaidOut(Protocol[File_co]):
    """A page that is laid out and can be printed."""

    @property
    def pages(self) -> int:
        """How many pages it has."""

    def printed(self) -> File_co:
        """The finished file, with what there is to say of it."""


Setting = Callable[[], AbstractContextManager[LaidOut[File_co]]]


@contextmanager
def opened(setting: Setting[File_co], *, at_once: bool) -> Iterator[Callable[[], LaidOut[File_co]]]:
    """What gives the other way when called; nothing of it is left at the end of the block.

    ``at_once``: it is begun now, in a process forked from this one, where processes can be forked.
    Fork before this process sets a page: pango looks fonts up in a thread, and a thread survives no
    fork.
    """
    if at_once and sys.platform.startswith("linux"):
        with _beside(setting) as way:
            yield lambda: way
    else:
        with ExitStack() as stack:
            yield lambda: stack.enter_context(setting())


@contextmanager
def _beside(setting: Setting[File_co]) -> Iterator[LaidOut[File_co]]:
    forking = multiprocessing.get_context("fork")
    here, there = forking.Pipe()
    process = forking.Process(target=_serve, args=(setting, there), daemon=True)
    process.start()
    there.close()
    try:
        yield _Beside(here)
    finally:
        process.kill()
        process.join()
        process.close()
        here.close()


def _serve(setting: Setting[Any], answers: Connection) -> None:
    """In the process beside: set the page, say how many pages it has, print it if that is asked for."""
    with setting() as way:
        answers.send(way.pages)
        answers.recv()
        answers.send(way.printed())


@dataclass(frozen=True)
class _Beside:
    """A page that is laid out in another process."""

    answers: Connection

    @property
    def pages(self) -> int:
        pages: int = self._answer()
        return pages

    def printed(self) -> Any:
        self.answers.send(None)
        return self._answer()

    def _answer(self) -> Any:
        try:
            return self.answers.recv()
        except EOFError:
            raise PublishError("the process that set the page closer ended by itself") from None
