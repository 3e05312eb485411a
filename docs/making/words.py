"""Which pages are in which language, and where links of pages that stand outside the site lead in it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx

DOCS = Path(__file__).parents[1]
# for developers and whoever runs the machines, or lists of names and figures: the Chinese site shows
# these in English and says so
ENGLISH_ONLY = (
    "architecture",
    "changelog",
    "contributing",
    "desk-api",
    "licences",
    "performance",
    "printer",
)
# bilingual guides whose Chinese is still to be written, message by message: they are shown in English
NOT_YET: tuple[str, ...] = ()
AWAITED: tuple[str, ...] = ()  # pages that a checkout may not have yet
LANGUAGES = {"en": "en", "zh": "zh_CN"}  # short names are folders of the site, long ones Sphinx's
_INSIDE = {
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
    "README.md": "index.md",
}


def short(language: str) -> str:
    """zh of zh_CN."""
    return language.partition("_")[0]


def lead_links_into_the_site(_app: object, name: str, source: list[str]) -> None:
    """Links to pages above ``docs/`` lead to the page of the site that shows them; what else lies
    there is named without a link, as is a page that this checkout has not got yet."""
    up = "../" * (name.count("/") + 1)
    inside = "|".join(map(re.escape, _INSIDE))
    text = re.sub(
        rf"\]\({re.escape(up)}({inside})", lambda m: f"]({up[3:]}{_INSIDE[m[1]]}", source[0]
    )
    text = re.sub(rf"(?<!!)\[([^\]]*)\]\({re.escape(up)}[^)]*\)", r"\1", text)
    for page in AWAITED:
        if not (DOCS / f"{page}.md").is_file():
            text = re.sub(rf"\[([^\]]*)\]\((?:\.\./)*{page}\.md[^)]*\)", r"\1", text)
            text = re.sub(rf"(?m)^{page}\n", "", text)
    source[0] = text


def include_a_page_of_the_repository(app: Sphinx, name: str, source: list[str]) -> None:
    """In place of a page that only includes one from above ``docs/``: that one, its links led here."""
    shown = {page.removesuffix(".md"): above for above, page in _INSIDE.items()}
    if name not in shown or "{include}" not in source[0]:
        return
    above = DOCS.parent / shown[name]
    app.env.note_dependency(str(above))
    text = above.read_text(encoding="utf-8")
    text = re.sub(r"(?<!!)\[([^\]]*)\]\((?!docs/|[a-z]+:|#)[^)]*\)", r"\1", text)
    source[0] = text.replace("](docs/", "](")


def is_translated(page: str) -> bool:
    """Whether the messages of a page have catalogues: what is made from params and the command is made in both."""
    return page not in ENGLISH_ONLY and not page.startswith("generated/")


def is_the_same_in_all(message: str) -> bool:
    """Whether a message is only code, a path, a sign or a number, and no words."""
    left = re.sub(r"`[^`]*`|\]\([^)]*\)|\{[a-z]+\}", "", message)
    return (
        not re.search(r"[^\W\d_]", left) or re.fullmatch(r"[\w./-]+/[\w./-]+", message) is not None
    )
