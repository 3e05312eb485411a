"""Random publications of two years: nobody's value follows from both years, the rules between them, and progress."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from publications import published
from publications_over_years import AuditOverYears, over_years, written_over_years
from test_publications import whole_bodies

from cescore.disclosure.ledger import equated

RULES = equated._zeros


def violations(root: Path, seed: int, observers: int | None = None) -> list[str]:
    """What follows from a publication, for so many of those who know their own returns, or all of them."""
    world = over_years(seed)
    yearly = written_over_years(root, world)
    tiled = frozenset(
        e.entity_id for e in yearly.workspace.register if e.entity_type in yearly.workspace.tiled_by
    )
    audit = AuditOverYears(world, published(yearly, world), whole_bodies(world, tiled))
    others = list(dict.fromkeys(world.holder.values()))
    if observers is not None:
        others = random.Random(seed).sample(others, min(observers, len(others)))
    return list(audit.violations(["", *others]))


@pytest.mark.parametrize("seed", [13])
def test_nothing_follows_from_two_years(seed: int, tmp_path: Path) -> None:
    assert violations(tmp_path, seed, observers=1) == []


def test_a_rule_that_looks_back_gives_values_away_where_the_ledger_does_not_read_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def without_it(rules: Iterable[Any]) -> Iterator[Any]:
        return RULES(rule for rule in rules if rule.id != "opening")

    monkeypatch.setattr(equated, "_zeros", without_it)
    assert any("the year before" in one for one in violations(tmp_path, 3, observers=0))


@pytest.mark.soak
@pytest.mark.parametrize("first", range(0, 60, 20))
def test_nothing_follows_from_sixty_of_two_years(first: int, tmp_path: Path) -> None:
    for seed in range(first, first + 20):
        assert violations(tmp_path / str(seed), seed) == [], seed
