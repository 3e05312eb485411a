"""What entities that moved, merged or changed their code do to panels, sums and rules, year by year."""

from __future__ import annotations

from pathlib import Path

import pytest

from cescore.intake.workspace import Workspace

FRAMEWORK = """
version: "1"
source: test
index: {code: IDX, en: Index}
headline: {resource_output_rate: yield_of_energy}
groups: {all: {en: All, weight: 1}}
indicators:
  yield_of_energy:
    en: Output per energy
    formula: output / energy
    unit: CNY/kg
    direction: 1
    group: all
    weight: 1
    goalposts: {2020: {worst: 0, best: 100, source: test, tag: P}}
    source: test
    tag: P
"""
VARIABLES = """
output: {en: Output, unit: CNY}
energy: {en: Energy, unit: kg, formerly: [energy_old]}
"""
CHECKS = """
built_in: {same_as_last_year: false}
rules:
  adds_up:
    {en: adds up, rule: "energy == sum_over(firm, energy)", severity: soft, entity_types: [park]}
"""
RUN = "year: 2026\nfirst_year: 2025\nbase_year: 2025\n"
HEADER = "entity_id,year,variable,value\n"
REGISTER = """entity_id,entity_type,parent_id,valid_from,valid_to,formed_from,former_ids
P1,park,,,,,
P2,park,,,,,
E1,firm,P1,,2025,,
E1,firm,P2,2026,,,
E2,firm,P1,,,,
E3,firm,P2,,2025,,
E4,firm,P2,,2025,,
E5,firm,P2,2026,,E3;E4,
"""


@pytest.fixture
def load(tmp_path: Path):
    """A workspace of parks with firms, the register and rows as given, loaded for 2026."""

    def do(rows: dict[int, str], register: str = REGISTER, year: int = 2026) -> Workspace:
        files = {
            "params/variables.yml": VARIABLES,
            "params/checks.yml": CHECKS,
            "params/disclosure.yml": "public_types: [park]\n",
            "params/frameworks/firm.yml": FRAMEWORK,
            "params/frameworks/park.yml": "extends: firm\n",
            "params/runs/2026.yml": RUN,
            "data/entities.csv": register,
            **{f"data/{y}/observations.csv": HEADER + text for y, text in rows.items()},
        }
        for name, text in files.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text, encoding="utf-8")
        return Workspace.load(tmp_path, year)

    return do


def rows(year: int, **energy: float) -> str:
    return "".join(
        f"{e},{year},energy,{v}\n{e},{year},output,{10 * v}\n" for e, v in energy.items()
    )


MOVED = {
    2025: rows(2025, P1=3, P2=12, E1=1, E2=2, E3=4, E4=8),
    2026: rows(2026, P1=2, P2=13.5, E1=1.5, E2=2, E5=12),
}


def energy(workspace: Workspace, entity_type: str, entity_id: str) -> list[float]:
    panel = workspace.panels[entity_type]
    return panel.columns["energy"].values[panel.row(entity_id)].tolist()


def test_a_firm_that_moved_counts_in_its_old_park_then_and_in_its_new_one_now(load):
    workspace = load(MOVED)
    assert [f for f in workspace.findings if f.severity != "info"] == []
    wrong = {**MOVED, 2025: MOVED[2025].replace("P1,2025,energy,3", "P1,2025,energy,2")}
    (told,) = [f for f in load(wrong).findings if f.code == "adds_up"]
    assert (told.entity_id, told.year) == ("P1", 2025)
    assert "E1" in told.found and "E2" in told.found


def test_the_run_of_an_older_year_sees_the_entities_of_that_year(load):
    workspace = load(MOVED, year=2025)
    assert workspace.register["E1"].parent_id == "P1"
    assert [e.entity_id for e in workspace.entities("firm")] == ["E1", "E2", "E3", "E4"]


def test_a_merged_firm_has_the_sum_of_its_parts_and_a_sound_source(load):
    workspace = load(MOVED)
    assert energy(workspace, "firm", "E5") == [12, 12]
    assert workspace.sources("E5", "energy", 2025) == "sum of E3, E4"
    assert [e.entity_id for e in workspace.entities("firm")] == ["E1", "E2", "E5"]


def test_sums_over_bodies_follow_who_lay_in_them(load):
    register = """entity_id,entity_type,parent_id,valid_from,valid_to,formed_from,former_ids
C1,city,,,,,
C2,city,,,,,
P1,park,C1,,2025,,
P1,park,C2,2026,,,
P2,park,C1,,,,
P3,park,C2,,,,
"""
    workspace = load({y: rows(y, P1=1, P2=2, P3=4) for y in (2025, 2026)}, register)
    assert energy(workspace, "city", "C1") == [3, 2]
    assert energy(workspace, "city", "C2") == [4, 5]
    assert workspace.sources("C2", "energy", 2026) == "sum of P3, P1"


def test_returns_under_a_former_code_are_those_of_the_entity(load):
    register = "entity_id,entity_type,former_ids\nE9,firm,E1\n"
    workspace = load({2025: rows(2025, E1=3), 2026: rows(2026, E9=4)}, register)
    assert energy(workspace, "firm", "E9") == [3, 4]
    assert workspace.sources("E9", "energy", 2025) == "data/2025/observations.csv:2"
    assert [f.code for f in workspace.findings if f.severity == "error"] == []


def test_returns_under_a_former_code_of_a_variable_are_its_own(load):
    old = rows(2025, E1=3).replace("energy", "energy_old")
    workspace = load({2025: old, 2026: rows(2026, E1=4)}, "entity_id,entity_type\nE1,firm\n")
    assert energy(workspace, "firm", "E1") == [3, 4]


def test_one_cell_under_both_codes_is_told_and_not_taken_twice(load):
    both = rows(2026, E1=3) + "E1,2026,energy_old,4\n"
    workspace = load({2025: rows(2025, E1=3), 2026: both}, "entity_id,entity_type\nE1,firm\n")
    assert "conflicting_rows" in [f.code for f in workspace.findings if f.severity == "error"]


def test_a_correction_under_former_codes_is_of_those_of_today(load, tmp_path):
    entry = (
        "- {variable: energy_old, entity_id: E1, year: 2025, action: set, value: 5,"
        " reason: typed wrong, by: {name: Li, role: clerk}, reported: 2026-01-02}\n"
    )
    (tmp_path / "data").mkdir()
    (tmp_path / "data/corrections.yml").write_text(entry, encoding="utf-8")
    register = "entity_id,entity_type,former_ids\nE9,firm,E1\n"
    workspace = load({2025: rows(2025, E1=3), 2026: rows(2026, E9=4)}, register)
    assert energy(workspace, "firm", "E9") == [5, 4]
