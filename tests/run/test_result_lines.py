"""Lines of results.csv, laid out from columns, are what a table of the same rows would give."""

from __future__ import annotations

import csv
import io

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from cescore.intake.inert import frame_text, inert
from cescore.method.index.result_rows import (
    RESULT_COLUMNS,
    Cells,
    ResultColumn,
    ResultRecords,
    as_frame,
)
from cescore.run.results.result_lines import HEADER, lines_of

texts = st.sampled_from(["E1", "a,b", 'said "so"', "=1+1", "two\nlines", "-5.2", ""])
numbers = st.one_of(st.just(np.nan), st.floats(allow_nan=False), st.sampled_from([0.0, 1e22, 3e-7]))


def column(
    ids: list[str], values: list[float], status: str = "reported", code: str = "x"
) -> ResultColumn:
    cells = Cells("firm", np.array(ids, object), np.full(len(ids), 2025))
    words = np.full(len(ids), status, object)
    return ResultColumn(cells, "index", code, "t", np.array(values, float), words)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(texts, numbers), min_size=1, max_size=5), texts, texts)
def test_a_columns_lines_are_those_of_the_table(
    rows: list[tuple[str, float]], status: str, code: str
) -> None:
    part = column([id_ for id_, _ in rows], [value for _, value in rows], status, code)
    assert HEADER + lines_of(part) == frame_text(part.frame())


def test_records_lines_are_those_of_the_table() -> None:
    rows = [
        ("firm", "E1", 2025, "target", "T,1", 996903.0, "%", "met"),
        ("firm", "E1", 2025, "target", "T2", None, "", "=1"),
        ("firm", "E2", 2025, "measure", "M1", np.float64(0.1), "", "done"),
    ]
    part = ResultRecords("firm", rows)
    assert HEADER + lines_of(part) == frame_text(part.frame())


def test_a_text_with_a_carriage_return_stays_one_cell_of_one_line() -> None:
    (row,) = csv.reader(io.StringIO(lines_of(column(["E\r1"], [1.0])), newline=""))
    assert row[1] == inert("E\r1")
    assert len(row) == len(RESULT_COLUMNS)


def test_rows_of_a_year_and_of_kinds_are_those_a_table_would_be_cut_to() -> None:
    part = column(["E1", "E2"], [1.0, 2.0])
    cells = Cells("firm", part.cells.entity_id, np.array([2024, 2025]))
    mixed = ResultColumn(cells, "index", "x", "t", part.value, part.status)
    assert mixed.of(2025, ["index"]).frame().to_numpy().tolist() == [
        ["firm", "E2", 2025, "index", "x", 2.0, "t", "reported"]
    ]
    assert len(mixed.of(2025, ["score"])) == 0
    assert tuple(as_frame([]).columns) == RESULT_COLUMNS
