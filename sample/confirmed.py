"""confirmations.yml of the sample: soft findings that its bodies and firms stand by, each by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sample.frame import YEARS
from sample.table import Table
from sample.write import Bare, flow, number_text

Values = Mapping[str, str]
COVERED = 0.995  # of its firms' sum: what checks.yml asks of a body
# What a park's figures of earlier years lack where a firm moved into it since.
MOVED_WITH = {
    "body_covers_firms_output_value": "output_value",
    "body_covers_firms_energy_natural_gas": "energy_natural_gas",
    "body_covers_firms_land_industrial": "land_industrial",
    "body_covers_firms_industrial_wastewater_discharge": "industrial_wastewater_discharge",
    "park_covers_firms_water": "water_industry",
}


@dataclass(frozen=True)
class Stood:
    """A finding that somebody stands by in every year in which it comes up."""

    entity_type: str
    entity_id: str
    finding: str
    variable: str
    reason: str
    name: str
    role: str
    date: str


@dataclass(frozen=True)
class Cell:
    """A year of an entity in its table, and the rows of the firms that the register counts in it."""

    table: Table
    row: int
    y: int
    enterprises: Table
    firms: Sequence[int]

    def value(self, code: str, y: int | None = None) -> float:
        return float(self.table.values[code][self.row, self.y if y is None else y])

    def of_firms(self, code: str) -> float:
        """Sum over the firms inside that have a value."""
        return float(np.nansum(self.enterprises.values[code][list(self.firms), self.y]))


def _negative(cell: Cell, code: str) -> Values | None:
    value = cell.value(code)
    return {"value": number_text(value)} if value < 0 else None


def _unchanged(cell: Cell, code: str) -> Values | None:
    if not cell.y or cell.value(code) != cell.value(code, cell.y - 1):
        return None
    return {"before": number_text(cell.value(code)), "now": number_text(cell.value(code))}


def _more_film(cell: Cell, code: str) -> Values | None:
    recovered, used = cell.value("film_recovered"), cell.value("film_used")
    if not recovered > used:
        return None
    return {"film_recovered": number_text(recovered), "film_used": number_text(used)}


def _other_count(cell: Cell, code: str) -> Values | None:
    own = cell.value(code)
    if own == len(cell.firms):
        return None
    return {code: number_text(own), "count_of(enterprise)": str(len(cell.firms))}


def _less_than_firms(cell: Cell, code: str) -> Values | None:
    own, inside = cell.value(code), cell.of_firms(code)
    if own >= COVERED * inside:
        return None
    return {code: number_text(own), f"sum_known(enterprise, {code})": number_text(inside)}


FINDINGS: Mapping[str, Callable[[Cell, str], Values | None]] = {
    "usual_range": _negative,
    "same_as_last_year": _unchanged,
    "film_within": _more_film,
    "firms_counted": _other_count,
    **dict.fromkeys(MOVED_WITH, _less_than_firms),
}
MOVED = (
    "有一家企业于2023年由东辽经济开发区迁入金州园区，名录只记现属园区，以前年度企业数以园区报数为准"
)
AREA = "区划或规划面积未调整"
STOOD_BY: tuple[Stood, ...] = (
    Stood("enterprise", "E001", "usual_range", "energy_heat", "余热外供，热力净外售，企业已书面确认",
          "示例填报人甲", "企业统计负责人", "2026-03-05"),
    Stood("district", "220402", "film_within", "film_recovered", "回收量含上年使用的农膜，跨年回收，农业农村局已确认",
          "示例填报人乙", "县农业农村局统计员", "2026-03-20"),
    *(Stood("park", park, "firms_counted", "n_above_scale", MOVED, "示例填报人丙", "园区管委会统计员", "2026-03-20")
      for park in ("PK03", "PK08")),
    *(Stood("park", "PK08", finding, code, MOVED, "示例填报人丙", "园区管委会统计员", "2026-03-20")
      for finding, code in MOVED_WITH.items()),
    *(Stood("district", i, "same_as_last_year", "land_total", AREA, "示例填报人丁", "自然资源部门统计员", "2026-03-12")
      for i in ("220403", "220421", "220422", "2204GX")),
    Stood("park", "PK01", "same_as_last_year", "park_land_planned", AREA, "示例填报人戊", "园区管委会统计员", "2026-03-12"),
)  # fmt: skip
HEAD = "# Soft findings accepted on record: by whom, why, when, and for which values (示例数据, synthetic).\n"


def confirmations_text(
    tables: Sequence[Table], register: Sequence[tuple[str, ...]], years: Sequence[int]
) -> str:
    """confirmations.yml for the entities that some tables hold."""
    by_type = {table.entity_type: table for table in tables}
    entries = (
        entry
        for stood in STOOD_BY
        if stood.entity_id in by_type[stood.entity_type].ids
        for entry in _entries(stood, by_type, register, years)
    )
    return HEAD + "".join(f"- {flow(entry)}\n" for entry in entries)


def _entries(
    stood: Stood,
    tables: Mapping[str, Table],
    register: Sequence[tuple[str, ...]],
    years: Sequence[int],
) -> Iterator[Mapping[str, object]]:
    table, enterprises = tables[stood.entity_type], tables["enterprise"]
    for year in years:
        firms = [enterprises.row(i) for i in _firms_in(stood.entity_id, register, year)]
        cell = Cell(table, table.row(stood.entity_id), YEARS.index(year), enterprises, firms)
        values = FINDINGS[stood.finding](cell, stood.variable)
        if values is not None and (year > years[0] or stood.finding != "same_as_last_year"):
            yield {
                "finding": stood.finding,
                "entity_id": stood.entity_id,
                "year": year,
                "variable": stood.variable,
                "values": {f'"{key}"' if "(" in key else key: Bare(v) for key, v in values.items()},
                "reason": stood.reason,
                "by": {"name": stood.name, "role": stood.role},
                "date": stood.date,
            }


def _firms_in(body: str, register: Sequence[tuple[str, ...]], year: int) -> list[str]:
    """Firms of a body in the register, valid in a year."""
    rows = (r for r in register if r[1] == "enterprise" and r[4] == body)
    return [
        r[0] for r in rows if (not r[8] or int(r[8]) <= year) and (not r[9] or year <= int(r[9]))
    ]
