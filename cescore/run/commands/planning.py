"""``plan``: what a build would make and which input changed, and nothing built."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from cescore.run.files import file_hash
from cescore.run.inputs.production import refuse_trials
from cescore.run.kept.kept_answers import Answer, KeptAnswers
from cescore.run.kept.unchanged import output_of
from cescore.run.telling.runs import (
    files_told,
    foreign_told,
    reasons_counted,
    say,
    why,
    why_blocked,
)

if TYPE_CHECKING:
    from rich.console import Console

    from cescore.run.asked import Asked


def plan(asked: Asked, console: Console) -> int:
    """Say what a build would make, and which input changed.

    Where neither an input nor the tree has changed since, what was found then is said.
    """
    refuse_trials(asked.root)
    folder = output_of(asked)
    question = {
        "command": "plan",
        "engine": asked.engine,
        "force": f"{asked.force}",
        "variant": f"{asked.variant}",
    }
    kept = KeptAnswers(asked, question, {} if folder is None else _standing(folder))
    answer = kept.known() if folder is not None else None
    if answer is None:
        answer = Answer(list(_planned(asked, console)))
        if folder is not None:
            kept.keep(answer)
    for line in answer.lines:
        say(console, line)
    return answer.status


def _standing(folder: Path) -> dict[str, str]:
    """The tree as it stands: its journal, and every file that the journal names, by hash."""
    from cescore.run.tree.journal import JOURNAL_NAME, read_journal

    journal = folder / JOURNAL_NAME
    found = {JOURNAL_NAME: file_hash(journal)}
    for name, entry in read_journal(journal).items():
        for file in entry.outputs:
            path = folder / name / file
            found[f"{name}/{file}"] = file_hash(path) or f"{os.path.lexists(path)}"
    return found


def _planned(asked: Asked, console: Console) -> Iterator[str]:
    """What would be built and why, line by line."""
    from cescore.publish.words import label
    from cescore.run.building.build import open_edition  # loads pandas and the unit library
    from cescore.run.building.edition import choose
    from cescore.run.building.orders import Orders
    from cescore.run.inputs.hashed import Inputs
    from cescore.run.kept.kept_reading import KeptForYear
    from cescore.run.telling.phases import phases
    from cescore.run.tree.manifest import Before
    from cescore.run.tree.store import Store

    before = Before.of(Inputs(asked.root))
    tell_phase = phases(console, asked.spoken, asked.progress)
    kept = KeptForYear(asked, before.inputs)
    edition = open_edition(asked, tell_phase, kept)
    chosen = choose(edition, asked.only)
    tell_phase("evaluating")
    store = Store.open(edition.output)
    store.made_from = before.hash
    orders = Orders(edition, before.inputs, store)
    to_build = [order for order in map(orders.planned, chosen.entities) if order.reasons]
    new = [order for order in map(orders.planned, chosen.documents) if order.reasons]
    kept.tidy()
    yield from foreign_told(before.inputs.foreign(), asked.engine, asked.spoken)
    yield from files_told(before.changed_since(edition.output), asked.spoken)
    yield from (why(order, asked.spoken) for order in to_build)
    for subject, reasons in chosen.blocked.items():
        yield subject.name + label("usage.colon", asked.spoken) + why_blocked(reasons, asked.spoken)
    yield from (why(order, asked.spoken) for order in new)
    yield from reasons_counted((order.reasons for order in to_build), asked.spoken)
    counts = {"n": len(new), "current": len(chosen.documents) - len(new)}
    yield label("terminal.documents_planned", asked.spoken, **counts)
    counts = {"n": len(to_build), "current": len(chosen.entities) - len(to_build)}
    yield label("terminal.planned", asked.spoken, **counts, blocked=len(chosen.blocked))
