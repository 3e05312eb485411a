"""What the user asked for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cescore.run.job import IN_PROCESS


@dataclass(frozen=True)
class Asked:
    """What the user asked for; ``progress``: see `cescore.run.progress`."""

    root: Path
    year: int | None = None
    only: str = ""
    lang: str = "zh"
    force: bool = False
    engine: str = IN_PROCESS
    progress: str = "auto"

    def output(self, year: int) -> Path:
        """The folder of the run: output/<year>, or output/<year>-en."""
        return self.root / "output" / (f"{year}" if self.lang == "zh" else f"{year}-{self.lang}")
