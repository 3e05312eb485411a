"""The signatures of a PDF, as pyHanko judges them, without a network."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cescore.errors import PublishError, Sentence
from cescore.publish.printing.seal import sealed_part
from cescore.release.remarks import ReleaseRemark, remark
from cescore.release.signing_keys import SIGNING_USES

for _library in ("pyhanko", "pyhanko_certvalidator"):  # what they find is told here, in one line
    logging.getLogger(_library).addHandler(logging.NullHandler())

Judged = tuple[bool, ReleaseRemark]  # whether it speaks for the file


def signatures(raw: bytes, trusted: tuple[Path, ...] = ()) -> Iterator[Judged]:
    """Each signature: who signed, whether what was signed is as it was, whether it covers all.

    A signer is trusted if one of ``trusted`` stands at the end of its chain; nothing is fetched.
    """
    if b"/ByteRange" not in raw:
        yield _unsigned(raw)
        return
    from pyhanko.pdf_utils.misc import PdfError
    from pyhanko.pdf_utils.reader import PdfFileReader

    try:
        embedded = list(PdfFileReader(io.BytesIO(raw)).embedded_signatures)
        if not embedded:
            yield _unsigned(raw)
        for signature in embedded:
            is_stamp = signature.sig_object_type == "/DocTimeStamp"
            yield _stamp(signature, trusted) if is_stamp else _judged(signature, trusted)
    except (PdfError, ValueError, KeyError, TypeError) as error:
        yield False, remark("pdf_signature_broken", what=str(error)[:200])


def _unsigned(raw: bytes) -> Judged:
    """Nobody signed it; then nothing may stand behind the sealed file either."""
    is_all = sealed_part(raw) == raw
    return is_all, remark("pdf_unsigned" if is_all else "pdf_added")


def _judged(signature: Any, trusted: tuple[Path, ...]) -> Judged:
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko.sign.validation.settings import KeyUsageConstraints
    from pyhanko.sign.validation.status import SignatureCoverageLevel
    from pyhanko_certvalidator import ValidationContext

    uses = KeyUsageConstraints(key_usage=set(SIGNING_USES))
    context = ValidationContext(trust_roots=_certificates(trusted), allow_fetching=False)
    status = validate_pdf_signature(signature, context, key_usage_settings=uses, skip_diff=False)
    who = status.signing_cert.subject.human_friendly
    covers = status.coverage == SignatureCoverageLevel.ENTIRE_FILE
    if not (status.intact and status.valid and _is_filled_as_written(signature)):
        return False, remark("pdf_signature_altered", who=who)
    if not covers and not status.docmdp_ok:
        return False, remark("pdf_signature_partial", who=who)
    if trusted and not status.trusted:
        return False, remark("pdf_signature_stranger", who=who)
    return True, remark("pdf_signed" if trusted else "pdf_signed_by", who=who)


def _stamp(signature: Any, trusted: tuple[Path, ...]) -> Judged:
    """A timestamp over the whole file, as long-term validation adds it."""
    from pyhanko.sign.validation import validate_pdf_timestamp
    from pyhanko_certvalidator import ValidationContext

    context = ValidationContext(trust_roots=_certificates(trusted), allow_fetching=False)
    status = validate_pdf_timestamp(signature, context)
    who, at = status.signing_cert.subject.human_friendly, status.timestamp.isoformat()
    if not (status.intact and status.valid and _is_filled_as_written(signature)):
        return False, remark("pdf_signature_altered", who=who)
    return True, remark("pdf_timestamp", who=who, at=at)


def _is_filled_as_written(signature: Any) -> bool:
    """Whether the gap that no signature covers holds the signature itself and zeros, and nothing else."""
    from asn1crypto import parser

    content: bytes = signature.pkcs7_content
    _, first, second, _ = (int(n) for n in signature.byte_range)
    stream = signature.reader.stream
    stream.seek(first)
    gap, written = stream.read(second - first), content.hex().encode()
    is_hex = gap in (b"<" + written + b">", b"<" + written.upper() + b">")
    return is_hex and not any(content[parser.peek(content) :])


def _certificates(paths: tuple[Path, ...]) -> list[Any]:
    from pyhanko.keys import load_cert_from_pemder

    try:
        return [load_cert_from_pemder(str(p)) for p in paths]
    except (OSError, ValueError) as error:
        raise PublishError(
            Sentence("--trust: found no certificate ({error})", error=error)
        ) from None
