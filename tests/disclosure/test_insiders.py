"""Attacks of who knows a part of what is withheld: a firm that is most of one score, or of one credit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from cases import Firm, evaluated, firms

from cescore.disclosure.documents.bundle import Bundle
from cescore.disclosure.ledger import few_withheld
from cescore.disclosure.ledger.few_withheld import WithheldMember, gives_one_away
from cescore.disclosure.making.bundles import make_bundle
from cescore.disclosure.released.shown_wholes import ShownWholes

CLOSE = 0.1  # of the p % rule
RECYCLER, MAKER = 0, 1


def two_giants(recycled: float, beside: float = 0.0) -> list[Firm]:
    """A park in which one firm recycles nearly all, and another makes nearly all; its output per material
    is 2.6 of 10, of its waste two fifths are recycled."""
    frame = [replace(f, material=10 * f.material, recycled=beside / 11) for f in firms(12, seed=4)]
    frame[RECYCLER] = replace(frame[RECYCLER], recycled=recycled)
    frame[MAKER] = replace(frame[MAKER], output=600_000.0)
    return frame


def output_by_its_index(bundle: Bundle, own: Firm) -> float | None:
    """What the recycler takes for the park's output: its own recycling is the one score, the index is the
    mean of two."""
    record = {code: values[-1] for code, values in bundle.record.values.items()}
    assert record["output"] is None and record["recycled"] is None
    index, material, waste = bundle.evaluated.index.values[-1], record["material"], record["waste"]
    assert material and waste
    return None if index is None else (2 * index - 100 * own.recycled / waste) / 10 * material


@pytest.mark.parametrize("is_in", [True, False], ids=["gate in", "gate out"])
@pytest.mark.parametrize(
    ("recycled", "beside"), [(10_000.0, 0.0), (9_500.0, 500.0)], ids=["all", "most"]
)
def test_a_firm_that_knows_one_of_two_withheld_scores_does_not_solve_an_index_for_the_other(
    recycled: float, beside: float, is_in: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    if not is_in:
        monkeypatch.setattr(ShownWholes, "_known_to_insiders", lambda *a: iter(()))
    frame = two_giants(recycled, beside)
    guess = output_by_its_index(make_bundle(evaluated(tmp_path, frame), "PK1"), frame[RECYCLER])
    secret, others = frame[MAKER].output, sum(f.output for f in frame) - frame[MAKER].output
    is_inferred = guess is not None and abs(guess - others - secret) <= CLOSE * secret
    assert is_inferred is not is_in


def test_an_index_stands_above_two_scores_of_which_nobody_is_the_most(tmp_path: Path) -> None:
    """Two firms make nearly all and two others recycle nearly all: who is half of one knows it not."""
    frame = two_giants(5_000.0)
    frame[2] = replace(frame[2], recycled=5_000.0)
    frame[3] = replace(frame[3], output=600_000.0)
    bundle = make_bundle(evaluated(tmp_path, frame), "PK1")
    assert bundle.record.values["output"][-1] is None is bundle.record.values["recycled"][-1]
    assert bundle.evaluated.index.values[-1] is not None


def members(*points: float, owners: str = "") -> list[WithheldMember]:
    return [
        WithheldMember(frozenset([f"f{i}"]), owner.strip(), p)
        for i, (p, owner) in enumerate(zip(points, owners.ljust(len(points)), strict=True))
    ]


def bounds(points: list[float]) -> Iterator[tuple[float, float, float]]:
    """What everybody knows of each credit by the sum of all, which lie between 0 and 1."""
    for one in points:
        most_others = len(points) - 1
        yield max(sum(points) - most_others, 0.0), one, min(sum(points), 1.0)


@pytest.mark.parametrize("is_in", [True, False], ids=["gate in", "gate out"])
@pytest.mark.parametrize("points", [[0.98, 0.97, 0.96], [0.02, 0.03, 0.01]], ids=["most", "least"])
def test_three_credits_near_their_joint_end_are_not_told_by_their_sum(
    points: list[float], is_in: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The way to the goal is as long as the number itself, so the number is known as the credit is."""
    if not is_in:
        monkeypatch.setattr(few_withheld, "_is_narrow", lambda members: False)
    is_shown = not gives_one_away(members(*points))
    known = all((1 + high) / (1 + low) - 1 < CLOSE for low, _, high in bounds(points))
    assert known and is_shown is not is_in


@pytest.mark.parametrize(
    ("points", "is_told"),
    [
        ((0.5, 0.5, 0.5), False),
        ((0.75, 0.75, 0.75), False),  # each may be 0.25 to 1
        ((0.9, 0.9, 0.7), True),  # the last is no less than half of all
        ((1.0, 0.4, 0.2), False),
        ((0.1, 0.1, 0.1), True),  # none is more than 0.3
        ((0.6, 0.99, 0.99, 0.97), True),
        ((0.1, 0.9, 0.1, 0.9), False),
    ],
)
def test_a_sum_leaves_each_of_its_members_a_quarter_of_the_scale(
    points: tuple[float, ...], is_told: bool
) -> None:
    assert gives_one_away(members(*points)) is is_told


def test_who_returned_most_of_one_of_four_knows_the_sum_of_the_others() -> None:
    """Together the four are far from either end; less the first they are near it."""
    points = (0.1, 0.9, 0.9, 0.9)
    assert gives_one_away(members(*points, owners="x"))
    assert not gives_one_away(members(0.1, 0.6, 0.6, 0.6, owners="x"))
