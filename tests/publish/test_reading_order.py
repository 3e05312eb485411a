"""Read out by its tags, a report says its title, headings and captions in the order of the page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium
from publish.conftest import Made

HEADS = re.compile(r"<(h1|h2|caption)[^>]*>(.*?)</\1>", re.DOTALL)


def packed(text: str) -> str:
    return re.sub(r"\s", "", text)


def read_out(page: Any) -> Iterator[str]:
    """The text of a page as its structure tree orders it: running heads have no part in it."""
    textpage, texts = page.get_textpage(), dict[int, str]()
    for piece in page.get_objects([pdfium.FPDF_PAGEOBJ_TEXT], textpage=textpage):
        mark = pdfium.FPDFPageObj_GetMarkedContentID(piece.raw)
        texts[mark] = texts.get(mark, "") + piece.extract()
    tree = pdfium.FPDF_StructTree_GetForPage(page.raw)
    roots = range(pdfium.FPDF_StructTree_CountChildren(tree))
    waiting = [pdfium.FPDF_StructTree_GetChildAtIndex(tree, i) for i in reversed(roots)]
    while waiting:
        element = waiting.pop()
        if isinstance(element, int):
            yield texts.get(element, "")
            continue
        for i in reversed(range(pdfium.FPDF_StructElement_CountChildren(element))):
            mark = pdfium.FPDF_StructElement_GetChildMarkedContentID(element, i)
            child = pdfium.FPDF_StructElement_GetChildAtIndex(element, i)
            waiting += [mark] if mark >= 0 else [child] if child else []
    pdfium.FPDF_StructTree_Close(tree)


def test_the_tags_read_in_the_order_of_the_page(district: Made) -> None:
    html = (district.folder / "scorecard.html").read_text(encoding="utf-8")
    document = pypdfium2.PdfDocument((district.folder / "scorecard.pdf").read_bytes())
    text = packed("".join(piece for page in document for piece in read_out(page)))
    heads = [packed(unescape(re.sub("<[^>]*>", "", h))) for _, h in HEADS.findall(html)]
    assert len(heads) > 10
    place = 0
    for head in heads:
        place = text.find(head, place)
        assert place >= 0, head
        place += len(head)
