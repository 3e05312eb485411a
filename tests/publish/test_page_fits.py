"""Nothing on a page overprints its neighbour or is cut, whatever the length of names and figures."""

from __future__ import annotations

from itertools import combinations

import pages
import pytest
from extremes import CHINESE, ENGLISH, bundle

from cescore.definitions.shipped import TEMPLATES
from cescore.publish.printing.layout import _pieces
from cescore.publish.printing.print_style import fonts_of, style_of
from cescore.publish.stylesheets import STYLESHEET
from cescore.publish.words import LANGUAGES

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
        for (a, left, top, right, bottom), (b, l2, t2, r2, b2) in combinations(pieces, 2)
        if min(right, r2) - max(left, l2) > SLACK
        and min(bottom, b2) - max(top, t2) > 0.45 * min(bottom - top, b2 - t2)
    ]


def whole(data, lang: str) -> str:
    opened = pages.opened(data, lang)
    names = (
        "page_one",
        "results_table",
        "targets_table",
        "peers_table",
        "values_table",
        "progress_table",
    )
    tables = pages.all_tables(opened)
    return "".join(tables[name].html for name in names)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(
    ("name", "factor"),
    [(ENGLISH, 1.0), (CHINESE, 1.0), ("水", 1e9)],
    ids=["English", "Chinese", "figures"],
)
def test_no_text_of_a_page_meets_another(name, factor, lang):
    for page in laid_out(whole(bundle(name, factor), lang), lang):
        assert overprinted(page) == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_text_of_a_page_meets_another_where_nothing_was_returned(lang):
    for page in laid_out(whole(pages.not_filed(), lang), lang):
        assert overprinted(page) == []
    for page in laid_out(whole(pages.without("waste_recycled"), lang), lang):
        assert overprinted(page) == []


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
