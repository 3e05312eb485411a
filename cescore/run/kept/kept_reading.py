"""What commands read of a workspace and chose of it, kept for the next while files are as they are.

Params and inspections are many times what one change of data touches. Each is kept below output/answers
by the hash of its files, of code and of libraries. It answers who checks, plans and previews; a build of
drafts takes what was read, and makes every choice anew; no release takes anything.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property

from cescore.intake.workspace import Workspace
from cescore.run.asked import Asked
from cescore.run.files import combined, make_private
from cescore.run.inputs.hashed import Inputs, installed
from cescore.run.kept.kept_answers import FOLDER, READING_LIBRARIES
from cescore.run.kept.kept_work import KeptWork
from cescore.run.telling.phases import Phases, silent

MOST_DRAWS = 128  # pieces of draws that are left for the next command, used or not


@dataclass(frozen=True)
class KeptPieces:
    """One command's pieces; a workspace that cannot be written to is read anew each time."""

    work: KeptWork

    @classmethod
    def of(cls, asked: Asked, name: str, inputs: Inputs) -> KeptPieces:
        """The pieces of a name, of the year that is asked for."""
        folder = asked.root / "output" / FOLDER / f"{name}-{asked.year or 'newest'}"
        return cls(KeptWork(folder, made_with(inputs)))

    def known(self, made_from: str) -> str | None:
        return self.work.known(made_from)

    def keep(self, made_from: str, text: str) -> None:
        self.keep_piece(made_from, text.encode())

    def piece(self, name: str) -> bytes | None:
        return self.work.piece(name)

    def keep_piece(self, name: str, content: bytes) -> None:
        answers = self.work.folder.parent
        with suppress(OSError):
            for folder in (answers.parent, answers):
                make_private(folder)
            self.work.keep_piece(name, content)

    def tidy(self, most: int = 0) -> None:
        """Remove what has not been used, where anything has and there are more than ``most`` pieces."""
        if self.work.used:
            with suppress(OSError):
                if sum(1 for _ in self.work.folder.iterdir()) > most:
                    self.work.forget_unused()


@dataclass(frozen=True)
class KeptForYear:
    """What is kept of reading a year, of choosing what is withheld, and of draws.

    ``inputs``: as they were when the command began, where that is known.
    """

    asked: Asked
    inputs: Inputs | None = None

    @cached_property
    def reading(self) -> KeptPieces:
        return self._pieces("reading")

    @cached_property
    def choices(self) -> KeptPieces:
        return self._pieces("choices")

    @cached_property
    def draws(self) -> KeptPieces:
        return self._pieces("draws")

    def _pieces(self, name: str) -> KeptPieces:
        return KeptPieces.of(self.asked, name, self.inputs or Inputs(self.asked.root))

    def workspace(self, told: Phases = silent) -> Workspace:
        """The workspace that is asked for; see `Workspace.load`."""
        return Workspace.load(self.asked.root, self.asked.year, told, self.reading)

    def tidy(self) -> None:
        """Remove what this command has not used of what it used some of."""
        for pieces in (self.reading, self.choices):
            pieces.tidy()
        self.draws.tidy(MOST_DRAWS)  # of which each report asks for others


_MADE_WITH: list[str] = []  # the one hash of this process


def made_with(inputs: Inputs) -> str:
    """A hash over code and libraries, as they were when it was first asked for: a process goes on with
    the code that it has loaded."""
    if not _MADE_WITH:
        libraries = {name: installed(name) for name in (*READING_LIBRARIES, "numpy", "pydantic")}
        own = {"code": inputs.code, "others": inputs.libraries}
        _MADE_WITH.append(combined({**libraries, **own}))
    return _MADE_WITH[0]
