"""Printing made faster: the same trees, the same bytes, and the library as it is where it is another."""

from __future__ import annotations

import re
import zlib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import tinyhtml5
import weasyprint
from publish.conftest import Made
from weasyprint.text.line_break import Layout

from cescore.publish.printing import faster
from cescore.publish.printing.internals import learning
from cescore.publish.printing.pdf import print_pdf
from cescore.publish.printing.reading import tree_of
from cescore.publish.printing.signs import is_figure
from cescore.publish.rehearsal import WORDS
from cescore.publish.stylesheets import STYLESHEET, find_template

PAGE = '<!DOCTYPE html>\n<html lang="zh-CN"><head><title>试</title></head><body class="zh">{}</body></html>'
XMLNS = "{http://www.w3.org/2000/xmlns/}"
# Where an HTML parser moves, closes or wraps something, and where pages are simply odd.
MENDED = {
    "rows without a body": "<table><tr><td>a</td></tr></table>",
    "text in a table": "<table>a<tbody><tr><td>b</td></tr></tbody></table>",
    "a block in a paragraph": "<p>a<div>b</div></p>",
    "a table in a table's cell": "<table><tbody><tr><td><table><tbody></tbody></table></td></tr></tbody></table>",
    "a link in a link": '<a href="#b">a<a href="#b">b</a></a>',
    "a heading in a heading": "<h1>a<h2>b</h2></h1>",
    "an item without a list": "<li>a</li>",
    "a line break that a parser drops": "<pre>\na</pre>",
    "an entity of HTML": "<p>a&nbsp;b</p>",
    "not closed": "<p>a<br>b<p>c",
    "a comment": "<p>a<!-- b -->c</p>",
    "capitals": "<P>a</P>",
    "an attribute without quotes": "<p class=a>b</p>",
    "SVG without its namespace": '<svg width="1" height="1"><path d="M0 0"/></svg>',
    "a line break in a value": '<p title="a\nb">a</p>',
    "HTML within SVG": '<svg xmlns="http://www.w3.org/2000/svg"><p xmlns="">a</p></svg>',
}
ODD = {
    "floats": '<div style="float:left;width:40%">a b c</div><div style="float:right">d</div><p>e</p>',
    "a table over pages": "<table><tbody>" + "<tr><td>甲</td><td>1,234.5</td></tr>" * 200 + "</tbody></table>",
    "footnotes": '<p>a<span style="float:footnote">b</span></p>',
    "right to left": '<p dir="rtl">שלום 123</p>',
    "hyphens": '<p lang="en" style="hyphens:auto;width:2cm">incomprehensibilities of representation</p>',
    "lists": "<ol><li>a</li><li>b<ul><li>c</li></ul></li></ol>",
    "list items that are none": '<p style="display:list-item">a</p>',
    "flexible boxes": '<div style="display:flex"><div style="flex:1">甲乙</div><div style="width:30%">c</div></div>',
    "placed boxes": '<div style="position:relative;height:3cm"><p style="position:absolute;right:0">a</p></div>',
    "borders": '<p style="border-bottom:1pt solid red;border-radius:3pt">a</p><p style="border-bottom:1pt dashed">b</p>',
    "collapsed borders": '<table style="border-collapse:collapse"><tbody><tr><td style="border:1pt solid">a</td></tr></tbody></table>',
    "spaced letters": '<p style="letter-spacing:2pt">甲 a</p><p style="word-spacing:3pt">a b</p><p style="text-decoration:underline">a</p>',
    "justified": '<p style="text-align:justify;width:4cm">a few words that need more than one line, and 汉字</p>',
    "one glyph for two characters": "<p>⼀ 一 µ μ Å Å ‑ -</p><p>一 ⼀ μ µ</p>",
    "one glyph in many sizes": "".join(f'<span style="font-size:{n / 3}pt">甲0.7 Ta</span>' for n in range(9, 40)),
    "figures": "".join(
        f'<p style="font: {weight} {n / 3}pt {family}; width: {n}mm">1,234.5 −0.7% 2021–2025 {n * 7919}/{n}</p>'
        for n, weight, family in [(20, 400, "CE Sans"), (21, 700, "CE Sans"), (23, 400, "CE Serif"), (25, 400, "DejaVu Serif")]
    ),
    "blanks": "<p><b>a</b> <i>b </i> <span> </span>\n<b>1 </b><i> 2</i></p><pre>a \n \n\n b</pre><p style='width:1mm'>a <b> </b>b </p>",
    "no place in a line": '<p style="width:5mm;overflow-wrap:anywhere">Donaudampfschifffahrt 甲乙丙丁</p>',
    "named pages": '<div style="page:a">a</div><div style="page:b">b</div>',
    "a page's overflow": '<style>html { overflow: hidden } body { overflow: scroll }</style><p>a</p>',
    "sizes of the page": '<p style="width:20vw;border-bottom:1vh solid">a</p>',
    "leaders": '<style>p::after { content: leader(".") "1" }</style><p style="width:5cm">a</p>',
    "a drawing": '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="20"><text x="5" y="9" font-size="7" text-anchor="middle">甲 0.7</text></svg>',
    "sizes in a drawing": '<svg xmlns="http://www.w3.org/2000/svg" width="9em" height="20%" font-size="2ex"><g stroke-width="5%">'
    '<rect x="1mm" y="10%" width="50%" height="1rem"/><path d="M1e1-2L+3,4.5.5z" stroke="red"/></g></svg>',
    "outlines": '<div style="outline:1pt solid red"><p>a</p><p style="outline:2pt dotted">b <b style="outline:1pt solid">c</b></p></div>',
    "values by the direction of writing": '<div style="margin-inline-start:1cm;padding-block:2mm"><p style="border-inline-end:1pt solid">a</p></div>'
    '<div dir="rtl" style="margin-left:1cm;margin-inline-start:2cm"><p>b</p></div>',
    "sums": '<div style="text-indent:calc(1em + 10%);width:calc(50% - 1cm);font-size:calc(8pt + 1px)"><p>a <i>b</i></p></div>',
    "what cannot be drawn": "<p>a\U000f0001b</p>",
    "margins of its own": '<style>@page { @top-center { content: "甲" counter(page) } } @page :first { margin: 3cm }'
    "@page :left { @top-center { content: none } }</style>" + "<p style='break-after: page'>a</p>" * 4,
    "margins of another": '<style>@page { @top-center { content: "乙" } }</style><p>a</p><p>b</p>',
    "places that are led to": '<h2 id="a">甲</h2><h2 id="a">乙</h2><p><a href="#a" name="b">c</a></p>',
    "colours": '<p style="color: hsl(9 80% 40% / 0.5); border-bottom: 1pt solid hwb(9 8% 4%)">a</p>'
    '<p style="color: lab(40 20 9); background: device-cmyk(0 1 1 0)">b <b style="color: #1d2a33">c</b></p>',
    "lines of one text": "".join(
        f'<p style="{how}">甲乙 a b</p>'
        for how in (
            "text-align: center", "text-align: right", "text-align: end; direction: rtl", "text-align: justify",
            "text-align: justify; text-align-last: center", "text-indent: 1cm", "text-indent: 10%; text-align: right",
            "white-space: nowrap; width: 2mm; text-align: right", "white-space: pre-wrap", "line-height: 3",
            "line-height: 0.5", "width: 5mm", "float: right", "clear: both; padding: 2mm", "display: inline-block",
            "vertical-align: super", "overflow: hidden; text-overflow: ellipsis; white-space: nowrap; width: 3mm",
        )
    )
    + "<style>.a::first-letter { color: red } .b::first-line { font-size: 20pt }</style><p class='a'>甲乙</p><p class='b'>a b</p>"
    "<p> a</p><p>a </p><p>a<br>b<br><br></p><div style='float:left;width:3cm'>a</div><p>beside</p>",
    "one text in many lines": "".join(
        f'<p style="width: {n * 7919 % 61 / 1.7}mm; overflow-wrap: {wrap}">再生资源回收率（GB/T 33719）of all 1,234.5 incomprehensibilities</p>'
        for n in range(61)
        for wrap in ("normal", "anywhere")
    ),
    "what stands in a drawing": '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><title>a</title><style>path { fill: red }</style>'
    '<path d="M0 0H9V9z"/></svg><style>p { color: blue }</style><!-- b --><p>c</p>',
    "what goes before": '<style>p::before { content: "x" } p::marker { color: red }</style><p>a</p>',
}  # fmt: skip


def parsed(html: str) -> Any:
    return tinyhtml5.parse(html, namespace_html_elements=False)


def differences(a: Any, b: Any) -> list[str]:
    """Where two trees differ; white space around head and body is no part of a page, and a
    declaration of the namespace that an element is in says nothing more."""
    ignored = a.tag == "html"

    def attributes(element: Any) -> dict[str, Any]:
        own = {k: v for k, v in element.attrib.items() if not k.startswith(XMLNS)}
        return own | {"d": own.get("d", "").split()}  # a line break in a drawing is a blank

    def plain(text: str | None) -> str:
        return (text or "").strip() if ignored else text or ""

    found = [a.tag] * ((a.tag, attributes(a)) != (b.tag, attributes(b)))
    found += [f"{a.tag} text"] * (plain(a.text) != plain(b.text))
    found += [f"{a.tag} children"] * (len(a) != len(b))
    for x, y in zip(a, b, strict=False):
        found += [f"{a.tag}/{x.tag} tail"] * (plain(x.tail) != plain(y.tail))
        found += differences(x, y)
    return found


def printed(html: str) -> bytes:
    sheet = find_template(STYLESHEET, None)
    return print_pdf(html, stylesheet=sheet, identifier=bytes(16), dated=date(2000, 1, 1)).raw


def printed_plainly(html: str, monkeypatch: pytest.MonkeyPatch) -> bytes:
    with monkeypatch.context() as plain:
        plain.setenv(faster.SWITCH, "1")
        assert not faster.is_faster()
        return printed(html)


def page_of(made: Made) -> str:
    html = (made.folder / "scorecard.html").read_text(encoding="utf-8")
    return re.sub(r"<style>.*?</style>", "", html, count=1, flags=re.DOTALL)


def test_a_report_is_read_by_expat_as_an_html_parser_reads_it(district: Made) -> None:
    html = page_of(district)
    tree = tree_of(html)
    assert tree is not None, "no part of our own pages needs mending"
    assert differences(tree, parsed(html)) == []


@pytest.mark.parametrize("name", [*MENDED, *ODD])
def test_what_an_html_parser_would_mend_is_left_to_it(name: str) -> None:
    html = PAGE.format((MENDED | ODD)[name])
    tree = tree_of(html)
    assert tree is None or differences(tree, parsed(html)) == []
    assert tree is None or name in ODD


def test_a_report_has_the_same_bytes(district: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    html = page_of(district)
    assert printed(html) == printed_plainly(html, monkeypatch)


@pytest.mark.parametrize("name", [*ODD, "words", *MENDED])
def test_odd_pages_have_the_same_bytes(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    html = PAGE.format((MENDED | ODD | {"words": WORDS})[name])
    assert printed(html) == printed_plainly(html, monkeypatch)


def test_a_page_has_the_same_bytes_after_any_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is kept of one page serves the next, and changes nothing of it."""
    pages = {name: PAGE.format(body) for name, body in ODD.items()}
    plain = {name: printed_plainly(html, monkeypatch) for name, html in pages.items()}
    with learning():  # as a press does; what it looks into is no part of the page either
        assert [name for name in pages if printed(pages[name]) != plain[name]] == []
    for order in (sorted(pages), sorted(pages, reverse=True)):
        assert [name for name in order if printed(pages[name]) != plain[name]] == []


def test_figures_of_learnt_styles_are_set_without_asking_pango(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    line = '<p style="font-size: 5.2pt">{}</p>'
    with learning():
        printed(PAGE.format(line.format("1")))
    figures = PAGE.format("".join(line.format(f"{n / 7:.3f}") for n in range(1, 60)))
    plain = printed_plainly(figures, monkeypatch)
    with monkeypatch.context() as watched:
        asked: list[str] = []
        setting = Layout.set_text
        watched.setattr(
            Layout,
            "set_text",
            lambda self, text, **how: asked.append(text) or setting(self, text, **how),
        )
        assert printed(figures) == plain
    assert sum(map(is_figure, asked)) == 1  # the first opens the font of the document


def layouts(html: str, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many texts pango is made ready for, on a page that has the same bytes as without the changes."""
    plain = printed_plainly(html, monkeypatch)
    with monkeypatch.context() as watched:
        asked: list[None] = []
        setting_up = Layout.setup
        watched.setattr(
            Layout, "setup", lambda self, style: asked.append(None) or setting_up(self, style)
        )
        assert printed(html) == plain
    return len(asked)


def test_what_pango_has_set_to_measure_a_text_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [f"甲{chr(0x4E00 + 50 * n)}" for n in range(40)]
    most = layouts(PAGE.format("".join(f"<p>{text}</p>" for text in texts)), monkeypatch)
    assert len(texts) <= most < 1.25 * len(texts), "once for each text, and not again to draw it"


def test_a_text_is_broken_once_for_lines_that_hold_the_same_of_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    many = 40
    line = '<p style="font-size: 9pt; width: {}pt">再生资源回收利用率为各县区之和</p>'
    page = PAGE.format("".join(line.format(62 - n / many) for n in range(many)))
    assert layouts(page, monkeypatch) < many, "each has three lines"


def test_files_packed_lightly_hold_the_same_and_grow_little(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    html = PAGE.format(WORDS + ODD["a table over pages"])
    light = printed(html)
    monkeypatch.setattr(faster, "LEVEL", 9)
    tight = printed(html)
    assert light != tight
    assert len(light) < 1.05 * len(tight)
    assert len(unpacked(light)) > 3
    assert unpacked(light) == unpacked(tight)


def unpacked(raw: bytes) -> list[bytes]:
    """The bytes of each packed stream of a PDF but its last, the table of where each object stands."""
    streams = re.findall(rb"/FlateDecode.*?stream\n(.*?)\nendstream", raw, re.DOTALL)
    return [zlib.decompress(stream) for stream in streams[:-1]]


def test_the_library_is_as_it_was_after_a_page() -> None:
    from cescore.publish.printing.internals import changes

    printed(PAGE.format(WORDS))
    assert len(changes()) > 20
    assert [c.name for c in changes() if vars(c.owner).get(c.name, c) is c.value] == []


def test_where_nothing_floats_the_library_is_not_asked_where_a_line_begins(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A shortcut that is never taken has the same bytes too."""
    from weasyprint.layout import block, float, inline

    from cescore.publish.printing.internals import changes

    asked: list[str] = []
    plain = float.avoid_collisions

    def asking(context: Any, box: Any, *given: Any, **named: Any) -> Any:
        asked.append(type(box).__name__)
        return plain(context, box, *given, **named)

    for module in (block, float, inline):
        monkeypatch.setattr(module, "avoid_collisions", asking)
    changes.cache_clear()
    try:
        printed(PAGE.format("<p>甲</p><p>乙 a</p>"))
        assert "LineBox" not in asked
        printed(PAGE.format('<div style="float:left">甲</div><p>乙</p>'))
        assert "LineBox" in asked
    finally:
        changes.cache_clear()


def test_a_page_that_the_printer_speaks_of_is_spoken_of_again() -> None:
    """What was kept of a page must not silence what is wrong with it the next time."""
    html = PAGE.format('<p style="colour: red; width: calc(1px * )">a</p>')
    sheet = find_template(STYLESHEET, None)
    first, second = (
        print_pdf(html, stylesheet=sheet, identifier=bytes(16), dated=date(2000, 1, 1)).log
        for _ in range(2)
    )
    assert first
    assert first == second


def test_of_two_stylesheets_nothing_is_kept_together(tmp_path: Path) -> None:
    """Fonts and rules differ: what one has taught holds for it alone."""
    text = find_template(STYLESHEET, None).read_text(encoding="utf-8")
    other = tmp_path / "print.css"
    other.write_text("p { font-size: 30pt } " + re.sub(r"@font-face\s*\{[^}]*\}", "", text))
    given = {"identifier": bytes(16), "dated": date(2000, 1, 1)}
    html = PAGE.format("<p>甲 0.7</p>")
    ours = print_pdf(html, stylesheet=find_template(STYLESHEET, None), **given).raw
    theirs = print_pdf(html, stylesheet=other, **given).raw
    again = print_pdf(html, stylesheet=find_template(STYLESHEET, None), **given).raw
    assert ours == again != theirs


def test_another_version_of_the_library_is_used_as_it_is(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    faster.is_known_library.cache_clear()
    monkeypatch.setattr(weasyprint, "__version__", "71.0")
    try:
        with caplog.at_level("INFO"):
            assert not faster.is_faster()
        assert "weasyprint 71.0" in caplog.text
    finally:
        faster.is_known_library.cache_clear()


def test_the_changes_are_those_of_the_locked_versions() -> None:
    lock = (Path(__file__).parents[2] / "requirements.lock").read_text(encoding="utf-8")
    assert dict(re.findall(r"^(weasyprint|pydyf)==(\S+)", lock, re.MULTILINE)) == faster.VERSIONS
