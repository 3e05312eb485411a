"""What inspectors would have recorded: yearly checks of the plan's measures, and vetoes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np

from sample.cases import AWKWARD
from sample.catalogue import PlannedCheck, PlannedVeto
from sample.checked import names_of, number_of
from sample.frame import YEARS
from sample.inspectors import inspector_of
from sample.table import Table

STATUSES = ("done", "partial", "not_done", "not_applicable", "not_inspected")
INSPECTED = STATUSES[:3]
MEASURE_COLUMNS = ("check_id", "entity_id", "year", "status", "value", "evidence_ref",
                   "evidence_kind", "inspector_unit", "inspection_date", "finding", "due_date", "closed_date")  # fmt: skip
CLEARED = {  # of every veto
    "district": ("2204GX",),
    "park": ("PK03",),
    "enterprise": tuple(f"E{number:03d}" for number in range(12, 122, 10)),
}
VETO_COLUMNS = ("veto_id", "entity_id", "year", "status", "document", "confirming_unit", "date")
ON_TIME = "7.2.a"  # whether the yearly return came on time: the return itself says
CONNECTED = "4.1.1.d"  # asked of key energy users alone
REVIEWED = "4.4.1.e"  # asked of firms that have a project due for an energy review
HAS_PROJECT = 0.25  # of firms in a year
KEY_USER = 10_000.0  # tce a year: 重点用能单位
SELF_INSPECTED = "4.6.3.m"  # inspected by the bureau that answers for it
EVIDENCE, OF_EVIDENCE = ("document", "record", "statement"), (0.68, 0.26, 0.06)
FIRST_INSPECTED = 2021  # the plan's first year
_REMARK = {"partial": "部分完成，材料不全", "not_done": "未完成，限期整改"}


@dataclass(frozen=True)
class Inspected:
    """What inspectors come upon: returns, how well each entity does, and its industry; by entity."""

    table: Table
    quality: Mapping[str, float]
    industry: Mapping[str, str]


def measure_rows(
    about: Inspected, year: int, checks: Sequence[PlannedCheck], seed: int
) -> Iterator[tuple[str, ...]]:
    """One row per entity and check of its level, likelier done where the entity does well.

    Each row is drawn by itself: a check that changes in the plan moves no row of another one.
    """
    position, table = YEARS.index(year), about.table
    mine = [check for check in checks if table.entity_type in check.levels]
    number = 0
    for i, entity_id in enumerate(table.ids):
        if not table.is_valid[i, position]:
            continue
        for check in mine:
            number += 1
            here = _Place(check, table, i, about.quality[entity_id], seed)
            rng, drawn = here.draw(position)
            status, value = _settle(here, position, drawn)
            if _is_of_others(check, entity_id, about.industry[entity_id]):
                status, value = "not_applicable", ""
            elif check.entities and status not in INSPECTED:
                status = "partial"  # asked of nobody else: somebody went and looked
            yield _row(
                check, entity_id, year, status, value, table.entity_type[0].upper(), number, rng
            )


def _is_of_others(check: PlannedCheck, entity_id: str, industry: str) -> bool:
    """Whether the plan asks a check of other bodies, or industries; bodies that are no firms have none."""
    if check.entities and entity_id not in check.entities:
        return True
    return bool(check.industries and industry) and industry not in check.industries


@dataclass(frozen=True)
class _Place:
    """One check at one entity, over the years."""

    check: PlannedCheck
    table: Table
    row: int
    quality: float
    seed: int

    def draw(self, y: int) -> tuple[np.random.Generator, str]:
        """The year's own generator, and the status that it draws first."""
        year = YEARS[y]
        key = f"{self.check.id} {self.table.ids[self.row]}".encode()
        rng = np.random.default_rng([self.seed, year, crc32(key)])
        done = 0.60 + 0.12 * self.quality + 0.03 * (year - FIRST_INSPECTED)
        rest = 1 - float(np.clip(done, 0.15, 0.93))
        weights = [1 - rest, 0.45 * rest, 0.25 * rest, 0.12 * rest, 0.18 * rest]
        return rng, STATUSES[int(np.searchsorted(np.cumsum(weights), rng.random() * sum(weights)))]

    def has_project(self, y: int) -> bool:
        """Whether the firm builds something this year that needs an energy review."""
        key = f"project {self.table.ids[self.row]}".encode()
        drawn = np.random.default_rng([self.seed, YEARS[y], crc32(key)]).random()
        return bool(drawn < HAS_PROJECT)

    def number(self, y: int) -> float | None:
        return number_of(self.check, self.table, self.row, y, self.quality)

    def recorded(self, y: int) -> float | None:
        """The number that was recorded of an earlier year; None where nobody looked."""
        is_open = YEARS[y] < FIRST_INSPECTED or not self.table.is_valid[self.row, y]
        if is_open or self.table.is_absent(self.row, y):
            return None
        return self.number(y) if self.draw(y)[1] in INSPECTED else None


def _settle(here: _Place, y: int, drawn: str) -> tuple[str, str]:
    """The drawn status and the value, unless the return or the number already says how the check went."""
    check, table, i = here.check, here.table, here.row
    if check.id == ON_TIME:
        is_on_time = table.values["submission_on_time"][i, y] == 1 and not table.is_absent(i, y)
        return ("done" if is_on_time else "not_done"), ""
    if check.id == CONNECTED and not table.values["energy_total_tce"][i, y] >= KEY_USER:
        return "not_applicable", ""
    if check.id == REVIEWED and not here.has_project(y):
        return "not_applicable", ""
    values = [float(table.values[n][i, y]) for n in names_of(check) if n in table.values]
    if values and np.isnan(values).all():
        return "not_applicable", ""
    needs_number = check.yardstick in ("goal", "improves")
    if table.is_absent(i, y):
        return ("not_inspected" if needs_number else drawn), ""
    if drawn not in INSPECTED:
        return drawn, ""
    value = here.number(y)
    if value is None:
        return ("not_applicable" if needs_number else drawn), ""
    return _as_the_value_says(here, y, value, drawn), f"{value:.10g}"


def _as_the_value_says(here: _Place, y: int, value: float, drawn: str) -> str:
    """No check is done below its goal, after a step back, or with nothing of what it asks for."""
    check, less = here.check, here.check.better == "less"
    goal = check.goal.get(max((year for year in check.goal if year <= YEARS[y]), default=0))
    if goal is not None:
        if value <= goal if less else value >= goal:
            return "done"
        return "partial" if _way(here, y, value, goal) >= 0.5 else "not_done"
    if check.yardstick == "improves":
        span = range(max(y - (check.years if check.is_flow else 1), 0), y)
        known = [number for before in span if (number := here.recorded(before)) is not None]
        if known:
            return _improved(check, value, sum(known) / len(known))
    return "not_done" if check.better == "more" and value == 0 else drawn


def _way(here: _Place, y: int, value: float, goal: float) -> float:
    """The share of the way to a missed goal: from the first number where goals lead somewhere over the
    years or end at nothing, else of the goal itself."""
    less = here.check.better == "less"
    earlier = (here.recorded(before) for before in range(y) if YEARS[before] >= FIRST_INSPECTED)
    first = next((number for number in earlier if number is not None), None)
    is_way = len(set(here.check.goal.values())) > 1 or (less and not goal)
    if is_way and first is not None and (first > goal if less else first < goal):
        return (first - value) / (first - goal)
    if is_way and first is not None and goal:
        return 1 - abs(value - goal) / abs(goal)
    return (goal / value if less else value / goal) if goal else 0.0


def _improved(check: PlannedCheck, value: float, before: float) -> str:
    """Done from the tolerance for the better, not done from it for the worse."""
    less, is_rate = check.better == "less", check.type == "rate"
    if (value <= 0 and less) or (is_rate and not less and value >= 100):
        return "done"
    unit = 1.0 if is_rate else abs(before) / 100
    back = (check.years + 1) / 2 if check.is_flow else 1  # years that the mean of a flow lies back
    change = (before - value if less else value - before) / (unit * check.tolerance * back or 1e-9)
    if not less and not value and not before:
        return "not_done"
    near = is_rate and (value if less else 100 - value) < check.near
    return "done" if change >= 1 else "partial" if change > -1 or near else "not_done"


def _row(check: PlannedCheck, entity_id: str, year: int, status: str, value: str, letter: str, number: int,
         rng: np.random.Generator) -> tuple[str, ...]:  # fmt: skip
    if status in ("not_applicable", "not_inspected"):
        return (check.id, entity_id, str(year), status, *[""] * (len(MEASURE_COLUMNS) - 4))
    month, day = int(rng.integers(1, 4)), int(rng.integers(1, 29))
    date = f"{year + 1}-{month:02d}-{day:02d}"
    evidence = f"{letter}{year}-{number:05d}" if status != "not_done" else ""
    remark = _REMARK.get(status, "")
    due = f"{year + 1}-06-30" if remark else ""
    closed = (
        f"{year + 1}-06-{int(rng.integers(1, 29)):02d}"
        if remark and rng.random() < 0.4 and year < YEARS[-1]
        else ""
    )
    kind = EVIDENCE[int(np.searchsorted(np.cumsum(OF_EVIDENCE), rng.random()))]
    if entity_id == AWKWARD["excellent_firm"].entity_id:
        kind = "document"  # it proves what it does
    unit = _inspector(check, letter == "C")
    return (
        check.id,
        entity_id,
        str(year),
        status,
        value,
        evidence,
        kind if evidence else "",
        unit,
        date,
        remark,
        due,
        closed,
    )


def _inspector(check: PlannedCheck, is_own: bool) -> str:
    """Who inspected: the unit in charge whose field it is where others do the work, one that does not answer for it where
    the units themselves do; one bureau in the sample has looked into its own all the same."""
    if not is_own:
        return inspector_of(check)
    if check.id == SELF_INSPECTED:
        return check.units[0]
    return next(unit for unit in check.inspectors if unit not in check.units)


def veto_rows(vetoes: Sequence[PlannedVeto]) -> Iterator[tuple[str, ...]]:
    """One veto looked into and clear, one standing, some bodies cleared of all; no other was looked into."""
    cleared = [(kind, entity_id) for kind, ids in CLEARED.items() for entity_id in ids]
    for number, (entity_type, entity_id) in enumerate(cleared, 2):
        for veto in vetoes:
            if entity_type in veto.entity_types:
                unit = "市统计局" if "falsified" in veto.id else "市生态环境局"
                letter = f"示例函〔2026〕第{number}号"
                yield veto.id, entity_id, str(YEARS[-1]), "clear", letter, unit, "2026-02-20"
    for entity_type, case, word in (
        ("park", "veto_clear", "accident"),
        ("enterprise", "veto_standing", ""),
    ):
        mine = [v for v in vetoes if entity_type in v.entity_types]
        if not mine:
            continue
        where = AWKWARD[case]
        is_clear = case == "veto_clear"
        veto = next((v for v in mine if word in v.id), mine[0])
        yield (
            veto.id,
            where.entity_id,
            str(where.year),
            "clear" if is_clear else "standing",
            "示例函〔2026〕第1号" if is_clear else "示例认定书〔2025〕第7号",
            "市生态环境局" if is_clear else "市统计局",
            "2026-02-20" if is_clear else "2025-11-08",
        )
