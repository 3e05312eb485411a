"""What stands beside an indicator in a report is released: medians, standings, ranks over the years."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from cases import Firm, evaluate_again, evaluated, firms, open_ledger

from cescore.disclosure.documents.bundle import Bundle
from cescore.disclosure.making.bundles import Bundler
from cescore.method.disclosure.rules import PeerFigure, standing


def bundle_of(root: Path, entity: str, frame: list[Firm], parks: tuple[str, ...]) -> Bundle:
    return Bundler(evaluated(root, frame, parks, beside=True)).bundle(entity)


def figure(bundle: Bundle, code: str) -> PeerFigure:
    assert bundle.peers is not None
    return next(f for f in bundle.peers.figures if f.code == code)


def test_of_a_scored_indicator_the_median_is_released_to_two_digits(tmp_path: Path) -> None:
    frame = firms(12)
    made = figure(bundle_of(tmp_path, frame[0].id, frame, ("PK1",)), "waste_rate")
    exact = float(np.median([firm.waste / firm.output for firm in frame]))
    assert made.median == pytest.approx(exact, rel=0.06) and made.median != exact
    assert made.rank is None and made.n == 12


def test_of_too_few_firms_no_median_of_any_indicator_is_released(tmp_path: Path) -> None:
    frame = firms(9)
    made = bundle_of(tmp_path, frame[0].id, frame, ("PK1",)).peers
    assert made is not None
    assert {(f.median, f.n, f.standing) for f in made.figures} == {(None, None, "")}


def test_public_bodies_are_ranked_by_headline_rates_only(tmp_path: Path) -> None:
    frame = [*firms(6, seed=1, park="PK1"), *firms(6, seed=2, park="PK2")]
    bundle = bundle_of(tmp_path, "PK1", frame, ("PK1", "PK2"))
    assert figure(bundle, "productivity").rank in (1, 2)
    assert figure(bundle, "waste_rate").rank is None


def giant_and_equals() -> list[Firm]:
    """Park PK1, which one firm dominates, and three parks of equals."""
    small = firms(5, seed=5)
    giant = replace(small[0], output=2_500_000.5, material=900_000.25, waste=77_777.25)
    others = [f for seed in (6, 7, 8) for f in firms(6, seed=seed, park=f"PK{seed}")]
    return [giant, *small[1:], *others]


PARKS = ("PK1", "PK6", "PK7", "PK8")


def numbers(found: object) -> Iterator[float]:
    """Every number of a bundle."""
    if isinstance(found, dict):
        for value in found.values():
            yield from numbers(value)
    elif isinstance(found, list):
        for value in found:
            yield from numbers(value)
    elif isinstance(found, int | float) and not isinstance(found, bool):
        yield float(found)


def shows(bundle: Bundle, secret: float) -> bool:
    """Whether a bundle holds a figure to the four digits that pages print of rates."""
    return any(abs(n - secret) <= 5e-4 * secret for n in numbers(bundle.model_dump(mode="json")))


@pytest.mark.parametrize("reader", ["PK6", "firm-6-000"])
def test_a_figure_that_is_withheld_stands_nowhere_in_anothers_report(
    reader: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    frame = giant_and_equals()
    of_park = [f for f in frame if f.park == "PK1"]
    rate = sum(f.output for f in of_park) / sum(f.material for f in of_park)
    waste = sum(f.waste for f in of_park) / sum(f.output for f in of_park)
    secrets = [rate, waste, frame[0].output, frame[0].rate]
    bundle = bundle_of(tmp_path, reader, frame, PARKS)
    assert not [secret for secret in secrets if shows(bundle, secret)]
    open_ledger(monkeypatch)
    opened = bundle_of(tmp_path, "PK6", frame, PARKS)
    assert shows(opened, rate)  # the test sees it where the gate is open


def test_a_body_that_is_withheld_takes_no_rank_in_any_year_and_leaves_no_gap(
    tmp_path: Path,
) -> None:
    frame = giant_and_equals()
    bundler = Bundler(evaluated(tmp_path, frame, PARKS, beside=True))
    ranks = {park: bundler.bundle(park).peers for park in PARKS}
    for place in range(2):  # 2024, 2025
        found = [peers.ranks[place].rank for peers in ranks.values() if peers is not None]
        # and with it a second one, or the city less the others would tell its figures
        assert found[0] is None and sorted(r for r in found if r is not None) == [1, 2]
        assert {peers.ranks[place].n for peers in ranks.values() if peers is not None} == {2}


def test_this_year_s_rank_is_that_of_the_index_with_a_band_around_it(tmp_path: Path) -> None:
    bundler = Bundler(evaluated(tmp_path, giant_and_equals(), PARKS, beside=True))
    ranked = [park for park in PARKS if park in bundler.gate.cleared]
    bundle = bundler.bundle(ranked[0])
    assert bundle.peers is not None
    last = bundle.peers.ranks[-1]
    assert (last.year, last.rank, last.n) == (2025, figure(bundle, "INDEX").rank, 2)
    assert last.low is not None and last.high is not None
    assert 1 <= last.low <= last.high <= 2


def test_a_respondent_is_shown_no_rank_of_any_year(tmp_path: Path) -> None:
    bundle = bundle_of(tmp_path, "firm-6-000", giant_and_equals(), PARKS)
    assert bundle.peers is not None and bundle.peers.ranks == ()


def test_a_firm_that_closed_since_still_dominates_the_year_it_was_open_in(tmp_path: Path) -> None:
    frame = giant_and_equals()
    evaluated(tmp_path, frame, PARKS, beside=True)
    register = tmp_path / "data/entities.csv"
    lines = register.read_text(encoding="utf-8").splitlines()
    lines[0] += ",valid_to"
    closed = [f"{line},{2024 if frame[0].id in line else ''}" for line in lines[1:]]
    register.write_text("\n".join([lines[0], *closed]) + "\n", encoding="utf-8")
    returns = tmp_path / "data/2025/observations.csv"
    kept = [
        line for line in returns.read_text("utf-8").splitlines() if not line.startswith(frame[0].id)
    ]
    returns.write_text("\n".join(kept) + "\n", encoding="utf-8")
    peers = Bundler(evaluate_again(tmp_path)).bundle("PK1").peers
    assert peers is not None
    assert peers.ranks[0].rank is None  # in 2024 the giant was there


@pytest.mark.parametrize(
    ("values", "own", "direction", "word"),
    [
        ([9, 8, 7, 6, 5, 4, 3, 1], 9, 1, "strength"),
        ([9, 8, 7, 6, 5, 4, 3, 1], 1, 1, "weakness"),
        ([9, 8, 7, 6, 5, 4, 3, 1], 1, -1, "strength"),
        ([9, 9, 9, 6, 5, 4, 3, 1], 9, 1, ""),  # three share the best place: more than a quarter
        ([5] * 8, 5, 1, ""),
        ([9, 8, 7, 6, 5, 4, 1], 9, 1, ""),  # no quarters of seven
    ],
)
def test_ties_are_neither_strength_nor_weakness(
    values: list[float], own: float, direction: int, word: str
) -> None:
    assert standing(np.array(values, float), own, direction) == word
