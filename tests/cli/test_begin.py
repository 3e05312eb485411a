"""A command says that it starts before it loads what it needs."""

from __future__ import annotations

import inspect
import subprocess
import sys
from pathlib import Path

import pytest

from cescore.cli.application import begin
from cescore.cli.main import group

# what says its first line within a second without it, or speaks through what it does
QUICK = {"lab", "csr", "run", "review"}
COMMANDS = {name: command for name, command in group().commands.items() if name not in QUICK}


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_it_says_so_before_any_library_is_loaded(name):
    callback = inspect.unwrap(COMMANDS[name].callback)
    lines = [line.strip() for line in inspect.getsource(callback).splitlines()]
    said = [n for n, line in enumerate(lines) if "begin(" in line or '("starting")' in line]
    loaded = [n for n, line in enumerate(lines) if line.startswith("from cescore.")]
    assert said and said[0] < loaded[0]


def test_what_is_apart_does_not_touch_the_answer(capsys, monkeypatch):
    monkeypatch.delenv("CI", raising=False)
    begin("zh", is_apart=True)("evaluating")
    begin("en", "quiet")
    assert capsys.readouterr() == ("", "正在启动 …\n正在评价 …\n")


ABORTS_WHERE_LIBRARIES_ARE_UNLOADED = f"""
import ctypes, sys
sys.path.insert(0, {str(Path(__file__).parents[2])!r})
from cescore.cli.main import command
libc = ctypes.CDLL(None)
libc.__cxa_atexit(libc.abort, None, None)
sys.argv = ["build.py", *sys.argv[1:]]
command()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the abort is asked of glibc")
@pytest.mark.parametrize(("given", "status"), [(["--version"], 0), (["explode"], 2)])
def test_what_libraries_do_when_they_are_unloaded_changes_no_exit_status(given, status):
    started = [sys.executable, "-c", ABORTS_WHERE_LIBRARIES_ARE_UNLOADED, *given]
    ended = subprocess.run(started, capture_output=True, text=True, check=False)
    assert ended.returncode == status and (ended.stdout or ended.stderr).endswith("\n")
