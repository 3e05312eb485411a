"""Ctrl-C and SIGTERM: the first ends the build within seconds, tidily; a second at once.

A signal raises `Interrupted` wherever the process is. That may be where it gets lost: Python prints
and drops what is raised in a finaliser or in the callback of an import's lock, and a library's bare
``except:`` keeps it. So it is raised again until it is on its way to the command.
"""

from __future__ import annotations

import signal
import sys
from types import FrameType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sys import UnraisableHookArgs

AGAIN = 0.2  # seconds until what was lost is raised once more
_asked: list[int] = []


class Interrupted(BaseException):
    """Ctrl-C or SIGTERM: no error, and nobody's to catch but the command."""


def listen() -> None:
    """From now on a signal raises `Interrupted`, wherever the process is."""
    _asked.clear()
    sys.unraisablehook = _tell_dropped
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)


def settle() -> None:
    """Raise nothing any more: the command is about to end."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, 0)


def stop_if_asked() -> None:
    """Raise what a signal raised before and was lost, on platforms without a timer too."""
    if _asked:
        raise Interrupted


def _interrupt(number: int, frame: FrameType | None) -> None:
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, signal.SIG_DFL)
    _asked.append(number)
    if hasattr(signal, "setitimer"):
        signal.signal(signal.SIGALRM, _insist)
        signal.setitimer(signal.ITIMER_REAL, AGAIN, AGAIN)
    raise Interrupted


def _insist(number: int, frame: FrameType | None) -> None:
    if not _is_under_way():
        raise Interrupted


def _is_under_way() -> bool:
    """Whether what is being handled is an interrupt or what came of one: then things are tidied up."""
    error = sys.exception()
    while error is not None and not isinstance(error, Interrupted):
        error = error.__context__
    return error is not None


def _tell_dropped(dropped: UnraisableHookArgs) -> None:
    """As Python does, but for an interrupt, which is raised again."""
    if not issubclass(dropped.exc_type, Interrupted):
        sys.__unraisablehook__(dropped)
