"""A whole above withheld figures is shown only where more of them are unknown than it and others tell."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

import pytest
from cases import evaluated, firms
from scipy.optimize import brentq

from cescore.disclosure.documents.bundle import Bundle
from cescore.disclosure.ledger.solvable import Beneath, JoinedWholes, ReleasedWholes
from cescore.disclosure.making.bundles import make_bundle
from cescore.method.disclosure.mean_bounds import MeanBounds

BENEATH = {"a": "x", "b": "x", "c": "yz", "d": "y", "e": "y"}  # indicator -> withheld operands


class Nearest:
    """Withheld figures beneath made-up indicators."""

    def nearest(self, cell: tuple[str, int]) -> frozenset[tuple[str, int]]:
        return frozenset((code, cell[1]) for code in BENEATH[cell[0]])

    deepest = nearest


def admitted(*wholes: str) -> list[bool]:
    """Which wholes above indicators of 2025, named by letter, are released one after the other."""
    equations = ReleasedWholes(Nearest())  # type: ignore[arg-type]
    return [equations.admits([(code, 2025) for code in whole]) for whole in wholes]


def test_two_indicators_of_one_withheld_figure_are_one_unknown() -> None:
    assert admitted("ab") == [False]


def test_a_second_whole_above_the_same_two_indicators_solves_them() -> None:
    assert admitted("cd", "cd") == [True, False]


def test_wholes_that_share_nothing_are_counted_apart_until_another_joins_them() -> None:
    assert admitted("cd", "ab", "ac", "ad") == [True, False, True, False]


def test_wholes_above_other_indicators_of_the_same_figures_are_counted_together() -> None:
    assert admitted("ad", "be") == [True, False]


@dataclass(frozen=True)
class Formula:
    names: frozenset[str]


class Formulas:
    """A rate of energy per output, beside its own of the year before; energy is coal and gas."""

    expressions: ClassVar = {
        "rate": Formula(frozenset({"rate", "energy", "output"})),
        "energy": Formula(frozenset({"coal", "gas"})),
    }


def test_an_indicator_stands_on_its_withheld_operands_of_the_year_down_to_what_was_returned() -> (
    None
):
    hidden = {code: frozenset({2025}) for code in ("rate", "energy", "coal")}
    beneath = Beneath(Formulas(), {**hidden, "output": frozenset({2024})})  # type: ignore[arg-type]
    now = beneath.nearest(("rate", 2025)), beneath.deepest(("rate", 2025))
    assert now == ({("energy", 2025)}, {("coal", 2025)})
    assert beneath.deepest(("rate", 2024)) == {("output", 2024)}
    for alone in (("rate", 2023), ("coal", 2025)):  # nothing beneath it is withheld, or stands
        assert beneath.nearest(alone) == beneath.deepest(alone) == {alone}


def test_no_more_unknowns_are_counted_than_the_fewest_of_three() -> None:
    three = frozenset((code, 2025) for code in "abc")
    assert JoinedWholes(1, three, frozenset([("x", 2025)]), three).unknowns == 1


def solve_for_output(bundle: Bundle) -> float | None:
    """The park's output by its index alone: material and waste are released, output stands in two rates."""
    index = bundle.evaluated.index.values[-1]
    material, waste, recycled = (
        bundle.record.values[c][-1] for c in ("material", "waste", "recycled")
    )
    assert bundle.record.values["output"][-1] is None and material and waste and recycled
    if index is None:
        return None

    def missed(output: float) -> float:
        scores = (output / material * 10, recycled / waste * 100, 100 - waste / output * 10)
        return sum(scores) / 3 - index

    return float(brentq(missed, waste / 9, material * 9))


@pytest.mark.parametrize("is_counted", [True, False])
def test_an_index_does_not_tell_the_output_that_two_of_its_rates_divide(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_counted: bool
) -> None:
    if not is_counted:
        monkeypatch.setattr(ReleasedWholes, "admits", lambda self, cells: True)
        monkeypatch.setattr(MeanBounds, "beneath", lambda self, whole: iter(()))
    frame = [replace(firm, material=10 * firm.material) for firm in firms(12, seed=4)]
    frame[0] = replace(frame[0], output=600_000.0)  # dominates, so the park's output is withheld
    made = make_bundle(evaluated(tmp_path, frame, beside=True), "PK1")
    true = sum(firm.output for firm in frame)
    expected = None if is_counted else pytest.approx(true, rel=1e-6)
    assert solve_for_output(made) == expected
