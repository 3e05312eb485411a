"""Which reports that a build does not make speak of another evaluation than the one it tells of.

A build of some reports writes results, contents and manifest anew for all. A report that was not
asked for stands from an earlier run; it is in step where a build would not make it again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from cescore.run.processes.child import cause_of

if TYPE_CHECKING:
    from cescore.run.building.orders import Orders
    from cescore.run.order import Subject

MOST_COMPARED = 2000  # reports: a bundle is made for each, some 25 ms
NOT_COMPARED = "made from other data, params or code; not compared one by one"


def out_of_step(orders: Orders, others: Iterable[Subject]) -> Mapping[str, tuple[str, ...]]:
    """The reports that stand and are out of step, each by name with what changed since."""
    store = orders.store
    doubtful = [
        s for s in others if s.name in store.entries and not store.is_of_these_inputs(s.name)
    ]
    if len(doubtful) > MOST_COMPARED:
        return {subject.name: (NOT_COMPARED,) for subject in doubtful}
    found = {subject.name: _changes(orders, subject) for subject in doubtful}
    for subject in [subject for subject in doubtful if not found[subject.name]]:
        store.confirm(subject.name, orders.origin(subject))
    return {name: changes for name, changes in found.items() if changes}


def _changes(orders: Orders, subject: Subject) -> tuple[str, ...]:
    try:
        if orders.store.is_of_origin(subject.name, orders.origin(subject)):
            return ()
        _, _, key = orders.made(subject)
    except Exception as error:  # it cannot be made from the data as they are now
        return (cause_of(error),)
    return orders.store.changed_inputs(subject.name, key)
