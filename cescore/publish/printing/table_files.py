"""The tables of a page as CSV files, to go with its PDF: what is printed, one file a table.

Figures lose their thousands separators, marks beside figures get a column of their own, a table
set in two halves becomes one. The figures are those printed: result.json has them in full.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import unescape
from itertools import zip_longest

from cescore.publish.numbers import MINUS
from cescore.publish.words import label

TABLE = re.compile(r'<h2[^>]*>(.*?)</h2>|<table class="data([^"]*)">(.*?)</table>', re.DOTALL)
CAPTION = re.compile(r"<caption>(.*?)</caption>", re.DOTALL)
LINE = re.compile(r"<tr[^>]*>(.*?)</tr>", re.DOTALL)
CELL = re.compile(r"<(t[hd])([^>]*)>(.*?)</\1>", re.DOTALL)
SPAN = re.compile(r'colspan="(\d+)"')
MARK = re.compile(r"<sup>(.*?)</sup>", re.DOTALL)
DRAWING = re.compile(r"<svg.*?</svg>", re.DOTALL)
TAG = re.compile(r"<[^>]*>")
FIGURE = re.compile(rf"[+{MINUS}-]?\d[\d,]*(\.\d+)?")
FORMULA = re.compile(r"[=@\t]|[+-](?!\d)")  # what a spreadsheet would work out
LONGEST_NAME = 40  # characters of a caption in a file name


@dataclass(frozen=True)
class TableFile:
    """A printed table: the name of its file, its caption, and its lines as CSV."""

    name: str
    caption: str
    raw: bytes


def table_files(html: str, lang: str) -> list[TableFile]:
    """The tables of a page in their order, UTF-8 with the mark that spreadsheets know it by."""
    heading, found = "", list[TableFile]()
    for match in TABLE.finditer(html):
        if match.group(3) is None:
            heading = _text(match.group(1))
            continue
        told = CAPTION.search(match.group(3))
        caption = _text(told.group(1)) if told else heading
        lines = [list(_cells(line)) for line in LINE.findall(match.group(3))]
        if "halves" in match.group(2):
            lines = list(_one_below_the_other(lines))
        name = f"{len(found) + 1:02d}-{_file_name(caption)}.csv"
        found.append(TableFile(name, caption, _csv(lines, lang)))
    return found


Cell = tuple[str, str]  # text, mark beside it


def _cells(line: str) -> Iterator[Cell]:
    """The cells of a line; those that a wide cell spans are empty."""
    for _, attributes, content in CELL.findall(line):
        marks = " ".join(_text(mark) for mark in MARK.findall(content))
        yield _plain(_text(MARK.sub("", content))), marks
        span = SPAN.search(attributes)
        yield from [("", "")] * (int(span.group(1)) - 1 if span else 0)


def _one_below_the_other(lines: Sequence[list[Cell]]) -> Iterator[list[Cell]]:
    """The two halves of each line, the right ones after all left ones."""
    head, *body = lines
    width = len(head) // 2
    yield head[:width]
    yield from (line[:width] for line in body)
    yield from (line[width:] for line in body if any(text for text, _ in line[width:]))


def _csv(lines: Sequence[Sequence[Cell]], lang: str) -> bytes:
    columns = list(zip_longest(*lines, fillvalue=("", "")))
    shown: list[list[str]] = []
    for column in columns:
        shown.append([_harmless(text) for text, _ in column])
        if any(mark for _, mark in column[1:]):
            head = label("csv.mark", lang, name=column[0][0])
            shown.append([head, *(mark for _, mark in column[1:])])
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(zip(*shown, strict=True))
    return text.getvalue().encode("utf-8-sig")


def _text(html: str) -> str:
    spaced = DRAWING.sub("", html).replace("<br>", " ")
    return " ".join(unescape(TAG.sub("", spaced)).split())


def _plain(text: str) -> str:
    """A figure as a spreadsheet reads it; any other text as it is."""
    return text.replace(",", "").replace(MINUS, "-") if FIGURE.fullmatch(text) else text


def _harmless(text: str) -> str:
    return f"'{text}" if FORMULA.match(text) else text


def _file_name(caption: str) -> str:
    return re.sub(r"[^\w（）()-]+", " ", caption).strip()[:LONGEST_NAME].strip() or "table"
