"""Files of the output tree: private, each written whole, told apart by hash."""

from __future__ import annotations

import errno
import fnmatch
import hashlib
import json
import os
import re
import stat
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path, PurePosixPath

PART = ".part"  # how the name of a file ends that is being written
NOT_THERE = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP)
AT_ONCE = 1 << 20  # bytes of a file that is read whole for its hash
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


def file_hash(path: Path | str) -> str:
    """SHA-256 of a file; "" where there is none, or what is there is no ordinary file.

    A link is none: what it leads to may be anybody's, and change when nobody looks.
    """
    try:
        found = os.lstat(path)
        if not stat.S_ISREG(found.st_mode):  # a FIFO would be waited for
            return ""
        with open(path, "rb", buffering=0) as file:
            if found.st_size <= AT_ONCE:
                return hashlib.sha256(file.readall()).hexdigest()
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        if error.errno in NOT_THERE:
            return ""
        raise
    except ValueError:  # a name that no file can have
        return ""


def tree_hashes(folder: Path, *patterns: str) -> dict[str, str]:
    """The hash of every file below a folder that one of the patterns names, by relative path."""
    is_wanted = re.compile("|".join(map(fnmatch.translate, patterns))).match
    found: list[tuple[str, ...]] = []
    waiting: list[tuple[str, ...]] = [()]
    while waiting:
        parts = waiting.pop()
        for entry in _entries(os.path.join(folder, *parts)):
            if entry.name in IGNORED:
                continue
            if entry.is_dir(follow_symlinks=False):
                waiting.append((*parts, entry.name))
            elif is_wanted(entry.name) and entry.is_file():
                found.append((*parts, entry.name))
    return {
        readable("/".join(parts)): file_hash(os.path.join(folder, *parts))
        for parts in sorted(found)
    }


def _entries(folder: str) -> list[os.DirEntry[str]]:
    """What lies in a folder; nothing in one that cannot be looked into."""
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError:
        return []


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
