"""Work in children: in its own order, with what the parent has read, and no answer is taken for granted."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from cescore.errors import MethodError, RunError, Sentence
from cescore.run.processes import side_by_side
from cescore.run.processes.side_by_side import beside, in_children


@pytest.fixture(autouse=True)
def two_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(side_by_side, "usable_processors", lambda: 2)


def test_answers_come_in_the_order_of_the_things_whoever_is_done_first() -> None:
    read = {"x": 7}

    def slowest_first(n: int) -> tuple[int, int]:
        time.sleep(0.2 if n == 0 else 0.0)
        return n * read["x"], os.getpid()

    found = in_children(slowest_first, range(5))
    assert [value for value, _ in found] == [0, 7, 14, 21, 28]
    by = [pid for _, pid in found]
    assert os.getpid() not in by and len(set(by)) == 2


def test_of_one_thing_or_none_no_process_is_forked() -> None:
    assert in_children(lambda n: os.getpid(), [1]) == [os.getpid()]
    assert in_children(lambda n: n, []) == []


def test_what_the_work_raises_is_raised() -> None:
    def refuse(n: int) -> int:
        if n == 3:
            raise MethodError("three")
        return n

    with pytest.raises(MethodError, match="three"):
        in_children(refuse, range(6))


def test_a_process_that_ends_by_itself_is_an_error() -> None:
    def end(n: int) -> int:
        if n == 1:
            os.kill(os.getpid(), signal.SIGKILL)
        return n

    with pytest.raises(RunError, match="ended by itself"):
        in_children(end, range(4))


# --- one piece of work beside what is done here ---------------------------------------------------


def note_in(path: Path) -> None:
    path.write_text(f"{os.getpid()}")


def test_what_is_written_beside_is_there_at_the_end(tmp_path: Path) -> None:
    written = tmp_path / "pid"
    with beside(lambda: note_in(written)):
        pass
    is_forked = sys.platform.startswith("linux")
    assert (written.read_text() != f"{os.getpid()}") is is_forked


def test_with_one_processor_it_is_done_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(side_by_side, "usable_processors", lambda: 1)
    written = tmp_path / "pid"
    with beside(lambda: note_in(written)):
        assert not written.exists()
    assert written.read_text() == f"{os.getpid()}"


def refuse() -> None:
    raise RunError(Sentence("a cell"))


def test_what_work_beside_raises_is_raised_here() -> None:
    with pytest.raises(RunError, match="a cell"), beside(refuse):
        pass


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere nothing is forked")
def test_a_process_beside_that_was_lost_is_told() -> None:
    with pytest.raises(RunError, match="ended by itself"), beside(lambda: os._exit(3)):
        pass


def test_what_fails_here_does_not_wait_for_work_beside(tmp_path: Path) -> None:
    written = tmp_path / "late"

    def late() -> None:
        time.sleep(60)
        written.touch()

    began = time.monotonic()
    with pytest.raises(ZeroDivisionError), beside(late):
        raise ZeroDivisionError
    assert time.monotonic() - began < 50
    assert not written.exists()
