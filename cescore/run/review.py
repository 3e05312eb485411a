"""A plan's midterm or final evaluation as a run of its own: its folder, reports, tables, index page."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from cescore.disclosure.reviews import OVERVIEW, Reviews
from cescore.errors import RunError
from cescore.evaluation.periods import PlanEvaluation, evaluate_plan
from cescore.intake.findings import write_findings
from cescore.publish.naming import on_terminal
from cescore.run.child import cause_of
from cescore.run.documents import parts_of
from cescore.run.engine import Order, Run, is_selected
from cescore.run.executor import Executor
from cescore.run.inputs import Inputs
from cescore.run.job import IN_PROCESS
from cescore.run.lock import locked
from cescore.run.manifest import Before, write_manifest
from cescore.run.progress import Form, display
from cescore.run.review_contents import write_review_page
from cescore.run.store import (
    INDEX_PAGE,
    MANIFEST_NAME,
    PART,
    Store,
    make_private,
    write_atomically,
)
from cescore.run.summary import exit_status
from cescore.run.tables import FINDINGS, RESULTS
from cescore.run.telling import say, tell_end, why_blocked

if TYPE_CHECKING:
    from cescore.intake.entities import Entity
    from cescore.run.job import Outcome

REVIEW_FILES = ("review.pdf", "review.html", "review.ipynb", "result.json")
NOTEBOOKS = {"review": "plan_review", OVERVIEW: "plan_overview"}
TABLES = (RESULTS, FINDINGS)


@dataclass(frozen=True)
class ReviewAsked:
    """What the user asked for."""

    root: Path
    stage: str
    plan: str = ""
    year: int | None = None
    only: str = ""
    lang: str = "zh"
    force: bool = False
    engine: str = IN_PROCESS
    progress: str = Form.auto

    def output(self, found: PlanEvaluation) -> Path:
        """The folder of the run: output/<plan>-<stage>, with -en for English."""
        name = f"{found.plan.id}-{found.stage}"
        return self.root / "output" / (name if self.lang == "zh" else f"{name}-{self.lang}")


def build_review(asked: ReviewAsked, executor: Executor, console: Console) -> int:
    """Evaluate a plan and build what is out of date. Returns the exit status."""
    began, inputs = time.monotonic(), Inputs(asked.root)
    before = Before.of(inputs)
    found = evaluate_plan(asked.root, asked.stage, asked.plan, asked.year)
    say(console, _headline(found))
    output = asked.output(found)
    make_private(output)
    with locked(output):
        store = Store.open(output, REVIEW_FILES)
        store.prepare()
        results = found.results()
        csv = results.to_csv(index=False, lineterminator="\n")
        write_atomically(output / RESULTS, csv.encode())
        temporary = output / f".{FINDINGS}{PART}"
        write_findings(temporary, found.workspace.findings, asked.lang, on_terminal)
        os.replace(temporary, output / FINDINGS)
        outcomes = _reports(asked, found, executor, store, inputs, console)
        known = [f"{e.entity_type}/{e.entity_id}" for e in found.workspace.entities()]
        for name in store.set_aside([*known, OVERVIEW], found.workspace.definitions.frameworks):
            say(console, f"set aside {name}: not an entity of {found.year} any more")
        by_name = {outcome.name: outcome for outcome in outcomes}
        write_review_page(store, found, results, by_name, asked.lang, (*TABLES, MANIFEST_NAME))
        changed = write_manifest(
            store,
            inputs,
            found.workspace.definitions.run,
            asked.lang,
            outcomes,
            before=before,
            tables=(*TABLES, INDEX_PAGE),
            about=_about(found),
        )
        before.forget_doubtful(store, outcomes, changed)
        store.finish()
    seconds = time.monotonic() - began
    tell_end(outcomes, changed, output, seconds, console, form=asked.progress, note=executor.note)
    return exit_status(outcomes)


def _about(found: PlanEvaluation) -> dict[str, Any]:
    return {"kind": found.stage, "plan": found.plan.id, "years": list(found.years)}


def _headline(found: PlanEvaluation) -> str:
    years = f"{found.years[0]}-{found.years[-1]}, base year {found.plan.base_year}"
    entities = len(found.workspace.entities())
    blocked = len(found.workspace.blocked)
    return f"{found.stage} evaluation of {found.plan.id}: {years}; {entities} entities, {blocked} blocked"


def _reports(
    asked: ReviewAsked,
    found: PlanEvaluation,
    executor: Executor,
    store: Store,
    inputs: Inputs,
    console: Console,
) -> list[Outcome]:
    workspace = found.workspace
    chosen, blocked, others = [], {}, [*workspace.unframed]
    for entity in workspace.entities():
        if not is_selected(entity.entity_type, entity.entity_id, asked.only):
            others.append(entity)
        elif entity.entity_id in workspace.blocked:
            reasons = workspace.blocked[entity.entity_id]
            blocked[entity.entity_id] = (entity.entity_type, why_blocked(reasons, asked.lang))
        else:
            chosen.append(entity)
    with_overview = is_selected(OVERVIEW, "", asked.only)
    if not chosen and not blocked and not with_overview:
        raise RunError(f"nothing to build: no entity of {found.year} matches --only {asked.only!r}")
    with display(len(chosen) + len(blocked) + len(others) + 1, console, asked.progress) as told:
        run = Run(executor, store, told)
        run.skipped(others)
        if not with_overview:
            run.skipped_documents([(OVERVIEW, "")])
        run.blocked(blocked)
        run.reports(_orders(asked, found, store, inputs, chosen, with_overview=with_overview))
    return list(run.outcomes.values())


def _orders(
    asked: ReviewAsked,
    found: PlanEvaluation,
    store: Store,
    inputs: Inputs,
    chosen: Sequence[Entity],
    *,
    with_overview: bool,
) -> Iterator[Order]:
    """The overview first, then one order per entity, made when it is asked for."""
    made = Reviews(found)
    wanted = [(OVERVIEW, "")] if with_overview else []
    wanted += [(e.entity_type, e.entity_id) for e in chosen]
    for folder, entity_id in wanted:
        try:
            yield _order(asked, made, store, inputs, folder, entity_id)
        except Exception as error:  # whatever it is, it is this report's, and told by its name
            cause = cause_of(error)
            yield Order(folder, entity_id, {}, (cause,), b"", Path(), asked.lang, cause=cause)


def _order(
    asked: ReviewAsked, made: Reviews, store: Store, inputs: Inputs, folder: str, entity_id: str
) -> Order:
    document = made.review(entity_id) if entity_id else made.overview()
    notebook = inputs.notebook(NOTEBOOKS["review" if entity_id else OVERVIEW])
    key = inputs.document_key(parts_of(document), notebook, asked.lang)
    reasons = store.reasons_to_build(folder, entity_id, key)
    reasons = reasons or (("asked for",) if asked.force else ())
    return Order(
        folder,
        entity_id,
        key,
        reasons,
        document.to_bytes() if reasons else b"",
        notebook,
        asked.lang,
        inputs.templates,
        asked.engine,
    )
