"""A program that signs with SM2 and SM3: the digest of a PDF comes in, a whole CMS signature goes out.

A worked example of `command` with `gives: cms` (docs/release.md). The signature itself is made by the
`openssl` command (3.0 or later) with a key in a file; a bureau puts the program of its token or of its
signing service in that place. Everything around it is as RFC 5652 and RFC 5035 have it, with the
identifiers of GM/T 0006.

    python sm2_sign.py KEY.pem CERTIFICATE.pem < digest > signature.der
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from asn1crypto import algos, cms, pem, tsp, x509

SM3 = "1.2.156.10197.1.401"
SM2_WITH_SM3 = "1.2.156.10197.1.501"
SIGNER = "1234567812345678"  # the identity of the signer that GB/T 32918 has where none is agreed
DIGEST = 32  # bytes


def sm2(data: bytes, key: Path) -> bytes:
    """The SM2 signature over the SM3 digest of signer's identity, public key and data."""
    with tempfile.TemporaryDirectory() as folder:
        given = Path(folder) / "data"
        given.write_bytes(data)
        done = subprocess.run(
            ["openssl", "pkeyutl", "-sign", "-inkey", str(key), "-in", str(given), "-rawin",
             "-digest", "sm3", "-pkeyopt", f"distid:{SIGNER}"],
            capture_output=True,
            check=False,
        )  # fmt: skip
    if done.returncode:
        raise SystemExit(done.stderr.decode(errors="replace").strip() or "openssl failed")
    return done.stdout


def signed_attributes(digest: bytes, certificate: bytes) -> cms.CMSAttributes:
    """What is signed: that it is data, its digest, and whose certificate is meant."""
    meant = tsp.ESSCertIDv2(
        {
            "hash_algorithm": algos.DigestAlgorithm({"algorithm": SM3}),
            "cert_hash": hashlib.new("sm3", certificate).digest(),
        }
    )
    attributes: list[dict[str, Any]] = [
        {"type": "content_type", "values": ["data"]},
        {"type": "message_digest", "values": [digest]},
        {
            "type": "signing_certificate_v2",
            "values": [tsp.SigningCertificateV2({"certs": [meant]})],
        },
    ]
    return cms.CMSAttributes(attributes)


def signed_data(digest: bytes, key: Path, certificate: bytes) -> bytes:
    """The signature as CMS, in DER; the signed document stays outside."""
    own = x509.Certificate.load(certificate)
    attributes = signed_attributes(digest, certificate)
    by = cms.IssuerAndSerialNumber({"issuer": own.issuer, "serial_number": own.serial_number})
    signer = cms.SignerInfo(
        {
            "version": "v1",
            "sid": cms.SignerIdentifier("issuer_and_serial_number", by),
            "digest_algorithm": algos.DigestAlgorithm({"algorithm": SM3}),
            "signed_attrs": attributes,
            "signature_algorithm": algos.SignedDigestAlgorithm({"algorithm": SM2_WITH_SM3}),
            "signature": sm2(attributes.dump(), key),
        }
    )
    content = cms.SignedData(
        {
            "version": "v1",
            "digest_algorithms": [algos.DigestAlgorithm({"algorithm": SM3})],
            "encap_content_info": {"content_type": "data"},
            "certificates": [own],
            "signer_infos": [signer],
        }
    )
    raw: bytes = cms.ContentInfo({"content_type": "signed_data", "content": content}).dump()
    return raw


def main() -> None:
    """Sign what stands on standard input."""
    key, certificate = map(Path, sys.argv[1:])
    digest = sys.stdin.buffer.read()
    if len(digest) != DIGEST:
        raise SystemExit(f"found {len(digest)} bytes, expected an SM3 digest of {DIGEST}")
    _, _, der = pem.unarmor(certificate.read_bytes())
    sys.stdout.buffer.write(signed_data(digest, key, der))


if __name__ == "__main__":
    main()
