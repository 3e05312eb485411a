"""The render of a preview that is being watched: reads templates, labels and fonts anew each time.

Everything else that the press has imported stays as it is; that is what makes a preview quick.
"""

from __future__ import annotations

import sys
from pathlib import Path

from cescore.publish import documents
from cescore.publish.render import RenderRecord

PUBLISHING = "cescore.publish."


def render(
    bundle_path: Path,
    out_dir: Path,
    lang: str,
    *,
    notebook: Path,
    templates: Path | None = None,
    engine: str = "inprocess",
) -> RenderRecord:
    """As `cescore.publish.documents.render`, with templates as they are now."""
    forget_what_was_read()
    return documents.render(
        bundle_path, out_dir, lang, notebook=notebook, templates=templates, engine=engine
    )


preload = documents.preload


def forget_what_was_read() -> None:
    """Empty every cache of the publishing modules: they hold what files said."""
    for name, module in list(sys.modules.items()):
        if name.startswith(PUBLISHING):
            for found in list(vars(module).values()):
                if callable(getattr(found, "cache_clear", None)):
                    found.cache_clear()
