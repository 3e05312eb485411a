"""Nothing on a page overprints its neighbour or is cut, whatever the length of names and figures."""

from __future__ import annotations

from itertools import combinations
from types import SimpleNamespace

import pages
import pytest
from extremes import CHINESE, ENGLISH, bundle

from cescore.definitions.shipped import TEMPLATES
from cescore.publish.printing.layout import _pieces, layout_of
from cescore.publish.printing.print_style import fonts_of, style_of
from cescore.publish.printing.widths import BESIDE_GRADE
from cescore.publish.stylesheets import STYLESHEET

SLACK = 1.5  # CSS px


def laid_out(body: str, lang: str):
    import weasyprint

    style = style_of(TEMPLATES / STYLESHEET)
    html = f'<html lang="{lang}"><body class="{lang}">{body}</body></html>'
    with fonts_of(style) as fonts:
        yield from (
            weasyprint.HTML(string=html)
            .render(
                font_config=fonts, counter_style=style.counters.copy(), stylesheets=[style.rules]
            )
            .pages
        )


def overprinted(page) -> list[tuple[str, str]]:
    """Pairs of texts whose boxes meet; pictures are looked at elsewhere."""
    pieces = [p for p in _pieces(page._page_box) if p[0] != "a picture"]
    return [
        (a, b)
        for (a, left, top, right, bottom, _), (b, l2, t2, r2, b2, _) in combinations(pieces, 2)
        if min(right, r2) - max(left, l2) > SLACK
        and min(bottom, b2) - max(top, t2) > 0.45 * min(bottom - top, b2 - t2)
    ]


def whole(data, lang: str) -> str:
    return "".join(table.html for table in pages.all_tables(pages.opened(data, lang)).values())


def assert_everything_has_its_place(body: str, lang: str) -> None:
    laid = list(laid_out(body, lang))
    assert [pair for page in laid for pair in overprinted(page)] == []
    assert layout_of(SimpleNamespace(pages=laid)).overrun == ()


@pytest.mark.parametrize(
    ("name", "factor", "lang"),
    [(ENGLISH, 1.0, "zh"), (CHINESE, 1.0, "zh"), ("水", 1e9, "en")],
    ids=["English", "Chinese", "figures"],
)
def test_no_text_meets_another_or_leaves_its_cell(name, factor, lang):
    assert_everything_has_its_place(whole(bundle(name, factor), lang), lang)


def test_no_text_meets_another_or_leaves_its_cell_where_nothing_was_returned():
    for data, lang in ((pages.not_filed(), "en"), (pages.without("waste_recycled"), "zh")):
        assert_everything_has_its_place(whole(data, lang), lang)


def test_the_tables_beside_the_grade_are_as_wide_as_the_style_has_them():
    style = (TEMPLATES / STYLESHEET).read_text("utf-8")
    assert f".parts {{ width: {BESIDE_GRADE:g}mm; }}" in style


def test_text_that_leaves_its_cell_is_found():
    cells = '<td style="white-space: nowrap">{}</td><td></td>'
    row = f'<table class="data"><tr>{cells}</tr></table>'
    found = layout_of(SimpleNamespace(pages=list(laid_out(row.format("长" * 40), "zh"))))
    assert found.warnings() == [f"leaves its cell: '{'长' * 30}' on page 1"]
    assert layout_of(SimpleNamespace(pages=list(laid_out(row.format("长"), "zh")))).overrun == ()


@pytest.mark.parametrize("length", [30, 90, 200])
def test_a_running_head_holds_the_whole_name(length):
    name = ("辽源市循环经济示范产业园区" * 20)[:length]
    head = f'<div class="running-head"><span class="running-name">{name}</span></div>'
    (_, page) = laid_out(head + '<p>1</p><p style="break-before: page">2</p>', "zh")
    boxes = [b for b in page._page_box.descendants() if len(getattr(b, "text", "")) > 1]
    lines = [b for b in boxes if b.text.strip() in name]
    assert "".join(b.text.strip() for b in lines) == name
    assert all(b.position_y >= 0 for b in lines)


def test_what_overprints_is_found():
    apart = '<p style="position: absolute; top: {}mm; left: 0">{}</p>'
    (page,) = laid_out(apart.format(10, "one") + apart.format(11, "two"), "en")
    assert overprinted(page) == [("two", "one")] or overprinted(page) == [("one", "two")]
    (page,) = laid_out(apart.format(10, "one") + apart.format(20, "two"), "en")
    assert overprinted(page) == []
