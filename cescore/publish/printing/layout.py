"""A page as laid out, looked at before it is written: what leaves the paper or its cell of a table, how
full the last page is, how many pages there are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

MOST_PAGES = 100  # of a report or document; beyond it something grew that should not
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
    overrun: tuple[str, ...] = ()  # text that leaves its cell of a table, with its page

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
        told += [f"leaves its cell: {text}" for text in self.overrun[:3]]
        if self.ends_nearly_empty:
            told.append(f"the last page of {self.pages} is nearly empty")
        if self.pages > MOST_PAGES:
            told.append(f"{self.pages} pages, expected {MOST_PAGES} at most")
        return told


def layout_of(document: Any) -> PageLayout:
    """How WeasyPrint has laid a document out."""
    outside: list[str] = []
    overrun: list[str] = []
    for number, page in enumerate(document.pages, start=1):
        for piece in _pieces(page._page_box):
            if piece.is_beyond(0, page.width) or piece.bottom > page.height + SLACK:
                outside.append(f"{piece.text[:30]!r} on page {number}")
            elif piece.cell and piece.is_beyond(*piece.cell):
                overrun.append(f"{piece.text[:30]!r} on page {number}")
    last = document.pages[-1]._page_box
    top, height = last.content_box_y(), last.height
    lowest = max((piece.bottom for piece in _pieces(last)), default=top)
    filled = min((lowest - top) / height, 1.0)
    return PageLayout(len(document.pages), filled, tuple(outside), tuple(overrun))


class Piece(NamedTuple):
    """A text or picture where it stands, and the left and right side of the cell it is in [CSS px]."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    cell: tuple[float, float] | None = None

    def is_beyond(self, left: float, right: float) -> bool:
        """Whether it sticks out on either side."""
        return self.left < left - SLACK or self.right > right + SLACK


def _pieces(page_box: Any) -> Iterator[Piece]:
    """Every piece of text and every picture of a page, its margins and what it cuts off apart."""
    from weasyprint.formatting_structure import boxes

    within: tuple[float, float] | None = None
    shown = (boxes.TextBox, boxes.ReplacedBox)
    flow = (box for box in page_box.children if not isinstance(box, boxes.MarginBox))
    waiting = [(box, within) for box in flow]
    while waiting:
        box, cell = waiting.pop()
        box = getattr(box, "_box", box)  # of what stands outside the flow
        if isinstance(box, shown):
            text = getattr(box, "text", "") or "a picture"
            if text.strip():
                x, y = box.position_x, box.position_y
                right, bottom = x + box.margin_width(), y + box.margin_height()
                yield Piece(text.strip(), x, y, right, bottom, cell)
        elif isinstance(box, boxes.ParentBox) and box.style["overflow"] == "visible":
            if isinstance(box, boxes.TableCellBox):
                cell = (box.position_x, box.position_x + box.border_width())
            waiting += [(child, cell) for child in box.children]
