"""Linux seccomp: calls of the kernel that a report's process gives up, for itself and all its threads, for good.

Landlock holds the files' contents and TCP. What it does not know is refused here: other processes and their
limits, memory and messages that reports could leave for each other, sockets, owners of files. Needs no rights.
Modes and times of files are not: whoever copies a file sets them, and no filter sees which file's.
References: docs.kernel.org, userspace-api/seccomp_filter; linux/filter.h, linux/seccomp.h, linux/audit.h.
"""

from __future__ import annotations

import ctypes
import platform
import struct
import sys
from collections.abc import Iterable, Mapping

NO_NEW_PRIVILEGES, SECCOMP, FILTER = 38, 22, 2  # of prctl
LOAD, JUMP_IF_EQUAL, JUMP_IF_ANY_BIT, RETURN = 0x20, 0x15, 0x45, 0x06  # of a 32-bit word
NUMBER, ARCHITECTURE, FIRST, THIRD = (
    0,
    4,
    16,
    32,
)  # offsets in `struct seccomp_data`; an argument has 8 bytes
ALLOW, REFUSE, UNKNOWN = (
    0x7FFF0000,
    0x00050001,
    0x00050026,
)  # EPERM; ENOSYS: libc takes the older call
THREAD = 0x00010000  # of clone: no process of its own
UNIX = 1  # sockets of this machine, which event loops wake themselves by; none can be connected
X32 = 0x40000000  # other numbers for the same calls

# machine -> its word in linux/audit.h, and the numbers of its calls
CALLS: Mapping[str, tuple[int, Mapping[str, tuple[int, ...]]]] = {
    "x86_64": (0xC000003E, {
        "clone": (56,), "clone3": (435,), "socket": (41,), "prlimit": (302,),
        "processes": (57, 58, 59, 322, 62, 424, 438, 101, 310, 311, 272, 308),
        "limits": (160, 141, 142, 144, 203, 314, 251),
        "left for others": (29, 30, 31, 67, 64, 65, 66, 220, 68, 69, 70, 71, 240, 241, 248, 249, 250),
        "network": (42, 43, 49, 50, 288),
        "owners": (92, 93, 94, 260, 188, 189, 190, 197, 198, 199, 463, 466),
        "watching": (253, 294, 300, 425, 298, 321, 323),
        "the machine": (165, 166, 167, 169, 170, 171, 164, 227, 175, 176, 313),
    }),
    "aarch64": (0xC00000B7, {
        "clone": (220,), "clone3": (435,), "socket": (198,), "prlimit": (261,),
        "processes": (221, 281, 129, 424, 438, 117, 270, 271, 97, 268),
        "limits": (164, 140, 118, 119, 122, 274, 30),
        "left for others": (194, 195, 196, 197, 190, 191, 192, 193, 186, 187, 188, 189, 180, 181, 217, 218, 219),
        "network": (203, 202, 200, 201, 242),
        "owners": (54, 55, 5, 6, 7, 14, 15, 16, 463, 466),
        "watching": (26, 262, 425, 241, 280, 282),
        "the machine": (40, 39, 224, 142, 161, 162, 170, 112, 105, 106, 273),
    }),
}  # fmt: skip
_WITH_ARGUMENTS = ("clone", "clone3", "socket", "prlimit")


class _FilterProgram(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.c_char_p))


def refuse_system_calls() -> bool:
    """Give up the calls above, in this process and what it starts; False where nothing is given up.

    Threads go on; processes of its own, other processes', sockets and the rest end in EPERM.
    """
    if not sys.platform.startswith("linux") or platform.machine() not in CALLS:
        return False
    steps = b"".join(_steps(*CALLS[platform.machine()]))
    program = _FilterProgram(len(steps) // 8, steps)
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    if prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0):
        return False
    return not prctl(SECCOMP, FILTER, ctypes.byref(program), 0, 0)


def _steps(architecture: int, calls: Mapping[str, tuple[int, ...]]) -> Iterable[bytes]:
    """The filter: architecture, the calls that depend on an argument, then the others one by one."""
    yield from (
        _step(LOAD, ARCHITECTURE),
        _step(JUMP_IF_EQUAL, architecture, 1, 0),
        _step(RETURN, REFUSE),
    )
    yield from (_step(LOAD, NUMBER), _step(JUMP_IF_ANY_BIT, X32, 0, 1), _step(RETURN, REFUSE))
    yield from _if(calls["clone3"], _step(RETURN, UNKNOWN))
    yield from _if(
        calls["clone"], _step(LOAD, FIRST), _step(JUMP_IF_ANY_BIT, THREAD, 1, 0),
        _step(RETURN, REFUSE), _step(RETURN, ALLOW),
    )  # fmt: skip
    yield from _if(
        calls["socket"], _step(LOAD, FIRST), _step(JUMP_IF_EQUAL, UNIX, 1, 0),
        _step(RETURN, REFUSE), _step(RETURN, ALLOW),
    )  # fmt: skip
    yield from _if(  # to read its own limits: of process 0, which is itself, and nothing to set
        calls["prlimit"],
        *(s for at in (FIRST, THIRD, THIRD + 4)
          for s in (_step(LOAD, at), _step(JUMP_IF_EQUAL, 0, 1, 0), _step(RETURN, REFUSE))),
        _step(RETURN, ALLOW),
    )  # fmt: skip
    for kind, numbers in calls.items():
        if kind not in _WITH_ARGUMENTS:
            for number in numbers:
                yield from _if((number,), _step(RETURN, REFUSE))
    yield _step(RETURN, ALLOW)


def _if(numbers: tuple[int, ...], *steps: bytes) -> Iterable[bytes]:
    """Some steps for one call, which end it; others jump over them."""
    (number,) = numbers
    yield _step(JUMP_IF_EQUAL, number, 0, len(steps))
    yield from steps


def _step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    """`struct sock_filter`."""
    return struct.pack("=HBBI", code, if_true, if_false, value)
