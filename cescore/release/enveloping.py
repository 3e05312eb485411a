"""Encrypting a package to a certificate: CMS EnvelopedData (RFC 5652) with AES-256.

RSA keys by RSAES-OAEP with SHA-256 (RFC 3560, 4055); keys on elliptic curves by ephemeral-static ECDH
with the X9.63 derivation on SHA-256 and AES-256 key wrap (RFC 5753). cryptography's own builder offers
neither; the algorithms are its own all the same, and asn1crypto's the notation.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar

from cescore.errors import PublishError, Sentence

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.x509 import Certificate

KEY, BLOCK = 32, 16  # bytes, of AES-256
LEAST_RSA = 2048  # bits
AGREEMENT = "1.3.132.1.11.1"  # dhSinglePass-stdDH-sha256kdf-scheme
KEY_WRAP = "2.16.840.1.101.3.4.1.45"  # id-aes256-wrap
EC_PUBLIC_KEY = "1.2.840.10045.2.1"


def read_recipient(raw: bytes) -> Certificate:
    """A respondent's certificate, in PEM or DER, that something can be encrypted to today.

    Raises
    ------
    PublishError
        It is none, out of its time, or its key or use is not one for encryption.
    """
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    is_text = b"-----BEGIN" in raw
    try:
        load = x509.load_pem_x509_certificate if is_text else x509.load_der_x509_certificate
        certificate = load(raw)
        key = certificate.public_key()
    except (ValueError, UnsupportedAlgorithm) as error:
        raise PublishError(
            Sentence("no certificate of RSA or NIST curves ({error})", error=error)
        ) from None
    first, last = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if not first <= datetime.now(UTC) <= last:
        raise PublishError(
            Sentence(
                "valid from {first:%Y-%m-%d} to {last:%Y-%m-%d}, not today", first=first, last=last
            )
        )
    is_rsa = isinstance(key, rsa.RSAPublicKey)
    if not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
        raise PublishError(Sentence("its key is neither RSA nor on an elliptic curve"))
    if isinstance(key, rsa.RSAPublicKey) and key.key_size < LEAST_RSA:
        raise PublishError(
            Sentence(
                "an RSA key of {key_size} bits, expected {least_rsa} or more",
                key_size=key.key_size,
                least_rsa=LEAST_RSA,
            )
        )
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return certificate
    if not (usage.key_encipherment if is_rsa else usage.key_agreement):
        expected = "keyEncipherment" if is_rsa else "keyAgreement"
        raise PublishError(
            Sentence(
                "its key usage has no {expected}, so nothing is encrypted to it", expected=expected
            )
        )
    return certificate


def enveloped(content: bytes, certificate: Certificate) -> bytes:
    """The content as DER that only the holder of the certificate's key can open."""
    from asn1crypto import cms

    content_key, start = os.urandom(KEY), os.urandom(BLOCK)
    data = {
        "version": "v2",
        "recipient_infos": [_recipient(content_key, certificate)],
        "encrypted_content_info": {
            "content_type": "data",
            "content_encryption_algorithm": {"algorithm": "aes256_cbc", "parameters": start},
            "encrypted_content": _encrypted(content, content_key, start),
        },
    }
    whole = cms.ContentInfo({"content_type": "enveloped_data", "content": cms.EnvelopedData(data)})
    raw: bytes = whole.dump()
    return raw


def _recipient(content_key: bytes, certificate: Certificate) -> Any:
    """How the holder of the certificate gets at the content's key."""
    from asn1crypto import cms
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    key = certificate.public_key()
    if isinstance(key, ec.EllipticCurvePublicKey):
        return cms.RecipientInfo("kari", _key_agreement(content_key, certificate, key))
    assert isinstance(key, rsa.RSAPublicKey)  # read_recipient has seen to it
    return cms.RecipientInfo("ktri", _key_transport(content_key, certificate, key))


def _issuer_and_number(certificate: Certificate) -> dict[str, Any]:
    """What names a certificate in an envelope."""
    from asn1crypto import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    own = x509.Certificate.load(certificate.public_bytes(Encoding.DER))
    return {"issuer": own.issuer, "serial_number": own.serial_number}


def _key_transport(
    content_key: bytes, certificate: Certificate, key: RSAPublicKey
) -> dict[str, Any]:
    """The content's key encrypted to an RSA key."""
    from asn1crypto import cms
    from cryptography.hazmat.primitives.asymmetric import padding
    from cryptography.hazmat.primitives.hashes import SHA256

    sha256 = {"algorithm": "sha256"}
    mask = {"algorithm": "mgf1", "parameters": sha256}
    oaep = padding.OAEP(mgf=padding.MGF1(SHA256()), algorithm=SHA256(), label=None)
    return {
        "version": "v0",
        "rid": cms.RecipientIdentifier("issuer_and_serial_number", _issuer_and_number(certificate)),
        "key_encryption_algorithm": {
            "algorithm": "rsaes_oaep",
            "parameters": {"hash_algorithm": sha256, "mask_gen_algorithm": mask},
        },
        "encrypted_key": key.encrypt(content_key, oaep),
    }


def _key_agreement(
    content_key: bytes, certificate: Certificate, key: EllipticCurvePublicKey
) -> dict[str, Any]:
    """How the recipient gets at the content's key: an ephemeral public key and the wrapped key."""
    from asn1crypto import algos, cms
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.x963kdf import X963KDF
    from cryptography.hazmat.primitives.keywrap import aes_key_wrap
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    ephemeral = ec.generate_private_key(key.curve)
    shared = ephemeral.exchange(ec.ECDH(), key)
    wrap = algos.AlgorithmIdentifier({"algorithm": KEY_WRAP})
    wrapping_key = X963KDF(SHA256(), KEY, _shared_info(wrap)).derive(shared)
    point = ephemeral.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return {
        "version": "v3",
        "originator": cms.OriginatorIdentifierOrKey(
            "originator_key", {"algorithm": {"algorithm": EC_PUBLIC_KEY}, "public_key": point}
        ),
        "key_encryption_algorithm": {"algorithm": AGREEMENT, "parameters": wrap},
        "recipient_encrypted_keys": [
            {
                "rid": cms.KeyAgreementRecipientIdentifier(
                    "issuer_and_serial_number", _issuer_and_number(certificate)
                ),
                "encrypted_key": aes_key_wrap(wrapping_key, content_key),
            }
        ],
    }


def _shared_info(wrap: Any) -> bytes:
    """ECC-CMS-SharedInfo: the wrapping algorithm and the length of its key, in bits."""
    from asn1crypto import core

    class SharedInfo(core.Sequence):  # type: ignore[misc]
        _fields: ClassVar = [("key_info", core.Any), ("length", core.OctetString, {"explicit": 2})]

    info = SharedInfo({"key_info": wrap, "length": (KEY * 8).to_bytes(4, "big")})
    raw: bytes = info.dump()
    return raw


def _encrypted(content: bytes, key: bytes, start: bytes) -> bytes:
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
    from cryptography.hazmat.primitives.padding import PKCS7

    padder = PKCS7(BLOCK * 8).padder()
    cipher = Cipher(algorithms.AES256(key), modes.CBC(start)).encryptor()
    padded = padder.update(content) + padder.finalize()
    return cipher.update(padded) + cipher.finalize()
