"""Standard coal and CO2 of fuels, with the vintage and basis of each factor, and changes of intensity.

A series rests on one set of factors: electricity on the calorific basis (当量) and on the basis of the
coal burnt for it (等价) differ two- to threefold, and a change of set is no change of energy use.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import pandas as pd

from cescore.definitions.model import Factor
from cescore.errors import MethodError
from cescore.method.column import Panel

STANDARD_COAL_KJ_PER_KG = 29307.6  # 7000 kcal of 4.1868 kJ
KJ_PER_KWH = 3600.0
CO2_PER_CARBON = 44 / 12
WEAKEST_LAST = "SVCMP"  # evidence tags
BASES: Mapping[str, str] = {
    "calorific": "calorific 当量",
    "equivalent": "equivalent 等价",
    "当量": "calorific 当量",
    "等价": "equivalent 等价",
}


def standard_coal_coefficient(calorific_value: float) -> float:
    """Standard coal per unit of fuel [kgce] for a net calorific value [kJ per the same unit].

    Tables print coefficients of their own for typical fuels (raw coal 20,908 kJ/kg as 0.7143, in
    calories of 4.1816 J); this is the definition, for a measured value.

    Examples
    --------
    >>> round(standard_coal_coefficient(20_934), 4), round(standard_coal_coefficient(3600), 4)
    (0.7143, 0.1228)
    """
    if not calorific_value > 0:
        raise MethodError(f"a calorific value of {calorific_value:g} kJ, expected above 0")
    return calorific_value / STANDARD_COAL_KJ_PER_KG


@dataclass(frozen=True)
class FactorSet:
    """Standard coal per unit of each fuel, as one source has it in one year."""

    name: str
    vintage: int  # year of the table, or of the power statistics
    basis: Literal["calorific", "equivalent"]  # of electricity: 当量, 等价
    coefficients: Mapping[str, float]  # fuel -> tce per its unit
    source: str
    tag: str

    def with_electricity(
        self, coal_per_kwh: float, *, vintage: int, source: str, tag: str
    ) -> FactorSet:
        """The set on the equivalent basis: coal burnt per kWh [kgce], of a stated year and source.

        Raises
        ------
        MethodError
            Less coal than the electricity itself holds: that would be the calorific basis.
        """
        if not coal_per_kwh > standard_coal_coefficient(KJ_PER_KWH):
            found = f"{coal_per_kwh:g} kgce per kWh"
            raise MethodError(f"{found} is no equivalent value, expected above 0.1228")
        electricity = coal_per_kwh * 10  # tce per 10k kWh
        return replace(
            self,
            name=f"{self.name}, electricity {vintage}",
            vintage=vintage,
            basis="equivalent",
            coefficients={**self.coefficients, "electricity": electricity},
            source=f"{self.source}; {source}",
            tag=max(self.tag, tag, key=WEAKEST_LAST.index),
        )


def factor_set(
    factors: Mapping[str, Factor],
    *,
    name: str,
    vintage: int,
    basis: Literal["calorific", "equivalent"],
    prefix: str = "coef_",
) -> FactorSet:
    """The coefficients that params/accounts.yml hold under a common beginning of their codes.

    Raises
    ------
    MethodError
        There is none.
    """
    chosen = {c.removeprefix(prefix): f for c, f in factors.items() if c.startswith(prefix)}
    if not chosen:
        raise MethodError(f"no factor begins with {prefix!r}")
    return FactorSet(
        name=name,
        vintage=vintage,
        basis=basis,
        coefficients={fuel: factor.value for fuel, factor in chosen.items()},
        source="; ".join(dict.fromkeys(factor.source for factor in chosen.values())),
        tag=max((factor.tag for factor in chosen.values()), key=WEAKEST_LAST.index),
    )


def to_standard_coal(quantities: Mapping[str, pd.Series], factors: FactorSet) -> pd.DataFrame:
    """Standard coal [tce] of each fuel, one column per fuel; missing stays missing.

    Units as the returns have them: t, natural gas 10k m³, electricity 10k kWh, heat GJ.

    Raises
    ------
    MethodError
        Fuels the set has no coefficient for, all named.
    """
    unknown = sorted(set(quantities) - set(factors.coefficients))
    if unknown:
        raise MethodError(f"{factors.name} has no coefficient for {', '.join(unknown)}")
    return pd.DataFrame({fuel: q * factors.coefficients[fuel] for fuel, q in quantities.items()})


def standard_coal_series(
    quantities: Mapping[int, Mapping[str, pd.Series]], factors: Mapping[int, FactorSet]
) -> pd.DataFrame:
    """Total standard coal [tce] by year, one column per year, on one set of factors.

    Raises
    ------
    MethodError
        The years' sets differ in basis or vintage: convert all years with one of them.
    """
    refuse_mixed({year: factors[year] for year in quantities})
    return pd.DataFrame(
        {
            year: to_standard_coal(of_year, factors[year]).sum(axis=1, skipna=False)
            for year, of_year in quantities.items()
        }
    )


def refuse_mixed(factors: Mapping[int, FactorSet]) -> None:
    """Refuse a series whose years rest on different bases or vintages, naming each."""
    kinds = {(one.basis, one.vintage) for one in factors.values()}
    if len(kinds) > 1:
        listed = ", ".join(
            f"{year}: {BASES[one.basis]} of {one.vintage}" for year, one in sorted(factors.items())
        )
        raise MethodError(f"one series on different factors ({listed}), expected one set")


def mixed_bases(panel: Panel, code: str = "energy_basis") -> dict[str, dict[int, str]]:
    """Entities whose series changes its basis, with the basis of each year that states one.

    当量 and calorific are one word, so are 等价 and equivalent.
    """
    found: dict[str, dict[int, str]] = {}
    texts = panel.codes.get(code)
    if texts is None:
        return found
    for row, entity in enumerate(panel.entities):
        stated = {year: _basis(texts[row, i]) for i, year in enumerate(panel.years)}
        known = {year: basis for year, basis in stated.items() if basis}
        if len(set(known.values())) > 1:
            found[entity] = known
    return found


def _basis(text: object) -> str:
    word = str(text or "").strip()
    return BASES.get(word, word)


@dataclass(frozen=True)
class FuelCarbon:
    """What burning a fuel gives off, by its three factors."""

    calorific_value: float  # GJ per unit of fuel
    carbon: float  # tC per GJ
    oxidation: float  # share of the carbon that burns, 0-1
    source: str
    tag: str

    @property
    def co2(self) -> float:
        """t CO2 per unit of fuel: calorific value · carbon content · oxidation · 44/12.

        Examples
        --------
        >>> round(DEFAULT_CARBON["bituminous_coal"].co2, 4)
        2.0715
        """
        return self.calorific_value * self.carbon * self.oxidation * CO2_PER_CARBON


_GUIDE = "国家发展改革委行业企业温室气体核算方法与报告指南的缺省值"
DEFAULT_CARBON: Mapping[str, FuelCarbon] = {  # per tonne
    "anthracite": FuelCarbon(24.515, 0.02749, 0.94, _GUIDE, "V"),
    "bituminous_coal": FuelCarbon(23.204, 0.02618, 0.93, _GUIDE, "V"),
    "lignite": FuelCarbon(14.449, 0.02800, 0.96, _GUIDE, "V"),
    "washed_coal": FuelCarbon(26.344, 0.02540, 0.93, _GUIDE, "V"),
    "coke": FuelCarbon(28.446, 0.02940, 0.93, _GUIDE, "V"),
}


def energy_co2(
    fuels: Mapping[str, pd.Series],
    *,
    net_electricity: pd.Series,
    grid_factor: float,
    carbon: Mapping[str, FuelCarbon] = DEFAULT_CARBON,
) -> pd.Series:
    """CO2 [t] of the fuels burnt and of net electricity bought [MWh] at a grid factor [t/MWh].

    The grid factor is a parameter with a year and a source of its own; a series uses one.

    Raises
    ------
    MethodError
        Fuels without factors, all named.
    """
    unknown = sorted(set(fuels) - set(carbon))
    if unknown:
        raise MethodError(f"no carbon factors for {', '.join(unknown)}")
    burnt = [quantity * carbon[fuel].co2 for fuel, quantity in fuels.items()]
    total: pd.Series = sum(burnt, net_electricity * grid_factor)
    return total


def intensity_change(use_growth: float, value_growth: float) -> float:
    """Change of use per value from the growth of both, fractions: (1 + g_use) / (1 + g_value) - 1.

    Never the difference of the two growth rates.

    Examples
    --------
    >>> round(100 * intensity_change(0.008, 0.0241), 2)  # Jilin 2020
    -1.57
    """
    if not value_growth > -1:
        raise MethodError(f"a growth of {value_growth:g} leaves no value to divide by")
    return (1 + use_growth) / (1 + value_growth) - 1


def implied_value_growth(use_growth: float, change: float) -> float:
    """The growth of value that a published growth of use and change of intensity stand on."""
    return intensity_change(use_growth, change)


def elasticity(use_growth: float, value_growth: float) -> float | None:
    """Growth of use per growth of value; None at zero growth, where it is not defined."""
    return use_growth / value_growth if value_growth else None
