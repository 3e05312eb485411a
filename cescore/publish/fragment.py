"""A piece of the page: markup for the printed page, plain text for a terminal; values are escaped."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from html import unescape
from typing import TYPE_CHECKING, Any, Literal

from markupsafe import Markup, escape

from cescore.publish.table_data import TABLE_MIME, TableData

if TYPE_CHECKING:
    import pandas as pd

# No page may hold these; a name that turns the direction of writing would turn its neighbours; and
# what has no picture (soft hyphens, blanks of no width) only keeps a name from being found again.
CONTROL = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e"
    r"\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb"
    r"\ufffe\uffff]"
)
# they share a glyph with "-": in a PDF every "-" of the page would be found as one of them
HYPHENS = str.maketrans({"\u2010": "-", "\u2011": "-"})
BLOCK_END = re.compile(r"</(?:tr|p|h[1-6]|div|caption|li|header)>")
CELL_END = re.compile(r"</(?:td|th|span|b|i)>|<br>")
HIDDEN = re.compile(r"<svg.*?</svg>", re.DOTALL)
TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True)
class Fragment:
    """Markup that is safe to place on the page, and the data of the tables that it shows."""

    html: str
    tables: tuple[TableData, ...] = ()

    @classmethod
    def join(cls, parts: Sequence[Fragment]) -> Fragment:
        """The parts below one another, with all their tables."""
        html = "\n".join(part.html for part in parts if part.html)
        return cls(html, tables_of(parts))

    def _repr_html_(self) -> str:
        return self.html

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        """What Jupyter keeps: markup, text and, for programs, the tables as data."""
        data: dict[str, Any] = {"text/html": self.html, "text/plain": repr(self)}
        return data | ({TABLE_MIME: [t.to_json() for t in self.tables]} if self.tables else {})

    def __html__(self) -> str:
        return self.html

    def to_frame(self, place: int = 0, *, by: Literal["name", "code"] = "name") -> pd.DataFrame:
        """The values of the table at a place, the first without one: see `TableData.to_frame`.

        Raises
        ------
        IndexError
            There is no table at that place.
        """
        return self.tables[place].to_frame(by=by)

    def __repr__(self) -> str:
        return plain_text(self.html)


def tables_of(parts: Sequence[object]) -> tuple[TableData, ...]:
    """The tables of those parts that are fragments, in their order."""
    return tuple(t for part in parts if isinstance(part, Fragment) for t in part.tables)


def plain_text(html: str) -> str:
    """What a reader sees of the markup, a line per block; a chart gives its alternative text."""
    shown = HIDDEN.sub(_alt_of, html)
    shown = TAG.sub("", CELL_END.sub("\t", BLOCK_END.sub("\n", shown)))
    lines = (re.sub(r"\s+", " ", unescape(line)).strip() for line in shown.splitlines())
    return "\n".join(line for line in lines if line)


def words_of(html: str) -> str:
    """The words of a piece of markup on one line, without its drawings."""
    spaced = HIDDEN.sub("", html).replace("<br>", " ")
    return " ".join(unescape(TAG.sub("", spaced)).split())


def _alt_of(svg: re.Match[str]) -> str:
    found = re.search(r"<title>(.*?)</title>", svg.group(0), re.DOTALL)
    return f"{found.group(1)}</p>" if found else ""


def clean(text: str) -> str:
    """The text in NFC with plain hyphens, without what has no picture and without marks that turn
    the direction of writing."""
    return unicodedata.normalize("NFC", CONTROL.sub("", text)).translate(HYPHENS)


class Term(Markup):
    """What names a line of a table: its markup, with the code and the unit of what is named."""

    code: str = ""
    unit: str = ""

    @classmethod
    def of(cls, markup: Markup, *, code: str = "", unit: str = "") -> Term:
        """The markup of a name, and what it names."""
        term = cls(markup)
        term.code, term.unit = code, unit
        return term


def two_lines(first: object, second: object) -> Markup:
    """A cell with a smaller second line."""
    markup = Markup("{}<br><small>{}</small>").format(first, second) if second else escape(first)
    return Term.of(markup, code=first.code, unit=first.unit) if isinstance(first, Term) else markup


def paragraph(text: object, kind: str = "note") -> Fragment:
    """A paragraph of a class."""
    return Fragment(f'<p class="{escape(kind)}">{escape(clean(str(text)))}</p>')
