"""A national algorithm comes in by the bureau's own program, and nothing is claimed of it that was not checked."""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from cescore.definitions.shipped import REPOSITORY
from cescore.release.pades import open_signer
from cescore.release.signing_editions import signed_and_checked
from cescore.release.signing_settings import read_signing
from cescore.release.verify_pdf import verify_pdf
from tests.release.keys import Authority
from tests.release.test_verify_pdf import report

PROGRAM = REPOSITORY / "examples" / "signing" / "sm2_sign.py"
IDENTITY = "distid:1234567812345678"
SETTINGS = f"""command:
  run: ['{sys.executable}', '{PROGRAM}', key.pem, bureau.pem]
  certificate: bureau.pem
  gives: cms
  digest: sm3
"""


def openssl(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["openssl", *arguments], cwd=folder, capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.skip(f"openssl knows no SM2 here: {done.stderr.strip()[:80]}")
    return done.stdout


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key of SM2 with its certificate, and a report that the example program has signed."""
    folder = tmp_path_factory.mktemp("sm2")
    if shutil.which("openssl") is None:
        pytest.skip("needs the command openssl")
    curve = ("-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:SM2")
    openssl(folder, "genpkey", *curve, "-out", "key.pem")
    usage = ("-addext", "keyUsage=critical,digitalSignature")
    name = ("-subj", "/CN=Bureau", "-days", "9", *usage)
    openssl(folder, "req", "-new", "-x509", "-sm3", "-key", "key.pem", *name, "-out", "bureau.pem")
    (folder / "signing.yml").write_text(SETTINGS, encoding="utf-8")
    signer = open_signer(read_signing(folder / "signing.yml"))
    (folder / "signed.pdf").write_bytes(signed_and_checked(signer, report(), "report.pdf"))
    return folder


def codes(path: Path, *trusted: Path) -> tuple[list[str], list[str]]:
    found = verify_pdf(path, path.parent, trusted)
    return [one.code for one in found.facts], [one.code for one in found.problems]


def test_it_is_said_what_of_the_signature_was_checked_and_what_was_not(desk: Path) -> None:
    facts, problems = codes(desk / "signed.pdf")
    assert problems == [] and "pdf_signed_elsewhere" in facts
    assert not {"pdf_signed", "pdf_signed_by"} & set(facts)


def test_nobody_is_trusted_by_a_signature_that_was_not_checked(desk: Path) -> None:
    (desk / "root.pem").write_bytes(Authority().root.pem)
    assert codes(desk / "signed.pdf", desk / "root.pem")[1] == ["pdf_signature_unjudged"]


def test_a_file_altered_since_does_not_have_the_digest_that_was_signed(desk: Path) -> None:
    raw = bytearray((desk / "signed.pdf").read_bytes())
    raw[len(raw) // 3] ^= 1
    (desk / "altered.pdf").write_bytes(raw)
    assert "pdf_signature_altered" in codes(desk / "altered.pdf")[1]
    (desk / "longer.pdf").write_bytes((desk / "signed.pdf").read_bytes() + b"%")
    assert "pdf_signature_partial" in codes(desk / "longer.pdf")[1]


def test_a_program_that_knows_the_algorithm_finds_the_signature_sound(desk: Path) -> None:
    raw = (desk / "signed.pdf").read_bytes()
    (signature,) = PdfFileReader(io.BytesIO(raw)).embedded_signatures
    info = signature.signer_info
    (desk / "attributes").write_bytes(info["signed_attrs"].untag().dump())
    (desk / "signature").write_bytes(info["signature"].native)
    openssl(desk, "pkey", "-in", "key.pem", "-pubout", "-out", "public.pem")
    said = openssl(desk, "pkeyutl", "-verify", "-pubin", "-inkey", "public.pem", "-in", "attributes",
                   "-rawin", "-digest", "sm3", "-pkeyopt", IDENTITY, "-sigfile", "signature")  # fmt: skip
    assert "Verified Successfully" in said
