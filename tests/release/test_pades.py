"""A signed PDF is the file it was with a signature behind it, whoever holds the key."""

from __future__ import annotations

import io
import random
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from publish.verapdf import STANDARDS, verdicts
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader

from cescore.errors import PublishError
from cescore.release.pades import open_signer
from cescore.release.signing_settings import read_signing
from cescore.release.verify_pdf import verify_pdf
from tests.release.keys import NOW, PASSPHRASE, STAMPS, YEAR, Authority, write
from tests.release.test_verify_pdf import report
from tests.release.tsa import timestamp_authority

KEY = "pkcs12: {file: bureau.p12}\n"
SEAL = "seal: {image: seal.png, page: 1, left: 150, bottom: 30, width: 40, height: 40}\n"
# a program with a key of its own: what it is given is a digest, what it prints a signature
PROGRAM = """
import sys
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
key = serialization.load_pem_private_key(open("key.pem", "rb").read(), None)
digest = sys.stdin.buffer.read()
sys.stdout.buffer.write(key.sign(digest, ec.ECDSA(utils.Prehashed(hashes.SHA256()))))
"""
WHOLE = """
import asyncio, sys
from pathlib import Path
from pyhanko.sign.signers import SimpleSigner
signer = SimpleSigner.load("key.pem", "bureau.pem")
digest = sys.stdin.buffer.read()
signed = asyncio.run(signer.async_sign(digest, "sha256", use_pades=True))
sys.stdout.buffer.write(signed.dump())
"""


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture(scope="module")
def desk(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the bureau's key in all its forms, a seal, and lists of the authority."""
    folder = tmp_path_factory.mktemp("desk")
    bureau = authority.holder("Bureau")
    write(
        folder,
        bureau_p12=bureau.pkcs12(authority.root.certificate),
        bureau_pem=bureau.pem,
        key_pem=bureau.key_pem,
        root_pem=authority.root.pem,
        revoked_crl=authority.revoked,
        signs_py=PROGRAM,
        whole_py=WHOLE,
    )
    image = Image.new("RGBA", (300, 300), (0, 0, 0, 0))
    ImageDraw.Draw(image).ellipse((10, 10, 290, 290), outline=(200, 0, 0, 255), width=12)
    image.save(folder / "seal.png")
    return folder


@pytest.fixture(scope="module")
def raw() -> bytes:
    return report()


Signing = Callable[[str], bytes]


@pytest.fixture(scope="module")
def sign(desk: Path, raw: bytes) -> Signing:
    """The report signed as settings say."""

    def signed(text: str) -> bytes:
        (desk / "signing.yml").write_text(text, encoding="utf-8")
        return open_signer(read_signing(desk / "signing.yml"), lambda *_: PASSPHRASE).sign(raw)

    return signed


def codes(raw: bytes, desk: Path) -> tuple[list[str], list[str]]:
    """What is well and what is wrong with a PDF, by code."""
    (desk / "received.pdf").write_bytes(raw)
    found = verify_pdf(desk / "received.pdf", desk, (desk / "root.pem",))
    return [one.code for one in found.facts], [one.code for one in found.problems]


def command(program: str, gives: str) -> str:
    return (
        f"command: {{run: ['{sys.executable}', {program}], certificate: bureau.pem,"
        f" chain: [root.pem], gives: {gives}}}\n"
    )


WAYS = {
    "a key in a file": KEY,
    "with a seal": KEY + SEAL,
    "a program that signs a digest": command("signs.py", "signature"),
    "a program that makes it whole": command("whole.py", "cms"),
    "without certifying": KEY + "certify: false\n",
}


@pytest.mark.parametrize("way", WAYS)
def test_what_was_signed_stays_and_the_signature_is_found_sound(
    way: str, sign: Signing, raw: bytes, desk: Path
) -> None:
    signed = sign(WAYS[way])
    assert signed.startswith(raw)
    facts, problems = codes(signed, desk)
    assert "pdf_signed" in facts and "pdf_sealed" in facts and problems == []


def test_signed_files_are_still_archive_files_that_can_be_read_out(
    sign: Signing, tmp_path: Path
) -> None:
    (tmp_path / "plain.pdf").write_bytes(sign(KEY))
    (tmp_path / "seal.pdf").write_bytes(sign(KEY + SEAL))
    found = verdicts([tmp_path / "plain.pdf", tmp_path / "seal.pdf"])
    assert len(found) == 2 * len(STANDARDS)
    assert [one for one in found if not one.passed] == []


def test_two_signings_differ_in_the_signature_and_its_time_alone(sign: Signing, raw: bytes) -> None:
    def added(signed: bytes) -> str:
        reader = PdfFileReader(io.BytesIO(signed))
        (signature,) = reader.embedded_signatures
        parts = dict(signature.sig_object)
        parts.pop("/Contents"), parts.pop("/M")
        return f"{parts} {reader.trailer['/ID']} {len(signed)}"

    first, second = (sign(KEY)[: len(raw)] for _ in range(2))
    assert first == second and added(sign(KEY)) == added(sign(KEY))


def appended(raw: bytes) -> bytes:
    """A file to which a stranger has added a revision with another title and page."""
    writer = IncrementalPdfFileWriter(io.BytesIO(raw))
    page = writer.root["/Pages"]["/Kids"][0]
    page["/Contents"] = writer.add_object(generic.StreamObject(stream_data=b"BT ET"))
    writer.update_container(page)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def flipped(raw: bytes) -> bytes:
    place = len(raw) // 2
    return raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :]


@pytest.mark.parametrize("attack", [appended, flipped])
@pytest.mark.parametrize("way", ["a key in a file", "without certifying"])
def test_whatever_is_altered_after_signing_is_found(
    attack: Callable[[bytes], bytes], way: str, sign: Signing, desk: Path
) -> None:
    _, problems = codes(attack(sign(WAYS[way])), desk)
    assert {f"pdf_signature_{how}" for how in ("altered", "broken", "partial")} & set(problems)


def test_every_bit_flipped_in_what_signing_added_is_found(
    sign: Signing, raw: bytes, desk: Path
) -> None:
    signed, chosen = sign(KEY), random.Random(2024)
    for _ in range(20):
        place = chosen.randrange(len(raw), len(signed))
        altered = bytearray(signed)
        altered[place] ^= 1 << chosen.randrange(8)
        with suppress(PublishError):  # so damaged that it cannot be opened, and said so
            assert codes(bytes(altered), desk)[1], place


def test_what_is_added_to_an_unsigned_file_is_found(raw: bytes, desk: Path) -> None:
    for altered in (appended(raw), raw + b"%", raw + b"/ByteRange %%EOF\n"):
        assert "pdf_added" in codes(altered, desk)[1]


def test_a_stranger_with_a_certificate_of_the_same_name_is_not_trusted(
    sign: Signing, desk: Path, raw: bytes, tmp_path: Path
) -> None:
    other = Authority()
    write(tmp_path, bureau_p12=other.holder("Bureau").pkcs12(), signing_yml=KEY)
    forged = open_signer(read_signing(tmp_path / "signing.yml"), lambda *_: PASSPHRASE).sign(raw)
    assert codes(forged, desk)[1] == ["pdf_signature_stranger"]


@pytest.fixture(scope="module")
def timed(authority: Authority, sign: Signing) -> bytes:
    """The report signed with a timestamp and all that a verifier of later years needs."""
    with timestamp_authority(authority.holder("Clock", STAMPS, bits=2048)) as url:
        return sign(
            f"{KEY}timestamp: {{url: '{url}'}}\n"
            "long_term: {trust: [root.pem], revocation: [revoked.crl]}\n"
        )


def test_a_signature_for_the_long_term_carries_timestamps_and_what_proves_its_certificates(
    timed: bytes, desk: Path
) -> None:
    facts, problems = codes(timed, desk)
    assert problems == [] and {"pdf_signed", "pdf_timestamp"} <= set(facts)
    store = PdfFileReader(io.BytesIO(timed)).root["/DSS"]
    assert len(store["/CRLs"]) == 1 and len(store["/Certs"]) >= 2


def test_a_timestamp_added_later_breaks_no_certified_signature(
    timed: bytes, desk: Path, authority: Authority
) -> None:
    from pyhanko.sign.signers import PdfTimeStamper
    from pyhanko.sign.timestamps import HTTPTimeStamper

    with timestamp_authority(authority.holder("Clock", STAMPS, bits=2048)) as url:
        out = PdfTimeStamper(HTTPTimeStamper(url)).timestamp_pdf(
            IncrementalPdfFileWriter(io.BytesIO(timed)), "sha256"
        )
    assert codes(out.getvalue(), desk)[1] == []
    assert "pdf_signature_partial" in codes(appended(out.getvalue()), desk)[1]


FAULTS = {
    "a wrong passphrase": ({}, KEY, "passphrase is wrong"),
    "an expired certificate": ({"until": NOW - YEAR / 12}, KEY, "valid from .* not today"),
    "a certificate for something else": ({"uses": {"key_encipherment"}}, KEY, "key usage key_encip"),
    "no authority": ({}, KEY + "timestamp: {url: 'http://127.0.0.1:9/'}\n", "127.0.0.1:9/: no time"),
    "no token": (
        {},
        "pkcs11: {module: bureau.p12, slot: 0, label: bureau}\n",
        "python-pkcs11, which is not installed",
    ),
    "no such plugin": ({}, "plugin: {name: sm2}\n", "no 'sm2' installed"),
    "no such program": (
        {},
        "command: {run: [./nothing], certificate: bureau.pem}\n",
        "./nothing: cannot be run",
    ),
    "a program that fails": (
        {},
        f"command: {{run: ['{sys.executable}', -c, 'raise SystemExit(\"no card\")'], certificate:"
        " bureau.pem}\n",
        "no card .exit status 1",
    ),
    "a page that is not there": ({}, KEY + SEAL.replace("page: 1", "page: 9"), "page 9, expected"),
    "a seal that is no image": ({}, KEY + SEAL.replace("seal.png", "bureau.pem"), "found no image"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_what_keeps_a_key_from_signing_is_said_in_one_line(
    fault: str,
    authority: Authority,
    raw: bytes,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "pkcs11", None)  # as where the package is not installed
    given, text, said = FAULTS[fault]
    holder = authority.holder("Bureau", **given)  # type: ignore[arg-type]
    write(tmp_path, bureau_p12=holder.pkcs12(), bureau_pem=holder.pem, signing_yml=text)
    (tmp_path / "seal.png").write_bytes(b"" if "image" in fault else _dot())
    phrase = "wrong" if "passphrase" in fault else PASSPHRASE
    with pytest.raises(PublishError, match=said) as told:
        open_signer(read_signing(tmp_path / "signing.yml"), lambda *_: phrase).sign(raw)
    assert len(str(told.value).splitlines()) == 1


def _dot() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (4, 4)).save(out, "PNG")
    return out.getvalue()


def test_a_signed_file_is_not_signed_again(desk: Path) -> None:
    (desk / "signing.yml").write_text(KEY, encoding="utf-8")
    signer = open_signer(read_signing(desk / "signing.yml"), lambda *_: PASSPHRASE)
    with pytest.raises(PublishError, match="signed already"):
        signer.sign(signer.sign(report()))
