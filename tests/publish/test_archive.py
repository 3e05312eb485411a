"""A document that lasts: one file that is PDF/A-3a and PDF/UA-1, by the reference validator."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from publish import builders
from publish.conftest import Made
from publish.verapdf import STANDARDS, verdicts

from cescore.definitions.load import load_definitions
from cescore.publish.documents import render
from cescore.publish.labels import LANGUAGES
from cescore.publish.pdf import ACCESSIBLE
from cescore.release.documents import make_method_book

ROOT = Path(__file__).resolve().parents[2]
SMALL = ROOT / "tests" / "unseen" / "workspace"
KINDS = ("city", "district", "park", "enterprise")


def made(bundle: bytes, notebook: str, folder: Path) -> Iterator[Path]:
    """The PDF of a bundle or document, in each language."""
    folder.mkdir()
    path = folder / "bundle.json"
    path.write_bytes(bundle)
    for lang in LANGUAGES:
        at = ROOT / "notebooks" / f"{notebook}.ipynb"
        assert render(path, folder / lang, lang, notebook=at).warnings == []
        yield next((folder / lang).glob("*.pdf"))


def one_of_each(folder: Path) -> Iterator[Path]:
    """A report of each kind and the documents beside them, in each language."""
    for kind in KINDS:
        yield from made(builders.bundle_of(kind).to_bytes(), kind, folder / kind)
    book = make_method_book(load_definitions(SMALL / "params", 2023), 2020)
    yield from made(book.to_bytes(), "method_book", folder / "book")
    yield from made(builders.unit_sheet().to_bytes(), "unit_sheet", folder / "sheet")


def test_every_kind_of_report_and_document_is_an_archive_file_that_can_be_read_out(
    tmp_path: Path,
) -> None:
    paths = list(one_of_each(tmp_path))
    found = verdicts(paths)
    assert len(found) == len(paths) * len(STANDARDS) == 24
    assert {v.standard for v in found} == set(STANDARDS)
    assert min(v.rules for v in found) > 100 and min(v.checks for v in found) > 1000
    assert [(v.file, v.standard, v.failures) for v in found if not v.passed] == []


def test_the_validator_finds_what_is_wrong(district: Made, tmp_path: Path) -> None:
    raw, path = (district.folder / "scorecard.pdf").read_bytes(), tmp_path / "spoilt.pdf"
    assert ACCESSIBLE in raw
    path.write_bytes(raw.replace(b"<pdfuaid:part>1<", b"<pdfuaid:part>2<"))
    archive, accessible = verdicts([path])
    assert archive.passed
    assert not accessible.passed and "5-2" in accessible.failures[0]
