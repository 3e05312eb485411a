"""The signed copies of an edition, beside it: ``release/<run>/<edition>.signed/``.

An edition is never changed: its PDFs are signed into a folder of their own, and ``signatures.json``
there says which file of the edition each is, by hash. The register has the hash of that record.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from cescore.definitions.entries.json_text import json_document
from cescore.release.editions import (
    ENVELOPE,
    PUBLIC,
    RESPONDENT,
    EditionFolder,
)
from cescore.release.pdf_signatures import signatures
from cescore.release.provenance import statement
from cescore.release.register import RegisterEntry
from cescore.release.remarks import ReleaseRemark, remark
from cescore.release.signing import authenticated
from cescore.run.files import file_hash

RECORD = "signatures.json"


def to_sign(manifest: Mapping[str, Any]) -> dict[str, str]:
    """The PDFs of an edition that leave the bureau, each with its hash."""
    files: Mapping[str, str] = manifest["files"]
    return {
        name: digest
        for name, digest in files.items()
        if name.partition("/")[0] in (PUBLIC, RESPONDENT) and name.lower().endswith(".pdf")
    }


def signed_problems(
    folder: EditionFolder, entry: RegisterEntry | None, trusted: tuple[Path, ...] = ()
) -> Iterator[ReleaseRemark]:
    """All that is wrong with the signed copies of an edition; ``entry``: the line that says there are."""
    if entry is None or not folder.signed.is_dir():
        return  # one that is lost is told by the register, one too many as well
    place = folder.signed
    raw = (place / RECORD).read_bytes() if (place / RECORD).is_file() else b""
    if hashlib.sha256(raw).hexdigest() != entry.signed.sha256:
        yield remark("altered" if raw else "lost", file=RECORD)
        return
    record = json_document(raw, place / RECORD)
    lying = {p.relative_to(place).as_posix() for p in place.rglob("*") if not p.is_dir()}
    known = {*record["files"], RECORD, *([ENVELOPE] if record["envelope"] else [])}
    yield from (remark("strange", file=name) for name in sorted(lying - known))
    yield from (remark("lost", file=name) for name in sorted(known - lying))
    expected = to_sign(folder.manifest)
    yield from (remark("not_signed", file=name) for name in sorted(set(expected) - known))
    for name in sorted(set(record["files"]) & lying):
        if file_hash(place / name) != record["files"][name]["signed"]:
            yield remark("altered", file=name)
        elif is_new(name, record):
            yield from _against_copy(place / name, folder.path / name, name, trusted)
    if ENVELOPE in lying & known:
        yield from _against_envelope(folder, place / ENVELOPE, record)


def is_new(name: str, record: Mapping[str, Any]) -> bool:
    """Whether a file is the first with its content: of equal ones, one is looked into."""
    files = record["files"]
    content = files[name]["signed"]
    return bool(name == next(n for n in files if files[n]["signed"] == content))


def _against_copy(
    copy: Path, original: Path, name: str, trusted: tuple[Path, ...]
) -> Iterator[ReleaseRemark]:
    """A signed copy: the file of the edition byte for byte, and behind it signatures that hold."""
    raw = copy.read_bytes()
    if not original.is_file() or not raw.startswith(original.read_bytes()):
        yield remark("signed_other", file=name)
    found = list(signatures(raw, trusted))
    if any(one.code == "pdf_unsigned" for _, one in found):
        yield remark("not_signed", file=name)
    for is_sound, one in found:
        if not is_sound:
            yield ReleaseRemark(f"file_{one.code}", (("file", name), *one.values))


def _against_envelope(
    folder: EditionFolder, path: Path, record: Mapping[str, Any]
) -> Iterator[ReleaseRemark]:
    """The signed statement: what the manifest says, and signed by whom the record names."""
    try:
        content = json_document(path.read_bytes(), path)
        payload = base64.b64decode(content["payload"], validate=True)
        signature = base64.b64decode(content["signatures"][0]["sig"], validate=True)
    except (ValueError, KeyError, TypeError, IndexError):
        yield remark("altered", file=ENVELOPE)
        return
    is_same = payload == statement(folder.manifest, folder.manifest_hash)
    if not is_same or not _is_signed_by(record["certificate"], signature, authenticated(payload)):
        yield remark("altered", file=ENVELOPE)


def _is_signed_by(pem: str, signature: bytes, payload: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.x509 import load_pem_x509_certificate

    key = load_pem_x509_certificate(pem.encode()).public_key()
    try:
        if isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, payload, ec.ECDSA(SHA256()))
        elif isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, payload, padding.PKCS1v15(), SHA256())
        else:
            return False
    except InvalidSignature:
        return False
    return True
