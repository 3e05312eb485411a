"""Each report in a process of its own: whatever one does, the others go on and it is named."""

from __future__ import annotations

import importlib.util
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from cescore.errors import RunError
from cescore.run.job import Job, Limits
from cescore.run.processes.child import SLOW_GRAMMAR, load_render
from cescore.run.processes.executor import Executor, Forking, can_fork, open_executor

RENDER = "tests.run.stub_renders:render"
# long enough for a press that learns a type meanwhile and hears of no end until it is done
LIMITS = Limits(seconds=6.0, memory_mb=2048, file_mb=4)

MakeJob = Callable[[str, str], Job]
MODES = [pytest.param(True, marks=pytest.mark.skipif(not can_fork(), reason="no fork here")), False]
CAUSES = {
    "raises": "cell 3: division by zero",
    "bug": "KeyError: 'no such thing' (stub_renders.py, line ",
    "system_exit": "SystemExit: enough (stub_renders.py, line ",
    "exits": "ended with status 7 and left no result",
    "killed": "ended by SIGKILL",
    "segfaults": "ended by SIGSEGV",
    "hangs": f"not done after {LIMITS.seconds:g} s",
    "deaf": f"not done after {LIMITS.seconds:g} s",
    "greedy": "needs more than 2048 MB of memory",
    "prints": "File too large",
}


@pytest.fixture(params=MODES, ids=lambda fork: "forked" if fork else "fresh")
def executor(request: pytest.FixtureRequest) -> Iterator[Executor]:
    with closing(open_executor(2, render=RENDER, limits=LIMITS, fork=request.param)) as opened:
        yield opened


def test_the_poisoned_are_named_with_their_cause_and_the_others_are_built(
    executor: Executor, job: MakeJob
) -> None:
    jobs = [job(name, name) for name in CAUSES] + [job(f"good{i}", "good") for i in range(4)]
    found = {outcome.entity_id: outcome for outcome in executor.run(jobs)}
    assert len(found) == len(jobs)
    for name, cause in CAUSES.items():
        assert found[name].status == "failed"
        assert cause in found[name].cause
    assert all(found[f"good{i}"].status == "built" for i in range(4))


def test_only_what_was_killed_or_ran_out_of_time_may_be_tried_again(
    executor: Executor, job: MakeJob
) -> None:
    names = ("raises", "exits", "killed", "hangs")
    found = {o.entity_id: o.may_retry for o in executor.run([job(n, n) for n in names])}
    assert found == {"raises": False, "exits": False, "killed": True, "hangs": True}


@pytest.mark.parametrize("how", ["leaves", "daemon"])
def test_what_a_report_leaves_running_is_ended(
    executor: Executor, job: MakeJob, tmp_path: Path, how: str
) -> None:
    number = tmp_path / "number"
    (outcome,) = executor.run([job(how, f"{how}:{number}")])
    assert outcome.status == "failed"
    assert outcome.cause == "left 1 process running, which had to be ended"
    assert not outcome.may_retry
    assert _ends(int(number.read_text()))


@pytest.mark.skipif(not can_fork(), reason="no fork here")
def test_who_left_a_process_running_is_known_where_many_end_at_once(job: MakeJob) -> None:
    kinds = ("leaves", "raises", "daemon", "good") * 15
    jobs = [job(f"{kind}{number}", kind) for number, kind in enumerate(kinds)]
    unhurried = replace(LIMITS, seconds=60)  # eight at once on a machine that others use
    with closing(open_executor(8, render=RENDER, limits=unhurried, fork=True)) as executor:
        found = {outcome.entity_id: outcome.cause for outcome in executor.run(jobs)}
    left = "left 1 process running, which had to be ended"
    causes = {"leaves": left, "daemon": left, "raises": CAUSES["raises"], "good": ""}
    assert found == {f"{kind}{number}": causes[kind] for number, kind in enumerate(kinds)}


def test_a_full_disk_is_no_fault_of_a_report(executor: Executor, job: MakeJob) -> None:
    names = ("full", "full_in_a_cell", "raises")
    found = {o.entity_id: o.is_disk_full for o in executor.run([job(n, n) for n in names])}
    assert found == {"full": True, "full_in_a_cell": True, "raises": False}


def test_the_children_of_a_press_that_is_killed_end_with_it(job: MakeJob, tmp_path: Path) -> None:
    number = tmp_path / "number"
    with closing(open_executor(1, render=RENDER, limits=LIMITS, fork=True)) as executor:
        assert isinstance(executor, Forking)
        outcomes = executor.run([job("first", "good"), job("sleeps", f"tells:{number}")])
        next(iter(outcomes))
        while not number.exists():
            time.sleep(0.01)
        executor._process.kill()
        assert _ends(int(number.read_text()))
        with pytest.raises(RunError, match="forked from ended with status -9"):
            next(iter(outcomes))


def test_what_a_report_prints_stands_in_its_own_log(executor: Executor, job: MakeJob) -> None:
    made = job("bug", "bug")
    list(executor.run([made]))
    assert "Traceback" in Path(made.log).read_text()


def test_the_end_of_the_build_ends_its_reports_at_once(job: MakeJob) -> None:
    executor = open_executor(2, render=RENDER, limits=replace(LIMITS, seconds=60))
    began = time.monotonic()
    with closing(executor):
        outcomes = executor.run([job("quick", "good"), job("slow", "hangs"), job("deaf", "deaf")])
        assert next(iter(outcomes)).entity_id == "quick"
    assert time.monotonic() - began < 20  # not the minute that they may take


def _ends(pid: int) -> bool:
    """Whether a process is gone, or dead and not yet buried, within a second."""
    for _ in range(50):
        try:
            os.kill(pid, 0)
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except (ProcessLookupError, FileNotFoundError):
            return True
        time.sleep(0.02)
    return False


def test_what_is_held_back_while_a_render_is_loaded_is_there_afterwards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    probe = "try:\n    import {0}\nexcept ImportError:\n    {0} = None\ndef found(): return {0}\n"
    (tmp_path / "probe.py").write_text(probe.format(SLOW_GRAMMAR))
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, SLOW_GRAMMAR, raising=False)
    assert load_render("probe:found")() is None
    assert SLOW_GRAMMAR not in sys.modules
    assert importlib.util.find_spec(SLOW_GRAMMAR) is not None  # or it need not be held back
