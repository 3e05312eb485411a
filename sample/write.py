"""The sample as files: register, observations by year, inspections, corrections; equal bytes for a seed."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from sample.cases import CORRECTIONS
from sample.catalogue import Catalogue
from sample.frame import YEARS
from sample.table import ABSENT, MISSING, NOT_APPLICABLE, STATUS_TEXT, Table

OBSERVATIONS = ("entity_id", "year", "variable", "value", "status", "basis", "note")
REGISTER = ("entity_id", "entity_type", "name_zh", "name_en", "parent_id", "counted_in", "holding_id", "industry",
            "valid_from", "valid_to", "is_synthetic", "same_as")  # fmt: skip
_BASIS_TEXT = ("consented", "statistical", "administrative")


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """A UTF-8 table with line feeds, the same on every system."""
    path.parent.mkdir(parents=True, exist_ok=True)
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    path.write_bytes(buffer.getvalue().encode("utf-8"))


def number_text(x: float) -> str:
    """A value as a return shows it: no trailing zeros, no exponent."""
    return f"{x:.2f}".rstrip("0").rstrip(".") if x % 1 else f"{x:.0f}"


def states(table: Table, code: str, y: int) -> NDArray[np.uint8]:
    """Status of each entity's cell in a year; ABSENT where there is no row."""
    found = np.zeros(len(table.ids), np.uint8)
    if code in table.codes:
        found[table.codes[code][:, y] == ""] = NOT_APPLICABLE
    else:
        found[np.isnan(table.values[code][:, y])] = NOT_APPLICABLE
    if code in table.status:
        marked = table.status[code][:, y]
        found = np.where((marked > 0) & (found != NOT_APPLICABLE), marked, found)
    absent = table.status.get("")
    found[~table.is_valid[:, y]] = ABSENT
    if absent is not None:
        found[absent[:, y] == ABSENT] = ABSENT
    return found


def observation_rows(table: Table, catalogue: Catalogue, y: int) -> Iterator[tuple[str, ...]]:
    """Rows of one year, entity by entity in the dictionary's order."""
    year = str(YEARS[y])
    codes = [c for c in catalogue.codes[table.entity_type] if c in table.values or c in table.codes]
    found = {code: states(table, code, y) for code in codes}
    for i, entity_id in enumerate(table.ids):
        basis = table.basis.get(i, table.default_basis)
        for code in codes:
            state = found[code][i]
            if state == ABSENT:
                continue
            is_blank = state in (MISSING, NOT_APPLICABLE)
            value = "" if is_blank else _text(table, code, i, y)
            note = table.notes.get((i, y, code), "")
            yield (entity_id, year, code, value, STATUS_TEXT[state], basis, note)


def _text(table: Table, code: str, i: int, y: int) -> str:
    return (
        str(table.codes[code][i, y])
        if code in table.codes
        else number_text(float(table.values[code][i, y]))
    )


class ParquetYears:
    """Observations of all years as Parquet, one row group per table handed in.

    Quantities and codes go to two files a year, so that a quantity stays a number.
    """

    def __init__(self, out: Path, years: Sequence[int]) -> None:
        self.writers: dict[tuple[int, str], pq.ParquetWriter] = {}
        self.out, self.years = out, tuple(years)

    def add(self, table: Table, catalogue: Catalogue) -> None:
        """Write one table's rows of every year."""
        known = catalogue.codes[table.entity_type]
        for year in self.years:
            y = YEARS.index(year)
            numbers = [c for c in known if c in table.values]
            texts = [c for c in known if c in table.codes]
            self._write(year, "observations.parquet", _batch(table, numbers, y))
            if texts:
                self._write(year, "observations_codes.parquet", _batch(table, texts, y))

    def _write(self, year: int, name: str, batch: pa.Table) -> None:
        if (year, name) not in self.writers:
            (self.out / str(year)).mkdir(parents=True, exist_ok=True)
            path = self.out / str(year) / name
            self.writers[year, name] = pq.ParquetWriter(path, batch.schema, compression="zstd")
        self.writers[year, name].write_table(batch, row_group_size=len(batch) or 1)

    def close(self) -> None:
        for writer in self.writers.values():
            writer.close()


def _batch(table: Table, codes: Sequence[str], y: int) -> pa.Table:
    """One year of one table as Arrow columns, variable by variable."""
    found = np.stack([states(table, code, y) for code in codes])
    variable, row = np.nonzero(found != ABSENT)
    state = found[variable, row]
    is_blank = (state == MISSING) | (state == NOT_APPLICABLE)
    value: pa.Array
    if codes and codes[0] in table.codes:
        words = np.stack([table.codes[code][:, y] for code in codes])[variable, row].astype(str)
        value = pa.array(np.where(is_blank, "", words).tolist(), pa.string())
    else:
        values = np.stack([table.values[code][:, y] for code in codes])[variable, row]
        value = pa.array(values, pa.float64(), mask=is_blank)
    basis = np.full(len(table.ids), _BASIS_TEXT.index(table.default_basis), np.int8)
    for i, text in table.basis.items():
        basis[i] = _BASIS_TEXT.index(text)
    return pa.table(
        {
            "entity_id": _coded(row, list(table.ids)),
            "year": pa.array(np.full(len(row), YEARS[y], np.int16)),
            "variable": _coded(variable, codes),
            "value": value,
            "status": _coded(state, STATUS_TEXT),
            "basis": _coded(basis[row], _BASIS_TEXT),
        }
    )


def _coded(positions: NDArray[np.integer[Any]], words: Sequence[str]) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(
        pa.array(positions.astype(np.int32)), pa.array(list(words), pa.string())
    )


def corrections_text(entity_ids: Iterable[str]) -> str:
    """corrections.yml for the entities that the sample holds."""
    held = set(entity_ids)
    entries = [entry for entry in CORRECTIONS if entry["entity_id"] in held]
    head = "# Known errors of the returns, corrected on record (示例数据, synthetic).\n"
    return head + "".join(f"- {flow(entry)}\n" for entry in entries)


class Bare(str):
    """A number as it is written, without quotes."""


def flow(entry: Mapping[str, object]) -> str:
    """A mapping as YAML in one line."""
    return "{" + ", ".join(f"{key}: {_scalar(value)}" for key, value in entry.items()) + "}"


def _scalar(value: object) -> str:
    if isinstance(value, Mapping):
        return flow(value)
    if isinstance(value, Bare):
        return value
    return (
        f'"{value}"'
        if isinstance(value, str)
        else f"{value:.10g}"
        if isinstance(value, float)
        else str(value)
    )
