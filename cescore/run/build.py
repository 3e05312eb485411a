"""The commands' work: check, plan, run, each readable as a table of contents."""

from __future__ import annotations

import time
from itertools import chain
from typing import TYPE_CHECKING

from rich.console import Console

from cescore.errors import RunError
from cescore.evaluation.yearly import YearlyEvaluation, evaluate_workspace
from cescore.intake.workspace import Workspace
from cescore.publish.words import label
from cescore.run.asked import Asked
from cescore.run.documents import document_names
from cescore.run.engine import Orders, Run, is_selected
from cescore.run.inputs import Inputs
from cescore.run.job import DOCUMENT_FILES, Outcome
from cescore.run.lock import locked
from cescore.run.manifest import Before, write_manifest
from cescore.run.overview import write_index_page
from cescore.run.progress import display
from cescore.run.receipt import drop_receipt, write_receipt
from cescore.run.store import INDEX_PAGE, MANIFEST_NAME, Store, make_private
from cescore.run.summary import exit_status
from cescore.run.tables import (
    FINDINGS,
    tables_in,
    write_findings_whole,
    write_tables,
)
from cescore.run.telling import (
    FINDINGS_SHOWN,
    counted,
    reasons_counted,
    rows_told,
    say,
    stated,
    tell_end,
    tell_findings,
    why,
    why_blocked,
)

if TYPE_CHECKING:
    from cescore.intake.entities import Entity
    from cescore.intake.findings import Finding
    from cescore.run.executor import Executor

    Chosen = tuple[list[Entity], list[Entity], list[Entity]]


def check(asked: Asked, console: Console) -> int:
    """Read and check params and data; every finding; 1 if an open error was found.

    Of very many findings the first are printed, errors before others, and all stand in findings.csv.
    """
    workspace = Workspace.load(asked.root, asked.year)
    for finding in workspace.findings[:FINDINGS_SHOWN]:
        say(console, stated(finding, asked.lang))
    if len(workspace.findings) > FINDINGS_SHOWN:
        output = asked.output(workspace.year)
        make_private(output)
        write_findings_whole(output, workspace, asked.lang)
        more = len(workspace.findings) - FINDINGS_SHOWN
        say(console, label("terminal.more_findings", asked.lang, n=more, file=output / FINDINGS))
    for count in workspace.rows:
        say(console, rows_told(count, asked.lang))
    say(console, counted(workspace, asked.lang))
    return 1 if workspace.has_errors else 0


def plan(asked: Asked, console: Console) -> int:
    """What a run would build, and which input changed."""
    workspace = Workspace.load(asked.root, asked.year)
    chosen, blocked, _ = _chosen(asked, workspace)
    store, inputs = Store.open(asked.output(workspace.year)), Inputs(asked.root)
    orders = Orders(evaluate_workspace(workspace), inputs, store, asked.lang, asked.force)
    to_build = [order for order in orders.of(chosen) if order.reasons]
    documents = list(orders.documents(asked.only))
    new = [order for order in documents if order.reasons]
    for order in to_build:
        say(console, why(order))
    for entity in blocked:
        reasons = workspace.blocked[entity.entity_id]
        say(console, f"{_name(entity)}: {why_blocked(reasons, asked.lang)}")
    for order in new:
        say(console, why(order))
    for line in reasons_counted(order.reasons for order in to_build):
        say(console, line)
    say(console, f"documents: {len(new)} to build, {len(documents) - len(new)} up to date")
    say(
        console,
        f"{len(to_build)} to build, {len(chosen) - len(to_build)} up to date, {len(blocked)} blocked",
    )
    return 0


def build(asked: Asked, executor: Executor, console: Console) -> int:
    """The yearly build. Returns the exit status."""
    began, inputs = time.monotonic(), Inputs(asked.root)
    before = Before.of(inputs)
    workspace = Workspace.load(asked.root, asked.year)
    tell_findings(workspace, console, asked.lang)
    chosen, blocked, others = _chosen(asked, workspace)
    output = asked.output(workspace.year)
    make_private(output)
    with locked(output):
        store = Store.open(output)
        store.prepare()
        drop_receipt(output)
        yearly = evaluate_workspace(workspace)
        results = write_tables(output, yearly, asked.lang)
        outcomes = _reports(
            asked, yearly, executor, store, inputs, (chosen, blocked, others), console
        )
        _set_aside(store, workspace, console)
        by_name = {outcome.name: outcome for outcome in outcomes}
        tables = tables_in(output)
        write_index_page(store, yearly, results, by_name, asked.lang, (*tables, MANIFEST_NAME))
        changed = write_manifest(
            store,
            inputs,
            workspace.definitions.run,
            asked.lang,
            outcomes,
            before=before,
            tables=(*tables, INDEX_PAGE),
        )
        _conclude(asked, store, inputs, outcomes, before, changed, workspace)
    lost = unowned_errors(workspace)
    if lost:
        say(console, f"{len(lost)} errors above concern no report: rows or files that are not used")
    seconds = time.monotonic() - began
    form, note = asked.progress, executor.note
    tell_end(outcomes, changed, output, seconds, console, form=form, note=note)
    return 1 if lost else exit_status(outcomes)


def _conclude(
    asked: Asked,
    store: Store,
    inputs: Inputs,
    outcomes: list[Outcome],
    before: Before,
    changed: tuple[str, ...],
    workspace: Workspace,
) -> None:
    """Forget what is doubtful, tidy up, and leave a receipt where all is well."""
    before.forget_doubtful(store, outcomes, changed)
    store.finish()
    if not changed and not unowned_errors(workspace) and not exit_status(outcomes):
        files = (*tables_in(store.folder), INDEX_PAGE, MANIFEST_NAME)
        write_receipt(asked, store, inputs, outcomes, files, [counted(workspace, asked.lang)])


def unowned_errors(workspace: Workspace) -> list[Finding]:
    """Open errors that fail no report, because what they concern belongs to no known entity."""
    return [
        finding
        for finding in workspace.findings
        if finding.is_open_error and finding.entity_id not in workspace.register
    ]


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
    orders = Orders(yearly, inputs, store, asked.lang, asked.force, asked.engine)
    names = document_names(yearly.workspace)
    with display(sum(map(len, entities)) + len(names), console, asked.progress) as told:
        run = Run(executor, store, told)
        run.skipped(others)
        run.skipped_documents(one for one in names.values() if not is_selected(*one, asked.only))
        run.blocked(
            {
                e.entity_id: (e.entity_type, why_blocked(reasons[e.entity_id], asked.lang))
                for e in blocked
            }
        )
        run.reports(chain(orders.of(chosen), orders.documents(asked.only)))
    return list(run.outcomes.values())


def _set_aside(store: Store, workspace: Workspace, console: Console) -> None:
    known = [*map(_name, workspace.entities()), *document_names(workspace)]
    for name in store.set_aside(known, workspace.definitions.frameworks):
        what = "a document" if name.partition("/")[0] in DOCUMENT_FILES else "an entity"
        say(console, f"set aside {name}: not {what} of {workspace.year} any more")


def _name(entity: Entity) -> str:
    return f"{entity.entity_type}/{entity.entity_id}"
