"""A report's process opens its own folder, the program and fonts; what else is tried is refused by name."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from platform import machine

import nbformat
import pytest
from publish import builders

from cescore.publish.notebook import IN_PROCESS
from cescore.publish.words import LANGUAGES, label
from cescore.run.inputs.hashed import Inputs
from cescore.run.job import BUNDLE_NAME, PAGES_NAME, RENDER, RESULT_NAME, Job, Limits
from cescore.run.processes.child import surroundings
from cescore.run.processes.landlock import TCP_SINCE, version
from cescore.run.processes.system_calls import CALLS
from cescore.run.telling.runs import foreign_told

ROOT = Path(__file__).parents[2]
BEHIND_FENCE = """
import ctypes, json, os, pathlib, resource, shutil, socket, sqlite3, subprocess, sys
from cescore.run.processes.fence import Fence
from cescore.run.processes.landlock import restrict
work, outside, rails = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3]
os.chdir(work)
fence = Fence.around(work, work / "n.ipynb", None)
libc = ctypes.CDLL(None, use_errno=True)
if rails == "both":
    fence.close()
elif rails == "by name":
    sys.addaudithook(fence._hook())
else:
    restrict(map(pathlib.Path, fence.readable), map(pathlib.Path, fence.writable))
acts = json.loads(sys.argv[4])
found = {}
for act in acts:
    try:
        exec(act)
        found[act] = "done"
    except OSError as error:
        found[act] = "refused"
print(json.dumps([found, fence.tried]))
"""
REFUSED = [
    "open(outside)",
    "open(outside, 'a')",
    "os.open(outside, os.O_RDWR)",
    "open('/etc/shadow')",
    "open('../secret')",
    "os.symlink(outside, 'link'); open('link')",
    "os.link(outside, 'hard'); open('hard')",
    "os.rename('own', outside)",
    "os.remove(outside)",
    "os.truncate(outside, 0)",
    "os.mkdir(outside + '.d')",
    "os.listdir(os.path.dirname(outside))",
    "shutil.copy(outside, 'copy')",
    "shutil.copy('own', outside)",
    "open(os.path.expanduser('~/.profile-of-fence'), 'w')",
    "open(f'/proc/{os.getppid()}/environ')",
    "open(f'/proc/{os.getppid()}/cmdline')",
    "open(f'/proc/{os.getppid()}/mem', 'rb')",
    "os.listdir(f'/proc/{os.getppid()}/fd')",
]
DATABASES = [  # SQLite's own error is another than Python's where the kernel refuses
    "sqlite3.connect(outside)",
    "sqlite3.connect('file:' + outside + '?mode=ro', uri=True)",
]
BY_NAME = [
    "subprocess.run(['id'])",
    "os.system('id')",
    "os.posix_spawn('/bin/true', ['true'], {})",
    "os.execv('/bin/true', ['true'])",
    "os.fork() or os._exit(0)",
    "os.kill(os.getppid(), 0)",
    "os.killpg(os.getpgid(os.getppid()), 0)",
    "resource.prlimit(os.getppid(), resource.RLIMIT_NOFILE, (9, 9))",
    "resource.setrlimit(resource.RLIMIT_AS, (-1, -1))",
    "socket.create_connection(('127.0.0.1', 9))",
    "socket.getaddrinfo('example.org', 80)",
    "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', 9))",
    "socket.socket(socket.AF_UNIX).connect('/run/any')",
    "socket.socket().bind(('127.0.0.1', 0))",
]
PAST_PYTHON = [
    "assert libc.open(outside.encode(), 0) >= 0 or exec('raise OSError')",
    "assert libc.rename(b'own', outside.encode()) == 0 or exec('raise OSError')",
    "assert libc.system(b'cat ' + outside.encode() + b' > copied') == 0 or exec('raise OSError')",
]
CALLS_OF_THE_KERNEL = [  # what neither Python nor Landlock asks about
    "i = libc.shmget(0, 4096, 0o1600); i < 0 and exec('raise OSError'); libc.shmctl(i, 0, None)",
    "os.setpriority(os.PRIO_PROCESS, os.getppid(), os.getpriority(os.PRIO_PROCESS, os.getppid()))",
    "os.sched_setaffinity(os.getppid(), os.sched_getaffinity(os.getppid()))",
    "libc.prlimit(os.getppid(), 7, None, (ctypes.c_uint64 * 2)()) and exec('raise OSError')",
    "libc.setrlimit(7, (ctypes.c_uint64 * 2)(64, 64)) and exec('raise OSError')",
    "libc.chown(outside.encode(), os.getuid(), os.getgid()) and exec('raise OSError')",
    "pid = libc.fork(); pid == 0 and os._exit(0); pid < 0 and exec('raise OSError')",
    "libc.system(b'exit 0') and exec('raise OSError')",
    "libc.socket(2, 2, 0) < 0 and exec('raise OSError')",
    "libc.inotify_init() < 0 and exec('raise OSError')",
    "libc.syscall(425, 4, ctypes.create_string_buffer(160)) < 0 and exec('raise OSError')",
]
ALLOWED = [
    "open('own', 'w').write('x')",
    "os.mkdir('folder'); os.rename('folder', 'f2'); os.rmdir('f2')",
    "os.listdir('.')",
    "open('/proc/self/status').read(); open('/proc/cpuinfo').read()",
    "sqlite3.connect(':memory:'); sqlite3.connect('own.db')",
    "open('/usr/bin/env', 'rb').read(4)",
    "open('/dev/null', 'w')",
    "import csv, decimal, colorsys",
    "import threading; one = threading.Thread(target=print); one.start(); one.join()",
    "one, other = socket.socketpair(); one.send(b'x'); other.recv(1)",
    "resource.getrlimit(resource.RLIMIT_AS)",
]


def behind(
    tmp_path: Path, acts: list[str], rails: str = "both"
) -> tuple[dict[str, str], list[str]]:
    """What became of each act in a process behind the fence, and what it was told to have tried."""
    work, outside = tmp_path / "work", tmp_path / "secret"
    work.mkdir(parents=True)
    (work / "own").write_text("own", "utf-8")
    outside.write_text("secret", "utf-8")
    command = [sys.executable, "-c", BEHIND_FENCE, str(work), str(outside), rails, json.dumps(acts)]
    done = subprocess.run(command, capture_output=True, text=True, env=surroundings(), timeout=60)
    assert done.returncode == 0, done.stderr
    assert outside.read_text("utf-8") == "secret"
    assert not any("secret" in p.read_text("utf-8") for p in work.iterdir() if not p.is_symlink())
    found, tried = json.loads(done.stdout)
    return found, tried


def test_what_lies_outside_is_refused_and_named(tmp_path: Path) -> None:
    found, tried = behind(tmp_path, REFUSED + BY_NAME + DATABASES)
    assert {act for act, came in found.items() if came != "refused"} == set()
    assert f"read {tmp_path / 'secret'}" in tried and "subprocess.Popen 'id'" in tried
    assert any(one.startswith("socket.connect") for one in tried)


def test_plain_python_is_held_by_name_where_the_kernel_holds_nothing(tmp_path: Path) -> None:
    found, _ = behind(tmp_path, REFUSED + BY_NAME + DATABASES, "by name")
    assert {act for act, came in found.items() if came != "refused"} == set()


def test_a_reports_own_folder_the_program_and_fonts_are_open(tmp_path: Path) -> None:
    found, tried = behind(tmp_path, ALLOWED)
    assert (set(found.values()), tried) == ({"done"}, [])


@pytest.mark.skipif(not version(), reason="this kernel has no Landlock")
def test_the_kernel_holds_what_goes_past_python(tmp_path: Path) -> None:
    found, _ = behind(tmp_path, PAST_PYTHON + REFUSED, rails="landlock")
    assert {act for act, came in found.items() if came != "refused"} == set()


@pytest.mark.skipif(version() < TCP_SINCE, reason="this kernel's Landlock knows no network")
def test_the_kernel_holds_tcp(tmp_path: Path) -> None:
    acts = ["socket.socket().bind(('127.0.0.1', 0))"]
    assert behind(tmp_path, acts, rails="landlock")[0] == {acts[0]: "refused"}


@pytest.mark.skipif(not version() or machine() not in CALLS, reason="not on this machine")
def test_the_kernel_refuses_what_reports_could_do_to_others_or_leave_for_them(
    tmp_path: Path,
) -> None:
    """A value of one respondent, left in memory of the machine's, was there for the next one's report."""
    for rails, came in (("landlock", "done"), ("both", "refused")):
        found, _ = behind(tmp_path / rails, CALLS_OF_THE_KERNEL, rails)
        assert {act for act, became in found.items() if became != came} == set()


def test_a_report_says_what_its_notebook_tried_and_the_shipped_cells_try_nothing(
    tmp_path: Path,
) -> None:
    work = tmp_path / "work"
    (work / PAGES_NAME).mkdir(parents=True)
    builders.write_bundle(work).rename(work / BUNDLE_NAME)
    notebook = nbformat.read(ROOT / "notebooks/district.ipynb", 4)
    sly = "try:\n    open('/etc/passwd')\nexcept OSError:\n    pass"
    notebook.cells.insert(3, nbformat.v4.new_code_cell(sly))
    nbformat.write(notebook, tmp_path / "district.ipynb")
    job = Job(
        "D1", "district", str(work), str(tmp_path / "district.ipynb"), "zh", str(work / "log")
    )
    limits = json.dumps(asdict(Limits()))
    command = [
        sys.executable,
        "-m",
        "cescore.run.processes.child",
        RENDER,
        limits,
        job.to_line().decode(),
    ]
    subprocess.run(command, env=surroundings(), timeout=120, check=True)
    record = json.loads((work / RESULT_NAME).read_bytes())["record"]
    assert record["warnings"] == ["notebook: refused: read /etc/passwd"]


def test_a_workspaces_own_notebooks_are_listed_with_their_hash_and_what_does_not_hold_them(
    tmp_path: Path,
) -> None:
    own = tmp_path / "notebooks"
    own.mkdir()
    shutil.copy(ROOT / "notebooks/generic.ipynb", own)
    assert Inputs(tmp_path).foreign() == {}
    (own / "shop.ipynb").write_bytes(b"{}")
    (tmp_path / "report_templates").mkdir()
    (tmp_path / "report_templates/print.css").write_bytes(b"")
    foreign = Inputs(tmp_path).foreign()
    assert list(foreign) == ["notebooks/shop.ipynb", "report_templates/print.css"]
    warned, head, *lines = foreign_told(foreign, "kernel", "en")
    assert "code of the bureau" in head and "not fenced" in warned and "kernel" in warned
    assert lines[0].endswith(f"notebooks/shop.ipynb  sha256:{hashlib.sha256(b'{}').hexdigest()}")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_stands_behind_no_fence_says_so_whoever_wrote_the_notebook(lang: str) -> None:
    assert list(foreign_told({}, "kernel", lang)) == [label("terminal.fence_kernel", lang)]
    assert list(foreign_told({}, IN_PROCESS, lang)) == []
