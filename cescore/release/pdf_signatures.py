"""The signatures of a PDF, as pyHanko judges them, without a network."""

from __future__ import annotations

import hashlib
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
UNREADABLE = (AttributeError, KeyError, NotImplementedError, StopIteration, TypeError, ValueError)
# of national algorithms: OID -> what hashlib calls the digest, and what people call the signature
DIGESTS = {"1.2.156.10197.1.401": "sm3"}
SIGNS = {"1.2.156.10197.1.301.1": "SM2", "1.2.156.10197.1.501": "SM2/SM3"}


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
            if signature.sig_object_type == "/DocTimeStamp":
                yield _stamp(signature, trusted)
            elif _digest_oid(signature) in DIGESTS:
                yield _national(signature, trusted)
            else:
                yield _judged(signature, trusted)
    except (PdfError, *UNREADABLE) as error:
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
    context = ValidationContext(trust_roots=certificates(trusted), allow_fetching=False)
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


def _national(signature: Any, trusted: tuple[Path, ...]) -> Judged:
    """A signature of a national algorithm: whose, and that the digest it carries is that of the file.

    The signature itself is left to a program that knows the algorithm: nothing here does, so nobody is
    trusted by it either.
    """
    info, reader = signature.signer_info, signature.reader.stream
    who = _named(signature)
    algorithm = SIGNS.get(info["signature_algorithm"]["algorithm"].dotted, "SM2")
    start, first, second, length = (int(n) for n in signature.byte_range)
    reader.seek(0)
    raw = reader.read()
    signed = raw[start : start + first] + raw[second : second + length]
    digest = hashlib.new(DIGESTS[_digest_oid(signature)], signed).digest()
    carried = [
        a["values"][0].native for a in info["signed_attrs"] if a["type"].native == "message_digest"
    ]
    if carried != [digest] or not _is_filled_as_written(signature):
        return False, remark("pdf_signature_altered", who=who)
    if start or second + length != len(raw):
        return False, remark("pdf_signature_partial", who=who)
    code = "pdf_signature_unjudged" if trusted else "pdf_signed_elsewhere"
    return not trusted, remark(code, who=who, algorithm=algorithm)


def _named(signature: Any) -> str:
    """Whom the certificate beside a signature names; nothing vouches for it."""
    number = signature.signer_info["sid"].chosen["serial_number"].native
    beside = [one.chosen for one in signature.signed_data["certificates"]]
    own = next(one for one in beside if one.serial_number == number)
    return str(own.subject.human_friendly)


def _digest_oid(signature: Any) -> str:
    return str(signature.signer_info["digest_algorithm"]["algorithm"].dotted)


def _stamp(signature: Any, trusted: tuple[Path, ...]) -> Judged:
    """A timestamp over the whole file, as long-term validation adds it."""
    from pyhanko.sign.validation import validate_pdf_timestamp
    from pyhanko_certvalidator import ValidationContext

    context = ValidationContext(trust_roots=certificates(trusted), allow_fetching=False)
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


def certificates(paths: tuple[Path, ...]) -> list[Any]:
    """The certificates of some files, PEM or DER.

    Raises
    ------
    PublishError
        A file cannot be read or holds no certificate.
    """
    return [_certificate(path) for path in paths]


def _certificate(path: Path) -> Any:
    from pyhanko.keys import load_cert_from_pemder

    try:
        found = load_cert_from_pemder(str(path))
        found.native  # noqa: B018 - whatever is a sequence is loaded; what is in it is read here
    except (OSError, *UNREADABLE) as error:
        raise PublishError(
            Sentence(
                "--trust {file}: expected a certificate, PEM or DER; found none ({error})",
                file=path,
                error=error,
            )
        ) from None
    return found
