"""WeasyPrint made faster from outside, to the same bytes: what it is given, and whether at all.

What is changed within the library stands in `cescore.publish.printing.internals`. All of it holds
for the exact versions that it was read in; with any other version, or with ``CESCORE_PLAIN_PRINTER=1`` in the environment,
none is applied and pages are printed by the library as it is. A test prints every kind of page both
ways and compares the files.
"""

from __future__ import annotations

import logging
import os
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

from cescore.publish.printing.internals import Memory, has_notes, page_at_hand
from cescore.publish.printing.print_style import Style
from cescore.publish.printing.reading import tree_of

VERSIONS = {"weasyprint": "70.0", "pydyf": "0.13.0"}
SWITCH = "CESCORE_PLAIN_PRINTER"
LEVEL = 6  # of zlib's 9: files grow by less than two in a hundred, and are packed in half the time
_NOTES = re.compile(r"(?m)^::(?:footnote|note)-[a-z]+ \{[^}]*\}\n")
_MARKERS = "\n::marker {"
_LIST_ITEM = re.compile(r"display:\s*list-item")


@lru_cache(maxsize=1)
def is_known_library() -> bool:
    """Whether the changes fit the library that is installed; where they do not, the log says so."""
    import pydyf
    import weasyprint

    found = {"weasyprint": weasyprint.__version__, "pydyf": pydyf.__version__}
    if found == VERSIONS:
        return True
    named = ", ".join(f"{name} {version}" for name, version in found.items())
    logging.getLogger(__name__).info("printing with %s as it is: made faster for others", named)
    return False


def is_faster() -> bool:
    """Whether pages are printed with the changes."""
    return not os.environ.get(SWITCH) and is_known_library()


@lru_cache(maxsize=8)
def memory_of(style: Style) -> Memory:
    """What pages of a stylesheet have in common, kept from one to the next in this process."""
    return Memory()


@contextmanager
def faster(html: str, style: Style, fonts: Any) -> Iterator[None]:
    """Lay out or write a page while the block runs: within it, the library is the faster one."""
    if not is_faster():
        yield
        return
    with page_at_hand(fonts, memory_of(style), (html, style.text)):
        yield


def html_of(html: str, rules: str, **given: Any) -> Any:
    """The page as WeasyPrint reads it: ``weasyprint.HTML(string=html, …)``, sooner where it can be.

    Parameters
    ----------
    rules
        The text of the stylesheet that the page is printed with.
    """
    import weasyprint

    if not is_faster():
        return weasyprint.HTML(string=html, **given)
    tree = tree_of(html)
    page = (
        _html_from_tree(tree, **given)
        if tree is not None
        else weasyprint.HTML(string=html, **given)
    )
    if not _has_notes_or_markers(rules) and not _has_notes_or_markers(html):
        page._ua_stylesheets = _lean_sheets
    return page


@lru_cache(maxsize=4)
def _has_notes_or_markers(text: str) -> bool:
    small = text.lower()
    return has_notes(small) or ":marker" in small or _LIST_ITEM.search(small) is not None


def _html_from_tree(tree: Any, *, url_fetcher: Any, base_url: Any, media_type: str) -> Any:
    """What ``weasyprint.HTML.__init__`` makes of a tree that its HTML parser has built."""
    import cssselect2
    import weasyprint

    page = weasyprint.HTML.__new__(weasyprint.HTML)
    page.base_url = weasyprint._find_base_url(tree, base_url)
    page.url_fetcher, page.media_type = url_fetcher, media_type
    page.wrapper_element = cssselect2.ElementWrapper.from_html_root(tree, content_language=None)
    page.etree_element = page.wrapper_element.etree_element
    return page


def _lean_sheets(forms: bool = False) -> list[Any]:
    """The library's own stylesheet without what only notes and markers need.

    Its rules for ``::footnote-call`` and the like match every element, so that each gets six styles
    worked out where one is used; of ``::marker`` only list items have a box. A page without notes,
    markers of its own or other list items looks the same.
    """
    from weasyprint.html import UA_FORM_STYLESHEET

    return [_lean_sheet(), UA_FORM_STYLESHEET] if forms else [_lean_sheet()]


@lru_cache(maxsize=1)
def _lean_sheet() -> Any:
    from weasyprint import CSS
    from weasyprint.css.counters import CounterStyle
    from weasyprint.html import UA

    text = _NOTES.sub("", UA).replace(_MARKERS, f"\nli{_MARKERS.strip()}")
    return CSS(string=text, counter_style=CounterStyle())


@contextmanager
def packed_lightly() -> Iterator[None]:
    """Write files whose streams are packed at `LEVEL` while the block runs; pydyf knows 9 only.

    What is unpacked is the same, but each object stands elsewhere in the file. So this holds with
    `SWITCH` too: the two ways of printing give the same bytes.
    """
    if not is_known_library():
        yield
        return
    import pydyf

    plain = pydyf.zlib
    packing = {**vars(zlib), "compressobj": lambda level: zlib.compressobj(LEVEL)}
    pydyf.zlib = SimpleNamespace(**packing)
    try:
        yield
    finally:
        pydyf.zlib = plain


def serialised_once(objects: list[Any]) -> Iterator[Any]:
    """The objects of a finished PDF, each of which works out its bytes when first asked.

    pydyf writes every object twice, into the file and into the hash that identifies it, and
    compresses it each time.
    """
    import pydyf

    class Serialised(pydyf.Object):  # type: ignore[misc]  # pydyf has no types
        """An object's bytes in place of the object."""

        def __init__(self, whole: Any) -> None:
            ready = {"_data": whole.data, "_is_compressible": whole.compressible}
            self.__dict__ |= vars(whole) | ready

        data = property(lambda self: self._data)
        compressible = property(lambda self: self._is_compressible)

    is_applied = is_faster()  # asked once, and not of each of a thousand objects
    for whole in objects:
        yield Serialised(whole) if is_applied and whole.free != "f" else whole
