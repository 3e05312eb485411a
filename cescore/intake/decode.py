"""Bytes to text, strictly: no character is replaced; what is no text is refused by name."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"PK\x03\x04", "a zip or Excel (.xlsx) file"),
    (b"\xd0\xcf\x11\xe0", "an old Excel (.xls) or encrypted Office file"),
    (b"%PDF", "a PDF file"),
    (b"PAR1", "a Parquet file"),
    (b"\x1f\x8b", "a gzip file"),
)
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_MARKUP = (b"<html", b"<!doctype", b"<table", b"<?xml")


@dataclass(frozen=True)
class Decoded:
    """Text and the encoding it came in; ``refused`` is why there is no text."""

    text: str = ""
    encoding: str = ""
    refused: str = ""


def decode(raw: bytes) -> Decoded:
    """UTF-8 (with or without mark), UTF-16 with mark, or GB18030; anything else is refused."""
    for magic, name in _MAGIC:
        if raw.startswith(magic):
            return Decoded(refused=f"{name}, not a CSV file")
    if raw.lstrip()[:9].lower().startswith(_MARKUP):
        return Decoded(refused="a web page or XML file, not a CSV file")
    if raw.startswith(_UTF16):
        return _strict(raw, "utf-16")
    if b"\0" in raw:
        return Decoded(refused="NUL bytes: a binary file, or UTF-16 without its mark")
    utf8 = _strict(raw, "utf-8-sig")
    return _strict(raw, "gb18030") if utf8.refused else utf8


def _strict(raw: bytes, encoding: str) -> Decoded:
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        return Decoded(refused=f"neither UTF-8, UTF-16 nor GB18030 (byte {error.start})")
    if "\0" in text:
        return Decoded(refused="NUL characters: a binary file")
    # GB18030 accepts nearly any bytes; what no text contains gives other encodings away.
    if encoding == "gb18030" and any(unicodedata.category(c) in ("Co", "Cn") for c in set(text)):
        return Decoded(refused="neither UTF-8, UTF-16 nor GB18030 (unassigned characters)")
    return Decoded(text, encoding)
