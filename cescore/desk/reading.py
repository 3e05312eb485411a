"""The workspace behind a notebook: read with a word on what is going on, and kept until a file of it changes.

Who picks another entity, or runs all cells again after a change of weights, does not wait for the same
returns to be read and checked once more.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cescore.desk.sitting import is_interactive
from cescore.intake.workspace import Workspace
from cescore.publish.words import label

if TYPE_CHECKING:
    from cescore.disclosure.making.trials import Trials

READ_FROM = ("params", "data")


@dataclass(frozen=True, eq=False)
class Read:
    """A workspace as it was read, evaluated when the first bundle is asked for."""

    workspace: Workspace
    fingerprint: str

    @cached_property
    def trials(self) -> Trials:
        """Its reports, and trials of them."""
        from cescore.disclosure.making.bundles import Bundler
        from cescore.disclosure.making.trials import Trials
        from cescore.evaluation.yearly import evaluate_workspace

        return Trials(Bundler(evaluate_workspace(self.workspace)))


_KEPT: dict[tuple[Path, int], Read] = {}  # the last one of this kernel


def read_workspace(root: Path, year: int, lang: str) -> Read:
    """The workspace of a year, read anew unless this kernel has it and no file of it has changed.

    Files are compared by what they hold, not by their time. Of a workspace with a database nothing is
    kept: what stands there may have changed unseen.

    Raises
    ------
    ParamsError, DataError
        As `Workspace.load`.
    """
    place, now = (root.resolve(), year), _fingerprint(root)
    kept = _KEPT.get(place)
    if kept is not None and kept.fingerprint == now and not kept.workspace.definitions.databases:
        return kept
    _KEPT.clear()  # before the next is read: two need not be in memory together
    with saying(lang) as say:
        _KEPT[place] = Read(Workspace.load(root, year, say.phase), now)
    return _KEPT[place]


def _fingerprint(root: Path) -> str:
    """A hash over names and contents of all files that a workspace is read from."""
    found = hashlib.sha256()
    for path in sorted(_files(root)):
        found.update(f"{path.relative_to(root)}\0{path.stat().st_size}\0".encode())
        with path.open("rb") as file:
            found.update(hashlib.file_digest(file, "sha256").digest())
    return found.hexdigest()


def _files(root: Path) -> Iterator[Path]:
    for name in READ_FROM:
        for folder, _, files in os.walk(root / name, followlinks=True):
            yield from (path for file in files if (path := Path(folder, file)).is_file())


class Saying:
    """A line of a notebook that says what is going on; silent outside of one."""

    def __init__(self, lang: str) -> None:
        self._lang = lang
        self._line: Any = None

    def phase(self, name: str) -> None:
        """Says that a phase begins: reading, checking, evaluating, withholding."""
        self.say(f"{label(f'terminal.phase.{name}', self._lang)} …")

    def say(self, text: str) -> None:
        """Puts the text in the place of what was said before."""
        if not is_interactive():
            return
        from IPython.display import Markdown, display

        shown = Markdown(text)  # type: ignore[no-untyped-call]
        if self._line is None:
            self._line = display(shown, display_id=True)  # type: ignore[no-untyped-call]
        else:
            self._line.update(shown)


@contextmanager
def saying(lang: str) -> Iterator[Saying]:
    """A line that is there as long as the block takes, and empty after it."""
    say = Saying(lang)
    try:
        yield say
    finally:
        say.say("")
