"""The entity's own statement on the page."""

from __future__ import annotations

import builders
import pages
import pytest

from cescore.desk import tables
from cescore.disclosure.documents.bundle import ProseCard


def shown(text="正文", lang="zh", year=2025, written="zh"):
    prose = ProseCard(lang=written, owner="办公室 <b>", date="2026-03-10", year=year, text=text)
    return tables.statement(pages.opened(builders.bundle(prose=(prose,)), lang)).html


def test_owner_and_date_stand_below_the_text():
    assert "办公室 &lt;b&gt;，2026-03-10" in shown()


def test_a_text_of_an_earlier_year_is_flagged():
    assert "2024年度，本年度未更新" in shown(year=2024)
    assert "未更新" not in shown()


def test_a_text_in_the_other_language_says_so():
    assert "in Chinese" in shown(lang="en")


def test_paragraphs_and_lists_are_set_and_nothing_else():
    html = shown("一\n\n- 甲\n- 乙")
    assert "<p>一</p>" in html and "<li>甲</li><li>乙</li>" in html


@pytest.mark.parametrize(
    "text", ["<script>x()</script>", "<img src=x onerror=y>", "[a](javascript:x)", "{{7*7}}", "$x$"]
)
def test_hostile_markup_is_printed_as_it_stands(text):
    html = shown(text)
    assert "<script" not in html and "<img" not in html and "href" not in html
    assert text.replace("<", "&lt;").replace(">", "&gt;") in html


def test_without_a_statement_nothing_is_printed():
    assert tables.statement(pages.opened()).html == ""
