"""Bytes to text, strictly: no character is replaced; what is no text is refused by name."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"PK\x03\x04", "is_xlsx"),
    (b"\xd0\xcf\x11\xe0", "is_xls"),
    (b"%PDF", "is_pdf"),
    (b"PAR1", "is_parquet"),
    (b"\x1f\x8b", "is_gzip"),
    (b"SQLite format 3\0", "is_sqlite"),
    (b"\x7fELF", "is_binary"),
)
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_MARKUP = (b"<html", b"<!doctype", b"<table", b"<?xml")
# A letter of two bytes in GB18030; the second byte is above 0xA0 in every common Chinese character.
_PAIR = re.compile(rb"[\x81-\xfe](?:[\x30-\x39][\x81-\xfe][\x30-\x39]|([\x40-\x7e])|[\x80-\xfe])")


@dataclass(frozen=True)
class Decoded:
    """Text and the encoding it came in; ``refused`` says why there is no text, as a key of the
    catalogue, and ``byte`` where."""

    text: str = ""
    encoding: str = ""
    refused: str = ""
    byte: int = 0


def decode(raw: bytes) -> Decoded:
    """UTF-8 (with or without mark), UTF-16 with mark, or GB18030; anything else is refused."""
    for magic, name in _MAGIC:
        if raw.startswith(magic):
            return Decoded(refused=name)
    if raw.lstrip()[:9].lower().startswith(_MARKUP):
        return Decoded(refused="is_markup")
    if raw.startswith(_UTF16):
        return _strict(raw, "utf-16")
    if b"\0" in raw:
        return Decoded(refused="is_binary")
    utf8 = _strict(raw, "utf-8-sig")
    return _as_gb18030(raw) if utf8.refused else utf8


def _as_gb18030(raw: bytes) -> Decoded:
    """Chinese text of older programs. GB18030 accepts nearly any bytes; what no Chinese text looks
    like gives other encodings away: unassigned characters, accents before plain letters."""
    decoded = _strict(raw, "gb18030")
    if decoded.refused:
        return decoded
    if any(unicodedata.category(c) in ("Co", "Cn") for c in set(decoded.text)):
        return Decoded(refused="not_decoded")
    pairs = _PAIR.findall(raw)
    with_letter = sum(bool(letter) for letter in pairs)
    if 2 * with_letter >= len(pairs):
        return Decoded(refused="is_latin")
    return decoded


def _strict(raw: bytes, encoding: str) -> Decoded:
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        return Decoded(refused="bad_byte", byte=error.start)
    return Decoded(refused="is_binary") if "\0" in text else Decoded(text, encoding)


def restored(text: str) -> str:
    """What a text said before it was read in a wrong encoding and saved so; "" where it is sound.

    UTF-8 taken for GBK (辽源 becomes 杈芥簮) or for Latin-1 (Ã¼) turns back into letters only
    where it was that: other text does not happen to be valid UTF-8.
    """
    if text.isascii():
        return ""
    for encoding in ("gb18030", "cp1252", "latin-1"):
        try:
            before = text.encode(encoding).decode("utf-8")
        except UnicodeError:
            continue
        letters = [c for c in before if not c.isascii()]
        if not letters or before == text:
            continue
        is_han = all(unicodedata.category(c) in ("Lo", "Po", "Ps", "Pe") for c in letters)
        if (
            is_han
            if encoding == "gb18030"
            else all(c.isalpha() or not c.isascii() for c in letters)
        ):
            return before
    return _latin_for_gbk(text)


def _latin_for_gbk(text: str) -> str:
    """Chinese in GBK that was taken for Latin-1 (ÁÉÔ´ÊÐ is 辽源市): nothing but its upper half."""
    if len(text) < 6 or not all("\xa1" <= c <= "\xfe" for c in text):
        return ""
    try:
        before = text.encode("latin-1").decode("gb2312")
    except UnicodeError:
        return ""
    return before if all("\u4e00" <= c <= "\u9fff" for c in before) else ""
