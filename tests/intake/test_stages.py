"""The register in time: who an entity was in which year, and where it lay."""

from __future__ import annotations

from cescore.intake.findings import FindingLog
from cescore.intake.register.bodies import BODIES
from cescore.intake.register.entities import Entity
from cescore.intake.register.register_file import read_register

HEADER = (
    "entity_id,entity_type,name_zh,parent_id,counted_in,valid_from,valid_to,formed_from,former_ids"
)
PARKS = ("P1,park,东园,,,,,,", "P2,park,西园,,,,,,")


def read(tmp_path, *rows: str):
    path = tmp_path / "entities.csv"
    path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    log = FindingLog()
    return read_register(path, "data/entities.csv", log)[0], log


def codes(log: FindingLog) -> list[tuple[str, str]]:
    return [(f.severity, f.code) for f in log.found]


def test_a_firm_that_moved_lies_in_its_old_park_in_the_old_years(tmp_path):
    rows = ("E1,firm,甲,P1,,,2025,,", "E1,firm,甲,P2,,2026,,,")
    register, log = read(tmp_path, *PARKS, *rows)
    assert [e.entity_id for e in register.as_of(2025).members("P1")] == ["E1"]
    assert [e.entity_id for e in register.as_of(2026).members("P1")] == []
    assert [e.entity_id for e in register.as_of(2026).members("P2")] == ["E1"]
    assert [[*years] for _, years in register.epochs(range(2024, 2028))] == [
        [2024, 2025], [2026, 2027],
    ]  # fmt: skip
    assert codes(log) == [("info", "entity_changed")]


def test_a_state_of_any_year_tells_the_years_of_the_whole_entity(tmp_path):
    rows = ("E1,firm,旧名,P1,,2021,2023,,", "E1,firm,新名,P1,,2024,2026,,")
    register, _ = read(tmp_path, *PARKS, *rows)
    before, after = register.as_of(2022)["E1"], register.as_of(2030)["E1"]
    assert (before.name_zh, after.name_zh) == ("旧名", "新名")
    assert {(e.valid_from, e.valid_to) for e in (before, after)} == {(2021, 2026)}


def test_rows_may_stand_in_any_order(tmp_path):
    rows = ("E1,firm,新名,P1,,2024,,,", "E1,firm,旧名,P1,,,2023,,")
    register, log = read(tmp_path, *PARKS, *rows)
    assert [register.as_of(y)["E1"].name_zh for y in (2023, 2024)] == ["旧名", "新名"]
    assert codes(log) == [("info", "entity_changed")]


def test_years_between_two_rows_are_told_and_the_entity_is_away_in_them(tmp_path):
    rows = ("E1,firm,甲,P1,,,2021,,", "E1,firm,甲,P1,,2024,,,")
    register, log = read(tmp_path, *PARKS, *rows)
    assert [y for y in range(2020, 2026) if register["E1"].is_valid_in(y)] == [
        2020,
        2021,
        2024,
        2025,
    ]
    gap = next(f for f in log.found if f.code == "entity_gap")
    assert gap.place == "row 5" and gap.found.startswith("no row holds in 2022-2023")


def test_a_third_row_that_overlaps_any_of_the_others_is_an_error(tmp_path):
    rows = ("E1,firm,甲,P1,,,2021,,", "E1,firm,甲,P2,,2024,,,", "E1,firm,甲,,,2021,2023,,")
    _, log = read(tmp_path, *PARKS, *rows)
    assert ("error", "conflicting_entity") in codes(log)


def test_a_circle_of_bodies_in_one_year_alone_is_an_error(tmp_path):
    rows = ("P3,park,丙,,,,2025,,", "P3,park,丙,P4,,2026,,,", "P4,park,丁,P3,,2026,,,")
    register, log = read(tmp_path, *rows)
    assert {f.entity_id for f in log.found if f.code == "parent_circle"} == {"P3", "P4"}
    assert all(getattr(e, column) == "" for e in register for column in BODIES)


def test_a_row_that_goes_on_in_a_body_that_ended_is_told(tmp_path):
    register, log = read(tmp_path, "P1,park,东园,,,,2025,,", "E1,firm,甲,P1,,,,,")
    (told,) = [f for f in log.found if f.code == "body_ended"]
    assert (told.severity, told.place, told.entity_id) == ("warning", "row 3", "E1")
    _, log = read(tmp_path, "P1,park,东园,,,,2025,,", "E1,firm,甲,P1,,,2025,,")
    assert codes(log) == []
    assert register["E1"].parent_id == "P1"


def test_a_code_that_an_entity_had_before_is_read_as_the_one_it_has_now(tmp_path):
    rows = ("220482,district,某区,,,,,,220402", "E1,firm,甲,220402,,,,,", "E2,firm,乙,,220402,,,,")
    register, log = read(tmp_path, *rows)
    assert log.found == []
    assert [e.entity_id for e in register.children("220482")] == ["E1"]
    assert register["E2"].counted_in == "220482"


def test_a_former_code_in_use_or_claimed_twice_is_an_error(tmp_path):
    rows = ("A,firm,甲,,,,,,B", "B,firm,乙,,,,,,", "C,firm,丙,,,,,,X", "D,firm,丁,,,,,,X")
    register, log = read(tmp_path, *rows)
    assert [(f.code, f.entity_id, f.place) for f in log.found] == [
        ("former_id_in_use", "A", "row 2"), ("former_id_in_use", "D", "row 5"),
    ]  # fmt: skip
    assert register.current_ids == {"X": "C"}


def test_a_register_without_changes_is_the_same_in_every_year(tmp_path):
    register, _ = read(tmp_path, *PARKS)
    assert register.as_of(1999) is register and register.turns == ()
    assert register["P1"] == Entity("P1", "park", name_zh="东园")
