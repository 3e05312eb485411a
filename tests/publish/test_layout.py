"""Looked at before it is written: the paper's edges, and a last page with a few lines."""

from __future__ import annotations

from datetime import date

from publish.conftest import Made

from cescore.publish.page import STYLESHEET, TEMPLATES
from cescore.publish.printing.pdf import Printed, print_pdf

LINE = "<p>辽源市循环经济评价</p>"


def printed(body: str) -> Printed:
    html = f'<html lang="zh-CN"><head><title>1</title></head><body>{body}</body></html>'
    return print_pdf(
        html, stylesheet=TEMPLATES / STYLESHEET, identifier=bytes(16), dated=date(2025, 12, 31)
    )


def test_a_sound_page_gives_no_warning_and_the_mark_behind_it_is_none() -> None:
    mark = '<div class="watermark">示例数据</div>'
    assert printed(mark + LINE * 3).warnings() == []


def test_what_leaves_the_paper_is_named_with_its_page() -> None:
    wide = '<p style="break-before: page; white-space: nowrap">' + "长" * 80 + "</p>"
    (told,) = printed(LINE * 30 + wide + LINE * 20).warnings()
    assert told.startswith("leaves the paper: '长长") and told.endswith("on page 2")


def test_what_is_cut_off_on_purpose_does_not_leave_the_paper() -> None:
    assert printed('<p style="white-space: nowrap; overflow: hidden">' + "长" * 80).warnings() == []


def test_a_last_page_with_a_few_lines_is_pulled_in() -> None:
    counts = [printed(LINE * n).pages for n in (56, 58)]
    assert counts == [1, 1]
    assert printed(LINE * 75).pages == 2


def test_where_it_cannot_be_pulled_in_it_is_named() -> None:
    forced = LINE * 5 + f'<div style="break-before: page">{LINE}</div>'
    assert printed(forced).warnings() == ["the last page of 2 is nearly empty"]


def test_the_shipped_report_has_nothing_to_look_at(district: Made) -> None:
    assert district.record.warnings == []
