"""Inputs kept under an edition by what they hold: ``kept/<two digits>/<sha256>.gz``.

Equal files are kept once, and any tool that knows gzip reads them in ten years.
"""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path, PurePosixPath

from cescore.errors import RunError, Sentence
from cescore.release.remarks import ReleaseRemark, remark
from cescore.run.files import leads_below

KEPT = "kept"
LEVEL = 6
LARGEST = 1 << 31  # bytes of one input; what unpacks to more was packed by somebody else


def kept_path(digest: str) -> str:
    """Where a file of this hash is kept, below the edition."""
    return f"{KEPT}/{digest[:2]}/{digest}.gz"


def keep(root: Path, inputs: Mapping[str, str], edition: Path) -> None:
    """Keep every input of a workspace under an edition.

    Raises
    ------
    RunError
        A file is not what it was when its hash was taken.
    """
    for name, digest in inputs.items():
        place = edition / kept_path(digest)
        if place.exists():
            continue
        raw = (root / name).read_bytes()
        if hashlib.sha256(raw).hexdigest() != digest:
            raise RunError(Sentence("{name} changed while the edition was made", name=name))
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(gzip.compress(raw, LEVEL, mtime=0))


def read_kept(edition: Path, digest: str) -> bytes | None:
    """A kept file's content; None where it is not there or not what its name says."""
    with suppress(OSError, EOFError, zlib.error), gzip.open(edition / kept_path(digest)) as file:
        raw = file.read(LARGEST + 1)
        if len(raw) <= LARGEST and hashlib.sha256(raw).hexdigest() == digest:
            return raw
    return None


def kept_problems(edition: Path, inputs: Mapping[str, str]) -> Iterator[ReleaseRemark]:
    """Inputs that cannot be read back as they were."""
    for name, digest in inputs.items():
        if read_kept(edition, digest) is None:
            yield remark("kept_lost", file=name)


def lay_out(edition: Path, inputs: Mapping[str, str], root: Path) -> None:
    """The workspace that an edition was made from, as it was, in an empty folder.

    Raises
    ------
    RunError
        An input is lost, or its name leads out of the folder.
    """
    for name, digest in inputs.items():
        raw = read_kept(edition, digest)
        if raw is None or not leads_below(name):
            raise RunError(
                Sentence(
                    "{name}: the input {name_2} is not kept as it was",
                    name=edition.name,
                    name_2=name,
                )
            )
        place = root / PurePosixPath(name)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(raw)
