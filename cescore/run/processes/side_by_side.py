"""Work that is done side by side, in processes forked from this one that find all it has read."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection, wait
from typing import Any, TypeVar

from cescore.definitions.processors import usable_processors
from cescore.errors import RunError, Sentence
from cescore.run.processes.ending import end_with

ThingT = TypeVar("ThingT")
ResultT = TypeVar("ResultT")


def in_children(work: Callable[[ThingT], ResultT], over: Sequence[ThingT]) -> list[ResultT]:
    """What some work makes of each thing, in their order, by as many processes as there are processors.

    Whoever is free takes the next thing: put first what takes longest. What the work changes of this
    process's memory is changed in the child alone.

    Raises
    ------
    RunError
        A process ended without an answer.
    Exception
        Whatever the work raises.
    """
    workers = min(len(over), usable_processors())
    if workers < 2 or not sys.platform.startswith("linux"):
        return list(map(work, over))
    forking = multiprocessing.get_context("fork")
    turn, parent = forking.Value("l", 0), os.getpid()
    answers: list[Connection] = []
    children = []
    results: dict[int, ResultT] = {}
    try:
        for _ in range(workers):
            here, there = forking.Pipe(duplex=False)
            child = forking.Process(
                target=_serve, args=(work, over, turn, there, parent), daemon=True
            )
            child.start()
            there.close()
            answers.append(here)
            children.append(child)
        while answers:
            for one in wait(answers):
                assert isinstance(one, Connection)
                try:
                    at, result, error = one.recv()
                except EOFError:
                    answers.remove(one)
                    continue
                if error is not None:
                    raise error
                results[at] = result
    finally:
        for child in children:
            child.kill()
            child.join()
    if len(results) < len(over):
        raise _ended()
    return [results[at] for at in range(len(over))]


@contextmanager
def beside(work: Callable[[], None]) -> Iterator[None]:
    """Have some work done by a process forked from this one while this one goes on, and wait for its end.

    What the work is for is what it writes. Where there is one processor, or processes cannot be
    forked, it is done here at the end.

    Raises
    ------
    RunError
        The process ended without an answer.
    Exception
        Whatever the work raises.
    """
    if usable_processors() < 2 or not sys.platform.startswith("linux"):
        yield
        work()
        return
    forking = multiprocessing.get_context("fork")
    answer, there = forking.Pipe(duplex=False)
    turn, only = forking.Value("l", 0), [None]
    child = forking.Process(
        target=_serve, args=(lambda _: work(), only, turn, there, os.getpid()), daemon=True
    )
    child.start()
    there.close()
    try:
        yield
        try:
            _, _, error = answer.recv()
        except EOFError:
            raise _ended() from None
        if error is not None:
            raise error
    finally:
        child.kill()
        child.join()


def _ended() -> RunError:
    return RunError(Sentence("a process that did a part of the work ended by itself"))


def _serve(
    work: Callable[[Any], Any], over: Sequence[Any], turn: Any, answers: Connection, parent: int
) -> None:
    """In a child: take one thing after the other, until there is none left."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends its children
    end_with(parent)
    while True:
        with turn.get_lock():
            at, turn.value = turn.value, turn.value + 1
        if at >= len(over):
            return
        try:
            answers.send((at, work(over[at]), None))
        except Exception as error:
            with suppress(BrokenPipeError):
                answers.send((at, None, error))
            return
