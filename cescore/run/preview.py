"""One report, as it would be now: built into a folder of its own, again whenever an input changes."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from watchfiles import watch

from cescore.definitions.shipped import REPOSITORY
from cescore.errors import CescoreError, PublishError
from cescore.publish.words import label
from cescore.run.build import open_edition
from cescore.run.engine import run_reports
from cescore.run.files import combined, make_private
from cescore.run.inputs import Inputs
from cescore.run.lock import locked
from cescore.run.orders import Orders
from cescore.run.store import Store

if TYPE_CHECKING:
    from cescore.run.asked import Asked
    from cescore.run.edition import Edition
    from cescore.run.executor import Executor

WATCHED_FOLDERS = ("data", "params", "notebooks", "report_templates")
SETTLE_MS = 60  # an editor writes a file in several steps
FOLDER_NAME = "preview"
TRIAL_FOLDER = "trial"  # of a variant's


@dataclass(frozen=True)
class Previewed:
    """A report as it is now."""

    pdf: Path
    warnings: tuple[str, ...]  # what a person should look at, as a run tells it

    def lines(self, lang: str) -> Iterator[str]:
        yield str(self.pdf)
        yield from (label("terminal.warning", lang, text=text) for text in self.warnings)


@dataclass
class Preview:
    """One report or document by its name; the evaluation is kept until data or params change."""

    asked: Asked
    name: str
    executor: Executor
    _inputs: str = ""
    _edition: Edition | None = None

    def make(self) -> Previewed:
        """Build the report into output/preview, a variant's into output/trial, where it is out of date.

        Raises
        ------
        RunError
            There is no entity and no document of that name.
        PublishError
            It could not be built.
        """
        edition, inputs = self._evaluated(), Inputs(self.asked.root)
        subject = edition.subject(self.name)
        name = FOLDER_NAME if self.asked.variant is None else TRIAL_FOLDER
        folder = self.asked.root / "output" / name / edition.output.name
        make_private(folder)
        with locked(folder):
            store = Store.open(folder)
            store.prepare()
            orders = Orders(edition, inputs, store)
            (outcome,) = run_reports(self.executor, store, orders.of([subject]))
            store.finish()
        if outcome.status == "failed":
            raise PublishError(f"{outcome.name}: {outcome.cause}")
        pdf = store.path(subject.name) / subject.kind.pdf
        return Previewed(pdf, tuple(store.entries[subject.name].record.get("warnings", ())))

    def _evaluated(self) -> Edition:
        inputs = combined(Inputs(self.asked.root).files()) + self._variant_text()
        if self._edition is None or inputs != self._inputs:
            self._edition, self._inputs = open_edition(self.asked), inputs
        return self._edition

    def _variant_text(self) -> str:
        """What the variant file holds; it is an input like the others."""
        path = self.asked.variant
        return path.read_text(encoding="utf-8") if path is not None and path.is_file() else ""

    def watch(self) -> Iterator[str]:
        """A line for each change that was seen, with what came of it; until interrupted."""
        folders = [r / name for r in (self.asked.root, REPOSITORY) for name in WATCHED_FOLDERS]
        if self.asked.variant is not None:
            folders.append(self.asked.variant.resolve().parent)
        wanted = [folder for folder in dict.fromkeys(folders) if folder.is_dir()]
        logging.getLogger("watchfiles").setLevel(logging.ERROR)  # Ctrl-C needs no warning
        lang = self.asked.spoken
        yield label("terminal.watching", lang, folders=", ".join(WATCHED_FOLDERS))
        for changes in watch(*wanted, debounce=400, step=SETTLE_MS, raise_interrupt=False):
            began, names = time.monotonic(), sorted({Path(path).name for _, path in changes})
            try:
                first, *more = self.make().lines(lang)
            except CescoreError as error:  # the next change may mend it
                first, more = str(error), []
            yield f"{', '.join(names)}: {first} ({time.monotonic() - began:.1f} s)"
            yield from more
