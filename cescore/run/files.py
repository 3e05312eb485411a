"""Files of the output tree: private, each written whole, told apart by hash."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path, PurePosixPath

PART = ".part"  # how the name of a file ends that is being written
IGNORED = frozenset(["__pycache__", ".ipynb_checkpoints", ".DS_Store"])


def make_private(folder: Path) -> None:
    """A folder that only its owner can read: it holds respondents' figures."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.chmod(0o700)


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file so that a reader finds the old one or the new one, never a part."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=PART)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.replace(temporary, path)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(temporary)
        raise


def file_hash(path: Path) -> str:
    """SHA-256 of a file; "" where there is none, or what is there is no ordinary file.

    A link is none: what it leads to may be anybody's, and change when nobody looks.
    """
    if path.is_symlink() or not path.is_file():  # a FIFO would be waited for
        return ""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return ""


def tree_hashes(folder: Path, *patterns: str) -> dict[str, str]:
    """The hash of every file below a folder that one of the patterns names, by relative path."""
    found = {p for pattern in patterns for p in folder.rglob(pattern) if p.is_file()}
    wanted = (p for p in found if not any(part in IGNORED for part in p.relative_to(folder).parts))
    return {readable(p.relative_to(folder).as_posix()): file_hash(p) for p in sorted(wanted)}


def readable(name: str) -> str:
    """A file's name as text: bytes that are not UTF-8, as a foreign archive leaves them, escaped."""
    return name.encode("utf-8", "backslashreplace").decode("utf-8")


def leads_below(name: str) -> bool:
    """Whether a path that somebody wrote down leads to a place below the folder it is taken from."""
    path = PurePosixPath(name)
    is_path = "\0" not in name and name == name.encode("utf-8", "ignore").decode()
    return is_path and bool(path.parts) and not path.is_absolute() and ".." not in path.parts


def combined(hashes: Mapping[str, str]) -> str:
    """One hash over many."""
    return hashlib.sha256(json.dumps(dict(sorted(hashes.items()))).encode()).hexdigest()
