"""Ctrl-C and SIGTERM: the first ends the build within seconds, tidily; a second at once."""

from __future__ import annotations

import signal
import sys
from types import FrameType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sys import UnraisableHookArgs

AGAIN = 0.05  # seconds until what Python dropped is raised once more
_asked: list[int] = []


class Interrupted(BaseException):
    """Ctrl-C or SIGTERM: no error, and nobody's to catch but the command."""


def listen() -> None:
    """From now on a signal raises `Interrupted`, wherever the process is.

    Where it arrives while a finaliser or a callback of the collector runs, Python drops what is
    raised: it is then raised again a moment later, outside.
    """
    _asked.clear()
    sys.unraisablehook = _raise_again
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)


def stop_if_asked() -> None:
    """Raise what a signal raised before and a library kept to itself."""
    if _asked:
        raise Interrupted


def _interrupt(number: int, frame: FrameType | None) -> None:
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, signal.SIG_DFL)
    _asked.append(number)
    raise Interrupted


def _raise_again(dropped: UnraisableHookArgs) -> None:
    if not issubclass(dropped.exc_type, Interrupted):
        sys.__unraisablehook__(dropped)
    elif hasattr(signal, "setitimer"):  # elsewhere the next report's end tells
        signal.signal(signal.SIGALRM, _once_more)
        signal.setitimer(signal.ITIMER_REAL, AGAIN)


def _once_more(number: int, frame: FrameType | None) -> None:
    raise Interrupted
