"""The tables that go with a PDF: what is printed, ready for a spreadsheet."""

from __future__ import annotations

import csv
import io

import pypdfium2
import pytest
from publish.conftest import Made

from cescore.publish.printing.table_files import TableFile, table_files
from cescore.publish.table import Column, Row, Table


def read(file: TableFile) -> list[list[str]]:
    assert file.raw.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(file.raw.decode("utf-8-sig"), newline="")))


def one(rows: list[Row], *, halves: bool = False, head: object = "2025") -> list[list[str]]:
    table = Table([Column("指标", 50, "text"), Column(head, 50)], rows, "得分/权重", halves=halves)
    (file,) = table_files(f'<h2 id="a">一</h2>{table.fragment().html}', "zh")
    assert (file.name, file.caption) == ("01-得分 权重.csv", "得分/权重")
    return read(file)


def test_figures_are_figures_and_words_stay_words() -> None:
    rows = [Row(["甲", "1,234.5"]), Row(["乙", "\u22120.3"]), Row(["a, b", "3 of 5"])]
    assert one(rows) == [["指标", "2025"], ["甲", "1234.5"], ["乙", "-0.3"], ["a, b", "3 of 5"]]


def test_a_mark_beside_a_figure_has_a_column_of_its_own() -> None:
    from markupsafe import Markup

    rows = [Row(["甲", Markup("1,000<sup>测</sup>")]), Row(["乙", "2"])]
    assert one(rows)[1:] == [["甲", "1000", "测"], ["乙", "2", ""]]
    assert one(rows)[0] == ["指标", "2025", "2025（标记）"]


def test_a_table_in_two_halves_is_one_and_a_group_spans_its_line() -> None:
    rows = [Row(["组", ""], "group"), *(Row([name, "1"]) for name in "甲乙丙丁")]
    found = one(rows, halves=True)
    assert found == [["指标", "2025"], ["组", ""], *([name, "1"] for name in "甲乙丙丁")]


@pytest.mark.parametrize("text", ["=1+1", "@SUM(A1)", "-cmd|' /C calc'!A0", "+a"])
def test_no_cell_is_a_formula(text: str) -> None:
    assert one([Row([text, "−5"])])[1] == [f"'{text}", "-5"]


def test_markup_of_a_name_is_text_again() -> None:
    assert one([Row(["<b>强</b> & 1", "1"])])[1][0] == "<b>强</b> & 1"


def test_every_printed_table_travels_in_the_pdf_in_the_order_of_names(district: Made) -> None:
    html = (district.folder / "scorecard.html").read_text(encoding="utf-8")
    files = table_files(html, "zh")
    assert len(files) == html.count('<table class="data') > 5
    document = pypdfium2.PdfDocument((district.folder / "scorecard.pdf").read_bytes())
    held = [document.get_attachment(n) for n in range(document.count_attachments())]
    assert [a.get_name() for a in held] == ["result.json", *(f.name for f in files)]
    assert [bytes(a.get_data()) for a in held[1:]] == [f.raw for f in files]
    assert all(len(read(f)) > 1 and len({len(line) for line in read(f)}) == 1 for f in files)
