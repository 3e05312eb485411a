"""Parts of what was read, kept until their files or params say something else.

Inspections are many, and a corrected figure moves none of them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from cescore.definitions.kept_definitions import Keeping, keep_value, kept_value, params_hash
from cescore.intake.sources.plain_files import is_plain_file, is_there

Part = TypeVar("Part")

_HELD: dict[tuple[Path, int, str], tuple[str, object]] = {}  # the last of each, of this process


@dataclass(frozen=True)
class KeptParts:
    """What is read of a workspace for a year; ``kept``: what other commands read, None: all anew."""

    root: Path
    year: int
    kept: Keeping | None

    def part(
        self, name: str, files: Sequence[Path], kind: type[Part], make: Callable[[], Part]
    ) -> Part:
        """What is made from params and some files, a plain value of a kind: as it was, where not a byte
        of these is another."""
        made_from = self._made_from(name, files, self._params) if self.kept is not None else ""
        known = self._known(name, made_from) if made_from else None
        if isinstance(known, kind):
            return known
        made = make()
        if made_from and made_from == self._made_from(name, files, self._params_now()):
            keep_value(self.kept, made_from, made)
            self._hold(name, made_from, made)
        return made

    def _known(self, name: str, made_from: str) -> object:
        """The part that was made from the same, in this process or by another command; None where none was."""
        held, part = _HELD.get((self.root, self.year, name), ("", None))
        if held == made_from:
            if self.kept is not None:
                self.kept.known(
                    made_from
                )  # is of use still: what a command does not ask for is removed
            return part
        part = kept_value(self.kept, made_from)
        self._hold(name, made_from, part)
        return part

    def _hold(self, name: str, made_from: str, part: object) -> None:
        _HELD[self.root, self.year, name] = made_from, part

    @cached_property
    def _params(self) -> str:
        return self._params_now()

    def _params_now(self) -> str:
        return params_hash(self.root / "params")

    def _made_from(self, name: str, files: Sequence[Path], params: str) -> str:
        """All that a part is read from; "" where a hash would not tell of every change."""
        hashes = [_hash(file) for file in files]
        if not params or None in hashes:
            return ""
        read = [f"{file.name}={digest}" for file, digest in zip(files, hashes, strict=True)]
        return f"{name} of {self.year} {self.root.resolve()} {params} {' '.join(read)}"


def _hash(path: Path) -> str | None:
    """The hash of a file; "" where there is none, None of what is no plain file."""
    if not is_there(path):
        return ""
    return hashlib.sha256(path.read_bytes()).hexdigest() if is_plain_file(path) else None
