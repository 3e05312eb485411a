"""A small workspace with a plan: a city, two parks, firms; two years of returns by rule."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

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
progress: {groups: {all: {weight: 1, members: {yield_of_energy: 1}}}}
"""
PLAN = """
zh: 五年规划
base_year: 2024
first_year: 2025
last_year: 2025
source: test
targets:
  T1: {indicator: yield_of_energy, type: level, value: 11, unit: CNY/kg, op: ">=", applies_to: [park], source: test, tag: P}
systems: {S: {en: System}}
measures:
  M1: {system: S, levels: [park], units: [office], checks: [{id: C1, levels: [park], type: bool}]}
"""
REGISTER = """entity_id,entity_type,name_zh,parent_id,valid_from,valid_to,formed_from,former_ids
P1,park,东园,,,,,
P2,park,西园,,,,,
E1,firm,甲,P1,,,,
E2,firm,乙,P1,,,,
E3,firm,丙,P2,,,,
E4,firm,丁,P2,,,,
E5,firm,戊,P2,,,,
"""
FILES = {
    "params/variables.yml": "output: {en: Output, unit: CNY}\nenergy: {en: Energy, unit: kg}\n",
    "params/disclosure.yml": "public_types: [park]\n",
    "params/checks.yml": "built_in: {same_as_last_year: false, sum_tolerance: 10}\n",
    "params/frameworks/firm.yml": FRAMEWORK,
    "params/frameworks/park.yml": "extends: firm\n",
    "params/plans/five.yml": PLAN,
    "params/runs/2025.yml": "plan: five\nissued: 2026-06-30\nvintage: final\ntitle: {zh: 循环}\n",
    "data/entities.csv": REGISTER,
    "data/2025/measures.csv": "check_id,entity_id,year,status,evidence_ref,inspector_unit\nC1,P1,2025,done,doc 1,office\n",
}  # fmt: skip


def returns(year: int, **energy: float) -> str:
    """Rows of a year: each entity's energy [kg], and an output of a tenth more a year."""
    factor = 10 * (1 + 0.1 * (year - 2024))
    rows = [f"{e},{year},energy,{v}\n{e},{year},output,{v * factor}\n" for e, v in energy.items()]
    return "entity_id,year,variable,value\n" + "".join(rows)


FIRST = {"P1": 30, "P2": 120, "E1": 10, "E2": 20, "E3": 30, "E4": 40, "E5": 50}


def make(root: Path, changed: Mapping[str, str] = {}) -> Path:
    """The workspace on disk, some of its files changed."""
    data = {f"data/{y}/observations.csv": returns(y, **FIRST) for y in (2024, 2025)}
    for name, text in {**FILES, **data, **changed}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return root


def publish(root: Path, year: int) -> Path:
    """The results of a year as a build leaves them."""
    from cescore.evaluation.yearly import evaluate_workspace
    from cescore.intake.workspace import Workspace
    from cescore.run.results.tables import write_tables

    folder = root / "output" / str(year)
    folder.mkdir(parents=True, exist_ok=True)
    write_tables(folder, evaluate_workspace(Workspace.load(root, year)), "zh")
    return folder


def edit_register(root: Path, *rows: str) -> None:
    """Replace the rows of every entity that the rows given name, and add them."""
    file = root / "data/entities.csv"
    named = {row.split(",")[0] for row in rows}
    lines = [
        line for line in file.read_text("utf-8").splitlines() if line.split(",")[0] not in named
    ]
    file.write_text("\n".join([*lines, *rows]) + "\n", encoding="utf-8")


def results(root: Path, year: int, of: int | None = None) -> dict[tuple[str, str, str], str]:
    """Entity, kind and code -> value in a year's published results, of that year or an earlier one."""
    with (root / f"output/{year}/results.csv").open(encoding="utf-8-sig") as file:
        return {
            (row["entity_id"], row["kind"], row["code"]): row["value"]
            for row in csv.DictReader(file)
            if row["year"] == str(of or year)
        }
