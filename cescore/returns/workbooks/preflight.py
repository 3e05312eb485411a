"""A look at a packed workbook before anything in it is parsed: bombs and traps are refused here."""

from __future__ import annotations

import re
import zipfile
import zlib
from pathlib import Path

from cescore.returns.workbooks.limits import ReadingLimits
from cescore.returns.workbooks.refusal import FileRefused

# what the standard library raises for a zip that was cut off or changed
_NOT_WHOLE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OSError)
_ROW = re.compile(rb"<(?:\w+:)?row[\s/>]")
_CELL = re.compile(rb"<(?:\w+:)?c[\s/>]")
_SHEET = re.compile(r"^xl/(work|macro|dialog|chart)sheets/[^/]+\.xml$", re.IGNORECASE)
_XML = (".xml", ".rels", ".vml")
_ENCODING = re.compile(rb"<\?xml[^>]*encoding\s*=\s*[\"']([^\"']+)", re.IGNORECASE)
_ENCODINGS = (b"utf-8", b"utf-16", b"us-ascii", b"ascii", b"utf8")


def examine_zip(path: Path, limits: ReadingLimits) -> tuple[str, ...]:
    """Look through a packed workbook; what is in it besides cells is named, by finding code.

    Raises
    ------
    FileRefused
        It is damaged, encrypted, unpacks to too much, has too many rows, or its XML declares entities.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return _examined(archive, limits)
    except _NOT_WHOLE as error:
        raise FileRefused("file_truncated") from error


def _examined(archive: zipfile.ZipFile, limits: ReadingLimits) -> tuple[str, ...]:
    parts = archive.infolist()
    names = [part.filename for part in parts]
    if len(names) > limits.parts:
        raise FileRefused("too_many_parts", n=len(names), most=limits.parts)
    twice = next((name for name in names if names.count(name) > 1), "")
    if twice:
        raise FileRefused("part_twice", part=twice)
    if any(part.flag_bits & 1 for part in parts):
        raise FileRefused("file_encrypted")
    for part in parts:
        _refuse_bomb(part, limits)
    total = sum(part.file_size for part in parts)
    if total > limits.total_bytes:
        raise FileRefused("unpacks_to_too_much", n=total, most=limits.total_bytes)
    cells = sum(_cells_of(archive, part, limits) for part in parts)
    if cells > limits.cells:
        raise FileRefused("too_many_cells", n=cells, most=limits.cells)
    return tuple(sorted(set(filter(None, map(_remark, names)))))


def _refuse_bomb(part: zipfile.ZipInfo, limits: ReadingLimits) -> None:
    if part.file_size > limits.part_bytes:
        raise FileRefused("unpacks_to_too_much", n=part.file_size, most=limits.part_bytes)
    is_large = part.file_size > limits.unsuspected_bytes
    if is_large and part.file_size > limits.ratio * max(part.compress_size, 1):
        ratio = part.file_size // max(part.compress_size, 1)
        raise FileRefused("packed_too_tightly", part=part.filename, n=ratio, most=limits.ratio)


def _cells_of(archive: zipfile.ZipFile, part: zipfile.ZipInfo, limits: ReadingLimits) -> int:
    """How many cells a part holds, once its XML is known to be harmless."""
    if not part.filename.lower().endswith(_XML):
        return 0
    with archive.open(part) as stream:
        raw = stream.read(limits.part_bytes + 1)
    _refuse_entities(part.filename, raw)
    if part.filename == "content.xml":  # of an .ods
        return raw.count(b"<table:table-cell")
    if not _SHEET.match(part.filename):
        return 0
    rows = len(_ROW.findall(raw))
    if rows > limits.rows:
        raise FileRefused("too_many_sheet_rows", part=part.filename, n=rows, most=limits.rows)
    return len(_CELL.findall(raw))


def _refuse_entities(name: str, raw: bytes) -> None:
    """No program writes declarations of entities into a workbook; attacks do."""
    is_wide = b"\0" in raw[:64]  # UTF-16: its letters have a zero beside them
    plain = raw.replace(b"\0", b"") if is_wide else raw
    declared = _ENCODING.search(plain[:200])
    if declared and declared[1].lower() not in _ENCODINGS:
        raise FileRefused(
            "odd_encoding", part=name, encoding=declared[1].decode("ascii", "replace")
        )
    if b"<!DOCTYPE" in plain or b"<!ENTITY" in plain:
        raise FileRefused("declares_entities", part=name)


def _remark(name: str) -> str:
    lower = name.casefold()
    if lower.endswith("vbaproject.bin") or lower.startswith("xl/macrosheets/"):
        return "macros_dropped"
    if lower.startswith("basic/") and lower.endswith(".xml"):  # of an .ods
        return "macros_dropped"
    return "objects_dropped" if lower.startswith("xl/embeddings/") else ""
