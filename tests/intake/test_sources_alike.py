"""One way in: whatever the rows come from, everything after intake is the same."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from intake.conftest import REGISTER, VARIABLES, Read

from cescore.definitions.model import Variable
from cescore.errors import DataError
from cescore.intake.observations.panel import build_panels
from cescore.intake.sources import parquet_source

COLUMNS = ["entity_id", "year", "variable", "value", "status", "source", "unit"]
YEARS = (2022, 2023, 2024)
ROW = st.tuples(
    st.sampled_from(["D1", "D2", "DX", "D9", "C1"]),
    st.sampled_from(["2022", "2023", "2024", "2024年", "x"]),
    st.sampled_from(["waste", "stock_change", "gdp", "firms", "pilot", "audit", "wast"]),
    st.sampled_from(
        ["1", "2.5", "-3", "", "1,234", "0,5", "due", "#N/A", "—", "１２", "1.23457E+11"]
    ),
    st.sampled_from(["", "reported", "estimated", "missing", "测算"]),
    st.sampled_from(["", "sheet 1"]),
    st.sampled_from(["", "t", "kg", "吨"]),
)


def as_csv(rows: list[tuple[str, ...]]) -> bytes:
    return pd.DataFrame(rows, columns=COLUMNS).to_csv(index=False).encode()


def as_parquet(rows: list[tuple[str, ...]]) -> bytes:
    stream = io.BytesIO()
    pd.DataFrame(rows, columns=COLUMNS).to_parquet(stream, row_group_size=3)
    return stream.getvalue()


def outcome(result: Read) -> object:
    """Values, states, flags, codes, bases, sources and findings, but for the name and rows of files."""
    layout = build_panels(result.register, result.observations, VARIABLES, YEARS)
    cells = [
        (t, c, column.values.tolist(), column.state.tolist(), column.flags.tolist())
        for t, panel in layout.panels.items()
        for c, column in panel.columns.items()
    ]
    texts = [(p.codes["audit"].tolist(), p.attributes["basis"]) for p in layout.panels.values()]
    findings = sorted(
        repr(replace(f, at=replace(f.at, file="", row=0), values=()))
        for f in result.found
        if f.code != "header_only"
    )
    known = {e.entity_id: set(layout.sources.of(e.entity_id)) for e in result.register}
    return repr(cells), texts, findings, known, result.observations.received


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None
)
@given(st.lists(ROW, min_size=1, max_size=12), st.lists(ROW, min_size=1, max_size=12))
def test_csv_and_parquet_in_any_mixture_are_the_same_to_all_that_follows(
    read: Callable[..., Read], tmp_path_factory: pytest.TempPathFactory, one, two
):
    outcomes = []
    for first, second in ((as_csv, as_csv), (as_parquet, as_parquet), (as_csv, as_parquet)):
        for path in tmp_path_factory.getbasetemp().glob("*/data/observations_*"):
            path.unlink()
        files = {
            f"observations_1.{'csv' if first is as_csv else 'parquet'}": first(one),
            f"observations_2.{'csv' if second is as_csv else 'parquet'}": second(two),
        }
        outcomes.append(outcome(read(files)))
    assert outcomes[0] == outcomes[1] == outcomes[2]


def test_a_unit_beside_a_value_must_be_the_variables_own(read):
    rows = [("D1", "2024", "waste", "1", "", "", u) for u in ("kg", "t", "吨", "", "tonnes of air")]
    for row, is_used in zip(rows, (False, True, True, True, False), strict=True):
        result = read({"2024/observations.csv": as_csv([row])})
        assert (result.value("D1", "waste") == 1) == is_used
        assert ("unit_differs" in result.codes("error")) == (not is_used)


def test_a_return_filed_in_two_sources_is_told_of_its_entity(read):
    result = read(
        {
            "2024/observations_a.csv": as_csv([("D1", "2024", "waste", "1", "", "", "")]),
            "2024/observations_b.parquet": as_parquet(
                [("D1", "2024", "gdp", "1", "", "", ""), ("D2", "2024", "gdp", "1", "", "", "")]
            ),
        }
    )
    finding = result.only("split_return")
    assert (finding.entity_id, finding.year, finding.severity) == ("D1", 2024, "warning")


def test_a_table_that_would_fill_the_memory_is_refused_before_it_does(read, monkeypatch):
    monkeypatch.setattr(parquet_source, "MOST_BYTES", 250)
    rows = [("D1", "2024", "waste", "1", "", "x" * 100, "")] * 20
    with pytest.raises(DataError, match="the column source is too large"):
        read({"2024/observations.parquet": as_parquet(rows)})


def test_more_rows_than_cells_can_be_are_refused_with_both_numbers(read, monkeypatch):
    monkeypatch.setattr("cescore.intake.observations.dictionary.LEAST_ROWS", 2)
    monkeypatch.setattr("cescore.intake.observations.dictionary.SPAN", 0)
    rows = [("D1", "2024", "waste", "1", "", "", "")] * 5
    finding = read({"2024/observations.parquet": as_parquet(rows)}).only("file_refused")
    assert "5 rows" in finding.found and "at most 2" in finding.found


@pytest.mark.parametrize("delimiter", [";", "\t", "|", "，"])
def test_another_delimiter_is_named_once(read, delimiter):
    table = "entity_id,year,variable,value\nD1,2024,waste,1\n".replace(",", delimiter)
    assert read({"2024/observations.csv": table}).codes("error") == ["delimiter"]


@pytest.mark.parametrize(
    "line",
    [
        "注：单位为吨,,,,",
        "填表人：张三,,,,",
        "填表人：张三,,审核人：李四,,",
        "注：单位为吨",
        ",,填表人：张三,,",
    ],
)
def test_notes_below_the_table_are_no_rows_however_padded(read, line):
    table = f"entity_id,year,variable,value,note\nD1,2024,waste,1,\n{line}\n"
    result = read({"2024/observations.csv": table})
    assert result.codes("error") == [] and result.only("footnote").place == "row 3"


def test_a_synonym_of_a_variable_is_answered_with_its_code(read):
    named = {"waste": Variable(code="waste", unit="t", zh="废物产生量", en="Waste generated")}
    table = "entity_id,year,variable,value\nD1,2024,废物 产生量,1\nD1,2024,Waste Generated,1\n"
    result = read({"2024/observations.csv": table}, variables=named)
    near = [dict(f.values)["near"] for f in result.found if f.code == "unknown_variable"]
    assert near == ["waste", "waste"]


GARBLED = REGISTER + "E1,district,C1,,杈芥簮\nE2,district,C1,,MÃ¼nchen\nE3,district,C1,,锟斤拷\n"


def test_text_read_in_a_wrong_encoding_is_told_with_what_it_was(read):
    found = [f for f in read({}, register=GARBLED).found if f.code == "mojibake"]
    assert [(f.entity_id, dict(f.values)["near"]) for f in found] == [
        ("E1", "辽源"), ("E2", "München"), ("E3", ""),
    ]  # fmt: skip


def test_one_name_under_two_codes_is_told(read):
    register = REGISTER + "E1,district,C1,,一区\n"
    finding = read({}, register=register).only("same_name")
    assert (finding.entity_id, dict(finding.values)["other"]) == ("E1", "D1")


def test_a_latin_register_is_refused(read):
    register = "entity_id,entity_type,name_en\nE1,district,München\nE2,district,Bücherei Süd\n"
    with pytest.raises(DataError, match="perhaps Latin-1"):
        read({"entities.csv": register.encode("latin-1")})
