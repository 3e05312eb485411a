"""Forms made for a year: which entities, in how many processes, into which files."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import islice
from multiprocessing import get_context
from pathlib import Path

from rich.console import Console

from cescore.definitions.load import load_definitions
from cescore.errors import RunError, Sentence
from cescore.intake.register.entities import Entity
from cescore.publish.words import label
from cescore.returns.forms.contents import form_contents
from cescore.returns.forms.earlier import EarlierFigures
from cescore.returns.forms.history import EarlierReturns, read_earlier
from cescore.returns.forms.template import FormTemplate
from cescore.returns.forms.workbook import form_workbook
from cescore.run.asked import Asked
from cescore.run.building.edition import is_selected
from cescore.run.files import make_private, write_atomically
from cescore.run.job import Outcome
from cescore.run.telling.progress import display

Templates = Mapping[str, FormTemplate]  # by entity type

AT_ONCE = 16  # forms handed to a process together
FEW = 24  # forms that are made before another process would have started


@dataclass(frozen=True)
class FormOrder:
    """One form to be made: what of it differs from others of its type, and where it goes."""

    entity: Entity
    earlier: EarlierFigures
    path: Path


@dataclass(frozen=True)
class FormsMade:
    """What became of all forms that were asked for."""

    outcomes: tuple[Outcome, ...]
    folder: Path
    seconds: float
    lang: str = "en"  # of the terminal

    def lines(self) -> Iterator[str]:
        """What is said at the end: every form accounted for; the display named failures as they came."""
        counts: Counter[str] = Counter(outcome.status for outcome in self.outcomes)
        yield label(
            "terminal.forms_counted",
            self.lang,
            made=counts["built"],
            same=counts["up_to_date"],
            failed=counts["failed"],
            n=len(self.outcomes),
            seconds=f"{self.seconds:.0f}",
        )
        yield f"{self.folder}"

    @property
    def exit_status(self) -> int:
        """0: all are there; 1: some are not, each named with its cause; 2: none is."""
        failed = [o for o in self.outcomes if o.status == "failed"]
        if not failed:
            return 0
        return 1 if len(failed) < len(self.outcomes) else 2


def make_forms(asked: Asked, out: Path | None, jobs: int, console: Console) -> FormsMade:
    """Make the forms of a year, one workbook an entity, and say how far it is.

    A form that is there already as it would be made stays untouched; one that differs is somebody's
    work, and only ``force`` replaces it.

    Raises
    ------
    CescoreError
        params/ contradict themselves, there is no register, or no entity is asked for.
    """
    began = time.monotonic()
    definitions = load_definitions(asked.root / "params", asked.year)
    earlier = read_earlier(asked.root, definitions)
    _tell_errors(earlier, asked.spoken, console)
    year = definitions.run.year
    chosen = [
        entity
        for entity in earlier.register.valid_in(year)
        if entity.entity_type in definitions.frameworks
        and is_selected(entity.entity_type, entity.entity_id, asked.only)
    ]
    if not chosen:
        if asked.only:
            raise RunError(
                Sentence(
                    "no forms: no entity of {year} matches --only {only!r}",
                    year=year,
                    only=asked.only,
                )
            )
        raise RunError(Sentence("no forms: no entity of {year} belongs to the year", year=year))
    folder = out or asked.root / "output" / "forms" / asked.folder_name(str(year))
    templates = {
        entity_type: FormTemplate(
            form_contents(definitions, entity_type, earlier.base_year),
            asked.lang,
            definitions.page.words,
        )
        for entity_type in dict.fromkeys(entity.entity_type for entity in chosen)
    }
    for entity_type in templates:
        make_private(folder / entity_type)
    orders = (_order(entity, templates, earlier, folder) for entity in chosen)
    processes = 1 if len(chosen) <= FEW else jobs
    outcomes = []
    with display(len(chosen), console, asked.progress, asked.spoken) as show:
        for order, content in _made(orders, templates, processes):
            outcome = _written(order, content, asked)
            outcomes.append(outcome)
            show(outcome)
    return FormsMade(tuple(outcomes), folder, time.monotonic() - began, asked.spoken)


def _made(
    orders: Iterable[FormOrder], templates: Templates, processes: int
) -> Iterator[tuple[FormOrder, bytes]]:
    """Each order with its workbook, in their order; a process has the templates and no data."""
    if processes == 1:
        yield from ((order, _workbook(templates, order)) for order in orders)
        return
    for template in templates.values():
        template.prepare()
    waiting, context = iter(orders), get_context("forkserver")
    with ProcessPoolExecutor(processes, context, _keep, (templates,)) as pool:
        while batch := tuple(islice(waiting, AT_ONCE * processes)):
            yield from zip(batch, pool.map(_workbook_of_kept, batch, chunksize=4), strict=True)


_kept: dict[str, FormTemplate] = {}  # of a process that makes forms


def _keep(templates: Templates) -> None:
    """A process that makes forms starts: it keeps what they have in common."""
    _kept.update(templates)


def _workbook_of_kept(order: FormOrder) -> bytes:
    return _workbook(_kept, order)


def _workbook(templates: Templates, order: FormOrder) -> bytes:
    return form_workbook(templates[order.entity.entity_type], order.entity, order.earlier)


def _tell_errors(earlier: EarlierReturns, lang: str, console: Console) -> None:
    """Errors in what was received earlier: they stop no form, and are not passed over."""
    for finding in earlier.errors[:10]:
        console.print(finding.line(lang), markup=False)
    if earlier.errors:
        n = len(earlier.errors)
        console.print(label("terminal.forms_errors", lang, n=n), markup=False)


def _order(
    entity: Entity, templates: Templates, earlier: EarlierReturns, folder: Path
) -> FormOrder:
    template = templates[entity.entity_type]
    figures = earlier.of(
        entity.entity_id, template.contents, template.words.not_applicable, template.history
    )
    name = f"{entity.entity_id}.xlsx"
    return FormOrder(entity, figures, folder / entity.entity_type / name)


def _written(order: FormOrder, content: bytes, asked: Asked) -> Outcome:
    entity, path = order.entity, order.path
    there = path.read_bytes() if path.is_file() else None
    if there == content:
        return Outcome(entity.entity_id, entity.entity_type, "up_to_date")
    if there is not None and not asked.force:
        cause = label("terminal.form_differs", asked.spoken, path=path)
        return Outcome(entity.entity_id, entity.entity_type, "failed", cause=cause)
    write_atomically(path, content)
    return Outcome(entity.entity_id, entity.entity_type, "built")
