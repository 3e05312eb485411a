"""Returns of the districts and the city, from five territories that do not overlap.

220402 is its own territory plus the high-tech zone, and the city's approved rows stand beside the
sum of the four county-level bodies.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from sample.economy import economy, energy, industrial_waste, material_flows, water
from sample.firms import T
from sample.frame import DISTRICTS, TERRITORIES, Frame
from sample.households import cities, farming, governance, recovery
from sample.places import MATERIALS, QUALITY, Place, spread
from sample.sums import GX, Y
from sample.table import (
    Floats,
    round_as_returned,
    rounded,
    total,
)


def territory_values(
    firms: Mapping[str, Floats],
    parks: Mapping[str, Floats],
    frame: Frame,
    units: Mapping[str, str],
    rng: np.random.Generator,
) -> dict[str, Floats]:
    """All quantities of the five territories of each frame, from their firms and their households."""
    cell = (frame.frame - frame.frame.min()) * len(TERRITORIES) + frame.territory
    q = spread(QUALITY, frame.frames)
    q = q + rng.normal(0, 0.06, size=q.shape)
    place = Place(firms, parks, frame.is_valid, cell, frame.frames, units, rng, q)
    v: dict[str, Floats] = {}
    for part in (
        economy,
        energy,
        material_flows,
        water,
        industrial_waste,
        farming,
        cities,
        recovery,
        governance,
    ):
        part(v, place)
    return {code: round_as_returned(code, units[code], x) for code, x in v.items()}


NOT_ADDED = ("msw_sorting_coverage", "edit_pass_rate", "submission_on_time")


def district_values(territory: Mapping[str, Floats], frames: int) -> dict[str, Floats]:
    """The returns of the five bodies: 220402 holds its own territory and the zone."""
    values = {}
    for code, x in territory.items():
        block = x.reshape(frames, len(TERRITORIES), Y).copy()
        both = np.stack([block[:, 0], block[:, GX]])
        if code == "msw_sorting_coverage":
            block[:, 0] = rounded(0.8 * block[:, 0] + 0.2 * block[:, GX], 1)
        elif code not in NOT_ADDED:
            block[:, 0] = np.where(np.isnan(both).all(axis=0), np.nan, np.nansum(both, axis=0))
        values[code] = rounded(block.reshape(-1, Y), 2)
    return values


INNER_TRADE = 0.35  # share of what the four bodies could trade with one another
CITY_GDP_2020 = 4299000.0  # published [10k CNY]
CITY_INTENSITY_2020 = 1.2496  # [tce per 10k CNY]; the two forms of the plan's target imply 1.2331
# Approved figures of the city, as a ratio to the sum of its four bodies; None: exactly the sum.
APPROVED: Mapping[str, float | None] = {
    "pop_resident": None,
    "pop_urban": None,
    "land_total": 514000 / 512288,
    "co2_energy": 0.994,
    "irrigation_gross": 0.997,
    "irrigation_net": 1.003,
    "water_agri": 0.994,
    "water_industry": 1.004,
    "water_domestic": 1.006,
    "water_eco": 0.992,
    "va_industry_current": 1.003,
    "va_industry_constant": 1.003,
    "findings_total": None,
    "findings_closed": None,
    "rural_tourism_belts": None,
    "ce_public_funds": None,
}


def city_values(
    district: Mapping[str, Floats], frames: int, rng: np.random.Generator
) -> dict[str, Floats]:
    """The city's own approved rows; every other variable is left to be summed over its bodies."""

    def of_bodies(code: str) -> Floats:
        return district[code].reshape(frames, len(DISTRICTS), Y)[:, :4]

    def summed(code: str) -> Floats:
        return np.asarray(np.nansum(of_bodies(code), axis=1), dtype=float)

    v = {}
    for code, ratio in APPROVED.items():
        exact = summed(code)
        v[code] = (
            exact
            if ratio is None
            else rounded(exact * ratio, 2 if code.startswith(("water", "irr")) else 0)
        )
    gdp = summed("gdp_constant")
    v["gdp_constant"] = rounded(CITY_GDP_2020 * gdp / gdp[:, :1])
    current = summed("gdp_current")
    v["gdp_current"] = rounded(CITY_GDP_2020 * current / current[:, :1])
    for part in ("primary", "secondary"):
        v[f"va_{part}"] = rounded(summed(f"va_{part}") * v["gdp_current"] / current)
    v["va_tertiary"] = v["gdp_current"] - v["va_primary"] - v["va_secondary"]
    intensity = summed("energy_total_tce") / gdp
    v["energy_total_tce"] = rounded(
        CITY_INTENSITY_2020 * intensity / intensity[:, :1] * v["gdp_constant"]
    )
    v["water_total"] = rounded(
        total([v[f"water_{use}"] for use in ("agri", "industry", "domestic", "eco")]), 2
    )
    _city_flows(v, summed, of_bodies)
    v["msw_sorting_coverage"] = rounded(
        np.mean(district["msw_sorting_coverage"].reshape(frames, 5, Y)[:, :4], axis=1) + 2, 1
    )
    v["submission_on_time"] = np.ones((frames, Y))
    v["edit_pass_rate"] = rounded(
        np.clip(96.8 + 0.4 * T + rng.normal(0, 0.3, size=(frames, Y)), 82, 100), 1
    )
    return v


NOT_RETURNED_BY_CITY = (
    "grain"  # nobody counts it at the city's border: its districts' net flows are added
)


def _without_the_largest(flows: Sequence[Floats]) -> Floats:
    """What all bodies but one take in and give off together, least of all choices of the one."""
    both = np.nansum(flows, axis=0)
    return np.asarray(np.nansum(both, axis=1) - np.nanmax(both, axis=1))


def _city_flows(
    v: dict[str, Floats], summed: Callable[[str], Floats], of_bodies: Callable[[str], Floats]
) -> None:
    """Flows over the city's border: what its bodies trade with one another is in neither figure.

    A share of what they could trade: a body cannot trade with itself, so beside one that holds nearly
    all of a material it is no more than what the others take in and give off.
    """
    for material in MATERIALS:
        if material == NOT_RETURNED_BY_CITY:
            for flow in ("extraction", "stock_change"):
                v[f"mf_{material}_{flow}"] = summed(f"mf_{material}_{flow}")
            continue
        flows = [of_bodies(f"mf_{material}_{side}") for side in ("inflow", "outflow")]
        into, out = (np.nansum(flow, axis=1) for flow in flows)
        inner = np.floor(
            INNER_TRADE * np.minimum(np.minimum(into, out), _without_the_largest(flows))
        )
        v[f"mf_{material}_inflow"], v[f"mf_{material}_outflow"] = into - inner, out - inner
        for flow in ("extraction", "stock_change"):
            v[f"mf_{material}_{flow}"] = summed(f"mf_{material}_{flow}")
