"""A key that never leaves its token signs like any other (PKCS#11, tried with SoftHSM)."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from cescore.definitions.shipped import REPOSITORY
from tests.release.keys import Authority, Holder, write
from tests.release.test_verify_pdf import report

LIBRARIES = [
    Path(folder) / "softhsm" / "libsofthsm2.so"
    for folder in ("/usr/lib", "/usr/lib64", "/usr/local/lib", "/usr/lib/x86_64-linux-gnu")
]
LIBRARY = next((path for path in LIBRARIES if path.is_file()), LIBRARIES[0])
PIN, TOKEN = "135790", "bureau-token"
# in a process of its own: the library reads its settings once
PUT = """
import pathlib, sys, pkcs11
from pkcs11.util.x509 import decode_x509_certificate
library, token, pin, label = sys.argv[1:]
found = decode_x509_certificate(pathlib.Path(f"{label}.der").read_bytes())
found |= {pkcs11.Attribute.TOKEN: True, pkcs11.Attribute.LABEL: label}
with pkcs11.lib(library).get_token(token_label=token).open(rw=True, user_pin=pin) as session:
    session.create_object(found)
"""
KEYS = {"curve": 0, "rsa": 2048}  # bits; 0: on an elliptic curve

pytestmark = pytest.mark.soak
Sign = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A token with a key of each kind, its settings, and a report."""
    pytest.importorskip("pkcs11", reason="needs the extra pkcs11")
    if shutil.which("softhsm2-util") is None or not LIBRARY.is_file():
        pytest.skip("needs SoftHSM (Debian: softhsm2)")
    folder, authority = tmp_path_factory.mktemp("token"), Authority()
    (folder / "tokens").mkdir()
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder}/tokens\n")
    token = ("--token", TOKEN, "--pin", PIN)
    run(folder, "softhsm2-util", "--init-token", "--free", "--label", TOKEN, "--pin", PIN,
        "--so-pin", "12345678")  # fmt: skip
    for number, (label, bits) in enumerate(KEYS.items(), start=1):
        holder = authority.holder(f"Bureau {label}", bits=bits)
        put(folder, label, holder)
        run(folder, "softhsm2-util", "--import", f"{label}.pem", *token, "--label", label,
            "--id", f"0{number}")  # fmt: skip
    (folder / "root.pem").write_bytes(authority.root.pem)
    (folder / "report.pdf").write_bytes(report())
    return folder


def run(folder: Path, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    kept = {k: v for k, v in os.environ.items() if k != "CESCORE_SIGNING_PIN"}
    given = {**kept, "SOFTHSM2_CONF": str(folder / "softhsm2.conf"), **variables}
    return subprocess.run(
        command, cwd=folder, env=given, stdin=subprocess.DEVNULL, capture_output=True, text=True,
        check=False, start_new_session=True,
    )  # fmt: skip


def put(folder: Path, label: str, holder: Holder) -> None:
    write(folder, **{f"{label}_pem": holder.key_pem})
    (folder / f"{label}.der").write_bytes(holder.certificate.public_bytes(Encoding.DER))
    done = run(folder, sys.executable, "-c", PUT, str(LIBRARY), TOKEN, PIN, label)
    assert done.returncode == 0, done.stderr


@pytest.fixture
def sign(desk: Path, tmp_path: Path) -> Sign:
    """The command, with the key of a label."""

    def signed(label: str, pin: str = PIN, **changed: str) -> subprocess.CompletedProcess[str]:
        key = {"module": str(LIBRARY), "token": TOKEN, "label": label, **changed}
        said = ", ".join(f"{name}: {value}" for name, value in key.items() if value)
        (desk / "signing.yml").write_text(f"pkcs11: {{{said}}}\n", encoding="utf-8")
        variables = {"CESCORE_SIGNING_PIN": pin} if pin else {}
        return run(desk, sys.executable, str(REPOSITORY / "build.py"), "sign", "report.pdf",
                   "--out", str(tmp_path), "--with", "signing.yml", "--lang", "en", **variables)  # fmt: skip

    return signed


@pytest.mark.parametrize("label", KEYS)
def test_a_token_signs_and_the_signature_is_trusted(
    label: str, sign: Sign, desk: Path, tmp_path: Path
) -> None:
    assert sign(label).returncode == 0
    done = run(desk, sys.executable, str(REPOSITORY / "build.py"), "verify",
               str(tmp_path / "report.pdf"), "--trust", "root.pem", "--lang", "en")  # fmt: skip
    assert f"Bureau {label}, trusted, and unaltered" in done.stdout and done.returncode == 0


FAULTS = {
    "a wrong PIN": ({"pin": "99999"}, "the PIN is wrong; a token locks itself"),
    "no PIN and nobody to ask": ({"pin": ""}, "found nothing in CESCORE_SIGNING_PIN"),
    "a label that nothing has": ({"label": "nobody"}, "certificate with label 'nobody'"),
    "another token": ({"token": "other"}, "No token matching"),
    "a slot that there is not": ({"token": "", "slot": "77"}, "77"),
    "a library that is none": ({"module": "root.pem"}, "root.pem"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_what_a_token_refuses_is_said_in_one_line_without_its_pin(
    fault: str, sign: Sign, tmp_path: Path
) -> None:
    given, said = FAULTS[fault]
    done = sign(**{"label": "curve", **given})
    assert done.returncode == 2 and said in done.stderr
    assert len(done.stderr.splitlines()) == 1 and PIN not in done.stderr
    assert not list(tmp_path.iterdir())
