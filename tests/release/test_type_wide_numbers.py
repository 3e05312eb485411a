"""What the public reads of whole types is no equation in the scores of a body that prints none."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from cescore.disclosure.released.gate import Gate
from cescore.evaluation.yearly import evaluate_workspace
from cescore.intake.workspace import Workspace
from tests.release.world import World

WEIGHT = 1 / 3  # of loans per energy, in the index of towns


def shifts(world: World) -> dict[str, float]:
    """Points by which towns move without an indicator, on the average of the two."""
    edition = world.folder(world.final().edition)
    with (edition / "public/uncertainty.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["kind"] == "removal_index"]
    return {row["code"]: float(row["value"]) for row in rows if row["entity_type"] == "town"}


def scores_of(root: Path, town: str) -> list[float]:
    evaluation = evaluate_workspace(Workspace.load(root)).evaluations["town"]
    row = evaluation.panel.row(town)
    columns = evaluation.scored.scores.columns
    return [float(columns[c].values[row, -1]) for c in ("loans_per_energy", "repair_rate")]


@pytest.mark.parametrize("is_in", [True, False], ids=["gate in", "gate out"])
def test_a_mean_over_two_towns_is_not_the_one_s_that_prints_no_score(
    is_in: bool, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T2 is its sole library. T1 prints all, and what is left of the mean is how far T2's scores are apart."""
    if not is_in:
        monkeypatch.setattr(
            Gate, "told_without", lambda gate, kind: frozenset(["loans_per_energy", "repair_rate"])
        )
    found = shifts(world)
    own, secret = scores_of(world.root, "T1"), scores_of(world.root, "T2")
    left = 2 * found.get("repair_rate", 0.0) - (1 - WEIGHT) * abs(own[0] - own[1])
    follows = abs(left / (1 - WEIGHT) - abs(secret[0] - secret[1])) < 0.5
    assert follows is not is_in
    assert bool(found) is not is_in
