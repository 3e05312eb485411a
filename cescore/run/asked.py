"""What the user asked for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cescore.run.job import IN_PROCESS

if TYPE_CHECKING:
    from cescore.disclosure.documents.standing import Issue


@dataclass(frozen=True)
class Asked:
    """What the user asked for; ``progress``: see `cescore.run.telling.progress`.

    ``lang``: of what is written; ``terminal``: of what is said, "" as what is written.

    With a ``stage`` it is the evaluation of a whole plan, ``plan`` or the newest run's.
    """

    root: Path
    year: int | None = None
    only: str = ""
    lang: str = "zh"
    force: bool = False
    engine: str = IN_PROCESS
    progress: str = "auto"
    stage: str = ""
    plan: str = ""
    folder: Path | None = None  # where it is built; None: below output/
    variant: Path | None = None  # a preview's: the file of a variant of the framework
    issue: Issue | None = None  # of a release; None: drafts
    terminal: str = ""

    @property
    def spoken(self) -> str:
        """The language of the terminal."""
        return self.terminal or self.lang

    def folder_name(self, name: str) -> str:
        """What the folder of a run is called: 2025, or 2025-en."""
        return name if self.lang == "zh" else f"{name}-{self.lang}"

    def output(self, name: str) -> Path:
        """The folder of a run: output/2025, output/2021-2025-final, with -en for English."""
        return self.folder or self.root / "output" / self.folder_name(name)
