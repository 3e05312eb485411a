"""What a file really is, by its content; its name is a claim that must agree."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from pathlib import Path

from cescore.intake.wording import phrase
from cescore.returns.workbooks.refusal import FileRefused

# the endings that are taken in -> what such a file must be by its content
ACCEPTED: Mapping[str, frozenset[str]] = {
    ".xlsx": frozenset(["xlsx"]),
    ".xlsm": frozenset(["xlsm", "xlsx"]),
    ".xls": frozenset(["xls"]),
    ".et": frozenset(["xls"]),  # an old workbook under the name that WPS gives it
    ".ods": frozenset(["ods"]),
    ".csv": frozenset(["text"]),
    ".tsv": frozenset(["text"]),
    ".parquet": frozenset(["parquet"]),
    ".pq": frozenset(["parquet"]),
}
_HEAD = 8192
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "pdf"),
    (b"PAR1", "parquet"),
    (b"\x1f\x8b", "gzip"),
    (b"7z\xbc\xaf\x27\x1c", "archive"),
    (b"Rar!", "archive"),
    (b"SQLite format 3\0", "sqlite"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"{\\rtf", "document"),
    (b"\x7fELF", "binary"),
    (b"MZ", "binary"),
)
_MARKUP = re.compile(rb"^\s*<(!doctype html|html|table|head|body|meta|style|div)\b", re.IGNORECASE)
_SPREADSHEET_2003 = b"urn:schemas-microsoft-com:office:spreadsheet"
_NOT_WHOLE: Mapping[str, str] = {
    "encrypted": "file_encrypted",
    "empty": "file_empty",
    "truncated": "file_truncated",
}
_OF_OLE: tuple[tuple[str, str], ...] = (
    ("EncryptedPackage", "encrypted"),
    ("WordDocument", "document"),
    ("PowerPoint Document", "document"),
    ("Workbook", "xls"),
    ("Book", "xls"),
)
_MIMETYPES: Mapping[bytes, str] = {
    b"application/vnd.oasis.opendocument.spreadsheet": "ods",
    b"application/vnd.oasis.opendocument.spreadsheet-template": "ods",
}
_OF_ZIP: tuple[tuple[str, str], ...] = (
    ("xl/workbook.bin", "xlsb"),
    ("word/document.xml", "document"),
    ("ppt/presentation.xml", "document"),
    ("index/document.iwa", "numbers"),
)


def kind_of(path: Path) -> str:
    """What a file is by its content: ``xlsx``, ``xlsm``, ``xls``, ``ods``, ``text``, ``parquet``, or
    what is not taken in (``html``, ``encrypted``, ``pdf``, …)."""
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
        if not head:
            return "empty"
        if head.startswith(_OLE):
            stream.seek(0)
            return _kind_of_ole(stream.read(64_000_000))
    if head.startswith(b"PK"):
        return _kind_of_zip(path)
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    return _kind_of_text(head)


def refuse_impostor(path: Path, kind: str) -> None:
    """Stop where a file's name claims another type than its content has.

    Raises
    ------
    FileRefused
        With the real type named.
    """
    ending = path.suffix.lower()
    if kind in ACCEPTED.get(ending, ()):
        return
    if kind in _NOT_WHOLE:
        raise FileRefused(_NOT_WHOLE[kind])
    raise FileRefused("another_type", ending=ending, real=phrase(f"type_{kind}"))


def _kind_of_ole(raw: bytes) -> str:
    """What an old Office file is, by the names in its directory."""
    for name, kind in _OF_OLE:
        if name.encode("utf-16-le") in raw:
            return kind
    return "truncated"


def _kind_of_zip(path: Path) -> str:
    """What a zip holds; a zip without its directory was cut off."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = {name.replace("\\", "/").casefold() for name in archive.namelist()}
            if "mimetype" in names:
                with archive.open("mimetype") as stream:
                    return _MIMETYPES.get(stream.read(100).strip(), "document")
    except (zipfile.BadZipFile, OSError, ValueError, KeyError, NotImplementedError, RuntimeError):
        return "truncated"
    for name, kind in _OF_ZIP:
        if name in names:
            return kind
    if any(name.startswith("xl/") for name in names) and "[content_types].xml" in names:
        return "xlsm" if "xl/vbaproject.bin" in names else "xlsx"
    return "archive"


def _kind_of_text(head: bytes) -> str:
    plain = head.removeprefix(b"\xef\xbb\xbf")
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):  # UTF-16: looked at as its plain letters
        plain = head[2:].replace(b"\0", b"")
    if _MARKUP.match(plain) or plain.lstrip().lower().startswith(b"mime-version:"):
        return "html"
    if plain.lstrip()[:5].lower() == b"<?xml":
        return "xml_workbook" if _SPREADSHEET_2003 in plain else _kind_of_xml(plain)
    return "binary" if b"\0" in plain else "text"


def _kind_of_xml(plain: bytes) -> str:
    return "html" if b"<html" in plain.lower() else "xml"
