"""Printing: tagged, reproducible, our own fonts, and no file or address but those on the list."""

from __future__ import annotations

import builtins
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pypdfium2
import pytest

from cescore.errors import PublishError
from cescore.publish.check import pdf_text
from cescore.publish.printing import pdf
from cescore.publish.printing.fonts import font_files
from cescore.publish.printing.pdf import Attachment, Printed, print_pdf

CSS = '@font-face {font-family: "CE Sans"; src: url(fonts/a.ttf)} html {font-family: "CE Sans"}'


def static(folder: Path, css: str = CSS) -> Path:
    """A stylesheet with one of our fonts beside it."""
    (folder / "fonts").mkdir(parents=True)
    shutil.copy(font_files()[0], folder / "fonts" / "a.ttf")
    (folder / "print.css").write_text(css)
    return folder / "print.css"


@pytest.fixture(scope="module")
def stylesheet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return static(tmp_path_factory.mktemp("static"))


def printed(stylesheet: Path, body: str, **changes: Any) -> Printed:
    html = f'<html lang="zh-CN"><head><title>山前区 2025</title></head><body>{body}</body></html>'
    fixed = {"identifier": b"0123456789abcdef", "dated": date(2025, 12, 31)}
    return print_pdf(html, stylesheet=stylesheet, **{**fixed, **changes})


def test_the_text_is_searchable_and_the_pages_are_counted(stylesheet: Path) -> None:
    made = printed(stylesheet, '<p>山前区</p><p style="break-before: page">81.8</p>')
    assert made.pages == 2
    assert [text.strip() for text in pdf_text(made.raw)] == ["山前区", "81.8"]
    assert (made.log, made.foreign_fonts) == ((), ())


def test_equal_pages_give_equal_bytes_in_any_folder(stylesheet: Path, tmp_path: Path) -> None:
    elsewhere = static(tmp_path / "other")
    attached = (Attachment("result.json", b"{}", "figures"),)
    one = printed(stylesheet, "<p>山前区</p>", attachments=attached)
    assert one.raw == printed(stylesheet, "<p>山前区</p>", attachments=attached).raw
    assert one.raw == printed(elsewhere, "<p>山前区</p>", attachments=attached).raw


def test_it_is_a_tagged_archive_pdf_with_title_language_and_the_result_inside(
    stylesheet: Path,
) -> None:
    raw = printed(
        stylesheet, "<p>1</p>", attachments=(Attachment("result.json", b'{"a": 1}', "figures"),)
    ).raw
    document = pypdfium2.PdfDocument(raw)
    assert b'pdfaid:part="3" pdfaid:conformance="A"' in raw
    assert document.get_metadata_dict()["Title"] == "山前区 2025"
    assert document.is_tagged()
    assert document.count_attachments() == 1
    assert bytes(document.get_attachment(0).get_data()) == b'{"a": 1}'


def test_the_identifier_is_the_one_given(stylesheet: Path) -> None:
    one, other = (printed(stylesheet, "<p>1</p>", identifier=i * 16).raw for i in (b"a", b"b"))
    assert one != other


@pytest.mark.parametrize(
    "address", ["file:///etc/hostname", "https://example.org/a.png", "fonts/a.ttf", "/etc/hostname"]
)
def test_a_page_cannot_fetch_anything_and_the_attempt_is_logged(
    stylesheet: Path, address: str
) -> None:
    made = printed(stylesheet, f'<p>1</p><img src="{address}" alt="x">')
    assert made.log != ()


def test_a_stylesheet_cannot_leave_its_folder(tmp_path: Path) -> None:
    css = '@font-face {font-family: "CE Sans"; src: url(../a.ttf)} html {font-family: "CE Sans"}'
    made = printed(static(tmp_path / "static", css), "<p>1</p>")
    assert any("cannot be loaded" in line for line in made.log)


def test_a_mistake_in_the_page_is_logged(stylesheet: Path) -> None:
    made = printed(stylesheet, '<p><a href="#nowhere">1</a></p>')
    assert any("nowhere" in line for line in made.log)


def test_a_family_that_is_none_of_ours_is_named(tmp_path: Path) -> None:
    made = printed(static(tmp_path, "html {font-family: sans-serif}"), "<p>1</p>")
    assert made.foreign_fonts != ()


def test_an_edited_stylesheet_is_read_again(tmp_path: Path) -> None:
    sheet = static(tmp_path / "static")
    before = printed(sheet, "<p>1</p>").raw
    sheet.write_text(CSS + " @page {size: A5}")
    assert printed(sheet, "<p>1</p>").raw != before


def test_missing_system_libraries_come_with_the_line_that_installs_them(
    stylesheet: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = builtins.__import__

    def without_pango(name: str, *rest: Any, **more: Any) -> Any:
        if name == "weasyprint":
            raise OSError("cannot load library 'libpango-1.0-0'\nand more")
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without_pango)
    with pytest.raises(PublishError, match="apt-get install -y libpango-1.0-0") as error:
        pdf.print_pdf("", stylesheet=stylesheet, identifier=b"0" * 16, dated=date(2025, 1, 1))
    assert "\n" not in str(error.value)


def test_what_is_wrong_with_a_stylesheet_is_said_for_every_page(tmp_path: Path) -> None:
    odd = static(tmp_path, CSS + " p { no-such-property: 1 }")
    first, second = (printed(odd, "<p>山前区</p>").log for _ in range(2))
    assert "no-such-property" in first[0]
    assert first == second
