"""Forms of others read by a layout: headers over values, units and years where such forms have them."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.worksheet.cell_range import CellRange

from cescore.errors import DataError
from cescore.returns.layouts.load import load_layouts

LAYOUT = """\
zh: 朝阳市区县循环经济统计表
files: ["*区县*", "a*"]
tables:
  - anchor: 地区                       # rows are districts, headings have three levels
    entity: directly left 0
    variable: [closest above 0, closest above 1]
    year: directly above 2
    unit: closest above 1
    ends: 填表人*
  - anchor: 指标名称                   # rows are variables, columns districts
    entity: directly above 0
    variable: directly left 0
    unit: directly left 计量单位
    year: within *年报*
variables:
  coal: [能源消费量/煤炭, 煤炭消费量]
  power: 能源消费量/电力
  gdp: [产值, 地区生产总值]
  reuse: 再生水利用率
entities: {D1: [龙城], D2: 双塔区}
skip: 上年
"""


@pytest.fixture
def layout(city: Path) -> Path:
    folder = city / "data/layouts"
    folder.mkdir()
    (folder / "chaoyang.yml").write_text(LAYOUT, "utf-8")
    return folder / "chaoyang.yml"


def district_form() -> openpyxl.Workbook:
    """Two tables on one sheet, as a statistics bureau sends them."""
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (
        ["区县循环经济统计年报（2025年报）"],
        [],
        ["地区", "能源消费量", "", "", "产值（亿元）"],
        ["", "煤炭（吨）", "", "电力（万千瓦时）", ""],
        ["", "2025年", "2024年", "2025年", "2025年"],
        ["龙城", 1200, 1100, 40, 3.5],
        ["双塔区", "1,300", 1250, 50, 4.5],
        ["合计", 2500, 2350, 90, 8],
        ["填表人：张三"],
        [],
        ["指标名称", "计量单位", "龙城", "双塔区"],
        ["再生水利用率", "%", 85, 90],
    ):
        sheet.append(row)
    for span in ("A3:A5", "B3:D3", "E3:E4", "B4:C4"):
        sheet.merge_cells(span)
    return book


def triples(found) -> set[tuple[str, str, str, str]]:
    return {(r.entity_id, r.year, r.variable, r.value) for r in found.reading.rows}


def test_a_district_form_of_three_levels_is_read_with_a_short_layout(read, layout):
    assert len(LAYOUT.splitlines()) < 30
    found = read(district_form())
    assert found.reading.layout == "chaoyang" and found.of("error") == set()
    assert triples(found) == {
        ("D1", "2025", "coal", "1200"), ("D2", "2025", "coal", "1,300"),
        ("D1", "2024", "coal", "1100"), ("D2", "2024", "coal", "1250"),
        ("D1", "2025", "power", "40"), ("D2", "2025", "power", "50"),
        ("D1", "2025", "gdp", "35000"), ("D2", "2025", "gdp", "45000"),
        ("D1", "2025", "reuse", "85"), ("D2", "2025", "reuse", "90"),
    }  # fmt: skip
    assert {f.at.column for f in found.findings if f.code == "unit_converted"} == {"E"}
    assert found.count.unread == 0 and found.reading.roles["total"] == 4


def test_swapped_digits_are_caught_by_the_balance_of_the_form(read, layout):
    book = district_form()
    book.active["B6"] = 2100  # 1200 with two digits swapped
    found = read(book).one("total_differs")
    assert (found.severity, found.at.cell) == ("error", "Sheet!B8")
    assert dict(found.values)["difference"] == "-900" and dict(found.values)["near"] == "B6"


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    down=st.integers(0, 20), right=st.integers(0, 8), gaps=st.sets(st.integers(6, 9), max_size=3)
)
def test_the_table_is_found_wherever_it_is_moved_and_rows_are_inserted(
    read, layout, down, right, gaps
):
    source = district_form().active
    target = openpyxl.Workbook().active
    for row in source.iter_rows():
        for cell in row:
            if cell.value is not None:
                inserted = sum(gap <= cell.row for gap in gaps)
                target.cell(cell.row + down + inserted, cell.column + right).value = cell.value
    for span in source.merged_cells.ranges:
        span = CellRange(span.coord)
        span.shift(right, down)
        target.merge_cells(span.coord)
    assert triples(read(target.parent)) == triples(read(district_form()))


def test_a_heading_that_is_nearly_known_is_an_error_and_a_strange_one_a_warning(read, layout):
    book = district_form()
    book.active["A12"] = "再生水利用律"
    book.active["D4"] = "气温（GJ）"
    found = read(book)
    codes = {
        (f.severity, dict(f.values)["near"]) for f in found.findings if f.code == "label_unknown"
    }
    assert codes == {("error", "reuse"), ("warning", "")}
    assert {f.variable for f in found.findings if f.code == "variable_not_there"} == {
        "power",
        "reuse",
    }


def test_a_title_without_a_year_is_the_only_error_since_the_headings_are_there(read, layout):
    book = district_form()
    book.active["A1"] = "区县循环经济统计年报"
    for cell in ("B5", "C5", "D5", "E5"):
        book.active[cell] = "数值"
    found = read(book)
    assert found.of("error") == {"year_not_there"}


def test_a_unit_of_another_kind_is_told_once_at_its_heading(read, layout):
    book = district_form()
    book.active["D4"] = "电力（立方米）"
    found = read(book)
    here = found.one("unit_of_heading")
    assert (here.at.cell, here.variable) == ("Sheet!D4", "power")
    assert found.of("error") == {"unit_of_heading"} and found.count.refused == 2


def test_a_value_without_a_unit_is_refused(read, layout):
    book = district_form()
    book.active["B4"] = "煤炭"
    found = read(book)
    assert found.one("unit_not_there").severity == "error"
    assert "coal" not in {row.variable for row in found.reading.rows} and found.count.refused == 4


def test_an_unknown_district_is_named_once_with_the_nearest(read, layout):
    book = district_form()
    book.active["A6"] = "龙成"
    found = read(book)
    here = found.one("unknown_entity")
    assert (here.at.cell, dict(here.values)["near"]) == ("Sheet!A6", "龙城区 (D1)")


def test_numbers_outside_the_tables_are_named(read, layout):
    book = district_form()
    book.active["H20"] = 4711
    assert dict(read(book).one("numbers_unread").values)["cells"] == ("H20",)


def test_units_may_stand_in_cells(read, city):
    (city / "data/layouts").mkdir()
    (city / "data/layouts/c.yml").write_text(
        "tables:\n  - {anchor: 指标, entity: within *区*, variable: directly left 0, unit: in cell}\n",
        "utf-8",
    )
    book = openpyxl.Workbook()
    for row in (["龙城区 2025 年"], ["指标", "数值"], ["煤炭消费量", "12万吨"], ["用电量", "40"]):
        book.active.append(row)
    book.active.delete_cols(3, 5)
    found = read(book)
    assert found.values == {"coal": "120000"}
    assert found.one("unit_in_cell_read").severity == "info"
    assert found.one("unit_not_there").at.cell == "Sheet!B4"


def test_a_workbook_that_no_layout_fits_is_told_what_keeps_each_from_fitting(read, layout):
    (layout.parent / "second.yml").write_text(
        LAYOUT.split("variables:")[0].replace("地区  ", "机构").replace("指标名称", "科目"), "utf-8"
    )
    book = openpyxl.Workbook()
    book.active["B2"] = "指标名"
    said = read(book, name="会议通知.xlsx").one("no_layout").found
    assert (
        "chaoyang does not fit (the file is not named like *区县*, a*, "
        "no cell says 地区, 指标名称, nearest: Sheet!B2, '指标名')"
    ) in said
    assert "no cell says 机构, 科目)" in said


@pytest.mark.parametrize("gone", ["entity_id", "year", "variable", "value"])
def test_a_long_table_that_lacks_a_column_is_no_form_and_names_it(read, gone):
    book = openpyxl.Workbook()
    line = {"entity_id": "D1", "year": 2025, "variable": "gdp", "value": 12}
    for row in (list(line), list(line.values())):
        book.active.append([text for key, text in zip(line, row, strict=True) if key != gone])
    found = read(book)
    assert found.reading.layout == "table" and not found.values
    assert any(gone in line for line in found.lines)


def test_the_headings_of_a_workbook_that_no_layout_fits_are_named(read):
    book = openpyxl.Workbook()
    for row in (["2025年报"], ["单位名称", "增加值（万元）"], ["青溪市", 1, 2]):
        book.active.append(row)
    said = read(book).one("no_layout").found
    assert said.endswith("the row most like headings, Sheet!2: 单位名称, 增加值（万元）")


def test_where_there_is_no_layout_yet_that_is_said(read):
    book = openpyxl.Workbook()
    book.active["A1"] = "会议通知"
    assert "no layout in data/layouts/ yet" in read(book).one("no_layout").found


@pytest.mark.parametrize("basis", ["{district: consented}", "consented"])
def test_a_layout_says_on_what_ground_values_were_collected(read, layout, basis):
    layout.write_text(LAYOUT + f"basis: {basis}\n", "utf-8")
    assert {row.basis for row in read(district_form()).reading.rows} == {"consented"}


@pytest.mark.parametrize(
    ("basis", "said"),
    [("{distrikt: consented}", "nearest: district"), ("consent", "nearest: consented")],
)
def test_an_unknown_basis_of_a_layout_is_told_with_the_nearest(city, against, layout, basis, said):
    layout.write_text(LAYOUT + f"basis: {basis}\n", "utf-8")
    with pytest.raises(DataError) as caught:
        load_layouts(city, against)
    assert said in str(caught.value) and f"chaoyang.yml:{len(LAYOUT.splitlines()) + 1}" in str(
        caught.value
    )


def test_two_layouts_that_fit_are_named_and_one_may_be_asked_for(read, layout):
    (layout.parent / "other.yml").write_text(LAYOUT, "utf-8")
    assert read(district_form()).one("layouts_alike").severity == "error"
    assert read(district_form(), "other").reading.layout == "other"


def test_everything_wrong_with_layouts_is_said_at_once(city, against):
    (city / "data/layouts").mkdir()
    (city / "data/layouts/bad.yml").write_text(
        "tables:\n"
        "  - anchor: x\n"
        "    entity: next to it\n"
        "    variable: directly left 0\n"
        "    hight: 3\n"
        "variables: {coall: 煤, gdp: [产值], coal: 产值}\n"
        "entities: {D7: x}\n",
        "utf-8",
    )
    (city / "data/layouts/form.yml").write_text(
        "tables:\n  - {anchor: x, entity: is D1, variable: is gdp}\n", "utf-8"
    )
    with pytest.raises(DataError) as caught:
        load_layouts(city, against)
    said = str(caught.value)
    for part in ("bad.yml:3", "closest above N", "hight", "form.yml:2", "'form'"):
        assert part in said, part


def test_words_and_codes_of_a_layout_must_be_known_and_mean_one_thing(city, against):
    (city / "data/layouts").mkdir()
    (city / "data/layouts/bad.yml").write_text(
        "tables:\n  - {anchor: x, entity: directly left 0, variable: closest above 0}\n"
        "variables: {coall: 煤, gdp: [产值], coal: 产值}\n"
        "entities: {D7: x}\n",
        "utf-8",
    )
    with pytest.raises(DataError) as caught:
        load_layouts(city, against)
    for part in ("nearest: coal", "already gdp's", "'D7'"):
        assert part in str(caught.value), part
