"""Orders made by helpers are those that the driver makes, whatever becomes of the helpers."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from cescore.disclosure.bundles import Bundler
from cescore.errors import DataError
from cescore.run import ahead
from cescore.run.ahead import orders_ahead
from cescore.run.annual import AnnualEdition
from cescore.run.asked import Asked
from cescore.run.executor import can_fork
from cescore.run.inputs import Inputs
from cescore.run.orders import Orders
from cescore.run.store import Store
from tests.run.small_city import make

pytestmark = pytest.mark.skipif(not can_fork(), reason="helpers are forked")


@pytest.fixture
def orders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Orders:
    monkeypatch.setattr(ahead, "FEW", 1)
    edition = AnnualEdition.open(Asked(make(tmp_path / "town"), lang="en"))
    return Orders(edition, Inputs(edition.asked.root), Store(tmp_path / "tree"))


@pytest.mark.parametrize("helpers", [0, 1, 2])
def test_helpers_make_the_same_orders_in_the_same_order(orders: Orders, helpers: int) -> None:
    subjects = [*orders.edition.documents, *orders.edition.entities]
    assert list(orders_ahead(orders, subjects, helpers)) == list(orders.of(subjects))


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
    assert list(orders_ahead(orders, subjects, 2)) == expected
