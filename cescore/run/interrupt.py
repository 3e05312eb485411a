"""Ctrl-C and SIGTERM: the first ends the build within seconds, tidily; a second at once."""

from __future__ import annotations

import signal
from types import FrameType

_asked: list[int] = []


class Interrupted(BaseException):
    """Ctrl-C or SIGTERM: no error, and nobody's to catch but the command."""


def listen() -> None:
    """From now on a signal raises `Interrupted`, wherever the process is."""
    _asked.clear()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)


def stop_if_asked() -> None:
    """Raise what a signal raised before and Python could not pass on: where it arrives while a
    finaliser or a callback of the collector runs, its exception is printed and dropped."""
    if _asked:
        raise Interrupted


def _interrupt(number: int, frame: FrameType | None) -> None:
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, signal.SIG_DFL)
    _asked.append(number)
    raise Interrupted
