"""What params say, kept in this process until a file of them says something else.

Who watches a preview, or runs a notebook's cells again, changes data far more often than params. By
content, never by time.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from cescore.definitions.load import Definitions, load_definitions

_KEPT: dict[tuple[Path, int | None], tuple[str, Definitions]] = {}  # the last ones of this process


def definitions_of(params_dir: Path, year: int | None) -> Definitions:
    """See `load_definitions`; the same object as the last time while no file there has changed.

    Raises
    ------
    ParamsError
        As `load_definitions`.
    """
    place, now = (params_dir.resolve(), year), _contents(params_dir)
    held, definitions = _KEPT.get(place, ("", None))
    if definitions is not None and held == now:
        return definitions
    _KEPT.clear()
    definitions = load_definitions(params_dir, year)
    if now and _contents(params_dir) == now:  # else it is not known of which files it was read
        _KEPT[place] = now, definitions
    return definitions


def _contents(folder: Path) -> str:
    """A hash over names and contents of all that lies below a folder; "" where that is not all, as
    beside a link, or cannot be read, of which reading params tells."""
    found = hashlib.sha256()
    try:
        for path in sorted(folder.rglob("*")):
            if path.is_symlink():
                return ""
            content = path.read_bytes() if path.is_file() else b""
            found.update(f"{path.relative_to(folder)!r} {len(content)}\n".encode())
            found.update(content)
    except OSError:
        return ""
    return found.hexdigest()
