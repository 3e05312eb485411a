"""Trying mutants of one module: its tests are collected once, and each mutant is a fork of that session.

A first fork passes all tests without any change, and says which lines of the module each one executes and
how long it takes; a second passes them in the order that mutants meet, with the module put in as it is.
A mutant's fork then runs those that execute its line, the quickest first, and, as tests share what others
have worked out, all others after them. A few mutants are not worth that: they meet the tests as these are
listed, once all of these have passed. The change is put into the functions that exist already; what is
executed as the module is imported, constants and defaults, needs a session that imports the module changed.
"""

from __future__ import annotations

import ast
import gc
import importlib
import importlib.abc
import importlib.machinery
import json
import os
import resource
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from types import CodeType, FrameType, FunctionType
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

CPU_SECONDS = 60  # a mutant that computes longer never ends
SLOWER = 5  # nor one that takes so many times as long as all tests, where these were measured
SECONDS = 1800  # nor one that waits so long, be the machine ever so busy
FEW = 8  # mutants are sooner tried than their tests are measured
UNFIT = 8  # exit status: a function takes no code of the changed module
PROFILE = "mutants"
ARGUMENTS = ("-q", "-p", "no:cacheprovider", "-m", "not soak", "--assert=plain",
             f"--hypothesis-profile={PROFILE}")  # fmt: skip
# no luck kills a mutant, nor do the examples that another left, nor a busy machine
settings.register_profile(PROFILE, deadline=None, database=None, derandomize=True,
                          suppress_health_check=[HealthCheck.too_slow])  # fmt: skip


@dataclass(frozen=True)
class Module:
    """A module that is mutated, and the files of tests that concern it."""

    name: str  # as it is imported
    path: Path
    files: Sequence[str]


@dataclass(frozen=True)
class Change:
    """The tree of a module with one change, and the lines of the statement that it is in."""

    tree: ast.Module
    lines: range


@dataclass(frozen=True)
class Measured:
    """What tests did without any change: the lines of the module that each executed, and its processor time [s]."""

    lines: Mapping[str, frozenset[int]]
    seconds: Mapping[str, float]

    def ordered(self, items: Sequence[pytest.Item], lines: range) -> list[pytest.Item]:
        """Those first that execute one of the lines, and of these the quickest."""
        return sorted(
            items,
            key=lambda item: (
                self.lines[item.nodeid].isdisjoint(lines),
                self.seconds[item.nodeid],
            ),
        )


def killed(module: Module, changes: Sequence[Change]) -> list[bool] | None:
    """Whether a test fails with each of the changes; None where one fails without any.

    The process has not imported the module, nor anything that imports it.
    """
    if len(changes) < FEW and not all(map(_pass, module.files)):
        return None
    with TemporaryDirectory() as folder:
        told = Path(folder) / "told.json"
        _in_a_fork(_Trials(module, changes, told).session, len(changes) * SECONDS)
        if not told.is_file():
            return None
        answers: list[bool | None] = json.loads(told.read_text("utf-8"))
        seconds = json.loads(told.with_suffix(".seconds").read_text("utf-8"))
    return [
        _fails_as_imported(module, change, seconds) if answer is None else answer
        for change, answer in zip(changes, answers, strict=True)
    ]


def _fails_as_imported(module: Module, change: Change, seconds: Mapping[str, float]) -> bool:
    every = Measured(dict.fromkeys(seconds, frozenset()), seconds)

    def work() -> int:
        sys.meta_path.insert(0, _Finder(module, change.tree))
        return _session(module.files, _Ordered(every))

    return _in_a_fork(work, SECONDS, CPU_SECONDS) != 0


@cache
def _pass(file: str) -> bool:
    """Whether the tests of a file pass without any change."""
    return _in_a_fork(lambda: _session([file]), SECONDS) == 0


def _session(files: Sequence[str], *plugins: object) -> int:
    """The exit status of a session of pytest over some files of tests."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    with TemporaryDirectory() as folder:  # forks would leave theirs behind
        arguments = [*files, *ARGUMENTS, f"--basetemp={folder}/tests"]
        return int(pytest.main(arguments, plugins=[*plugins]))


def _in_a_fork(work: Callable[[], int], seconds: float, cpu: int = 0) -> int | None:
    """The exit status of a piece of work in a fork of this process; None where it does not end."""
    child = os.fork()
    if child == 0:
        os.setpgid(0, 0)
        if cpu:
            resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu))
        status = 1
        with suppress(BaseException):
            status = work()
        os._exit(status)
    until = time.monotonic() + seconds
    pause = 0.001
    while time.monotonic() < until:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(pause)
        pause = min(pause * 1.5, 0.05)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None


class _Ordered:
    """A session of one mutant that is imported: the quickest tests first, up to the first that fails."""

    def __init__(self, measured: Measured) -> None:
        self.measured = measured

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        session.testsfailed += _run(session, self.measured.ordered(session.items, range(0)))
        return True


class _Trials:
    """A session that tries each mutant in a fork in place of running its tests."""

    def __init__(self, module: Module, changes: Sequence[Change], told: Path) -> None:
        self.module, self.changes, self.told = module, changes, told
        self.imported: set[int] = set()
        self.functions: list[FunctionType] = []

    def session(self) -> int:
        with _traced(self.module.path, self.imported):
            return _session(self.module.files, self)

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        importlib.import_module(self.module.name)  # if no test did as it was collected
        sys.settrace(None)
        self.functions = _functions(self.module.path)
        gc.collect()
        gc.freeze()  # a collection in a fork would copy all that it looks at
        measured = self._as_listed(session) if self.is_few else self._measured(session)
        if measured is None:
            return True
        answers = [self._is_killed(session, change, measured) for change in self.changes]
        self.told.with_suffix(".seconds").write_text(json.dumps(measured.seconds), "utf-8")
        self.told.write_text(json.dumps(answers), "utf-8")
        return True

    @property
    def is_few(self) -> bool:
        return len(self.changes) < FEW

    def _as_listed(self, session: pytest.Session) -> Measured:
        tests = [item.nodeid for item in session.items]
        return Measured(dict.fromkeys(tests, frozenset()), dict.fromkeys(tests, 0.0))

    def _measured(self, session: pytest.Session) -> Measured | None:
        path = self.told.with_suffix(".measured")

        def work() -> int:
            lines, seconds = {}, {}
            for item, following in _with_next(session.items):
                began, executed = time.process_time(), set[int]()
                with _traced(self.module.path, executed):
                    item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
                lines[item.nodeid] = sorted(executed)
                seconds[item.nodeid] = time.process_time() - began
            path.write_text(json.dumps([lines, seconds]), "utf-8")
            return int(session.testsfailed > 0)

        if session.testsfailed or _in_a_fork(work, SECONDS) != 0:
            return None
        lines, seconds = json.loads(path.read_text("utf-8"))
        measured = Measured({test: frozenset(some) for test, some in lines.items()}, seconds)
        as_it_is = Change(ast.parse(self.module.path.read_text("utf-8")), range(0))
        return None if self._is_killed(session, as_it_is, measured) else measured

    def _is_killed(
        self, session: pytest.Session, change: Change, measured: Measured
    ) -> bool | None:
        """None where the change cannot be put in: into what was executed as the module was imported."""
        if not self.imported.isdisjoint(change.lines):
            return None

        def work() -> int:
            if not _put_in(compile(change.tree, str(self.module.path), "exec"), self.functions):
                return UNFIT
            return _run(session, measured.ordered(session.items, change.lines))

        most = CPU_SECONDS if self.is_few else SLOWER * (1 + sum(measured.seconds.values()))
        status = _in_a_fork(work, SECONDS, int(most))
        return None if status == UNFIT else status != 0


def _run(session: pytest.Session, items: Sequence[pytest.Item]) -> int:
    if session.testsfailed:  # to be collected
        return 1
    for item, following in _with_next(items):
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        if session.testsfailed:
            return 1
    return 0


def _with_next(items: Sequence[pytest.Item]) -> Iterator[tuple[pytest.Item, pytest.Item | None]]:
    return zip(items, [*items[1:], None], strict=True)


@contextmanager
def _traced(path: Path, executed: set[int]) -> Iterator[None]:
    """Adds the lines of a file that are executed meanwhile."""
    name = str(path)

    def within(frame: FrameType, event: str, _: Any) -> Any:
        executed.add(frame.f_lineno)
        return within

    def anywhere(frame: FrameType, event: str, _: Any) -> Any:
        return within if frame.f_code.co_filename == name else None

    before = sys.gettrace()
    sys.settrace(anywhere)
    try:
        yield
    finally:
        sys.settrace(before)


def _functions(path: Path) -> list[FunctionType]:
    """All functions that stand in a file, wherever they are held."""
    return [
        thing
        for thing in gc.get_objects()
        if type(thing) is FunctionType and thing.__code__.co_filename == str(path)
    ]


def _put_in(code: CodeType, functions: Sequence[FunctionType]) -> bool:
    """Gives every function of a module its code as compiled anew; or does not, where one cannot take it."""
    new = {_of_code(inner): inner for inner in _codes(code)}
    for function in functions:
        changed = new.get(_of_code(function.__code__), function.__code__)
        if changed.co_freevars != function.__code__.co_freevars:
            return False
        function.__code__ = changed
    return True


def _codes(code: CodeType) -> Iterator[CodeType]:
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield inner
            yield from _codes(inner)


def _of_code(code: CodeType) -> tuple[str, int]:
    return code.co_qualname, code.co_firstlineno


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports one module from a tree in place of its file."""

    def __init__(self, module: Module, tree: ast.Module) -> None:
        self.module = module
        self.code = compile(tree, str(module.path), "exec")

    def find_spec(
        self, name: str, path: object, target: object = None
    ) -> importlib.machinery.ModuleSpec | None:
        if name != self.module.name:
            return None
        return importlib.machinery.ModuleSpec(name, self, origin=str(self.module.path))

    def exec_module(self, module: object) -> None:
        module.__file__ = str(self.module.path)  # type: ignore[attr-defined]
        exec(self.code, vars(module))
