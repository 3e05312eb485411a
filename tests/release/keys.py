"""Keys and certificates of a bureau that never was, made anew in every run of the tests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

PASSPHRASE = "open sesame"
NOW = datetime.now(UTC).replace(microsecond=0)
YEAR = timedelta(days=365)
SIGNS, STAMPS = {"digital_signature"}, {"digital_signature", "timestamps"}
Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


def name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


@dataclass(frozen=True)
class Holder:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: Key

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def key_pem(self) -> bytes:
        return self.key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )

    def pkcs12(self, *chain: x509.Certificate) -> bytes:
        lock = serialization.BestAvailableEncryption(PASSPHRASE.encode())
        return pkcs12.serialize_key_and_certificates(
            b"bureau", self.key, self.certificate, chain, lock
        )


class Authority:
    """Issues certificates to whoever asks."""

    @cached_property
    def root(self) -> Holder:
        key = ec.generate_private_key(ec.SECP256R1())
        return Holder(self._issued("Root of the tests", key, key, uses={"key_cert_sign"}), key)

    def holder(
        self, common: str, uses: set[str] = SIGNS, until: datetime = NOW + YEAR, bits: int = 0
    ) -> Holder:
        """A certificate on EC P-256, or on RSA of so many bits."""
        key: Key = (
            rsa.generate_private_key(65537, bits)
            if bits
            else ec.generate_private_key(ec.SECP256R1())
        )
        return Holder(self._issued(common, key, self.root.key, uses, until), key)

    @cached_property
    def revoked(self) -> bytes:
        """A list of revoked certificates, on which there is none."""
        builder = x509.CertificateRevocationListBuilder(
            self.root.certificate.subject, NOW - YEAR / 12, NOW + YEAR
        )
        signed = builder.sign(self.root.key, hashes.SHA256())
        return signed.public_bytes(serialization.Encoding.DER)

    def _issued(
        self,
        common: str,
        key: Key,
        by: Key,
        uses: set[str],
        until: datetime = NOW + YEAR,
    ) -> x509.Certificate:
        is_root = "key_cert_sign" in uses
        usage = {
            word: word in uses
            for word in (
                "digital_signature", "content_commitment", "key_encipherment", "data_encipherment",
                "key_agreement", "key_cert_sign",
            )
        }  # fmt: skip
        builder = (
            x509.CertificateBuilder(
                name("Root of the tests"), name(common), key.public_key(),
                x509.random_serial_number(), min(NOW - YEAR, until - YEAR), until,
            )
            .add_extension(x509.BasicConstraints(is_root, None), critical=True)
            .add_extension(
                x509.KeyUsage(**usage, crl_sign=is_root, encipher_only=False, decipher_only=False),
                critical=True,
            )
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()), False
            )
        )  # fmt: skip
        if "timestamps" in uses:
            purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
            builder = builder.add_extension(purpose, critical=True)
        return builder.sign(by, hashes.SHA256())


def write(folder: Path, **files: bytes | str) -> None:
    """Files of a folder; ``_`` in a name stands for its dot."""
    for key, content in files.items():
        path = folder / ".".join(key.rsplit("_", 1))
        path.write_bytes(content.encode() if isinstance(content, str) else content)
