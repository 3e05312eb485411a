"""The page: an executed notebook through nbconvert and our own template, as one HTML file.

Jinja escapes everything by itself; only what cells show as HTML is placed as it is, and the
finished page is then read once more: nothing in it may run, fetch or lead to a file.
"""

# mypy: allow-untyped-calls, no-warn-return-any
# (nbconvert and nbformat are not typed)
from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from jinja2 import Environment
from jupyter_core.paths import jupyter_path
from markupsafe import Markup
from nbconvert.exporters.templateexporter import TemplateExporter
from nbformat import NotebookNode
from traitlets import default
from traitlets.config import Config

from cescore.definitions.shipped import TEMPLATES
from cescore.errors import PublishError
from cescore.publish.cells.shown import cell_numbers, printed_cells, shown_cells
from cescore.publish.screen.markup import for_screen
from cescore.publish.screen.sheet import follows_system, themed
from cescore.publish.stylesheets import OUTSIDE_STYLE, find_template, screen_sheets
from cescore.publish.table_data import TABLE_MIME, TableData

_STYLE_MARK = "<!-- style -->"
_LINK = re.compile(r"""<a\b[^>]*?\shref=["']#([^"']+)""")
_PLACE = re.compile(r"""\s(?:id|name)=["']([^"']+)""")
_SHOWN = ["text/html", "image/svg+xml", "image/png", "text/markdown", "text/plain"]
_FORBIDDEN_TAGS = {
    "script", "iframe", "object", "embed", "applet", "link", "base", "form", "foreignobject", "animate", "set",
}  # fmt: skip
_FOLLOWED = {"a", "area"}  # a reader follows their links; what other tags name is fetched
_LINK_ATTRIBUTES = {"href", "xlink:href"}
_SOURCE_ATTRIBUTES = {"src", "srcset", "data", "poster", "background", "action", "formaction"}


@dataclass(frozen=True)
class PageFacts:
    """What the frame of the page says of itself; all else is what the notebook shows."""

    title: str  # of the document
    language: str  # BCP 47: zh-CN, en
    report_number: str
    name: str = ""  # of the entity, in the head of every page
    heading: str = ""  # beside it
    short_hash: str = ""  # in the foot
    notebook: str = ""  # beside it: that another notebook than the repository's made the page
    marks: tuple[str, ...] = ()  # in the head: sample data, working variant
    author: str = ""
    issued: str = ""  # an ISO date that the bureau states, or ""
    classes: tuple[str, ...] = ()  # of <body>


@dataclass(frozen=True)
class Page:
    """The finished page: `html` stands by itself; `for_print` leaves the style to the printer.

    ``remarks``: what a person should look at, because paper shows it otherwise than Jupyter.
    """

    html: str
    for_print: str
    remarks: tuple[str, ...] = ()


def make_page(
    executed: NotebookNode, facts: PageFacts, templates: Path | None = None, own_style: str = ""
) -> Page:
    """The page of an executed notebook.

    Cells tagged ``front`` are placed first: a reader wants the findings before the computation,
    a notebook can only compute them after it. Files of `templates`, a workspace's own folder, come
    before the repository's; `own_style` names a stylesheet of its kind, behind the one that all share.

    Raises
    ------
    PublishError
        The page holds something that runs, fetches or leads elsewhere, a picture without words or a
        link to a place that is not on it.
    """
    setting = shown_cells(executed, facts.language[:2])
    shown = NotebookNode({**executed, "cells": setting.cells})
    resources = {"page": {**vars(facts), "style": Markup(_STYLE_MARK)}}
    text, _ = exporter(templates).from_notebook_node(shown, resources=resources)
    _refuse_active(text, executed)
    refuse_dead_links(text)
    own = find_template(own_style, templates).read_text(encoding="utf-8") if own_style else ""
    sheets = screen_sheets(templates) + own
    printed = f"<style>\n{own}</style>\n" if own else ""
    return Page(
        html=on_screen(text, sheets),
        for_print=text.replace(_STYLE_MARK, "", 1).replace("</head>", f"{printed}</head>", 1),
        remarks=setting.remarks,
    )


def on_screen(text: str, sheets: str) -> str:
    """The page with its style, as a browser shows it: light or dark as the reader's system is."""
    shown = for_screen(text)
    style = f"<style>\n{themed(sheets)}{follows_system(shown, sheets)}</style>"
    return shown.replace(_STYLE_MARK, style, 1)


def printed_tables(executed: NotebookNode) -> list[TableData]:
    """The data of the tables that a page shows, in its order; `finish` leaves them out."""
    return [
        TableData.from_json(table)
        for cell in printed_cells(executed)
        for output in cell.get("outputs", [])
        for table in output.get("data", {}).get(TABLE_MIME, [])
    ]


@lru_cache(maxsize=4)
def exporter(templates: Path | None) -> ScorecardExporter:
    """The exporter of a templates folder, made once: reports after the first find it warm."""
    folders = [str(path) for path in (templates, TEMPLATES) if path]
    made = ScorecardExporter(folders)
    _ = made.template  # compiled now, before processes fork from here
    return made


class ScorecardExporter(TemplateExporter):
    """nbconvert's template exporter: our template on `basic`, escaping on, code left out."""

    file_extension = ".html"
    output_mimetype = "text/html"

    def __init__(self, folders: list[str]) -> None:
        self._folders = folders
        config = Config({"NbConvertBase": {"display_data_priority": _SHOWN}})
        # optimistic: nbformat's schema is asked once, not after each of a dozen idle preprocessors
        super().__init__(config=config, exclude_input=True, exclude_input_prompt=True,
                         exclude_output_prompt=True, optimistic_validation=True)  # fmt: skip

    @default("template_paths")
    def _template_paths(self, prune: bool = True, root_dirs: Any = None) -> list[str]:
        """Our folders, then nbconvert's; never the working directory."""
        nbconvert = [Path(p) for p in jupyter_path("nbconvert", "templates")]
        bases = [str(p / name) for p in nbconvert for name in ("", "base") if (p / name).is_dir()]
        return [*self._folders, *bases]

    def default_filters(self) -> Iterator[tuple[str, Any]]:
        yield from super().default_filters()
        yield "highlight_code", _trusted  # nbconvert's base names it; code is never printed

    def _create_environment(self) -> Environment:
        environment = super()._create_environment()
        environment.autoescape = True
        environment.globals.pop("uuid4", None)  # nothing random in a page
        return environment


def _trusted(html: str) -> Markup:
    """Markup that a cell shows, as it is; `refuse_active_content` reads it on the finished page."""
    return Markup(html)


def _refuse_active(html: str, executed: NotebookNode) -> None:
    """`refuse_active_content`, with the number of the cell that shows it."""
    try:
        refuse_active_content(html)
    except PublishError as error:
        named = [
            f"cell {number}: {', '.join(found)}"
            for number, cell in cell_numbers(executed)
            if (found := _active_content("".join(map(str, _markup(cell)))))
        ]
        raise PublishError("; ".join([str(error), *named])) from error


def _markup(cell: NotebookNode) -> list[str]:
    """What a cell shows as HTML, and its own source where that may be HTML."""
    shown = [o.get("data", {}).get("text/html", "") for o in cell.get("outputs", [])]
    return shown if cell.cell_type == "code" else [cell.source]


def refuse_active_content(html: str) -> None:
    """Raise PublishError naming each element that runs, fetches or leads to a file."""
    found = _active_content(html)
    if found:
        raise PublishError(
            "the page must hold no active or outside content, found " + "; ".join(found)
        )


def refuse_dead_links(html: str) -> None:
    """Raise PublishError naming each link to a place that the page does not have: contents of a
    notebook that list a section which no cell of it shows."""
    places = set(_PLACE.findall(html))
    dead = [place for place in dict.fromkeys(_LINK.findall(html)) if place not in places]
    if dead:
        raise PublishError(
            f"the page links to #{', #'.join(dead)}, expected a place of that name on it; the contents"
            " list every section that concerns the entity, unless they are given keys: show"
            ' tables.heading(bundle, "<key>") for #s-<key> in a cell, or give tables.contents the keys'
        )


def _active_content(html: str) -> list[str]:
    reader = _ContentReader()
    reader.feed(html)
    reader.close()
    return sorted(set(reader.found))


class _ContentReader(HTMLParser):
    """Collects what a page may not hold."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._in_style = False

    def updatepos(self, i: int, j: int) -> int:
        """Nothing: nobody asks in which line a thing stands, and counting them takes a quarter as long
        as reading."""
        return j

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _FORBIDDEN_TAGS:
            self.found.append(f"<{tag}>")
        if tag == "img" and not (dict(attrs).get("alt") or "").strip():
            self.found.append("<img> without a text for those who cannot see it")
        self._in_style = tag == "style"
        for name, value in attrs:
            if not _is_harmless(tag, name, (value or "").strip().lower()):
                self.found.append(f'<{tag} {name}="{(value or "")[:40]}">')

    def handle_data(self, data: str) -> None:
        if self._in_style and OUTSIDE_STYLE.search(data):
            self.found.append("<style> that fetches")

    def handle_endtag(self, tag: str) -> None:
        self._in_style = False


def _is_harmless(tag: str, name: str, value: str) -> bool:
    if name.startswith("on") or name == "http-equiv":
        return False
    if name in _LINK_ATTRIBUTES:
        outside = ("https://", "http://", "mailto:") if tag in _FOLLOWED else ()
        return value.startswith(("#", *outside))
    if name in _SOURCE_ATTRIBUTES:
        return value.startswith("data:image/")
    return value.count("url(") == value.count("url(#") and "expression(" not in value
