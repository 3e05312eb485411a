"""The page of a specimen (see `cescore.disclosure.documents.specimen`), for a press to learn from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cescore.errors import PublishError
from cescore.publish.notebook import IN_PROCESS, execute, finish
from cescore.publish.page import make_page
from cescore.publish.publication import open_publication
from cescore.publish.rehearsal import learn
from cescore.publish.render import page_facts

PAGE_NAME = "specimen.html"
MOST = 1_000_000  # characters of a page that is learnt from: reports have a quarter of that
PICTURES = "data:image/"  # may unpack to anything: a page with them is not learnt from


def specimen_page(
    bundle_path: Path,
    out_dir: Path,
    lang: str,
    *,
    notebook: Path,
    templates: Path | None = None,
    engine: str = IN_PROCESS,
) -> dict[str, Any]:
    """Write the page as the printer takes it, once it has been printed here, within limits: what a
    press prints of it itself costs no more.

    Raises
    ------
    PublishError
        The page cannot be made or printed, or is not of the usual kind.
    """
    opened = open_publication(bundle_path, lang)
    out_dir.mkdir(parents=True, exist_ok=True)
    executed = execute(
        notebook, out_dir / opened.kind.executed, opened.handed(bundle_path), engine=engine
    )
    kept = finish(executed, shown_parameters=opened.parameters)
    page = make_page(kept, page_facts(opened), templates, opened.own_style).for_print
    if not is_usual(page):
        raise PublishError("the specimen has pictures or is too long to learn from")
    learn(page, templates)
    (out_dir / PAGE_NAME).write_text(page, encoding="utf-8")
    return {}


def is_usual(page: str) -> bool:
    """Whether a page may be learnt from: it is not too long, and has no pictures."""
    return len(page) <= MOST and PICTURES not in page
