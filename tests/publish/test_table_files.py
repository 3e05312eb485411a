"""The tables that go with a PDF: what is printed, ready for a spreadsheet."""

from __future__ import annotations

import csv
import io
import re

import pypdfium2
import pytest
from markupsafe import Markup
from publish.conftest import Made

from cescore.publish.numbers import PrintedNumber, number, percentage, signed
from cescore.publish.printing.table_files import TableFile, table_files
from cescore.publish.table import Row, Table, TableColumn


def read(file: TableFile) -> list[list[str]]:
    assert file.raw.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(file.raw.decode("utf-8-sig"), newline="")))


def lines(rows: list[Row], *, halves: bool = False) -> list[list[str]]:
    columns = [TableColumn("指标", 50, "text"), TableColumn("2025", 50)]
    table = Table(columns, rows, "得分/权重", halves=halves)
    (file,) = table_files(table.fragment().tables, "zh")
    assert (file.name, file.caption) == ("01-得分 权重.csv", "得分/权重")
    return read(file)


def test_figures_are_figures_and_words_stay_words() -> None:
    rows = [Row(["甲", number(1234.5)]), Row(["乙", signed(-0.3)]), Row(["a, b", "3 of 5"])]
    assert lines(rows) == [["指标", "2025"], ["甲", "1234.5"], ["乙", "-0.3"], ["a, b", "3 of 5"]]


def test_a_figure_with_its_unit_is_as_printed() -> None:
    assert lines([Row(["甲", percentage(0.2)])])[1] == ["甲", "20.0%"]


def test_a_name_that_looks_like_a_figure_is_no_figure() -> None:
    assert lines([Row(["1,234", number(1.0)])])[1] == ["1,234", "1.0"]


def test_a_mark_beside_a_figure_has_a_column_of_its_own() -> None:
    marked = PrintedNumber.of("1,000", 1000.0, marks="测")
    assert marked.__html__() == "1,000<sup>测</sup>"
    found = lines([Row(["甲", marked]), Row(["乙", number(2.0, 0)])])
    assert found == [["指标", "2025", "2025（标记）"], ["甲", "1000", "测"], ["乙", "2", ""]]


def test_what_is_drawn_before_a_figure_is_not_in_the_file() -> None:
    bar = number(80.0).after(Markup('<i class="sb"></i>'))
    assert lines([Row(["甲", bar])])[1] == ["甲", "80.0"]


def test_a_table_in_two_halves_is_whole_and_a_group_fills_its_line() -> None:
    rows = [Row(["组", ""], "group"), *(Row([name, "1"]) for name in "甲乙丙丁")]
    found = lines(rows, halves=True)
    assert found == [["指标", "2025"], ["组", ""], *([name, "1"] for name in "甲乙丙丁")]


@pytest.mark.parametrize("text", ["=1+1", "@SUM(A1)", "-cmd|' /C calc'!A0", "+a"])
def test_no_cell_is_a_formula(text: str) -> None:
    assert lines([Row([text, number(-5.0, 0)])])[1] == [f"'{text}", "-5"]


def test_markup_of_a_name_is_text() -> None:
    assert lines([Row(["<b>强</b> & 1", "1"])])[1][0] == "<b>强</b> & 1"


def test_every_printed_table_travels_in_the_pdf_in_the_order_of_names(district: Made) -> None:
    html = (district.folder / "scorecard.html").read_text(encoding="utf-8")
    document = pypdfium2.PdfDocument((district.folder / "scorecard.pdf").read_bytes())
    held = [document.get_attachment(n) for n in range(document.count_attachments())]
    names = [file.get_name() for file in held]
    assert len(names) == 1 + len(re.findall(r'<table\b[^>]*class="data', html)) > 6
    assert names[0] == "result.json"
    assert [name[:3] for name in names[1:]] == [f"{n:02d}-" for n in range(1, len(names))]
    tables = [read(TableFile(f.get_name(), "", bytes(f.get_data()))) for f in held[1:]]
    assert all(len(table) > 1 and len({len(line) for line in table}) == 1 for table in tables)


def test_the_kept_notebook_holds_no_data_of_tables(district: Made) -> None:
    assert "vnd.cescore.table" not in (district.folder / "scorecard.ipynb").read_text("utf-8")
