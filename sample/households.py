"""A territory's farms, building sites, refuse, recovery network and administration."""

from __future__ import annotations

import numpy as np

from sample.firms import T
from sample.places import (
    FILM_PER_GRAIN,
    HAS_FARMS,
    RECYCLABLE_PER_PERSON,
    STRAW_PER_GRAIN,
    Place,
)
from sample.sums import Y, add_filing
from sample.table import (
    Floats,
    close_resources,
    rounded,
    total,
)


def farming(v: dict[str, Floats], p: Place) -> None:
    """Straw, manure and farm film; none of straw and film where there is no farmland [t]."""
    crop = np.array([1.0, 1.01, 0.97, 1.03, 1.02, 1.035])
    grain = v["mf_grain_extraction"] * p.each(HAS_FARMS)
    straw = rounded(grain * STRAW_PER_GRAIN * crop)
    v["straw_generated"] = straw
    v["straw_collectable"] = rounded(straw * 0.86)
    rate = np.clip(0.835 + 0.03 * p.q + (0.017 + 0.003 * p.q) * p.pace(), 0.6, 0.985)
    routes = {
        "fertiliser": 0.50,
        "feed": 0.24,
        "fuel": 0.235,
        "substrate": 0.012,
        "material": 0.013,
    }
    for route, share in routes.items():
        v[f"straw_used_{route}"] = rounded(v["straw_collectable"] * rate * share)
    v["straw_used_total"] = total([v[f"straw_used_{route}"] for route in routes])
    v["straw_household_fuel"] = rounded((v["straw_collectable"] - v["straw_used_total"]) * 0.7)
    points = rounded(p.each([5, 0, 27, 31, 0]) * np.exp(-0.22 * T)) * p.each(HAS_FARMS)
    v["straw_fire_points"] = points
    manure = rounded(p.each([255e3, 56e3, 1960e3, 1780e3, np.nan]) * (1 + 0.012 * T))
    v["manure_generated"] = manure
    v["manure_utilised"] = rounded(
        manure * np.clip(0.845 + 0.02 * p.q + 0.019 * p.pace(), 0.6, 0.98)
    )
    film = rounded(grain * FILM_PER_GRAIN * (1 - 0.008 * T))
    v["film_used"] = film
    v["film_recovered"] = rounded(film * (0.762 + 0.018 * p.q + (0.017 + 0.002 * p.q) * p.pace()))


def cities(v: dict[str, Floats], p: Place) -> None:
    """Building rubble, refuse, food waste, sludge [t]."""
    rubble = p.each([318e3, 122e3, 168e3, 118e3, 88e3]) * np.exp(
        p.each([0.0, -0.03, 0.01, 0.0, 0.03]) * T
    )
    kinds = {"spoil": (0.52, 0.30), "slurry": (0.10, 0.10), "works": (0.13, 0.28), "demolition": (0.15, 0.34),
             "decoration": (0.10, 0.14)}  # fmt: skip
    rubble_pace = p.pace()
    for kind, (share, rate) in kinds.items():
        made = rounded(rubble * share * p.noise(0.02))
        recycled = np.clip(rate + 0.05 * p.q + (0.045 + 0.008 * p.q) * rubble_pace, 0.02, 0.85)
        v[f"cdw_{kind}_generated"], v[f"cdw_{kind}_recycled"] = made, rounded(made * recycled)
    for side in ("generated", "recycled"):
        v[f"cdw_{side}"] = total([v[f"cdw_{kind}_{side}"] for kind in kinds])
    served = np.maximum(
        v["pop_resident"] * p.each([0.318, 0.301, 0.268, 0.262, 0.309]), 12500
    ) * np.exp(0.004 * T)
    biological = rounded(served * (0.035 + 0.008 * T))
    buried = rounded(
        served * p.each([0.20, 0.42, 0.40, 0.46, 0.10]) * np.exp((-0.30 - 0.06 * p.q) * T)
    )
    v["msw_biological"], v["msw_landfilled"] = biological, buried
    kiln = v["coproc_msw"]
    v["msw_incinerated"] = rounded(np.maximum(served - biological - buried - kiln, 0))
    v["msw_collected"] = v["msw_incinerated"] + biological + buried + kiln
    v["msw_plastic_landfilled"] = rounded(buried * 0.09)
    v["msw_sorting_coverage"] = np.clip(p.each([46, 30, 28, 24, 58]) + (7.6 + p.q) * T, 20, 98)
    v["kitchen_waste_generated"] = rounded(v["pop_urban"] * 0.052 + 2000)
    treated = np.clip(0.34 + 0.07 * p.q + (0.062 + 0.01 * p.q) * p.pace(), 0.05, 0.93)
    v["kitchen_waste_treated"] = rounded(v["kitchen_waste_generated"] * treated)
    v["sludge_generated"] = rounded(v["wastewater_treated"] * 8.6)
    v["sludge_utilised"] = rounded(
        v["sludge_generated"] * np.clip(0.52 + 0.06 * p.q + 0.06 * p.pace(), 0.2, 0.97)
    )


def recovery(v: dict[str, Floats], p: Place) -> None:
    """Ten kinds of recycled resources and the network that recovers them."""
    better = 0.05 * p.q + (0.018 + 0.006 * p.q) * T
    for kind, (per_person, rate) in RECYCLABLE_PER_PERSON.items():
        made = rounded(v["pop_resident"] * per_person * np.exp(0.03 * T) * p.noise(0.01))
        got = rounded(made * np.clip(rate + better, 0.05, 0.97))
        v[f"rr_{kind}_generated_est"], v[f"rr_{kind}_recovered"] = made, got
        local = got * np.clip(0.63 + 0.05 * p.q, 0.5, 0.8)
        v[f"rr_{kind}_processed"] = rounded(p.of_firms(f"rr_{kind}_processed") * 1.02 + local)
    close_resources(v, ["generated_est", "recovered", "processed"])
    v["rr_telecom_recovered"] = v["pop_resident"] * 0.00009 * np.exp((0.10 + 0.02 * p.q) * T)
    sites = v["pop_resident"] / 1e4 * (4.2 + 0.8 * p.q + (0.7 + 0.15 * p.q) * T)
    v["n_dropoff"] = np.maximum(rounded(sites), 10)
    v["n_transfer"] = np.clip(rounded(sites / 16), 1, 20)
    v["n_sorting"] = np.clip(np.floor(p.each([1, 0, 1, 1, 0]) + 0.27 * T * (1 + 0.3 * p.q)), 0, 3)


def governance(v: dict[str, Floats], p: Place) -> None:
    """Counts, money and floor area that the measures are checked with."""
    ones = np.ones((p.n, Y))
    due = np.minimum(p.rng.poisson(p.each([8, 4, 6, 6, 5]) * ones), 19)
    v["energy_reviews_due"] = due.astype(float)
    v["energy_reviews_done"] = p.rng.binomial(due, np.clip(0.9 + 0.05 * p.q, 0.4, 1) * ones).astype(
        float
    )
    v["cp_audit_required"] = rounded(p.each([5, 4, 5, 5, 6]) * ones)
    v["cp_audit_done"] = rounded(v["cp_audit_required"] * np.clip(0.5 + 0.1 * p.q + 0.09 * T, 0, 1))
    for code in ("energy_reviews_due", "energy_reviews_done", "cp_audit_required", "cp_audit_done"):
        p.zone_as_park(code, v[code])
    v["green_factories"] = p.zone_as_park(
        "green_factories", np.floor(np.clip(0.24 * (p.q + 1.2) * T, 0, 3))
    )
    v["waste_heat_heating_area"] = p.of_firms("waste_heat_heating_area")
    v["charging_posts"] = rounded(p.each([110, 48, 70, 46, 62]) * np.exp((0.26 + 0.03 * p.q) * T))
    v["delivery_fleet"] = rounded(p.each([420, 160, 260, 170, 150]) * np.exp(0.035 * T))
    v["nev_delivery"] = rounded(
        v["delivery_fleet"] * np.clip(0.06 + 0.02 * p.q + (0.065 + 0.012 * p.q) * T, 0.02, 0.9)
    )
    v["asphalt_reused"] = rounded(p.each([5200, 2300, 7400, 6100, 1500]) * np.exp(0.09 * T))
    v["rural_tourism_belts"] = np.floor(
        p.each([0.6, 0.3, 1.2, 1.0, 0]) + p.each([0.24, 0.15, 0.58, 0.44, 0]) * T
    )
    v["building_new"] = p.each([26, 10, 14, 9, 15]) * np.exp(-0.02 * T) * p.noise(0.02)
    v["green_building_new"] = v["building_new"] * np.clip(0.52 + 0.05 * p.q + 0.075 * T, 0.1, 0.99)
    v["ce_public_funds"] = rounded(
        p.each([2100, 820, 1700, 1350, 1900]) * np.exp(0.08 * T) * p.noise(0.05)
    )
    v["green_finance"] = rounded(
        p.each([38e3, 9e3, 24e3, 19e3, 42e3]) * np.exp(0.16 * T) * p.noise(0.04)
    )
    add_filing(v, p.q, p.rng, 28)
