"""From an evaluation to a tree of reports: decides what to build, has it built, accounts for all."""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from cescore.definitions.model import canonical_json
from cescore.release.bundles import Bundler
from cescore.run.executor import Executor
from cescore.run.inputs import Inputs
from cescore.run.job import Job, Outcome
from cescore.run.store import Key, Store

if TYPE_CHECKING:
    from cescore.intake.entities import Entity
    from cescore.yearly import YearlyEvaluation

Told = Callable[[Outcome], None]


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

    @property
    def name(self) -> str:
        return f"{self.entity_type}/{self.entity_id}"


def is_selected(entity_type: str, entity_id: str, only: str) -> bool:
    """Whether ``--only`` names an entity: its id, or a pattern over type/id such as district/*."""
    patterns = [pattern.strip() for pattern in only.split(",") if pattern.strip()]
    names = (entity_id, f"{entity_type}/{entity_id}")
    return not patterns or any(fnmatch.fnmatchcase(n, p) for n in names for p in patterns)


@dataclass(frozen=True)
class Orders:
    """What orders are made from: an evaluation, the inputs on disk, the tree as it stands."""

    yearly: YearlyEvaluation
    inputs: Inputs
    store: Store
    lang: str
    force: bool = False

    def of(self, entities: Iterable[Entity]) -> Iterator[Order]:
        """One order per entity, made when it is asked for: one bundle in memory at a time."""
        bundler = Bundler(self.yearly)
        for entity in entities:
            bundle = bundler.bundle(entity.entity_id).model_dump(mode="json")
            notebook = self.inputs.notebook(entity.entity_type)
            key = self.inputs.key(bundle, notebook, self.lang)
            reasons = self.store.reasons_to_build(entity.entity_type, entity.entity_id, key)
            yield Order(
                entity.entity_type,
                entity.entity_id,
                key,
                reasons or (("asked for",) if self.force else ()),
                canonical_json(bundle).encode() if reasons or self.force else b"",
                notebook,
                self.lang,
                self.inputs.templates,
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
            identity = (order.entity_type, order.entity_id, order.bundle)
            job = self.store.new_job(*identity, order.notebook, order.lang, order.templates)
            self._at_work[order.name] = (replace(order, bundle=b""), job)
            yield job

    def _settle(self, outcome: Outcome) -> None:
        order, job = self._at_work.pop(outcome.name)
        outcome = replace(outcome, reasons=order.reasons)
        if outcome.status == "built":
            self._tell(self.store.publish(job, outcome, order.key))
        else:
            self._tell(self.store.keep_failed(job, outcome))

    def blocked(self, entities: Mapping[str, tuple[str, tuple[str, ...]]]) -> None:
        """Entities whose data cannot be evaluated: id -> type and reasons. They fail, each by name."""
        for entity_id, (entity_type, reasons) in entities.items():
            cause = "its data cannot be evaluated: " + "; ".join(reasons)
            self.store.block(entity_type, entity_id, cause)
            self._tell(Outcome(entity_id, entity_type, "failed", cause))

    def skipped(self, entities: Iterable[Entity]) -> None:
        """Entities that were not asked for."""
        for entity in entities:
            self._tell(Outcome(entity.entity_id, entity.entity_type, "skipped"))

    def _tell(self, outcome: Outcome) -> None:
        self.outcomes[outcome.name] = outcome
        self.told(outcome)


def run_reports(
    executor: Executor, store: Store, orders: Iterable[Order], told: Told = lambda outcome: None
) -> list[Outcome]:
    """Build what is out of date of the orders; one outcome each, in the order they came."""
    run = Run(executor, store, told)
    run.reports(orders)
    return list(run.outcomes.values())
