"""A signal ends the build even where the exception it raises gets lost."""

from __future__ import annotations

import os
import signal
import sys
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from cescore.run.processes import interrupt
from cescore.run.processes.interrupt import Interrupted, listen, settle

needs_timer = pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no timer here")
LONG = 30  # seconds, on a machine with other work


@pytest.fixture(autouse=True)
def listening() -> Iterator[None]:
    """Handlers and hook as they were before, afterwards."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGALRM)
    before, hook = [signal.getsignal(number) for number in numbers], sys.unraisablehook
    listen()
    yield
    settle()
    interrupt._asked.clear()
    sys.unraisablehook = hook
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)


def press_ctrl_c() -> None:
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(0)


def lost_to_a_bare_except() -> None:
    with suppress(BaseException):
        press_ctrl_c()


def lost_in_a_callback() -> None:
    """As where a module's import lock goes away."""

    class Lock: ...

    lock = Lock()
    watched = weakref.ref(lock, lambda _: press_ctrl_c())
    del lock
    assert watched() is None


@needs_timer
@pytest.mark.parametrize("lose", [lost_to_a_bare_except, lost_in_a_callback])
def test_an_interrupt_that_got_lost_is_raised_again_and_nothing_is_printed(
    lose: Callable[[], None], capfd: pytest.CaptureFixture[str]
) -> None:
    lose()
    with pytest.raises(Interrupted):
        time.sleep(LONG)
    assert capfd.readouterr() == ("", "")


def interrupted_and_tidied_up(done: list[str]) -> None:
    try:
        press_ctrl_c()
    finally:
        with suppress(ValueError):
            raise ValueError("trouble while tidying up")
        time.sleep(3 * interrupt.AGAIN)
        done.append("all of it")


def test_what_an_interrupt_ends_tidies_up_undisturbed() -> None:
    done: list[str] = []
    with pytest.raises(Interrupted):
        interrupted_and_tidied_up(done)
    assert done == ["all of it"]


def test_another_error_in_a_finaliser_is_told(capfd: pytest.CaptureFixture[str]) -> None:
    class Broken:
        def __del__(self) -> None:
            raise ValueError("broken")

    Broken()
    assert "ValueError: broken" in capfd.readouterr().err
