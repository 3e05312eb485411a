"""What a run worked out and the next will need again, kept by the hash of all that it was made from.

Never by time: a piece is found by its content's origin or not at all. What lies there is trusted no
further than its own hash goes, which its name is part of, and what a run did not use is gone when it ends.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from cescore.run.files import PART, make_private, write_atomically

FOLDER = ".kept"
HASH_SIZE = hashlib.sha256().digest_size


@dataclass
class KeptWork:
    """A folder of pieces; ``basis`` is a hash over code and libraries, another of which finds nothing."""

    folder: Path
    basis: str
    used: set[str] = field(default_factory=set)

    @classmethod
    def of_run(cls, folder: Path, basis: str) -> KeptWork:
        """What is kept beside the reports of a run."""
        return cls(folder / FOLDER, basis)

    def text(self, made_from: str, make: Callable[[], str]) -> str:
        """The text that was made from the same, or a new one; both are the same text."""
        known = self.known(made_from)
        if known is not None:
            return known
        text = make()
        self.keep(made_from, text)
        return text

    def known(self, made_from: str) -> str | None:
        """The text that was made from the same; None where none is kept, or not as it was written."""
        known = self.piece(made_from)
        return None if known is None else known.decode()

    def keep(self, made_from: str, text: str) -> None:
        """Keep a text by what it was made from."""
        self.keep_piece(made_from, text.encode())

    def piece(self, name: str) -> bytes | None:
        """The bytes kept under a name, with the same basis; None where there are none, or not as written."""
        return self._read(self._name(name))

    def keep_piece(self, name: str, content: bytes) -> None:
        """Keep bytes under a name, in place of those of the run before."""
        self._write(self._name(name), content)

    def _name(self, made_from: str) -> str:
        """What a piece is called, which is used from now on."""
        origin = f"{self.basis}\n{made_from}".encode("utf-8", "surrogatepass")
        name = hashlib.sha256(origin).hexdigest()
        self.used.add(name)
        return name

    def _read(self, name: str) -> bytes | None:
        """A piece, whole; None where there is none, or not as it was written."""
        path = self.folder / name
        if path.is_symlink() or not path.is_file():
            return None
        written = path.read_bytes()
        digest, content = written[:HASH_SIZE], written[HASH_SIZE:]
        return content if _digest(name, content) == digest else None

    def _write(self, name: str, content: bytes) -> None:
        if self.folder.is_symlink() or (self.folder.exists() and not self.folder.is_dir()):
            return  # whatever somebody put there is not ours to write through
        make_private(self.folder)
        write_atomically(self.folder / name, _digest(name, content) + content)

    def forget_unused(self) -> None:
        """Remove what this run did not use."""
        if self.folder.is_symlink() or not self.folder.is_dir():
            return
        for path in self.folder.iterdir():
            if path.name in self.used:
                continue
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            elif not path.name.endswith(PART):
                path.unlink(missing_ok=True)  # another command may tidy up as well


def _digest(name: str, content: bytes) -> bytes:
    """The hash that a piece begins with; of what stands under another name it is another."""
    return hashlib.sha256(name.encode() + b"\n" + content).digest()
