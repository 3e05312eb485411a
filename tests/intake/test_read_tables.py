"""What returns really look like (one row of bad input each), and what becomes of them."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from intake.conftest import REGISTER, VARIABLES

from cescore.definitions.model import Variable
from cescore.errors import DataError
from cescore.intake.findings import Context, FindingLog
from cescore.intake.observations.dictionary import Dictionary
from cescore.intake.observations.panel import build_panels
from cescore.intake.observations.reading import read_observations
from cescore.intake.register.register_file import read_register
from cescore.intake.sources.batches import LAYOUT
from cescore.intake.sources.csv_table import read_text
from cescore.intake.sources.inventory import find_sources

HEADER = "entity_id,year,variable,value,status,note\n"

# id: (the row, finding code or "", severity, value used)
ROWS = {
    "plain": ("D1,2024,waste,12.5,,", "", "", 12.5),
    "unit in the cell": ("D1,2024,waste,12万吨,,", "unit_in_cell", "error", None),
    "unit after a blank": ("D1,2024,waste,12 t,,", "unit_in_cell", "error", None),
    "full-width digits": ("D1,2024,waste,１２３４５．６,,", "full_width", "info", 12345.6),
    "full-width separators": ("D1,2024,waste,１２，３４５．６,,", "full_width", "info", 12345.6),
    "thousand separators": ('D1,2024,waste,"1,234,567",,', "thousand_separators", "info", 1234567),
    "ambiguous comma": ('D1,2024,waste,"1,23",,', "ambiguous_separator", "error", None),
    "comma in wrong groups": ('D1,2024,waste,"12,34,567",,', "ambiguous_separator", "error", None),
    "text": ("D1,2024,waste,约120,,", "not_a_number", "error", None),
    "mark —": ("D1,2024,waste,—,,", "missing_mark", "info", "missing"),
    "mark -": ("D1,2024,waste,-,,", "missing_mark", "info", "missing"),
    "mark /": ("D1,2024,waste,/,,", "missing_mark", "info", "missing"),
    "mark …": ("D1,2024,waste,…,,", "missing_mark", "info", "missing"),
    "mark 无": ("D1,2024,waste,无,,", "missing_mark", "info", "missing"),
    "mark N/A": ("D1,2024,waste,N/A,,", "missing_mark", "info", "missing"),
    "mark 不详": ("D1,2024,waste,不详,,", "missing_mark", "info", "missing"),
    "mark backslash": ("D1,2024,waste,\\,,", "missing_mark", "info", "missing"),
    "undeclared mark": ("D1,2024,waste,待定,,", "not_a_number", "error", None),
    "empty, required": ("D1,2024,gdp,,,", "empty_value", "error", None),
    "empty, not required": ("D1,2024,waste,,,", "empty_value", "warning", "missing"),
    "zero stays zero": ("D1,2024,waste,0,,", "", "", 0.0),
    "outer blanks": ("D1,2024,waste, 12 ,,", "blanks", "info", 12.0),
    "no-break space": ("D1,2024,waste,\u00a012\u00a0,,", "blanks", "info", 12.0),
    "ideographic space": ("D1,2024,waste,\u300012,,", "blanks", "info", 12.0),
    "tab": ("D1,2024,waste,\t12,,", "blanks", "info", 12.0),
    "zero-width in the id": ("D\u200b1,2024,waste,12,,", "invisible_characters", "info", 12.0),
    "negative": ("D1,2024,waste,-4,,", "negative", "error", None),
    "typographic minus": ("D1,2024,stock_change,\u22124,,", "full_width", "info", None),
    "negative where allowed": ("D1,2024,stock_change,-4,,", "", "", None),
    "rate over 100": ("D1,2024,rate,130,,", "above_100", "error", None),
    "percent sign": ("D1,2024,rate,85%,,", "percent_sign", "info", None),
    "percent sign on tonnes": ("D1,2024,waste,85%,,", "unit_in_cell", "error", None),
    "count with decimals": ("D1,2024,firms,3.5,,", "not_whole", "error", None),
    "count as 3.0": ("D1,2024,firms,3.0,,", "", "", None),
    "code not allowed": ("D1,2024,audit,pased,,", "code_not_allowed", "error", None),
    "flag": ("D1,2024,pilot,是,,", "", "", None),
    "flag not understood": ("D1,2024,pilot,2,,", "bad_flag", "error", None),
    "nan": ("D1,2024,waste,nan,,", "not_finite", "error", None),
    "NaN": ("D1,2024,waste,NaN,,", "not_finite", "error", None),
    "inf": ("D1,2024,waste,-inf,,", "not_finite", "error", None),
    "overflow": ("D1,2024,waste,1e400,,", "not_finite", "error", None),
    "underscores are no digits": ("D1,2024,waste,1_000,,", "not_a_number", "error", None),
    "other scripts' digits": ("D1,2024,waste,١٢,,", "not_a_number", "error", None),
    "float noise": ("D1,2024,waste,0.30000000000000004,,", "", "", 0.1 + 0.2),
    "spreadsheet error": ("D1,2024,waste,#REF!,,", "spreadsheet_error", "error", None),
    "date as a number": ("D1,2024,waste,2024-01-05,,", "date_in_number", "error", None),
    "date as a year": ("D1,45291,waste,12,,", "date_as_year", "error", None),
    "no year": ("D1,twenty,waste,12,,", "bad_year", "error", None),
    "year with its sign": ("D1,2024年,waste,12,,", "year_written_otherwise", "info", 12.0),
    "digits lost in the code": ("9.13201E+17,2024,waste,12,,", "bad_id", "error", None),
    "unknown entity": ("D9,2024,waste,12,,", "unknown_entity", "error", None),
    "path for an id": ("../../etc/x,2024,waste,12,,", "bad_id", "error", None),
    "slash in the id": ("a/b,2024,waste,12,,", "bad_id", "error", None),
    "device for an id": ("CON,2024,waste,12,,", "bad_id", "error", None),
    "dot for an id": (".,2024,waste,12,,", "bad_id", "error", None),
    "empty id": (",2024,waste,12,,", "bad_id", "error", None),
    "id too long": ("x" * 300 + ",2024,waste,12,,", "bad_id", "error", None),
    "unknown variable": ("D1,2024,wasted,12,,", "unknown_variable", "error", None),
    "variable of another type": ("D1,2024,park_area,12,,", "not_of_type", "error", None),
    "ragged, too few": ("D1,2024,waste", "ragged_row", "error", None),
    "ragged, too many": ("D1,2024,waste,12,,,,", "ragged_row", "error", None),
    "unbalanced quotes": ('D1,2024,waste,"12,,', "unbalanced_quotes", "error", None),
    "not applicable": ("D1,2024,waste,,not_applicable,", "", "", "not_applicable"),
    "missing on record": ("D1,2024,waste,,missing,", "", "", "missing"),
    "value but not applicable": ("D1,2024,waste,0,not_applicable,", "value_with_status", "error", None),
    "status in Chinese": ("D1,2024,waste,12,测算,", "status_word", "info", 12.0),
    "unknown status": ("D1,2024,waste,12,guess,", "bad_status", "error", None),
    "later year": ("D1,2025,waste,12,,", "wrong_year", "error", None),
    "earlier year": ("D1,2023,waste,12,,", "late_rows", "warning", None),
}  # fmt: skip


@pytest.mark.parametrize("name", ROWS)
def test_each_kind_of_bad_cell_is_named_and_never_repaired_in_silence(name, read_rows):
    row, code, severity, used = ROWS[name]
    result = read_rows("D2,2024,waste,1,,", row)
    assert code in {f.code for f in result.found} if code else result.codes("error") == []
    assert {f.severity for f in result.found} <= {severity, "info"}
    if used is not None:
        assert result.value("D1", "waste") == used
    if severity == "error":
        assert result.value("D1", "waste") is None and result.found[0].place == "row 3"


def test_values_reach_the_table_in_the_unit_of_the_variable(read_rows):
    result = read_rows("D1,2024,rate,85%,,", "D1,2024,share,85%,,", "D1,2024,audit,due,,")
    assert result.value("D1", "rate") == 85.0
    assert result.value("D1", "share") == 0.85
    assert result.value("D1", "audit") == "due"


def test_a_message_names_file_row_found_and_expected(read_rows):
    finding = read_rows("D1,2024,waste,约120,,").only("not_a_number")
    assert str(finding) == (
        "data/2024/observations.csv, row 2  D1 2024 waste  not_a_number: '约120', expected a number in t"
    )


def test_a_near_miss_is_suggested(read_rows):
    assert (
        "did you mean 'waste'?" in read_rows("D1,2024,wast,12,,").only("unknown_variable").expected
    )


def test_everything_wrong_with_a_row_comes_out_in_one_pass(read_rows):
    result = read_rows("D9,20x4,wasted,12,guess,")
    assert sorted(result.codes("error")) == [
        "bad_status", "bad_year", "unknown_entity", "unknown_variable",
    ]  # fmt: skip


def test_a_rate_may_exceed_100_where_its_usual_range_says_so(read):
    growth = Variable(code="rate", unit="%", high={"district": 250})
    rows = HEADER + "D1,2024,rate,130,,\n"
    assert (
        read({"2024/observations.csv": rows}, variables={"rate": growth}).value("D1", "rate") == 130
    )


# --- years and folders ---------------------------------------------------------------------------


def test_a_file_without_any_row_of_its_folders_year_is_rejected_row_by_row(read_rows):
    result = read_rows("D1,2023,waste,1,,", "D2,2023,waste,2,,")
    assert result.codes("error") == ["wrong_year", "wrong_year"]
    assert [c.accepted for c in result.reading.counts] == [0]


def test_late_rows_beside_rows_of_the_year_are_used_and_named(read_rows):
    result = read_rows("D1,2024,waste,1,,", "D1,2023,waste,2,,", "D1,2023,gdp,3,,")
    assert result.value("D1", "waste", 2023) == 2
    assert result.only("late_rows").found == "2 rows of 2023 in the folder of 2024"


def test_a_file_outside_year_folders_may_hold_any_year(read):
    result = read({"observations.csv": HEADER + "D1,2022,waste,1,,\nD1,2024,waste,2,,\n"})
    assert (result.value("D1", "waste", 2022), result.value("D1", "waste", 2024)) == (1, 2)
    assert result.found == []


def test_folders_after_the_year_are_not_read(read):
    result = read({"2025/observations.csv": HEADER + "D1,2025,waste,1,,\n"}, year=2024)
    assert result.reading.counts == ()


def test_temporary_files_are_ignored_and_others_named(read):
    rows = HEADER + "D1,2024,waste,1,,\n"
    files = {
        "2024/observations.csv": rows,
        "2024/~$x.xlsx": b"",
        "2024/.DS_Store": b"",
        "2024/gdp.csv": b"",
    }
    result = read(files)
    assert result.codes("info") == ["file_ignored", "file_ignored"]
    assert result.only("file_not_read").file == "data/2024/gdp.csv"


# --- duplicates ----------------------------------------------------------------------------------


def test_equal_rows_count_once_with_a_warning(read_rows):
    result = read_rows("D1,2024,waste,5,,", "D1,2024,waste,5.0,,")
    assert result.value("D1", "waste") == 5 and result.codes("warning") == ["duplicate_row"]
    assert (result.reading.counts[0].accepted, result.reading.counts[0].rejected) == (1, 1)


def test_conflicting_rows_are_both_named_and_neither_used(read):
    result = read(
        {
            "2024/observations.csv": HEADER + "D1,2024,waste,5,,\n",
            "2024/observations-late.csv": HEADER + "D2,2024,waste,1,,\nD1,2024,waste,6,,\n",
        }
    )
    finding = result.only("conflicting_rows")
    assert "data/2024/observations.csv row 2: 5" in finding.found
    assert "data/2024/observations-late.csv row 3: 6" in finding.found
    assert result.value("D1", "waste") is None
    assert [(c.accepted, c.rejected) for c in result.reading.counts] == [(1, 1), (0, 1)]


# --- files ---------------------------------------------------------------------------------------

BODY = "D1,2024,waste,5,,㙍𠮷\n"
FILES = {
    "UTF-8 with mark": ((HEADER + BODY).encode("utf-8-sig"), "", 5),
    "GB18030": ((HEADER + BODY).encode("gb18030"), "encoding", 5),
    "UTF-16": ((HEADER + BODY).encode("utf-16"), "encoding", 5),
    "Windows line ends": ((HEADER + BODY).replace("\n", "\r\n").encode(), "", 5),
    "old Mac line ends": ((HEADER + BODY).replace("\n", "\r").encode(), "", 5),
    "no line end at the end": ((HEADER + BODY).rstrip().encode(), "", 5),
    "NUL bytes": ((HEADER + BODY).encode() + b"\0", "file_refused", None),
    "UTF-16 without mark": ((HEADER + BODY).encode("utf-16-le"), "file_refused", None),
    "a workbook named CSV": (b"PK\x03\x04" + b"x" * 30, "file_refused", None),
    "a web page named CSV": (b"<html><table></table></html>", "file_refused", None),
    "Latin-1": ("entity_id,year,variable,value\nD1,2024,waste,\xe9\xff".encode("latin-1"), "file_refused", None),
    "empty": (b"", "empty_file", None),
    "blank lines only": (b"\n \n,,,\n", "empty_file", None),
    "header only": (HEADER.encode(), "header_only", None),
    "titles above the header": ("2024 年报表\n\n".encode() + (HEADER + BODY).encode(), "title_rows", 5),
    "footnote below": ((HEADER + BODY + "填表人：张三\n").encode(), "footnote", 5),
    "columns in another order": (b"value,variable,year,entity_id\n5,waste,2024,D1\n", "", 5),
    "a row an entity": (b"unit,gdp,waste\nD1,1,5\n", "wide_table", None),
    "column missing": (b"entity_id,year,variable,valeu\nD1,2024,waste,5\n", "column_missing", None),
    "column twice": (b"entity_id,year,variable,value,value\nD1,2024,waste,5,6\n", "column_twice", None),
    "unknown column": (b"entity_id,year,variable,value,colour\nD1,2024,waste,5,red\n", "column_unknown", 5),
    "synonyms in the header": ("单位代码,年份,指标,数值\nD1,2024,waste,5\n".encode(), "header_name", 5),
    "mark in the header": ("\u200bentity_id,year,variable,value\nD1,2024,waste,5\n".encode(), "header_name", 5),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_each_kind_of_file_is_read_strictly_or_refused_by_name(name, read):
    raw, code, used = FILES[name]
    good = HEADER + "D2,2024,waste,1,,\n"
    result = read({"2024/observations.csv": raw, "2024/observations_b.csv": good})
    assert {f.code for f in result.found} == ({code} if code else set())
    assert result.value("D1", "waste") == used
    assert result.value("D2", "waste") == 1  # other files go on


def test_a_quoted_line_break_keeps_the_row_and_the_line_numbers(read_rows):
    result = read_rows('D1,2024,waste,5,,"two\nlines"', "D2,2024,waste,x,,")
    assert result.value("D1", "waste") == 5
    assert result.only("line_break_in_cell").place == "row 2"
    assert result.only("not_a_number").place == "row 4"
    assert result.reading.counts[0].read == 3


def test_an_open_quote_does_not_swallow_the_rows_below(read_rows):
    result = read_rows('D1,2024,waste,"5,,', "D2,2024,waste,6,,", 'D2,2024,gdp,"7,,')
    assert result.codes("error") == ["unbalanced_quotes", "unbalanced_quotes"]
    assert result.value("D2", "waste") == 6


def test_parquet_reads_as_csv_does(read):
    table = pd.DataFrame(
        {
            "entity_id": ["D1", "D2"],
            "year": [2024, 2024],
            "variable": ["waste"] * 2,
            "value": [5.5, None],
        }
    )
    stream = io.BytesIO()
    table.to_parquet(stream)
    result = read({"2024/observations.parquet": stream.getvalue()})
    assert (result.value("D1", "waste"), result.value("D2", "waste")) == (5.5, "missing")
    assert result.reading.counts[0].read == 2


@pytest.mark.parametrize("rows_per_group", [2, 100])
def test_parquet_in_batches_reads_as_a_table_does(tmp_path, rows_per_group):
    """Plain rows through the arrays, doubtful, repeated, late and missing ones beside: all the same."""
    rows = [
        ("D1", 2024, "waste", 5.5, "reported", "sheet 3"),
        ("D1", 2023, "waste", 4.0, "estimated", ""),
        ("D2", 2024, "waste", None, "missing", ""),
        ("D2", 2024, "gdp", -1.0, "reported", ""),
        ("D2", 2024, "firms", 2.5, "reported", ""),
        ("D2", 2024, "pilot", 1.0, "reported", ""),
        ("D2", 2024, "stock_change", -7.0, "reported", ""),
        ("D1", 2024, "rate", 20.0, "reported", ""),
        ("D1", 2024, "rate", 30.0, "reported", ""),
        ("DX", 2024, "rate", 40.0, "reported", ""),
        ("DX", 2024, "rate", 40.0, "reported", ""),
        ("nobody", 2024, "waste", 1.0, "reported", ""),
        ("C1", 2010, "waste", 9.0, "reported", "archive"),
    ]
    columns = ["entity_id", "year", "variable", "value", "status", "source"]
    folder = tmp_path / "data" / "2024"
    folder.mkdir(parents=True)
    table = pd.DataFrame(rows, columns=columns)
    table.to_parquet(folder / "observations.parquet", row_group_size=rows_per_group)
    codes = pd.DataFrame(
        [("D1", 2024, "audit", "due"), ("D2", 2024, "audit", "dew")], columns=columns[:4]
    )
    codes.to_parquet(folder / "observations_codes.parquet")
    (tmp_path / "entities.csv").write_text(REGISTER, encoding="utf-8")
    told = []
    for years in ((), (2023, 2024)):
        log = FindingLog()
        register, _ = read_register(tmp_path / "entities.csv", "data/entities.csv", log)
        sources = find_sources(tmp_path / "data", 2024, log)
        reading = read_observations(sources, Dictionary(register, VARIABLES), log, years)
        layout = build_panels(register, reading.observations, VARIABLES, (2023, 2024))
        cells = [
            (t, c, panel.columns[c].values.tolist(), panel.columns[c].state.tolist())
            for t, panel in layout.panels.items()
            for c in panel.columns
        ]
        texts = [p.codes["audit"].tolist() for p in layout.panels.values()]
        places = [layout.sources.of(entity.entity_id) for entity in register]
        told.append((repr(cells), texts, places, reading.counts, log.sorted()))
    assert told[0] == told[1]
    assert {"negative", "not_whole", "conflicting_rows", "duplicate_row"} <= {
        f.code for f in told[1][4]
    }


def test_a_damaged_parquet_file_is_refused(read):
    assert read({"2024/observations.parquet": b"PAR1 not really"}).codes("error") == [
        "file_refused"
    ]


def test_a_parquet_file_damaged_in_the_middle_is_an_error_that_names_it(tmp_path):
    """Its header and footer are sound, the pages between are not: nothing of it may count."""
    folder = tmp_path / "data" / "2024"
    folder.mkdir(parents=True)
    years = [2024] * 4000
    table = pd.DataFrame(
        {"entity_id": "D1", "year": years, "variable": "waste", "value": np.arange(4000.0)}
    )
    path = folder / "observations.parquet"
    table.to_parquet(path, row_group_size=1000)
    raw = bytearray(path.read_bytes())
    start = pq.ParquetFile(path).metadata.row_group(2).column(3).data_page_offset
    raw[start : start + 400] = b"\xff" * 400
    path.write_bytes(raw)
    (tmp_path / "entities.csv").write_text(REGISTER, encoding="utf-8")
    log = FindingLog()
    register, _ = read_register(tmp_path / "entities.csv", "data/entities.csv", log)
    sources = find_sources(tmp_path / "data", 2024, log)
    with pytest.raises(DataError, match=r"data/2024/observations\.parquet: damaged after \d+ rows"):
        read_observations(sources, Dictionary(register, VARIABLES), log, (2023, 2024))


# --- accounting ----------------------------------------------------------------------------------

anything = st.one_of(
    st.binary(max_size=400),
    st.text(alphabet='D12,"\n\r 024wasteX\u200b', max_size=300).map(lambda t: (HEADER + t).encode()),
    st.lists(
        st.sampled_from(["D1,2024,waste,5,,", "D1,2024,waste,6,,", "", ",,,,,", '"', 'D1,2024,gdp,"1\n', "x"])
    ).map(lambda rows: (HEADER + "\n".join(rows)).encode()),
)  # fmt: skip


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None
)
@given(anything)
def test_every_row_is_accounted_for_whatever_the_bytes(read, raw):
    (count,) = read({"2024/observations.csv": raw}).reading.counts
    assert count.read == count.accepted + count.rejected + count.blank + count.header


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(["a,b,c,d", "", 'a,"b", c,d', "x", '"', 'a,b,c,"d', 'd"', ",,,"])))
def test_the_rows_read_are_the_lines_of_the_file_less_continuations(lines):
    log = FindingLog()
    text = "\n".join(["entity_id,year,variable,value", *lines]) + "\n"
    count = read_text(text, LAYOUT, Context(log).file("f.csv")).count(0)
    continued = sum(int(f.found.split()[0]) for f in log.found if f.code == "line_break_in_cell")
    assert count.read == len(lines) + 1 - continued
