"""Whatever stands below no heading of its own is told, in forms, long tables and layouts alike."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from tests.returns.books import FIRST_ROW, HEADINGS, VALUE_COLUMN, YEAR, Reader, form_of, row_of

HEADER = FIRST_ROW - 1
STATUS = VALUE_COLUMN + 1
LAYOUT = """\
zh: 年报
tables:
  - {anchor: 地区, entity: directly left 0, variable: directly above 0, year: is 2025, unit: is own}
"""


def long_table(*rows: tuple[object, ...]) -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    book.active.append(("entity_id", "year", "variable", "value", "status"))
    for row in rows:
        book.active.append(row)
    return book


def wide_table(*rows: tuple[object, ...]) -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    for row in (("地区", "coal", "power"), *rows):
        book.active.append(row)
    return book


@pytest.fixture
def layout(city: Path) -> str:
    (city / "data/layouts").mkdir()
    (city / "data/layouts/annual.yml").write_text(LAYOUT, "utf-8")
    return "annual"


def test_statuses_below_a_heading_merged_over_them_are_an_error_that_names_them(
    read: Reader,
) -> None:
    book = form_of(coal=None)
    book.active.cell(row_of("coal"), STATUS, "不适用")
    book.active.merge_cells(
        start_row=HEADER, end_row=HEADER, start_column=VALUE_COLUMN, end_column=STATUS
    )
    told = read(book).one("merged_heading")
    assert told.severity == "error" and told.found == (
        f"the heading '本年数' is merged over D{HEADER}:E{HEADER}; 1 cell below it has no heading of its "
        f"own and is not read: E{row_of('coal')}"
    )


def test_a_heading_merged_over_columns_in_which_nothing_stands_is_no_matter(read: Reader) -> None:
    book = form_of()
    book.active.merge_cells(
        start_row=HEADER, end_row=HEADER, start_column=VALUE_COLUMN, end_column=STATUS
    )
    assert read(book).findings == ()


def test_headings_merged_downwards_are_headings(read: Reader) -> None:
    book = form_of()
    book.active.cell(HEADER - 1, VALUE_COLUMN, "本年数")
    book.active.merge_cells(
        start_row=HEADER - 1, end_row=HEADER, start_column=VALUE_COLUMN, end_column=VALUE_COLUMN
    )
    assert read(book).values["coal"] == "300"


def test_words_and_numbers_beside_the_headings_are_told(read: Reader) -> None:
    book, beside = form_of(), len(HEADINGS) + 1
    book.active.cell(row_of("coal"), beside, "按发票统计")
    book.active.cell(row_of("gdp"), beside, 7)
    result = read(book)
    told = result.one("cells_without_heading")
    assert told.severity == "warning" and told.found.endswith(
        f"G{row_of('gdp')}, G{row_of('coal')}"
    )
    assert result.count.unread == 2


def test_a_cell_merged_over_two_variables_is_the_value_of_neither(read: Reader) -> None:
    book, at = form_of(), row_of("coal")
    book.active.merge_cells(
        start_row=at, end_row=at + 1, start_column=VALUE_COLUMN, end_column=VALUE_COLUMN
    )
    result = read(book)
    assert [f.variable for f in result.findings if f.code == "merged_value"] == ["coal", "power"]
    assert not {"coal", "power"} & set(result.values) and result.count.refused == 2


def test_a_status_merged_over_rows_is_that_of_each(read: Reader) -> None:
    book = form_of()
    book.active.cell(FIRST_ROW, STATUS, "测算")
    book.active.merge_cells(
        start_row=FIRST_ROW, end_row=FIRST_ROW + 6, start_column=STATUS, end_column=STATUS
    )
    assert {row.status for row in read(book).reading.rows} == {"estimated"}


def test_long_tables_tell_of_statuses_below_a_merged_heading(read: Reader) -> None:
    book = long_table(("D1", YEAR, "coal", 5, "estimated"))
    book.active["E1"] = None
    book.active.merge_cells("D1:E1")
    assert read(book).one("merged_heading").found.endswith("E2")


def test_long_tables_tell_of_words_below_no_heading(read: Reader) -> None:
    book = long_table(("D1", YEAR, "coal", 5, "", "see letter"))
    assert read(book).one("cells_without_heading").at.column == "F"


def test_a_number_merged_over_two_rows_of_a_long_table_is_the_value_of_neither(
    read: Reader,
) -> None:
    book = long_table(("D1", YEAR, "coal", 5), ("D1", YEAR, "gdp"))
    book.active.merge_cells("D2:D3")
    result = read(book)
    assert result.reading.rows == () and result.of("error") == {"merged_value"}


def test_layouts_tell_of_words_below_no_heading(read: Reader, layout: str) -> None:
    result = read(wide_table(("D1", 5, 6, "测算"), ("D2", 7, 8)), layout)
    assert result.one("cells_without_heading").at.cell == "Sheet!D2"


@pytest.mark.parametrize(
    ("span", "whose"),
    [
        ("B2:B3", [("D1", "coal"), ("D2", "coal")]),
        ("B2:C2", [("D1", "coal"), ("D1", "power")]),
    ],
)
def test_a_number_merged_over_places_of_a_layout_is_the_value_of_none_and_told_of_each(
    read: Reader, layout: str, span: str, whose: list[tuple[str, str]]
) -> None:
    book = wide_table(("D1", 5, 6), ("D2", 7, 8))
    book.active.merge_cells(span)
    result = read(book, layout)
    told = [f for f in result.findings if f.severity == "error"]
    assert [(f.entity_id, f.variable) for f in told] == whose  # and no heading is called absent
    assert {f.found for f in told} == {f"{span} is one merged cell for 2 values"}
    assert "5" not in {row.value for row in result.reading.rows}


def test_a_form_without_its_value_column_names_the_heading_that_is_not_there(read: Reader) -> None:
    book = form_of()
    book.active.cell(HEADER, VALUE_COLUMN, "2025年实绩")
    result = read(book)
    told = result.one("form_without_table")
    assert told.at.cell == f"填报表!D{HEADER}"
    assert "not 本年数; unknown among them: 2025年实绩" in told.found
    assert result.count.unread == 8  # each value, and the year above them


def test_values_of_another_years_form_are_refused_and_no_headings(read: Reader) -> None:
    count = read(form_of(year=YEAR - 1, coal=None)).count
    assert (count.values, count.accepted, count.refused, count.blank) == (7, 0, 6, 1)
