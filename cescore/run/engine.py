"""From an evaluation to a tree of reports: decides what to build, has it built, accounts for all."""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from cescore.disclosure.bundles import Bundler
from cescore.errors import RunError
from cescore.run.child import cause_of
from cescore.run.documents import Documents, parts_of
from cescore.run.executor import Executor
from cescore.run.inputs import Inputs
from cescore.run.interrupt import stop_if_asked
from cescore.run.job import IN_PROCESS, Job, Outcome, report_name
from cescore.run.store import Key, Store

if TYPE_CHECKING:
    from cescore.evaluation.yearly import YearlyEvaluation
    from cescore.intake.entities import Entity

Told = Callable[[Outcome], None]


class DiskFull(RunError):
    """There is no room for another report: no fault of its data, so the run stops."""


@dataclass(frozen=True)
class Order:
    """One report and why it is to be built; no reasons: it is up to date."""

    entity_type: str
    entity_id: str
    key: Key
    reasons: tuple[str, ...]
    bundle: bytes
    notebook: Path
    lang: str
    templates: str = ""
    engine: str = IN_PROCESS
    cause: str = ""  # why it cannot be made at all

    @property
    def name(self) -> str:
        return report_name(self.entity_type, self.entity_id)


def is_selected(entity_type: str, entity_id: str, only: str) -> bool:
    """Whether ``--only`` names an entity: its id, or a pattern over type/id such as district/*."""
    patterns = [pattern.strip() for pattern in only.split(",") if pattern.strip()]
    names = (entity_id, report_name(entity_type, entity_id))
    return not patterns or any(fnmatch.fnmatchcase(n, p) for n in names for p in patterns)


@dataclass(frozen=True)
class Orders:
    """What orders are made from: an evaluation, the inputs on disk, the tree as it stands."""

    yearly: YearlyEvaluation
    inputs: Inputs
    store: Store
    lang: str
    force: bool = False
    engine: str = IN_PROCESS
    bundler: Bundler | None = None  # where one was made before

    def of(self, entities: Iterable[Entity]) -> Iterator[Order]:
        """One order per entity, made when it is asked for: one bundle in memory at a time.

        An entity whose bundle cannot be made is an order with the cause, and the others go on.
        """
        bundler = self.bundler or Bundler(self.yearly)
        for entity in entities:
            yield self._order_or_cause(entity, bundler)

    def _order_or_cause(self, entity: Entity, bundler: Bundler) -> Order:
        try:
            return self._order(entity, bundler)
        except Exception as error:  # whatever it is, it is this entity's, and told by its name
            identity, cause = (entity.entity_type, entity.entity_id), cause_of(error)
            return Order(*identity, {}, (cause,), b"", Path(), self.lang, cause=cause)

    def _order(self, entity: Entity, bundler: Bundler) -> Order:
        bundle = bundler.bundle(entity.entity_id)
        notebook = self.inputs.notebook(entity.entity_type)
        key = self.inputs.key(bundle.model_dump(mode="json"), notebook, self.lang)
        reasons = self.store.reasons_to_build(entity.entity_type, entity.entity_id, key)
        return Order(
            entity.entity_type,
            entity.entity_id,
            key,
            reasons or (("asked for",) if self.force else ()),
            bundle.to_bytes() if reasons or self.force else b"",
            notebook,
            self.lang,
            self.inputs.templates,
            self.engine,
        )

    def documents(self, only: str) -> Iterator[Order]:
        """One order per document that ``only`` asks for, made when it is asked for."""
        made = Documents(self.yearly.workspace)
        for name, (folder, document_id) in made.names.items():
            if not is_selected(folder, document_id, only):
                continue
            document = made.make(name)
            notebook = self.inputs.notebook(made.notebook(name))
            key = self.inputs.document_key(parts_of(document), notebook, self.lang)
            reasons = self.store.reasons_to_build(folder, document_id, key)
            yield Order(
                folder,
                document_id,
                key,
                reasons or (("asked for",) if self.force else ()),
                document.to_bytes() if reasons or self.force else b"",
                notebook,
                self.lang,
                self.inputs.templates,
                self.engine,
            )


@dataclass
class Run:
    """A build under way: every entity ends in exactly one outcome."""

    executor: Executor
    store: Store
    told: Told = lambda outcome: None
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    _at_work: dict[str, tuple[Order, Job]] = field(default_factory=dict)

    def reports(self, orders: Iterable[Order]) -> None:
        """Build what is out of date; what was killed or ran out of time is tried once more, alone."""
        again: list[Job] = []
        for outcome in self.executor.run(self._jobs(orders)):
            if outcome.may_retry:
                again.append(self.store.renewed(self._at_work[outcome.name][1]))
            else:
                self._settle(outcome)
        for job in again:
            for outcome in self.executor.run([job]):
                self._settle(outcome)

    def _jobs(self, orders: Iterable[Order]) -> Iterator[Job]:
        for order in orders:
            if not order.reasons:
                self._tell(Outcome(order.entity_id, order.entity_type, "up_to_date"))
                continue
            if order.cause:
                self._fail(order.entity_type, order.entity_id, order.cause)
                continue
            job = self.store.new_job(
                order.entity_type,
                order.entity_id,
                order.bundle,
                order.notebook,
                order.lang,
                order.templates,
                order.engine,
            )
            self._at_work[order.name] = (replace(order, bundle=b""), job)
            yield job

    def _settle(self, outcome: Outcome) -> None:
        if outcome.is_disk_full:
            raise DiskFull(
                f"{self.store.folder}: {outcome.cause}; {len(self.store.entries)} reports stand there."
                " Make room and run the same command again: it goes on where it stopped"
            )
        order, job = self._at_work.pop(outcome.name)
        outcome = replace(outcome, reasons=order.reasons)
        if outcome.status == "built":
            self._tell(self.store.publish(job, outcome, order.key))
        else:
            self._tell(self.store.keep_failed(job, outcome))

    def blocked(self, entities: Mapping[str, tuple[str, str]]) -> None:
        """Entities whose data cannot be evaluated: id -> type and why. They fail, each by name."""
        for entity_id, (entity_type, cause) in entities.items():
            self._fail(entity_type, entity_id, cause)

    def _fail(self, entity_type: str, entity_id: str, cause: str) -> None:
        """An entity without a bundle: what stood there of it is taken away."""
        self.store.block(entity_type, entity_id, cause)
        self._tell(Outcome(entity_id, entity_type, "failed", cause))

    def skipped(self, entities: Iterable[Entity]) -> None:
        """Entities that were not asked for."""
        for entity in entities:
            self._tell(Outcome(entity.entity_id, entity.entity_type, "skipped"))

    def skipped_documents(self, documents: Iterable[tuple[str, str]]) -> None:
        """Documents that were not asked for: folder and id."""
        for folder, document_id in documents:
            self._tell(Outcome(document_id, folder, "skipped"))

    def _tell(self, outcome: Outcome) -> None:
        stop_if_asked()
        self.outcomes[outcome.name] = outcome
        self.told(outcome)


def run_reports(
    executor: Executor, store: Store, orders: Iterable[Order], told: Told = lambda outcome: None
) -> list[Outcome]:
    """Build what is out of date of the orders; one outcome each, in the order they came."""
    run = Run(executor, store, told)
    run.reports(orders)
    return list(run.outcomes.values())
