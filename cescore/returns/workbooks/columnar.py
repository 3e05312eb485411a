"""Reads a Parquet table as a sheet: its names are the first row, every value below as it is written."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from cescore.returns.workbooks.limits import ReadingLimits
from cescore.returns.workbooks.refusal import FileRefused
from cescore.returns.workbooks.sheet import Content, Position, Sheet, SheetCell, Workbook
from cescore.returns.workbooks.values import value_of

SHEET = "Parquet"  # a table has one sheet, without a name of its own
_BATCH = 4_096  # rows unpacked at a time
_MOST_DIGITS = 400  # of a decimal that is written out


def read_columnar(path: Path, file: str, limits: ReadingLimits) -> Workbook:
    """The table as a workbook of one sheet; row 1 has its names, row 2 is its first.

    A null is an empty cell. What is neither a number, a text, yes or no nor a time stands as the name
    of its type in angle brackets, for the rules of rows to refuse.

    Raises
    ------
    FileRefused
        It is cut off or damaged, or has too many rows, cells or bytes once it is unpacked.
    """
    try:
        return Workbook(file, "parquet", (Sheet(SHEET, _cells(path, limits)),))
    except MemoryError:  # Arrow's own error is one as well: the child names it
        raise
    except (pa.ArrowException, OSError) as error:
        raise FileRefused("file_damaged", error=str(error).splitlines()[0][:200]) from error


def _cells(path: Path, limits: ReadingLimits) -> dict[Position, SheetCell]:
    with pq.ParquetFile(path) as table:
        names, rows = table.schema_arrow.names, table.metadata.num_rows
        if rows >= limits.rows:
            raise FileRefused("too_many_sheet_rows", part=SHEET, n=rows + 1, most=limits.rows)
        cells = {
            (1, column): SheetCell(1, column, Content.text, name)
            for column, name in enumerate(names, 1)
            if name
        }
        row, size = 2, 0
        for batch in table.iter_batches(_BATCH, use_threads=False):
            for column, values in enumerate(batch.columns, 1):
                for place, value in enumerate(_values(values), row):
                    content, text = _content(value)
                    if content != Content.empty:
                        cells[place, column] = SheetCell(place, column, content, text)
                        size += len(text)
            row += len(batch)
            _refuse_excess(len(cells), size, limits)
    return cells


def _refuse_excess(cells: int, size: int, limits: ReadingLimits) -> None:
    if cells > limits.cells:
        raise FileRefused("too_many_cells", n=cells, most=limits.cells)
    if size > limits.part_bytes:
        raise FileRefused("unpacks_to_too_much", n=size, most=limits.part_bytes)


def _values(column: pa.Array) -> list[Any]:
    """A column's values as Python has them."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _values(column.dictionary_decode())
    if pa.types.is_floating(kind):  # 0.1 of 32 bits is 0.1, not 0.10000000149
        numbers = column.to_numpy(zero_copy_only=False)
        return [
            None if is_null else number
            for number, is_null in zip(numbers, column.is_null().to_pylist(), strict=True)
        ]
    if pa.types.is_temporal(kind):
        return [None if text is None else _Moment(text) for text in _times(column).to_pylist()]
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return [None if raw is None else _decoded(raw) for raw in column.to_pylist()]
    if _is_plain(kind):
        return list(column.to_pylist())
    return [f"<{kind}>" if is_there else None for is_there in column.is_valid().to_pylist()]


def _is_plain(kind: pa.DataType) -> bool:
    types = pa.types
    return any(
        is_of(kind)
        for is_of in (
            types.is_boolean, types.is_integer, types.is_decimal, types.is_string,
            types.is_large_string, types.is_null,
        )
    )  # fmt: skip


class _Moment(str):
    """The text of a date or time."""


def _times(column: pa.Array) -> pa.Array:
    """Dates and times as texts; those of a zone in universal time."""
    kind = column.type
    if pa.types.is_timestamp(kind) and kind.tz is not None:
        column = column.cast(pa.timestamp(kind.unit))
    if pa.types.is_duration(kind):
        column = column.cast(pa.int64())
    return column.cast(pa.string())


def _decoded(raw: bytes) -> str:
    """Texts that a program wrote without saying that they are."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return "<binary>"


def _content(value: Any) -> tuple[Content, str]:
    if isinstance(value, _Moment):
        day, _, time = value.partition(" ")
        return Content.date, day if not time.strip("0:.") else str(value)
    if isinstance(value, Decimal):
        plain = abs(value.adjusted()) < _MOST_DIGITS
        text = format(value, "f") if plain else str(value)
        return Content.number, text.rstrip("0").rstrip(".") if plain and "." in text else text
    if isinstance(value, np.float64):
        return value_of(float(value))
    if isinstance(value, np.floating):
        return Content.number, str(value).removesuffix(".0")
    return value_of(value, "t") if isinstance(value, str) else value_of(value)
