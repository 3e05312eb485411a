"""Texts that no spreadsheet works out: every CSV file is written through here.

Excel, WPS and LibreOffice take a cell of a CSV file for a formula by its first character. Such a text
gets an apostrophe before it, as OWASP advises against CSV injection; `read_back` takes exactly that
apostrophe away again. Numbers stay numbers, and so does a number with its unit.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

# What begins a formula, in both widths, be it behind blanks, marks that nobody sees or quotes.
_SIGN = "[=+\\-@＝＋－＠]"
_BEFORE = "[\\s\"'“”‘’`\\ufeff\\u200b-\\u200f\\u2060\\x00-\\x1f]*"
_FORMULA = re.compile(f"{_BEFORE}{_SIGN}|'*[\\t\\r\\n\\x00]")
_FIGURE = re.compile(r"[+-]?(\d[\d,]*(\.\d*)?|\.\d+)([eE][+-]?\d+)?[ \u00a0]?[%‰℃°\w ]*")
MARK = "'"
MARK_OF_TEXT = '"'
_TO_QUOTE = re.compile('[",\r\n]')


def inert(text: str) -> str:
    """The text, with an apostrophe before it if a spreadsheet could take it for a formula.

    Examples
    --------
    >>> inert("=1+1"), inert("-5.2"), inert("-5.2 %"), inert("-1+1"), inert("’＝A1")
    ("'=1+1", '-5.2', '-5.2 %', "'-1+1", "'’＝A1")
    """
    is_risky = _FORMULA.match(text) is not None and _FIGURE.fullmatch(text) is None
    return f"{MARK}{text}" if is_risky else text


def read_back(text: str) -> str:
    """The text that `inert` was given.

    Examples
    --------
    >>> read_back("'=1+1"), read_back("-5.2"), read_back("'tis"), read_back(inert("'=1"))
    ('=1+1', '-5.2', "'tis", "'=1")
    """
    if text.startswith(MARK) and inert(text[1:]) == text:
        return text[1:]
    return text


def csv_cell(text: str) -> str:
    """A text as it stands between the commas of a CSV file, inert.

    Examples
    --------
    >>> csv_cell("plain"), csv_cell("a, b"), csv_cell("=1")
    ('plain', '"a, b"', "'=1")
    """
    safe = inert(text)
    return f'"{safe.replace(MARK_OF_TEXT, MARK_OF_TEXT * 2)}"' if _TO_QUOTE.search(safe) else safe


class InertWriter:
    """Writes lines of CSV into a stream; texts are inert, None is an empty cell."""

    def __init__(self, stream: IO[str], lineterminator: str = "\n") -> None:
        self._writer = csv.writer(stream, lineterminator=lineterminator)
        self._quoting = csv.writer(stream, lineterminator=lineterminator, quoting=csv.QUOTE_ALL)

    def writerow(self, cells: Iterable[object]) -> None:
        line = [inert(c) if isinstance(c, str) else c for c in cells]
        # the module quotes only the line ends that it writes itself, and readers know others
        is_broken = any(isinstance(c, str) and "\r" in c for c in line)
        (self._quoting if is_broken else self._writer).writerow(line)

    def writerows(self, lines: Iterable[Iterable[object]]) -> None:
        for cells in lines:
            self.writerow(cells)


def csv_text(lines: Iterable[Sequence[object]], lineterminator: str = "\n") -> str:
    """Lines of cells as CSV, the texts inert."""
    stream = io.StringIO(newline="")
    InertWriter(stream, lineterminator).writerows(lines)
    return stream.getvalue()


def frame_text(table: pd.DataFrame, *, has_header: bool = True) -> str:
    """A table as CSV, the texts inert, the numbers in full."""
    safe, is_broken = table.rename(columns=_cell), False
    for name, kind in zip(safe.columns, safe.dtypes, strict=True):
        if kind.kind not in "biufM":  # columns of texts, or of texts and numbers
            texts = [text for text in safe[name].unique() if isinstance(text, str)]
            is_broken |= any("\r" in text for text in texts)
            marked = {text: mark for text in texts if (mark := inert(text)) != text}
            safe[name] = safe[name].astype(object).replace(marked) if marked else safe[name]
    return str(
        safe.to_csv(
            index=False,
            lineterminator="\n",
            header=has_header,
            quoting=csv.QUOTE_NONNUMERIC if is_broken else csv.QUOTE_MINIMAL,
        )
    )


def _cell(value: Any) -> Any:
    return inert(value) if isinstance(value, str) else value
