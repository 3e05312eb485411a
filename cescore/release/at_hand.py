"""Which edition a PDF is of, where one is at hand: in the workspace, or by a manifest beside the file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from cescore.definitions.entries.json_text import json_document
from cescore.errors import RunError
from cescore.publish.printing.seal import sealed_part
from cescore.release.editions import BUREAU, MANIFEST, RELEASE, EditionFolder
from cescore.release.register import MAKES, ReleaseRegister
from cescore.release.remaking import first_difference
from cescore.release.remarks import ReleaseRemark, remark

Judged = tuple[bool, ReleaseRemark]  # whether it speaks for the file


def at_hand(path: Path, raw: bytes, printed: str, root: Path) -> Iterator[Judged]:
    """What editions and manifests at hand say of a PDF with this report number."""
    if b"/ByteRange" in raw:
        raw = sealed_part(raw)  # what a signature added is not the edition's
    found = [*_by_register(raw, printed, root), *_by_manifest_beside(path, raw)]
    yield from found or [(True, remark("pdf_no_edition"))]


def _by_register(raw: bytes, printed: str, root: Path) -> Iterator[Judged]:
    """The editions of a workspace that have a report of this number."""
    register = ReleaseRegister.read(root / RELEASE)
    digest = hashlib.sha256(raw).hexdigest()
    for entry in register.entries:
        if entry.step not in MAKES:
            continue
        folder = EditionFolder(register.folder / entry.edition)
        try:
            manifest = folder.manifest
        except RunError:
            continue  # `verify` of the edition names it
        names = [n for n, r in manifest.get("reports", {}).items() if r["number"] == printed]
        files = manifest["files"]
        places = [f for n in names for f in files if f.startswith(f"{BUREAU}/{n}/") and is_pdf(f)]
        for place in places:
            if files[place] == digest:
                state = register.state(entry)
                yield True, remark(f"pdf_is_{state}", edition=entry.edition, file=place)
            else:
                yield False, _differs(raw, folder.path / place, entry.edition, place)


def is_pdf(name: str) -> bool:
    return name.lower().endswith(".pdf")


def _differs(raw: bytes, original: Path, edition: str, place: str) -> ReleaseRemark:
    """Where the file leaves the one that was released."""
    at = first_difference(raw, original.read_bytes()) if original.is_file() else None
    if at is None:
        return remark("pdf_other_hash", edition=edition, file=place)
    return remark("pdf_differs", edition=edition, file=place, place=at, n=len(raw))


def _by_manifest_beside(path: Path, raw: bytes) -> Iterator[Judged]:
    """The manifest of the tree that the file lies in, as a reader received it."""
    whole = path.resolve()
    for folder in list(whole.parents)[:4]:
        content = _read(folder / MANIFEST)
        name = whole.relative_to(folder).as_posix()
        if content is None or name not in content["files"]:
            continue
        is_same = content["files"][name] == hashlib.sha256(raw).hexdigest()
        code = "pdf_as_delivered" if is_same else "pdf_not_as_delivered"
        yield is_same, remark(code, file=str(folder / MANIFEST))
        return


def _read(path: Path) -> Mapping[str, Any] | None:
    try:
        content = json_document(path.read_bytes(), path)
        return content if isinstance(content["files"], dict) else None
    except (OSError, ValueError, KeyError, TypeError):
        return None
