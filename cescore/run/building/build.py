"""A build, readable as a table of contents."""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from rich.console import Console

from cescore.disclosure.documents.kinds import DOCUMENT_FOLDERS
from cescore.intake.sources.databases import receive_all
from cescore.intake.workspace import Workspace
from cescore.publish.pages.index.page import index_page
from cescore.publish.words import LANGUAGES, label
from cescore.run.building.annual import AnnualEdition
from cescore.run.building.edition import Edition, Selection, choose
from cescore.run.building.engine import ReportRun
from cescore.run.building.in_step import out_of_step as out_of_step_of
from cescore.run.building.orders import Orders
from cescore.run.files import combined, file_hash, make_private, write_atomically
from cescore.run.inputs.hashed import Inputs, installed
from cescore.run.inputs.production import refuse_trials
from cescore.run.job import Outcome
from cescore.run.kept.kept_reading import KeptForYear
from cescore.run.kept.kept_work import KeptWork
from cescore.run.kept.unchanged import asks_a_database
from cescore.run.telling.phases import Phases, phases, silent
from cescore.run.telling.progress import display
from cescore.run.telling.runs import (
    Ending,
    counted,
    foreign_told,
    say,
    tell_end,
    tell_findings,
)
from cescore.run.telling.summary import exit_status
from cescore.run.tree.audit import Audit, examine
from cescore.run.tree.lock import locked
from cescore.run.tree.manifest import Before, Outturn, write_manifest
from cescore.run.tree.receipt import drop_receipt, made_from, write_receipt
from cescore.run.tree.store import INDEX_PAGE, MANIFEST_NAME, Store

if TYPE_CHECKING:
    from cescore.definitions.kept_definitions import Keeping
    from cescore.intake.findings import Finding
    from cescore.publish.pages.index.listing import IndexPage
    from cescore.run.asked import Asked
    from cescore.run.processes.executor import Executor


def open_edition(
    asked: Asked,
    told: Phases = silent,
    kept: KeptForYear | None = None,
    reading: Keeping | None = None,
) -> Edition:
    """What is asked for: the year's edition, with a stage that of the plan period, with a variant a
    trial. ``kept``: what other commands read and chose of the year; of what leaves nothing is.
    ``reading``: what they read of it alone, for a draft."""
    if asked.variant is not None:
        from cescore.run.building.trial import TrialEdition  # loads the desk, and IPython with it

        return TrialEdition.open(asked, told, kept, reading)
    if asked.stage:
        from cescore.run.building.period import PeriodEdition

        return PeriodEdition.open(asked, told)
    return AnnualEdition.open(asked, told, kept, reading)


def build(asked: Asked, executor: Executor, console: Console) -> int:
    """Evaluate, and print all that is asked for and out of date. Returns the exit status."""
    if asks_a_database(asked):  # what it gives is kept among the inputs, so it is asked first
        receive_all(asked.root, asked.year)
    refuse_trials(asked.root)
    before = Before.of(Inputs(asked.root))
    told = phases(console, asked.spoken, asked.progress)
    reading = KeptForYear(asked).reading
    status = build_edition(open_edition(asked, told, reading=reading), before, executor, console)
    reading.tidy()
    return status


def build_edition(edition: Edition, before: Before, executor: Executor, console: Console) -> int:
    """Print all that is asked for and out of date of what was evaluated. Returns the exit status.

    ``before``: what it was evaluated from, by the hashes that its inputs had then.
    """
    began, asked = time.monotonic(), edition.asked
    refuse_trials(asked.root)
    tell_findings(edition.workspace, console, asked.spoken)
    for line in edition.opening(asked.spoken):
        say(console, line)
    for line in foreign_told(before.inputs.foreign(), asked.engine, asked.spoken):
        say(console, line)
    chosen = choose(edition, asked.only)
    tell_phase = phases(console, asked.spoken, asked.progress)
    tell_phase("evaluating")
    make_private(edition.output)
    with locked(edition.output):
        store = Store.open(edition.output)
        store.made_from = before.hash
        building = _Building(edition, before, store)
        asked_for = {s.name for s in (*chosen.entities, *chosen.documents, *chosen.blocked)}
        with store.looking_through(asked_for & store.entries.keys()):
            edition.evaluate()
        audit = building.examined(asked_for, console)
        tell_phase("uncertainty")
        results = edition.write_tables(store.folder, building.kept)
        tell_phase("reports")
        outcomes = building.reports(chosen, executor, console)
        building.set_aside(console)
        out_of_step = out_of_step_of(building.orders, chosen.others)
        by_name = {outcome.name: outcome for outcome in outcomes}
        building.write_index(edition.contents(store, results, by_name, out_of_step))
        tables = {name: file_hash(store.folder / name) for name in building.tables}
        outturn = Outturn(outcomes, tables, audit, out_of_step)
        changed = building.conclude(outturn)
    lost = unowned_errors(edition.workspace)
    if lost:
        say(console, label("terminal.lost", asked.spoken, n=len(lost)))
    seconds = time.monotonic() - began
    ending = Ending(
        outcomes,
        seconds,
        edition.output if asked.folder is None else None,  # of a release, not in its place yet
        changed=changed,
        note=executor.note,
        evidence=store.kept,
        out_of_step=sorted(out_of_step),
    )
    tell_end(ending, console, asked.progress, asked.spoken)
    return exit_status(outcomes) or int(bool(lost or audit.altered))


@dataclass(frozen=True, eq=False)
class _Building:
    """A build under way: what is printed, from what it was begun, where it goes."""

    edition: Edition
    before: Before
    store: Store

    @property
    def orders(self) -> Orders:
        return Orders(self.edition, self.before.inputs, self.store)

    @property
    def tables(self) -> tuple[str, ...]:
        """The run's own files beside the reports, the manifest apart."""
        return (*self.edition.tables(self.store.folder), INDEX_PAGE)

    @cached_property
    def _kept(self) -> KeptWork:
        drawn_with = {name: installed(name) for name in ("scipy", "SALib")}
        return KeptWork.of_run(
            self.store.folder, combined({**self.before.inputs.shared, **drawn_with})
        )

    @property
    def kept(self) -> KeptWork | None:
        """What is kept from run to run; None of a release, which holds nothing beside what it releases."""
        return None if self.edition.asked.folder is not None else self._kept

    def examined(self, asked_for: Collection[str], console: Console) -> Audit:
        """Say what in the tree is not as it was written, make room for it, and begin to write."""
        audit = examine(self.store, asked_for, {*self.tables, MANIFEST_NAME})
        for line in audit.lines(self.edition.asked.spoken):
            say(console, line)
        self.store.prepare()
        for path in audit.tables:
            self.store.keep(path)
        drop_receipt(self.store.folder)
        return audit

    def reports(self, chosen: Selection, executor: Executor, console: Console) -> list[Outcome]:
        """Build what is out of date; an outcome for all that there is."""
        asked = self.edition.asked
        with display(len(chosen), console, asked.progress, asked.spoken) as shown:
            run = ReportRun(executor, self.store, shown)
            run.all(chosen, self.orders)
        return list(run.outcomes.values())

    def write_index(self, contents: IndexPage) -> None:
        """Write the page of contents."""
        kept = self.kept
        page = index_page(contents) if kept is None else index_page(contents, kept.text)
        write_atomically(self.store.folder / INDEX_PAGE, page.encode())
        (kept or self._kept).forget_unused()

    def set_aside(self, console: Console) -> None:
        """Move reports that are not of this edition any more out of the tree, each by name."""
        workspace, edition = self.edition.workspace, self.edition
        known = [subject.name for subject in (*edition.entities, *edition.documents)]
        for name in self.store.set_aside(known, workspace.definitions.frameworks):
            what = "document" if name.partition("/")[0] in DOCUMENT_FOLDERS else "entity"
            told = {"name": name, "year": f"{workspace.year}"}
            say(console, label(f"terminal.set_aside_{what}", edition.asked.spoken, **told))

    def conclude(self, outturn: Outturn) -> tuple[str, ...]:
        """Write the manifest, tidy up, leave a receipt where all is well; what changed meanwhile."""
        edition, store, before = self.edition, self.store, self.before
        run, asked = edition.workspace.definitions.run, edition.asked
        outcomes = outturn.outcomes
        facts = {"year": run.year, "status": edition.release_stage, "vintage": run.vintage}
        about = {**facts, "language": asked.lang, **edition.about()}
        changed = write_manifest(store, before, about, outturn)
        before.forget_doubtful(store, outcomes, changed)
        store.finish()
        is_clean = not (changed or outturn.out_of_step or outturn.audit.altered)
        if is_clean and not unowned_errors(edition.workspace) and not exit_status(outcomes):
            files = {**outturn.tables, MANIFEST_NAME: file_hash(store.folder / MANIFEST_NAME)}
            said = {
                lang: (counted(edition.workspace, lang), *edition.opening(lang))
                for lang in LANGUAGES
            }
            write_receipt(store, made_from(asked, before.inputs), outcomes, files, said)
        return changed


def unowned_errors(workspace: Workspace) -> list[Finding]:
    """Open errors that fail no report, because what they concern belongs to no known entity."""
    return [
        finding
        for finding in workspace.findings
        if finding.is_open_error and finding.entity_id not in workspace.register
    ]
