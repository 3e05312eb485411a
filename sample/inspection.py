"""What inspectors would have recorded: yearly checks of the plan's measures, and vetoes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from zlib import crc32

import numpy as np

from sample.cases import AWKWARD
from sample.catalogue import PlannedCheck, PlannedVeto
from sample.checked import names_of, number_of
from sample.frame import YEARS
from sample.table import Table

STATUSES = ("done", "partial", "not_done", "not_applicable", "not_inspected")
MEASURE_COLUMNS = ("check_id", "entity_id", "year", "status", "value", "evidence_ref",
                   "evidence_kind", "inspector_unit", "inspection_date", "finding", "due_date", "closed_date")  # fmt: skip
VETO_COLUMNS = ("veto_id", "entity_id", "year", "status", "document", "confirming_unit", "date")
ON_TIME = "7.2.a"  # whether the yearly return came on time: the return itself says
SELF_INSPECTED = "4.6.3.m"  # inspected by the bureau that answers for it
EVIDENCE, OF_EVIDENCE = ("document", "record", "statement"), (0.68, 0.26, 0.06)
FIRST_INSPECTED = 2021  # the plan's first year
_REMARK = {"partial": "部分完成，材料不全", "not_done": "未完成，限期整改"}


def measure_rows(
    table: Table,
    year: int,
    checks: Sequence[PlannedCheck],
    quality: Mapping[str, float],
    seed: int,
) -> Iterator[tuple[str, ...]]:
    """One row per entity and check of its level, likelier done where the entity does well.

    Each row is drawn by itself: a check that changes in the plan moves no row of another one.
    """
    position = YEARS.index(year)
    mine = [check for check in checks if table.entity_type in check.levels]
    number = 0
    for i, entity_id in enumerate(table.ids):
        if not table.is_valid[i, position]:
            continue
        for check in mine:
            number += 1
            rng = np.random.default_rng([seed, year, crc32(f"{check.id} {entity_id}".encode())])
            drawn = _draw(rng, quality[entity_id], year)
            status, value = _settle(check, table, i, position, drawn, quality[entity_id])
            yield _row(
                check, entity_id, year, status, value, table.entity_type[0].upper(), number, rng
            )


def _draw(rng: np.random.Generator, quality: float, year: int) -> str:
    done = float(np.clip(0.60 + 0.12 * quality + 0.03 * (year - FIRST_INSPECTED), 0.15, 0.93))
    rest = 1 - done
    weights = [done, 0.45 * rest, 0.25 * rest, 0.12 * rest, 0.18 * rest]
    return STATUSES[int(np.searchsorted(np.cumsum(weights), rng.random() * sum(weights)))]


def _settle(
    check: PlannedCheck, table: Table, i: int, y: int, drawn: str, quality: float
) -> tuple[str, str]:
    """The drawn status and the value, unless the return or the number already says how the check went."""
    if check.id == ON_TIME:
        is_on_time = table.values["submission_on_time"][i, y] == 1 and not table.is_absent(i, y)
        return ("done" if is_on_time else "not_done"), ""
    values = [float(table.values[n][i, y]) for n in names_of(check) if n in table.values]
    if values and np.isnan(values).all():
        return "not_applicable", ""
    needs_number = check.yardstick in ("goal", "improves")
    if table.is_absent(i, y):
        return ("not_inspected" if needs_number else drawn), ""
    if drawn in ("not_inspected", "not_applicable"):
        return drawn, ""
    value = number_of(check, table, i, y, quality)
    if value is None:
        return ("not_applicable" if needs_number else drawn), ""
    last = None if table.is_absent(i, y - 1) else number_of(check, table, i, y - 1, quality)
    return _as_the_value_says(check, YEARS[y], value, last, drawn), f"{value:.10g}"


def _as_the_value_says(
    check: PlannedCheck, year: int, value: float, last: float | None, drawn: str
) -> str:
    """No check is done below its goal, after a step back, or with nothing of what it asks for."""
    less = check.better == "less"
    goal = check.goal.get(max((y for y in check.goal if y <= year), default=0))
    if goal is not None:
        is_met = value <= goal if less else value >= goal
        return "done" if is_met else "partial" if not less and value >= goal / 2 else "not_done"
    if check.yardstick == "improves" and last is not None:
        is_at_end = value <= 0 if less else check.type == "rate" and value >= 100
        if value == last:
            return "done" if is_at_end else "partial"
        return "done" if (value < last if less else value > last) or is_at_end else "not_done"
    return "not_done" if check.better == "more" and value == 0 else drawn


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
    unit = _inspector(check, letter == "C", number)
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


def _inspector(check: PlannedCheck, is_own: bool, number: int) -> str:
    """Who inspected: a unit in charge where others do the work, one that does not answer for it where
    the units themselves do; one bureau in the sample has looked into its own all the same."""
    if not is_own:
        return check.units[number % len(check.units)]
    if check.id == SELF_INSPECTED:
        return check.units[0]
    return next(unit for unit in check.inspectors if unit not in check.units)


def veto_rows(vetoes: Sequence[PlannedVeto]) -> Iterator[tuple[str, ...]]:
    """One veto looked into and clear, one standing; all others were not looked into."""
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
