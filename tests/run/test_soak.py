"""The engine's long proofs, most with a small case that runs with every test.

Stand-ins for the page make them cheap; the last two make real pages.
"""

from __future__ import annotations

import csv
import io
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import nbformat
import psutil
import pytest
from nbformat.v4 import new_code_cell
from rich.console import Console

from cescore.disclosure.documents.kinds import SCORECARD
from cescore.run.asked import Asked
from cescore.run.building import annual as annual_module
from cescore.run.building.build import build
from cescore.run.building.engine import run_reports
from cescore.run.job import Limits
from cescore.run.order import Manner, Order, Subject
from cescore.run.processes.executor import can_fork, open_executor
from cescore.run.tree.store import JOURNAL_NAME, Store
from tests.run.in_this_process import Forked, InThisProcess, forked, killed_at

ROOT = Path(__file__).parents[2]
WORKSPACE = ROOT / "tests" / "unseen" / "workspace"
RENDER = "tests.run.stub_renders:render"
needs_fork = pytest.mark.skipif(not can_fork(), reason="no fork here")
soak = pytest.mark.soak


def sizes(small: object, whole: object) -> pytest.MarkDecorator:
    """The small case with every test, the whole one by `make soak`."""
    return pytest.mark.parametrize(
        "size", [pytest.param(small, id="small"), pytest.param(whole, id="whole", marks=soak)]
    )


# --- poisoned reports -------------------------------------------------------------------------

CAUSES = {
    "raises": "cell 3: division by zero",
    "bug": "KeyError: 'no such thing'",
    "system_exit": "SystemExit: enough",
    "exits": "ended with status 7 and left no result",
    "killed": "ended by SIGKILL",
    "segfaults": "ended by SIGSEGV",
    "hangs": "its processes were ended",
    "deaf": "its processes were ended",
    "greedy": "needs more than 2048 MB of memory",
    "prints": "File too large",
    "leaves": "left 1 process running, which had to be ended",
    "daemon": "left 1 process running, which had to be ended",
    "no_pdf": "the report has no scorecard.pdf",
}
MARK = "CESCORE_SOAK"


@contextmanager
def nothing_left_over(monkeypatch: pytest.MonkeyPatch, folder: Path) -> Iterator[None]:
    """No process, file descriptor or temporary file more than before."""
    folder.mkdir()
    monkeypatch.setenv(MARK, str(folder))
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)
    handles = len(os.listdir("/proc/self/fd"))
    yield
    assert marked(folder) == []
    assert len(os.listdir("/proc/self/fd")) == handles
    assert list(folder.iterdir()) == []


def marked(folder: Path) -> list[str]:
    """The processes that were started, they or what started them, with the mark of a folder."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get(MARK) == str(folder) and process.pid != os.getpid():
                found.append(" ".join(process.cmdline()))
        except psutil.Error:
            continue
    return found


@needs_fork
@sizes((20, 13), (500, 25))
def test_the_poisoned_are_named_the_others_built_and_nothing_is_left_over(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    count, poisoned = size
    kinds = [list(CAUSES)[i % len(CAUSES)] for i in range(poisoned)]
    texts = [*kinds, *["good"] * (count - poisoned)]
    random.Random(1).shuffle(texts)
    notebook = tmp_path / "any.ipynb"
    notebook.write_text("{}")
    orders = [
        Order(
            Subject(SCORECARD, "firm", f"F{i:03}"),
            Manner("zh"),
            {"bundle": text},
            ("not built yet",),
            text.encode(),
            notebook,
        )
        for i, text in enumerate(texts)
    ]
    limits = Limits(seconds=5 if count > 100 else 1.5, memory_mb=2048, file_mb=4)
    with (
        nothing_left_over(monkeypatch, tmp_path / "temporary"),
        closing(open_executor(2, render=RENDER, limits=limits)) as executor,
    ):
        store.prepare()
        outcomes = run_reports(executor, store, orders)
        store.finish()
    failed = {o.entity_id: o.cause for o in outcomes if o.status == "failed"}
    assert len(outcomes) == count and len(failed) == poisoned
    for order, text in zip(orders, texts, strict=True):
        folder = store.path(order.name)
        if text == "good":
            assert (folder / "scorecard.pdf").is_file()
        else:
            assert CAUSES[text] in failed[order.subject.id]
            assert failed[order.subject.id] in (folder / "FAILED.txt").read_text()
    assert sorted(p.name for p in store.folder.iterdir()) == [".journal.jsonl", "firm", "logs"]


# --- killed builds ----------------------------------------------------------------------------


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return Path(shutil.copytree(WORKSPACE, tmp_path / "hospitals"))


def output(root: Path) -> Path:
    return root / "output" / "2023-en"


def tree(root: Path) -> dict[str, bytes]:
    """Every file of an output but for logs, lock and what is kept for the next run, by hash: a process
    that has drawn its bands before keeps none."""
    found = {p.relative_to(root).as_posix(): p for p in output(root).rglob("*") if p.is_file()}
    kept = {
        n: p for n, p in found.items() if not any(f in n for f in ("/logs/", "/.lock", "/.kept/"))
    }
    return {name: path.read_bytes() for name, path in kept.items()}


def built(root: Path) -> dict[str, bytes]:
    """The tree after a build in this process."""
    status = build(Asked(root, 2023, lang="en"), InThisProcess(), Console(file=io.StringIO()))
    assert status == 0
    return tree(root)


@needs_fork
@sizes(17, 1)
def test_a_build_killed_at_any_step_is_resumed_to_the_same_bytes(
    root: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    """A step: a file opened to write, renamed or removed, a folder made or removed."""
    workspace = annual_module.Workspace.load(root, 2023)
    yearly = annual_module.evaluate_workspace(workspace)
    monkeypatch.setattr(annual_module.Workspace, "load", lambda *_: workspace)
    monkeypatch.setattr(annual_module, "evaluate_workspace", lambda _, **pieces: yearly)
    undisturbed = built(root)
    steps = 0
    for step in range(1, 10_000, size):
        shutil.rmtree(output(root))
        if not killed_at(step, output(root), lambda: built(root)):
            break
        assert built(root) == undisturbed, f"killed at step {step}"
        steps = step
    assert steps > 50  # all of it: four reports and a book, tables, manifest, receipt


@needs_fork
@soak
@sizes(17, 1)
def test_a_rebuild_killed_at_any_step_is_resumed_to_the_same_bytes(
    root: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    """Over a finished tree, in which every report is out of date and one entity has left."""
    before = built(root)
    leave(root, "H4")
    workspace = annual_module.Workspace.load(root, 2023)
    yearly = annual_module.evaluate_workspace(workspace)
    monkeypatch.setattr(annual_module.Workspace, "load", lambda *_: workspace)
    monkeypatch.setattr(annual_module, "evaluate_workspace", lambda _, **pieces: yearly)
    finished = root.with_name("finished")
    shutil.copytree(output(root), finished)
    undisturbed = built(root)
    assert set(before) != set(undisturbed)
    steps = 0
    for step in range(1, 10_000, size):
        shutil.rmtree(output(root))
        shutil.copytree(finished, output(root))
        if not killed_at(step, output(root), lambda: built(root)):
            break
        assert built(root) == undisturbed, f"killed at step {step}"
        steps = step
    assert steps > 50


def leave(root: Path, entity_id: str) -> None:
    """Take an entity out of the register and of the returns."""
    for path in [root / "data/entities.csv", *(root / "data").glob("*/observations.csv")]:
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        path.write_text("".join(x for x in lines if not x.startswith(entity_id)), "utf-8")


SCRIPT = """
import sys
from cescore import cli
opened = cli.open_executor
stub = {"render": "tests.run.stub_renders:render"}
cli.open_executor = lambda workers, **options: opened(workers, **{**options, **stub})
cli.main(["--root", sys.argv[1], "--year", "2023", "--lang", "en", "--jobs", "2"])
"""


Process = subprocess.Popen[bytes] | Forked


def command(root: Path, *, is_fresh: bool) -> Process:
    """The command under way with a stand-in for the page: in a fresh process, or in a cheaper fork."""
    if not is_fresh:
        line = ["--root", str(root), "--year", "2023", "--lang", "en", "--jobs", "2"]
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv(MARK, str(root))
            return forked(line, root.parent, RENDER)
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(root)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), MARK: str(root)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


@needs_fork
@soak
@sizes((1, 1), (10, 5))
def test_builds_killed_at_random_moments_are_resumed_to_the_same_bytes(
    root: Path, size: tuple[int, int]
) -> None:
    """So many times, so many kills one after the other; then what is left is built to the end."""
    chains, kills = size
    is_fresh = chains > 1
    began = time.monotonic()
    command(root, is_fresh=is_fresh).communicate()
    longest, undisturbed = time.monotonic() - began, tree(root)
    draw = random.Random(7)
    for chain in range(chains):
        shutil.rmtree(output(root))
        for _ in range(kills):
            process = command(root, is_fresh=is_fresh)
            time.sleep(draw.uniform(0.3, 1.0) * longest)
            process.kill()
            process.communicate()
        last = command(root, is_fresh=is_fresh)
        _, complaint = last.communicate()
        assert last.returncode == 0, complaint.decode()
        assert tree(root) == undisturbed, f"chain {chain}"
    assert left_after_a_moment(root) == []


def left_after_a_moment(root: Path) -> list[str]:
    """Processes of builds of a workspace that are still there after a few seconds."""
    deadline = time.monotonic() + 10
    while (found := marked(root)) and time.monotonic() < deadline:
        time.sleep(0.1)
    return found


# --- a run that finds nothing changed ---------------------------------------------------------


@needs_fork
@sizes(12, 1000)
def test_a_run_without_a_change_verifies_every_hash_in_less_than_five_seconds(
    root: Path, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    multiply(root, size)
    with closing(open_executor(2, render="tests.run.stub_renders:large_render")) as executor:
        status = build(Asked(root, 2023, lang="en"), executor, Console(file=io.StringIO()))
    assert status == 0
    began = time.monotonic()
    done = command(root, is_fresh=size >= 1000)
    said, complaint = done.communicate()
    seconds = time.monotonic() - began
    assert done.returncode == 0, complaint.decode()
    assert f"0 built + {size} up to date + 0 failed + 0 skipped = {size} entities" in said.decode()
    assert seconds < 5 or size < 1000  # the small case may share its machine
    with (output(root) / "hospital" / "H1" / "scorecard.pdf").open("r+b") as stream:
        stream.write(b"X")
    again = command(root, is_fresh=False)
    said, _ = again.communicate()
    assert b"1 report: scorecard.pdf was altered" in said
    print(f"{size} reports: {seconds:.2f} s")


def multiply(root: Path, count: int) -> None:
    """Grow the workspace to so many hospitals, each a copy of one of the four, by number."""
    for path in [root / "data/entities.csv", *(root / "data").glob("*/observations.csv")]:
        rows = list(csv.reader(path.read_text(encoding="utf-8").splitlines()))
        head, firsts = rows[0], [row for row in rows[1:] if row[0][0] == "H"]
        by_id: dict[str, list[list[str]]] = {}
        for row in firsts:
            by_id.setdefault(row[0], []).append(row)
        ids = sorted(by_id)
        made = [
            [f"H{number + 1}", *row[1:]]
            for number in range(count)
            for row in by_id[ids[number % len(ids)]]
        ]
        others = [row for row in rows[1:] if row[0][0] != "H"]
        with path.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream, lineterminator="\n").writerows([head, *others, *made])


# --- a full disk ------------------------------------------------------------------------------


DISK = 6 * 2**20  # bytes


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of a few megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(folder)], capture_output=True, check=False
    )  # fmt: skip
    if made.returncode:
        pytest.skip("no file system can be mounted here")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@needs_fork
@sizes([150_000], [4096, 40_000, 100_000, 150_000, 200_000, 250_000])
def test_a_full_disk_stops_the_build_and_the_next_goes_on(
    root: Path, small_disk: Path, size: list[int]
) -> None:
    is_fresh = len(size) > 1
    undisturbed = finished(root, is_fresh=is_fresh)
    shutil.rmtree(root / "output")
    (root / "output").symlink_to(small_disk)
    ballast = small_disk / "ballast"
    for room in size:  # bytes
        ballast.write_bytes(b"x" * (DISK - room))
        stopped = command(root, is_fresh=is_fresh)
        _, complaint = stopped.communicate()
        assert stopped.returncode == 2, complaint.decode()
        assert b"no space left on the disk" in complaint and b"Traceback" not in complaint
        ballast.unlink()
    assert finished(root, is_fresh=is_fresh) == undisturbed


def finished(root: Path, *, is_fresh: bool) -> dict[str, bytes]:
    """The tree after the command."""
    process = command(root, is_fresh=is_fresh)
    _, complaint = process.communicate()
    assert process.returncode == 0, complaint.decode()
    return tree(root)


# --- memory -----------------------------------------------------------------------------------

MOST_PER_REPORT, MOST_PER_WORKER = 0.05, 200  # MB: what the driver may grow by; a report's process


@soak
@needs_fork
@pytest.mark.parametrize("count", [1000])
def test_the_builds_own_memory_does_not_grow_with_the_reports(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    multiply(root, count)
    with nothing_left_over(monkeypatch, tmp_path / "temporary"):
        process = command(root, is_fresh=True)
        driver, taken = psutil.Process(process.pid), []
        while process.poll() is None:
            with suppress(psutil.Error):
                taken.append((reports_of(root), driver.memory_info().rss / 2**20))
            time.sleep(0.2)
        process.communicate()
    assert process.returncode == 0
    early = next(one for one in taken if one[0] >= count // 5)
    late = [one for one in taken if one[0] < count][-1]  # tables and index page come after the last
    growth = (late[1] - early[1]) / (late[0] - early[0])
    print(f"{early[0]} to {late[0]} reports: {early[1]:.0f} to {late[1]:.0f} MB")
    assert late[0] - early[0] > count / 2
    assert growth < MOST_PER_REPORT


def reports_of(root: Path) -> int:
    """How many reports the journal of a build under way names."""
    journal = output(root) / JOURNAL_NAME
    return journal.read_bytes().count(b'"name": "hospital/') if journal.exists() else 0


@soak
@needs_fork
def test_a_reports_process_stays_small(root: Path) -> None:
    """Real pages; what it shares with the process it is forked from counts in proportion."""
    line = [sys.executable, str(ROOT / "build.py"), "--root", str(root), "--year", "2023"]
    process = subprocess.Popen([*line, "--lang", "en", "--jobs", "2"], stdout=subprocess.DEVNULL)
    most = 0.0
    while process.poll() is None:
        most = max([most, *map(proportional_mb, reports_under_way(process.pid))])
        time.sleep(0.02)
    print(f"{most:.0f} MB")
    assert process.returncode == 0
    assert 0 < most < MOST_PER_WORKER


def reports_under_way(build_pid: int) -> list[int]:
    """The processes that are forked from the press of a build."""
    with suppress(psutil.Error):
        presses = psutil.Process(build_pid).children()
        return [one.pid for press in presses for one in press.children()]
    return []


def proportional_mb(pid: int) -> float:
    """Proportional set size [MB]; 0 where the process has ended."""
    with suppress(OSError):
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        return sum(int(x.split()[1]) for x in lines if x.startswith("Pss:")) / 1024
    return 0.0


# --- real pages -------------------------------------------------------------------------------

ELSEWHERE: Mapping[str, str] = {
    "PYTHONHASHSEED": "4711",
    "TZ": "Asia/Shanghai",
    "LC_ALL": "C",
    "LANG": "zh_CN.UTF-8",
    "COLUMNS": "40",
}


ONE = ("--jobs", "1")


def real_build(root: Path, *arguments: str, **surroundings: str) -> dict[str, bytes]:
    """The tree after the real command."""
    line = [sys.executable, str(ROOT / "build.py"), "--root", str(root), "--year", "2023"]
    done = subprocess.run(
        [*line, "--lang", "en", *arguments],
        env={**os.environ, **surroundings},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return tree(root)


def here_built(root: Path, *arguments: str) -> dict[str, bytes]:
    """The tree after the real command in a child of this process."""
    line = ["--root", str(root), "--year", "2023", "--lang", "en", *ONE, *arguments]
    done = forked(line, root.parent)
    said, complaint = done.communicate()
    assert done.returncode == 0, said + complaint
    return tree(root)


@soak
@sizes(("H1",), ("", "H1", "H2"))
def test_the_same_bytes_whatever_the_surroundings(
    root: Path, tmp_path: Path, size: tuple[str, ...]
) -> None:
    """Jobs, hash seed, time zone, locale, folder, caches of the user, a tree that stands already."""
    only = ["--only", size[0]] if size[0] else []
    plain = here_built(root, *only) if only and can_fork() else real_build(root, *ONE, *only)
    other = Path(shutil.copytree(WORKSPACE, tmp_path / "another place, 别处" / "x"))
    home = {"HOME": str(tmp_path / "home"), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    assert real_build(other, "--jobs", "2", *only, **ELSEWHERE, **home) == plain
    if len(size) == 1:
        return
    assert real_build(other, "--jobs", "4", "--force", *only) == plain
    for entity_id in size[1:]:  # some of it from an earlier run
        shutil.rmtree(output(other) / "hospital" / entity_id)
    assert real_build(other, *only) == plain
    assert real_build(other, "--force", "--engine", "kernel", "--jobs", "1", *only) == plain


POISON = """
import os, subprocess, sys
if entity_id == "H1":
    while True:
        print("x" * 100_000_000)
if entity_id == "H2":
    os._exit(9)
if entity_id == "H3":
    subprocess.Popen(["sleep", "600"], start_new_session=True)
"""


@soak
@needs_fork
def test_real_notebooks_that_run_wild_are_named_and_the_others_built(root: Path) -> None:
    notebook = nbformat.read(ROOT / "notebooks" / "generic.ipynb", as_version=4)
    place = 1 + next(
        i for i, c in enumerate(notebook.cells) if "parameters" in c.metadata.get("tags", [])
    )
    notebook.cells.insert(place, new_code_cell(POISON, metadata={"tags": ["working"]}))
    (root / "notebooks").mkdir(exist_ok=True)
    nbformat.write(notebook, root / "notebooks" / "hospital.ipynb")
    line = [sys.executable, str(ROOT / "build.py"), "--root", str(root), "--year", "2023"]
    done = subprocess.run(
        [*line, "--lang", "en", "--seconds", "300"],
        env={**os.environ, MARK: str(root)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1, done.stdout + done.stderr
    assert "1 built + 0 up to date + 3 failed" in done.stdout
    found = done.stdout[done.stdout.index("failed hospital/H1:") :]  # the cell's, or its report's
    assert "MemoryError" in found or "needs more than 4096 MB of memory" in found, done.stdout
    assert "failed hospital/H2: its process ended with status 9" in done.stdout
    assert "failed hospital/H3: left 1 process running" in done.stdout
    assert left_after_a_moment(root) == []
