"""Parquet and text among received files: each cell is read as it is written."""

from __future__ import annotations

import csv
import datetime
from decimal import Decimal
from pathlib import Path

import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cescore.returns.workbooks.limits import ReadingLimits
from cescore.returns.workbooks.read import read_workbook
from cescore.returns.workbooks.readers import Readers, ReceivedFile
from cescore.returns.workbooks.refusal import FileRefused
from tests.returns.books import SOUND, form_of, row_of


def table(path: Path, values: pa.Array, **others: pa.Array) -> Path:
    """A long table of coal in D1, a row a value, with other columns beside or in place of its own."""
    columns = {
        "entity_id": pa.array(["D1"] * len(values)).dictionary_encode(),
        "year": pa.array([2025] * len(values), pa.int16()),
        "variable": pa.array(["coal"] * len(values)),
        "value": values,
        **others,
    }
    pq.write_table(pa.table(columns), path)
    return path


@pytest.mark.parametrize(
    ("values", "written"),
    [
        (pa.array([Decimal("12.50")], pa.decimal128(9, 2)), "12.5"),
        (pa.array([Decimal("1200")], pa.decimal256(60, 0)), "1200"),
        (pa.array([2**40], pa.int64()), "1099511627776"),
        (pa.array([7], pa.uint8()), "7"),
        (pa.array([0.1], pa.float32()), "0.1"),
        (pa.array([np.float16(0.5)], pa.float16()), "0.5"),
        (pa.array([12.25], pa.float64()), "12.25"),
        (pa.array(["１２"]), "１２"),
        (pa.array(["12"]).dictionary_encode(), "12"),
        (pa.array([b"12"], pa.binary()), "12"),
        (pa.array(["12"], pa.large_string()), "12"),
    ],
)
def test_a_parquet_value_keeps_its_digits_whatever_its_type(read, tmp_path, values, written):
    found = read(table(tmp_path / "t.parquet", values))
    assert found.reading.rows[0].value == written and not found.of("error")
    assert found.reading.rows[0].source == "t.parquet!Parquet!D2"


@pytest.mark.parametrize(
    ("values", "code"),
    [
        (pa.array([datetime.date(2025, 3, 1)]), "date_in_number"),
        (pa.array([2**60], pa.timestamp("us")), "not_a_number"),
        (pa.array([datetime.datetime(2025, 3, 1)], pa.timestamp("us", "UTC")), "date_in_number"),
        (pa.array([float("nan")]), "not_finite"),
        (pa.array([float("inf")], pa.float32()), "not_finite"),
        (pa.array([-1], pa.int8()), "negative"),
        (pa.array([True]), "not_a_number"),
        (pa.array([[1.0, 2.0]]), "not_a_number"),
        (pa.array([b"\xff\xfe"], pa.binary()), "not_a_number"),
        (pa.array(["=1+1"]), "formula_as_text"),
        (pa.array([Decimal("1e-30")], pa.decimal256(60, 40)), ""),
    ],
)
def test_a_parquet_value_that_is_none_is_named_at_its_cell(read, tmp_path, values, code):
    found = read(table(tmp_path / "t.parquet", values))
    assert found.of("error") == ({code} if code else set())
    assert all(f.at.row == 2 and f.at.column == "D" for f in found.findings if f.code == code)


def test_a_null_is_an_empty_cell(read, tmp_path):
    path = table(tmp_path / "t.parquet", pa.array([None], pa.float64()), variable=pa.array(["gdp"]))
    assert read(path).one("empty_value").at.cell == "Parquet!D2"


def test_parquet_columns_that_nobody_knows_are_told_and_one_that_is_missing_is_named(
    read, tmp_path
):
    path = table(tmp_path / "t.parquet", pa.array([1.0]), pinyin=pa.array([[1, 2]]))
    assert read(path).one("column_unknown").severity == "warning"
    names = pq.read_table(path).drop_columns(["value", "pinyin"])
    pq.write_table(names, tmp_path / "u.parquet")
    assert read(tmp_path / "u.parquet").one("column_missing").at.row == 1


def test_a_parquet_table_without_rows_is_an_error(read, tmp_path):
    assert read(table(tmp_path / "t.parquet", pa.array([], pa.float64()))).of("error") == {
        "header_only"
    }


@pytest.mark.parametrize("kept", [0.2, 0.6, 0.99])
def test_a_parquet_table_cut_off_is_refused(tmp_path, kept):
    path = table(tmp_path / "t.parquet", pa.array([1.0] * 500))
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * kept)])
    with pytest.raises(FileRefused, match="file_damaged"):
        read_workbook(path, path.name)


def test_a_parquet_table_that_unpacks_to_too_much_is_refused(tmp_path):
    wide = pa.array(["x" * 10_000] * 500).dictionary_encode()
    path = table(tmp_path / "t.parquet", pa.array([1.0] * 500), note=wide)
    assert path.stat().st_size < 20_000
    for limits, key in (
        (ReadingLimits(part_bytes=1_000_000), "unpacks_to_too_much"),
        (ReadingLimits(rows=400), "too_many_sheet_rows"),
        (ReadingLimits(cells=1_000), "too_many_cells"),
    ):
        with pytest.raises(FileRefused, match=key):
            read_workbook(path, path.name, limits)


def test_a_limited_process_reads_parquet(tmp_path):
    path = table(tmp_path / "t.parquet", pa.array([1.0] * 5_000))
    with Readers(1) as readers:
        (found,) = readers.read([ReceivedFile(path, path.name)])
    assert found.workbook == read_workbook(path, path.name)


LINES = (
    ("entity_id", "year", "variable", "value", "note"),
    ("D1", "2025", "coal", "1250.5", "含㙍㙍镇；𠮷林"),
    ("D1", "2025", "gdp", "7", ""),
)


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_long_text_is_read_in_every_encoding_and_with_every_separator(
    read, tmp_path, encoding, separator
):
    text = "\r\n".join(separator.join(line) for line in LINES)
    (tmp_path / "t.csv").write_bytes(text.encode(encoding))
    found = read(tmp_path / "t.csv")
    assert found.values == {"coal": "1250.5", "gdp": "7"} and not found.of("error")
    assert found.reading.rows[0].note == LINES[1][4]
    assert found.reading.rows[1].source == "t.csv!CSV!D3"


def test_a_line_with_more_cells_than_headings_is_refused_whole(read, tmp_path):
    (tmp_path / "t.csv").write_text(
        "entity_id,year,variable,value\nD1,2025,coal,1,234\nD1,2025,gdp,5\n", "utf-8"
    )
    found = read(tmp_path / "t.csv")
    assert (found.one("ragged_row").at.row, found.one("ragged_row").entity_id) == (2, "D1")
    assert found.values == {"gdp": "5"}


def test_a_number_beside_a_long_table_is_not_lost(read, tmp_path):
    book = openpyxl.Workbook()
    for line in (("entity_id", "year", "variable", "value"), ("D1", 2025, "coal", 5, 99)):
        book.active.append(line)
    assert read(book).one("cells_without_heading").at.column == "E"


@pytest.mark.parametrize(("encoding", "separator"), [("gb18030", ","), ("utf-16", "\t")])
def test_a_form_saved_as_text_by_a_spreadsheet_is_still_a_form(read, tmp_path, encoding, separator):
    rows = form_of("D1", gdp="1,234.5").active.iter_rows(values_only=True)
    with (tmp_path / "f.csv").open("w", encoding=encoding, newline="") as out:
        csv.writer(out, delimiter=separator).writerows(rows)
    found = read(tmp_path / "f.csv")
    assert found.reading.layout == "form" and found.reading.entities == ("D1",)
    assert found.values["coal"] == str(SOUND["coal"]) and not found.of("error")
    assert found.one("thousand_separators").at.cell == f"CSV!D{row_of('gdp')}"
