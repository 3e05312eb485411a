"""The renders of a preview: one report, which a person waits for while the other cores are idle."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cescore.definitions.processors import usable_processors
from cescore.definitions.shipped import TEMPLATES
from cescore.publish import rehearsal
from cescore.publish.render import RenderRecord
from cescore.publish.render import render as render_one

__all__ = ["learn", "preload", "render", "render_anew", "render_trial"]
PUBLISHING = "cescore.publish."
PRINTING = "cescore.publish.printing."  # keeps what a stylesheet says by its text
WORDED = frozenset([".j2", ".json"])  # files that no stylesheet or font is read from
PAGE_NAME = "page-as-printed.html"  # beside the bundle: what a watching press learns from

_read: dict[Path, Mapping[str, str]] = {}  # folder -> its files by hash, as caches here hold them


def preload() -> None:
    """See `cescore.publish.rehearsal.preload`; what the shipped files held then is remembered."""
    _read[TEMPLATES] = _hashes(TEMPLATES)
    rehearsal.preload()


def render(bundle_path: Path, out_dir: Path, lang: str, **handed: Any) -> RenderRecord:
    """As `cescore.publish.render.render`, sooner done where there is a second core."""
    return render_one(bundle_path, out_dir, lang, **handed, has_spare_core=usable_processors() > 1)


def render_anew(bundle_path: Path, out_dir: Path, lang: str, **handed: Any) -> RenderRecord:
    """`render` with templates, labels and fonts as they are now; the page is left for `learn`.

    Everything else that the press has imported stays as it is; that is what makes a preview quick.
    """
    read_anew(handed.get("templates"))
    return render(bundle_path, out_dir, lang, **handed, page_left=bundle_path.parent / PAGE_NAME)


def render_trial(bundle_path: Path, out_dir: Path, lang: str, **handed: Any) -> RenderRecord:
    """`render` of a working variant, which every page of it says, with all files as they are now."""
    read_anew(handed.get("templates"))
    return render(bundle_path, out_dir, lang, **handed, allow_variant=True)


def learn(page: str, templates: Path | None) -> None:
    """Print a page that `render_anew` left once more, in the press, while nobody waits for it.

    The press of a watched preview makes this one report again and again, in the session of who may
    read it, and no other: styles, measures and glyphs of all of it are known to the next that is
    forked.
    """
    read_anew(templates)
    rehearsal.learn(page, templates)


def read_anew(templates: Path | None) -> None:
    """Forget what files of the looks held, if one of them holds something else now.

    Words and templates of a page are read again; what the printer knows of stylesheets and fonts is
    forgotten where another kind of file is among what changed.
    """
    for folder in filter(None, (TEMPLATES, templates)):
        now = _hashes(folder)
        before = _read.setdefault(folder, now)  # of a new folder nothing can have been read
        changed = {name for name in before.keys() | now.keys() if before.get(name) != now.get(name)}
        if changed:
            _read[folder] = now
            _forget(is_worded=all(Path(name).suffix in WORDED for name in changed))


def _forget(*, is_worded: bool) -> None:
    """Empty every cache of the publishing modules, the printer's only where more than words changed."""
    for name, module in list(sys.modules.items()):
        if name.startswith(PUBLISHING) and not (is_worded and name.startswith(PRINTING)):
            for found in list(vars(module).values()):
                if callable(getattr(found, "cache_clear", None)):
                    found.cache_clear()


def _hashes(folder: Path) -> dict[str, str]:
    """Every file below a folder by the hash of what it holds."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }
