"""One report, as it would be now: built into a folder of its own, again whenever an input changes."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cescore.definitions.shipped import REPOSITORY
from cescore.errors import CescoreError, PublishError
from cescore.publish.terminal_words import error_told
from cescore.publish.words import label
from cescore.run.files import combined, make_private
from cescore.run.inputs.hashed import Inputs
from cescore.run.job import IN_PROCESS
from cescore.run.kept.prepared import KeptPrepared, Prepared
from cescore.run.order import Manner, Order
from cescore.run.telling.phases import Phases, silent
from cescore.run.tree.lock import locked
from cescore.run.tree.store import Store

if TYPE_CHECKING:
    from cescore.run.asked import Asked
    from cescore.run.building.edition import Edition
    from cescore.run.kept.kept_reading import KeptForYear
    from cescore.run.processes.executor import Executor

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


def unfenced_told(asked: Asked) -> Iterator[str]:
    """A line where no fence stands around a notebook that is not the repository's, or that a kernel
    runs; the repository's own, which the preview itself runs, need none."""
    foreign = Inputs(asked.root).foreign()
    if asked.engine != IN_PROCESS or any(name.startswith("notebooks/") for name in foreign):
        yield label("terminal.fence_preview", asked.spoken)


def _nothing() -> None:
    """Has nothing to begin."""


@dataclass
class Preview:
    """One report or document by its name; the evaluation is kept until data or params change.

    ``begin`` is called as soon as it is known that a report will be made, before any data are read;
    ``told`` hears each phase as it begins.
    """

    asked: Asked
    name: str
    executor: Executor
    begin: Callable[[], object] = _nothing
    told: Phases = silent
    _inputs: str = ""
    _code: str = ""  # that was loaded for the first report, and makes all further ones
    _edition: Edition | None = None
    _kept: KeptForYear | None = None
    _unkept: tuple[KeptPrepared, Prepared] | None = None

    def make(self) -> Previewed:
        """Build the report into output/preview, a variant's into output/trial, where it is out of date.

        A report whose data and params are as they were when `keep` kept what it is made from is set
        anew without evaluating anything.

        Raises
        ------
        RunError
            There is no entity and no document of that name.
        PublishError
            It could not be built.
        """
        inputs, asked = Inputs(self.asked.root, self._code), self.asked
        self._code = inputs.code
        kept = None if asked.variant else KeptPrepared(self._folder, asked, self.name, inputs)
        prepared = kept.known() if kept is not None else None
        if prepared is None:
            self.begin()
            prepared = self._prepared(inputs)
            if kept is not None:
                self._unkept = kept, prepared
        return self._made(prepared, inputs)

    def keep(self) -> None:
        """Keep what the last report was made from: all inputs are hashed once more for it, which nobody
        who waits for the page shall wait for."""
        if self._unkept is not None:
            kept, prepared = self._unkept
            self._unkept = None
            kept.keep(prepared)

    def _made(self, prepared: Prepared, inputs: Inputs) -> Previewed:
        """The report that a bundle or document makes, set where it does not stand so."""
        subject = prepared.subject
        folder = self._folder / prepared.edition
        make_private(folder)
        with locked(folder):
            store = Store.open(folder)
            order = self._order(prepared, inputs, store)
            if order.reasons:
                from cescore.run.building.engine import run_reports  # not needed for what stands

                self.begin()
                self.told("reports")
                store.prepare()
                (outcome,) = run_reports(self.executor, store, [order])
                store.finish()
                if outcome.status == "failed":
                    raise PublishError(f"{outcome.name}: {outcome.cause}")
            pdf = store.path(subject.name) / subject.kind.pdf
            return Previewed(pdf, tuple(store.entries[subject.name].record.get("warnings", ())))

    def _order(self, prepared: Prepared, inputs: Inputs, store: Store) -> Order:
        subject, asked = prepared.subject, self.asked
        notebook = inputs.notebook(subject.kind.notebook or subject.folder)
        key = inputs.key(prepared.made_of, notebook, asked.lang)
        reasons = store.reasons_to_build(subject.name, key)
        manner = Manner(asked.lang, inputs.templates, asked.engine)
        return Order(subject, manner, key, reasons, prepared.bundle, notebook)

    @property
    def _folder(self) -> Path:
        name = FOLDER_NAME if self.asked.variant is None else TRIAL_FOLDER
        return self.asked.root / "output" / name

    def _prepared(self, inputs: Inputs) -> Prepared:
        """What the report is made from, of the evaluation as it is now."""
        edition = self._evaluated(inputs)
        subject = edition.subject(self.name)
        prepared = Prepared.of(subject, edition.output.name, edition.make(subject))
        if self._kept is not None:
            self._kept.tidy()
        return prepared

    def _evaluated(self, inputs: Inputs) -> Edition:
        from cescore.run.building.build import open_edition  # loads pandas and what computes
        from cescore.run.kept.kept_reading import KeptForYear

        read_from = combined(inputs.files()) + self._variant_text()
        if self._edition is None or read_from != self._inputs:
            self._kept = KeptForYear(self.asked, inputs)
            self._edition = open_edition(self.asked, self.told, self._kept)
            self._inputs = read_from
            self.told("evaluating")
        return self._edition

    def _variant_text(self) -> str:
        """What the variant file holds; it is an input like the others."""
        path = self.asked.variant
        return path.read_text(encoding="utf-8") if path is not None and path.is_file() else ""

    def watch(self) -> Iterator[str]:
        """A line for each change that was seen, with what came of it; until interrupted."""
        from watchfiles import watch

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
                first, *more = error_told(error, lang).splitlines()
            yield f"{', '.join(names)}: {first} ({time.monotonic() - began:.1f} s)"
            yield from more
            self.keep()
