"""A PDF alone tells whether it is whole, whose it is, and whether its parts say the same."""

from __future__ import annotations

import hashlib
import io
import json
import random
import shutil
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import pypdfium2
import pytest

from cescore.definitions.shipped import TEMPLATES
from cescore.disclosure.documents.standing import Moved, ReportStanding
from cescore.errors import PublishError
from cescore.publish.printing.pdf import Attachment, print_pdf
from cescore.publish.printing.seal import sealed
from cescore.release.editions import EditionFolder
from cescore.release.verify_all import verify_editions
from cescore.release.verify_pdf import verify_pdf
from tests.release.world import World

HASH = "ab" * 32
NUMBER = "CE-2024-L1-0A1B2C"
FLIPS = 30  # ten times as many in the soak


def result(**changes: Any) -> dict[str, Any]:
    value = {"code": "rate", "value": 30.0, "score": 60.04}
    provenance = {"bundle_hash": HASH, "report_number": NUMBER, "run_status": "final"}
    whole = {"entity_id": "L1", "year": 2024, "names": {"zh": "北图", "en": "North Library"},
             "indicators": [value], "headline": {"a": {"code": "rate", "value": 30.0}},
             "provenance": provenance}  # fmt: skip
    return {**whole, **changes}


def report(
    given: dict[str, Any] | None = None, table: str = "rate,30.0,60.0\r\n", **says: str
) -> bytes:
    """A report of two pages as the printer makes it, with its result and one table attached."""
    said = {
        "name": "North Library",
        "foot": f"{NUMBER} · {HASH[:12]}",
        "figures": "30.0 60.0",
        **says,
    }
    foot = f"<p>{said['foot']}</p>"
    body = f"<p>{said['name']} L1 2024 rate {said['figures']}</p>{foot}"
    body += f'<div style="break-before: page">more{foot}</div>'
    html = f'<html lang="en"><head><title>t</title></head><body>{body}</body></html>'
    raw = json.dumps(result() if given is None else given).encode()
    return print_pdf(
        html,
        stylesheet=TEMPLATES / "static" / "print.css",
        identifier=hashlib.sha256(f"{HASH} en False".encode()).digest()[:16],
        dated=date(2024, 12, 31),
        attachments=(
            Attachment("result.json", raw, "figures"),
            Attachment("01-results.csv", table.encode("utf-8-sig"), "results"),
        ),
    ).raw


@pytest.fixture(scope="module")
def raw() -> bytes:
    return report()


@pytest.fixture
def check(tmp_path: Path) -> Callable[[bytes], list[str]]:
    """What is wrong with a PDF, by code."""

    def checked(content: bytes) -> list[str]:
        path = tmp_path / "report.pdf"
        path.write_bytes(content)
        return [one.code for one in verify_pdf(path, tmp_path).problems]

    return checked


def test_a_sound_report_says_whose_it_is_in_both_languages(raw: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(raw)
    found = verify_pdf(tmp_path / "a.pdf", tmp_path)
    assert found.problems == ()
    said = [one.said("en") for one in found.facts]
    assert f"report of 北图 / North Library (L1) for 2024, number {NUMBER}" in said
    assert any("没有数字签名" in one.said("zh") for one in found.facts)


def test_an_official_report_is_sound_with_the_standing_that_its_release_attached(
    check: Callable[[bytes], list[str]], tmp_path: Path
) -> None:
    moved = Moved(code="index", zh="指数", en="Index", before=60.0, after=61.0)
    standing = ReportStanding(
        stage="corrected", edition=6, signed_on="2024-10-16", reason="loans", moved=(moved,)
    )
    attached = standing.model_dump(mode="json", exclude={"quality"})
    provenance = {**result()["provenance"], "run_status": "corrected", "standing": attached}
    assert check(report(result(provenance=provenance))) == []
    said = [one.said("en") for one in verify_pdf(tmp_path / "report.pdf", tmp_path).facts]
    assert "it calls itself Corrected, edition 6, signed off 2024-10-16" in said


@pytest.mark.parametrize("count", [FLIPS, pytest.param(10 * FLIPS, marks=pytest.mark.soak)])
def test_every_flipped_bit_is_found(raw: bytes, tmp_path: Path, count: int) -> None:
    chosen, path = random.Random(2024), tmp_path / "report.pdf"
    for _ in range(count):
        place = chosen.randrange(len(raw))
        altered = bytearray(raw)
        altered[place] ^= 1 << chosen.randrange(8)
        path.write_bytes(altered)
        with suppress(PublishError):  # so damaged that it cannot be opened, and said so
            assert verify_pdf(path, tmp_path).problems, place


Forgery = Callable[[], bytes]
FORGERIES: dict[str, tuple[Forgery, str]] = {
    "another's result": (lambda: report(result(entity_id="X9")), "pdf_not_printed"),
    "another's name": (lambda: report(name="South Library"), "pdf_not_printed"),
    "another year": (lambda: report(result(year=2019)), "pdf_not_printed"),
    "a figure of the result": (
        lambda: report(result(indicators=[{"code": "rate", "value": 31.0, "score": 60.04}])),
        "pdf_figure",
    ),
    "a cell of a table": (lambda: report(table="rate,30.0,61.0\r\n"), "pdf_cell"),
    "a figure on the page": (lambda: report(figures="30.0 99.0"), "pdf_cell"),
    "another number on the page": (
        lambda: report(foot=f"CE-1-L1-000000 · {HASH[:12]}"),
        "pdf_number",
    ),
    "another hash on the page": (lambda: report(foot=f"{NUMBER} · {'c' * 12}"), "pdf_hash"),
    "another hash in the result": (
        lambda: report(
            result(provenance={**result()["provenance"], "bundle_hash": "ab" * 6 + "c" * 52})
        ),
        "pdf_identifier",
    ),
    "no foot": (lambda: report(foot="–"), "pdf_feet"),
    "a result of another form": (
        lambda: report(result(names=["x"], indicators=3)),
        "pdf_result_lost",
    ),
    "no result": (lambda: report({}), "pdf_result_lost"),
}


@pytest.mark.parametrize("what", FORGERIES)
def test_a_forgery_that_was_sealed_again_contradicts_itself(
    what: str, check: Callable[[bytes], list[str]]
) -> None:
    forge, code = FORGERIES[what]
    found = check(forge())
    assert code in found and "pdf_unsealed" not in found


def test_a_file_saved_by_another_program_is_not_as_it_was_sealed(
    raw: bytes, check: Callable[[bytes], list[str]]
) -> None:
    out = io.BytesIO()
    document = pypdfium2.PdfDocument(raw)
    document.save(out)
    document.close()
    assert "pdf_unsealed" in check(out.getvalue())


@pytest.mark.parametrize("content", [b"", b"no pdf", b"%PDF-1.7\n%%EOF\n"])
def test_what_is_no_pdf_is_refused_by_name(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(content)
    with pytest.raises(PublishError, match=r"a\.pdf: found no PDF"):
        verify_pdf(tmp_path / "a.pdf", tmp_path)


@pytest.mark.parametrize(
    "content",
    [None, b"", b"garbage", b"\x30\x03\x02\x01\x00", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"],
    ids=["no file", "empty", "text", "another sequence", "broken PEM"],
)  # fmt: skip
def test_what_is_no_certificate_is_refused_also_where_nothing_is_signed(
    content: bytes | None, raw: bytes, tmp_path: Path, released: World
) -> None:
    path, trusted = tmp_path / "report.pdf", tmp_path / "root.pem"
    path.write_bytes(raw)
    if content is not None:
        trusted.write_bytes(content)
    with pytest.raises(PublishError, match=r"--trust .*root\.pem: expected a certificate"):
        verify_pdf(path, tmp_path, (trusted,))
    with pytest.raises(PublishError, match=r"--trust .*root\.pem: expected a certificate"):
        verify_editions(released.root, trusted=(trusted,))


@pytest.fixture
def printed(released: World, raw: bytes) -> World:
    """The final edition with the real report in the place of a library's stand-in."""
    folder = released.folder("2024-en/3-final")
    name = "respondent/L1/library/L1/scorecard.pdf"
    manifest = json.loads((folder / "manifest.json").read_bytes())
    for place in (name, "bureau/library/L1/scorecard.pdf"):
        (folder / place).chmod(0o600)
        (folder / place).write_bytes(raw)
        manifest["files"][place] = hashlib.sha256(raw).hexdigest()
    manifest["reports"]["library/L1"] = {"number": NUMBER, "hash": HASH}
    (folder / "manifest.json").chmod(0o600)
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    assert EditionFolder(folder).manifest["reports"]["library/L1"]["number"] == NUMBER
    return released


def test_with_the_edition_at_hand_the_byte_is_named_that_differs(
    printed: World, raw: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "received.pdf"
    path.write_bytes(raw)
    found = verify_pdf(path, printed.root)
    assert found.problems == ()
    assert "pdf_is_final" in [one.code for one in found.facts]
    place = raw.rindex(b"startxref") + 12
    path.write_bytes(sealed(raw[:place] + b" " + raw[place + 1 :]))
    (differs,) = [o for o in verify_pdf(path, printed.root).problems if o.code == "pdf_differs"]
    # the seal, which stands before the byte that was altered, is another as well
    assert 0 < int(dict(differs.values)["place"]) <= place


def test_a_reader_holds_it_against_the_manifest_of_its_folder(
    released: World, tmp_path: Path, raw: bytes
) -> None:
    delivered = tmp_path / "delivered"
    shutil.copytree(released.folder("2024-en/3-final") / "respondent/L1", delivered)
    path = delivered / "library/L1/scorecard.pdf"
    path.chmod(0o600)
    path.write_bytes(raw)
    assert [o.code for o in verify_pdf(path, tmp_path).problems] == ["pdf_not_as_delivered"]
    manifest = json.loads((delivered / "manifest.json").read_bytes())
    manifest["files"]["library/L1/scorecard.pdf"] = hashlib.sha256(raw).hexdigest()
    (delivered / "manifest.json").chmod(0o600)
    (delivered / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    assert verify_pdf(path, tmp_path).problems == ()
