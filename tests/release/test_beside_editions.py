"""An edition beside every one before it, whatever has become of the pattern that is kept in data/."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cescore.disclosure.ledger.kept_pattern import FILE
from cescore.disclosure.ledger.ledger import Ledger
from cescore.release.releasing import Releasing
from tests.release.world import LOANS, Printer, World, write_returns

LATE = "L5"


def without_the_late_one(root: Path) -> None:
    write_returns(root, T1=LOANS["T1"] - LOANS[LATE])
    path = root / "data/2024/observations.csv"
    lines = path.read_text("utf-8").splitlines()
    kept = [line for line in lines if not line.startswith(f"{LATE},")]
    path.write_text("\n".join([*kept, ""]), encoding="utf-8")


def loans_per_energy(world: World, edition: str) -> float | None:
    raw = (world.folder(edition) / "public/town/T1/result.json").read_bytes()
    found: float | None = json.loads(raw)["headline"]["resource_output_rate"]["value"]
    return found


@pytest.mark.parametrize("is_in", [True, False], ids=["audit in", "audit out"])
def test_a_pattern_that_was_begun_anew_hides_no_edition_from_the_audit(
    is_in: bool, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever divides by the energy, which is the same for all, has the loans of both editions."""
    if not is_in:
        monkeypatch.setattr(Ledger, "breaches_beside_earlier", lambda ledger, withheld: [])
    without_the_late_one(world.root)
    first = world.final()
    (world.root / FILE).unlink()
    write_returns(world.root)
    draft = world.take("draft")
    made = world.take("reviewed", world.sign(draft.entry, world.answers(draft)))
    told = {(one.code, dict(one.values).get("target")) for one in made.against}
    assert told == ({("ledger_since", LATE)} if is_in else set())
    assert first.edition == "2024-en/3-final" and loans_per_energy(world, first.edition)


def test_the_pattern_of_that_edition_is_the_way_out(world: World) -> None:
    without_the_late_one(world.root)
    world.final()
    write_returns(world.root)  # and its pattern still lies in data/
    draft = world.take("draft")
    made = world.take("reviewed", world.sign(draft.entry, world.answers(draft)))
    assert made.against == ()


def test_an_edition_whose_pattern_was_not_kept_is_none(world: World) -> None:
    draft = Releasing(world._asked, world.proposal("draft"), Printer, world.said).take()
    made = world.take("reviewed", world.sign(draft.entry, world.answers(draft)))
    assert [one.code for one in made.against] == ["not_protected"]
