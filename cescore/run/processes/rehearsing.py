"""What a press learns of pages before it forks more reports: of a type from a specimen alone.

Once a press has many reports of one type to make, a child makes the page of a specimen and the press
prints it: styles, measures and glyphs of all that the type's reports have in common are then known to
every child that is forked later. A page is the same with and without (a test holds it so), and a
specimen that cannot be made is said on standard error and left out. The press itself reads no
report's bundle: a process of its own turns the first into the specimen's, and runs nothing else.

The press of a watched preview makes one report for one reader, over and over: it learns from that.
"""

from __future__ import annotations

import gc
import os
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from cescore.disclosure.documents.kinds import SCORECARD
from cescore.errors import RunError
from cescore.run.job import (
    BUNDLE_NAME,
    IN_PROCESS,
    PAGES_NAME,
    RENDER,
    SPECIMEN_RENDER,
    WATCHED_RENDER,
    Job,
    Limits,
)
from cescore.run.processes.child import Render, load_render, run_job

# Reports of a type before a specimen is worth it: it costs what printing two or three does.
MANY = 8
Kind = tuple[str, str, str, str]  # entity type, language, notebook, templates


@dataclass
class Rehearsals:
    """Which types a press has met how often, and the specimens that are being made."""

    is_ours: bool  # whether the press makes our own reports
    is_watched: bool = False  # whether it makes the same one again and again, for who may read it
    seen: Counter[Kind] = field(default_factory=Counter)
    begun: set[Kind] = field(default_factory=set)
    sources: dict[str, str] = field(default_factory=dict)  # folder of a specimen -> of a report

    @classmethod
    def of(cls, render: Render) -> Rehearsals:
        """Those of a press with this render function."""
        name = f"{render.__module__}:{render.__name__}"
        return cls(name == RENDER, name == WATCHED_RENDER)

    def before(self, job: Job) -> Job | None:
        """The job of a specimen that is to be made before a report, if it is time for one."""
        kind = _kind(job)
        is_usual = self.is_ours and job.kind == SCORECARD.name and job.engine == IN_PROCESS
        if not is_usual or kind in self.begun or self.seen[kind] < MANY:
            self.seen[kind] += 1
            return None
        self.begun.add(kind)
        # among the reports' own folders: nothing is left of it, be the press killed
        folder = tempfile.mkdtemp(prefix="specimen-", dir=Path(job.work).parent)
        self.sources[folder] = job.work
        return replace(job, work=folder, log=str(Path(folder) / "log"))

    def is_specimen(self, job: Job) -> bool:
        """Whether a job is one of `before`."""
        return job.work in self.sources

    def make(self, job: Job, limits: Limits) -> int:
        """In a child: make the specimen and its page; returns the exit status."""
        source = Path(self.sources[job.work]) / BUNDLE_NAME
        _apart(lambda: _write_specimen(source, Path(job.work) / BUNDLE_NAME))
        return run_job(job, load_render(SPECIMEN_RENDER), limits)

    def learn(self, job: Job, cause: str) -> None:
        """In the press, once the child has ended: print the page that it left, unless it failed, and
        read the specimen's bundle."""
        from cescore.disclosure.documents.reading import read_printable
        from cescore.publish.rehearsal import learn
        from cescore.publish.specimen_page import PAGE_NAME

        folder = Path(job.work)
        try:
            if cause:
                raise RunError(cause)
            page = (folder / PAGES_NAME / PAGE_NAME).read_text(encoding="utf-8")
            learn(page, Path(job.templates) if job.templates else None)
            read_printable(folder / BUNDLE_NAME)  # whose formulas are every report's of the type
        except Exception as error:  # the reports will say what is wrong; this is for their speed
            print(f"no specimen of {job.entity_type}: {error}", file=sys.stderr, flush=True)
        finally:
            self.forget(job)
        gc.collect()
        gc.freeze()  # shared pages stay shared

    def page_left(self, job: Job) -> str:
        """The page of a watched report, which its process left; "" where there is nothing to learn."""
        if not self.is_watched:
            return ""
        from cescore.publish.previewed import PAGE_NAME
        from cescore.publish.specimen_page import is_usual

        path = Path(job.work) / PAGE_NAME
        if not path.is_file():
            return ""
        page = path.read_text(encoding="utf-8")
        return page if is_usual(page) else ""

    def learn_again(self, job: Job, page: str) -> None:
        """In the press of a watched report, after it was told of: print its page once more."""
        from cescore.publish.previewed import learn

        try:
            learn(page, Path(job.templates) if job.templates else None)
        except Exception as error:  # the next report will say what is wrong
            print(f"nothing learnt of {job.entity_id}: {error}", file=sys.stderr, flush=True)
        gc.collect()
        gc.freeze()

    def forget(self, job: Job) -> None:
        """Remove what a specimen was made in."""
        self.sources.pop(job.work, None)
        shutil.rmtree(job.work, ignore_errors=True)


def _kind(job: Job) -> Kind:
    return job.entity_type, job.lang, job.notebook, job.templates


def _write_specimen(source: Path, target: Path) -> None:
    from cescore.disclosure.documents.bundle import Bundle
    from cescore.disclosure.documents.specimen import specimen

    made = specimen(Bundle.model_validate_json(source.read_bytes()))
    target.write_bytes(made.to_bytes())


def _apart(act: Callable[[], None]) -> None:
    """Do something in a process forked for it alone, so that nothing it read is left in this one."""
    pid = os.fork()
    if pid == 0:
        try:
            act()
        except BaseException as error:
            print(f"no specimen: {type(error).__name__}", file=sys.stderr, flush=True)
        finally:
            os._exit(0)
    os.waitpid(pid, 0)
