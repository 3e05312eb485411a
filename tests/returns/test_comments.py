"""What respondents write into comments on cells is kept, and what they were sent is not taken for it."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from openpyxl.comments import Comment

from cescore.returns.workbooks.read import read_workbook
from cescore.returns.workbooks.sheet import from_plain, to_plain
from tests.returns.books import VALUE_COLUMN, form_of, row_of


def test_a_comment_on_a_value_is_told_at_its_cell_of_its_variable(read):
    book = form_of("D1")
    at = row_of("coal")
    book.active.cell(at, VALUE_COLUMN).comment = Comment("含外购\n焦炭", "张三")
    said = read(book).one("cell_comment")
    assert (said.severity, said.at.cell, said.entity_id) == ("info", f"填报表!D{at}", "D1")
    assert said.variable == "coal" and dict(said.values)["text"] == "含外购\\n焦炭"


def test_a_comment_on_an_empty_cell_is_told_too(read):
    book = form_of("D1", power=None)
    book.active.cell(row_of("power"), VALUE_COLUMN).comment = Comment("无表计", "张三")
    book.active["J40"].comment = Comment("见附件", "张三")
    cells = {f.at.cell for f in read(book).findings if f.code == "cell_comment"}
    assert cells == {f"填报表!D{row_of('power')}", "填报表!J40"}


def test_of_a_comment_that_was_sent_back_only_what_was_added_is_told(read):
    book = form_of("D1")
    for code, text in (
        ("gdp", "【错误 not_a_number】“约3”；应为：数字"),
        ("coal", "[error negative] -4, expected 0 or more\n是退货"),
    ):
        book.active.cell(row_of(code), VALUE_COLUMN).comment = Comment(text, "cescore")
    said = read(book).one("cell_comment")
    assert said.variable == "coal" and dict(said.values)["text"] == "是退货"


def test_a_comment_that_another_wrote_alike_is_theirs(read):
    book = form_of("D1")
    book.active["D7"].comment = Comment("[error negative] sic", "李四")
    assert dict(read(book).one("cell_comment").values)["text"] == "[error negative] sic"


@pytest.mark.parametrize(
    "text", ["=cmd|' /C calc'!A0", "\u202etxt.exe", "a\u0085[31m", "长" * 9_000]
)
def test_a_hostile_comment_stays_a_text_of_one_line(read, text):
    book = form_of("D1")
    book.active["D7"].comment = Comment(text, "y")
    said = str(dict(read(book).one("cell_comment").values)["text"])
    assert said.isprintable() and len(said) >= len(text)


def test_a_comment_of_an_open_workbook_is_no_part_of_its_cell(tmp_path):
    source = Path(__file__).with_name("files") / "many.ods"
    note = (
        '<office:annotation xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:creator>张三</dc:creator>'
        "<text:p>请看</text:p></office:annotation>"
    )
    path = tmp_path / "a.ods"
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            raw = old.read(name)
            if name == "content.xml":
                text = raw.decode("utf-8")
                at = text.index("<text:p>", text.index('office:value-type="string"'))
                raw = (text[:at] + note + text[at:]).encode()
            new.writestr(name, raw)
    before, after = read_workbook(source, "a.ods"), read_workbook(path, "a.ods")
    assert after.sheets[0].cells == before.sheets[0].cells
    assert list(after.sheets[0].comments.values()) == ["请看"]
    assert from_plain(to_plain(after)) == after
