"""A whole release year: draft, findings answered, signed off, embargo, final, correction, withdrawal.

The trees are verified after each step.
"""

from __future__ import annotations

import csv
import json

import pytest

from cescore.release.verify_all import verify_editions
from tests.release.world import World, write_returns

BEFORE, AFTER = "2024-09-30T12:00+08:00", "2024-10-16T12:00+08:00"
EMBARGO = "embargo: 2024-10-15T09:00+08:00\naccess: [{who: Wang, role: mayor}]\n"


def verified(world: World, kept: list[str]) -> list[str]:
    """What `verify` finds, with every line that was kept elsewhere so far; and the states."""
    found = verify_editions(world.root, "", "\n".join(kept))
    assert found.problems == ()
    return [world.register.state(e) for e in world.register.made("2024-en")]


def provenance(world: World, edition: str, entity: str) -> dict:
    path = world.folder(edition) / f"bureau/{entity}/result.json"
    return json.loads(path.read_bytes())["provenance"]


def test_a_release_year(world: World) -> None:
    path = world.root / "data/entities.csv"
    path.write_text(path.read_text("utf-8") + "L9,library,New Library,T1\n", encoding="utf-8")
    kept: list[str] = []

    def step(name: str, *given, **more):
        made = world.take(name, *given, **more)
        assert made.entry is not None, [one.said("en") for one in made.against]
        kept.append(world.register.entries[-1].anchor)
        return made

    draft = step("draft")
    assert verified(world, kept) == ["draft"]
    assert world.take("reviewed", world.sign(draft.entry)).against[0].code == "unanswered"
    reviewed = step("reviewed", world.sign(draft.entry, world.answers(draft)))
    assert verified(world, kept) == ["draft", "reviewed"]
    signed = world.sign(reviewed.entry, EMBARGO + world.answers(reviewed))
    final = step("final", signed, now=BEFORE)
    assert verified(world, kept) == ["draft", "reviewed", "final"]
    assert world.take("published", now=BEFORE).against[0].code == "embargo"
    step("published", now=AFTER)
    verified(world, kept)

    # a correction: South Library had counted wrong
    write_returns(world.root, L2=9_911)
    second = step("draft", now=AFTER)
    assert world.register.in_force("2024-en").edition == "2024-en/3-final"
    again = step("reviewed", world.sign(second.entry, world.answers(second)), now=AFTER)
    signed = world.sign(again.entry, world.answers(again), who="Zhao")
    assert [r.code for r in world.take("corrected", signed, now=AFTER).against] == ["needs_reason"]
    signed = world.sign(again.entry, world.answers(again), reason="loans of one library")
    corrected = step("corrected", signed, now=AFTER)
    assert corrected.entry.edition == "2024-en/6-corrected"
    states = ["draft", "reviewed", "superseded", "draft", "reviewed", "corrected"]
    assert verified(world, kept) == states

    standing = provenance(world, "2024-en/6-corrected", "library/L2")["standing"]
    assert standing["reason"] == "loans of one library"
    assert {"index", "loans_per_energy"} == {one["code"] for one in standing["moved"]}
    assert provenance(world, "2024-en/6-corrected", "library/L1")["standing"]["moved"] == []
    changes = world.folder("2024-en/6-corrected") / "bureau/changes.csv"
    with changes.open(encoding="utf-8-sig") as stream:
        rows = list(csv.DictReader(stream))
    assert {row["report"] for row in rows} == {"library/L2"}
    loans = next(row for row in rows if row["code"] == "loans_per_energy")
    assert float(loans["before"]) == pytest.approx(8_811 / 300)
    assert float(loans["after"]) == pytest.approx(9_911 / 300)
    assert (world.folder("2024-en/3-final") / "public/town/T1/scorecard.pdf").is_file()

    withdrawal = world.sign(corrected.entry, reason="boundaries of towns in dispute")
    step("withdrawn", withdrawal, now=AFTER)
    assert verified(world, kept)[-1] == "withdrawn"
    assert world.register.in_force("2024-en") is None
    assert final.entry.edition == "2024-en/3-final"
    index = (world.root / "release/index.html").read_text("utf-8")
    assert "boundaries of towns in dispute" in index and "6-corrected" in index
