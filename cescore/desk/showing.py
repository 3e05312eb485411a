"""How the pieces of a report look in a notebook that somebody has open: with the page's own style, in the
notebook's theme. A notebook that the build runs shows them bare: there the page has the style."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from cescore.publish.charts import style as charts
from cescore.publish.fragment import Fragment
from cescore.publish.screen.markup import for_screen
from cescore.publish.screen.sheet import ROOM, for_notebooks
from cescore.publish.stylesheets import find_template, screen_sheets, screen_style
from cescore.publish.words import LANGUAGE_TAGS

DESK_STYLE = "static/desk.css"


def dress_notebook(lang: str) -> None:
    """From here on, what this notebook shows of a report has the page's style; outside a notebook, nothing."""
    shell = _shell_of_a_notebook()
    if shell is None:
        return
    shell.display_formatter.mimebundle_formatter.for_type(Fragment, _bundle_in(lang))
    from IPython.display import HTML, display

    display(HTML(f"<style>{notebook_style()}</style>"))  # type: ignore[no-untyped-call]


def framed(fragment: Fragment, lang: str) -> str:
    """The markup of a piece of a report in the frame that the style of notebooks is for."""
    names = tuple(table.name for table in fragment.tables)
    shown = for_screen(fragment.html, names)
    return (
        f'<div class="{ROOM}"><div class="{lang}" lang="{LANGUAGE_TAGS[lang]}">{shown}</div></div>'
    )


@lru_cache(maxsize=1)
def notebook_style() -> str:
    """The style of a notebook's outputs: the page's, that of screens, and what differs at the desk."""
    own = screen_style(find_template(DESK_STYLE, None))
    palette = " ".join(text for text in vars(charts).values() if isinstance(text, str))
    return for_notebooks(screen_sheets() + own, palette)


def _bundle_in(lang: str) -> Callable[..., dict[str, Any]]:
    def shown(fragment: Fragment, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        data = fragment._repr_mimebundle_()
        return data | ({"text/html": framed(fragment, lang)} if fragment.html else {})

    return shown


def _shell_of_a_notebook() -> Any:
    """The shell of a kernel that somebody's notebook talks to; None in a terminal and in the build."""
    from IPython.core.getipython import get_ipython

    shell = get_ipython()
    return shell if shell is not None and getattr(shell, "kernel", None) is not None else None
