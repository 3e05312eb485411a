"""Orders made by helpers are those that the driver makes, whatever becomes of the helpers."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from cescore.disclosure.making.bundles import Bundler
from cescore.errors import DataError
from cescore.run.asked import Asked
from cescore.run.building import ahead
from cescore.run.building.ahead import orders_ahead
from cescore.run.building.annual import AnnualEdition
from cescore.run.building.orders import Orders
from cescore.run.inputs.hashed import Inputs
from cescore.run.job import BUNDLE_NAME, PAGES_NAME
from cescore.run.order import Order
from cescore.run.processes.executor import can_fork
from cescore.run.tree.store import Store
from tests.run.small_city import make

pytestmark = pytest.mark.skipif(not can_fork(), reason="helpers are forked")


@pytest.fixture
def orders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Orders:
    monkeypatch.setattr(ahead, "FEW", 1)
    edition = AnnualEdition.open(Asked(make(tmp_path / "town"), lang="en"))
    (tmp_path / "tree").mkdir()
    return Orders(edition, Inputs(edition.asked.root), Store(tmp_path / "tree"))


def with_bundles(store: Store, orders: Iterable[Order]) -> list[Order]:
    """The orders with their bundles, wherever these lie."""
    return [
        replace(order, bundle=lying(store, order), is_laid_out=False)
        if order.is_laid_out
        else order
        for order in orders
    ]


def lying(store: Store, order: Order) -> bytes:
    return (store.work_place() / order.name / BUNDLE_NAME).read_bytes()


@pytest.mark.parametrize("helpers", [0, 1, 2])
def test_helpers_make_the_same_orders_in_the_same_order(orders: Orders, helpers: int) -> None:
    subjects = [*orders.edition.documents, *orders.edition.entities]
    made = list(orders_ahead(orders, subjects, helpers))
    assert with_bundles(orders.store, made) == list(orders.of(subjects))
    assert any(order.is_laid_out for order in made) == bool(helpers)


def test_a_job_finds_the_bundle_that_a_helper_laid_out(orders: Orders) -> None:
    *_, last = orders_ahead(orders, orders.edition.entities, 1)
    assert last.is_laid_out and not last.bundle
    job = orders.store.new_job(last)
    made_here = orders.one(last.subject)
    assert (Path(job.work) / BUNDLE_NAME).read_bytes() == made_here.bundle
    assert not list((Path(job.work) / PAGES_NAME).iterdir())


def test_what_cannot_be_made_is_told_by_a_helper_and_the_others_go_on(
    orders: Orders, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(self: Bundler, entity_id: str) -> None:
        raise DataError(f"{entity_id} in {os.getpid()}")

    monkeypatch.setattr(Bundler, "bundle", refused)
    causes = [order.cause for order in orders_ahead(orders, orders.edition.entities, 1)]
    names, makers = zip(*(cause.split(" in ") for cause in causes), strict=True)
    assert list(names) == [subject.id for subject in orders.edition.entities]
    assert makers[0] == f"{os.getpid()}"
    assert f"{os.getpid()}" not in makers[1:]


def test_no_report_is_lost_with_its_helper(orders: Orders, monkeypatch: pytest.MonkeyPatch) -> None:
    driver, subjects = os.getpid(), orders.edition.entities
    expected = list(orders.of(subjects))
    bundle = Bundler.bundle

    def killed(self: Bundler, entity_id: str) -> object:
        if os.getpid() != driver:
            os.kill(os.getpid(), signal.SIGKILL)
        return bundle(self, entity_id)

    monkeypatch.setattr(Bundler, "bundle", killed)
    assert with_bundles(orders.store, orders_ahead(orders, subjects, 2)) == expected
