"""A piece of the page: markup for the printed page, plain text for a terminal; values are escaped."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from html import unescape
from itertools import zip_longest
from unicodedata import east_asian_width

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from cescore.definitions.shipped import SECTIONS

# no page may hold these, and a name that turns the direction of writing would turn its neighbours
CONTROL = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe\uffff]"
)
BLOCK_END = re.compile(r"</(?:tr|p|h[1-6]|div|caption|li|header)>")
CELL_END = re.compile(r"</(?:td|th|span|b|i)>|<br>")
HIDDEN = re.compile(r"<svg.*?</svg>", re.DOTALL)
TAG = re.compile(r"<[^>]*>")
# Letters that a line of facts holds at least, an ideograph or a capital being two: 174 mm hold 116
# half-widths of its larger type.
SHORT = 80


@dataclass(frozen=True)
class Fragment:
    """Markup that is safe to place on the page."""

    html: str

    @classmethod
    def join(cls, parts: Sequence[Fragment]) -> Fragment:
        return cls("\n".join(part.html for part in parts if part.html))

    def _repr_html_(self) -> str:
        return self.html

    def __html__(self) -> str:
        return self.html

    def __repr__(self) -> str:
        return plain_text(self.html)


def plain_text(html: str) -> str:
    """What a reader sees of the markup, a line per block; a chart gives its alternative text."""
    shown = HIDDEN.sub(_alt_of, html)
    shown = TAG.sub("", CELL_END.sub("\t", BLOCK_END.sub("\n", shown)))
    lines = (re.sub(r"\s+", " ", unescape(line)).strip() for line in shown.splitlines())
    return "\n".join(line for line in lines if line)


def _alt_of(svg: re.Match[str]) -> str:
    found = re.search(r"<title>(.*?)</title>", svg.group(0), re.DOTALL)
    return f"{found.group(1)}</p>" if found else ""


def clean(text: str) -> str:
    """The text without control characters and marks that turn the direction of writing."""
    return CONTROL.sub("", text)


@lru_cache(maxsize=1)
def environment() -> Environment:
    """Jinja with escaping always on, no undefined name passed over, and the test ``is short``."""
    made = Environment(
        loader=FileSystemLoader(SECTIONS),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.tests["short"] = is_short
    return made


def is_short(words: Iterable[object]) -> bool:
    """Whether words surely fit one line of a page."""
    text = "".join(map(str, words))
    wide = sum(one.isupper() or east_asian_width(one) in "WF" for one in text)
    return len(text) + wide <= SHORT


def section(name: str, /, **values: object) -> Fragment:
    """A template of report_templates/sections, filled; text is escaped, Fragments are not."""
    template = environment().get_template(f"{name}.html.j2")
    return Fragment(CONTROL.sub("", template.render(**values)).strip())


@dataclass(frozen=True)
class Column:
    """Head of a table column: its width in per cent of the table and how its cells are set."""

    head: object
    width: float
    kind: str = "num"  # num: right-aligned digits; text; mid: centred


@dataclass(frozen=True)
class Row:
    """Cells of one line; ``kind`` is a class: group, total, own, sub.

    Empty cells right after the first of a group belong to it: it spans them.
    """

    cells: Sequence[object]  # text, Markup or Fragment
    kind: str = ""


@dataclass(frozen=True)
class Table:
    """Several columns and rows with a caption and notes below.

    ``halves`` sets the second half of the rows beside the first: for narrow tables that are long.
    """

    columns: Sequence[Column]
    rows: Sequence[Row]
    caption: str = ""
    notes: Sequence[object] = field(default_factory=tuple)
    kind: str = ""
    halves: bool = False

    def fragment(self) -> Fragment:
        """The table, or nothing where it has no rows.

        Written here and not in a template: a report has a thousand cells.
        """
        if not self.rows:
            return Fragment("")
        times = 2 if self.halves else 1
        head = f"<caption>{escape(self.caption)}</caption>" if self.caption else ""
        widths = "".join(f'<col style="width:{c.width / times:.1f}%">' for c in self.columns)
        names = "".join(_cell("th", c.kind, c.head, ' scope="col"') for c in self.columns)
        lines = "\n".join(self._halved() if self.halves else map(self._line, self.rows))
        html = (
            f'<table class="data {self.kind}{" halves" if self.halves else ""}">{head}'
            f"<colgroup>{widths * times}</colgroup><thead><tr>{names * times}</tr></thead>"
            f"<tbody>\n{lines}\n</tbody></table>"
        )
        below = [paragraph(note).html for note in self.notes if note]
        return Fragment(CONTROL.sub("", "\n".join([html, *below])))

    def _line(self, row: Row) -> str:
        kind = f' class="{row.kind}"' if row.kind else ""
        return f"<tr{kind}>{self._cells(row)}</tr>"

    def _cells(self, row: Row) -> str:
        cells = list(row.cells)
        span = 1
        if row.kind == "group":
            while span < len(cells) and cells[span] == "":
                span += 1
        wide = f' colspan="{span}"' if span > 1 else ""
        kind = " ".join(filter(None, (self.columns[0].kind, row.kind)))
        first = _cell("th", kind, cells[0], f' scope="row"{wide}')
        kinds = [column.kind for column in self.columns[span:]]
        rest = (_cell("td", k, cell) for k, cell in zip(kinds, cells[span:], strict=True))
        return first + "".join(rest)

    def _halved(self) -> Iterator[str]:
        """Lines of two rows each; the left half is filled first."""
        middle = (len(self.rows) + 1) // 2
        empty = f'<td colspan="{len(self.columns)}"></td>'
        for left, right in zip_longest(self.rows[:middle], self.rows[middle:]):
            beside = self._cells(right) if right is not None else empty
            yield f"<tr>{self._cells(left)}{beside}</tr>"


def _cell(tag: str, kind: str, content: object, more: str = "") -> str:
    name = f' class="{kind}"' if kind and kind != "num" else ""  # figures are the plain case
    return f"<{tag}{name}{more}>{escape(content)}</{tag}>"


def two_lines(first: object, second: object) -> Markup:
    """A cell with a smaller second line."""
    if not second:
        return escape(first)
    return Markup("{}<br><small>{}</small>").format(first, second)


def paragraph(text: object, kind: str = "note") -> Fragment:
    """A paragraph of a class."""
    return Fragment(f'<p class="{escape(kind)}">{escape(clean(str(text)))}</p>')
