"""Calls on a piece of the interpreter's stack that is large enough for all that they call."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

SLOTS = 1 << 16  # of the frame stack, eight bytes each: a print needs a tenth of it


def roomy(function: Callable[P, T]) -> Callable[P, T]:
    """The function, called from a frame that asks for half a megabyte of the frame stack at once.

    CPython keeps its frames in pieces of 16 KiB and gives each back as soon as the call that needed
    it returns. Layout calls to and fro across the edge of a piece, which maps and unmaps memory some
    fourteen thousand times a report. In one large piece there is no edge to cross.

    References
    ----------
    CPython issue 142183.
    """

    @wraps(function)
    def call(*given: P.args, **named: P.kwargs) -> T:
        result: T = _on_one_piece(function, given, named)
        return result

    return call


def _on_one_piece(
    function: Callable[..., Any], given: tuple[Any, ...], named: dict[str, Any]
) -> Any:
    return function(*given, **named)


# The size of a frame is that of its code's operand stack; nothing else of the call changes.
_on_one_piece.__code__ = _on_one_piece.__code__.replace(co_stacksize=SLOTS)
