"""What is known of the five territories that do not overlap, and what their returns are made from.

One number per territory, in the order of TERRITORIES: 220402 without the zone, 220403, 220421,
220422, 2204GX.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sample.frame import PARKS, TERRITORIES
from sample.sums import GX, HOST, Y, sums_by
from sample.table import Floats

# One number per territory, in TERRITORIES' order: 220402 without the zone, 220403, 220421, 220422, 2204GX.
POPULATION = np.array(
    [259879.0, 136337, 307302, 226185, 67200]
)  # 220402 with the zone: 327,079 (2020 census)
URBAN = np.array([227633.0, 120463, 112665, 55287, 59200])  # 220402 with the zone: 286,833
POPULATION_GROWTH = np.array([-0.009, -0.016, -0.017, -0.019, 0.006])
GDP_2022 = np.array([1180000.0, 500000, 1250000, 1080043, 620000])  # current prices [10k CNY]
REAL_GROWTH = np.array([0.0, 0.052, 0.010, 0.053, 0.051, 0.050])
GROWTH_BESIDE = np.array([0.0, -0.025, 0.002, 0.001, 0.004])
DEFLATOR = np.array([1.0, 1.008, 1.0135, 1.015, 1.020, 1.026])
PRIMARY_2022 = np.array([0.030, 0.014, 0.245, 250867 / 1080043, 0.0094])
SECONDARY_2022 = np.array([0.205, 0.27, 0.170, 244433 / 1080043, 0.36])
DONGLIAO_2022 = (250867.0, 244433.0, 584743.0)  # published: primary, secondary, tertiary
INDUSTRY_OF_SECONDARY = np.array([0.80, 0.80, 0.74, 0.62, 0.94])
INTENSITY_2020 = np.array([2.58, 0.95, 0.83, 0.80, 0.50])  # [tce per 10k CNY]
INTENSITY_2025 = np.array([-0.180, 0.029, -0.158, -0.130, -0.238])  # change over five years
# What homes, services, transport and farms use [the fuel's own unit per urban and per rural resident of
# 2020; change per year]: with the small works of INDUSTRY_FUELS all that the firms of the frame do not use.
LIVING_FUELS: Mapping[str, tuple[float, float, float]] = {
    "raw_coal": (0.25, 0.75, -0.03),  # boilers of small settlements, stoves [t]
    "gasoline": (0.068, 0.045, 0.02),
    "diesel": (0.08, 0.11, 0.012),
    "fuel_oil": (0.0005, 0.0005, 0.0),
    "lpg": (0.008, 0.014, -0.01),
    "natural_gas": (0.0060, 0.0003, 0.05),  # 60 m3 per urban resident
    "electricity": (0.150, 0.095, 0.03),  # 1,500 and 950 kWh
    "heat": (11.5, 0.3, 0.015),  # district heating [GJ]
    "biomass": (0.01, 0.35, 0.01),  # straw and wood [tce]
}
# Industry below the limit of 20 million CNY: what is left of the territory's total, by fuel [share of tce].
SMALL_INDUSTRY_FUELS: Mapping[str, float] = {
    "raw_coal": 0.62, "electricity": 0.18, "diesel": 0.05, "natural_gas": 0.06, "heat": 0.03, "biomass": 0.06,
}  # fmt: skip
SMALL_INDUSTRY_LEAST = 0.08  # of what the firms of the frame use
WATER_2020 = np.array([2820.0, 1310, 7850, 6650, 805])  # [10k m3]
WATER_2025 = np.array([-0.175, -0.125, -0.192, -0.045, -0.235])  # change per GDP over five years
INDUSTRY_WATER_2025 = np.array(
    [-0.19, -0.12, -0.24, -0.15, -0.28]
)  # change per industrial value added
QUALITY = np.array([0.5, -1.1, 0.35, -0.35, 1.3])
AREA = np.array([16945.0, 17880, 252368, 218440, 6655])  # [ha]
CONSTRUCTION = np.array([5600.0, 4300, 15200, 13100, 2750])
HAS_FARMS = np.array([1.0, np.nan, 1.0, 1.0, np.nan])
# Materials: local extraction, and use beyond what fuels tell [t]; outflow beside use.
EXTRACTION: Mapping[str, tuple[float, ...]] = {
    "coal": (0, 340e3, 0, 58e3, 0),
    "limestone": (0, 0, 1420e3, 1240e3, 0),
    "timber": (4e3, 1500, 52e3, 38e3, 0),
    "grain": (96e3, 0, 860e3, 690e3, 0),
}
# What grows with grain: straw by the weighted straw-grain ratio of maize and rice, farm film, and irrigation.
STRAW_PER_GRAIN = 1.25  # [t per t]
FILM_PER_GRAIN = 1.3e-3  # [t per t]
USE: Mapping[str, tuple[float, ...]] = {
    "iron_steel": (182e3, 61e3, 42e3, 38e3, 74e3),
    "copper": (1150, 640, 420, 390, 1480),
    "aluminium": (5200, 2600, 2100, 2400, 21500),
    "lead": (310, 140, 120, 110, 620),
    "zinc": (420, 190, 160, 150, 540),
    "nickel": (38, 12, 8, 8, 64),
    "limestone": (310e3, 150e3, 1520e3, 1340e3, 62e3),
    "phosphate": (2100, 420, 15200, 12900, 260),
    "sulphur": (1900, 520, 3100, 2700, 900),
    "timber": (13e3, 6200, 34e3, 25e3, 6e3),
    "grain": (118e3, 42e3, 330e3, 246e3, 68e3),
}
OUTFLOW: Mapping[str, tuple[float, ...]] = {
    "coal": (0, 96e3, 0, 12e3, 0),
    "petroleum": (1800, 0, 0, 0, 0),
    "iron_steel": (1850e3, 64e3, 9e3, 8e3, 41e3),
    "copper": (210, 60, 0, 0, 340),
    "aluminium": (3100, 900, 300, 600, 98e3),
    "lead": (60, 0, 0, 0, 150),
    "zinc": (70, 0, 0, 0, 90),
    "nickel": (4, 0, 0, 0, 12),
    "limestone": (0, 0, 210e3, 160e3, 0),
    "timber": (1200, 300, 21e3, 15e3, 500),
    "grain": (21e3, 2e3, 572e3, 492e3, 0),
}
MATERIALS = ("coal", "petroleum", "natural_gas", "iron_steel", "copper", "aluminium", "lead", "zinc", "nickel",
             "limestone", "phosphate", "sulphur", "timber", "grain")  # fmt: skip
RECYCLABLE_PER_PERSON: Mapping[
    str, tuple[float, float]
] = {  # generated [t per person], recovered share of 2020
    "scrap_steel": (0.098, 0.86),
    "scrap_nonferrous": (0.0125, 0.88),
    "elv": (0.0092, 0.62),
    "weee": (0.0064, 0.55),
    "battery": (0.0027, 0.58),
    "tyre": (0.0068, 0.60),
    "textile": (0.0160, 0.24),
    "plastic": (0.0345, 0.46),
    "paper": (0.0450, 0.66),
    "glass": (0.0160, 0.36),
}


def spread(values: object, frames: int) -> Floats:
    """A number per territory as a column, repeated for each city frame."""
    return np.tile(np.asarray(values, dtype=float), frames)[:, None]


@dataclass(frozen=True)
class Place:
    """What the parts of a territory's return are made from."""

    firms: Mapping[str, Floats]
    parks: Mapping[str, Floats]
    valid: NDArray[np.bool_]
    cell: NDArray[np.int64]  # each firm's territory
    frames: int
    units: Mapping[str, str]
    rng: np.random.Generator
    q: Floats  # how well each territory does

    @property
    def n(self) -> int:
        return self.frames * len(TERRITORIES)

    @property
    def zone(self) -> NDArray[np.int64]:
        return np.arange(self.frames) * len(TERRITORIES) + GX

    @property
    def host(self) -> NDArray[np.int64]:
        return np.arange(self.frames) * len(PARKS) + HOST

    def of_firms(self, code: str) -> Floats:
        """Sum over the firms of each territory, zero where none has it."""
        return np.nan_to_num(sums_by(self.cell, self.n, self.valid, self.firms[code]))

    def noise(self, size: float) -> Floats:
        return np.exp(self.rng.normal(0, size, size=(self.n, Y)))

    def pace(self) -> Floats:
        """Years since the first as a programme gets on, territory by year: never by equal steps, and all of
        them at the end. Drawn beside the others, which it does not move."""
        years = np.arange(Y, dtype=float)
        ahead = self.rng.spawn(1)[0].uniform(-0.4, 0.4, size=(self.n, Y))
        ahead[:, [0, -1]] = 0.0
        return years + ahead

    def each(self, values: object) -> Floats:
        return spread(values, self.frames)

    def zone_as_park(self, code: str, x: Floats) -> Floats:
        """The zone's industry is its park's: shared flows are entered once."""
        x[self.zone] = np.nan_to_num(self.parks[code][self.host])
        return x
