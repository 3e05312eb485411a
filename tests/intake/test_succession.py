"""Entities formed from others: what the register may say, and the histories that follow."""

from __future__ import annotations

import numpy as np
import pytest

from cescore.intake.findings import FindingLog
from cescore.intake.observations.carrying import Amounts, carry_back, lines_back
from cescore.intake.register.register_file import read_register
from cescore.intake.register.succession import formation_of, formations
from cescore.method.column import Flag, State

HEADER = "entity_id,entity_type,valid_from,valid_to,formed_from"
YEARS = (2024, 2025, 2026)


def read(tmp_path, *rows: str):
    path = tmp_path / "entities.csv"
    path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    log = FindingLog()
    return read_register(path, "data/entities.csv", log)[0], log.found


@pytest.mark.parametrize(
    ("rows", "kind", "shares"),
    [
        (("A,firm,,2025,", "B,firm,,2025,", "N,firm,2026,,A；B"), "merged", {"A": 1, "B": 1}),
        (("A,firm,,2025,", "N,firm,2026,,A:60%", "M,firm,2026,,A: 0.4"), "split", {"A": 0.6}),
        (("A,firm,,2025,", "N,firm,2026,,A", "M,firm,2026,,A"), "split", {"A": None}),
        (("A,firm,,,", "N,firm,2026,,A:0.25"), "split_off", {"A": 0.25}),
        (("A,firm,,2025,", "N,firm,2026,,A"), "continued", {"A": 1}),
        (("A,firm,,2025,", "N,firm,,2025,", "N,firm,2026,,A"), "taken_over", {"A": 1}),
    ],
)
def test_what_the_register_says_of_an_origin_has_a_kind_and_shares(tmp_path, rows, kind, shares):
    register, found = read(tmp_path, *rows)
    assert [f.code for f in found if f.severity != "info"] == []
    formation = next(f for f in formations(register) if f.entity_id == "N")
    assert (formation.year, formation.kind, dict(formation.shares)) == (2026, kind, shares)


@pytest.mark.parametrize(
    ("rows", "code", "place"),
    [
        (("A,firm,,2025,", "N,firm,2026,,A1"), "unknown_origin", "row 3"),
        (("N,firm,2026,,N",), "origin_circle", "row 2"),
        (("A,firm,2026,2026,N", "N,firm,2025,2025,A"), "origin_circle", "row 2"),
        (("A,park,,2025,", "N,firm,2026,,A"), "origin_of_other_type", "row 3"),
        (("A,firm,,,", "N,firm,2026,,A"), "origin_goes_on", "row 3"),
        (("A,firm,,2023,", "N,firm,2026,,A"), "origin_ended_before", "row 3"),
        (("A,firm,2027,,", "N,firm,2026,,A"), "origin_begins_later", "row 3"),
        (("A,firm,,2025,", "N,firm,,,A"), "formation_without_year", "row 3"),
        (("A,firm,,2025,", "N,firm,2026,,A:1.5"), "bad_origin", "row 3"),
        (("A,firm,,2025,", "N,firm,2026,,A;A"), "origin_twice", "row 3"),
        (("A,firm,,2025,", "N,firm,2026,,A:.7", "M,firm,2026,,A:.7"), "shares_above_whole", "row 4"),
        (("A,firm,,2025,", "N,firm,2026,,A:.5", "M,firm,2026,,A:.3"), "shares_below_whole", "row 4"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_told_at_its_row(tmp_path, rows, code, place):
    _, found = read(tmp_path, *rows)
    assert (code, place) in [(f.code, f.place) for f in found]


def test_only_what_is_sound_of_an_origin_is_used(tmp_path):
    register, _ = read(tmp_path, "A,firm,,,", "B,firm,,2025,", "N,firm,2026,,A;B")
    assert dict(formation_of("N", register).shares) == {"B": 1.0}


def amounts(*rows: list[float]) -> Amounts:
    """One variable of several entities; NaN is missing, -1 does not apply."""
    values = np.array([rows], float)
    state = np.where(np.isnan(values), State.MISSING, State.PRESENT).astype(np.uint8)
    state[values == -1] = State.NOT_APPLICABLE
    return Amounts(values, state, np.zeros(values.shape, np.uint8))


def carried(tmp_path, rows, held: Amounts, *, additive: bool = True) -> list[float]:
    """The history of the last entity of a register."""
    register, _ = read(tmp_path, *rows)
    row_of = {entity_id: i for i, entity_id in enumerate(register.entities)}
    free = np.isnan(held.values)
    for line in lines_back(register, row_of, YEARS):
        carry_back(line, held, np.array([additive]), free[:, line.row])
    return held.values[0, -1].tolist()


MERGER = ("A,firm,,2025,", "B,firm,2025,2025,", "N,firm,2026,,A;B")
NAN = float("nan")


def test_a_merged_entity_has_the_sum_of_those_that_were_there(tmp_path):
    held = amounts([10, 20, NAN], [NAN, 5, NAN], [NAN, NAN, 30])
    assert carried(tmp_path, MERGER, held) == [10, 25, 30]
    assert held.flags[0, 2].tolist() == [Flag.AGGREGATED, Flag.AGGREGATED, 0]


def test_a_missing_part_makes_the_sum_missing_and_what_does_not_apply_is_no_gap(tmp_path):
    held = amounts([10, 20, NAN], [NAN, NAN, NAN], [NAN, NAN, 30])
    assert np.isnan(carried(tmp_path, MERGER, held)[1])
    held = amounts([10, -1, NAN], [NAN, 5, NAN], [NAN, NAN, 30])
    assert carried(tmp_path, MERGER, held)[1] == 5


def test_rates_of_a_merged_entity_are_not_added(tmp_path):
    held = amounts([10, 20, NAN], [NAN, 5, NAN], [NAN, NAN, 30])
    assert np.isnan(carried(tmp_path, MERGER, held, additive=False)[:2]).all()


def test_a_part_of_a_split_entity_has_its_share_as_an_estimate(tmp_path):
    rows = ("A,firm,,2025,", "M,firm,2026,,A:.75", "N,firm,2026,,A:.25")
    held = amounts([100, 200, NAN], [NAN, NAN, 1], [NAN, NAN, 60])
    assert carried(tmp_path, rows, held) == [25, 50, 60]
    assert held.flags[0, 2].tolist() == [Flag.ESTIMATED, Flag.ESTIMATED, 0]


def test_without_shares_a_part_has_no_history(tmp_path):
    rows = ("A,firm,,2025,", "M,firm,2026,,A", "N,firm,2026,,A")
    held = amounts([100, 200, NAN], [NAN, NAN, 1], [NAN, NAN, 60])
    assert np.isnan(carried(tmp_path, rows, held)[:2]).all()


def test_an_entity_under_another_id_keeps_its_rates_too(tmp_path):
    held = amounts([10, 20, NAN], [NAN, NAN, 30])
    rows = ("A,firm,,2025,", "N,firm,2026,,A")
    assert carried(tmp_path, rows, held, additive=False) == [10, 20, 30]


def test_who_takes_another_over_keeps_the_history_it_had(tmp_path):
    rows = ("A,firm,,2025,", "N,firm,,2025,", "N,firm,2026,,A")
    held = amounts([10, 20, NAN], [1, 2, 30])
    assert carried(tmp_path, rows, held) == [1, 2, 30]


def test_a_history_goes_back_through_several_formations(tmp_path):
    rows = ("A,firm,,2024,", "B,firm,2025,2025,A", "N,firm,2026,,B")
    held = amounts([10, NAN, NAN], [NAN, 20, NAN], [NAN, NAN, 30])
    assert carried(tmp_path, rows, held) == [10, 20, 30]
