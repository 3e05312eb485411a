"""Random publications, from files to bundles: nobody's value follows from what everybody reads."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest
from cases import open_ledger
from publications import (
    VARIABLES,
    Audit,
    Balance,
    MadeUp,
    made_up,
    published,
    with_a_wide_balance,
    with_open_firms_and_a_zone,
    written,
)

from cescore.definitions.model import CheckRule
from cescore.disclosure.ledger.held_by_each import HeldByEach

FROM_ONE_SIDE: tuple[Balance, ...] = ("at_most", "quotient", "minimum", "either")


def audited(root: Path, world: MadeUp) -> Audit:
    yearly = written(root, world)
    tiled = frozenset(
        e.entity_id for e in yearly.workspace.register if e.entity_type in yearly.workspace.tiled_by
    )
    return Audit(world, published(yearly, world), whole_bodies(world, tiled))


def whole_bodies(world: MadeUp, tiled: frozenset[str]) -> frozenset[str]:
    """Bodies of a tiled type of which everybody can see that they hold nothing beside their parts."""
    found = set()
    for body in tiled:
        inside = [b for b in world.bodies_in(body) if b not in (body, world.twins.get(body))]
        own = [f for f in world.firms(body) if world.place[f][0] == body]
        direct = [b for b in inside if world.place[b][0] == body]
        sums = [
            sum(world.figures[b, c] for b in direct) + sum(world.values[f, c] for f in own)
            for c in world.codes
        ]
        if all(
            abs(world.figures[body, c] - s) < 0.01 for c, s in zip(world.codes, sums, strict=True)
        ):
            found.add(body)
    return frozenset(found)


def check(root: Path, seed: int, observers: int | None = None, world: MadeUp | None = None) -> int:
    """How many figures are withheld in a world in which nothing follows and all totals are true."""
    world = world or made_up(seed)
    audit = audited(root, world)
    others = list(dict.fromkeys(world.holder.values()))
    if observers is not None:
        others = random.Random(seed).sample(others, min(observers, len(others)))
    assert list(audit.violations(["", *others])) == [], seed
    withheld = 0
    for body in world.bodies:
        for code in VARIABLES:
            value = audit.released(body, code)
            assert value is None or value == world.figures[body, code]
            withheld += value is None
    return withheld


@pytest.mark.parametrize("seed", range(6))
def test_nothing_follows_from_a_made_up_publication(seed: int, tmp_path: Path) -> None:
    check(tmp_path, seed, observers=1)


@pytest.mark.parametrize("seed", [1, 4])
def test_nothing_follows_where_some_consented_and_a_zone_is_a_park_once_more(
    seed: int, tmp_path: Path
) -> None:
    check(tmp_path, seed, observers=1, world=with_open_firms_and_a_zone(seed))


@pytest.mark.parametrize("is_in", [True, False], ids=["gate in", "gate out"])
@pytest.mark.parametrize(
    ("seed", "balance"), [(3, "soft"), (16, "soft"), (3, "both"), *((3, b) for b in FROM_ONE_SIDE)]
)
def test_nothing_follows_from_what_a_report_without_a_finding_says_of_a_balance(
    seed: int,
    balance: Balance,
    is_in: bool,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """A return may break it; that of a body does not, as everybody reads. Or it is one from one side."""
    if not is_in:
        monkeypatch.setattr(CheckRule, "bounds", ())
    found = audited(tmp_path, replace(made_up(seed), balance=balance))
    assert bool(list(found.violations([""]))) is not is_in


@pytest.mark.parametrize("is_in", [True, False], ids=["gate in", "gate out"])
@pytest.mark.parametrize(("seed", "who"), [(24, "F1"), (37, "F7")])
def test_a_hard_balance_beside_another_condition_holds_for_each_firm(
    seed: int, who: str, is_in: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    if not is_in:
        monkeypatch.setattr(HeldByEach, "_bounds", lambda held, has_tolerance: iter(()))
    found = audited(tmp_path, replace(made_up(seed), balance="both"))
    assert bool(list(found.violations([who]))) is not is_in


@pytest.mark.parametrize("is_in", [True, False], ids=["gate in", "gate out"])
@pytest.mark.parametrize(("seed", "balance"), [(3, "hard"), (3, "soft"), (3, "at_most")])
def test_a_rule_that_names_no_type_is_read_of_every_type(
    seed: int,
    balance: Balance,
    is_in: bool,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    if not is_in:  # as if it were of none
        monkeypatch.setattr(CheckRule, "is_for", lambda rule, kind: kind in rule.entity_types)
    found = audited(tmp_path, replace(made_up(seed), balance=balance, balance_of=()))
    assert bool(list(found.violations([""]))) is not is_in


@pytest.mark.parametrize("seed", [27, 95, 483, 544, 635])
def test_what_was_once_inferred_is_safe(seed: int, tmp_path: Path) -> None:
    """95: a share of nothing that is withheld counted as not returned. 544: a firm beside a holding's
    cells bounded what the holding adds to all of them. 27: what a rule says stood on a figure of nobody,
    which could not be withheld. 483: the audit's own solver gave no answer. 635: a firm that burns no coal
    bounded another's coal by its own fuel."""
    check(tmp_path, seed)


def test_the_audit_finds_what_is_released_without_the_ledger(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    open_ledger(monkeypatch)
    assert list(audited(tmp_path, made_up(0)).violations([""]))


@pytest.mark.soak
@pytest.mark.parametrize("first", range(0, 200, 50))
def test_nothing_follows_from_two_hundred_with_open_firms_and_zones(
    first: int, tmp_path: Path
) -> None:
    for seed in range(first, first + 50):
        check(tmp_path / str(seed), seed, world=with_open_firms_and_a_zone(seed))


@pytest.mark.soak
@pytest.mark.parametrize("balance", ["soft", *FROM_ONE_SIDE])
@pytest.mark.parametrize("first", range(0, 200, 50))
def test_nothing_follows_from_a_thousand_with_another_balance(
    first: int, balance: Balance, tmp_path: Path
) -> None:
    for seed in range(first, first + 50):
        check(tmp_path / str(seed), seed, world=replace(made_up(seed), balance=balance))


@pytest.mark.soak
@pytest.mark.parametrize("first", range(0, 100, 50))
def test_nothing_follows_from_two_hundred_with_a_wide_balance(first: int, tmp_path: Path) -> None:
    for seed in range(first, first + 50):
        check(tmp_path / f"{seed}", seed, world=with_a_wide_balance(seed))
        check(tmp_path / f"{seed} loose", seed, world=replace(made_up(seed), balance="loose"))


@pytest.mark.soak
@pytest.mark.parametrize("first", range(0, 1000, 50))
def test_nothing_follows_from_a_thousand_publications(first: int, tmp_path: Path) -> None:
    withheld = [check(tmp_path / str(seed), seed) for seed in range(first, first + 50)]
    assert 0 < sum(withheld) < 50 * 30 * len(VARIABLES)
