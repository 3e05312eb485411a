"""Which aggregates and names of bodies pass the gate."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from cases import evaluate_again, evaluated, firms, open_ledger

from cescore.disclosure import gate as gates
from cescore.disclosure.gate import Gate
from cescore.disclosure.ledger import Ledger
from cescore.intake.entities import Entity


@pytest.fixture
def gate(tmp_path: Path) -> Gate:
    """A city with two parks of firms, in one of which lies a third park."""
    frame = [*firms(5), *firms(5, seed=2, park="PK2"), *firms(5, seed=3, park="PK3")]
    evaluated(tmp_path, frame, ("PK1", "PK2", "PK3"))
    register = tmp_path / "data/entities.csv"
    text = register.read_text("utf-8").replace("PK3,park,Park PK3,C1,", "PK3,park,Park PK3,PK1,")
    register.write_text(text, encoding="utf-8")
    return Gate(evaluate_again(tmp_path))


def entity(gate: Gate, entity_id: str) -> Entity:
    return gate.yearly.workspace.register[entity_id]


def test_only_the_topmost_bodies_are_told_how_firm_every_types_ranking_is(
    gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Gate, "_robustness", lambda self, entity_type: entity_type)
    assert gate.robustness(entity(gate, "C1")) == ("city", "firm", "park")
    assert gate.robustness(entity(gate, "PK1")) == ("park",)
    assert gate.robustness(entity(gate, gate.yearly.entities[-1].entity_id)) == ()


@pytest.mark.parametrize(
    ("entity_type", "entities", "is_shown"),
    [("park", 2, True), ("firm", 2, False), ("firm", 20, True)],
)
def test_of_respondents_it_is_told_where_quartiles_may_be(
    gate: Gate, entity_type: str, entities: int, is_shown: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = SimpleNamespace(entities=entities)
    monkeypatch.setattr(type(gate.yearly), "robustness_of", lambda self, kind: found)
    monkeypatch.setattr(gates, "released_robustness", lambda robustness, framework: robustness)
    assert (gate._robustness(entity_type) is found) is is_shown


def test_a_body_is_said_to_lie_in_one_of_its_own_type_alone(gate: Gate) -> None:
    inside = {row.place.entity_id: row.inside for row in gate.siblings(entity(gate, "PK1"))}
    assert inside == {"PK1": "", "PK2": "", "PK3": "PK1"}


@pytest.mark.parametrize("withheld", ["productivity", "recycling"])
def test_a_body_with_one_headline_rate_withheld_is_not_cleared(
    gate: Gate, withheld: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_ledger(monkeypatch)
    assert gate.cleared >= {"PK1", "PK2"}
    monkeypatch.setattr(Ledger, "is_released", lambda self, body, code, year: code != withheld)
    assert gate.cleared == frozenset()


@pytest.mark.parametrize(("least", "n"), [(15, 15), (16, None)])
def test_of_how_many_a_total_is_stands_beside_it_from_the_least_number_on(
    gate: Gate, least: int, n: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules = gate.rules.model_copy(update={"n_shown_from": least})
    monkeypatch.setattr(Gate, "rules", rules)
    assert {row["n"] for row in gate.industries(entity(gate, "C1"))} == {n}
