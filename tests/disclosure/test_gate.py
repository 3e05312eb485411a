"""Which aggregates and names of bodies pass the gate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from cases import evaluate_again, evaluated, firms, open_ledger

from cescore.disclosure.documents.bundle import Bundle
from cescore.disclosure.ledger.ledger import Ledger
from cescore.disclosure.making.bundles import Bundler
from cescore.disclosure.released import gate as gates
from cescore.disclosure.released.gate import Gate
from cescore.intake.register.entities import Entity


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
    monkeypatch.setattr(
        gates, "released_robustness", lambda robustness, framework, told: robustness
    )
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


def between_its_neighbours(made: Mapping[str, Bundle], code: str) -> tuple[float, float] | None:
    """Between which scores of the others the one lies that a report does not print, as their ranks
    tell; None where they leave no place for it."""
    peers = {body: bundle.peers for body, bundle in made.items() if bundle.peers is not None}
    of = {b: next(f for f in p.figures if f.code == code) for b, p in peers.items()}
    placed = {f.rank: b for b, f in of.items() if f.rank is not None and b != "PK4"}
    missing = set(range(1, 6)) - placed.keys()
    if len(missing) != 1:
        return None
    (rank,) = missing
    scores = {
        n: next(s for s in made[b].evaluated.groups if s.code == code).values[-1]
        for n, b in placed.items()
    }
    low, high = scores.get(rank + 1), scores.get(rank - 1)
    return None if low is None or high is None else (low, high)


@pytest.mark.parametrize("is_in", [True, False], ids=["gate in", "gate out"])
def test_ranks_do_not_bound_a_group_between_two_that_are_printed(
    is_in: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Of five parks the fourth does not print its group, and its firms returned nearly the same as those
    of its neighbours."""
    steps = {"PK1": 0.5, "PK2": 0.75, "PK3": 0.99, "PK4": 1.0, "PK5": 1.01}
    frame = [
        replace(f, id=f"{f.id}-{park}", park=park, output=step * f.output)
        for park, step in steps.items()
        for f in firms(6)
    ]
    yearly = evaluated(tmp_path, frame, tuple(steps))
    open_ledger(monkeypatch)
    prints = Gate._prints
    monkeypatch.setattr(
        Gate,
        "_prints",
        lambda self, body, code: (
            not (is_in and (body, code) == ("PK4", "all")) and prints(self, body, code)
        ),
    )
    bundler = Bundler(yearly)
    found = between_its_neighbours({body: bundler.bundle(body) for body in steps}, "all")
    assert (found is not None and found[1] / found[0] < 1.1) is not is_in


def test_a_group_that_a_body_does_not_print_has_no_place_in_its_own_report(
    gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_ledger(monkeypatch)
    monkeypatch.setattr(Gate, "_prints", lambda self, body, code: (body, code) != ("PK2", "all"))
    ranked = {
        body: {f.code: (f.rank, f.n) for f in table.figures}
        for body in ("PK1", "PK2")
        if (table := gate.peer_table(entity(gate, body))) is not None
    }
    assert ranked["PK2"]["all"] == (None, 2) and ranked["PK2"]["INDEX"][1] == 3
    assert ranked["PK1"]["all"] in {(1, 2), (2, 2)}


@pytest.mark.parametrize("is_shown", [True, False])
def test_a_total_by_industry_has_its_value_where_the_ledger_shows_it(
    gate: Gate, is_shown: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Ledger, "shows_total", lambda self, total: is_shown)
    rows = gate.industries(entity(gate, "C1"))
    assert rows and all((row["value"] is not None) is is_shown for row in rows)


@pytest.mark.parametrize(
    ("blocked", "filed", "counts"),
    [(False, True, True), (True, True, False), (False, False, False), (True, False, False)],
)
def test_nobody_is_compared_whose_data_is_refused_or_not_in(
    gate: Gate, blocked: bool, filed: bool, counts: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = replace(gate.yearly.workspace, blocked={"PK1": ()} if blocked else {})
    monkeypatch.setattr(type(workspace), "filed", lambda self, body: filed or body != "PK1")
    table = Gate(replace(gate.yearly, workspace=workspace)).peer_table(entity(gate, "PK2"))
    assert table is not None
    assert {f.n for f in table.figures if f.rank is not None} == {3 if counts else 2}


@pytest.mark.parametrize(("least", "n"), [(15, 15), (16, None)])
def test_of_how_many_a_total_is_stands_beside_it_from_the_least_number_on(
    gate: Gate, least: int, n: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules = gate.rules.model_copy(update={"n_shown_from": least})
    monkeypatch.setattr(Gate, "rules", rules)
    assert {row["n"] for row in gate.industries(entity(gate, "C1"))} == {n}
