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
from cescore.disclosure.bundles import Bundler
from cescore.errors import CescoreError, PublishError
from cescore.evaluation.yearly import evaluate_workspace
from cescore.intake.workspace import Workspace
from cescore.run.engine import Orders, Run
from cescore.run.inputs import Inputs
from cescore.run.lock import locked
from cescore.run.store import Store, combined, make_private

if TYPE_CHECKING:
    from cescore.run.asked import Asked
    from cescore.run.executor import Executor

WATCHED_FOLDERS = ("data", "params", "notebooks", "report_templates")
SETTLE_MS = 60  # an editor writes a file in several steps


@dataclass
class Preview:
    """One entity's report; the evaluation is kept until data or params change."""

    asked: Asked
    entity_id: str
    executor: Executor
    _inputs: str = ""
    _bundler: Bundler | None = None

    def make(self) -> Path:
        """Build the report into output/preview and return its PDF.

        Raises
        ------
        PublishError
            It could not be built.
        """
        bundler, inputs = self._evaluated(), Inputs(self.asked.root)
        workspace = bundler.yearly.workspace
        bundle = bundler.bundle(self.entity_id)  # refused by name where there can be none
        entity = workspace.register[bundle.entity.entity_id]
        folder = self.asked.root / "output" / "preview" / self.asked.output(workspace.year).name
        make_private(folder)
        with locked(folder):
            store = Store.open(folder)
            store.prepare()
            asked = self.asked
            orders = Orders(
                bundler.yearly, inputs, store, asked.lang, asked.force, asked.engine, bundler
            )
            run = Run(self.executor, store)
            run.reports(orders.of([entity]))
            store.finish()
        (outcome,) = run.outcomes.values()
        if outcome.status == "failed":
            raise PublishError(f"{outcome.name}: {outcome.cause}")
        return store.path(entity.entity_type, entity.entity_id) / "scorecard.pdf"

    def _evaluated(self) -> Bundler:
        inputs = combined(Inputs(self.asked.root).files())
        if self._bundler is None or inputs != self._inputs:
            workspace = Workspace.load(self.asked.root, self.asked.year)
            self._bundler, self._inputs = Bundler(evaluate_workspace(workspace)), inputs
        return self._bundler

    def watch(self) -> Iterator[str]:
        """A line for each change that was seen, with what came of it; until interrupted."""
        folders = [r / name for r in (self.asked.root, REPOSITORY) for name in WATCHED_FOLDERS]
        wanted = [folder for folder in dict.fromkeys(folders) if folder.is_dir()]
        logging.getLogger("watchfiles").setLevel(logging.ERROR)  # Ctrl-C needs no warning
        yield f"watching {', '.join(WATCHED_FOLDERS)}; Ctrl-C ends it"
        for changes in watch(*wanted, debounce=400, step=SETTLE_MS, raise_interrupt=False):
            began, names = time.monotonic(), sorted({Path(path).name for _, path in changes})
            try:
                made = str(self.make())
            except CescoreError as error:  # the next change may mend it
                made = str(error)
            yield f"{', '.join(names)}: {made} ({time.monotonic() - began:.1f} s)"
