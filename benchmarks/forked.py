"""A parent that has everything imported and forks a child per report, as the build's press does.

``python -m benchmarks.forked`` reads one JSON list a line: way, bundle, notebook, folder, language;
it answers with the child's CPU seconds, its peak memory in MB and its exit status. Ways: ours
(`render` as the build calls it), plainly (the same by the library as it is), floor (the library with the changes of
`cescore.publish.printing.faster`) and shipped (the floor by the library as it is). The first report of
a type is made once more, before, so that the parent learns from its specimen, as a press does.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import subprocess
import sys
import tempfile
import traceback
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from benchmarks.measure import REPOSITORY, environment


class Forked:
    """The parent, from the outside; ``python`` is the interpreter that it runs on."""

    def __init__(self, python: str = sys.executable) -> None:
        self._python = python

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [self._python, "-m", "benchmarks.forked"], cwd=REPOSITORY, env=environment(),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1,
        )  # fmt: skip
        assert self._process.stdout is not None
        self._process.stdout.readline()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()

    def cpu(self, way: str, bundle: Path, notebook: Path, folder: Path, lang: str = "zh") -> float:
        """Seconds of CPU of one report made in one child."""
        assert self._process.stdin is not None and self._process.stdout is not None
        line = json.dumps([way, str(bundle), str(notebook), str(folder), lang])
        self._process.stdin.write(line + "\n")
        seconds, _, status = json.loads(self._process.stdout.readline())
        if status:
            raise RuntimeError(f"{way}: {bundle.name} failed, see above")
        return float(seconds)


def serve() -> None:
    """Read, fork, answer."""
    from cescore.run.job import RENDER
    from cescore.run.processes.child import be_report
    from cescore.run.processes.press import loaded
    from cescore.run.processes.rehearsing import Rehearsals

    answers = os.dup(1)
    os.dup2(2, 1)
    rehearsals = Rehearsals.of(loaded(RENDER))
    importlib.import_module("benchmarks.floor")  # so that no child imports it
    gc.collect()
    gc.freeze()
    os.write(answers, b"ready\n")
    for line in sys.stdin:
        asked = json.loads(line)
        _, bundle, notebook, _, lang = asked
        rehearse(rehearsals, Path(bundle), Path(notebook), lang)
        parent = os.getpid()
        child = os.fork()
        if child == 0:
            be_report(parent, partial(_made, *asked))
        _, status, used = os.wait4(child, 0)
        answer = [used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, status]
        os.write(answers, json.dumps(answer).encode() + b"\n")


def _made(way: str, bundle: str, notebook: str, folder: str, lang: str) -> int:
    """In the child: one report, in a way; returns the exit status."""
    from benchmarks.floor import print_floor
    from cescore.publish.printing.faster import SWITCH
    from cescore.publish.render import render

    try:
        os.environ |= {SWITCH: "1"} if way in ("plainly", "shipped") else {}
        if way in ("ours", "plainly"):
            render(Path(bundle), Path(folder), lang, notebook=Path(notebook))
        else:
            print_floor(Path(bundle), Path(folder), lang, Path(notebook))
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


def rehearse(rehearsals: Any, bundle: Path, notebook: Path, lang: str) -> None:
    """Let this process learn from a specimen of the bundle's type, if it has not yet; documents have
    none."""
    from cescore.disclosure.documents.kinds import METHOD_BOOK
    from cescore.run.job import BUNDLE_NAME, Job, Limits
    from cescore.run.processes.press import outcome_of
    from cescore.run.processes.rehearsing import MANY

    entity_type = bundle.stem.split("-", 1)[0]
    if entity_type == METHOD_BOOK.notebook:
        return
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / BUNDLE_NAME).write_bytes(bundle.read_bytes())
        job = Job("", entity_type, folder, str(notebook.resolve()), lang, f"{folder}/log")
        asked = (rehearsals.before(job) for _ in range(MANY + 1))
        specimen = next((one for one in asked if one is not None), None)
        if specimen is None:
            return
        child = os.fork()
        if child == 0:
            os._exit(rehearsals.make(specimen, Limits()))
        _, status = os.waitpid(child, 0)
        outcome = outcome_of(specimen, os.waitstatus_to_exitcode(status), 0.0)
        rehearsals.learn(specimen, outcome.cause)


if __name__ == "__main__":
    serve()
