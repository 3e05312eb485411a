"""Font files used where they lie: WeasyPrint reads each whole and writes a copy of it for every page, eight
megabytes read and as many written a report.

The library asks of what it has read only whether it is packed (WOFF), and writes it into a folder of its
own. Here it reads the head of a file, and a link to the file stands in the folder in place of the copy:
fontconfig and pango are told the same name and find the same bytes.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Self

HEAD = 4  # bytes that tell what a font file is
PACKED = b"wOF"  # how one begins that has to be unpacked first, so that it is read whole


class FontHead(bytes):
    """The first bytes of a font file, and where it lies."""

    path: Path

    @classmethod
    def of(cls, path: Path) -> Self:
        """Of a file."""
        with path.open("rb") as file:
            head = cls(file.read(HEAD))
        head.path = path.resolve()
        return head


class FontFile:
    """What is handed to the library for a font file: to be read once and closed."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> bytes:
        """The head of the file, or all of one that is packed."""
        head = FontHead.of(self._path)
        return self._path.read_bytes() if head.startswith(PACKED) else head

    def close(self) -> None:
        """Nothing: no file is held open."""


class FontFolder(type(Path())):  # type: ignore[misc]  # the kind of path that this system has
    """A folder where a font that would be written stands as a link to where it lies."""

    @classmethod
    def made(cls) -> Self:
        """A new folder among the temporary files, named as the library names its own."""
        return cls(tempfile.mkdtemp(prefix="weasyprint-"))

    def write_bytes(self, data: bytes) -> int:
        """Write a file, or the link in its place."""
        if not isinstance(data, FontHead):
            return int(super().write_bytes(data))
        self.symlink_to(data.path)
        return len(data)
