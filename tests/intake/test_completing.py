"""What was not returned and can be had from what was: estimates, and net flows summed over bodies."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cescore.errors import ParamsError
from cescore.intake.workspace import Workspace
from cescore.method.column import Flag, State
from cescore.method.index.indicators import compute_accounts

VARIABLES = """
gdp_current: {en: GDP at current prices, unit: CNY}
gdp_constant:
  en: GDP at constant prices
  unit: 1000 CNY
  estimate: {formula: "gdp_current * in_body(city, gdp_constant / gdp_current)", source: made, tag: P}
inflow: {en: Inflow, unit: t, additive: false}
outflow: {en: Outflow, unit: t, additive: false}
stock: {en: Stock change, unit: t, sign: any}
"""
ACCOUNTS = """
accounts:
  net:
    {en: Net inflow, unit: t, formula: "total(inflow, -outflow)", summed: true, source: made, tag: P,
     entity_types: [city, district]}
  consumed:
    {en: Consumption, unit: kt, formula: "total(net, -stock)", source: made, tag: P,
     entity_types: [city, district]}
"""
FRAMEWORK = """
version: "1"
source: test
index: {code: IDX, en: Index}
groups: {all: {en: All, weight: 1}}
indicators:
  productivity:
    {en: Productivity, formula: gdp_constant / positive(consumed), unit: CNY/t, direction: 1, group: all,
     weight: 1, goalposts: {2020: {worst: 0, best: 100, source: test, tag: P}}, source: test, tag: P}
"""
REGISTER = """entity_id,entity_type,parent_id,counted_in
C1,city,,
D1,district,C1,
D2,district,C1,
DX,district,C1,D1
"""
ROWS = {
    "C1": {"gdp_current": 1000, "gdp_constant": 0.8},
    "D1": {"gdp_current": 500, "inflow": 90, "outflow": 20, "stock": 5},
    "D2": {"gdp_current": 300, "gdp_constant": 0.27, "inflow": 30, "outflow": 60, "stock": -1},
    "DX": {"gdp_current": 100, "inflow": 40, "outflow": 10, "stock": 1},
}


@pytest.fixture
def load(tmp_path: Path) -> Callable[..., Workspace]:
    """A city of two districts and a zone inside one of them, some rows changed (None: left out)."""

    def do(rows: dict[str, dict[str, float | None]] | None = None, **changed: str) -> Workspace:
        lines = ["entity_id,year,variable,value"]
        for entity_id, values in ROWS.items():
            kept = {**values, **(rows or {}).get(entity_id, {})}
            lines += [f"{entity_id},2024,{c},{v}" for c, v in kept.items() if v is not None]
        files = {
            "params/variables.yml": VARIABLES,
            "params/accounts.yml": ACCOUNTS,
            "params/frameworks/district.yml": FRAMEWORK,
            "params/frameworks/city.yml": "extends: district\n",
            "data/entities.csv": REGISTER,
            "data/2024/observations.csv": "\n".join(lines) + "\n",
            **changed,
        }
        for name, text in files.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text, encoding="utf-8")
        return Workspace.load(tmp_path, 2024)

    return do


def value(loaded: Workspace, entity_id: str, code: str) -> tuple[float | None, Flag]:
    """A variable or account of 2024 with its flags; None where there is none."""
    entity_type = loaded.register[entity_id].entity_type
    framework = loaded.definitions.frameworks[entity_type]
    panel = compute_accounts(loaded.panels[entity_type], framework, base_year=2024)
    column, row = panel.column(code), panel.row(entity_id)
    is_present = column.state[row, 0] == State.PRESENT
    return (float(column.values[row, 0]) if is_present else None), Flag(int(column.flags[row, 0]))


def test_constant_prices_are_deflated_by_the_city_and_marked(load):
    loaded = load()
    assert value(loaded, "D1", "gdp_constant") == (0.4, Flag.ESTIMATED)
    assert value(loaded, "DX", "gdp_constant") == (0.08, Flag.ESTIMATED)
    assert loaded.sources("D1", "gdp_constant", 2024).startswith("estimated: gdp_current *")


def test_a_figure_that_was_returned_is_never_touched(load):
    assert value(load(), "D2", "gdp_constant") == (0.27, Flag.NONE)
    assert value(load(), "C1", "gdp_constant") == (0.8, Flag.NONE)


def test_an_estimate_without_what_it_stands_on_is_none(load):
    assert value(load({"C1": {"gdp_constant": None}}), "D1", "gdp_constant")[0] is None
    assert value(load({"D1": {"gdp_current": None}}), "D1", "gdp_constant")[0] is None


def test_the_city_sums_net_flows_and_the_zone_is_not_added_twice(load):
    loaded = load()
    assert value(loaded, "C1", "net") == (40, Flag.AGGREGATED)  # 70 - 30, without the zone's 30
    assert value(loaded, "C1", "consumed") == (pytest.approx(0.036), Flag.AGGREGATED)
    assert loaded.sources("C1", "net", 2024) == "sum of net over district"


def test_flows_over_the_citys_own_border_stand_before_the_sum(load):
    loaded = load({"C1": {"inflow": 100, "outflow": 63}})
    assert value(loaded, "C1", "net") == (37, Flag.NONE)


def test_a_sum_with_a_gap_is_no_sum(load):
    assert value(load({"D2": {"outflow": None}}), "C1", "net")[0] is None


def test_an_estimate_is_checked_like_a_formula(load):
    slip = VARIABLES.replace("* in_body(city, gdp_constant / gdp_current)", "* gdp_constnat")
    with pytest.raises(ParamsError, match=r"variables.gdp_constant.estimate.*'gdp_constnat'"):
        load(**{"params/variables.yml": slip})
    unit = VARIABLES.replace("* in_body(city, gdp_constant / gdp_current)", "* gdp_current")
    with pytest.raises(ParamsError, match=r"gdp_constant.estimate.formula.*declared is"):
        load(**{"params/variables.yml": unit})
