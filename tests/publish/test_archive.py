"""A document that lasts: one file that is PDF/A-3a and PDF/UA-1, by the reference validator."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from publish import builders
from publish.conftest import Made
from publish.verapdf import STANDARDS, Verdict, verdicts

from cescore.definitions.load import load_definitions
from cescore.disclosure.making.method_books import make_method_book
from cescore.publish.printing.pdf import ACCESSIBLE
from cescore.publish.render import render
from cescore.publish.words import LANGUAGES

ROOT = Path(__file__).resolve().parents[2]
SMALL = ROOT / "tests" / "unseen" / "workspace"
KINDS = ("city", "district", "park", "enterprise")


def made(bundle: bytes, notebook: str, folder: Path, languages: Sequence[str]) -> Iterator[Path]:
    """The PDF of a bundle or document, in each of these languages."""
    folder.mkdir()
    path = folder / "bundle.json"
    path.write_bytes(bundle)
    for lang in languages:
        at = ROOT / "notebooks" / f"{notebook}.ipynb"
        told = render(path, folder / lang, lang, notebook=at).warnings
        assert [w for w in told if "nearly empty" not in w] == []  # of looks, not of the format
        made_here = next((folder / lang).glob("*.pdf"))
        yield made_here.rename(folder / f"{notebook}-{lang}.pdf")


def one_of_each(folder: Path, languages: Callable[[], Sequence[str]]) -> Iterator[Path]:
    """A report of each kind and the documents beside them."""
    for kind in KINDS:
        bundle = builders.bundle_of(kind).to_bytes()
        yield from made(bundle, kind, folder / kind, languages())
    book = make_method_book(load_definitions(SMALL / "params", 2023), 2020).to_bytes()
    yield from made(book, "method_book", folder / "book", languages())
    yield from made(builders.unit_sheet().to_bytes(), "unit_sheet", folder / "sheet", languages())


@dataclass(frozen=True)
class Judged:
    """What the validator, started once, says of files as they are made and of a spoilt one."""

    sound: Sequence[Path]
    spoilt: Path
    found: Sequence[Verdict]


@pytest.fixture(
    scope="module",
    params=["in turn", pytest.param("every language", marks=pytest.mark.soak)],
)
def judged(
    request: pytest.FixtureRequest, district: Made, tmp_path_factory: pytest.TempPathFactory
) -> Judged:
    """Each kind in one language, the next in another; the long proof: each in every language."""
    folder, turn = tmp_path_factory.mktemp("archive"), itertools.cycle(LANGUAGES)
    is_long = request.param == "every language"
    paths = list(one_of_each(folder, lambda: LANGUAGES if is_long else [next(turn)]))
    raw, spoilt = (district.folder / "scorecard.pdf").read_bytes(), folder / "spoilt.pdf"
    assert ACCESSIBLE in raw
    spoilt.write_bytes(raw.replace(b"<pdfuaid:part>1<", b"<pdfuaid:part>2<"))
    return Judged(paths, spoilt, verdicts([*paths, spoilt]))


def test_every_kind_of_report_and_document_is_an_archive_file_that_can_be_read_out(
    judged: Judged,
) -> None:
    found = [v for v in judged.found if Path(v.file).name != judged.spoilt.name]
    assert len(found) == len(judged.sound) * len(STANDARDS)
    assert len(judged.sound) in (6, 12)
    assert {v.standard for v in found} == set(STANDARDS)
    assert min(v.rules for v in found) > 100 and min(v.checks for v in found) > 1000
    assert [(v.file, v.standard, v.failures) for v in found if not v.passed] == []


def test_the_validator_finds_what_is_wrong(judged: Judged) -> None:
    archive, accessible = (v for v in judged.found if Path(v.file).name == judged.spoilt.name)
    assert archive.passed
    assert not accessible.passed and "5-2" in accessible.failures[0]
