"""A territory's people, product, energy, materials, water and industrial waste."""

from __future__ import annotations

import numpy as np

from sample.firms import T, opening_stock
from sample.frame import TERRITORIES
from sample.lines import FUELS, POLLUTANTS, WASTES
from sample.places import (
    AREA,
    CONSTRUCTION,
    DEFLATOR,
    DONGLIAO_2022,
    EXTRACTION,
    GDP_2022,
    GROWTH_BESIDE,
    HAS_FARMS,
    INDUSTRY_OF_SECONDARY,
    INDUSTRY_WATER_2025,
    INTENSITY_2020,
    INTENSITY_2025,
    LIVING_FUELS,
    MATERIALS,
    OUTFLOW,
    POPULATION,
    POPULATION_GROWTH,
    PRIMARY_2022,
    REAL_GROWTH,
    SECONDARY_2022,
    SMALL_INDUSTRY_FUELS,
    SMALL_INDUSTRY_LEAST,
    URBAN,
    USE,
    WATER_2020,
    WATER_2025,
    Place,
)
from sample.sums import Y, fill_gaps, sums_by
from sample.table import (
    COEFFICIENTS,
    EQUIVALENT_ELECTRICITY,
    OILS,
    WASTE_FLOWS,
    Floats,
    close_waste,
    energy_co2,
    energy_equivalent,
    round_as_returned,
    rounded,
    total,
)


def economy(v: dict[str, Floats], p: Place) -> None:
    """People, GDP and its parts, industry, land [person, 10k CNY, ha]."""
    v["pop_resident"] = rounded(p.each(POPULATION) * np.exp(p.each(POPULATION_GROWTH) * T))
    v["pop_urban"] = rounded(p.each(URBAN) * np.exp((p.each(POPULATION_GROWTH) + 0.008) * T))
    real = np.cumprod(1 + REAL_GROWTH + np.where(T > 0, p.each(GROWTH_BESIDE), 0.0), axis=1)
    base = rounded(p.each(GDP_2022) / (real[:, 2:3] * DEFLATOR[2]))
    v["gdp_constant"] = rounded(base * real)
    current = rounded(v["gdp_constant"] * DEFLATOR)
    current[:, 2] = p.each(GDP_2022)[:, 0]
    primary = current * p.each(PRIMARY_2022) * np.exp(-0.012 * (T - 2))
    industry_min = p.of_firms("va_industry_current") * 1.04
    secondary = current * p.each(SECONDARY_2022) * np.exp(-0.004 * (T - 2))
    v["va_industry_current"] = np.maximum(secondary * p.each(INDUSTRY_OF_SECONDARY), industry_min)
    p.zone_as_park("va_industry_current", v["va_industry_current"])
    secondary = np.maximum(secondary, v["va_industry_current"] * 1.05)
    v["va_primary"], v["va_secondary"] = rounded(primary), rounded(secondary)
    county = np.arange(p.frames) * len(TERRITORIES) + 3
    v["va_primary"][county, 2], v["va_secondary"][county, 2] = DONGLIAO_2022[0], DONGLIAO_2022[1]
    v["gdp_current"] = current
    v["va_tertiary"] = current - v["va_primary"] - v["va_secondary"]
    price = np.array([1.0, 1.019, 1.030, 1.024, 1.019, 1.025])
    v["va_industry_constant"] = p.zone_as_park(
        "va_industry_constant", v["va_industry_current"] / price
    )
    below = 1.05 + 0.06 * p.rng.random((p.n, 1))
    v["output_value"] = p.zone_as_park("output_value", p.of_firms("output_value") * below)
    ones = np.ones(p.valid.shape)
    v["n_above_scale"] = np.nan_to_num(sums_by(p.cell, p.n, p.valid, ones))
    v["ce_industry_output"] = np.maximum(p.of_firms("ce_industry_output") * 1.03, 2100)
    p.zone_as_park("ce_industry_output", v["ce_industry_output"])
    v["reman_output"] = p.of_firms("reman_output")
    v["land_total"] = p.each(AREA) * np.ones(Y)
    v["land_construction"] = p.each(CONSTRUCTION) * (1 + 0.006 * T)
    land = np.maximum(
        p.of_firms("land_industrial") * 1.25, p.each([620, 420, 760, 640, 260]) * (1 + 0.008 * T)
    )
    v["land_industrial"] = np.maximum(p.zone_as_park("land_industrial", land), 200.0)


SMALL_HEAT_PLANTS = 0.25  # heat of plants below the scale of the frame, to that of those in it


def energy(v: dict[str, Floats], p: Place) -> None:
    """Fuels of firms, homes, services and small works; the total on the equivalent basis; CO2 of the fuels.

    The territory's total follows its path per GDP. The firms' fuels are their returns', those of
    homes, services, transport and farms go by residents, and small industry uses the rest.
    """
    path = 1 + p.each(INTENSITY_2025) * np.array([0.0, 0.17, 0.40, 0.60, 0.82, 1.0])
    wanted = v["gdp_constant"] * p.each(INTENSITY_2020) * path * np.where(T == 0, 1, p.noise(0.004))
    for code in ("energy_transformation_output", "power_supplied", "heat_supplied"):
        v[code] = p.of_firms(code)
    small_plants = SMALL_HEAT_PLANTS * v["heat_supplied"]
    v["heat_supplied"] = v["heat_supplied"] + small_plants
    v["energy_transformation_output"] += small_plants * COEFFICIENTS["heat"]
    rural = v["pop_resident"] - v["pop_urban"]
    for fuel in FUELS:
        urban_use, rural_use, change = LIVING_FUELS.get(fuel, (0.0, 0.0, 0.0))
        living = (v["pop_urban"] * urban_use + rural * rural_use) * np.exp(change * T)
        v[f"energy_{fuel}"] = p.of_firms(f"energy_{fuel}") + living
    # heat stays in its district: what firms do not buy of it warms homes, or is lost on the way there
    v["energy_heat"] = np.maximum(v["energy_heat"], v["heat_supplied"])
    raised = EQUIVALENT_ELECTRICITY / COEFFICIENTS["electricity"] - 1
    per_tce = 1 + SMALL_INDUSTRY_FUELS["electricity"] * raised
    least = SMALL_INDUSTRY_LEAST * p.of_firms("energy_total_tce")
    small = np.maximum((wanted - energy_equivalent(v)) / per_tce, least)
    for fuel, share in SMALL_INDUSTRY_FUELS.items():
        v[f"energy_{fuel}"] = v[f"energy_{fuel}"] + small * share / COEFFICIENTS[fuel]
    for fuel in FUELS:
        v[f"energy_{fuel}"] = round_as_returned(
            f"energy_{fuel}", p.units[f"energy_{fuel}"], v[f"energy_{fuel}"]
        )
    v["energy_total_tce"] = rounded(energy_equivalent(v))
    v["co2_energy"] = energy_co2(v)
    v["energy_waste_heat_recovered"] = p.of_firms("energy_waste_heat_recovered") * 1.02
    built = p.each([2600, 5200, 9800, 8600, 1900]) * np.exp(
        p.each([0.13, 0.24, 0.15, 0.14, 0.20]) * T
    )
    v["renewable_generation"] = p.of_firms("renewable_generation") * 1.05 + built * p.noise(0.03)
    heavy = p.firms["energy_total_tce"] > 5000
    key = np.nan_to_num(sums_by(p.cell, p.n, p.valid & heavy, np.ones(p.valid.shape)))
    v["key_energy_units"] = np.maximum(key, 1)
    v["key_energy_units_online"] = np.floor(
        v["key_energy_units"] * np.clip(0.55 + 0.09 * T + 0.05 * p.q, 0, 1)
    )


def material_flows(v: dict[str, Floats], p: Place) -> None:
    """Fourteen listed materials: extraction, inflow, outflow, stock change; use follows fuels and output [t]."""
    fuels = {
        "coal": v["energy_raw_coal"] + v["energy_washed_coal"],
        "petroleum": sum((v[f"energy_{oil}"] for oil in OILS), start=np.zeros(())),
        "natural_gas": v["energy_natural_gas"] * 7.174,
    }
    for material in MATERIALS:
        pace = np.exp(p.each([0.004, -0.006, 0.008, 0.006, 0.012]) * T)
        use = fuels.get(material, p.each(USE.get(material, (0,) * 5)) * pace * p.noise(0.012))
        taken = p.each(EXTRACTION.get(material, (0,) * 5)) * np.exp(
            (-0.06 if material == "coal" else 0.004) * T
        )
        out = p.each(OUTFLOW.get(material, (0,) * 5)) * np.exp(0.01 * T) * p.noise(0.02)
        stock = rounded(use * p.rng.normal(0, 0.012, size=(p.n, Y)))
        taken, out = rounded(taken), rounded(out)
        into = rounded(use + stock + out - taken)
        out = np.where(into < 0, out - into, out)  # more is dug than used: the rest leaves
        v[f"mf_{material}_extraction"], v[f"mf_{material}_outflow"] = taken, out
        v[f"mf_{material}_inflow"], v[f"mf_{material}_stock_change"] = np.maximum(into, 0.0), stock


def water(v: dict[str, Floats], p: Place) -> None:
    """Water by use, irrigation, industrial reuse, sewage [10k m3]."""
    path = np.array([0.0, 0.18, 0.41, 0.58, 0.80, 1.0])
    per_gdp = p.each(WATER_2020) / v["gdp_constant"][:, :1] * (1 + p.each(WATER_2025) * path)
    industry = p.of_firms("water_industry")
    base = np.maximum(industry[:, :1] * 1.16, p.each([310, 160, 190, 170, 80]))
    base = (
        base
        / np.maximum(v["va_industry_constant"][:, :1], 1.0)
        * (1 + p.each(INDUSTRY_WATER_2025) * path)
    )
    v["water_industry"] = np.maximum(base * v["va_industry_constant"], industry * 1.03)
    p.zone_as_park("water_industry", v["water_industry"])
    reused = p.of_firms("water_industry_reused")
    v["water_industry_reused"] = p.zone_as_park("water_industry_reused", reused * 1.02 + 40)
    v["water_industry_above_scale"] = industry
    v["water_reused_above_scale"] = reused
    v["water_domestic"] = (
        v["pop_resident"] * p.each([35.5, 35.0, 27.0, 26.5, 36.5]) / 1e4 * np.exp(0.006 * T)
    )
    v["water_eco"] = p.each([160, 80, 190, 150, 62]) * np.exp(0.04 * T)
    whole = per_gdp * v["gdp_constant"] * np.where(T == 0, 1, p.noise(0.006))
    for code in ("water_industry", "water_domestic", "water_eco"):
        v[code] = rounded(v[code], 2)
    rest = whole - v["water_industry"] - v["water_domestic"] - v["water_eco"]
    v["water_agri"] = rounded(
        np.maximum(rest, p.each([300, 158, 3000, 2500, 154]) * (1 + 0.004 * T)), 2
    )
    v["water_total"] = rounded(
        total([v[f"water_{use}"] for use in ("agri", "industry", "domestic", "eco")]), 2
    )
    v["irrigation_gross"] = v["water_agri"] * 0.91 * p.each(HAS_FARMS)
    coefficient = p.each([0.628, 0, 0.622, 0.606, 0]) + p.each([0.0088, 0, 0.0078, 0.0050, 0]) * T
    v["irrigation_net"] = v["irrigation_gross"] * coefficient
    v["industrial_wastewater_discharge"] = np.maximum(
        p.of_firms("industrial_wastewater_discharge") * 1.05, 20.5
    )
    p.zone_as_park("industrial_wastewater_discharge", v["industrial_wastewater_discharge"])
    v["sewage_generated_urban"] = v["pop_urban"] * 33 / 1e4 * np.exp(0.012 * T)
    v["sewage_treated_urban"] = v["sewage_generated_urban"] * np.clip(
        0.925 + 0.025 * p.q + 0.009 * T, 0.8, 0.997
    )
    v["wastewater_generated"] = v["sewage_generated_urban"] + v["industrial_wastewater_discharge"]
    v["wastewater_treated"] = (
        v["sewage_treated_urban"] + v["industrial_wastewater_discharge"] * 0.96
    )
    rate = np.clip(0.085 + 0.045 * p.q + (0.024 + 0.006 * p.q) * T, 0.03, 0.42)
    own = p.of_firms("water_reclaimed_used") * 1.02
    v["water_reclaimed_used"] = np.clip(
        np.maximum(v["wastewater_treated"] * rate, own), 5.1, 0.9 * v["wastewater_treated"]
    )


def industrial_waste(v: dict[str, Floats], p: Place) -> None:
    """The firms' waste and that of small boilers and workshops; the balance closes per kind [t]."""
    small = {"fly_ash": (5200, 5600, 9800, 8600, 0), "boiler_slag": (3800, 4200, 7600, 6800, 0),
             "byproduct_gypsum": (620, 560, 900, 820, 0), "other_general": (2600, 1400, 5200, 4700, 0)}  # fmt: skip
    used_share = np.clip(0.80 + 0.035 * p.q + 0.014 * T, 0.5, 0.99)
    for kind in WASTES:
        flows = {
            f: fill_gaps(sums_by(p.cell, p.n, p.valid, p.firms[f"sw_{kind}_{f}"]))
            for f in WASTE_FLOWS
        }
        more = np.ceil(p.each(small.get(kind, (0,) * 5)) * np.exp(-0.01 * T))
        used = rounded(more * used_share)
        disposed = rounded((more - used) * 0.6)
        parts = {"utilised": used, "disposed": disposed, "stored": more - used - disposed}
        for flow in (f for f in WASTE_FLOWS if f != "generated"):
            grown = np.ceil(flows[flow] * 1.02)
            extra = parts.get(flow, np.zeros_like(more))
            x = np.where(np.isnan(grown), np.where(more > 0, extra, np.nan), grown + extra)
            x[p.zone] = p.parks[f"sw_{kind}_{flow}"][p.host]
            v[f"sw_{kind}_{flow}"] = x
    close_waste(v)
    v["gisw_opening_stock"] = opening_stock(v, np.full(p.n, 0.35))
    kept = np.nan_to_num(v["sw_coal_gangue_stored"] - v["sw_coal_gangue_from_stock"])
    v["gangue_legacy_stock"] = p.each([2.1e6, 21.4e6, 0.4e6, 3.2e6, 0]) + np.cumsum(kept, axis=1)
    for code in ("hw_generated", "hw_utilised"):
        v[code] = p.zone_as_park(
            code, np.maximum(p.of_firms(code) * 1.05, 0) + p.each([96, 205, 140, 150, 0])
        )
    for name in ("medical", "hazardous", "msw", "sludge"):
        v[f"coproc_{name}"] = p.of_firms(f"coproc_{name}")
    v["coproc_total"] = total([v[f"coproc_{n}"] for n in ("medical", "hazardous", "msw", "sludge")])
    homes = {"so2": (120, 110, 260, 220, 30), "nox": (700, 380, 900, 760, 210), "cod": (1500, 900, 3900, 3300, 320),
             "nh3n": (95, 62, 190, 160, 22), "voc": (420, 230, 520, 430, 120)}  # fmt: skip
    for pollutant in POLLUTANTS:
        fall = np.exp((-0.045 - 0.01 * p.q) * T)
        v[f"em_{pollutant}"] = (
            p.of_firms(f"em_{pollutant}") * 1.04 + p.each(homes[pollutant]) * fall
        )
