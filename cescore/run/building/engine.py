"""From an edition to a tree of reports: decides what to build, has it built, accounts for all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from cescore.errors import RunError
from cescore.run.job import Job, Outcome
from cescore.run.order import Order, Subject
from cescore.run.processes.executor import Executor
from cescore.run.processes.interrupt import stop_if_asked
from cescore.run.telling.runs import why_blocked
from cescore.run.tree.store import Store

if TYPE_CHECKING:
    from cescore.run.building.edition import Selection
    from cescore.run.building.orders import Orders

Told = Callable[[Outcome], None]


class DiskFull(RunError):
    """There is no room for another report: no fault of its data, so the run stops."""


@dataclass
class ReportRun:
    """A build under way: every subject ends in exactly one outcome."""

    executor: Executor
    store: Store
    told: Told = lambda outcome: None
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    _at_work: dict[str, tuple[Order, Job]] = field(default_factory=dict)

    def all(self, chosen: Selection, orders: Orders) -> None:
        """Account for all that there is, and build what is asked for and out of date."""
        from cescore.run.building.ahead import orders_ahead  # loads what bundles are made with

        for subject in chosen.others:
            self._tell(Outcome(subject.id, subject.folder, "skipped"))
        for subject, reasons in chosen.blocked.items():
            self._fail(subject, why_blocked(reasons, orders.edition.asked.spoken))
        self.reports(orders_ahead(orders, [*chosen.documents, *chosen.entities]))

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
                self.store.confirm(order.name, order.origin)
                self._tell(Outcome(order.subject.id, order.subject.folder, "up_to_date"))
                continue
            if order.cause:
                self._fail(order.subject, order.cause)
                continue
            job = self.store.new_job(order)
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
            self._tell(self.store.publish(job, outcome, order.key, order.origin))
        else:
            self._tell(self.store.keep_failed(job, outcome))

    def _fail(self, subject: Subject, cause: str) -> None:
        """A subject without a bundle: what stood there of it is taken away."""
        self.store.block(subject.name, cause)
        self._tell(Outcome(subject.id, subject.folder, "failed", cause))

    def _tell(self, outcome: Outcome) -> None:
        stop_if_asked()
        self.outcomes[outcome.name] = outcome
        self.told(outcome)


def run_reports(
    executor: Executor, store: Store, orders: Iterable[Order], told: Told = lambda outcome: None
) -> list[Outcome]:
    """Build what is out of date of the orders; one outcome each, in the order they came."""
    run = ReportRun(executor, store, told)
    run.reports(orders)
    return list(run.outcomes.values())
