"""The fence around a report's process: its own folder, the program and fonts, nothing else.

Notebooks of a workspace are code of the bureau; in a build they run inside this fence. It has two
rails: an audit hook of Python, which refuses by name what a cell tries, and Landlock, where the kernel
offers it, which holds also what goes past Python. Neither can be taken down by the process.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from cescore.definitions.shipped import NOTEBOOKS, PACKAGE, TEMPLATES
from cescore.run.processes.landlock import restrict
from cescore.run.processes.system_calls import refuse_system_calls

SYSTEM = ("/usr", "/lib", "/lib64", "/bin", "/etc/fonts", "/etc/ld.so.cache", "/etc/localtime",
          "/etc/mime.types", "/var/cache/fontconfig", "/dev/null", "/dev/urandom")  # fmt: skip
# of the machine and of this process alone: another's folder has its environment and its memory
OF_KERNEL = ("/proc/self", "/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/proc/filesystems",
             "/proc/mounts", "/proc/sys")  # fmt: skip
OF_HOME = (
    ".fonts",
    ".local/share/fonts",
    ".cache/fontconfig",
    ".config/fontconfig",
)  # fontconfig's
DEVICES = ("/dev/null",)  # that may be written to
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
CHANGES = frozenset(
    ["os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link", "os.symlink", "os.truncate",
     "os.chmod", "os.chown", "os.utime", "os.setxattr", "os.removexattr"]
)  # fmt: skip
LOOKS = frozenset(["os.listdir", "os.scandir"])
NETWORK = frozenset(
    ["socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo",
     "socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo"]
)  # fmt: skip
PROCESSES = frozenset(
    ["subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork", "os.forkpty",
     "pty.spawn", "os.startfile", "os.kill", "os.killpg", "resource.prlimit", "resource.setrlimit"]
)  # fmt: skip
LONGEST = 200  # characters of a path in a warning
MOST_TOLD = 20


@dataclass
class Fence:
    """What a report's process may open, and what it tried beyond that."""

    readable: tuple[str, ...]
    writable: tuple[str, ...]
    listed: tuple[str, ...] = ()  # folders that imports are looked for in: their names, no content
    tried: list[str] = field(default_factory=list)

    @classmethod
    def around(cls, work: Path, notebook: Path, templates: Path | None) -> Fence:
        """The fence of a report that is made in a folder."""
        own = [PACKAGE, TEMPLATES, NOTEBOOKS, notebook, *([templates] if templates else [])]
        home = [Path.home() / name for name in OF_HOME]
        readable = [*map(Path, (*SYSTEM, *OF_KERNEL)), *home, *own, *_libraries(work)]
        writable = [work, *map(Path, DEVICES)]
        return cls(
            _real(readable), _real(writable), listed=_real([Path(p or ".") for p in sys.path])
        )

    def close(self) -> int:
        """Put it up around this process, for good; the version of Landlock that holds, 0 without."""
        held = restrict(map(Path, self.readable), map(Path, self.writable))
        refuse_system_calls()
        sys.addaudithook(self._hook())
        return held

    def warnings(self) -> list[str]:
        """What was tried and refused, each once."""
        tried = list(dict.fromkeys(self.tried))
        more = [f"… and {len(tried) - MOST_TOLD} more"] if len(tried) > MOST_TOLD else []
        return [f"notebook: refused: {one}" for one in [*tried[:MOST_TOLD], *more]]

    def _hook(self) -> Callable[[str, tuple[object, ...]], None]:
        def look(event: str, arguments: tuple[object, ...]) -> None:
            judge = judges.get(event)
            if judge is not None:
                judge(event, arguments)

        judges = {
            "open": self._open,
            "sqlite3.connect": self._database,
            **dict.fromkeys(CHANGES, self._change),
            **dict.fromkeys(LOOKS, self._look),
            **dict.fromkeys(NETWORK, self._never),
            **dict.fromkeys(PROCESSES, self._never),
        }
        return look

    def _open(self, _: str, arguments: tuple[object, ...]) -> None:
        path, mode, flags = arguments
        is_writing = bool(int(str(flags or 0)) & WRITES) or bool(set(str(mode or "")) & set("wax+"))
        self._judge(path, "write" if is_writing else "read")

    def _database(self, _: str, arguments: tuple[object, ...]) -> None:
        place = arguments[0]
        if place in (":memory:", b":memory:"):
            return
        if str(place).startswith("file:"):  # an address may name any file
            self._refuse(f"open {place}")
        self._judge(place, "write")

    def _look(self, _: str, arguments: tuple[object, ...]) -> None:
        self._judge("." if arguments[0] is None else arguments[0], "list")

    def _change(self, event: str, arguments: tuple[object, ...]) -> None:
        # a name that is relative to an open folder says nothing by itself; the kernel judges it
        is_pair = event in ("os.rename", "os.link")
        for path in arguments[: 2 if is_pair else 1] if event != "os.symlink" else arguments[1:2]:
            self._judge(path, event.removeprefix("os."))

    def _never(self, event: str, arguments: tuple[object, ...]) -> None:
        # a socket's first argument is the socket itself
        told = [repr(a) for a in arguments if isinstance(a, str | bytes | tuple)][:1]
        self._refuse(" ".join([event, *told]))

    def _judge(self, path: object, act: str) -> None:
        if not isinstance(path, str | bytes | os.PathLike):
            return  # a file that is open already
        place = os.path.realpath(os.fsdecode(path))
        if act == "list" and place in self.listed:
            return
        allowed = self.writable if act not in ("read", "list") else self.readable + self.writable
        if not any(place == root or place.startswith(f"{root}{os.sep}") for root in allowed):
            self._refuse(f"{act} {place}")

    def _refuse(self, what: str) -> None:
        said = what if len(what) <= LONGEST else f"{what[:LONGEST]}…"
        self.tried.append(said)
        raise PermissionError(f"a report may not {said}")


def _libraries(work: Path) -> Iterator[Path]:
    """Where Python and what is installed with it lie; no folder that holds the work folder too."""
    for name in dict.fromkeys([sys.prefix, sys.base_prefix, sys.exec_prefix, *sys.path]):
        path = Path(name or ".").resolve()
        if path != PACKAGE.parent and not work.resolve().is_relative_to(path):
            yield path


def _real(paths: list[Path]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(os.path.realpath(path) for path in paths))
