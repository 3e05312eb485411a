"""Which pages are in which language, and where links of pages that stand outside the site lead in it."""

from __future__ import annotations

import re

# for developers, or lists of names and figures: the Chinese site shows these in English and says so
ENGLISH_ONLY = (
    "architecture",
    "changelog",
    "cluster",
    "contributing",
    "desk-api",
    "licences",
    "open-data",
    "performance",
    "printer",
    "sizing",
    "trust",
    "what-if",
)
# bilingual guides whose Chinese is still to be written, message by message: they are shown in English
NOT_YET = ("formats",)
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
    """Links to pages above ``docs/`` lead to the page of the site that shows them."""
    up = "../" * (name.count("/") + 1)
    pattern = re.compile(re.escape(f"]({up}") + "(" + "|".join(map(re.escape, _INSIDE)) + ")")
    source[0] = pattern.sub(lambda m: f"]({up[3:]}{_INSIDE[m[1]]}", source[0])


def is_translated(page: str) -> bool:
    """Whether the messages of a page have catalogues: what params word in both languages needs none."""
    return page not in ENGLISH_ONLY and not page.startswith("generated/method")


def is_the_same_in_all(message: str) -> bool:
    """Whether a message is only code, a path, a sign or a number, and no words."""
    left = re.sub(r"`[^`]*`|\]\([^)]*\)|\{[a-z]+\}", "", message)
    return (
        not re.search(r"[^\W\d_]", left) or re.fullmatch(r"[\w./-]+/[\w./-]+", message) is not None
    )
