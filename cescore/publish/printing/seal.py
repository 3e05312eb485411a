"""The seal of a PDF: a checksum over all of its bytes, kept where the format has room for it.

The second part of a PDF's identifier may be any text that changes with the file. Ours is the
beginning of the SHA-256 of the file with that text blanked, so that a file damaged on its way is told
from the file alone. It is no signature: who alters a file on purpose can seal it again.
"""

from __future__ import annotations

import hashlib
import re

END = b"%%EOF"
_PLACE = re.compile(rb"/ID ?\[.{1,200}?[(]([0-9a-f]{32})[)]\]", re.DOTALL)
_LENGTH = 32  # hexadecimal digits
_BLANK = b"0" * _LENGTH


def sealed(raw: bytes) -> bytes:
    """The file with its seal; one that has no place for it is left as it is."""
    place = _place(raw)
    return raw if place is None else _with(raw, place, _digest(raw, place))


def is_intact(raw: bytes) -> bool:
    """Whether every byte of a file is as it was sealed; of a signed file, of what was signed first.

    What a signature adds stands behind the end of the sealed file, and the signature covers it.
    """
    original = sealed_part(raw)
    place = _place(original)
    return place is not None and original[slice(*place)] == _digest(original, place)


def sealed_part(raw: bytes) -> bytes:
    """The file as it was sealed: without what signing, or anybody else, put behind it."""
    first = raw.partition(END)[0] + END
    return raw[: len(first) + 1] if raw[len(first) : len(first) + 1] == b"\n" else first


def _place(raw: bytes) -> tuple[int, int] | None:
    """Where the seal stands: the last identifier of the file."""
    found = list(_PLACE.finditer(raw))
    return found[-1].span(1) if found else None


def _digest(raw: bytes, place: tuple[int, int]) -> bytes:
    return hashlib.sha256(_with(raw, place, _BLANK)).hexdigest()[:_LENGTH].encode()


def _with(raw: bytes, place: tuple[int, int], text: bytes) -> bytes:
    return raw[: place[0]] + text + raw[place[1] :]
