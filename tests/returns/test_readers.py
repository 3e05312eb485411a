"""Received files become sheets in limited processes; what is no workbook is refused by name."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from cescore.intake.sources.inventory import SPREADSHEETS
from cescore.returns.workbooks.kinds import ACCEPTED
from cescore.returns.workbooks.limits import ReadingLimits
from cescore.returns.workbooks.read import read_workbook
from cescore.returns.workbooks.readers import Readers, ReceivedFile
from cescore.returns.workbooks.refusal import FileRefused
from cescore.returns.workbooks.sheet import Content, Span

SMALL = ReadingLimits(part_bytes=2_000_000, unsuspected_bytes=100_000, rows=50, cells=500)
SHEET1 = "xl/worksheets/sheet1.xml"


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A workbook with a bit of everything."""
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as out:
        sheet = out.add_worksheet("数据")
        sheet.write_string("A1", "=not a formula")
        sheet.write("B2", 0.85, out.add_format({"num_format": "0.0%"}))
        sheet.write("B3", 45291, out.add_format({"num_format": "yyyy-mm-dd"}))
        sheet.write_formula("B4", "=B2*100", None, 85)
        sheet.write_formula("B5", "='[other.xlsx]S'!A1", None, 7)
        sheet.write_formula("B6", "=1/0", None, "#DIV/0!")
        sheet.write("B7", "1250")
        sheet.write("B8", True)
        sheet.merge_range("A9:C9", "能源")
        sheet.set_row(1, None, None, {"hidden": True})
        sheet.set_column("D:E", None, None, {"hidden": True})
        out.add_worksheet("隐藏").hide()
        out.set_custom_property("cescore_entity_id", "E001")
        out.define_name("cescore_year", '="2025"')
    return path


def rewritten(source: Path, target: Path, change: dict[str, tuple[bytes, bytes]]) -> Path:
    """A workbook with some bytes of its parts replaced."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            before, after = change.get(name, (b"", b""))
            raw = old.read(name)
            new.writestr(name, raw.replace(before, after) if before else raw)
    return target


def with_part(source: Path, target: Path, name: str, content: bytes) -> Path:
    """A workbook with one part more."""
    rewritten(source, target, {})
    with zipfile.ZipFile(target, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return target


def refusal(path: Path, limits: ReadingLimits = SMALL) -> tuple[str, str]:
    """Why a file is refused, and as what it turned out to be."""
    with pytest.raises(FileRefused) as caught:
        read_workbook(path, path.name, limits)
    real = dict(caught.value.reason.values).get("real")
    return caught.value.reason.key, getattr(real, "key", "")


def test_an_excel_workbook_is_read_with_formulas_formats_and_what_is_hidden(book):
    read = read_workbook(book, "a.xlsx")
    sheet = read.sheets[0]
    assert (sheet.text(1, 1), sheet.at(1, 1).content) == ("=not a formula", Content.text)
    assert sheet.at(2, 2).is_percent and sheet.text(2, 2) == "0.85"
    assert (sheet.text(3, 2), sheet.at(3, 2).content) == ("2023-12-31", Content.date)
    assert (sheet.text(4, 2), sheet.at(4, 2).formula) == ("85", "=B2*100")
    assert sheet.at(5, 2).is_linked and not sheet.at(4, 2).is_linked
    assert sheet.at(6, 2).content == Content.error
    assert sheet.at(7, 2).content == Content.text and sheet.text(8, 2) == "TRUE"
    assert sheet.merged == (Span(9, 1, 9, 3),) and sheet.hidden_rows == {2}
    assert {4, 5} <= sheet.hidden_columns and read.sheets[1].is_hidden
    assert read.properties["cescore_entity_id"] == "E001" and "2025" in read.names["cescore_year"]


def test_a_formula_that_nobody_computed_has_no_value(tmp_path):
    out = openpyxl.Workbook()
    out.active["A1"], out.active["A2"] = 5, "=A1*2"
    out.save(tmp_path / "f.xlsx")
    cell = read_workbook(tmp_path / "f.xlsx", "f.xlsx").sheets[0].at(2, 1)
    assert (cell.content, cell.text, cell.formula) == (Content.empty, "", "=A1*2")


def test_a_cell_far_out_costs_nothing(book, tmp_path):
    out = openpyxl.load_workbook(book)
    out.worksheets[0]["XFD1048576"] = 1
    out.save(tmp_path / "far.xlsx")
    assert read_workbook(tmp_path / "far.xlsx", "far.xlsx").sheets[0].text(1048576, 16384) == "1"


@pytest.mark.parametrize("value", ["NaN", "INF", "1e400"])
def test_a_number_that_is_none_is_read_as_it_stands(book, tmp_path, value):
    path = rewritten(
        book, tmp_path / "n.xlsx", {SHEET1: (b"<v>0.85</v>", b"<v>%s</v>" % value.encode())}
    )
    assert read_workbook(path, "n.xlsx").sheets[0].text(2, 2).lower() in ("nan", "inf")


def test_dates_of_1904_are_read_as_the_days_they_show(tmp_path):
    with xlsxwriter.Workbook(tmp_path / "m.xlsx", {"date_1904": True}) as out:
        out.add_worksheet().write(0, 0, 1, out.add_format({"num_format": "yyyy-mm-dd"}))
    read = read_workbook(tmp_path / "m.xlsx", "m.xlsx")
    assert read.is_1904 and read.sheets[0].text(1, 1) == "1904-01-02"


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.xlsx", b"a,b\n1,2\n", ("another_type", "type_text")),
        ("a.xls", b"<html><table><tr><td>1</td></tr></table></html>", ("another_type", "type_html")),
        ("a.xls", b"\xef\xbb\xbf<?xml version='1.0'?><Workbook xmlns='urn:schemas-microsoft-com:office:spreadsheet'/>", ("another_type", "type_xml_workbook")),
        ("a.xls", b"MIME-Version: 1.0\nContent-Type: multipart/related", ("another_type", "type_html")),
        ("a.xlsx", b"%PDF-1.7 ...", ("another_type", "type_pdf")),
        ("a.csv", b"\x89PNG\r\n\x1a\n", ("another_type", "type_image")),
        ("a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), ("file_encrypted", "")),
        ("a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "Workbook".encode("utf-16-le"), ("another_type", "type_xls")),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "Workbook".encode("utf-16-le"), ("file_damaged", "")),
        ("a.xlsx", b"", ("file_empty", "")),
        ("a.csv", b"a,b\n\0\0\n", ("another_type", "type_binary")),
        ("a.csv", b'a,b\n"1,2\n', ("quotes_open", "")),
        ("a.docx", b"PK\x03\x04", ("file_truncated", "")),
        ("a.xlsb", b"anything", ("another_type", "type_text")),
    ],
)  # fmt: skip
def test_what_is_not_what_its_name_says_is_refused_with_its_real_type(
    tmp_path, name, content, expected
):
    (tmp_path / name).write_bytes(content)
    assert refusal(tmp_path / name) == expected


def test_an_excel_workbook_under_the_name_of_an_old_one_is_refused(book, tmp_path):
    (tmp_path / "a.xls").write_bytes(book.read_bytes())
    assert refusal(tmp_path / "a.xls") == ("another_type", "type_xlsx")


@pytest.mark.parametrize("kept", [0.3, 0.6, 0.95, 0.999])
def test_a_workbook_cut_off_is_refused(book, tmp_path, kept):
    raw = book.read_bytes()
    (tmp_path / "cut.xlsx").write_bytes(raw[: int(len(raw) * kept)])
    assert refusal(tmp_path / "cut.xlsx")[0] == "file_truncated"


def test_bombs_are_refused_before_anything_is_parsed(book, tmp_path):
    dense = with_part(book, tmp_path / "b1.xlsx", "xl/media/x.bin", b"\0" * 1_900_000)
    assert refusal(dense)[0] == "packed_too_tightly"
    large = with_part(book, tmp_path / "b2.xlsx", "xl/y.bin", bytes(range(256)) * 10_000)
    assert refusal(large)[0] == "unpacks_to_too_much"
    rows = rewritten(
        book, tmp_path / "b3.xlsx", {SHEET1: (b"</sheetData>", b"<row/>" * 60 + b"</sheetData>")}
    )
    assert refusal(rows)[0] == "too_many_sheet_rows"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_xml_that_declares_entities_is_refused(book, tmp_path, encoding):
    text = (
        f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
        "<Properties>&x;</Properties>"
    )
    path = with_part(book, tmp_path / "e.xlsx", "docProps/other.xml", text.encode(encoding))
    assert refusal(path)[0] == "declares_entities"


def test_a_part_that_stands_twice_or_in_an_odd_encoding_is_refused(book, tmp_path):
    with pytest.warns(UserWarning, match="Duplicate"):
        twice = with_part(book, tmp_path / "t.xlsx", SHEET1, b"<worksheet/>")
    assert refusal(twice)[0] == "part_twice"
    odd = with_part(
        book, tmp_path / "o.xlsx", "a.xml", b'<?xml version="1.0" encoding="UTF-7"?><a/>'
    )
    assert refusal(odd)[0] == "odd_encoding"


@pytest.mark.parametrize("kind", ["xls", "ods"])
def test_old_and_open_workbooks_are_read_with_errors_percentages_and_what_is_hidden(kind):
    """The files are a workbook of XlsxWriter, saved again by LibreOffice 25.2."""
    path = Path(__file__).with_name("files") / f"many.{kind}"
    read = read_workbook(path, path.name)
    sheet = read.sheets[0]
    assert sheet.at(2, 2).is_percent and sheet.text(2, 2) == "0.85"
    assert (sheet.text(3, 2), sheet.at(3, 2).content) == ("2023-12-31", Content.date)
    assert (sheet.text(5, 2), sheet.at(5, 2).content) == ("#DIV/0!", Content.error)
    assert (sheet.text(4, 2), sheet.at(6, 2).content) == ("85", Content.text)
    assert sheet.at(4, 2).formula == ("=[.B2]*100" if kind == "ods" else "")
    assert sheet.merged == (Span(8, 1, 8, 3),) and sheet.hidden_rows == {9}
    assert read.sheets[1].is_hidden and "2025" in read.names["cescore_year"]
    assert [sheet.text(row, 2) for row in (9, 10, 11)] == ["12.5", "-3", "1234567890123"]


@pytest.mark.parametrize("kind", ["xls", "ods"])
@pytest.mark.parametrize("kept", [0.2, 0.5, 0.9])
def test_old_and_open_workbooks_cut_off_are_refused(tmp_path, kind, kept):
    raw = (Path(__file__).with_name("files") / f"many.{kind}").read_bytes()
    (tmp_path / f"cut.{kind}").write_bytes(raw[: int(len(raw) * kept)])
    assert refusal(tmp_path / f"cut.{kind}")[0] in ("file_truncated", "file_damaged")


def test_an_open_workbook_that_repeats_its_cells_without_end_is_refused(tmp_path):
    source, part = Path(__file__).with_name("files") / "many.ods", "content.xml"
    before = b"<table:table-cell office:value-type"
    after = b'<table:table-cell table:number-columns-repeated="90000" office:value-type'
    path = rewritten(source, tmp_path / "b.ods", {part: (before, after)})
    with zipfile.ZipFile(path) as archive:
        assert after in archive.read(part)
    assert refusal(path)[0] == "too_many_cells"


def test_macros_are_named_and_not_carried(book, tmp_path):
    path = with_part(book, tmp_path / "m.xlsm", "xl/vbaProject.bin", b"macro")
    assert "macros_dropped" in read_workbook(path, "m.xlsm").remarks


@pytest.mark.parametrize(
    ("encoding", "separator", "remarks"),
    [
        ("utf-8", ",", ["encoding:utf-8-sig"]),
        ("gb18030", ",", ["encoding:gb18030"]),
        ("utf-16", "\t", ["encoding:utf-16", "other_separator"]),
    ],
)
def test_csv_comes_in_the_encodings_and_separators_people_use(
    tmp_path, encoding, separator, remarks
):
    rows = (("指标", "数值"), ("㙍𠮷镇产值", "1"), ("煤炭消费量", "2,5"))
    lines = [separator.join(f'"{v}"' if separator in v else v for v in row) for row in rows]
    (tmp_path / "c.csv").write_bytes("\r\n".join(lines).encode(encoding))
    read = read_workbook(tmp_path / "c.csv", "c.csv")
    assert [c.text for c in read.sheets[0].cells.values()] == [v for row in rows for v in row]
    assert [r for r in read.remarks if r != "encoding:utf-8-sig"] == [
        r for r in remarks if r != "encoding:utf-8-sig"
    ]


def test_one_bad_file_harms_no_other(book, tmp_path):
    sparse = openpyxl.load_workbook(book)
    sparse.worksheets[0]["XFD1048576"] = 1
    sparse.save(tmp_path / "sparse.xlsx")
    odd = rewritten(  # read by calamine, which then wants 500 GB for the sheet
        tmp_path / "sparse.xlsx", tmp_path / "odd.xlsx", {SHEET1: (b"<v>0.85</v>", b"<v>NaN</v>")}
    )
    (tmp_path / "no.xlsx").write_bytes(b"no")
    files = [ReceivedFile(path, path.name) for path in (odd, tmp_path / "no.xlsx", book)]
    with Readers(1) as readers:
        read = list(readers.read(files))
    assert [r.refused.key if r.refused else "" for r in read] == [
        "reader_crashed",
        "another_type",
        "",
    ]
    assert read[2].workbook == read_workbook(book, book.name)


def test_a_reader_may_take_only_so_much_memory_and_time(book):
    from cescore.returns.workbooks.child import serve

    def answer(limits: ReadingLimits) -> str:
        out = io.BytesIO()
        order = f'{{"path": "{book}", "file": "a.xlsx"}}\n'.encode()
        serve(io.BytesIO(order), out, limits)
        return out.getvalue().decode()

    assert "takes_too_long" in answer(ReadingLimits(seconds=0.0))
    assert "reader_crashed" in answer(ReadingLimits(answer_bytes=10))
    assert "workbook" in answer(ReadingLimits())


def test_a_workbook_in_data_is_sent_to_collect_only_where_collect_takes_it_in() -> None:
    assert set(SPREADSHEETS) == ACCEPTED.keys() - {".csv", ".tsv", ".parquet", ".pq"}
