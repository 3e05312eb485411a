"""Whole builds of a generated workspace: a thousand reports with memory over time, nothing changed,
one entity changed, and a dask cluster's workers against the local pool."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.measure import REPOSITORY, environment, spent
from benchmarks.processes import Sample, marked, sample, tree

ENDED = re.compile(
    r"(\d+) built \+ (\d+) up to date \+ (\d+) failed \+ (\d+) skipped = \d+ entities"
)
EVERY = 2.0  # seconds between two looks at the processes
MARK = "CESCORE_BENCHMARK"  # in the environment of all that a build starts


@dataclass(frozen=True)
class Built:
    """One build: entities built and left alone, seconds of CPU (all processes) and of wall."""

    built: int
    up_to_date: int
    failed: int
    cpu: float
    wall: float

    @property
    def rate(self) -> float:
        """Reports a minute."""
        return 60 * self.built / self.wall


@dataclass
class Watched:
    """A build with what its processes held while it ran, and what they left."""

    build: Built
    samples: list[Sample] = field(default_factory=list)
    done: list[int] = field(default_factory=list)  # reports finished at each sample
    processes_left: int = 0
    files_left: int = 0

    @property
    def growth(self) -> float:
        """MB of driver memory per report: a straight line through the last four fifths, up to the
        last report; then tables and index page are written."""
        pairs = [(d, s.driver) for d, s in zip(self.done, self.samples, strict=True) if s.driver]
        most = self.build.built
        pairs = [p for p in pairs if most / 5 <= p[0] < most]
        if len(pairs) < 3:
            return 0.0
        x, y = zip(*pairs, strict=True)
        mx, my = sum(x) / len(x), sum(y) / len(y)
        spread = sum((a - mx) ** 2 for a in x)
        return sum((a - mx) * (b - my) for a, b in pairs) / spread if spread else 0.0


def command(root: Path, *more: str) -> list[str]:
    """The build of the enterprises of a workspace."""
    build = str(REPOSITORY / "build.py")
    return [sys.executable, build, "--root", str(root), "--only", "enterprise/*", *more]


def built(root: Path, *more: str) -> Built:
    """A build run to its end."""
    done = spent(command(root, *more), REPOSITORY)
    return _counted(done.output, done.cpu, done.wall)


def watched(root: Path, temporary: Path) -> Watched:
    """A build on every core with a look at its processes every two seconds.

    ``temporary`` is its folder for temporary files, empty before.
    """
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True)
    marks = {MARK: str(os.getpid()), "TMPDIR": str(temporary)}
    log = temporary.parent / "build.log"
    began, before, samples = time.time(), os.times(), list[Sample]()
    with log.open("w") as written:
        process = subprocess.Popen(
            command(root), cwd=REPOSITORY, env=environment(**marks),
            stdout=written, stderr=subprocess.STDOUT,
        )  # fmt: skip
        while process.poll() is None:
            samples.append(sample(process.pid, time.time() - began))
            time.sleep(EVERY)
    wall, after = time.time() - began, os.times()
    cpu = sum(after[2:4]) - sum(before[2:4])
    finished = sorted(p.stat().st_mtime - began for p in root.glob("output/*/*/*/scorecard.pdf"))
    done = [sum(moment <= s.seconds for moment in finished) for s in samples]
    text = log.read_text(encoding="utf-8")
    return Watched(
        build=_counted(text, cpu, wall),
        samples=samples,
        done=done,
        processes_left=len(marked(MARK, marks[MARK])),
        files_left=sum(1 for path in temporary.rglob("*") if path.is_file()),
    )


def change_one(root: Path) -> str:
    """Raise one returned value of the last year by a thousandth; the entity's id."""
    import pandas as pd

    path = sorted(root.glob("data/*/observations.parquet"))[-1]
    rows = pd.read_parquet(path)
    values = pd.to_numeric(rows["value"], errors="coerce")
    position = int((values > 1).to_numpy().nonzero()[0][-1])
    changed = values.iloc[position] * 1.001
    is_number = rows["value"].dtype.kind == "f"
    rows.loc[rows.index[position], "value"] = changed if is_number else f"{changed:.6g}"
    rows.to_parquet(path, index=False)
    return str(rows["entity_id"].iloc[position])


@contextmanager
def workers(count: int, folder: Path) -> Iterator[Path]:
    """A dask scheduler and its workers on this machine; the scheduler's file."""
    file = folder / "scheduler.json"
    file.unlink(missing_ok=True)
    named = ["--scheduler-file", str(file)]
    commands: list[Sequence[str]] = [
        ["dask", "scheduler", *named, "--port", "0", "--no-dashboard"],
        ["dask", "worker", *named, "--nworkers", str(count), "--nthreads", "1", "--no-dashboard"],
    ]
    running = list[subprocess.Popen[bytes]]()
    try:
        with (folder / "dask.log").open("w") as log:
            running += [
                subprocess.Popen(
                    one, cwd=folder, env=environment(), stdout=log, stderr=subprocess.STDOUT
                )
                for one in commands
            ]
        yield file
    finally:
        for process in reversed(running):
            process.terminate()
        for process in running:
            process.wait(30)


def on_cluster(root: Path, count: int, folder: Path) -> Built:
    """The same build by dask's workers; their CPU is counted with the driver's."""
    began = time.time()
    with workers(count, folder) as file:
        before = tree_cpu(folder)
        done = spent(command(root, "--scheduler", str(file)), REPOSITORY)
        helpers = tree_cpu(folder) - before
    return _counted(done.output, done.cpu + helpers, min(done.wall, time.time() - began))


def tree_cpu(folder: Path) -> float:
    """CPU seconds so far of this process's running descendants that work in a folder."""
    return sum(p.cpu for p in tree(os.getpid()) if p.folder == str(folder))


def _counted(output: str, cpu: float, wall: float) -> Built:
    found = ENDED.search(output)
    if found is None:
        raise RuntimeError(f"the build did not end as it should:\n{output[-2000:]}")
    done, kept, failed, _ = map(int, found.groups())
    return Built(done, kept, failed, cpu, wall)
