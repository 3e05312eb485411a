"""A workspace read with what the last command read of files that are as they were.

Params and inspections are many times what one change of data touches. Each is kept below output/answers
by the hash of its files, of code and of libraries; a release reads none of it.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from cescore.intake.workspace import Workspace
from cescore.run.asked import Asked
from cescore.run.files import combined, make_private
from cescore.run.inputs import Inputs, installed
from cescore.run.kept_answers import FOLDER, READING_LIBRARIES
from cescore.run.kept_work import KeptWork
from cescore.run.phases import Phases, silent

PARTS = "reading"  # below the answers, a folder for each year


@dataclass(frozen=True)
class KeptReading:
    """What is kept of a year's reading; a workspace that cannot be written to is read anew each time."""

    work: KeptWork

    @classmethod
    def of(cls, asked: Asked) -> KeptReading:
        made_with = {name: installed(name) for name in (*READING_LIBRARIES, "numpy", "pydantic")}
        shared = Inputs(asked.root).shared
        basis = combined({**made_with, "code": shared["code"], "libraries": shared["libraries"]})
        folder = asked.root / "output" / FOLDER / f"{PARTS}-{asked.year or 'newest'}"
        return cls(KeptWork(folder, basis))

    def known(self, made_from: str) -> str | None:
        return self.work.known(made_from)

    def keep(self, made_from: str, text: str) -> None:
        with suppress(OSError):
            for folder in (self._answers.parent, self._answers):
                make_private(folder)
            self.work.keep(made_from, text)

    @property
    def _answers(self) -> Path:
        return self.work.folder.parent

    def tidy(self) -> None:
        """Remove what this reading did not use."""
        with suppress(OSError):
            self.work.forget_unused()


def read_workspace(asked: Asked, told: Phases = silent) -> Workspace:
    """The workspace that is asked for; see `Workspace.load`."""
    if asked.folder is not None:  # of a release, which rests on nothing that was kept
        return Workspace.load(asked.root, asked.year, told)
    kept = KeptReading.of(asked)
    workspace = Workspace.load(asked.root, asked.year, told, kept)
    kept.tidy()
    return workspace
