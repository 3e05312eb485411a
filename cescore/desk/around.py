"""Which workspace is around a notebook."""

from __future__ import annotations

from pathlib import Path

from cescore.errors import DataError, Sentence


def find_workspace(start: Path) -> Path:
    """The nearest folder at or above `start` that holds ``params/`` and ``data/``."""
    for folder in (start, *start.parents):
        if (folder / "params").is_dir() and (folder / "data").is_dir():
            return folder
    raise DataError(
        Sentence(
            "no workspace (a folder with params/ and data/) at or above {name}/", name=start.name
        )
    )


def workspace_root(root: str) -> Path:
    """The workspace named, else the nearest one at or above the working directory."""
    return Path(root) if root else find_workspace(Path.cwd())
