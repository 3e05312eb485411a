"""Returns of the parks: their member firms, the smaller firms beside them, and what a park itself keeps."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from sample.firms import T, opening_stock
from sample.frame import PARK_IDS, PARKS, Frame
from sample.lines import FUELS, LINES, POLLUTANTS, RESOURCES, WASTES
from sample.sums import HOST, NESTED, Y, add_filing, counts_by, fill_gaps, sums_by_year
from sample.table import (
    COEFFICIENTS,
    WASTE_FLOWS,
    Floats,
    close_resources,
    close_waste,
    energy_co2,
    energy_tce,
    round_as_returned,
    rounded,
    total,
)

FARM_PARK = PARK_IDS.index("PK09")

# What a park adds to the sum of its members: the firms below the frame's limit.
PARK_EXTRA = np.array([0.05, 0.08, 0.09, 0.06, 0.04, 0.14, 0.11, 0.16, 0.10])
PARK_PLANNED = np.array([6655.0, 1480, 1260, 520, 210, 240, 860, 340, 4200])  # [ha]
PARK_BUILT = np.array([2280.0, 780, 690, 330, 165, 50, 520, 210, 480])  # [ha], 2020
PARK_QUALITY = np.array([0.6, 0.1, -0.2, -0.9, 0.9, 0.4, -0.5, -0.7, 0.3])
PARK_RETROFIT = (
    ("approved", "approved", "under_way", "under_way", "under_way", "accepted"),
    ("plan", "plan", "approved", "under_way", "under_way", "under_way"),
    ("none", "plan", "plan", "approved", "approved", "under_way"),
    ("none", "none", "plan", "plan", "approved", "approved"),
    ("none", "plan", "approved", "approved", "under_way", "under_way"),
    ("none", "none", "none", "plan", "plan", "plan"),
    ("none", "none", "plan", "plan", "plan", "plan"),
    ("none", "none", "none", "none", "none", "none"),
    ("na", "na", "na", "na", "na", "na"),
)

SUMMED = (
    "va_industry_current",
    "va_industry_constant",
    "output_value",
    "output_constant",
    "ce_industry_output",
    "mat_virgin_input",
    "mat_recycled_input",
    "energy_transformation_output",
    "power_supplied",
    "heat_supplied",
    "energy_waste_heat_recovered",
    "waste_heat_available",
    "renewable_generation",
    "water_industry",
    "water_industry_reused",
    "wastewater_generated",
    "wastewater_reused",
    "water_reclaimed_used",
    "hw_generated",
    "hw_utilised",
    "land_industrial",
    "employees",
    *(f"energy_{fuel}" for fuel in FUELS),
    *(f"em_{p}" for p in POLLUTANTS),
    *(f"rr_{kind}_processed" for kind in RESOURCES),
    *(f"sw_{kind}_{flow}" for kind in WASTES for flow in WASTE_FLOWS if flow != "generated"),
)


def park_values(
    firms: Mapping[str, Floats],
    frame: Frame,
    member_of: NDArray[np.int64],
    valid: NDArray[np.bool_],
    units: Mapping[str, str],
    rng: np.random.Generator,
) -> dict[str, Floats]:
    """All quantities of all parks: members, smaller firms beside them, and what a park itself keeps."""
    frames, n = frame.frames, frame.frames * len(PARKS)
    extra = np.tile(PARK_EXTRA, frames)[:, None] * np.exp(rng.normal(0, 0.05, size=(n, 1)))
    v: dict[str, Floats] = {}
    host = np.arange(frames) * len(PARKS) + HOST
    nested = np.arange(frames) * len(PARKS) + NESTED
    farm = np.arange(frames) * len(PARKS) + FARM_PARK
    for code in SUMMED:
        own = fill_gaps(sums_by_year(member_of, n, valid, firms[code]))
        x = _up(code, units, own * (1 + np.where(own > 0, extra, -extra)))
        x[farm] = _farm_park(code, units)
        both = np.stack([x[host], x[nested]])
        x[host] = np.where(np.isnan(both).all(axis=0), np.nan, np.nansum(both, axis=0))
        v[code] = x
    _close_park(v)
    _park_own(v, frame, member_of, valid, rng)
    return v


def _up(code: str, units: Mapping[str, str], x: Floats) -> Floats:
    """Rounded up as returned: a whole is never below its parts."""
    step = 0.01 if round_as_returned(code, units[code], np.array([0.123]))[0] == 0.12 else 1.0
    return rounded(np.where(x < 0, x, np.ceil(rounded(x / step, 4)) * step), 2)


def _farm_park(code: str, units: Mapping[str, str]) -> Floats:
    """The agricultural park, which has no firm in the frame: a few small food workshops."""
    size, line = 62000.0, next(line for line in LINES if line.code == "egg")
    growth = np.exp(0.05 * T)
    energy = 6100.0 * np.exp(0.02 * T)  # mostly greenhouses [tce]
    flows = {
        "output_value": size * growth * 1.02,
        "output_constant": size * growth,
        "va_industry_current": size * growth * 0.31 * 1.02,
        "va_industry_constant": size * growth * 0.31,
        "mat_virgin_input": size * growth * 0.62,
        "mat_recycled_input": size * growth * 0.012,
        "water_industry": size * 6.0 / 1e4 * np.exp(-0.01 * T),
        "water_industry_reused": size * 9.0 / 1e4 * np.exp(0.05 * T),
        "wastewater_generated": size * 4.0 / 1e4 * np.exp(-0.01 * T),
        "wastewater_reused": size * 0.9 / 1e4 * np.exp(0.06 * T),
        "land_industrial": np.full(Y, 58.0),
        "employees": rounded(450 * np.exp(0.02 * T)),
        "hw_generated": np.full(Y, 5.2) + 0.07 * T,
        "hw_utilised": np.full(Y, 5.1) + 0.07 * T,
        "em_cod": np.full(Y, 27.0) - 0.6 * T,
        "em_nh3n": np.full(Y, 2.0) - 0.04 * T,
        "em_so2": np.full(Y, 6.3) - 0.15 * T,
        "em_nox": np.full(Y, 6.6) - 0.12 * T,
        "em_voc": np.full(Y, 1.9) - 0.05 * T,
        "sw_other_general_utilised": 2150 * np.exp(0.03 * T),
        "sw_other_general_disposed": 96 - 5 * T,
        "sw_other_general_stored": 20 - 1.0 * T,
        **{
            f"sw_other_general_{k}": np.zeros(Y)
            for k in ("from_stock", "disposed_from_stock", "dumped")
        },
        **{f"energy_{f}": energy * s / COEFFICIENTS[f] for f, s in line.fuels.items()},
    }
    return round_as_returned(code, units[code], flows.get(code, np.full(Y, np.nan)))


def _close_park(v: dict[str, Floats]) -> None:
    """Totals that follow from parts."""
    v["mat_total_input"] = total([v["mat_virgin_input"], v["mat_recycled_input"]])
    close_waste(v)
    v["gisw_opening_stock"] = opening_stock(v, np.full(len(v["gisw_stored"]), 0.3))
    close_resources(v, ["processed"])
    v["energy_total_tce"] = rounded(
        energy_tce(v) - np.nan_to_num(v["energy_transformation_output"]), 2
    )
    v["co2_energy"] = rounded(energy_co2(v))
    v["wastewater_reused"] = np.minimum(v["wastewater_reused"], v["wastewater_generated"])
    v["industrial_wastewater_discharge"] = rounded(
        v["wastewater_generated"] - v["wastewater_reused"], 2
    )
    v["hw_utilised"] = np.minimum(v["hw_utilised"], v["hw_generated"])


def _park_own(
    v: dict[str, Floats],
    frame: Frame,
    member_of: NDArray[np.int64],
    valid: NDArray[np.bool_],
    rng: np.random.Generator,
) -> None:
    """What is a park's and no firm's: land, treatment, audits, retrofit, links between firms."""
    frames, n = frame.frames, frame.frames * len(PARKS)
    q = np.tile(PARK_QUALITY, frames)[:, None] + rng.normal(0, 0.12, size=(n, 1))
    host, nested = np.arange(frames) * len(PARKS) + HOST, np.arange(frames) * len(PARKS) + NESTED

    def with_nested(x: Floats) -> Floats:
        x[host] += x[nested]
        return x

    v["n_above_scale"] = with_nested(counts_by(member_of, n, valid))
    built = np.tile(PARK_BUILT, frames)[:, None] * (1 + 0.012 * T)
    v["park_land_built"] = rounded(np.maximum(built, v["land_industrial"] * 1.06), 2)
    planned = np.maximum(
        np.tile(PARK_PLANNED, frames), np.ceil(v["park_land_built"].max(axis=1) * 1.04)
    )
    v["park_land_planned"] = planned[:, None] * np.ones(Y)
    v["wastewater_treated"] = rounded(
        v["wastewater_generated"] * np.clip(0.93 + 0.02 * q + 0.006 * T, 0.8, 0.998), 2
    )
    v["water_reclaimed_used"] = np.minimum(
        v["water_reclaimed_used"], rounded(0.9 * v["wastewater_treated"], 2)
    )
    size = np.maximum(v["n_above_scale"], 1)
    due = np.minimum(rng.poisson(0.16 * size), 15)
    v["energy_reviews_due"] = with_nested(due.astype(float))
    v["energy_reviews_done"] = with_nested(
        rng.binomial(due, np.clip(0.86 + 0.08 * q, 0.3, 1.0) * np.ones_like(size)).astype(float)
    )
    audits = np.minimum(rounded(size * 0.18), 10)
    done = np.maximum(rounded(audits * np.clip(0.62 + 0.14 * q + 0.06 * T, 0, 1) - 0.2), 0)
    v["cp_audit_required"], v["cp_audit_done"] = with_nested(audits), with_nested(done)
    v["green_factories"] = with_nested(
        np.minimum(np.floor(np.clip((q + 1) * 0.35 * (T + 1) * size / 26, 0, 3)), size)
    )
    v["symbiosis_links"] = with_nested(
        rounded(np.clip((q + 1.3) * (1.0 + 0.5 * T) * np.sqrt(size) / 2.8, 0, 11))
    )
    add_filing(v, q, rng, 15)
