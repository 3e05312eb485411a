"""A page as laid out, looked at before it is written: what leaves the paper or its cell of a table, how
full its pages are, how many there are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

MOST_PAGES = 100  # of a report or document; beyond it something grew that should not
LEAST_FILLED = 0.12  # of the height that a last page offers; below it a person is told
WELL_FILLED = 0.5  # below it the pages are set once more, a little closer or wider
CLOSE_FILLED = 0.2  # likewise of pages that were set closer to begin with, and so are a page less
LONG = 20  # pages beyond which nothing is set twice: the last is a small part of what is read
SAVED = 0.06  # share of each page's height that setting it closer saves
SAVED_TIGHTER = 0.045  # what setting it tighter saves beyond that
MOST_BLANK = 1 / 3  # of the height of a page before the last; beyond it a person is told
SLACK = 1.0  # CSS px: side bearings and rounding


@dataclass(frozen=True)
class PageLayout:
    """What the pages of a document look like."""

    pages: int
    filled: float  # share of the last page's height that is used
    outside: tuple[str, ...]  # text that leaves the paper, with its page
    overrun: tuple[str, ...] = ()  # text that leaves its cell of a table, with its page
    blank: tuple[str, ...] = ()  # pages before the last that end early, with the share left empty

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

    @property
    def may_be_saved_tighter(self) -> bool:
        """Whether setting close pages tighter may save the last one."""
        return self.filled <= SAVED_TIGHTER * (self.pages - 1)

    def is_better_than(self, other: PageLayout) -> bool:
        """Whether fewer pages are needed, or the last of as many is better filled."""
        return self.pages < other.pages or (
            self.pages == other.pages and self.filled > other.filled
        )

    def warnings(self) -> list[str]:
        """What a person should look at."""
        told = [f"leaves the paper: {text}" for text in self.outside[:3]]
        told += [f"leaves its cell: {text}" for text in self.overrun[:3]]
        told += self.blank[:3]
        if self.ends_nearly_empty:
            told.append(f"the last page of {self.pages} is nearly empty")
        if self.pages > MOST_PAGES:
            told.append(f"{self.pages} pages, expected {MOST_PAGES} at most")
        return told


def layout_of(document: Any) -> PageLayout:
    """How WeasyPrint has laid a document out."""
    outside: list[str] = []
    overrun: list[str] = []
    filled: list[float] = []
    for number, page in enumerate(document.pages, start=1):
        pieces = list(_pieces(page._page_box))
        filled.append(_filled(page._page_box, pieces))
        for piece in pieces:
            if piece.is_beyond(0, page.width) or piece.bottom > page.height + SLACK:
                outside.append(f"{piece.text[:30]!r} on page {number}")
            elif piece.cell and piece.is_beyond(*piece.cell):
                overrun.append(f"{piece.text[:30]!r} on page {number}")
    following = [page._page_box for page in document.pages[1:]]
    blank = tuple(
        f"page {number} is {1 - share:.0%} empty"
        for number, (share, after) in enumerate(zip(filled, following, strict=False), start=1)
        if 1 - share > MOST_BLANK and not _begins_anew(after)
    )
    return PageLayout(len(filled), filled[-1], tuple(outside), tuple(overrun), blank)


def _begins_anew(page_box: Any) -> bool:
    """Whether a page begins because what stands first on it asks for one."""
    from weasyprint.formatting_structure import boxes

    box = page_box
    while isinstance(box, boxes.ParentBox) and box.children:
        box = box.children[0]
        if box.style["break_before"] not in ("auto", "avoid", "avoid-page"):
            return True
    return False


def _filled(page_box: Any, pieces: Sequence[Piece]) -> float:
    """The share of a page's height down to its lowest piece."""
    top = page_box.content_box_y()
    lowest = max((piece.bottom for piece in pieces), default=top)
    return float(min((lowest - top) / page_box.height, 1.0))


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
