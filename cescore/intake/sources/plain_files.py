"""What may be opened at all: files, and not what only looks like one."""

from __future__ import annotations

import stat
from pathlib import Path


def is_plain_file(path: Path) -> bool:
    """Whether a path is a file to be opened: no link, no device, no pipe, no folder."""
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return False


def is_there(path: Path) -> bool:
    """Whether anything stands at a path, be it a link that leads nowhere."""
    return path.is_symlink() or path.exists()
