"""The values of one entity type before they are written: arrays by variable, entity by year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sample.lines import POLLUTANTS, RESOURCES, WASTES

Floats = NDArray[np.float64]

REPORTED, ESTIMATED, MISSING, NOT_APPLICABLE, ABSENT = 0, 1, 2, 3, 4
STATUS_TEXT = ("", "estimated", "missing", "not_applicable")  # ABSENT has no row at all

# Standard coal per unit of each fuel [tce]; the dictionary's, methodology section 12.
COEFFICIENTS: Mapping[str, float] = {
    "raw_coal": 0.7143,
    "washed_coal": 0.9,
    "coke": 0.9714,
    "gasoline": 1.4714,
    "diesel": 1.4571,
    "fuel_oil": 1.4286,
    "lpg": 1.7143,
    "natural_gas": 13.3,
    "electricity": 1.229,
    "heat": 0.03412,
    "biomass": 1.0,
}
EQUIVALENT_ELECTRICITY = 3.055  # at the fuel that a power station burns for it [tce per 10k kWh]
OILS = ("gasoline", "diesel", "fuel_oil", "lpg")
# Carbon per heat [t/GJ] and the share oxidised, as in params/accounts.yml; CO2 per 10k kWh and per GJ [t].
CARBON: Mapping[str, tuple[float, float]] = {
    "raw_coal": (0.02618, 0.93), "washed_coal": (0.0254, 0.93), "coke": (0.0294, 0.93),
    "gasoline": (0.0189, 0.98), "diesel": (0.0202, 0.98), "fuel_oil": (0.0211, 0.98), "lpg": (0.0172, 0.98),
    "natural_gas": (0.01532, 0.99),
}  # fmt: skip
CO2_POWER, CO2_HEAT = 4.932, 0.11
GJ_PER_TCE = 29.3076

WASTE_FLOWS = (
    "generated",
    "utilised",
    "from_stock",
    "disposed",
    "disposed_from_stock",
    "stored",
    "dumped",
)
TWO_DECIMALS = ("10k m3", "10k kWh", "tce", "ha", "10k m2")
FINE = {f"em_{p}" for p in POLLUTANTS} | {"hw_generated", "hw_utilised", "rr_telecom_recovered"}


@dataclass
class Table:
    """Values by variable code, NaN where the variable does not apply; statuses and notes beside them."""

    ids: Sequence[str]
    entity_type: str
    is_valid: NDArray[np.bool_]  # entity by year: the entity exists and returns
    values: dict[str, Floats]
    codes: dict[str, NDArray[np.object_]] = field(default_factory=dict)
    status: dict[str, NDArray[np.uint8]] = field(default_factory=dict)  # where not plain
    notes: dict[tuple[int, int, str], str] = field(
        default_factory=dict
    )  # (row, year position, code)
    basis: dict[int, str] = field(default_factory=dict)  # row -> other than the table's
    default_basis: str = "consented"

    @property
    def shape(self) -> tuple[int, int]:
        return self.is_valid.shape

    def row(self, entity_id: str) -> int:
        return list(self.ids).index(entity_id)

    def is_absent(self, row: int, year: int) -> bool:
        """Whether the entity returned nothing for the year (its position)."""
        marks = self.status.get("")
        return marks is not None and bool(marks[row, year] == ABSENT)

    def mark(self, code: str, rows: object, years: object, status: int) -> None:
        """Set the status of some cells."""
        marks = self.status.setdefault(code, np.zeros(self.shape, np.uint8))
        marks[rows, years] = status  # type: ignore[index]


def rounded(x: object, decimals: int = 0) -> Floats:
    """`numpy.round` as plain floats."""
    return np.asarray(np.round(np.asarray(x, dtype=float), decimals), dtype=np.float64)


def round_as_returned(code: str, unit: str, x: Floats) -> Floats:
    """A value with the decimals a return of its unit shows."""
    if code in FINE or unit in TWO_DECIMALS:
        return rounded(x, 2)
    return rounded(x, 1 if unit == "%" else 0)


def energy_tce(values: Mapping[str, Floats]) -> Floats:
    """Fuels in standard coal, before transformation output; a fuel that does not apply counts nothing."""
    return sum(
        (np.nan_to_num(values[f"energy_{fuel}"]) * c for fuel, c in COEFFICIENTS.items()),
        start=np.zeros(()),
    )


def energy_equivalent(values: Mapping[str, Floats]) -> Floats:
    """Energy net of what is supplied, with net electricity at its fuel instead of its heat [tce]."""
    net = np.nan_to_num(values["energy_electricity"]) - np.nan_to_num(values["power_supplied"])
    calorific = energy_tce(values) - np.nan_to_num(values["energy_transformation_output"])
    return calorific + (EQUIVALENT_ELECTRICITY - COEFFICIENTS["electricity"]) * net


def energy_co2(values: Mapping[str, Floats]) -> Floats:
    """CO2 of the fuels burnt and of the power and heat bought, less what leaves as power and heat [t].

    Heat of a fuel × carbon × share oxidised × 44/12, as the account of params/accounts.yml.
    """
    burnt = sum(
        (
            np.nan_to_num(values[f"energy_{fuel}"]) * COEFFICIENTS[fuel] * carbon * oxidised
            for fuel, (carbon, oxidised) in CARBON.items()
        ),
        start=np.zeros(()),
    )
    power = np.nan_to_num(values["energy_electricity"]) - np.nan_to_num(values["power_supplied"])
    heat = np.nan_to_num(values["energy_heat"]) - np.nan_to_num(values["heat_supplied"])
    return np.maximum(burnt * GJ_PER_TCE * 44 / 12 + CO2_POWER * power + CO2_HEAT * heat, 0.0)


def close_waste(values: dict[str, Floats]) -> None:
    """Derive what is generated from where it went, and the totals over kinds: the balance is exact."""
    for kind in WASTES:
        flow = {name: values[f"sw_{kind}_{name}"] for name in WASTE_FLOWS if name != "generated"}
        values[f"sw_{kind}_generated"] = (
            flow["utilised"]
            - flow["from_stock"]
            + flow["disposed"]
            - flow["disposed_from_stock"]
            + flow["stored"]
            + flow["dumped"]
        )
    for name in WASTE_FLOWS:
        values[f"gisw_{name}"] = total([values[f"sw_{kind}_{name}"] for kind in WASTES])


def close_resources(values: dict[str, Floats], suffixes: Sequence[str]) -> None:
    """Totals over the ten kinds of recycled resources."""
    names = {
        "processed": "rr_total_processed",
        "recovered": "rr_recovered",
        "generated_est": "rr_generated_est",
    }
    for suffix in suffixes:
        values[names[suffix]] = total([values[f"rr_{kind}_{suffix}"] for kind in RESOURCES])


def total(parts: Sequence[Floats]) -> Floats:
    """Sum over the parts that apply; NaN where none does."""
    stacked = np.stack(parts)
    none = np.isnan(stacked).all(axis=0)
    return np.where(none, np.nan, np.nansum(stacked, axis=0))
