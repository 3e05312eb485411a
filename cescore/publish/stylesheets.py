"""Where the stylesheets of pages are, and what of them a screen may have: nothing that fetches."""

from __future__ import annotations

import re
from pathlib import Path

from cescore.definitions.shipped import TEMPLATES
from cescore.errors import PublishError
from cescore.publish.printing.print_style import FONT_FACE

STYLESHEET = "static/print.css"
SCREEN = "static/screen.css"  # behind it, in the HTML report only
FONTS_OF_SCREENS = "static/screen_fonts.css"  # of the reader's system, under our names
OUTSIDE_STYLE = re.compile(r"@import[^;]*|url\((?!['\"]?(?:data:|#))[^)]*\)")


def find_template(name: str, templates: Path | None) -> Path:
    """A file of the templates: the workspace's own, else the repository's."""
    own = templates / name if templates else None
    return own if own and own.is_file() else TEMPLATES / name


def screen_style(stylesheet: Path) -> str:
    """The stylesheet without its font files: a single HTML file carries none."""
    if not stylesheet.is_file():
        raise PublishError(f"{stylesheet.name}: there is no such stylesheet")
    text = FONT_FACE.sub("", stylesheet.read_text(encoding="utf-8"))
    outside = OUTSIDE_STYLE.findall(text)
    if outside or "</" in text:
        raise PublishError(f"{stylesheet.name}: the page must stand by itself, found {outside}")
    return text


def screen_sheets(templates: Path | None = None) -> str:
    """The printer's stylesheet and that of screens behind it, with fonts that the reader has."""
    fonts = find_template(FONTS_OF_SCREENS, templates).read_text(encoding="utf-8")
    sheets = (screen_style(find_template(name, templates)) for name in (STYLESHEET, SCREEN))
    return "".join([*sheets, fonts])
