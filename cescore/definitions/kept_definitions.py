"""What params say, kept until a file of them says something else: in this process, and as plain data.

Who watches a preview, or runs a notebook's cells again, changes data far more often than params. By
content, never by time.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, Protocol

from cescore.definitions.definitions import Definitions
from cescore.definitions.plain_data import from_plain_text, plain_text

_KEPT: dict[tuple[Path, int | None], tuple[str, Definitions]] = {}  # the last ones of this process


class Keeping(Protocol):
    """Texts kept from one command to the next, each by a hash of all that it was made from."""

    def known(self, made_from: str) -> str | None:
        """The text that was made from the same; None where none is kept."""

    def keep(self, made_from: str, text: str) -> None:
        """Keep a text by what it was made from."""


def kept_value(kept: Keeping | None, made_from: str) -> Any:
    """The plain value that was made from the same; None where none is kept, or by somebody else."""
    text = kept.known(made_from) if kept is not None else None
    try:
        return None if text is None else from_plain_text(text)
    except (ValueError, TypeError, LookupError, AttributeError, ImportError):
        return None


def keep_value(kept: Keeping | None, made_from: str, value: object) -> None:
    """Keep a value that is plain; what is not is made anew each time."""
    if kept is None:
        return
    try:
        text = plain_text(value)
    except TypeError:
        return
    kept.keep(made_from, text)


def definitions_of(params_dir: Path, year: int | None, kept: Keeping | None = None) -> Definitions:
    """See `load_definitions`; what it found the last time while no file there has changed.

    ``kept``: what another command found.

    Raises
    ------
    ParamsError
        As `load_definitions`.
    """
    place, now = (params_dir.resolve(), year), params_hash(params_dir)
    held, definitions = _KEPT.get(place, ("", None))
    made_from = f"definitions {year} {params_dir.name} {now}"
    if definitions is not None and held == now:
        if kept is not None:
            kept.known(made_from)  # is of use still: what a command does not ask for is removed
        return definitions
    _KEPT.clear()
    known = kept_value(kept, made_from) if now else None
    if isinstance(known, Definitions):
        _KEPT[place] = now, known
        return known
    from cescore.definitions.load import load_definitions  # with the unit library

    definitions = load_definitions(params_dir, year)
    if now and params_hash(params_dir) == now:  # else it is not known of which files it was read
        _KEPT[place] = now, definitions
        keep_value(kept, made_from, definitions)
    return definitions


def params_hash(folder: Path) -> str:
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
