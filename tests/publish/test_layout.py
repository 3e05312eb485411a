"""Looked at before it is written: the paper's edges, and a last page with a few lines."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import date
from typing import Any

import pytest
from publish.conftest import Made

from cescore.definitions.shipped import TEMPLATES
from cescore.errors import PublishError
from cescore.publish.printing import pdf
from cescore.publish.printing.layout import PageLayout
from cescore.publish.printing.other_way import opened
from cescore.publish.printing.pdf import Printed, print_pdf
from cescore.publish.section import section
from cescore.publish.stylesheets import STYLESHEET
from cescore.run.processes.executor import can_fork

LINE = "<p>辽源市循环经济评价</p>"


def printed(body: str, *, is_close: bool = False, has_spare_core: bool = False) -> Printed:
    html = f'<html lang="zh-CN"><head><title>1</title></head><body>{body}</body></html>'
    return print_pdf(
        html,
        stylesheet=TEMPLATES / STYLESHEET,
        identifier=bytes(16),
        dated=date(2025, 12, 31),
        is_close=is_close,
        has_spare_core=has_spare_core,
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


TALL = '<div style="break-inside: avoid">' + LINE * 35 + "</div>"


def test_a_page_that_ends_early_is_named_unless_the_next_is_asked_for() -> None:
    assert printed(LINE * 30 + TALL).warnings() == ["page 1 is 46% empty"]
    assert (
        printed(LINE * 30 + TALL.replace("break-inside: avoid", "break-before: page")).warnings()
        == []
    )


def test_a_last_page_with_a_few_lines_is_pulled_in() -> None:
    counts = [printed(LINE * n).pages for n in (56, 58)]
    assert counts == [1, 1]
    assert printed(LINE * 75).pages == 2


def test_a_last_page_that_is_more_than_half_empty_is_filled_by_setting_all_wider() -> None:
    lines = 3 * 55 + 20
    plain = PageLayout(4, 20 / 55, ())
    assert plain.ends_poorly and not plain.may_be_saved
    assert PageLayout(4, 0.6, ()).is_better_than(plain) and not PageLayout(
        5, 0.1, ()
    ).is_better_than(plain)
    lowest = _lowest(printed(LINE * lines).raw)
    assert lowest > 0.5


def test_a_long_document_is_not_set_twice_to_fill_its_last_page() -> None:
    assert PageLayout(20, 0.2, ()).ends_poorly
    assert not PageLayout(21, 0.2, ()).ends_poorly and not PageLayout(21, 0.2, ()).may_be_saved


def test_a_page_that_is_set_close_is_set_once_unless_its_last_sheet_holds_little(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings: list[tuple[str, float]] = []
    setting = pdf._Sheet.set

    @contextmanager
    def noted(self: pdf._Sheet) -> Iterator[Any]:
        with setting(self) as page:
            way = "closer" if '<html class="closer"' in self.html else "plain"
            settings.append((way, page.layout.filled))
            yield page

    monkeypatch.setattr(pdf._Sheet, "set", noted)
    assert printed(LINE * 85, is_close=True).pages == 2
    assert [way for way, _ in settings] == ["closer"]
    settings.clear()
    little = printed(LINE * 64, is_close=True)
    (first, close_filled), (second, plain_filled) = settings
    assert (first, second) == ("closer", "plain") and plain_filled > close_filled
    settings.clear()
    monkeypatch.setattr(PageLayout, "ends_poorly", False)
    assert little.raw == printed(LINE * 64).raw


def test_close_pages_are_set_tighter_where_that_saves_the_last_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings: list[int] = []
    setting = pdf._Sheet.set

    @contextmanager
    def noted(self: pdf._Sheet) -> Iterator[Any]:
        with setting(self) as page:
            settings.append(page.pages)
            yield page

    monkeypatch.setattr(pdf._Sheet, "set", noted)
    assert printed(LINE * 236, is_close=True).pages == 4
    assert settings == [5, 4]
    monkeypatch.setattr(PageLayout, "may_be_saved_tighter", False)
    assert printed(LINE * 236, is_close=True).pages == 5


def _lowest(raw: bytes) -> float:
    """How far down its page the last line of a PDF stands, as a share of the text's height."""
    import pypdfium2

    document = pypdfium2.PdfDocument(raw)
    try:
        page = document[len(document) - 1]
        bottoms = [one.get_bounds()[1] for one in page.get_objects() if one.type == 1]
        height, margin = page.get_height(), 20 * 72 / 25.4
        text = [b for b in bottoms if b > margin]  # the foot stands below
        return (height - margin - min(text)) / (height - 2 * margin)
    finally:
        document.close()


FORCED = LINE * 5 + f'<div style="break-before: page">{LINE}</div>'


@pytest.mark.parametrize("is_close", [False, True])
@pytest.mark.parametrize("body", [LINE * 20, LINE * 58, FORCED], ids=["well", "closer", "poorly"])
def test_both_ways_of_setting_at_once_make_the_same_file(body: str, is_close: bool) -> None:
    at_once = printed(body, is_close=is_close, has_spare_core=True)
    assert at_once == printed(body, is_close=is_close)
    assert multiprocessing.active_children() == []


class Way:
    pages = 1

    def printed(self) -> str:
        return f"printed by {os.getpid()}"


@pytest.mark.skipif(not can_fork(), reason="no fork here")
def test_the_other_way_is_set_beside_this_process_and_gone_afterwards() -> None:
    with opened(lambda: nullcontext(Way()), at_once=True) as other:
        assert other().pages == 1
        assert other().printed() not in ("", f"printed by {os.getpid()}")
    assert multiprocessing.active_children() == []


@pytest.mark.skipif(not can_fork(), reason="no fork here")
def test_a_process_beside_this_one_that_is_lost_is_an_error_in_words() -> None:
    with (
        opened(lambda: os._exit(9), at_once=True) as other,
        pytest.raises(PublishError, match="ended by itself"),
    ):
        other().pages  # noqa: B018


def test_the_other_way_is_not_set_unless_it_is_asked_for() -> None:
    asked: list[str] = []

    @contextmanager
    def setting() -> Iterator[Way]:
        asked.append("begun")
        yield Way()
        asked.append("over")

    with opened(setting, at_once=False):
        assert asked == []
    with opened(setting, at_once=False) as other:
        assert other().pages == 1 and asked == ["begun"]
    assert asked == ["begun", "over"]


def test_where_it_cannot_be_pulled_in_it_is_named() -> None:
    assert printed(FORCED).warnings() == ["the last page of 2 is nearly empty"]


def test_the_shipped_report_has_nothing_to_look_at(district: Made) -> None:
    assert district.record.warnings == []


@pytest.mark.parametrize("text", ["长" * 40, "W" * 40, "0" * 80, "ab" * 40])
def test_a_fact_that_is_kept_whole_fits_its_line(text: str) -> None:
    line = section("facts", facts=[("", text)]).html
    assert 'class="fact whole"' in line
    assert printed(f'<p class="facts-line">{line}</p>').warnings() == []
    assert "whole" not in section("facts", facts=[("", text + "0")]).html
