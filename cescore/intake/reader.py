"""Observations: long tables of returned values, in bulk where plain, cell by cell where not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from cescore.definitions.model import Variable
from cescore.intake import cells
from cescore.intake.accounting import RowCount
from cescore.intake.bulk import Bulk, Entered, plain_numbers
from cescore.intake.entities import Register
from cescore.intake.files import Source
from cescore.intake.findings import FindingLog
from cescore.intake.grid import Grid
from cescore.intake.known import Known
from cescore.intake.observations import (
    BASES,
    ESTIMATED,
    REPORTED,
    STATUSES,
    Observations,
    without_duplicates,
)
from cescore.intake.parquet import PLAIN_YEAR
from cescore.intake.rows import Row, RowReader
from cescore.intake.table import Layout, Table, read_table

LAYOUT = Layout(
    required=("entity_id", "year", "variable", "value"),
    optional=("status", "source", "basis", "note"),
    synonyms={
        "单位代码": "entity_id",
        "年份": "year",
        "年度": "year",
        "指标": "variable",
        "指标代码": "variable",
        "数值": "value",
        "值": "value",
        "状态": "status",
        "来源": "source",
        "依据": "basis",
        "备注": "note",
    },
    may_break=frozenset(["source", "note"]),
)


@dataclass(frozen=True)
class Reading:
    """What was read: usable rows, the account of each file."""

    observations: Observations
    counts: tuple[RowCount, ...]


def read_observations(
    sources: Sequence[Source],
    register: Register,
    variables: Mapping[str, Variable],
    log: FindingLog,
    years: Sequence[int] = (),
) -> Reading:
    """All observations of a workspace; every row is used, or told why not.

    With the ``years`` of the panel, plain rows of Parquet go straight into its arrays.
    """
    known = Known(register, variables)
    reader = TableReader(known, log)
    bulk = Bulk(known, Grid(register, variables, years)) if years else None
    tables: list[Table | Entered] = []
    frames: list[pd.DataFrame] = []
    for position, source in enumerate(sources):
        entered = bulk.read(source, position, reader) if bulk else None
        table = entered or read_table(source.path, source.file, LAYOUT, log)
        tables.append(table)
        if isinstance(table, Table):
            frames.append(reader.read(table, source.year, position))
        else:
            frames.extend(table.frames)
    frames = [frame for frame in frames if len(frame)] or frames[:1]
    frame = pd.concat(frames, ignore_index=True) if frames else reader.empty()
    files = tuple(source.file for source in sources)
    observations = Observations(known.ids, known.codes, files, frame)
    if bulk:
        observations = bulk.joined(observations)
    unique = without_duplicates(observations, log)
    used = np.bincount(unique.frame["file"], minlength=len(files))
    in_grid = bulk.used(len(files)) if bulk else 0 * used
    counts = tuple(t.count(int(n)) for t, n in zip(tables, used + in_grid, strict=True))
    return Reading(unique, counts)


@dataclass
class TableReader:
    """Turns one table into a frame of usable rows."""

    known: Known
    log: FindingLog

    def empty(self) -> pd.DataFrame:
        return self._frame(Table("").lines, np.zeros(0, np.int64), [], Table(""), 0, {})

    def read(self, table: Table, folder_year: int | None, position: int) -> pd.DataFrame:
        """The usable rows of one file."""
        entity = _index(table.column("entity_id"), self.known.ids)
        variable = _index(table.column("variable"), self.known.codes)
        year, is_plain_year = _years(table)
        status = _index(table.column("status"), (*STATUSES, ""))
        status = np.where(status == len(STATUSES), REPORTED, status)
        basis = _index(table.column("basis"), BASES)
        value, is_plain = plain_numbers(table.column("value"))
        known = {
            "entity": entity,
            "variable": variable,
            "year": year,
            "status": status,
            "basis": basis,
        }
        has_no_year = folder_year is not None and not (year == folder_year).any()
        plain = is_plain_year & self._is_plain(known, value, is_plain, table)
        if folder_year is not None:
            plain &= (year <= folder_year) & (not has_no_year)
        frame = self.frame_of(table, known, value, plain, (folder_year, has_no_year), position)
        told = YearTeller(self.known, self.log, table.file, folder_year)
        told.add(*(frame[name].to_numpy() for name in ("entity", "year", "line")))
        told.say()
        return frame

    def frame_of(
        self,
        table: Table,
        known: Mapping[str, NDArray[np.int64]],
        value: NDArray[np.float64],
        plain: NDArray[np.bool_],
        year: tuple[int | None, bool],
        position: int,
    ) -> pd.DataFrame:
        """The usable rows: plain ones as they are, the others read cell by cell.

        ``year``: the folder's, and whether the file has no row of it.
        """
        row_reader = RowReader(self.known, table, *year, self.log)
        careful = [r for i in np.flatnonzero(~plain).tolist() if (r := row_reader.read(i))]
        return self._frame(np.flatnonzero(plain), value, careful, table, position, known)

    def tells(self, source: Source) -> YearTeller:
        """Who tells of late rows and of rows outside an entity's years in a file."""
        return YearTeller(self.known, self.log, source.file, source.year)

    def _is_plain(
        self,
        known: Mapping[str, NDArray[np.int64]],
        value: NDArray[np.float64],
        is_plain: NDArray[np.bool_],
        table: Table,
    ) -> NDArray[np.bool_]:
        """Rows that need no second look: all cells clean, known, and within the hard rules."""
        found: NDArray[np.bool_] = np.logical_and.reduce([c >= 0 for c in known.values()])
        if not found.any():
            return found
        entity, variable = np.maximum(known["entity"], 0), np.maximum(known["variable"], 0)
        entity_type = self.known.type_of[entity]
        has_value = known["status"] <= ESTIMATED
        in_rules = (
            self.known.is_number[variable]
            & is_plain
            & ((value >= 0) | ~self.known.must_not_be_negative[variable])
            & (~self.known.must_be_whole[variable] | (np.mod(value, 1) == 0))
            & (value <= self.known.most[entity_type, variable])
        )
        is_empty = np.asarray(pc.equal(table.column("value"), ""))
        sound = np.where(has_value, in_rules, is_empty).astype(bool)
        plain: NDArray[np.bool_] = found & self.known.fits[entity_type, variable] & sound
        return plain

    def _frame(
        self,
        rows: NDArray[np.int64],
        value: NDArray[np.float64],
        careful: Sequence[Row],
        table: Table,
        position: int,
        known: Mapping[str, NDArray[np.int64]],
    ) -> pd.DataFrame:
        """Plain rows and carefully read ones as one frame, in the order of the file."""
        at = np.concatenate([rows, np.array([row.at for row in careful], np.int64)])

        def column(name: str, dtype: str) -> NDArray[np.int64]:
            plain = known[name][rows] if name in known else np.zeros(len(rows), np.int64)
            return np.concatenate(
                [plain, np.array([getattr(r, name) for r in careful], np.int64)]
            ).astype(dtype)

        texts = np.full(len(at), "", object)
        texts[len(rows) :] = [row.text for row in careful]
        numbers = np.concatenate([value[rows], np.array([row.value for row in careful], float)])
        status = column("status", "int8")
        frame = pd.DataFrame(
            {
                "entity": column("entity", "int32"),
                "variable": column("variable", "int32"),
                "year": column("year", "int32"),
                "value": np.where(status <= ESTIMATED, numbers, np.nan),
                "status": status,
                "flags": np.zeros(len(at), np.uint8),
                "basis": column("basis", "int8"),
                "file": np.full(len(at), position, np.int32),
                "line": table.lines[at],
                "text": texts,
                "source": table.column("source").take(pa.array(at)).to_numpy(zero_copy_only=False),
            }
        )
        return frame.sort_values("line", kind="stable", ignore_index=True) if careful else frame


class YearTeller:
    """Tells of late filings, and of rows of years in which the register does not know the entity."""

    def __init__(self, known: Known, log: FindingLog, file: str, folder_year: int | None) -> None:
        self.known, self.log, self.file, self.folder_year = known, log, file, folder_year
        self._odd: list[pd.DataFrame] = []

    def add(
        self, entity: NDArray[np.int64], year: NDArray[np.int64], line: NDArray[np.int64]
    ) -> None:
        """Some rows that are used."""
        valid = (year >= self.known.first_year[entity]) & (year <= self.known.last_year[entity])
        late = year < (self.folder_year or 0)
        odd = np.flatnonzero(late | ~valid)
        if odd.size:
            columns = {"entity": entity[odd], "year": year[odd], "line": line[odd]}
            self._odd.append(pd.DataFrame(columns))

    def say(self) -> None:
        """One finding per entity, year and kind."""
        if not self._odd:
            return
        rows = pd.concat(self._odd, ignore_index=True)
        groups = rows.groupby(["entity", "year"], sort=True)["line"].agg(["size", "min"])
        for (at, year), (size, line) in zip(groups.index, groups.to_numpy(), strict=True):
            entity = self.known.register[self.known.ids[at]]
            details: dict[str, Any] = {
                "file": self.file,
                "place": f"row {line}",
                "entity_id": entity.entity_id,
                "year": int(year),
            }
            if self.folder_year is not None and year < self.folder_year:
                self.log.add(
                    "warning",
                    "late_rows",
                    **details,
                    found=f"{size} rows of {year} in the folder of {self.folder_year}",
                    expected="returns of the folder's year",
                )
            if not entity.is_valid_in(int(year)):
                limits = f"{entity.valid_from or ''}-{entity.valid_to or ''}"
                self.log.add(
                    "warning",
                    "outside_validity",
                    **details,
                    found=f"{size} rows of {year}",
                    expected=f"years within {limits}",
                )


def _index(column: pa.Array, known: Sequence[str]) -> NDArray[np.int64]:
    """Position of each text in a list, -1 where it is not in it."""
    found = pc.index_in(column, value_set=pa.array(known, pa.string()))
    return np.asarray(pc.fill_null(found, -1), np.int64)


def _years(table: Table) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """The year of each row, -1 where its cell holds none, and whether it is plainly written."""
    column = table.column("year")
    plain = pc.match_substring_regex(column, PLAIN_YEAR)
    years = np.array(pc.if_else(plain, column, "-1").cast(pa.int64()))
    for i in np.flatnonzero(years < 0).tolist():
        cell = cells.year(column[i].as_py())
        years[i] = -1 if cell.number is None else int(cell.number)
    return years, np.asarray(plain)
