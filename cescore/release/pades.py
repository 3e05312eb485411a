"""PAdES signatures by pyHanko: a finished PDF goes in, the same bytes with a signature behind them come out."""

from __future__ import annotations

import asyncio
import hashlib
import io
import warnings
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from cescore.errors import PublishError, Sentence
from cescore.release.signing import PdfSigner
from cescore.release.signing_keys import (
    Secret,
    ask_command,
    open_key,
    secret_of_the_bureau,
)
from cescore.release.signing_settings import CommandKey, LongTerm, PluginKey, SigningSettings
from cescore.release.visible_seal import place_seal, seal_style

if TYPE_CHECKING:
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign.signers import Signer

FIELD = "signature"
PLUGINS = "cescore.signer"  # group of entry points
IDENTIFIER = 16  # bytes
# hexadecimal digits kept for a signature, without and with a timestamp: not by a trial, which differs
PLAIN, TIMED = 2 * 8192, 2 * 16384


def open_signer(settings: SigningSettings, secret: Secret = secret_of_the_bureau) -> PdfSigner:
    """What signs PDFs as the settings say; its key is opened here, once.

    Raises
    ------
    PublishError
        The key cannot be opened, its certificate does not sign, or a plugin is not installed.
    """
    if isinstance(settings.key, PluginKey):
        return _plugin(settings, settings.key)
    signer = PadesSigner(settings, open_key(settings, secret))
    _ = signer.parts  # a seal or a list that cannot be read is told before anything is signed
    return signer


def _plugin(settings: SigningSettings, key: PluginKey) -> PdfSigner:
    from importlib.metadata import entry_points

    found = [e for e in entry_points(group=PLUGINS) if e.name == key.name]
    if not found:
        known = ", ".join(sorted(e.name for e in entry_points(group=PLUGINS))) or "none"
        raise PublishError(
            Sentence(
                "{where}: plugin: found no {name!r} installed; there are: {known}",
                where=settings.where,
                name=key.name,
                known=known,
            )
        )
    signer: PdfSigner = found[0].load()(dict(key.options))
    return signer


@dataclass(frozen=True, eq=False)
class PadesSigner:
    """Signs one PDF after another with one open key."""

    settings: SigningSettings
    key: Signer

    @property
    def certificate(self) -> Any:
        """The signer's certificate, as asn1crypto has it."""
        return self.key.signing_cert

    @property
    def name(self) -> str:
        """Whom the certificate names."""
        return str(self.certificate.subject.human_friendly)

    @property
    def certificate_pem(self) -> str:
        from asn1crypto import pem

        return str(pem.armor("CERTIFICATE", self.certificate.dump()).decode())

    @property
    def key_id(self) -> str:
        """SHA-256 of the certificate."""
        return hashlib.sha256(self.certificate.dump()).hexdigest()

    @property
    def signs_payloads(self) -> bool:
        """Whether the key signs bytes with SHA-256; a program that makes whole signatures does not."""
        key = self.settings.key
        return not isinstance(key, CommandKey) or (key.gives, key.digest) == ("signature", "sha256")

    def sign_payload(self, payload: bytes) -> bytes:
        return bytes(asyncio.run(self.key.async_sign_raw(payload, "sha256")))

    @cached_property
    def parts(self) -> Any:
        """pyHanko's own signer, made once."""
        from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
        from pyhanko.sign.signers import PdfSignatureMetadata
        from pyhanko.sign.signers import PdfSigner as Engine
        from pyhanko.sign.timestamps import HTTPTimeStamper

        settings, long_term = self.settings, self.settings.long_term
        stamping, key = settings.timestamp, settings.key
        said = PdfSignatureMetadata(
            field_name=FIELD,
            md_algorithm=key.digest if isinstance(key, CommandKey) else "sha256",
            reason=settings.reason or None,
            location=settings.location or None,
            certify=settings.certify,
            docmdp_permissions=MDPPerm.FILL_FORMS,
            subfilter=SigSeedSubFilter.PADES,
            signer_key_usage=set(),
            embed_validation_info=long_term is not None,
            use_pades_lta=long_term is not None,
            validation_context=None if long_term is None else self._trust(long_term),
        )
        timestamper: Any = None
        if stamping is not None:
            timestamper = HTTPTimeStamper(stamping.url, timeout=stamping.seconds)
        style = None if settings.seal is None else seal_style(settings.path(settings.seal.image))
        return Engine(said, self.key, timestamper=timestamper, stamp_style=style)

    def sign(self, raw: bytes) -> bytes:
        """The file with its signature.

        Raises
        ------
        PublishError
            It is no PDF, is signed already, or key, authority or program did not answer as they should.
        """
        from pyhanko.pdf_utils.misc import PdfError
        from pyhanko.sign.general import SigningError
        from pyhanko.sign.timestamps import TimestampRequestError
        from pyhanko_certvalidator.errors import ValidationError

        try:
            writer = self._opened(raw)
            if self.settings.seal is not None:
                place_seal(writer, self.settings.seal, FIELD)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)
                return self._signed(writer)
        except TimestampRequestError as error:
            url = self.settings.timestamp.url if self.settings.timestamp else ""
            raise PublishError(
                Sentence("timestamp authority {url}: no timestamp ({error})", url=url, error=error)
            ) from None
        except (SigningError, PdfError, ValidationError, ValueError) as error:
            raise PublishError(Sentence("cannot be signed: {error}", error=error)) from None

    def _opened(self, raw: bytes) -> IncrementalPdfFileWriter:
        """The file ready to be added to, with an identifier that is the same each time."""
        from pyhanko.pdf_utils import generic
        from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

        writer = IncrementalPdfFileWriter(io.BytesIO(raw))
        if any(writer.prev.embedded_signatures):
            raise PublishError(Sentence("cannot be signed: it is signed already"))
        first = writer.document_id[0]
        second = hashlib.sha256(raw).digest()[:IDENTIFIER]
        ids = [generic.ByteStringObject(first), generic.ByteStringObject(second)]
        writer._document_id = generic.ArrayObject(ids)  # pyHanko has a random one and no option
        return writer

    def _signed(self, writer: IncrementalPdfFileWriter) -> bytes:
        key = self.settings.key
        if isinstance(key, CommandKey) and key.gives == "cms":
            return asyncio.run(self._filled_in(writer, key))
        room = PLAIN if self.settings.timestamp is None else TIMED
        out: io.BytesIO = self.parts.sign_pdf(writer, bytes_reserved=room)
        return out.getvalue()

    async def _filled_in(self, writer: IncrementalPdfFileWriter, key: CommandKey) -> bytes:
        """The file with a signature that the command makes whole."""
        prepared, _, out = await self.parts.async_digest_doc_for_signing(
            writer, bytes_reserved=2 * key.reserve
        )
        answer = ask_command(self.settings, key, prepared.document_digest)
        if len(answer) > key.reserve:
            raise PublishError(
                Sentence(
                    "{run}: {answer} bytes, expected at most {reserve} (command.reserve)",
                    run=key.run[0],
                    answer=len(answer),
                    reserve=key.reserve,
                )
            )
        prepared.fill_with_cms(out, answer)
        raw: bytes = out.getvalue()
        return raw

    def _trust(self, long_term: LongTerm) -> Any:
        """Whom a verifier of later years trusts, and what is known of revoked certificates."""
        from asn1crypto import crl, pem
        from pyhanko.keys import load_cert_from_pemder
        from pyhanko_certvalidator import ValidationContext

        path = self.settings.path
        try:
            roots = [load_cert_from_pemder(str(path(name))) for name in long_term.trust]
            lists = [path(name).read_bytes() for name in long_term.revocation]
            lists = [pem.unarmor(raw)[2] if pem.detect(raw) else raw for raw in lists]
            crls = [crl.CertificateList.load(raw, strict=True) for raw in lists]
        except (OSError, ValueError) as error:
            raise PublishError(
                Sentence(
                    "{where}: long_term: cannot be read ({error})",
                    where=self.settings.where,
                    error=error,
                )
            ) from None
        return ValidationContext(
            trust_roots=roots,
            crls=crls,
            allow_fetching=long_term.fetch,
            revocation_mode="require",
            retroactive_revinfo=True,
        )
