"""A page as laid out, looked at before it is written: what leaves the paper, how full the last page
is, how many pages there are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

MOST_PAGES = 80  # of a report or document; beyond it something grew that should not
LEAST_FILLED = 0.12  # of the height that a last page offers; below it a person is told
WELL_FILLED = 0.5  # below it the pages are set once more, a little closer or wider
CLOSE_FILLED = 0.2  # likewise of pages that were set closer to begin with, and so are a page less
LONG = 20  # pages beyond which nothing is set twice: the last is a small part of what is read
SAVED = 0.06  # share of each page's height that setting it closer saves
SLACK = 1.0  # CSS px: side bearings and rounding


@dataclass(frozen=True)
class PageLayout:
    """What the pages of a document look like."""

    pages: int
    filled: float  # share of the last page's height that is used
    outside: tuple[str, ...]  # text that leaves the paper, with its page

    @property
    def ends_nearly_empty(self) -> bool:
        """Whether the last of several pages holds a few lines only."""
        return self.pages > 1 and self.filled < LEAST_FILLED

    @property
    def ends_poorly(self) -> bool:
        """Whether the last of several pages, not of a long document, is more than half empty."""
        return 1 < self.pages <= LONG and self.filled < WELL_FILLED

    @property
    def ends_poorly_though_close(self) -> bool:
        """The same of pages that were set closer to begin with."""
        return 1 < self.pages <= LONG and self.filled < CLOSE_FILLED

    @property
    def may_be_saved(self) -> bool:
        """Whether setting the pages closer may save the last one."""
        return self.ends_poorly and self.filled <= SAVED * (self.pages - 1) + LEAST_FILLED

    def is_better_than(self, other: PageLayout) -> bool:
        """Whether fewer pages are needed, or the last of as many is better filled."""
        return self.pages < other.pages or (
            self.pages == other.pages and self.filled > other.filled
        )

    def warnings(self) -> list[str]:
        """What a person should look at."""
        told = [f"leaves the paper: {text}" for text in self.outside[:3]]
        if self.ends_nearly_empty:
            told.append(f"the last page of {self.pages} is nearly empty")
        if self.pages > MOST_PAGES:
            told.append(f"{self.pages} pages, expected {MOST_PAGES} at most")
        return told


def layout_of(document: Any) -> PageLayout:
    """How WeasyPrint has laid a document out."""
    outside: list[str] = []
    for number, page in enumerate(document.pages, start=1):
        for piece, left, _, right, bottom in _pieces(page._page_box):
            if left < -SLACK or right > page.width + SLACK or bottom > page.height + SLACK:
                outside.append(f"{piece[:30]!r} on page {number}")
    last = document.pages[-1]._page_box
    top, height = last.content_box_y(), last.height
    lowest = max((bottom for _, _, _, _, bottom in _pieces(last)), default=top)
    return PageLayout(len(document.pages), min((lowest - top) / height, 1.0), tuple(outside))


Piece = tuple[str, float, float, float, float]  # text, left, top, right, bottom [CSS px]


def _pieces(page_box: Any) -> Iterator[Piece]:
    """Every piece of text and every picture of a page, its margins and what it cuts off apart."""
    from weasyprint.formatting_structure.boxes import MarginBox, ParentBox, ReplacedBox, TextBox

    shown = (TextBox, ReplacedBox)
    waiting = [box for box in page_box.children if not isinstance(box, MarginBox)]
    while waiting:
        box = waiting.pop()
        box = getattr(box, "_box", box)  # of what stands outside the flow
        if isinstance(box, shown):
            text = getattr(box, "text", "") or "a picture"
            if text.strip():
                x, y = box.position_x, box.position_y
                yield text.strip(), x, y, x + box.margin_width(), y + box.margin_height()
        elif isinstance(box, ParentBox) and box.style["overflow"] == "visible":
            waiting += box.children
