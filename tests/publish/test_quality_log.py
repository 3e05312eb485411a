"""The method book of a released edition has the log of what was done for its quality."""

from __future__ import annotations

from pathlib import Path

import pytest

from cescore.definitions.load import load_definitions
from cescore.disclosure.documents.opened import OpenDocument
from cescore.disclosure.documents.reading import with_standing
from cescore.disclosure.documents.standing import Answered, QualityLog, ReportStanding, SignOff
from cescore.disclosure.making.method_books import make_method_book
from cescore.publish.pages.method_book.page import front, quality

WORKSPACE = Path(__file__).parents[1] / "unseen" / "workspace"
LOG = QualityLog(
    checked={"error": 0, "warning": 7, "info": 2},
    settled=3,
    answered=(Answered(code="not_filed", severity="warning", count=4),),
    signed=(SignOff(stage="reviewed", who="李明", role="副局长", date="2026-09-20"),),
)


@pytest.fixture(scope="module")
def draft():
    return make_method_book(load_definitions(WORKSPACE / "params", 2023), 2022)


def opened(data, lang: str = "zh") -> OpenDocument:
    return OpenDocument(data, "0" * 64, lang)


def test_a_released_book_says_what_was_checked_answered_and_by_whom_it_was_signed(draft):
    standing = ReportStanding(stage="final", edition=3, signed_on="2026-09-30", quality=LOG)
    data = with_standing(draft, standing)
    html = quality(opened(data)).html
    for text in ("错误0项", "提示7项", "3项已按记录", "李明", "副局长", "2026-09-20", "复核"):
        assert text in html, text
    assert "not_filed" not in html and ">4<" in html
    assert "质量记录" in front(opened(data)).html
    assert "Signed by" in quality(opened(data, "en")).html


def test_a_draft_has_no_log(draft):
    assert quality(opened(draft)).html == ""
    assert "质量记录" not in front(opened(draft)).html
