"""A table is data: what a notebook carries beside its markup, and the frame that comes from it."""

from __future__ import annotations

import json
import math

import pages
import pytest
from markupsafe import Markup

from cescore.desk import tables
from cescore.publish.fragment import Fragment, Term, two_lines
from cescore.publish.numbers import PrintedNumber, number
from cescore.publish.table import Row, Table, TableColumn
from cescore.publish.table_data import TABLE_MIME, TableData

GDP = Term.of(Markup('产值 <i class="u">吨</i>'), code="gdp", unit="t")
TABLE = Table(
    [
        TableColumn("指标", 50, "text"),
        TableColumn("得分", 25, code="score"),
        TableColumn("状态", 25, "mid"),
    ],
    [
        Row(["组", "", ""], "group"),
        Row([two_lines(GDP, "a + b"), number(1234.567), "已达"]),
        Row(["水", PrintedNumber.of("未报", None), ""]),
    ],
    "表",
)


def test_the_frame_has_values_in_full_and_texts_where_there_are_none() -> None:
    frame = TABLE.to_frame()
    assert list(frame.columns) == ["得分", "状态"]
    assert frame.loc["产值 吨 a + b", "得分"] == 1234.567
    assert math.isnan(frame.loc["水", "得分"])
    assert list(frame["状态"]) == ["已达", ""]


def test_the_frame_names_lines_and_columns_by_their_codes_if_asked() -> None:
    frame = TABLE.to_frame(by="code")
    assert list(frame.index) == ["gdp", "水"]
    assert list(frame.columns) == ["score", "状态"]
    assert frame.attrs == {"caption": "表", "units": {"gdp": "t"}}


def test_a_title_of_a_group_is_no_line_of_the_frame_and_a_group_with_values_is() -> None:
    rows = [Row(["甲", "", ""], "group"), Row(["乙", number(1.0), ""], "group")]
    assert list(Table(TABLE.columns, rows).to_frame().index) == ["乙"]


def test_what_goes_into_a_notebook_comes_out_the_same() -> None:
    data = TABLE.data()
    assert TableData.from_json(json.loads(json.dumps(data.to_json()))) == data


def test_a_notebook_is_shown_markup_text_and_data() -> None:
    shown = TABLE.fragment()._repr_mimebundle_()
    assert set(shown) == {"text/html", "text/plain", TABLE_MIME}
    assert set(Fragment("<p>a</p>")._repr_mimebundle_()) == {"text/html", "text/plain"}


def test_a_table_prints_as_text_where_there_is_no_notebook() -> None:
    assert repr(TABLE).splitlines()[0] == "表"
    assert "1,234.6" in repr(TABLE)


def test_the_tables_of_the_desk_are_frames_by_code() -> None:
    bundle = pages.opened()
    frame = tables.values_table(bundle).to_frame(by="code")
    assert frame.loc["gdp", "2025"] == 1500
    assert frame.attrs["units"]["gdp"] == "10k CNY"


def test_the_steps_of_the_method_are_frames_named_by_codes() -> None:
    steps = pages.all_tables(pages.opened())
    scores = steps["scores_table"].to_frame(by="code")
    assert list(scores.columns) == ["worst", "best", "value", "score", "rule"]
    assert scores.loc["resource_output"].tolist()[:4] == [10000, 50000, 30000, 80]
    weights = steps["weights_table"].to_frame(by="code")
    assert weights.loc["EFF", "weight_in_index"] == pytest.approx(60)
    assert weights.loc["EFF", "score"] == pytest.approx(81.0)  # of 80, and 80 and 84


def test_every_table_of_a_report_has_a_name() -> None:
    shown = pages.all_tables(pages.opened()).values()
    assert all(table.name for fragment in shown for table in fragment.tables)
