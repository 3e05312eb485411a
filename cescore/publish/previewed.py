"""The renders of a preview: one report, which a person waits for while the other cores are idle."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from cescore.publish.rehearsal import preload
from cescore.publish.render import RenderRecord
from cescore.publish.render import render as render_one

__all__ = ["preload", "render", "render_anew", "render_trial"]
PUBLISHING = "cescore.publish."


def render(bundle_path: Path, out_dir: Path, lang: str, **handed: Any) -> RenderRecord:
    """As `cescore.publish.render.render`, sooner done where there is a second core."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
    return render_one(bundle_path, out_dir, lang, **handed, has_spare_core=cores > 1)


def render_anew(bundle_path: Path, out_dir: Path, lang: str, **handed: Any) -> RenderRecord:
    """`render` with templates, labels and fonts as they are now.

    Everything else that the press has imported stays as it is; that is what makes a preview quick.
    """
    forget_what_was_read()
    return render(bundle_path, out_dir, lang, **handed)


def render_trial(bundle_path: Path, out_dir: Path, lang: str, **handed: Any) -> RenderRecord:
    """`render_anew` of a working variant, which every page of it says."""
    return render_anew(bundle_path, out_dir, lang, **handed, allow_variant=True)


def forget_what_was_read() -> None:
    """Empty every cache of the publishing modules: they hold what files said."""
    for name, module in list(sys.modules.items()):
        if name.startswith(PUBLISHING):
            for found in list(vars(module).values()):
                if callable(getattr(found, "cache_clear", None)):
                    found.cache_clear()
