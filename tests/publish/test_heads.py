"""Nothing of a table or list is left by itself: no character of a head, no row, no first point."""

from __future__ import annotations

import doctest

import pytest
from test_page_fits import laid_out

from cescore.publish.printing import heads
from cescore.publish.printing.layout import _pieces
from cescore.publish.section import section
from cescore.publish.table import Row, Table, TableColumn

FULL = 57  # lines of a plain paragraph that a page holds, about


def test_the_examples_hold():
    assert doctest.testmod(heads).failed == 0


@pytest.mark.parametrize(
    ("head", "width", "lines"),
    [
        ("变动贡献", 10.5, ["变动", "贡献"]),
        ("2020年水平", 12.0, ["2020年", "水平"]),
        ("工业固体废物综合利用率", 18.2, ["工业固体废物", "综合利用率"]),
        ("再生原料投入比重（%）", 18.0, ["再生原料投入", "比重（%）"]),
        ("变动贡献", 30.0, ["变动贡献"]),
        ("Moves index", 8.0, ["Moves index"]),
        ("贡献", 3.0, ["贡献"]),
    ],
)
def test_a_chinese_head_breaks_between_words(head, width, lines):
    assert str(heads.broken(head, width)).split("<br>") == lines


def test_a_patch_of_colour_stays_before_its_head():
    head = '<i class="sw s1"></i>部分完成'
    assert str(heads.broken(head, 12.0)) == '<i class="sw s1"></i>部分<br>完成'


def test_a_head_is_data_as_a_whole():
    table = Table([TableColumn("名", 60, "text"), TableColumn("变动贡献", 6)], [Row(["甲", "1"])])
    assert "变动<br>贡献" in table.fragment().html and table.data().columns[1].text == "变动贡献"


def rows_by_page(before: int, rows: int, *, halves: bool = False) -> list[int]:
    """Lines of a table on each page, behind so many lines of text."""
    columns = [TableColumn("名", 60, "text"), TableColumn("值", 40)]
    table = Table(columns, [Row([f"r{i}", "1"]) for i in range(rows)], halves=halves)
    body = "<p>0</p>" * before + table.fragment().html
    return [
        sum(piece.text.startswith("r") for piece in _pieces(page._page_box))
        for page in laid_out(body, "zh")
    ]


def test_no_row_of_a_table_stands_alone_on_a_page():
    found = [rows_by_page(before, 8) for before in range(FULL - 12, FULL, 2)]
    assert any(len(pages) == 2 and all(pages) for pages in found)  # some are parted
    assert not any(page == 1 for pages in found for page in pages)


def test_no_heading_stands_at_the_foot_of_a_page_with_a_point_or_two():
    def points_beneath(before: int) -> int:
        points = section("points", points=[f"p{i}" for i in range(6)]).html
        first, *_ = laid_out("<p>0</p>" * before + f"<h2>h</h2>{points}", "zh")
        return sum(piece.text.startswith("p") for piece in _pieces(first._page_box))

    found = {points_beneath(before) for before in range(FULL - 12, FULL, 2)}
    assert not found & {1, 2} and found - {0, 6}
