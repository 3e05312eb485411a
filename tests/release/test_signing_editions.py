"""An edition signed beside itself, and sent to each respondent in an envelope only it can open."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from cescore.cli import main as cli
from cescore.errors import PublishError
from cescore.release.delivery import Delivered, Delivery
from cescore.release.signing_editions import SigningOfEdition, sign_files
from cescore.release.verify_all import verify_editions
from tests.release.keys import NOW, YEAR, Authority, Holder, write
from tests.release.test_verify_pdf import report
from tests.release.world import World

FINAL = "2024-en/3-final"
OPENS = {"key_encipherment", "key_agreement"}


class Adding:
    """A signer that adds a comment, and is found out."""

    def sign(self, raw: bytes) -> bytes:
        return raw + b"% signed\n"


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture(scope="module")
def signed_once(made: Path, authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workspace whose final edition has real PDFs, is registered so, and is signed."""
    root = Path(shutil.copytree(made, tmp_path_factory.mktemp("signed") / "root"))
    with pytest.MonkeyPatch.context() as patch:
        raw = report()
        patch.setattr("tests.release.world.sealed", lambda given: raw)
        shutil.rmtree(root / "release")
        World(root).final()
        write(root, bureau_p12=authority.holder("Bureau").pkcs12(), root_pem=authority.root.pem)
        (root / "signing.yml").write_text("pkcs12: {file: bureau.p12}\n", encoding="utf-8")
        patch.setenv("CESCORE_SIGNING_PASSPHRASE", "open sesame")
        assert command("sign", FINAL, "--with", str(root / "signing.yml"), "--root", str(root)) == 0
    return root


def command(*arguments: str) -> int:
    with pytest.raises(SystemExit) as end:
        cli.main(arguments)
    return int(end.value.code or 0)


@pytest.fixture
def signed(signed_once: Path, tmp_path: Path) -> World:
    return World(Path(shutil.copytree(signed_once, tmp_path / "root")))


def problems(world: World) -> set[str]:
    found = verify_editions(world.root, trusted=(world.root / "root.pem",))
    return {one.code for one in found.problems}


def test_every_pdf_that_leaves_is_signed_and_the_edition_stays_as_it_was(signed: World) -> None:
    found = verify_editions(signed.root, trusted=(signed.root / "root.pem",))
    assert found.problems == ()
    assert "signatures_sound" in [one.code for one in found.facts]
    record = json.loads((signed.folder(f"{FINAL}.signed") / "signatures.json").read_bytes())
    files = json.loads((signed.folder(FINAL) / "manifest.json").read_bytes())["files"]
    assert record["files"] and all(r["unsigned"] == files[n] for n, r in record["files"].items())
    assert (signed.folder(f"{FINAL}.signed") / "statement.dsse.json").is_file()


def test_whatever_happens_to_the_signed_copies_is_found(signed: World) -> None:
    place = signed.folder(f"{FINAL}.signed")
    copies = sorted(place.rglob("*.pdf"))
    copies[0].chmod(0o600)
    copies[0].write_bytes(copies[0].read_bytes() + b" ")
    (copies[1].parent.chmod(0o700), copies[1].unlink())
    (place.chmod(0o700), (place / "more.txt").write_text("x"))
    assert {"altered", "lost", "strange"} <= problems(signed)
    shutil.rmtree(place)
    assert problems(signed) == {"lost"}


def test_an_edition_is_signed_once_and_only_in_force(signed: World, capsys: object) -> None:
    again = SigningOfEdition(signed.root, FINAL, Adding()).take()
    assert [one.code for one in again.against] == ["is_signed"]
    draft = SigningOfEdition(signed.root, "2024-en/1-draft", Adding()).take()
    assert "not_in_force_draft" in [one.code for one in draft.against]


def test_a_signer_that_does_not_sign_leaves_nothing_behind(released: World, tmp_path: Path) -> None:
    before = sorted(released.root.rglob("*"))
    with pytest.raises(PublishError, match=r"\.pdf: "):
        SigningOfEdition(released.root, FINAL, Adding()).take()
    assert [p for p in sorted(released.root.rglob("*")) if "lock" not in p.name] == [
        p for p in before if "lock" not in p.name
    ]
    (tmp_path / "a.pdf").write_bytes(report())
    with pytest.raises(PublishError, match="unsigned stands behind"):
        sign_files([tmp_path / "a.pdf"], Adding(), tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def opened(raw: bytes, holder: Holder, folder: Path) -> zipfile.ZipFile:
    """A package opened by OpenSSL, with a respondent's key."""
    write(folder, own_pem=holder.pem + holder.key_pem, package_der=raw)
    done = subprocess.run(
        ["openssl", "cms", "-decrypt", "-binary", "-inform", "DER", "-in", "package.der",
         "-recip", "own.pem"], cwd=folder, capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return zipfile.ZipFile(io.BytesIO(done.stdout))


def respondents(world: World) -> list[str]:
    return sorted(p.name for p in (world.folder(FINAL) / "respondent").iterdir())


@pytest.mark.parametrize("bits", [0, 2048])
def test_each_respondent_can_open_its_package_and_finds_its_own_files_alone(
    bits: int, signed: World, authority: Authority, tmp_path: Path
) -> None:
    ids = respondents(signed)
    holder = authority.holder("Library", OPENS, bits=bits)
    (tmp_path / "certificates").mkdir()
    for id_ in ids:
        (tmp_path / f"certificates/{id_}.pem").write_bytes(holder.pem)
    out = tmp_path / "out"
    made = Delivery(signed.root, FINAL, tmp_path / "certificates", out).take()
    assert (made.count, made.left_out, made.against) == (len(ids), (), ())
    for id_ in ids[:2]:
        package = opened((out / f"{id_}.zip.p7m").read_bytes(), holder, tmp_path)
        own = signed.folder(FINAL) / "respondent" / id_
        expected = {p.relative_to(own).as_posix() for p in own.rglob("*") if p.is_file()}
        assert set(package.namelist()) == expected
        pdf = next(n for n in expected if n.endswith("scorecard.pdf"))
        copy = signed.folder(f"{FINAL}.signed") / "respondent" / id_ / pdf
        assert package.read(pdf) == copy.read_bytes() != (own / pdf).read_bytes()
    assert (out / "deliveries.csv").stat().st_mode & 0o077 == 0


def test_a_respondent_without_a_certificate_that_can_be_used_is_named_and_the_others_are_served(
    signed: World, authority: Authority, tmp_path: Path
) -> None:
    ids, folder = respondents(signed), tmp_path / "certificates"
    folder.mkdir()
    good = authority.holder("Library", OPENS).pem
    for id_ in ids[3:]:
        (folder / f"{id_}.pem").write_bytes(good)
    (folder / f"{ids[1]}.crt").write_bytes(
        authority.holder("Old", OPENS, until=NOW - YEAR / 12).pem
    )
    (folder / f"{ids[2]}.crt").write_bytes(authority.holder("Signs only").pem)
    (folder / "nobody.pem").write_bytes(good)
    made: Delivered = Delivery(signed.root, FINAL, folder, tmp_path / "out").take()
    said = " ".join(one.said("en") for one in (*made.left_out, *made.notes))
    assert made.count == len(ids) - 3
    for part in (f"{ids[0]}: no certificate", "not today", "no keyAgreement", "nobody.pem"):
        assert part in said
    listed = (tmp_path / "out/deliveries.csv").read_text("utf-8-sig").splitlines()
    assert len(listed) == 1 + len(ids)
    assert "CN=Library" in listed[-1] and "'" not in listed[-1]  # it begins like no formula


def test_what_is_not_signed_is_not_delivered(released: World, tmp_path: Path) -> None:
    made = Delivery(released.root, FINAL, tmp_path, tmp_path / "out").take()
    assert [one.code for one in made.against] == ["deliver_unsigned"]
    assert not (tmp_path / "out").exists()
