"""Standard coal, CO2 and intensity: published tables, and what may not be mixed."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cescore.definitions.model import Factor
from cescore.errors import MethodError
from cescore.method.column import Panel
from cescore.method.energy import (
    CO2_PER_CARBON,
    DEFAULT_CARBON,
    STANDARD_COAL_KJ_PER_KG,
    FactorSet,
    FuelCarbon,
    elasticity,
    energy_co2,
    factor_set,
    implied_value_growth,
    intensity_change,
    mixed_bases,
    refuse_mixed,
    standard_coal_coefficient,
    standard_coal_series,
    to_standard_coal,
)


def calorific(**changed: float) -> FactorSet:
    values = {"coef_raw_coal": 0.7143, "coef_electricity": 1.229} | changed
    factors = {
        code: Factor(code=code, value=value, unit="tce/t", source="GB/T 2589", tag="V")
        for code, value in values.items()
    }
    return factor_set(factors, name="GB/T 2589", vintage=2020, basis="calorific")


def equivalent(vintage: int = 2025) -> FactorSet:
    return calorific().with_electricity(0.3, vintage=vintage, source="power statistics", tag="M")


def tonnes(value: float) -> pd.Series:
    return pd.Series({"A": value})


# 20,908 kJ/kg and so on: GB/T 2589 and the provincial greenhouse-gas guideline in one published table
# (book118.com, 各种能源折标准煤及碳排放参考系数): calorific value [kJ], kgce, tC/TJ, oxidation, kg CO2 per unit
TABLE = [
    ("raw coal", 20_908, 0.7143, 26.37, 0.94, 1.9003),
    ("coke", 28_435, 0.9714, 29.5, 0.93, 2.8604),
    ("crude oil", 41_816, 1.4286, 20.1, 0.98, 3.0202),
    ("fuel oil", 41_816, 1.4286, 21.1, 0.98, 3.1705),
    ("gasoline", 43_070, 1.4714, 18.9, 0.98, 2.9251),
    ("kerosene", 43_070, 1.4714, 19.5, 0.98, 3.0179),
    ("diesel", 42_652, 1.4571, 20.2, 0.98, 3.0959),
    ("LPG", 50_179, 1.7143, 17.2, 0.98, 3.1013),
    ("refinery gas", 46_055, 1.5714, 18.2, 0.98, 3.0119),
    ("natural gas", 38_931, 1.3300, 15.3, 0.99, 2.1622),
]


@pytest.mark.parametrize(("fuel", "kj", "kgce", "carbon", "oxidation", "co2"), TABLE)
def test_a_published_table_of_fuels(
    fuel: str, kj: float, kgce: float, carbon: float, oxidation: float, co2: float
) -> None:
    factors = FuelCarbon(kj / 1e6, carbon / 1e3, oxidation, "table", "V")
    assert factors.co2 * 1000 == pytest.approx(co2, abs=1e-4), fuel
    # most of the table is in calories of 4.1816 J, where standard coal has 29,271 kJ: 0.13 % apart
    assert standard_coal_coefficient(kj) == pytest.approx(kgce, rel=2e-3), fuel
    if fuel not in {"refinery gas", "natural gas"}:
        assert kj / 4.1816 / 7000 == pytest.approx(kgce, abs=5e-5), fuel


def test_the_basis_of_standard_coal() -> None:
    assert pytest.approx(7000 * 4.1868) == STANDARD_COAL_KJ_PER_KG
    assert standard_coal_coefficient(3600) == pytest.approx(0.1229, abs=1e-4)
    assert standard_coal_coefficient(20_934) == pytest.approx(0.7143, abs=5e-5)
    assert pytest.approx(3.6667, abs=5e-5) == CO2_PER_CARBON


@pytest.mark.parametrize(
    ("fuel", "co2"),
    [("anthracite", 2.3228), ("bituminous_coal", 2.0715), ("lignite", 1.4241), ("washed_coal", 2.2818), ("coke", 2.8518)],
)  # fmt: skip
def test_the_default_set_gives_the_published_factors(fuel: str, co2: float) -> None:
    assert DEFAULT_CARBON[fuel].co2 == pytest.approx(co2, abs=6e-5)
    assert DEFAULT_CARBON[fuel].tag == "V"


def test_fuels_are_converted_one_by_one() -> None:
    found = to_standard_coal({"raw_coal": tonnes(100), "electricity": tonnes(10)}, calorific())
    assert found.loc["A"].tolist() == pytest.approx([71.43, 12.29])


def test_a_fuel_without_a_coefficient_is_named() -> None:
    with pytest.raises(MethodError, match="no coefficient for peat, straw"):
        to_standard_coal({"straw": tonnes(1), "peat": tonnes(1)}, calorific())


def test_the_equivalent_basis_needs_its_own_year_and_source_and_keeps_the_weaker_tag() -> None:
    found = equivalent(2023)
    assert (found.basis, found.vintage, found.tag) == ("equivalent", 2023, "M")
    assert found.coefficients["electricity"] == pytest.approx(3.0)
    assert found.coefficients["raw_coal"] == 0.7143
    assert "power statistics" in found.source


def test_the_calorific_value_is_refused_as_an_equivalent_one() -> None:
    with pytest.raises(MethodError, match="no equivalent value"):
        calorific().with_electricity(0.1228, vintage=2023, source="x", tag="M")


def test_a_series_on_two_bases_is_refused_by_year() -> None:
    used = {2020: {"electricity": tonnes(10)}, 2021: {"electricity": tonnes(10)}}
    with pytest.raises(MethodError, match=r"2020: calorific 当量 of 2020, 2021: equivalent 等价"):
        standard_coal_series(used, {2020: calorific(), 2021: equivalent()})


def test_a_series_on_two_vintages_of_one_basis_is_refused_too() -> None:
    with pytest.raises(MethodError, match="expected one set"):
        refuse_mixed({2020: equivalent(2020), 2021: equivalent(2021)})


def test_a_series_on_one_set_adds_its_fuels_up() -> None:
    used = {year: {"raw_coal": tonnes(100), "electricity": tonnes(10)} for year in (2020, 2021)}
    found = standard_coal_series(used, dict.fromkeys(used, calorific()))
    assert found.loc["A"].tolist() == pytest.approx([83.72, 83.72])
    used[2021]["raw_coal"] = tonnes(np.nan)
    assert standard_coal_series(used, dict.fromkeys(used, calorific())).loc[
        "A"
    ].isna().tolist() == [False, True]


def test_the_same_electricity_differs_more_than_twofold_between_the_bases() -> None:
    ratio = equivalent().coefficients["electricity"] / calorific().coefficients["electricity"]
    assert ratio == pytest.approx(2.44, abs=0.005)


def test_an_entity_that_changes_its_basis_is_found_and_one_that_states_it_once_is_not() -> None:
    texts = np.array(
        [["当量", "calorific", ""], ["等价", "", "calorific"], ["", "等价", None]], object
    )
    panel = Panel(("A", "B", "C"), (2020, 2021, 2022), codes={"energy_basis": texts})
    found = mixed_bases(panel)
    assert list(found) == ["B"]
    assert found["B"] == {2020: "equivalent 等价", 2022: "calorific 当量"}
    assert mixed_bases(Panel(("A",), (2020,))) == {}


def test_co2_counts_fuels_and_net_electricity() -> None:
    found = energy_co2(
        {"bituminous_coal": tonnes(1000)}, net_electricity=tonnes(-100), grid_factor=0.5
    )
    assert found["A"] == pytest.approx(2071.5 - 50, abs=0.1)
    with pytest.raises(MethodError, match="no carbon factors for straw"):
        energy_co2({"straw": tonnes(1)}, net_electricity=tonnes(0), grid_factor=0.5)


@pytest.mark.parametrize(
    ("intensity", "use", "value"),
    [(-1.57, 0.8, 2.41), (3.96, 4.6, 0.62), (-0.1, 2.2, 2.30)],  # Jilin, Liaoning, China 2020
)
def test_growth_rates_divide(intensity: float, use: float, value: float) -> None:
    assert 100 * implied_value_growth(use / 100, intensity / 100) == pytest.approx(value, abs=0.005)
    assert 100 * intensity_change(use / 100, value / 100) == pytest.approx(intensity, abs=0.01)


def test_the_plain_difference_of_growth_rates_is_another_number() -> None:
    assert 100 * intensity_change(0.20, 0.50) == pytest.approx(-20)
    assert 20 - 50 == -30


def test_elasticity_is_undefined_at_zero_growth() -> None:
    assert elasticity(0.05, 0.10) == 0.5
    assert elasticity(0.05, 0.0) is None
