"""Reading a page for the printer: by expat where an HTML parser would build the same tree.

WeasyPrint reads with an HTML parser written in Python, which mends what is badly nested. Our own
pages need no mending; expat, written in C, reads them in a tenth of the time. Whether a page is one
of these is decided by what it holds: any element in a place that an HTML parser would move, close or
wrap sends the page to WeasyPrint's own reader.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree

SVG = "{http://www.w3.org/2000/svg}"
VOID = ("br", "col", "hr", "img", "meta")
_VOID_TAG = re.compile(rf"<((?:{'|'.join(VOID)})\b[^<>]*?)\s*/?>")
# A document type, comments and processing instructions are read otherwise by the two.
_UNLIKE = re.compile(r"<!(?!DOCTYPE html>)|<\?|\x00|\r", re.IGNORECASE)
# XML reads a line break inside an attribute as a blank; only the path of a drawing may have one.
_BROKEN_VALUE = re.compile(r"""\s(?!d=)[\w:.-]+=(?:"[^"]*[\n\t]|'[^']*[\n\t])""")

PHRASING = frozenset(
    [
        "a",
        "abbr",
        "b",
        "bdi",
        "bdo",
        "br",
        "cite",
        "code",
        "del",
        "dfn",
        "em",
        "i",
        "img",
        "ins",
        "kbd",
        "mark",
        "q",
        "s",
        "samp",
        "small",
        "span",
        "strong",
        "sub",
        "sup",
        "time",
        "u",
        "var",
    ]
)
FLOW = PHRASING | frozenset(
    [
        "article",
        "aside",
        "blockquote",
        "div",
        "dl",
        "figure",
        "footer",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "ul",
    ]
)
# What each element may hold so that an HTML parser leaves it as it is written.
HOLDS: Mapping[str, frozenset[str]] = {
    "html": frozenset({"head", "body"}),
    "head": frozenset({"meta", "title", "style"}),
    "title": frozenset(),
    "style": frozenset(),
    "table": frozenset({"caption", "colgroup", "thead", "tbody", "tfoot"}),
    "colgroup": frozenset({"col"}),
    "thead": frozenset({"tr"}),
    "tbody": frozenset({"tr"}),
    "tfoot": frozenset({"tr"}),
    "tr": frozenset({"td", "th"}),
    "ul": frozenset({"li"}),
    "ol": frozenset({"li"}),
    "dl": frozenset({"dt", "dd"}),
    **dict.fromkeys(VOID, frozenset()),
    **dict.fromkeys(PHRASING - {"br", "img"}, PHRASING),
    **dict.fromkeys(("p", "pre", "h1", "h2", "h3", "h4", "h5", "h6"), PHRASING),
    **dict.fromkeys(
        [
            "article",
            "aside",
            "blockquote",
            "body",
            "caption",
            "dd",
            "div",
            "dt",
            "figcaption",
            "figure",
            "footer",
            "header",
            "li",
            "main",
            "nav",
            "section",
            "td",
            "th",
        ],
        FLOW | {"figcaption"},
    ),
}
# Where text other than white space would be moved.
_WITHOUT_TEXT = frozenset(["html", "head", "table", "colgroup", "thead", "tbody", "tfoot", "tr"])


def tree_of(html: str) -> ElementTree.Element | None:
    """The tree of a page as an HTML parser would build it, or None where only that can tell.

    Elements have plain names, those of pictures are in the namespace of SVG.
    """
    start = html.find("<html")
    if start < 0 or _UNLIKE.search(html) or _BROKEN_VALUE.search(html, start):
        return None
    try:
        root = ElementTree.fromstring(_VOID_TAG.sub(r"<\1/>", html[start:]))
    except ElementTree.ParseError:
        return None
    return root if root.tag == "html" and _is_plain(root, frozenset()) else None


def _is_plain(element: Any, above: frozenset[str]) -> bool:
    """Whether an HTML parser would leave an element and all below it where they stand."""
    tag = element.tag
    if tag.startswith(SVG):
        return all(below.tag.startswith(SVG) for below in element.iter())
    holds = HOLDS.get(tag)
    if holds is None or (tag in ("a", "table") and tag in above):
        return False
    if tag == "pre" and (element.text or "").startswith("\n"):  # an HTML parser drops it
        return False
    if tag in _WITHOUT_TEXT and any(_has_text(text) for text in _texts(element)):
        return False
    inside = above | {tag} if tag in ("a", "table") else above
    return all(
        (child.tag in holds or child.tag == f"{SVG}svg") and _is_plain(child, inside)
        for child in element
    )


def _texts(element: Any) -> list[str | None]:
    return [element.text, *(child.tail for child in element)]


def _has_text(text: str | None) -> bool:
    return bool(text and text.strip(" \t\n\f"))
