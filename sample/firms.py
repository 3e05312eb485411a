"""Returns of the enterprises: outputs from a lognormal frame, flows by line of business, balances exact."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from sample.frame import FIRMS_PER_FRAME, TERRITORIES, YEARS, Frame, one_frame
from sample.lines import FUELS, LINES, POLLUTANTS, RESOURCES, WASTES
from sample.table import (
    COEFFICIENTS,
    Floats,
    close_resources,
    close_waste,
    energy_co2,
    energy_tce,
    round_as_returned,
    rounded,
    total,
)

# Gross industrial output of the above-scale firms by territory in 2020 [10k CNY] and the path of the
# whole: between 3.0 and 3.5 million in every year of a full frame.
OUTPUT_2020: Mapping[str, float] = {
    "220402": 1375e3,
    "220403": 265e3,
    "220421": 395e3,
    "220422": 365e3,
    "2204GX": 650e3,
}
OUTPUT_PATH = np.array([1.0, 1.027, 1.046, 1.074, 1.104, 1.134])
TERRITORY_GROWTH = np.array([-0.008, -0.012, 0.004, 0.0, 0.012])  # beside the common path, per year
PRICES = np.array([1.0, 1.021, 1.034, 1.026, 1.020, 1.027])  # of industrial producers, 2020 = 1
MEDIAN, SPREAD, LEAST = (
    7000.0,
    1.2,
    2120.0,
)  # of the lognormal sizes; LEAST keeps a firm above scale
LARGEST: Mapping[str, float] = {
    "health": 36e3, "brick": 12e3, "casting": 42e3, "recycler": 16e3, "chemical": 40e3, "heat": 20e3, "gas": 20e3,
    "water": 15e3, "corn": 60e3, "cement": 45e3, "power": 104e3, "reman": 20e3,
}  # fmt: skip
LARGEST_ELSEWHERE = 170e3
# What one plant can process of a recycled resource [t]: large inputs approach it and stay below.
PLANT: Mapping[str, float] = {
    "scrap_steel": 120e3, "scrap_nonferrous": 7e3, "elv": 1500, "weee": 900, "battery": 420, "tyre": 1300,
    "textile": 1500, "plastic": 3000, "paper": 4500, "glass": 1300,
}  # fmt: skip
T = np.arange(len(YEARS), dtype=float)
Noise = Callable[[float], Floats]  # a relative spread -> factors about 1, firm by year


def field_of(frame: Frame, name: str) -> Floats:
    """A number of each firm's line, as a column."""
    return np.array([float(getattr(line, name)) for line in LINES])[frame.line][:, None]


def share_of(frame: Frame, name: str, key: str) -> Floats:
    """A flow of each firm's line; NaN where the line does not have it."""
    table = np.array([getattr(line, name).get(key, np.nan) for line in LINES], dtype=float)
    return table[frame.line][:, None]


def has_extra(frame: Frame, extra: str) -> Floats:
    """1 where the line has the extra, else NaN."""
    return np.array([1.0 if extra in line.extras else np.nan for line in LINES])[frame.line][
        :, None
    ]


def draw_sizes(frame: Frame, rng: np.random.Generator) -> Floats:
    """Output of the first year by a stratified draw from a lognormal cut at the above-scale limit."""
    n = len(frame)
    z = rng.normal(size=n)
    sizes = np.maximum(MEDIAN * np.exp(SPREAD * z), LEAST * rng.uniform(1.0, 1.6, size=n))
    sizes = np.minimum(sizes, limit_of(frame) * rng.uniform(0.7, 1.0, size=n))
    return np.where(np.isnan(frame.anchor), sizes, frame.anchor)


def limit_of(frame: Frame) -> Floats:
    """The largest firm of each firm's line [10k CNY]."""
    return np.array([LARGEST.get(line.code, LARGEST_ELSEWHERE) for line in LINES])[frame.line]


def output_paths(frame: Frame, rng: np.random.Generator) -> Floats:
    """Output at current prices by year, scaled so that each territory's total follows its path."""
    n = len(frame)
    wander = np.cumsum(rng.normal(0, 0.014, size=(n, len(T))), axis=1)
    own = (rng.normal(0.0, 0.012, size=(n, 1)) * T + wander) * np.where(
        np.isnan(frame.anchor), 1, 0.4
    )[:, None]
    paths = draw_sizes(frame, rng)[:, None] * np.exp(own)
    cell = (frame.frame - frame.frame.min()) * len(TERRITORIES) + frame.territory
    cells = frame.frames * len(TERRITORIES)
    size = (
        np.bincount(frame.frame - frame.frame.min(), minlength=frame.frames) / len_of_full_frame()
    )
    base = np.array(list(OUTPUT_2020.values()))
    path = OUTPUT_PATH * np.exp(TERRITORY_GROWTH[:, None] * T)
    wanted = (size[:, None, None] * (base[:, None] * path)[None]).reshape(cells, len(T))
    fixed = ~np.isnan(frame.anchor)
    anchored = paths * frame.is_valid * fixed[:, None]
    free = paths * frame.is_valid * ~fixed[:, None]
    factor = np.empty((cells, len(T)))
    for year in range(len(T)):
        placed = np.bincount(cell, anchored[:, year], minlength=cells)
        drawn = np.bincount(cell, free[:, year], minlength=cells)
        factor[:, year] = np.clip((wanted[:, year] - placed) / np.maximum(drawn, 1.0), 0.3, 3.0)
    factor = np.exp(np.log(factor).mean(axis=1, keepdims=True))
    drawn_paths = paths * factor[cell]
    too_large = np.maximum(drawn_paths.mean(axis=1) / limit_of(frame), 1.0)
    paths = np.where(fixed[:, None], paths * OUTPUT_PATH, drawn_paths / too_large[:, None])
    return np.maximum(_to_total(paths, frame, wanted), LEAST)


def _to_total(paths: Floats, frame: Frame, wanted: Floats) -> Floats:
    """Scale the firms not placed by hand so that a frame's total of each year follows its path."""
    number = frame.frame - frame.frame.min()
    target = wanted.reshape(frame.frames, len(TERRITORIES), len(T)).sum(axis=1)
    fixed = ~np.isnan(frame.anchor)[:, None] & frame.is_valid
    result = paths.copy()
    for year in range(len(T)):
        placed = np.bincount(number, paths[:, year] * fixed[:, year], minlength=frame.frames)
        free = frame.is_valid[:, year] & ~fixed[:, year]
        drawn = np.bincount(number, paths[:, year] * free, minlength=frame.frames)
        factor = np.clip((target[:, year] - placed) / np.maximum(drawn, 1.0), 0.3, 3.0)
        result[:, year] = np.where(fixed[:, year], paths[:, year], paths[:, year] * factor[number])
    return result


def len_of_full_frame() -> int:
    """Firms that ever existed in a full frame."""
    return max(len(one_frame()), FIRMS_PER_FRAME)


def firm_values(
    frame: Frame, quality: Floats, trend: Floats, rng: np.random.Generator
) -> dict[str, Floats]:
    """All quantities of all firms and years, consistent within each firm.

    ``quality`` (about -2.5 to 2.5) says how well a firm uses energy, water and waste; ``trend`` is
    the yearly relative change of its intensities.
    """
    shape = (len(frame), len(T))
    q = quality[:, None]
    drift = np.exp(trend[:, None] * T)

    def noise(size: float) -> Floats:
        return np.exp(rng.normal(0, size, size=shape))

    def per(name: str) -> Floats:
        return field_of(frame, name)

    v: dict[str, Floats] = {}
    v["output_value"] = rounded(output_paths(frame, rng))
    constant = v["output_value"] / (PRICES * np.where(T == 0, 1.0, noise(0.004)))
    v["output_constant"] = rounded(constant)
    ratio = np.clip(per("value_added") * np.exp(0.05 * q + 0.004 * T) * noise(0.02), 0.05, 0.5)
    v["va_industry_current"] = rounded(v["output_value"] * ratio)
    v["va_industry_constant"] = rounded(v["output_constant"] * ratio)
    _materials(v, frame, q, drift, noise)
    _energy(v, frame, q, drift, noise, rng)
    _water(v, frame, q, drift, noise)
    _waste(v, frame, q, drift, noise, rng)
    _recycling(v, frame, q, noise, rng)
    _emissions(v, frame, q, drift, noise)
    _site(v, frame, q, noise, rng)
    return v


def _materials(v: dict[str, Floats], frame: Frame, q: Floats, drift: Floats, noise: Noise) -> None:
    """Raw materials, virgin and recycled, and the product made of them; none for utilities."""
    per_output = field_of(frame, "material")
    has = per_output > 0
    mass = rounded(
        np.maximum(
            v["output_constant"] * per_output * np.exp(-0.06 * q) * drift**0.6 * noise(0.015), 100
        )
    )
    share = np.clip(field_of(frame, "recycled") * np.exp(0.22 * q + 0.02 * T) * noise(0.03), 0, 1.0)
    share = np.where(field_of(frame, "recycled") > 0.9, np.clip(0.95 + 0.02 * q, 0.9, 1.0), share)
    recycled = rounded(mass * np.minimum(share, 1.0))
    v["mat_recycled_input"] = np.where(has, recycled, np.nan)
    v["mat_virgin_input"] = np.where(has, mass - recycled, np.nan)
    v["mat_total_input"] = np.where(has, mass, np.nan)
    product = field_of(frame, "product")
    made = rounded(mass * np.clip(product * np.exp(0.01 * q) * noise(0.006), 0.2, 1.0))
    v["product_output"] = np.where(product > 0, np.maximum(made, 50), np.nan)


def _energy(
    v: dict[str, Floats],
    frame: Frame,
    q: Floats,
    drift: Floats,
    noise: Noise,
    rng: np.random.Generator,
) -> None:
    """Fuels by share of the line's energy, the total from the rounded fuels, CO2 from both."""
    units = {"natural_gas": "10k m3", "electricity": "10k kWh", "heat": "GJ", "biomass": "tce"}
    gross = (
        v["output_constant"] * field_of(frame, "energy") * np.exp(-0.12 * q) * drift * noise(0.018)
    )
    gross = np.maximum(gross, 24.0)
    for fuel in FUELS:
        share = share_of(frame, "fuels", fuel) * np.exp(rng.normal(0, 0.10, size=(len(frame), 1)))
        units_of_fuel = gross * share * noise(0.02) / COEFFICIENTS[fuel]
        v[f"energy_{fuel}"] = round_as_returned(
            f"energy_{fuel}", units.get(fuel, "t"), units_of_fuel
        )
    transformed = field_of(frame, "transformed")
    fuels = energy_tce(v)
    output = rounded(fuels * transformed * np.clip(1 + 0.01 * q + 0.002 * T, 0.9, 1.06))
    v["energy_transformation_output"] = np.where(transformed > 0, output, np.nan)
    supply(v, field_of(frame, "as_power"))
    v["energy_total_tce"] = rounded(fuels - np.nan_to_num(v["energy_transformation_output"]), 2)
    v["co2_energy"] = rounded(energy_co2(v))
    available = field_of(frame, "waste_heat") * fuels * noise(0.02)
    used = np.clip(0.52 + 0.11 * q + 0.025 * T, 0.10, 0.95)
    is_there = field_of(frame, "waste_heat") > 0
    v["waste_heat_available"] = np.where(is_there, rounded(available, 2), np.nan)
    v["energy_waste_heat_recovered"] = np.where(is_there, rounded(available * used, 2), np.nan)
    has_panels = (q > 0.75) & ~np.isnan(share_of(frame, "fuels", "electricity"))
    panels = v["energy_electricity"] * np.minimum(0.02 + 0.02 * T, 0.2) * noise(0.03)
    v["renewable_generation"] = np.where(has_panels, rounded(panels, 2), np.nan)


def supply(v: dict[str, Floats], as_power: Floats) -> None:
    """What plants supply as power [10k kWh] and as heat [GJ]; their output in tce is that of both."""
    output = v["energy_transformation_output"]
    power = rounded(output * as_power / COEFFICIENTS["electricity"], 2)
    heat = rounded((output - power * COEFFICIENTS["electricity"]) / COEFFICIENTS["heat"])
    v["power_supplied"] = np.where(as_power > 0, power, np.nan)
    v["heat_supplied"] = heat


def _water(v: dict[str, Floats], frame: Frame, q: Floats, drift: Floats, noise: Noise) -> None:
    """Fresh and reused water, waste water and what of it goes round again [10k m3]."""
    fresh = (
        v["output_constant"]
        * field_of(frame, "water")
        / 1e4
        * np.exp(-0.13 * q)
        * drift
        * noise(0.02)
    )
    v["water_industry"] = np.maximum(rounded(fresh, 2), 0.05)
    rate = field_of(frame, "reuse")
    rate = np.clip(1 - (1 - rate) * np.exp(-0.28 * q - 0.035 * T) * noise(0.02), 0.05, 0.985)
    v["water_industry_reused"] = rounded(v["water_industry"] * rate / (1 - rate), 2)
    share = np.clip(field_of(frame, "wastewater") * noise(0.02), 0.05, 0.95)
    waste = rounded(v["water_industry"] * share, 2)
    again = rounded(waste * np.clip(field_of(frame, "returned") + 0.08 * q + 0.02 * T, 0, 0.9), 2)
    v["wastewater_generated"] = np.maximum(waste, 0.03)
    v["wastewater_reused"] = np.minimum(again, v["wastewater_generated"])
    v["industrial_wastewater_discharge"] = rounded(
        v["wastewater_generated"] - v["wastewater_reused"], 2
    )
    reclaimed = v["water_industry"] * np.clip(0.07 + 0.03 * q + 0.012 * T, 0.02, 0.4)
    v["water_reclaimed_used"] = rounded(reclaimed * has_extra(frame, "reclaimed"), 2)


def _waste(
    v: dict[str, Floats],
    frame: Frame,
    q: Floats,
    drift: Floats,
    noise: Noise,
    rng: np.random.Generator,
) -> None:
    """Each kind's way: used, disposed, stored, dumped; a few firms also work off old stock."""
    rate = field_of(frame, "utilised")
    uses_stock = rng.random((len(frame), 1)) < 0.12
    for kind in WASTES:
        made = np.ceil(
            v["output_constant"]
            * share_of(frame, "wastes", kind)
            * np.exp(-0.08 * q)
            * drift
            * noise(0.025)
        )
        used_share = np.clip(
            1 - (1 - rate) * np.exp(-0.35 * q - 0.05 * T) * noise(0.04), 0.36, 0.995
        )
        used = rounded(made * used_share)
        old = np.where(uses_stock, rounded(made * 0.04), 0.0)
        rest = made - used
        dumped = np.where(q < -1.9, rounded(made * 0.006), 0.0)
        dumped = np.minimum(dumped, rest)
        disposed = rounded((rest - dumped) * 0.56)
        v[f"sw_{kind}_utilised"] = used + old
        v[f"sw_{kind}_from_stock"] = np.where(np.isnan(made), np.nan, old)
        v[f"sw_{kind}_disposed"] = disposed
        v[f"sw_{kind}_disposed_from_stock"] = np.where(np.isnan(made), np.nan, 0.0)
        v[f"sw_{kind}_stored"] = rest - dumped - disposed
        v[f"sw_{kind}_dumped"] = np.where(np.isnan(made), np.nan, dumped)
    close_waste(v)
    v["gisw_opening_stock"] = opening_stock(v, np.where(uses_stock[:, 0], 0.6, 0.15))
    hazard = (
        v["output_constant"]
        * field_of(frame, "hazardous")
        / 1e3
        * np.exp(-0.1 * q)
        * drift
        * noise(0.03)
    )
    v["hw_generated"] = rounded(hazard, 2)
    v["hw_utilised"] = rounded(hazard * np.clip(0.985 + 0.01 * q, 0.9, 1.0), 2)


def opening_stock(v: Mapping[str, Floats], share: Floats) -> Floats:
    """Stock at the start of each year: last year's, plus stored, less taken; never below zero."""
    net = v["gisw_stored"] - v["gisw_from_stock"] - v["gisw_disposed_from_stock"]
    before = np.concatenate([np.zeros((len(net), 1)), np.cumsum(net, axis=1)[:, :-1]], axis=1)
    taken = v["gisw_from_stock"] + v["gisw_disposed_from_stock"]
    least = np.nanmax(np.nan_to_num(taken - before), axis=1)
    first = np.maximum(np.ceil(np.nan_to_num(v["gisw_generated"][:, 0]) * share), least)
    return np.asarray(first[:, None] + before, dtype=float)


def _recycling(
    v: dict[str, Floats], frame: Frame, q: Floats, noise: Noise, rng: np.random.Generator
) -> None:
    """Recycled resources processed, resource-recycling output, remanufacturing, kilns, tax relief."""
    recycled = np.nan_to_num(v["mat_recycled_input"])
    for kind in RESOURCES:
        mass = recycled * share_of(frame, "processed", kind)
        v[f"rr_{kind}_processed"] = rounded(mass * PLANT[kind] / (mass + PLANT[kind]))
    close_resources(v, ["processed"])
    share = field_of(frame, "circular")
    share = np.clip(share * np.exp(0.12 * q + 0.015 * T) * noise(0.02), 0, 0.98)
    made = np.minimum(rounded(v["output_value"] * share), 58e3)
    v["ce_industry_output"] = np.where(field_of(frame, "circular") > 0, made, np.nan)
    reman = np.minimum(rounded(v["ce_industry_output"] * 0.7), 5800)
    v["reman_output"] = reman * has_extra(frame, "remanufacturing")
    v["tax_relief_ce"] = rounded(v["ce_industry_output"] * 0.006 * noise(0.08))
    kiln = has_extra(frame, "coprocessing") * np.where(q > -1.5, 1.0, 0.2)
    for name, tonnes, growth in (
        ("medical", 320, 0.03),
        ("hazardous", 4200, 0.06),
        ("msw", 5200, 0.10),
        ("sludge", 3100, 0.08),
    ):
        v[f"coproc_{name}"] = rounded(tonnes * np.exp(growth * T + 0.1 * q) * kiln * noise(0.03))
    v["coproc_total"] = total([v[f"coproc_{n}"] for n in ("medical", "hazardous", "msw", "sludge")])
    heated = v["energy_waste_heat_recovered"] / 600 * has_extra(frame, "heating")
    v["waste_heat_heating_area"] = rounded(np.minimum(heated, 480), 2)


def _emissions(v: dict[str, Floats], frame: Frame, q: Floats, drift: Floats, noise: Noise) -> None:
    """Pollutants per output, falling faster than energy as treatment improves [t]."""
    for pollutant in POLLUTANTS:
        mass = v["output_constant"] * share_of(frame, "pollutants", pollutant) / 1e3
        v[f"em_{pollutant}"] = rounded(mass * np.exp(-0.15 * q - 0.03 * T) * drift * noise(0.03), 2)


def _site(
    v: dict[str, Floats], frame: Frame, q: Floats, noise: Noise, rng: np.random.Generator
) -> None:
    """People, land, how the return was filed, what inspections found."""
    people = v["output_value"] / 1e3 * field_of(frame, "people") * np.exp(-0.02 * T) * noise(0.015)
    v["employees"] = np.maximum(rounded(people), 8)
    first = v["output_constant"][:, :1] / 1e4 * field_of(frame, "land") * np.exp(-0.10 * q)
    growth = np.cumsum(rng.uniform(0.002, 0.012, size=v["employees"].shape), axis=1)
    v["land_industrial"] = rounded(np.clip(first * (1 + growth), 0.5, 290), 2)
    v["submission_on_time"] = np.ones(v["employees"].shape)
    v["edit_pass_rate"] = rounded(
        np.clip(96.5 + 1.6 * q + 0.3 * T + rng.normal(0, 0.7, size=v["employees"].shape), 82, 100),
        1,
    )
    found = rng.poisson(np.clip(1.6 - 0.6 * q, 0.1, 4.0) * np.ones_like(v["employees"]))
    v["findings_total"] = np.minimum(found, 8).astype(float)
    closed = rng.binomial(
        v["findings_total"].astype(int),
        np.clip(0.8 + 0.1 * q, 0.2, 1.0) * np.ones_like(v["employees"]),
    )
    v["findings_closed"] = closed.astype(float)
