"""Lines of results.csv as the last run laid them out, where their rows are the same.

After one change nearly all columns are as they were, and to write a number in full takes longer than to
read it. Lines are taken from the last run's own file, by the hash of their rows, and only where they are
still as they were written.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import IO

from cescore.definitions.entries.json_text import json_document
from cescore.intake.sources.plain_files import is_plain_file
from cescore.method.index.result_rows import Cells, ResultColumn, ResultPart
from cescore.run.kept.kept_work import KeptWork
from cescore.run.results.result_lines import lines_of

# among kept work: where the lines of which rows stand, with their hash
PIECE = "lines of results.csv"
Place = tuple[int, int, str]  # first byte, number of bytes, their hash


@dataclass(frozen=True, eq=False)
class KeptLines:
    """The lines of the last run by the hash of their rows, and those of this one.

    ``file`` is the last run's, None where there is none to take lines from.
    """

    file: IO[bytes] | None
    known: dict[str, Place]
    places: dict[str, Place] = field(default_factory=dict)

    @classmethod
    @contextmanager
    def of_run(cls, file: Path, kept: KeptWork | None) -> Iterator[KeptLines]:
        """What is known of the last run's file; what this run wrote is kept when all is written."""
        written = None if kept is None else kept.known(PIECE)
        if kept is None or written is None or not is_plain_file(file):
            lines = cls(None, {})
            yield lines
        else:
            with file.open("rb") as stream:
                lines = cls(stream, json_document(written, PIECE))
                yield lines
        if kept is not None:
            kept.keep(PIECE, json.dumps(lines.places))

    def write(self, part: ResultPart, stream: IO[bytes]) -> None:
        """Write the lines of some rows, be it that they were laid out before."""
        if not isinstance(part, ResultColumn):
            stream.write(lines_of(part).encode())
            return
        origin = _origin(part)
        content, digest = self._taken(origin) or _laid_out(part)
        self.places[origin] = stream.tell(), len(content), digest
        stream.write(content)

    def _taken(self, origin: str) -> tuple[bytes, str] | None:
        """With their hash the last run's lines of the same rows; None where there are none, or not as they were written."""
        if self.file is None or origin not in self.known:
            return None
        start, size, digest = self.known[origin]
        self.file.seek(start)
        content = self.file.read(size)
        return (content, digest) if _digest(content) == digest else None


def _laid_out(part: ResultColumn) -> tuple[bytes, str]:
    content = lines_of(part).encode()
    return content, _digest(content)


def _origin(part: ResultColumn) -> str:
    """The hash of all that a column's lines say."""
    whole = hashlib.blake2b(_cells(part.cells))
    for text in (part.kind, part.code, part.unit):
        whole.update(repr(text).encode("utf-8", "surrogatepass"))
    whole.update(part.value.tobytes())
    whole.update("\0".join(part.status.tolist()).encode("utf-8", "surrogatepass"))  # each a word
    return whole.hexdigest()


@lru_cache(maxsize=8)  # the columns of a type lie over the same cells
def _cells(cells: Cells) -> bytes:
    ids = (cells.entity_type, cells.entity_id.tolist(), cells.year.tolist())
    return hashlib.blake2b(repr(ids).encode("utf-8", "surrogatepass")).digest()


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
