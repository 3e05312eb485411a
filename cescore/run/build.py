"""The commands' work: check, plan, run, preview, each readable as a table of contents."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from rich.console import Console

from cescore.errors import PublishError, RunError
from cescore.intake.entities import Entity
from cescore.intake.findings import Finding
from cescore.release.bundles import Bundler
from cescore.run.documents import document_names
from cescore.run.engine import Order, Orders, Run, is_selected
from cescore.run.executor import Executor
from cescore.run.inputs import Inputs
from cescore.run.job import DOCUMENT_FILES, Outcome
from cescore.run.lock import locked
from cescore.run.manifest import MANIFEST_NAME, write_manifest
from cescore.run.overview import INDEX_PAGE, exit_status, summary, warnings_of, write_index_page
from cescore.run.progress import display
from cescore.run.store import Store, make_private
from cescore.run.tables import FINDINGS, RESULTS, WORKBOOK, write_tables
from cescore.workspace import Workspace
from cescore.yearly import YearlyEvaluation, evaluate_workspace

TABLES = (RESULTS, WORKBOOK, FINDINGS)
REASONS_SHOWN = 4
WARNINGS_SHOWN = 10


@dataclass(frozen=True)
class Asked:
    """What the user asked for."""

    root: Path
    year: int | None = None
    only: str = ""
    lang: str = "zh"
    force: bool = False

    def output(self, year: int) -> Path:
        """The folder of the run: output/<year>, or output/<year>-en."""
        return self.root / "output" / (f"{year}" if self.lang == "zh" else f"{year}-{self.lang}")


def check(asked: Asked, console: Console) -> int:
    """Read and check params and data; every finding; 1 if an open error was found."""
    workspace = Workspace.load(asked.root, asked.year)
    for finding in workspace.findings:
        say(console, f"{finding.severity:7} {_stated(finding)}")
    for count in workspace.rows:
        say(console, f"{count.file}: {count.read} rows read = {_parts(count)}")
    say(console, _counted(workspace))
    return 1 if workspace.has_errors else 0


def plan(asked: Asked, console: Console) -> int:
    """What a run would build, and which input changed."""
    workspace = Workspace.load(asked.root, asked.year)
    chosen, blocked, _ = _chosen(asked, workspace)
    store = Store.open(asked.output(workspace.year))
    orders = Orders(
        evaluate_workspace(workspace), Inputs(asked.root), store, asked.lang, asked.force
    )
    to_build: list[str] = []
    why: Counter[str] = Counter()
    for order in orders.of(chosen):
        if order.reasons:
            to_build.append(order.name)
            say(console, _why(order))
            why.update(order.reasons)
    for entity in blocked:
        say(console, f"blocked {_name(entity)}: {'; '.join(workspace.blocked[entity.entity_id])}")
    documents = list(orders.documents(asked.only))
    for order in documents:
        if order.reasons:
            say(console, _why(order))
    for reason, count in why.most_common():
        say(console, f"{count:6} reports: {reason}")
    new = sum(bool(order.reasons) for order in documents)
    say(console, f"documents: {new} to build, {len(documents) - new} up to date")
    say(
        console,
        f"{len(to_build)} to build, {len(chosen) - len(to_build)} up to date, {len(blocked)} blocked",
    )
    return 0


def _why(order: Order) -> str:
    """What is to be built, and the first few inputs that changed."""
    shown = ", ".join(order.reasons[:REASONS_SHOWN])
    more = len(order.reasons) - REASONS_SHOWN
    return f"build {order.name}: {shown}{f' and {more} more' if more > 0 else ''}"


def build(asked: Asked, executor: Executor, console: Console) -> int:
    """The yearly build. Returns the exit status."""
    began, inputs = time.monotonic(), Inputs(asked.root)
    before = inputs.files()
    workspace = Workspace.load(asked.root, asked.year)
    _tell_findings(workspace, console)
    chosen, blocked, others = _chosen(asked, workspace)
    output = asked.output(workspace.year)
    make_private(output)
    with locked(output):
        store = Store.open(output)
        store.prepare()
        yearly = evaluate_workspace(workspace)
        results = write_tables(output, yearly)
        outcomes = _reports(
            asked, yearly, executor, store, inputs, (chosen, blocked, others), console
        )
        _set_aside(store, workspace, console)
        by_name = {outcome.name: outcome for outcome in outcomes}
        write_index_page(store, yearly, results, by_name, asked.lang, (*TABLES, MANIFEST_NAME))
        changed = write_manifest(
            store,
            inputs,
            workspace.definitions.run,
            asked.lang,
            outcomes,
            before=before,
            tables=(*TABLES, INDEX_PAGE),
        )
        store.finish()
    lost = unowned_errors(workspace)
    if lost:
        say(console, f"{len(lost)} errors above concern no report: rows or files that are not used")
    _tell_end(outcomes, changed, executor, output, time.monotonic() - began, console)
    return 1 if lost else exit_status(outcomes)


def unowned_errors(workspace: Workspace) -> list[Finding]:
    """Open errors that fail no report, because what they concern belongs to no known entity."""
    return [
        finding
        for finding in workspace.findings
        if finding.is_open_error and finding.entity_id not in workspace.register
    ]


def preview(asked: Asked, entity_id: str, executor: Executor) -> Path:
    """Build one report into output/preview and return its PDF.

    Raises
    ------
    PublishError
        It could not be built.
    """
    workspace = Workspace.load(asked.root, asked.year)
    folder = asked.root / "output" / "preview" / asked.output(workspace.year).name
    make_private(folder)
    with locked(folder):
        store = Store.open(folder)
        store.prepare()
        bundler = Bundler(evaluate_workspace(workspace))
        entity = workspace.register[bundler.bundle(entity_id).entity.entity_id]
        orders = Orders(bundler.yearly, Inputs(asked.root), store, asked.lang, asked.force)
        run = Run(executor, store)
        run.reports(orders.of([entity]))
        store.finish()
    (outcome,) = run.outcomes.values()
    if outcome.status == "failed":
        raise PublishError(f"{outcome.name}: {outcome.cause}")
    return store.path(entity.entity_type, entity.entity_id) / "scorecard.pdf"


def say(console: Console, line: str) -> None:
    """Print a line as it is: no markup, no wrapping."""
    console.print(line, markup=False, highlight=False, soft_wrap=True)


Chosen = tuple[list[Entity], list[Entity], list[Entity]]


def _chosen(asked: Asked, workspace: Workspace) -> Chosen:
    """The year's entities: those to build, those asked for but blocked, the others.

    The others were not asked for, or their type has no framework.
    """
    chosen: list[Entity] = []
    blocked: list[Entity] = []
    others: list[Entity] = []
    for entity in workspace.entities():
        if not is_selected(entity.entity_type, entity.entity_id, asked.only):
            others.append(entity)
        elif entity.entity_id in workspace.blocked:
            blocked.append(entity)
        else:
            chosen.append(entity)
    others.extend(workspace.unframed)
    if not chosen and not blocked and not (asked.only and _names_documents(asked, workspace)):
        what = f"matches --only {asked.only!r}" if asked.only else "belongs to the year"
        raise RunError(f"nothing to build: no entity of {workspace.year} {what}")
    return chosen, blocked, others


def _names_documents(asked: Asked, workspace: Workspace) -> bool:
    """Whether ``--only`` asks for documents."""
    return any(is_selected(*one, asked.only) for one in document_names(workspace).values())


def _reports(
    asked: Asked,
    yearly: YearlyEvaluation,
    executor: Executor,
    store: Store,
    inputs: Inputs,
    entities: Chosen,
    console: Console,
) -> list[Outcome]:
    chosen, blocked, others = entities
    reasons = yearly.workspace.blocked
    orders = Orders(yearly, inputs, store, asked.lang, asked.force)
    names = document_names(yearly.workspace)
    with display(sum(map(len, entities)) + len(names), console) as told:
        run = Run(executor, store, told)
        run.skipped(others)
        run.skipped_documents(one for one in names.values() if not is_selected(*one, asked.only))
        run.blocked({e.entity_id: (e.entity_type, reasons[e.entity_id]) for e in blocked})
        run.reports(chain(orders.of(chosen), orders.documents(asked.only)))
    return list(run.outcomes.values())


def _set_aside(store: Store, workspace: Workspace, console: Console) -> None:
    known = [*map(_name, workspace.entities()), *document_names(workspace)]
    for name in store.set_aside(known, workspace.definitions.frameworks):
        what = "a document" if name.partition("/")[0] in DOCUMENT_FILES else "an entity"
        say(console, f"set aside {name}: not {what} of {workspace.year} any more")


def _tell_findings(workspace: Workspace, console: Console) -> None:
    """Errors whole; of the rest how many, since findings.csv holds them."""
    for finding in workspace.findings:
        if finding.is_open_error:
            say(console, f"error   {_stated(finding)}")
    say(console, _counted(workspace))


def _stated(finding: Finding) -> str:
    status = "" if finding.status == "open" else f" [{finding.status}]"
    return f"{finding}{status}"


def _counted(workspace: Workspace) -> str:
    counts = Counter(f.severity for f in workspace.findings if f.status == "open")
    settled = sum(f.status != "open" for f in workspace.findings)
    found = ", ".join(f"{counts[s]} {s}" for s in ("error", "warning", "info"))
    entities = len(workspace.entities())
    types = Counter(entity.entity_type for entity in workspace.unframed)
    named = ", ".join(f"{count} of type {entity_type}" for entity_type, count in types.items())
    skipped = f", and {named} without a framework" if named else ""
    return (
        f"{workspace.year}: {entities} entities{skipped};"
        f" findings: {found} open, {settled} settled on record"
    )


def _parts(count: object) -> str:
    names = ("accepted", "rejected", "blank", "header")
    return " + ".join(f"{getattr(count, name)} {name}" for name in names)


def _tell_end(
    outcomes: Sequence[Outcome],
    changed: Sequence[str],
    executor: Executor,
    output: Path,
    seconds: float,
    console: Console,
) -> None:
    failed = [outcome.name for outcome in outcomes if outcome.status == "failed"]
    if failed:
        say(console, f"failed, causes above: {', '.join(failed)}")
    warnings = list(warnings_of(outcomes))
    for warning in warnings[:WARNINGS_SHOWN]:
        say(console, f"warning {warning}")
    if len(warnings) > WARNINGS_SHOWN:
        say(console, f"warning … and {len(warnings) - WARNINGS_SHOWN} more in {MANIFEST_NAME}")
    if changed:
        say(console, f"these changed while the run went on, run it again: {', '.join(changed)}")
    if executor.note:
        say(console, executor.note)
    for line in summary(outcomes, seconds):
        say(console, line)
    say(console, f"reports: {output / INDEX_PAGE}")


def _name(entity: Entity) -> str:
    return f"{entity.entity_type}/{entity.entity_id}"
