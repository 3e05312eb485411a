"""What the printer knows before it sees a page: its stylesheet, read once, and the fonts.

Reading print.css takes half as long as reading a page; processes forked after it was read find it
done. Fonts are added per page: pango looks them up in a thread, and a thread survives no fork.
"""

from __future__ import annotations

import logging
import re
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from cescore.definitions.shipped import FONTS
from cescore.publish.printing.fonts_in_place import FontFile, FontFolder
from cescore.publish.printing.own_fonts import NONE, OwnFonts

FONT_FACE = re.compile(r"@font-face\s*\{[^}]*\}\s*")


@dataclass(frozen=True, eq=False)
class Style:
    """A stylesheet as read, and what WeasyPrint had to say of it; equal only to itself."""

    path: Path
    files: tuple[Path, ...]  # of a bureau's own fonts
    text: str
    rules: Any  # weasyprint.CSS, without the font faces
    counters: Any  # its @counter-style rules
    log: tuple[str, ...]


def style_of(path: Path, own: OwnFonts = NONE) -> Style:
    """The stylesheet of a file with a bureau's own fonts before ours, read again only when its
    text has changed."""
    return _style(path.resolve(), own.style(path.read_text(encoding="utf-8")), own.files)


@lru_cache(maxsize=8)
def _style(path: Path, text: str, files: tuple[Path, ...]) -> Style:
    import weasyprint

    counters = weasyprint.css.counters.CounterStyle()
    with listening() as log:
        rules = weasyprint.CSS(
            string=FONT_FACE.sub("", text),
            base_url=path.as_uri(),
            url_fetcher=fetcher(path.parent),
            counter_style=counters,
        )
    return Style(path, files, text, rules, counters, tuple(log))


@contextmanager
def fonts_of(style: Style, *, in_place: bool = False) -> Iterator[Any]:
    """The system's fonts and those of the stylesheet; ``in_place``: used where their files lie.

    The copies of font files that WeasyPrint makes are gone at the end of the block, also in a
    process that will leave without tidying up.
    """
    import weasyprint
    from weasyprint.text.fonts import FontConfiguration

    fonts = FontConfiguration()
    if in_place:
        fonts._folder = FontFolder.made()
    weasyprint.CSS(
        string="".join(FONT_FACE.findall(style.text)),
        base_url=style.path.as_uri(),
        url_fetcher=fetcher(style.path.parent, style.files, fonts_in_place=in_place),
        font_config=fonts,
    )
    try:
        yield fonts
    finally:
        if fonts._folder:
            shutil.rmtree(fonts._folder, ignore_errors=True)


def fetcher(folder: Path, fonts: Iterable[Path] = (), *, fonts_in_place: bool = False) -> Any:
    """Opens the files of a folder, a bureau's fonts and pictures inside the page; refuses everything
    else.

    Fonts are looked for as templates are: a stylesheet of a workspace's own finds the shipped ones in
    the ``fonts/`` beside it, unless a file of that name lies there.
    """
    from weasyprint.urls import URLFetcher, URLFetcherResponse, path2url

    files = [*folder.rglob("*"), *fonts]
    shipped = {path2url(folder / FONTS.name / path.name): path for path in FONTS.iterdir()}
    allowed = shipped | {path2url(path): path for path in files if path.is_file()}

    class ExactFetcher(URLFetcher):  # type: ignore[misc]  # WeasyPrint has no types
        def fetch(self, url: str, headers: Any = None) -> Any:
            if url.startswith("data:image/"):
                return super().fetch(url, headers)
            if url not in allowed:
                raise ValueError("not on the list of files a page may use")
            path = allowed[url]
            return URLFetcherResponse(url, FontFile(path) if fonts_in_place else path.read_bytes())

    return ExactFetcher(allowed_protocols={"file", "data"}, allow_redirects=False)


@contextmanager
def listening() -> Iterator[list[str]]:
    """What WeasyPrint logs at warning level or above while the block runs."""
    heard: list[str] = []

    class Listener(logging.Handler):
        def emit(self, entry: logging.LogRecord) -> None:
            heard.append(entry.getMessage())

    logger = logging.getLogger("weasyprint")
    listener, passes_on = Listener(logging.WARNING), logger.propagate
    logger.addHandler(listener)
    logger.propagate = False
    try:
        yield heard
    finally:
        logger.removeHandler(listener)
        logger.propagate = passes_on
