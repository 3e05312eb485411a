"""Linux Landlock: a process gives up files and TCP for itself and all that it starts, for good.

Needs no rights; the kernel holds it, whatever the process runs. References: docs.kernel.org,
userspace-api/landlock; linux/landlock.h.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446  # of every architecture
ASK_VERSION, PATH_BENEATH, NO_NEW_PRIVILEGES = 1, 1, 38
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = (1 << bit for bit in range(4))
TRUNCATE = 1 << 14
OF_A_FILE = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE
READING = EXECUTE | READ_FILE | READ_DIR
ACCESS_BITS = {
    1: 13,
    2: 14,
    3: 15,
    4: 15,
    5: 16,
}  # version -> kinds of access to files that it knows
TCP, TCP_SINCE = 0b11, 4  # bind and connect
SCOPES, SCOPES_SINCE = 0b11, 6  # abstract sockets and signals, to nobody outside


class _Ruleset(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("net", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class _PathRule(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("access", ctypes.c_uint64), ("folder", ctypes.c_int32))


def version() -> int:
    """The version of Landlock that this kernel offers; 0 for none."""
    if not sys.platform.startswith("linux"):
        return 0
    return max(_call(CREATE_RULESET, None, 0, ASK_VERSION), 0)


def restrict(readable: Iterable[Path], writable: Iterable[Path]) -> int:
    """Give up all files but those below these paths, and all TCP where the kernel knows how.

    Returns the version that holds; 0 where there is none, and then nothing is given up. Paths that are
    not there are passed over: nothing below them can be opened.

    Raises
    ------
    OSError
        The kernel offers it and refuses it.
    """
    offered = version()
    if not offered:
        return 0
    files = (1 << ACCESS_BITS.get(offered, max(ACCESS_BITS.values()))) - 1
    rules = _Ruleset(
        files, TCP if offered >= TCP_SINCE else 0, SCOPES if offered >= SCOPES_SINCE else 0
    )
    handle = _checked(CREATE_RULESET, ctypes.byref(rules), ctypes.sizeof(rules), 0)
    try:
        for path in readable:
            _allow(handle, path, READING & files)
        for path in writable:
            _allow(handle, path, files)
        if ctypes.CDLL(None).prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0):
            raise OSError(ctypes.get_errno(), "prctl")
        _checked(RESTRICT_SELF, handle, 0)
    finally:
        os.close(handle)
    return offered


def _allow(handle: int, path: Path, access: int) -> None:
    with suppress(FileNotFoundError, PermissionError, NotADirectoryError):
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
        try:
            rule = _PathRule(access if path.is_dir() else access & OF_A_FILE, place)
            _checked(ADD_RULE, handle, PATH_BENEATH, ctypes.byref(rule), 0)
        finally:
            os.close(place)


def _call(number: int, *arguments: object) -> int:
    system = ctypes.CDLL(None, use_errno=True).syscall
    system.restype = ctypes.c_long
    whole = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    return int(system(ctypes.c_long(number), *whole))


def _checked(number: int, *arguments: object) -> int:
    found = _call(number, *arguments)
    if found < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return found
