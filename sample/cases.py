"""The awkward cases that the sample holds on purpose: where each one sits, and how it gets there.

`AWKWARD` is the register of them; tests look each one up in the data files and where it should
surface. Cases belong to the first city frame and are skipped for a firm that a smaller sample
does not hold.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sample.frame import PARK_IDS, YEARS
from sample.lines import OILS_AND_GAS_AND_COAL, WASTES
from sample.table import (
    ABSENT,
    ESTIMATED,
    MISSING,
    WASTE_FLOWS,
    Floats,
    Table,
    close_waste,
    energy_co2,
    energy_tce,
    rounded,
)

LAST = len(YEARS) - 1
Y2022, Y2023, Y2024 = (YEARS.index(y) for y in (2022, 2023, 2024))


@dataclass(frozen=True)
class Case:
    """One awkward case: which entity, variables and year hold it, and where a reader meets it."""

    entity_id: str
    variables: tuple[str, ...] = ()
    year: int | None = None  # None: every year
    surfaces: str = ""


AWKWARD: Mapping[str, Case] = {
    "firm_in_no_park": Case("E003", surfaces="register: its parent is a district"),
    "park_without_firm": Case(
        "PK09", ("n_above_scale",), surfaces="finding usual_range; no member in the register"
    ),
    "nested_park": Case("PK05", surfaces="register: its parent is PK01, which holds its firms too"),
    "dominant_firm": Case(
        "E090", ("energy_total_tce",), 2025, "gate: more than 70 % of the energy of PK04's firms"
    ),
    "no_farmland": Case(
        "220403",
        ("straw_generated", "irrigation_gross", "film_used"),
        surfaces="indicators R06, P05, P06 not applicable",
    ),
    "no_material_flows": Case(
        "220421",
        ("mf_coal_inflow", "mf_coal_outflow"),
        surfaces="account ac_coal estimated from the energy balance",
    ),
    "estimated_flows": Case("220422", ("mf_limestone_inflow",), surfaces="R01 flagged estimated"),
    "net_flows_summed": Case(
        "220400", ("nif_grain",), surfaces="account nif_grain: sum of its districts' net inflow"
    ),
    "deflated": Case(
        "E034", ("output_constant",), 2025, "estimated from current prices with the city's deflator"
    ),
    "zero_denominator": Case(
        "E085", ("gisw_generated", "gisw_from_stock"), surfaces="E07 not computable"
    ),
    "no_virgin_input": Case(
        "E096", ("mat_virgin_input",), surfaces="headline output rate not computable"
    ),
    "old_stock": Case(
        "E006",
        ("gisw_utilised", "gisw_generated"),
        2025,
        "utilised above generated, rate at most 100 %",
    ),
    "film_lag": Case(
        "220402", ("film_recovered", "film_used"), 2023, "finding film_within, confirmed"
    ),
    "net_heat_seller": Case("E001", ("energy_heat",), 2025, "finding usual_range, confirmed"),
    "negative_value_added": Case("E025", ("va_industry_current",), 2025, "finding firm_va_sign"),
    "rising_intensity": Case(
        "220403", ("energy_total_tce", "gdp_constant"), 2025, "target T1a behind, K negative"
    ),
    "city_base_intensity": Case(
        "220400", ("energy_total_tce", "gdp_constant"), 2020, "T1a and T1b conflict"
    ),
    "target_missed": Case(
        "220422", ("water_total", "gdp_constant"), 2025, "water per GDP: far below 16 %"
    ),
    "target_exceeded": Case(
        "2204GX", ("energy_total_tce", "gdp_constant"), 2025, "energy per GDP: beyond 15 %"
    ),
    "target_on_schedule": Case(
        "220421", ("energy_total_tce", "gdp_constant"), 2025, "energy per GDP: about 15 %"
    ),
    "unit_slip": Case("E038", ("water_industry",), 2025, "finding correction_scale, corrected"),
    "same_as_last_year": Case("E046", ("product_output",), 2025, "finding same_as_last_year"),
    "soft_finding_confirmed": Case("E001", ("energy_heat",), 2025, "finding with status confirmed"),
    "renamed_firm": Case("E022", surfaces="its name says so"),
    "closed_firm": Case("E005", year=2021, surfaces="valid_to; no report afterwards"),
    "new_firm": Case("E131", year=2025, surfaces="valid_from; no progress index"),
    "moved_park": Case(
        "E057", ("output_value",), 2023, "note; PK03 counted it until 2022, PK08 since"
    ),
    "mixed_bases": Case(
        "E033", ("energy_basis",), 2022, "finding mixed_bases: another basis stated for 2021"
    ),
    "late_filing": Case("E064", ("submission_on_time",), 2025, "value 0; check 7.2.a not done"),
    "did_not_file": Case("E103", year=2025, surfaces="no row; a report that says so"),
    "missing_value": Case(
        "E018", ("water_industry_reused",), 2025, "E05 missing: floor of the scale"
    ),
    "missing_part_of_r02": Case(
        "2204GX", ("kitchen_waste_treated",), 2025, "R10 missing, R02 not computed"
    ),
    "statistical_basis": Case("E079", surfaces="legal basis statistical: ungraded"),
    "poor_firm": Case("E011", surfaces="lowest scores"),
    "excellent_firm": Case("E078", surfaces="highest scores"),
    "firm_with_rising_intensity": Case(
        "E007", ("energy_total_tce", "output_constant"), 2025, "progress index below 100"
    ),
    "one_holding": Case("E078", surfaces="holding_id shared with E079 and E080: one contributor"),
    "veto_clear": Case("PK01", year=2025, surfaces="vetoes.csv, clear"),
    "veto_standing": Case("E011", year=2025, surfaces="vetoes.csv, standing: decides the grade"),
}

HOLDINGS: Mapping[str, str] = {
    "E078": "H01",
    "E079": "H01",
    "E080": "H01",
    "E044": "H02",
    "E048": "H02",
}
RENAMED: Mapping[str, tuple[str, str]] = {
    "E022": (
        "示例企业022（装备制造，2023年由示例企业922更名）",
        "Sample firm 022 (machinery; sample firm 922 until 2023)",
    )
}
MOVED: Mapping[str, tuple[str, int]] = {
    "E057": ("PK03", 2023)
}  # former park, first year in the present one
OTHER_BASIS: Mapping[str, tuple[int, str]] = {"E033": (2021, "equivalent")}  # stated for one year
QUALITY: Mapping[str, float] = {
    "E011": -2.4,
    "E078": 3.7,
    "E058": 1.6,
    "E099": -1.7,
    "E068": -1.9,
    "E085": 1.2,
}
INSPECTED_AS: Mapping[str, float] = {
    "E078": 3.5,
    "2204GX": 3.4,
}  # how well inspections go, beside the quality
TREND: Mapping[str, float] = {
    "E007": 0.034,
    "E040": 0.021,
    "E099": 0.018,
    "E011": 0.012,
    "E078": -0.055,
    "E001": -0.015,  # the largest users, so that their district's path is theirs
    "E002": -0.012,
    "E090": 0.010,
}
UNIT_SLIP_FACTOR = 10_000


class Positions:
    """Rows of the first frame's firms by id."""

    def __init__(self, ids: list[str]) -> None:
        self.row = {entity_id: i for i, entity_id in enumerate(ids)}

    def of(self, case: str) -> int | None:
        """The row of a case's firm, or None where this sample does not hold it."""
        return self.row.get(AWKWARD[case].entity_id)


def shape_firms(ids: list[str], quality: Floats, trend: Floats) -> None:
    """Give the firms of a case their quality and trend, in place."""
    row = Positions(ids).row
    for values, wanted in ((quality, QUALITY), (trend, TREND)):
        for entity_id, x in wanted.items():
            if entity_id in row:
                values[row[entity_id]] = x


def shape_membership(ids: list[str], member_of: NDArray[np.int64]) -> None:
    """Put firms that moved into their former park for the years before, in place."""
    row = Positions(ids).row
    for entity_id, (park, year) in MOVED.items():
        if entity_id in row:
            member_of[row[entity_id], : YEARS.index(year)] = PARK_IDS.index(park)


def shape_codes(ids: list[str], basis: NDArray[np.object_]) -> None:
    """Let a firm state another basis of electricity for one year, in place."""
    row = Positions(ids).row
    for entity_id, (year, word) in OTHER_BASIS.items():
        if entity_id in row:
            basis[row[entity_id], YEARS.index(year)] = word


def change_firms(ids: list[str], v: dict[str, Floats]) -> None:
    """Cases that change what a firm did, before parks and districts add it up."""
    at = Positions(ids)
    if (i := at.of("net_heat_seller")) is not None:
        v["energy_heat"][i] = -rounded(np.abs(v["energy_heat"][i]) * 0.4 + 52_000)
    if (i := at.of("same_as_last_year")) is not None:
        v["product_output"][i, LAST - 1 :] = _with_last_digit(v["product_output"][i, LAST - 1])
    if (i := at.of("negative_value_added")) is not None:
        for code, share in (("va_industry_current", 0.031), ("va_industry_constant", 0.030)):
            v[code][i, LAST] = -rounded(v["output_value"][i, LAST] * share)
    if (i := at.of("no_virgin_input")) is not None:
        v["mat_virgin_input"][i], v["mat_recycled_input"][i] = 0.0, v["mat_total_input"][i]
    if (i := at.of("zero_denominator")) is not None:
        for code in (f"sw_{kind}_{flow}" for kind in WASTES for flow in WASTE_FLOWS):
            v[code][i] = v[code][i] * 0.0
    if (i := at.of("old_stock")) is not None:
        _work_off_stock(v, i)
    close_waste(v)
    for case, share in (("old_stock", 4.0), ("zero_denominator", 0.0)):
        if (i := at.of(case)) is not None:
            _restate_stock(v, i, share)
    v["energy_total_tce"] = rounded(
        energy_tce(v) - np.nan_to_num(v["energy_transformation_output"]), 2
    )
    v["co2_energy"] = rounded(energy_co2(v))


def _with_last_digit(x: float) -> float:
    """A round figure may well come twice; one that is not round hardly does."""
    return x if x % 10 else x + 3


def _work_off_stock(v: dict[str, Floats], i: int) -> None:
    """A brick works uses nearly all its gangue of the year and a fifth as much again from the heap."""
    made = v["sw_coal_gangue_generated"][i]
    old = rounded(made * np.array([0.0, 0.05, 0.10, 0.16, 0.19, 0.20]))
    v["sw_coal_gangue_utilised"][i] = rounded(made * 0.98) + old
    v["sw_coal_gangue_from_stock"][i] = old
    v["sw_coal_gangue_disposed"][i], v["sw_coal_gangue_dumped"][i] = 0.0, 0.0
    v["sw_coal_gangue_stored"][i] = made - rounded(made * 0.98)


def _restate_stock(v: dict[str, Floats], i: int, share: float) -> None:
    net = v["gisw_stored"][i] - v["gisw_from_stock"][i] - v["gisw_disposed_from_stock"][i]
    first = np.ceil(v["gisw_generated"][i, 0] * share)
    v["gisw_opening_stock"][i] = first + np.concatenate([[0.0], np.cumsum(net)[:-1]])


def change_districts(v: dict[str, Floats], ids: list[str]) -> None:
    """Farm film used in an earlier year and recovered in this one."""
    i = ids.index(AWKWARD["film_lag"].entity_id)
    late = rounded(v["film_used"][i, Y2023] * 1.04) - v["film_recovered"][i, Y2023]
    v["film_recovered"][i, Y2023] += late
    v["film_recovered"][i, Y2023 - 1] -= late  # the year that it was used in has the less


def mark_firms(table: Table) -> None:
    """Cases of how a return was filed: slips, gaps, lateness, basis, notes."""
    at = Positions(list(table.ids))
    if (i := at.of("unit_slip")) is not None:
        x = table.values["water_industry"]
        x[i, LAST] = rounded(x[i, LAST] * UNIT_SLIP_FACTOR)
    if (i := at.of("late_filing")) is not None:
        table.values["submission_on_time"][i, LAST] = 0.0
        table.notes[i, LAST, "submission_on_time"] = "迟报11天"
    if (i := at.of("missing_value")) is not None:
        table.mark("water_industry_reused", i, LAST, MISSING)
    if (i := at.of("deflated")) is not None:
        table.mark("output_constant", i, LAST, MISSING)
    if (i := at.of("did_not_file")) is not None:
        table.mark("", i, LAST, ABSENT)
    if (i := at.of("statistical_basis")) is not None:
        table.basis[i] = "statistical"
    if (i := at.of("negative_value_added")) is not None:
        for code in ("va_industry_current", "va_industry_constant"):
            table.notes[i, LAST, code] = "当年亏损，增加值为负"
    if (i := at.of("moved_park")) is not None:
        table.notes[i, Y2023, "output_value"] = "2023年由PK03迁入PK08"


def mark_districts(table: Table) -> None:
    """Districts that keep no account of what comes in and goes out, and one that left a value out."""
    for entity_id in ("220421", "220422"):
        i = table.row(entity_id)
        for code in (c for c in table.values if c.startswith("mf_")):
            is_fuel = code.split("_", 1)[1].startswith(OILS_AND_GAS_AND_COAL)
            if code.endswith(("_inflow", "_outflow", "_stock_change")):
                table.mark(code, i, slice(None), MISSING if is_fuel else ESTIMATED)
    zone = table.row(AWKWARD["missing_part_of_r02"].entity_id)
    table.mark("kitchen_waste_treated", zone, LAST, MISSING)
    table.notes[table.row("220402"), Y2023, "film_recovered"] = "含上年使用、本年回收的农膜"


CORRECTIONS: tuple[Mapping[str, object], ...] = (
    {
        "action": "scale",
        "entity_id": "E038",
        "year": 2025,
        "variable": "water_industry",
        "factor": 1 / UNIT_SLIP_FACTOR,
        "old": 10_500,
        "reason": "按立方米填报，报表要求万立方米；已向企业核实",
        "on_word_of": {
            "name": "示例填报人己",
            "role": "企业统计负责人",
            "channel": "退回表答复",
            "date": "2026-03-11",
        },
        "by": {"name": "示例经办人", "role": "市统计局"},
        "reported": "2026-03-12",
        "status": "open",
    },
)
