"""Settings for signing: everything that is wrong comes out at once, and no secret has a place in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from cescore.errors import ParamsError
from cescore.release.signing_settings import SIGNING_FILE, read_signing
from tests.release.keys import write


def faults(folder: Path, text: str) -> str:
    write(folder, signing_yml=text)
    with pytest.raises(ParamsError) as told:
        read_signing(folder / SIGNING_FILE)
    return str(told.value)


def test_all_faults_come_out_together_with_line_and_key(tmp_path: Path) -> None:
    said = faults(
        tmp_path,
        "pkcs12: {file: gone.p12, passphrase: secret}\n"
        "pkcs11: {module: gone.so, label: x}\n"
        "certify: perhaps\n"
        "timestamp: {url: 'ftp://clock'}\n"
        "seal: {image: gone.png, left: -1, bottom: 0, width: 0, height: 9}\n",
    )
    for part in ("signing.yml:1", "passphrase", "signing.yml:3", "certify", "timestamp.url",
                 "seal.left", "seal.width"):  # fmt: skip
        assert part in said


def test_a_file_that_is_right_in_form_must_not_contradict_itself(tmp_path: Path) -> None:
    said = faults(
        tmp_path,
        "pkcs12: {file: gone.p12}\nplugin: {name: sm2}\nlong_term: {trust: root.pem}\n",
    )
    for part in ("pkcs12, plugin, expected one of", "no timestamp", "gone.p12", "root.pem"):
        assert part in said


@pytest.mark.parametrize("text", ["", "certify: true\n", "[]\n", "pkcs12: [x\n"])
def test_a_file_without_a_key_is_refused(text: str, tmp_path: Path) -> None:
    assert SIGNING_FILE in faults(tmp_path, text)


def test_settings_that_are_not_there_are_said_to_be_so(tmp_path: Path) -> None:
    with pytest.raises(ParamsError, match=r"no settings for signing there; docs/release\.md"):
        read_signing(tmp_path / SIGNING_FILE)
