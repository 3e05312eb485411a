"""The floor: the same page printed with no notebook machinery at all.

The notebook's own code runs as one plain function, what it shows is joined to the same HTML, and the
printer sets it: no papermill, no IPython, no nbformat, no nbconvert, nothing checked, one file kept.
What a report costs above this is what notebook, checks and records cost.
"""

from __future__ import annotations

import ast
import html
import json
from collections.abc import Callable
from datetime import date
from functools import lru_cache
from pathlib import Path
from types import CodeType
from typing import Any

from cescore.definitions.shipped import TEMPLATES
from cescore.publish.page import PageFacts
from cescore.publish.printing.pdf import print_pdf
from cescore.publish.section import section
from cescore.publish.stages import collector_paused
from cescore.publish.stylesheets import STYLESHEET
from cescore.publish.words import LANGUAGE_TAGS, label

HIDDEN = {"working", "parameters"}


@lru_cache(maxsize=8)
def _cells(notebook: Path) -> tuple[tuple[frozenset[str], CodeType], ...]:
    """Tags and compiled code of each cell; the last expression of a cell is what it shows."""
    found = []
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] != "code":
            continue
        tree = ast.parse("".join(cell["source"]))
        if tree.body and isinstance(tree.body[-1], ast.Expr):
            shown = ast.Call(ast.Name("display", ast.Load()), [tree.body[-1].value], [])
            tree.body[-1] = ast.Expr(shown)
        code = compile(ast.fix_missing_locations(tree), notebook.name, "exec")
        found.append((frozenset(cell["metadata"].get("tags", [])), code))
    return tuple(found)


def print_floor(bundle: Path, folder: Path, lang: str, notebook: Path) -> None:
    """The PDF of one report, by the shortest way."""
    folder.mkdir(parents=True, exist_ok=True)
    with collector_paused():
        page = _page(bundle, lang, notebook)
        printed = print_pdf(
            page,
            stylesheet=TEMPLATES / STYLESHEET,
            identifier=bytes(16),
            dated=date(2000, 1, 1),
            is_close=True,
        )
    (folder / "scorecard.pdf").write_bytes(printed.raw)


def _page(bundle: Path, lang: str, notebook: Path) -> str:
    known = json.loads(bundle.read_bytes())
    names: dict[str, object] = {
        "entity_id": known["entity"]["entity_id"],
        "year": known["run"]["year"],
        "lang": lang,
        "bundle_path": str(bundle),
    }
    front: list[str] = []
    rest: list[str] = []
    for tags, code in _cells(notebook):
        if "parameters" in tags:
            continue
        shown: list[str] = []
        names["display"] = _keeper(shown)
        exec(code, names)
        if not tags & HIDDEN and shown:
            kinds = "".join(f" cell-{tag}" for tag in sorted(tags))
            part = f'<section class="cell{kinds}">{"".join(shown)}</section>'
            (front if "front" in tags else rest).append(part)
    title = html.escape(bundle.stem)
    return (
        f'<!DOCTYPE html><html lang="{LANGUAGE_TAGS[lang]}"><head><meta charset="utf-8"><title>{title}</title>'
        f'</head><body class="{_classes(known, lang)}">{_running(known, lang)}'
        f"<main>{''.join(front + rest)}</main>"
        "</body></html>"
    )


def _classes(bundle: dict[str, Any], lang: str) -> str:
    """Of the body, as a report has them: the stylesheet goes by them."""
    return f"{bundle['entity']['entity_type']} {lang} {bundle['run']['status']}"


def _running(bundle: dict[str, Any], lang: str) -> str:
    """Head, foot and marks of every page, as a report has them."""
    marks = [label("status.sample", lang)] if bundle["run"]["status"] == "sample" else []
    number, name = bundle["report_number"], bundle["entity"]["name_zh"]
    facts = PageFacts(
        name, lang, number, name=name, heading=number, short_hash=number, marks=tuple(marks)
    )
    return section("running", page=vars(facts)).html


def _keeper(shown: list[str]) -> Callable[..., None]:
    def display(*things: object) -> None:
        for thing in things:
            markup = getattr(thing, "_repr_html_", None)
            if markup is not None:
                shown.append(markup())

    return display
