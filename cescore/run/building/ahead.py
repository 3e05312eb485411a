"""Orders made ahead of the reports, by processes forked from the one that holds the evaluation.

A bundle costs some thirty milliseconds. Made one after the other they bound how many cores a build can
keep busy; made by helpers, what is left to the driver is to hand them on. A helper shares the driver's
memory until it writes, gets a subject, puts the bundle into the report's work folder and gives back
the order; it ends with the driver.
"""

from __future__ import annotations

import os
import signal
import warnings
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context

from cescore.definitions.processors import usable_processors
from cescore.run.building.orders import Orders
from cescore.run.order import Order, Subject
from cescore.run.processes.ending import end_with
from cescore.run.processes.executor import can_fork

FEW = 24  # bundles made here first: what they all share is worked out before anything is forked
MOST_HELPERS = 4  # keep some hundred cores busy with reports of a second
AHEAD = 4  # orders under way for each helper

_orders: list[Orders] = []  # of a helper: what the driver had when it forked it


def helpers_here() -> int:
    """How many helpers this machine bears: none where processes cannot be forked safely."""
    if not can_fork():
        return 0
    return min(MOST_HELPERS, max(1, usable_processors() - 1))


def orders_ahead(
    orders: Orders, subjects: Iterable[Subject], helpers: int | None = None
) -> Iterator[Order]:
    """The orders of all subjects, in their order; the same as `Orders.of` makes.

    Few are made here. Where there are more, the rest is made by helpers; where these are lost, here
    again.
    """
    rest, made = iter(subjects), 0
    for subject in rest:
        order = orders.one(subject)
        made += bool(order.reasons) and subject.kind.has_entity
        yield order
        if made >= FEW:
            break
    count = helpers_here() if helpers is None else helpers
    if not count or made < FEW:
        yield from orders.of(rest)
        return
    with _pool(orders, count) as pool:
        waiting: deque[tuple[Subject, Future[Order]]] = deque()
        for subject in rest:
            waiting.append((subject, _asked(pool, subject)))
            if len(waiting) > count * AHEAD:
                yield _given(orders, *waiting.popleft())
        while waiting:
            yield _given(orders, *waiting.popleft())


def _pool(orders: Orders, count: int) -> ProcessPoolExecutor:
    orders.store.work_place()
    # forked, so that the evaluation is there already; nothing of it is sent anywhere
    return ProcessPoolExecutor(
        count, mp_context=get_context("fork"), initializer=_begin, initargs=(orders, os.getpid())
    )


def _begin(orders: Orders, driver: int) -> None:
    """In a helper, first of all: the terminal's Ctrl-C is for the driver, with which it ends."""
    end_with(driver)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    _orders[:] = [orders]


def _make(subject: Subject) -> Order:
    orders = _orders[0]
    order = orders.one(subject)
    return orders.store.laid_out(order) if order.bundle else order


def _asked(pool: ProcessPoolExecutor, subject: Subject) -> Future[Order]:
    """The order to come of a subject; an order that failed where the helpers are lost."""
    with warnings.catch_warnings():
        # a cluster's client has threads; a helper calls none of them, and prints nothing
        warnings.filterwarnings("ignore", ".*multi-threaded.*fork", DeprecationWarning)
        try:
            return pool.submit(_make, subject)
        except BrokenProcessPool as error:
            lost: Future[Order] = Future()
            lost.set_exception(error)
            return lost


def _given(orders: Orders, subject: Subject, order: Future[Order]) -> Order:
    try:
        return order.result()
    except BrokenProcessPool:  # memory ran out, say: slower here, but no report is lost
        return orders.one(subject)
