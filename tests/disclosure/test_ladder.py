"""The ladder of ways to a material's use: flows, the energy balance, the plants that use it, or none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import chain, combinations
from pathlib import Path

import numpy as np
import pytest

from cescore.errors import ParamsError
from cescore.intake.workspace import Workspace
from cescore.method.column import Flag, State
from cescore.method.index.evaluation import TypeEvaluation, evaluate

VARIABLES = """
gdp: {en: GDP, unit: 10k CNY, entity_types: [city, district]}
inflow: {en: Inflow, unit: t, additive: false, entity_types: [city, district]}
balance: {en: Use in the energy balance, unit: kt, entity_types: [city, district]}
stone: {en: Stone used, unit: kg, entity_types: [firm]}
product: {en: Product, kind: code, unit: code, entity_types: [firm]}
stone_of_kilns:
  en: Stone used by kilns
  unit: t
  entity_types: [city, district]
  additive: false
  estimate: {formula: "sum_over(firm, stone)", only: {industry: [cement]}, source: made, tag: P}
"""
ACCOUNTS = """
accounts:
  stone_use:
    en: Stone
    unit: t
    source: made
    tag: P
    ladder:
      - {rung: flows, zh: 调入, en: flows, formula: inflow}
      - {rung: energy_balance, zh: 能源平衡, en: the energy balance, formula: balance}
      - {rung: users, zh: 用户, en: plants that use it, formula: stone_of_kilns}
"""
FRAMEWORK = """
version: "1"
source: made
index: {code: IDX, en: Index}
groups: {all: {en: All, weight: 1}}
indicators:
  productivity:
    {en: Productivity, formula: gdp / positive(stone_use), unit: CNY/t, direction: 1, group: all,
     weight: 1, goalposts: {2020: {worst: 0, best: 100, source: made, tag: P}}, source: made, tag: P}
"""
FIRMS = {"D1": 5, "D2": 6, "D3": 1}  # kilns in each district


@pytest.fixture
def load(tmp_path: Path) -> Callable[..., Workspace]:
    """A city of three districts with kilns; the n-th kiln uses 10 + n t, and a mill beside them 1,000 t."""

    def do(
        firms: Mapping[str, int] = FIRMS, rows: tuple[str, ...] = (), **changed: str
    ) -> Workspace:
        register = ["entity_id,entity_type,parent_id,industry", "C1,city,,"]
        lines = ["entity_id,year,variable,value", "C1,2024,gdp,900"]
        for district, number in firms.items():
            register.append(f"{district},district,C1,")
            lines.append(f"{district},2024,gdp,300")
            for n in range(number):
                register.append(f"{district}F{n},firm,{district},cement")
                lines.append(f"{district}F{n},2024,stone,{(10 + n) * 1000}")
        register.append("D1M,firm,D1,mill")
        lines.append("D1M,2024,stone,1000000")
        files = {
            "params/variables.yml": VARIABLES,
            "params/accounts.yml": ACCOUNTS,
            "params/disclosure.yml": "public_types: [city, district]\nmin_contributors: 4\n",
            "params/frameworks/district.yml": FRAMEWORK,
            "params/frameworks/city.yml": "extends: district\n",
            "data/entities.csv": "\n".join(register) + "\n",
            "data/2024/observations.csv": "\n".join([*lines, *rows]) + "\n",
            **changed,
        }
        for name, text in files.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text, encoding="utf-8")
        return Workspace.load(tmp_path, 2024)

    return do


def evaluated(loaded: Workspace, entity_type: str) -> TypeEvaluation:
    framework = loaded.definitions.frameworks[entity_type]
    return evaluate(loaded.panels[entity_type], framework, base_year=2024, run_year=2024)


def found(loaded: Workspace, entity_id: str) -> tuple[str, float | None, bool]:
    """The rung of an entity, its figure in t, and whether that is marked as an estimate."""
    whole = evaluated(loaded, loaded.register[entity_id].entity_type)
    row, column = whole.panel.row(entity_id), whole.accounts.column("stone_use")
    is_present = column.state[row, 0] == State.PRESENT
    value = round(float(column.values[row, 0]), 9) if is_present else None
    return whole.rungs["stone_use"][row, 0], value, bool(column.flags[row, 0] & Flag.ESTIMATED)


def test_each_rung_is_taken_where_those_above_it_have_nothing(load):
    loaded = load(rows=("D1,2024,inflow,7", "D1,2024,balance,8", "D2,2024,balance,0.009"))
    assert found(loaded, "D1") == ("flows", 7, False)
    assert found(loaded, "D2") == ("energy_balance", 9, True)
    assert found(loaded, "C1") == ("users", 60 + 75 + 10, True)  # the mill is no kiln
    assert found(load(firms={"D1": 0, "D2": 0}), "D2") == ("not_available", None, False)


def test_the_results_say_which_rung(load):
    loaded = load(rows=("D1,2024,inflow,7", "D2,2024,balance,0.009"))
    rows = evaluated(loaded, "district").results()
    rows = rows[rows["kind"] == "rung"].set_index("entity_id")
    assert rows["status"].to_dict() == {
        "D1": "flows", "D2": "energy_balance", "D3": "not_available"}  # fmt: skip
    assert rows["value"].dropna().to_dict() == {"D1": 1, "D2": 2}


def test_the_use_of_a_single_kiln_is_in_the_citys_total_alone(load):
    loaded = load()
    assert found(loaded, "D3") == ("not_available", None, False)
    column = loaded.panels["district"].column("stone_of_kilns")
    assert column.state[2, 0] == State.SUPPRESSED and np.isnan(column.values[2, 0])
    assert loaded.sources("D3", "stone_of_kilns", 2024).startswith("estimate withheld")
    assert found(loaded, "C1")[1] == 145


def solvable(loaded: Workspace) -> set[frozenset[str]]:
    """Groups of at most three kilns whose sum follows from all figures of bodies taken together."""
    kilns = [e.entity_id for e in loaded.register if e.industry == "cement"]
    sums = [np.zeros((0, len(kilns)))]
    for entity_type in ("city", "district"):
        panel = loaded.panels[entity_type]
        for body, is_there in zip(
            panel.entities, panel.column("stone_of_kilns").is_present[:, 0], strict=True
        ):
            if is_there:
                sums.append(np.array([[float(body == "C1" or k[:2] == body) for k in kilns]]))
    known = np.vstack(sums)
    few = chain.from_iterable(combinations(range(len(kilns)), n) for n in (1, 2, 3))
    rank = np.linalg.matrix_rank(known) if len(known) else 0
    found: set[frozenset[str]] = set()
    for group in few:
        wanted = np.isin(np.arange(len(kilns)), group).astype(float)
        if np.linalg.matrix_rank(np.vstack([known, wanted])) == rank:
            found.add(frozenset(kilns[i] for i in group))
    return found


@pytest.mark.parametrize(
    "firms",
    [
        FIRMS,
        {"D1": 5, "D2": 6, "D3": 2},
        {"D1": 5, "D2": 2, "D3": 1},
        {"D1": 4, "D2": 4},
        {"D1": 3},
    ],
)
def test_no_kiln_follows_from_a_difference_of_bodies(load, firms):
    assert solvable(load(firms)) == set()


def test_without_the_gate_the_single_kiln_follows(load, monkeypatch):
    everything = "cescore.method.disclosure.member_sums.MemberSums.releasable"
    monkeypatch.setattr(everything, lambda self, members, values, holders: [True] * len(members))
    assert frozenset({"D3F0"}) in solvable(load())


def test_firms_of_one_holding_are_one_contributor(load):
    loaded = load(firms={"D1": 5})
    assert found(loaded, "D1")[0] == "users"
    register = "\n".join(
        ["entity_id,entity_type,parent_id,industry,holding_id", "C1,city,,,", "D1,district,C1,,"]
        + [f"D1F{n},firm,D1,cement,H" for n in range(5)]
        + ["D1M,firm,D1,mill,"]
    )
    held = load(firms={"D1": 5}, **{"data/entities.csv": register + "\n"})
    assert found(held, "D1")[0] == "not_available"


def test_two_choices_of_members_are_guarded_together(load):
    """All firms of a body less its kilns would be the one mill."""
    every = """
stone_of_all:
  en: Stone used by all
  unit: t
  entity_types: [city, district]
  additive: false
  estimate: {formula: "sum_over(firm, stone)", source: made, tag: P}
"""
    rows = ("D1,2024,stone_of_all,", "D1,2024,stone_of_kilns,")
    loaded = load(firms={"D1": 5}, rows=rows, **{"params/variables.yml": VARIABLES + every})
    panel = loaded.panels["district"]
    shown = [bool(panel.column(f"stone_of_{w}").is_present[0, 0]) for w in ("all", "kilns")]
    assert sum(shown) < 2


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("    tag: P\n    ladder", "    tag: P\n    formula: inflow\n    ladder", "a formula beside it"),
        ("rung: users", "rung: flows", "'flows' twice"),
        ("formula: stone_of_kilns", "formula: stone_of_kilms", "unknown code 'stone_of_kilms'"),
        ("formula: balance", "formula: balance +", "ladder.energy_balance"),
        ("formula: balance", "formula: gdp", "CNY"),
    ],
)  # fmt: skip
def test_a_ladder_that_contradicts_itself_is_refused(load, old, new, said):
    assert old in ACCOUNTS
    with pytest.raises(ParamsError, match=said):
        load(**{"params/accounts.yml": ACCOUNTS.replace(old, new)})


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("{industry: [cement]}", "{industri: [cement]}", "'industri'.*nearest: industry"),
        ('"sum_over(firm, stone)"', "inflow", "a formula of no others"),
    ],
)
def test_a_choice_of_members_is_checked(load, old, new, said):
    with pytest.raises(ParamsError, match=said):
        load(**{"params/variables.yml": VARIABLES.replace(old, new)})
