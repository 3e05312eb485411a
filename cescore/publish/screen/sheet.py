"""Stylesheets for screens: the printer's own with colours that follow a dark theme, and the same kept to what
a notebook shows of ours, so that JupyterLab around it is left alone."""

# mypy: allow-untyped-calls, no-warn-return-any
# (tinycss2 is not typed)
from __future__ import annotations

from functools import lru_cache

import tinycss2

from cescore.publish.screen.colours import as_variables, colours_in, dark_variables

ROOM = "ce"  # class of what frames each of our outputs in a notebook
# JupyterLab and Voilà say their theme on <body>, VS Code by a class of it
DARK_NOTEBOOK = f'[data-jp-theme-light="false"] .{ROOM}, .vscode-dark .{ROOM}'
_ONLY_OF_SHEETS = {"page"}
_ONLY_AT_THE_TOP = {"counter-style", "font-face"}


@lru_cache(maxsize=8)
def themed(sheet: str) -> str:
    """The stylesheet with each colour behind a variable, which a dark theme sets anew."""
    return as_variables(sheet)


def follows_system(page: str, sheets: str) -> str:
    """The rules that make a page dark where its reader's system is: for the colours of stylesheets and page."""
    colours = dark_variables(colours_in(sheets) | colours_in(page))
    return f"@media screen and (prefers-color-scheme: dark) {{ :root {{ color-scheme: dark; {colours} }} }}\n"


@lru_cache(maxsize=8)
def _named_in(sheets: str) -> frozenset[str]:
    return frozenset(colours_in(sheets))


def for_notebooks(sheets: str, drawn: str) -> str:
    """The stylesheets for notebooks, once a notebook: rules of ours reach only into our own outputs.

    Parameters
    ----------
    sheets
        Stylesheets of the page and of screens, one behind the other.
    drawn
        A text that names the colours of charts.
    """
    inside, above = [], []
    for rule in tinycss2.parse_stylesheet(sheets, skip_comments=True, skip_whitespace=True):
        keyword = getattr(rule, "lower_at_keyword", "")
        if keyword in _ONLY_AT_THE_TOP:
            above.append(rule.serialize())
        elif keyword not in _ONLY_OF_SHEETS:
            inside.append(rule.serialize())
    # twice the class: JupyterLab's own rules for tables and headings have one class and an element
    body = themed("\n".join(inside))
    dark = dark_variables(colours_in(sheets) | colours_in(drawn))
    return (
        "\n".join(above) + f"\n.{ROOM}.{ROOM} {{\n{body}\n}}\n"
        f":is({DARK_NOTEBOOK}) {{ color-scheme: dark; {dark} }}\n"
    )
