"""Rows of results as lines of CSV, the texts inert, the numbers in full."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache

from cescore.intake.inert import csv_cell
from cescore.method.index.result_rows import (
    RESULT_COLUMNS,
    Cells,
    ResultColumn,
    ResultPart,
    ResultRecords,
)

HEADER = ",".join(RESULT_COLUMNS) + "\n"


def lines_of(part: ResultPart) -> str:
    """The rows as the lines of results.csv; a value that is none is an empty cell."""
    return _of_records(part) if isinstance(part, ResultRecords) else _of_column(part)


def _of_column(part: ResultColumn) -> str:
    """Each text is made ready once: who and when for all columns alike, the status by its word."""
    what = f",{csv_cell(part.kind)},{csv_cell(part.code)},"
    unit = csv_cell(part.unit)
    endings = {word: f",{unit},{csv_cell(word)}\n" for word in set(part.status.tolist())}
    rows = zip(_beginnings(part.cells), part.value.tolist(), part.status.tolist(), strict=True)
    lines = [
        f"{who}{what}{value!r}{endings[word]}" if value == value else f"{who}{what}{endings[word]}"
        for who, value, word in rows  # a value that is none is not even equal to itself
    ]
    return "".join(lines)


@lru_cache(maxsize=8)  # the columns of a type lie over the same cells
def _beginnings(cells: Cells) -> Sequence[str]:
    entity_type = csv_cell(cells.entity_type)
    of_entity: Mapping[str, str] = {
        id_: f"{entity_type},{csv_cell(id_)}," for id_ in dict.fromkeys(cells.entity_id.tolist())
    }
    pairs = zip(cells.entity_id.tolist(), cells.year.tolist(), strict=True)
    return [f"{of_entity[id_]}{year}" for id_, year in pairs]


def _of_records(part: ResultRecords) -> str:
    return "".join([",".join(map(_cell, row)) + "\n" for row in part.rows])


def _cell(value: object) -> str:
    if isinstance(value, str):
        return _ready(value)
    return _figure(value) if isinstance(value, float) else "" if value is None else str(value)


@lru_cache(maxsize=1 << 14)  # codes and statuses return in row after row
def _ready(text: str) -> str:
    return csv_cell(text)


def _figure(value: float) -> str:
    return "" if math.isnan(value) else float.__repr__(value)  # NumPy's own names its type
