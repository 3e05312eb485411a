"""Two editions of a made-up publication, read together: nobody's value follows from what came in between.

The first edition lacks a firm that filed late. The audit of `publications` reads the bundles of both.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from publications import YEAR, Audit, MadeUp, Row, made_up, write
from test_publications import audited

from cescore.disclosure.ledger.kept_pattern import FILE
from cescore.disclosure.ledger.ledger import Ledger
from cescore.disclosure.ledger.printed_sums import PrintedSum, PrintedSums
from cescore.evaluation.yearly import evaluate_workspace
from cescore.intake.workspace import Workspace


def without(world: MadeUp, firm: str) -> MadeUp:
    """The world before a firm filed: bodies' figures are less by what it returned."""
    figures = {
        (b, c): value - world.values[firm, c] * (b in world.place[firm])
        for (b, c), value in world.figures.items()
    }
    return replace(
        world,
        figures=figures,
        values={(f, c): value for (f, c), value in world.values.items() if f != firm},
        place={f: at for f, at in world.place.items() if f != firm},
        holder={f: whose for f, whose in world.holder.items() if f != firm},
        industry={f: named for f, named in world.industry.items() if f != firm},
    )


def edition(root: Path, world: MadeUp) -> Audit:
    """What everybody reads of an edition, its pattern kept beside those before it."""
    write(root, world)
    pattern = Ledger(evaluate_workspace(Workspace.load(root, YEAR))).pattern()
    (root / FILE).write_text(pattern.text(), encoding="utf-8")
    return audited(root, world)


def read_together(root: Path, first: MadeUp, second: MadeUp) -> list[str]:
    """Whose value of the second edition follows for everybody who kept the first."""
    before, after = edition(root, first), edition(root, second)
    assert list(after.violations([""])) == []
    both = type("Both", (TwoEditions,), {"earlier": before.rows})
    return list(both(second, after.made, after.tiled).violations([""]))


class TwoEditions(Audit):
    """The audit of an edition with what the one before it printed; rests are those that they were."""

    earlier: Sequence[Row] = ()

    def _balances(self) -> Iterator[Row]:
        yield from super()._balances()
        yield from self.earlier


def nothing_before(sums: PrintedSums) -> Iterator[PrintedSum]:
    return iter(())


LATE = {  # seed, whether a rate of energy is scored, what the ledger reads it by
    "an industry of one firm, which no edition totals, gets a second": (
        1,
        False,
        "_printed_earlier",
    ),
    "the first firm of a body": (6, False, "_printed_earlier"),
    "a total that was rounded to two digits": (8, True, "_totalled_earlier"),
    "an account above what is withheld": (7, True, "_above_earlier"),
}
FIRM = "F0"


@pytest.mark.parametrize("is_in", [True, False], ids=["ledger in", "ledger out"])
@pytest.mark.parametrize("name", LATE)
def test_a_late_return_is_not_what_one_edition_has_more_than_the_other(
    name: str, is_in: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    seed, scores_energy, gate = LATE[name]
    if not is_in:
        monkeypatch.setattr(PrintedSums, gate, nothing_before)
    world = replace(made_up(seed), scores_energy=scores_energy)
    found = read_together(tmp_path, without(world, FIRM), world)
    assert bool(found) is not is_in
