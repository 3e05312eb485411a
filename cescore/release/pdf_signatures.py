"""The signatures of a PDF, as pyHanko judges them, without a network."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cescore.errors import PublishError
from cescore.release.remarks import ReleaseRemark, remark

Judged = tuple[bool, ReleaseRemark]  # whether it speaks for the file


def signatures(raw: bytes, trusted: tuple[Path, ...] = ()) -> Iterator[Judged]:
    """Each signature: who signed, whether what was signed is as it was, whether it covers all.

    A signer is trusted if one of ``trusted`` stands at the end of its chain; nothing is fetched.
    """
    if b"/ByteRange" not in raw:
        yield True, remark("pdf_unsigned")
        return
    from pyhanko.pdf_utils.misc import PdfError
    from pyhanko.pdf_utils.reader import PdfFileReader

    try:
        embedded = list(PdfFileReader(io.BytesIO(raw)).embedded_signatures)
        if not embedded:
            yield True, remark("pdf_unsigned")
        for signature in embedded:
            yield _judged(signature, trusted)
    except (PdfError, ValueError, KeyError, TypeError) as error:
        yield False, remark("pdf_signature_broken", what=str(error)[:200])


def _judged(signature: Any, trusted: tuple[Path, ...]) -> Judged:
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko.sign.validation.status import SignatureCoverageLevel
    from pyhanko_certvalidator import ValidationContext

    context = ValidationContext(trust_roots=_certificates(trusted), allow_fetching=False)
    status = validate_pdf_signature(signature, context, skip_diff=False)
    who = status.signing_cert.subject.human_friendly
    covers = status.coverage == SignatureCoverageLevel.ENTIRE_FILE
    is_whole = status.intact and status.valid and status.bottom_line | (not trusted)
    if not (status.intact and status.valid):
        return False, remark("pdf_signature_altered", who=who)
    if not covers and not status.docmdp_ok:
        return False, remark("pdf_signature_partial", who=who)
    if trusted and not status.trusted:
        return False, remark("pdf_signature_stranger", who=who)
    return bool(is_whole), remark("pdf_signed" if status.trusted else "pdf_signed_by", who=who)


def _certificates(paths: tuple[Path, ...]) -> list[Any]:
    from pyhanko.keys import load_cert_from_pemder

    try:
        return [load_cert_from_pemder(str(p)) for p in paths]  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        raise PublishError(f"--trust: found no certificate ({error})") from None
