"""Accounts and indicators in their order."""

from __future__ import annotations

from cescore.method.column import Flag, State
from cescore.method.index.indicators import carried_year, compute_accounts, compute_indicators

from .builders import framework, indicator, panel


def test_accounts_may_stand_on_accounts_and_keep_the_panel() -> None:
    frame = framework(
        [indicator("I1", "gdp / mrc")],
        accounts={"fossil": "coal + oil", "mrc": "fossil + ore"},
    )
    data = panel({"coal": [[1]], "oil": [[2]], "ore": [[3]], "gdp": [[12]]})
    found = compute_accounts(data, frame, base_year=2020)
    assert list(found.columns) == ["coal", "oil", "ore", "gdp", "fossil", "mrc"]
    assert found.columns["mrc"].values.tolist() == [[6]]
    assert compute_indicators(data, frame, base_year=2020).columns["I1"].values.tolist() == [[2]]


def test_the_resolved_order_decides_not_the_order_of_writing() -> None:
    frame = framework([indicator("I2", "I1 * 2"), indicator("I1", "x")], order=("I1", "I2"))
    found = compute_indicators(panel({"x": [[3]]}), frame, base_year=2020)
    assert list(found.columns) == ["I2", "I1"]
    assert found.columns["I2"].values.tolist() == [[6]]


def test_an_account_may_stand_on_an_indicator() -> None:
    frame = framework([indicator("I1", "x")], accounts={"twice": "I1 * 2"}, order=("I1", "twice"))
    found = compute_accounts(panel({"x": [[3]]}), frame, base_year=2020)
    assert "I1" not in found.columns
    assert found.columns["twice"].values.tolist() == [[6]]


def test_an_indicator_nobody_collects_says_so() -> None:
    frame = framework([indicator("K01", collected=False, formula="", definition="in words")])
    found = compute_indicators(panel({"x": [[3]]}), frame, base_year=2020)
    assert found.columns["K01"].state.tolist() == [[State.NOT_COLLECTED]]


def test_the_latest_value_within_the_years_allowed_is_carried_and_flagged() -> None:
    frame = framework([indicator("I1", "x", latest_within=2), indicator("I2", "I1 * 2")])
    data = panel({"x": [[5, None, None, None], [5, None, 7, "na"]]})
    found = compute_indicators(data, frame, base_year=2020)
    i1 = found.columns["I1"]
    assert i1.values[0, :3].tolist() == [5, 5, 5]
    assert i1.state.tolist() == [[0, 0, 0, State.MISSING], [0, 0, 0, State.NOT_APPLICABLE]]
    assert i1.flags.tolist() == [[0, Flag.CARRIED, Flag.CARRIED, 0], [0, Flag.CARRIED, 0, 0]]
    assert found.columns["I2"].flags[0, 1] == Flag.CARRIED
    assert carried_year(found, frame, "I1")[:, :3].tolist() == [[2020] * 3, [2020, 2020, 2022]]
    assert carried_year(found, frame, "I2")[0, :3].tolist() == [2020] * 3


def test_formulas_use_executable_factor_and_named_constants() -> None:
    entry = indicator("I1", "gdp / mrc", executable="(gdp * k) / mrc", factor="10000")
    frame = framework([entry], factors={"k": 2})
    found = compute_indicators(panel({"gdp": [[5]], "mrc": [[10]]}), frame, base_year=2020)
    assert found.columns["I1"].values.tolist() == [[10000]]
